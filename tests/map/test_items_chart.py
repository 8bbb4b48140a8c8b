"""The chart of result items: one selection, one filter, one scale of colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ogc_widgets as ogc
from ogc_widgets.errors import InputError
from ogc_widgets.map.colours import RAMP

DAY = 86_400_000


def item(name: str, day: str | None, **properties: Any) -> dict[str, Any]:
    facts = {**properties, **({"datetime": f"{day}T10:00:00Z"} if day else {})}
    box = [0, 0, 1, 1]
    return {
        "type": "Feature", "id": name, "properties": facts, "assets": {}, "bbox": box,
        "geometry": {"type": "Polygon", "coordinates":
                     [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]},
    }  # fmt: skip


def water(count: int = 12) -> list[dict[str, Any]]:
    """Of later months first, as servers list them."""
    return [
        item(
            f"scene {month}", f"2021-{month:02}-13",
            **{"water:percent": month / 2, "water:area_km2": 100.0 - month},
        )
        for month in range(count, 0, -1)
    ]  # fmt: skip


def points(chart: Any) -> dict[float, float]:
    return dict(zip(chart.data.x.tolist(), chart.data.y[0].tolist(), strict=True))


def test_most_telling_property_is_shown_by_date() -> None:
    chart = ogc.ResultsMap(water()).chart
    assert chart.heading == "water by date"
    assert not chart.is_empty
    july = np.datetime64("2021-07-13T10:00").astype("datetime64[ms]").astype(float)
    assert points(chart)[july] == 3.5
    assert chart.about["mark"] == "line"
    assert chart.about["y"]["unit"] == "%"


@pytest.mark.parametrize(
    "items",
    [
        [],
        water(1),
        [item(f"s{n}", "2021-01-01", note="none") for n in range(3)],
    ],
    ids=["none", "one", "no numbers"],
)
def test_nothing_is_shown_where_there_is_nothing_to_compare(items: Any) -> None:
    results = ogc.ResultsMap(water())
    assert not results.chart.is_empty
    results.results = items
    assert results.chart.is_empty
    assert results.chart.svg() == ""
    results.results = water()
    assert not results.chart.is_empty


def test_selection_goes_both_ways() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    results.selected = "scene 3"
    assert chart.data.y[0][chart.selected] == 1.5
    chart.selected = int(np.flatnonzero(chart.data.y[0] == 6)[0])
    assert results.selected == results.table.selected == results.map.selected
    assert results.selected == "scene 12"
    results.selected = ""
    assert chart.selected == -1
    # It is kept where the chart shows something else.
    results.selected = "scene 3"
    chart.of = "water:area_km2"
    assert chart.data.y[0][chart.selected] == 97
    assert results.selected == "scene 3"


def test_bin_of_the_selected_item_is_marked_and_a_bin_selects_none() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    chart.by = "distribution"
    assert chart.data.y.sum() == 12
    results.selected = "scene 12"
    assert chart.selected == len(chart.data.x) - 1
    chart.selected = 0
    assert results.selected == "scene 12"


def test_filter_leaves_points_out_and_is_counted_in_the_distribution() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    results.kept = results.columns.number("water:percent").values > 4
    kept = np.frombuffer(chart.kept, dtype=np.uint8).astype(bool)
    assert sorted(chart.data.y[0][kept]) == [4.5, 5, 5.5, 6]
    chart.by = "distribution"
    assert chart.data.y.sum() == 4
    results.kept = None
    assert chart.data.y.sum() == 12
    chart.by = "date"
    assert chart.kept == b""


def test_points_have_the_colours_of_the_map() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    results.colour_by = "water:percent"
    steps = np.frombuffer(chart.colours, dtype=np.uint8)
    values = chart.data.y[0]
    assert chart.palette[: len(RAMP)] == [*RAMP]
    assert steps[values.argmin()] == 0
    assert steps[values.argmax()] == len(RAMP) - 1
    chart.by = "distribution"
    bins = np.frombuffer(chart.colours, dtype=np.uint8)
    assert (np.diff(bins.astype(int)) >= 0).all()
    assert bins[0] < bins[-1]
    chart.of = "water:area_km2"
    assert chart.colours == b"", "a bin of one property has no colour of another"
    results.colour_by = ""
    chart.by = "date"
    assert chart.colours == b""


def test_one_date_is_no_axis_and_many_of_one_date_are_no_line() -> None:
    one_day = [
        item(f"s{n}", "2021-01-01", **{"water:percent": n * 1.5}) for n in range(9)
    ]
    chart = ogc.ResultsMap(one_day).chart
    assert chart.heading == "water by item"
    tiles = [
        item(f"s{n}", f"2021-0{1 + n % 3}-01", **{"water:percent": n * 1.5})
        for n in range(9)
    ]
    assert ogc.ResultsMap(tiles).chart.about["mark"] == "points"


def test_what_has_no_place_is_counted_and_leaves_the_others() -> None:
    items = [
        *water(6),
        item("dateless", None, **{"water:percent": 3}),
        item("dry", "2021-05-01"),
    ]
    chart = ogc.ResultsMap(items).chart
    assert chart.note["text"] == "1 without a value, 1 without a date"
    assert np.isnan(chart.data.x[6])
    chart.by = "item"
    assert chart.note["text"] == "1 without a value"
    assert chart.data.x.tolist() == [*range(1, 9)]


def test_bars_stand_in_the_order_of_the_table() -> None:
    chart = ogc.ResultsMap(water(4)).chart
    chart.by = "item"
    chart.list_by(np.array([3, 1, 0]))
    assert points(chart)[1.0] == 0.5
    assert points(chart)[2.0] == 1.5
    assert np.isnan(chart.data.x[2]), "what the table does not list has no bar"


def test_user_chooses_on_the_page_and_in_python() -> None:
    chart = ogc.ResultsMap(water()).chart
    message = {"type": "choose", "name": "of", "value": "water:area_km2"}
    chart._receive(chart, message, None)
    assert chart.of == "water:area_km2"
    assert chart.heading == "water area by date"
    chart._receive(chart, {"type": "choose", "name": "by", "value": "item"}, None)
    assert chart.by == "item"
    for name, value in (("of", "depth"), ("by", "colour")):
        chart._receive(chart, {"type": "choose", "name": name, "value": value}, None)
        assert isinstance(chart.last_error, InputError)
        chart.last_error = None
    assert chart.of == "water:area_km2"


def test_chart_is_closed_with_the_map_and_follows_nothing_any_more() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    results.close()
    assert chart.comm is None
    results.selected = "scene 3"
    assert chart.selected == -1


def test_table_that_is_sorted_or_filtered_sorts_the_bars() -> None:
    results = ogc.ResultsMap(water())
    chart = results.chart
    chart.by = "item"

    def bars() -> list[float]:
        shown = points(chart)
        return [shown[place] for place in sorted(shown) if place == place]

    for descending in (True, False):
        message = {"type": "sort", "by": "water:percent", "descending": descending}
        results.table._receive(results.table, message, None)
        assert bars() == sorted(bars(), reverse=descending)
    results.kept = results.columns.number("water:percent").values > 4
    assert bars() == [4.5, 5, 5.5, 6]


def test_saved_notebook_has_the_chart() -> None:
    results = ogc.ResultsMap(water())
    html = results._repr_mimebundle_()[0]["text/html"]
    assert 'alt="Chart: water by date"' in html
    results.results = water(1)
    assert "Chart:" not in results._repr_mimebundle_()[0]["text/html"]


def of_a_batch(**differing: Any) -> list[dict[str, Any]]:
    """Items of jobs for two areas and three days, in the order in which jobs end."""
    return [
        item(
            f"{area} {month}", f"2021-{month:02}-13",
            **{
                "water:percent": month / 2 + len(area), "inputs:aoi": area,
                "inputs:label": f"{area}, {month}", "inputs:threshold": month / 100,
                **differing,
            },
        )
        for month in (5, 7, 6) for area in ("Davis", "Butt")
    ]  # fmt: skip


def test_items_of_a_batch_are_a_line_each_area_of_which_one_is_looked_at() -> None:
    results = ogc.ResultsMap(of_a_batch())
    chart = results.chart
    assert chart.heading == "water by date one line per aoi"
    assert chart.about["lines"] == ["Butt", "Davis"]
    assert list(np.frombuffer(chart.line_of, dtype="<u2")) == [1, 0, 1, 0, 1, 0]
    assert chart.colours == b"", "of several lines one has a colour"
    # A picture that nobody can point at names them all while they are few.
    assert "Davis" in chart.svg()
    assert "Butt" in chart.svg()
    results.selected = "Davis 7"
    assert "Davis" in chart.svg()
    assert "Butt" not in chart.svg()
    chart._receive(None, {"type": "choose", "name": "lines", "value": ""}, [])
    assert (chart.line_of, chart.about["lines"]) == (b"", [])
    assert len(chart.colours) == 6
    # It stays as it was chosen when further items come.
    results.results = [*results.results, *water(2)]
    assert chart.lines == chart.line_of.decode() == ""


def test_what_is_the_same_at_every_date_of_a_line_makes_lines() -> None:
    # Each job has its own label, and a threshold goes with a date: neither is a line.
    chart = ogc.ResultsMap(of_a_batch()).chart
    (lines,) = [one for one in chart.choices if one["name"] == "lines"]
    assert [one["value"] for one in lines["options"]] == ["inputs:aoi", ""]
    # Two runs at each date and area: lines by what tells them apart come after.
    twice = of_a_batch(**{"inputs:way": "slow"}) + [
        {**one, "id": f"{one['id']} fast", "properties":
         {**one["properties"], "inputs:way": "fast"}}
        for one in of_a_batch()
    ]  # fmt: skip
    chart = ogc.ResultsMap(twice).chart
    (lines,) = [one for one in chart.choices if one["name"] == "lines"]
    values = [one["value"] for one in lines["options"]]
    assert values == ["inputs:aoi", "inputs:way", ""]
    # Without a batch there is nothing to choose.
    choices = ogc.ResultsMap(water()).chart.choices
    assert [one["name"] for one in choices] == ["of", "by"]
