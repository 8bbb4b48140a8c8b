"""Charts as data, as still pictures, and what they tell their pages."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ogc_widgets.charts import Axis, Chart, ChartData, Choice, histogram
from ogc_widgets.charts.data import bin_of
from ogc_widgets.errors import InputError

DAY = 86_400_000.0
DATE, WATER = Axis("date", kind="time"), Axis("water", "%")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in drawn(svg, "text")]


# -- data ----------------------------------------------------------------------------


def test_points_are_drawn_from_left_to_right_and_only_those_with_a_place() -> None:
    x = np.array([3, 1, np.nan, 2]) * DAY
    data = ChartData(x, np.arange(4.0), DATE, WATER)
    assert data.rows().tolist() == [1, 3, 0]
    assert data.rows(np.array([True, False, True, True])).tolist() == [3, 0]


def test_times_are_said_where_days_do_not_tell_points_apart() -> None:
    y = np.zeros(3)
    assert not ChartData(np.array([1, 1, 2]) * DAY, y, DATE, WATER).has_times
    assert ChartData(np.array([1, 1.5, 2]) * DAY, y, DATE, WATER).has_times


@pytest.mark.parametrize(
    ("y", "more"),
    [
        (np.zeros(3), {}),
        (np.zeros((2, 2)), {}),
        (np.zeros((9, 2)), {"series": tuple("abcdefghi")}),
        (np.zeros(2), {"names": ("one",)}),
    ],
)
def test_points_that_do_not_fit_together_are_refused(
    y: Any, more: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        ChartData(np.zeros(2), y, DATE, WATER, **more)


# -- histograms ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).normal(20, 3, 500),
        np.array([-1e-9, 2e-9, 7e-9]),
        np.array([1e12, 5e12, 9e12, np.nan, np.inf]),
        np.array([7.0, 7.0]),
        np.array([0.0]),
        np.array([1e6, 1e6 + 1e-7]),
        np.arange(1.0, 13),
        np.array([0.1, 0.2, 0.3, 0.4]),
    ],
    ids=lambda one: f"{len(one)} from {one[0]:.2g}",
)
def test_every_value_is_in_the_bin_that_it_counts_in(values: Any) -> None:
    data = histogram(values, WATER)
    finite = values[np.isfinite(values)]
    assert data.y.sum() == len(finite)
    assert len(data.x) <= 26
    counts = np.bincount([bin_of(one, data) for one in finite], minlength=len(data.x))
    # Rounding may put one that stands on a side to the other side of it.
    assert np.abs(counts - data.y[0]).sum() <= 2
    mantissa = float(f"{data.width:e}".partition("e")[0])
    is_round = any(mantissa == pytest.approx(one) for one in (1, 2, 2.5, 5))
    assert is_round or data.width == int(data.width) or len(data.x) == 1
    assert bin_of(np.nan, data) == -1
    assert bin_of(float(finite.max()) + 5 * data.width, data) == -1


def test_counts_have_bins_of_whole_numbers() -> None:
    data = histogram(np.arange(1.0, 13), WATER)
    assert data.width == int(data.width)
    assert histogram(np.full(4, np.nan), WATER).x.shape == (0,)


# -- still pictures ------------------------------------------------------------------


def test_still_picture_has_each_point_where_it_is() -> None:
    x, y = np.array([0, 10, 20, 30]) * DAY, np.array([2.0, 4.0, np.nan, 8.0])
    chart = Chart()
    chart.show(ChartData(x, y, DATE, WATER), title="Share of water")
    chart.paint(np.array([0, 1, 0, 255], dtype=np.uint8), ["#111111", "#222222"])
    chart.selected = 1
    svg = chart.svg()
    *points, ring = drawn(svg, "circle")
    left, top = ([float(one.attrib[name]) for one in points] for name in ("cx", "cy"))
    # As far apart as they are: of the third nothing is drawn.
    assert (left[2] - left[0]) / (left[1] - left[0]) == pytest.approx(3, abs=0.01)
    assert (top[0] - top[2]) / (top[0] - top[1]) == pytest.approx(3, abs=0.01)
    assert [one.attrib["fill"] for one in points] == ["#111111", "#222222", "#222222"]
    assert (ring.attrib["cx"], ring.attrib["cy"]) == (
        points[1].attrib["cx"],
        points[1].attrib["cy"],
    )
    (line,) = (one for one in drawn(svg, "path") if one.attrib.get("fill") == "none")
    assert line.attrib["d"].count("M") == 2, "a gap stays a gap"
    assert "Share of water" in texts(svg)
    assert any(text.endswith(" %") for text in texts(svg))


def test_what_is_not_kept_is_left_out_of_the_still_picture() -> None:
    chart = Chart()
    chart.show(ChartData(np.arange(4.0), np.arange(4.0), WATER, WATER, "points"))
    chart.keep(np.array([True, False, False, True]))
    assert len(drawn(chart.svg(), "circle")) == 2
    chart.keep(np.zeros(4, dtype=bool))
    assert chart.svg() == ""
    with pytest.raises(InputError):
        chart.keep(np.zeros(3, dtype=bool))


def test_no_outlier_is_lost_where_many_points_are_drawn() -> None:
    count = 100_000
    y = np.random.default_rng(2).normal(0, 1, count)
    y[77_777], y[3] = 500, -400
    for mark in ("line", "points"):
        chart = Chart()
        chart.show(ChartData(np.arange(count, dtype=float), y, WATER, WATER, mark))
        svg = chart.svg()
        assert len(svg) < 300_000
        numbers = [
            float(one)
            for path in drawn(svg, "path")
            if (path.attrib.get("fill") == "none") == (mark == "line")
            and path.attrib.get("stroke") != "#dcdcdc"
            for one in re.findall(r"[ML]-?[\d.]+ (-?[\d.]+)", path.attrib["d"])
        ]
        # The plot is about 140 high: both stand alone, far from all others.
        assert min(numbers) < 45
        assert max(numbers) > 155


def test_words_of_others_are_escaped_in_still_pictures() -> None:
    hostile = '</svg><script>alert("1")</script>'
    chart = Chart()
    data = ChartData(np.arange(2.0), np.arange(2.0), Axis(hostile), Axis("y", hostile))
    chart.show(data, title=hostile)
    svg = chart.svg()
    assert "<script" not in svg
    assert svg.count("</svg>") == 1
    assert any("</svg>" in text for text in texts(svg))


def test_bars_start_at_zero() -> None:
    chart = Chart()
    item = Axis("item", kind="category")
    chart.show(
        ChartData(np.arange(1.0, 4), np.array([5, 6, -2.0]), item, WATER, "bars")
    )
    (bars,) = (one for one in drawn(chart.svg(), "path") if "fill" in one.attrib)
    starts = re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)", bars.attrib["d"])
    assert len({zero for zero, _ in starts}) == 1
    zero, ends = float(starts[0][0]), [float(end) for _, end in starts]
    assert [end < zero for end in ends] == [True, True, False]
    assert (zero - ends[0]) / (ends[2] - zero) == pytest.approx(2.5, abs=0.05)


# -- the view ------------------------------------------------------------------------


def test_chart_without_points_takes_no_room_and_has_no_card() -> None:
    chart = Chart()
    assert chart.is_empty
    assert chart.svg() == ""
    assert "text/html" not in chart._repr_mimebundle_()[0]
    chart.show(ChartData(np.arange(2.0), np.arange(2.0), WATER, WATER))
    assert not chart.is_empty
    html = chart._repr_mimebundle_()[0]["text/html"]
    _, _, text = html.partition("data:image/png;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(text.partition('"')[0])))
    assert picture.size == (1280, 380)
    # The line of the values is there, in the colour of the accent.
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    assert (np.abs(pixels - (25, 118, 210)).max(axis=1) < 12).any()
    chart.show(None)
    assert chart.is_empty


def test_numbers_go_to_the_page_as_bytes_and_names_when_they_are_asked_for() -> None:
    sent = []
    chart = Chart()
    chart.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign] # to hear it
    x, y = np.array([1.0, 2.0]), np.array([0.1, np.nan])
    names = ("one\ntwo", "three")
    chart.show(ChartData(x, y, WATER, WATER, names=names))
    assert np.frombuffer(chart.x).tolist() == x.tolist()
    assert np.isnan(np.frombuffer(chart.y)[1])
    assert "three" not in str(chart.get_state())
    chart._receive(chart, {"type": "names"}, None)
    assert sent == [({"type": "names"}, [b"one two\nthree"])]


def test_choice_of_the_user_is_told_and_heads_the_chart() -> None:
    chosen: list[tuple[str, str]] = []
    chart = Chart(choose=lambda name, value: chosen.append((name, value)))
    options = (("date", "by date", ""), ("line", "along the line", "draw one first"))
    chart.show(
        ChartData(np.arange(2.0), np.arange(2.0), WATER, WATER),
        title="water",
        choices=[Choice("by", "By what", "date", options)],
    )
    assert chart.heading == "water by date"
    chart._receive(chart, {"type": "choose", "name": "by", "value": "line"}, None)
    assert chosen == [("by", "line")]
