"""Numbers and dates of charts in words: the same on the page and in still pictures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ogc_widgets.charts.words import number_texts, number_ticks, time_ticks
from ogc_widgets.client.results.item_columns import short_number

# js/charts/words_test.js holds the page to the same list.
CASES = json.loads(
    Path(__file__).with_name("number_words.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("value", "text"), CASES)
def test_numbers_are_written_as_on_the_page(value: float, text: str) -> None:
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (3.2, 11.8), (-5, 5), (1e12, 9e12), (1e-7, 9e-7)]
)
def test_ticks_are_round_apart_and_within(low: float, high: float) -> None:
    places, step = number_ticks(low, high, 5)
    texts = number_texts(places, step)
    assert 2 <= len(places) <= 6
    assert len({*texts}) == len(places)
    assert all(low - step / 1e6 <= one <= high + step / 1e6 for one in places)
    said = [float(text.replace("\u202f", "")) for text in texts]
    assert said == pytest.approx(places)


def ms(*date: int) -> float:
    return datetime(*date, tzinfo=UTC).timestamp() * 1000  # type: ignore[arg-type,misc] # of a date


def test_time_ticks_stand_where_the_calendar_turns() -> None:
    years = time_ticks(ms(2010, 5, 1), ms(2022, 1, 2), 6)
    assert years == [(ms(year, 1, 1), str(year)) for year in range(2012, 2023, 2)]
    months = time_ticks(ms(2020, 12, 20), ms(2022, 8, 1), 7)
    assert months[0] == (ms(2021, 1, 1), "Jan 2021")
    assert [text for _, text in months[1:4]] == ["Apr", "Jul", "Oct"]
    assert months[4] == (ms(2022, 1, 1), "Jan 2022")
    days = time_ticks(ms(2022, 5, 1), ms(2022, 5, 8), 8)
    assert days[:2] == [(ms(2022, 5, 1), "1 May 2022"), (ms(2022, 5, 2), "2 May")]
    hours = time_ticks(ms(2022, 5, 1, 5), ms(2022, 5, 1, 23), 6)
    assert [text for _, text in hours] == [
        "06:00",
        "09:00",
        "12:00",
        "15:00",
        "18:00",
        "21:00",
    ]


@pytest.mark.parametrize("span_ms", [1, 50, 1e5, 1e8, 3e9, 5e9, 5e10, 1e12, 6e13])
def test_time_ticks_are_few_for_any_span(span_ms: float) -> None:
    start = ms(1995, 3, 4, 5, 6)
    assert len(time_ticks(start, start + span_ms, 7)) <= 8
    assert time_ticks(-1e17, 1e17, 7) == []
