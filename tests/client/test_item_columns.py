from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest

from ogc_widgets.client.results.item_columns import (
    ItemColumns,
    column_title,
    date_of,
    short_number,
    unit_of,
)
from ogc_widgets.errors import InputError


def columns(*properties):
    items = [{"properties": one} for one in properties]
    return ItemColumns.of(items, [str(n) for n in range(len(items))])


def keys(*properties):
    return [column.key for column in columns(*properties).numeric]


def test_numbers_are_columns_with_title_and_unit_the_most_telling_first():
    shown = {
        "eo:cloud_cover": 3,
        "water:threshold": 0.1,
        "water:area_km2": 12.0,
        "water:percent": 4.441,
    }
    found = columns(shown).numeric
    assert [(column.title, column.unit) for column in found] == [
        ("water", "%"),
        ("water area", "km²"),
        ("cloud cover", "%"),
        ("water threshold", ""),
    ]
    assert [column.text(column.values[0]) for column in found[:2]] == [
        "4.4 %",
        "12 km²",
    ]


def test_technical_and_rare_numbers_are_no_columns():
    common = {"proj:epsg": 1, "gsd": 10, "ndvi_mean": 0.4}
    assert keys(common, common, common, {"rare": 1, "flag": True}) == ["ndvi_mean"]


def test_what_is_the_same_in_all_items_comes_last():
    made = [{"a_percent": 7, "z": n} for n in range(3)]
    assert keys(*made) == ["z", "a_percent"]
    assert keys({"a_percent": 7, "z": 1}) == ["a_percent", "z"]


def test_item_with_faults_costs_itself_only():
    odd = (float("nan"), float("inf"), True, "7", None, [7], 10**400)
    made = [{"depth": value, "datetime": value} for value in odd]
    sound = [{"depth": n, "datetime": "2021-07-13T00:00:00Z"} for n in range(9)]
    found = columns(*sound, *made, {"depth": Decimal("1.5")})
    values = found.number("depth").values
    assert values[:9].tolist() == list(range(9))
    assert np.isnan(values[9:-1]).all()
    assert values[-1] == 1.5
    assert np.isfinite(found.dates).tolist() == [True] * 9 + [False] * 8
    assert ItemColumns.of([{}, {"properties": [1]}], ["a", "b"]).numeric == ()


@pytest.mark.parametrize(
    ("properties", "moment"),
    [
        ({"datetime": "2021-07-13T19:03:24.5Z"}, (2021, 7, 13, 19, 3, 24, 500_000)),
        ({"datetime": "2021-07-13T19:03:24+02:00"}, (2021, 7, 13, 17, 3, 24)),
        ({"datetime": "2016-12-31T23:59:60Z"}, (2016, 12, 31)),
        ({"datetime": "2021-07-13t00:00:00z"}, (2021, 7, 13)),
        ({"datetime": None, "start_datetime": "1960-01-01"}, (1960, 1, 1)),
        ({"datetime": "0001-01-01T00:00:00+10:00"}, None),
    ],
)
def test_date_is_milliseconds_since_1970(properties, moment):
    found = columns(properties).dates[0]
    if moment is None:
        assert found < -62_135_596_800_000  # before the first day that datetime has
    else:
        assert found == datetime(*moment, tzinfo=UTC).timestamp() * 1000


def test_unknown_property_is_refused_with_those_that_are_there():
    with pytest.raises(InputError, match="water:percent"):
        columns({"water:percent": 1}).number("snow")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345, "12\u202f345"),
        (-3.14159, "-3.1"),
        (0.456, "0.46"),
        (0.0213, "0.021"),
        (1234.56, "1\u202f235"),
        (1e18 / 3, "3.33e+17"),
        (0.999, "1"),
        (-0.0, "0"),
    ],
)
def test_number_is_short(value, text):
    assert short_number(value) == text


def test_name_of_a_property_says_its_unit_once():
    assert (column_title("stats:water_pct"), unit_of("stats:water_pct")) == (
        "water",
        "%",
    )
    assert (column_title("ha"), unit_of("ha")) == ("ha", "ha")


@pytest.mark.parametrize(
    ("properties", "day"),
    [
        ({"datetime": "2021-07-13T19:03:24.000Z"}, "2021-07-13"),
        (
            {"datetime": None, "start_datetime": "2021-01-01T00:00:00Z",
             "end_datetime": "2021-02-01T00:00:00Z"},
            "2021-01-01 to 2021-02-01",
        ),
        (
            {"datetime": "2021-01-15T00:00:00Z", "start_datetime": "2021-01-01",
             "end_datetime": "2021-02-01"},
            "2021-01-15",
        ),
        ({"datetime": "yesterday"}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_date_is_a_day_or_a_period(properties, day):
    assert date_of(properties) == day


@pytest.mark.parametrize("odd", ["2021-02-30T00:00:00Z", "2021-07-13", "", None])
def test_dates_are_the_same_together_and_beside_one_that_is_odd(odd):
    texts = ["2021-07-13T19:03:24Z", "1969-12-31T23:59:59.25Z", "2021-07-13T00:00:00Z"]
    together = columns(*({"datetime": text} for text in texts)).dates
    beside = columns(*({"datetime": text} for text in [*texts, odd])).dates
    assert together.tolist() == beside[:3].tolist()
    assert together[1] == -750


def test_infinite_numbers_count_as_none():
    made = columns(*({"depth": value} for value in (1.5, 2.5, 3.5, math.inf, math.nan)))
    found = np.isfinite(made.number("depth").values)
    assert found.tolist() == [True, True, True, False, False]
