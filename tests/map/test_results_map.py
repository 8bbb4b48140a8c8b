from __future__ import annotations

import gc
import json
import threading
import zlib
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pystac
import pytest
import shapely
from ipywidgets.widgets.widget import _instances

from ogc_widgets.area.area import Area
from ogc_widgets.client.results.job_results import Asset
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.map import AreaMap, ResultsMap

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def item(name, **members):
    return {
        "type": "Feature",
        "id": name,
        "geometry": Area.box(0, 0, 4, 3).geometry,
        "bbox": [0, 0, 4, 3],
        "assets": {"data": {}, "look": {"bbox": [1, 1, 2, 2]}},
        **members,
    }


def stac_item(name):
    area = Area.box(2.6, 0.1, 3.5, 3)
    return item(
        name,
        stac_version="1.0.0",
        properties={"datetime": "2021-07-13T00:00:00Z"},
        links=[],
        geometry=area.geometry,
        bbox=[*area.bbox],
        assets={},
    )


class FakeResults:
    """Stands in for the results of a job, without a server."""

    def __init__(self):
        self.items = [item("a"), item("b")]

    def assets(self, _item):
        return [
            Asset("data", "", "image/tiff", "https://x/d", ("data",), 3, True, ""),
            Asset("look", "", "image/png", "https://x/l", ("thumbnail",), 3, True, ""),
        ]

    def open(self, _item, _key):
        raise ProtocolError("It is no raster.", safe="Nothing changed.")

    async def aio_download(self, folder, *, items, assets):
        path = Path(folder) / f"{items[0]['id']}-{assets[0]}"
        path.write_bytes(PNG)
        return [path]


@pytest.fixture
def shown(tmp_path):
    widget = ResultsMap(FakeResults(), folder=tmp_path / "files", previews_first=False)
    yield widget
    widget.close()


def ask(widget, **message):
    """Send what the page sends, and wait until the work for it has ended."""
    idle = threading.Event()

    def watch(change):
        if not change["new"]:
            idle.set()

    widget.table.observe(watch, "busy")
    widget.table._receive(None, message, [])
    if widget.table.busy:
        assert idle.wait(60), "the work did not end"
    widget.table.unobserve(watch, "busy")


def test_map_and_table_show_the_same_items(shown):
    assert [row["id"] for row in shown.table.rows()] == ["a", "b"]
    names = zlib.decompress(shown.map._overlay.footprints["names"])
    assert json.loads(names)["ids"] == ["a", "b"]
    assert (shown.drawn, shown.total) == (2, 2)


def test_selection_is_one_when_table_map_or_python_changes_it(shown):
    shown.table.selected = "b"
    assert (shown.selected, shown.map.selected) == ("b", "b")
    shown.map.selected = "a"
    assert (shown.selected, shown.table.selected) == ("a", "a")
    shown.selected = ""
    assert (shown.table.selected, shown.map.selected) == ("", "")


def test_preview_is_laid_where_the_asset_says_and_taken_away_again(shown):
    ask(shown, type="preview", id="a")
    assert shown.table.previewed == ["a"]
    (picture,) = shown.map._overlay.pictures
    assert picture["bounds"] == [1, 1, 2, 2]
    assert picture["url"].startswith("data:image/png;base64,")
    ask(shown, type="preview", id="a")
    assert shown.table.previewed == []
    assert shown.map._overlay.pictures == []


def test_plain_items_are_shown_without_offering_what_cannot_be_done():
    widget = ResultsMap({"type": "FeatureCollection", "features": [item("a")]})
    assert [row["id"] for row in widget.table.rows()] == ["a"]
    assert widget.table.can == []
    widget.close()


@pytest.mark.parametrize(
    "given",
    [
        pystac.Item.from_dict(stac_item("a")),
        [pystac.Item.from_dict(stac_item("a"))],
        geopandas.GeoDataFrame(
            {"datetime": pd.to_datetime(["2021-07-13"], utc=True), "water": [7.5]},
            geometry=[shapely.box(445280, 0, 556597, 331775)],
            index=["a"],
            crs=32631,
        ),
    ],
)
def test_items_of_pystac_and_rows_of_geopandas_are_shown(given):
    widget = ResultsMap(given)
    [row] = widget.table.rows()
    assert (row["id"], row["date"]) == ("a", "2021-07-13")
    [west, south, east, north] = widget.map.footprints.extent
    # The zone's metres are about two and a half to three and a half degrees east.
    assert 2.5 <= west < east <= 3.52
    assert 0 <= south < north <= 3.01
    widget.close()


def test_results_can_be_exchanged_and_emptied(shown):
    shown.selected = "b"
    shown.results = [item("c")]
    assert [row["id"] for row in shown.table.rows()] == ["c"]
    assert shown.selected == ""
    shown.results = None
    assert shown.table.rows() == []
    assert shown.table.empty == ""
    shown.results = []
    assert "no items" in shown.table.empty
    assert shown.map._overlay.footprints == {}


def test_given_map_stays_open_and_is_cleared_when_the_results_close():
    area_map = AreaMap(basemap=None)
    widget = ResultsMap(FakeResults(), area_map=area_map)
    widget.selected = "a"
    widget.close()
    assert area_map.comm is not None
    assert area_map._overlay.footprints == {}
    area_map.selected = "b"
    assert widget.selected != "b"
    area_map.close()


def test_nothing_is_left_when_many_were_closed():
    before = set(_instances)
    for _ in range(50):
        ResultsMap(FakeResults()).close()
    assert set(_instances) <= before


def lakes(count=6):
    return [
        item(f"lake{n}", properties={"water": n, "datetime": f"2021-01-{n + 1:02}"})
        for n in range(count)
    ]


@pytest.fixture
def filtered():
    widget = ResultsMap([*lakes(), item("nowhere", geometry=None, bbox=None)])
    yield widget
    widget.close()


def drawn_bits(widget):
    bits = np.frombuffer(widget.map._overlay.kept, np.uint8)
    return np.unpackbits(bits, bitorder="little")[: widget.drawn].tolist()


def test_mask_of_python_is_what_table_and_map_show(filtered):
    water = filtered.columns.number("water").values
    filtered.kept = water > 3
    assert [row["id"] for row in filtered.table.rows()] == ["lake4", "lake5"]
    assert drawn_bits(filtered) == [0, 0, 0, 0, 1, 1]
    assert filtered.table.filter["is_masked"] is True
    filtered.kept = None
    assert (filtered.table.count, filtered.map._overlay.kept) == (7, b"")
    filtered.kept = [False] * 7
    assert filtered.table.count == 0
    assert drawn_bits(filtered) == [0] * 6
    with pytest.raises(InputError):
        filtered.kept = [True]


def test_filter_of_the_page_is_the_mask_of_python(filtered):
    masks = []
    filtered.observe(lambda change: masks.append(change["new"]), "kept")
    table = filtered.table
    table._receive(
        None, {"type": "filter", "number": 1, "by": "water", "low": 1, "high": 3}, []
    )
    assert filtered.kept.tolist() == [False, True, True, True, False, False, False]
    assert drawn_bits(filtered) == [0, 1, 1, 1, 0, 0]
    assert table.filter["ranges"] == {"water": [1, 3]}
    table._receive(None, {"type": "filter", "number": 2, "text": "lake2"}, [])
    assert (table.count, table.filter["answer"]) == (1, 2)
    table._receive(None, {"type": "all", "number": 3}, [])
    assert (table.count, filtered.kept) == (7, None)
    assert len(masks) == 3


def test_colours_are_those_of_the_drawn_in_their_order(filtered):
    overlay = filtered.map._overlay
    assert filtered.colour_by == "water"
    steps = list(overlay.colours["steps"])
    assert len(steps) == 6
    assert steps == sorted(set(steps))
    shown = {row["id"]: row["colour"] for row in filtered.table.rows()}
    assert [shown[f"lake{n}"] for n in range(6)] == [
        overlay.colours["ramp"][step] for step in steps
    ]
    assert shown["nowhere"] not in overlay.colours["ramp"]
    overlay.colour_by = "date"  # as the page chooses it
    assert (filtered.colour_by, filtered.table.colour_by) == ("date", "date")
    assert overlay.colours["low"] == "2021-01-01"
    overlay.colour_by = ""
    assert overlay.colours == {}
    assert {row["colour"] for row in filtered.table.rows()} == {""}
    with pytest.raises(InputError, match="no numbers"):
        filtered.colour_by = "snow"


def test_python_collects_its_garbage_again_whatever_was_shown():
    widget = ResultsMap([item("a")])
    assert gc.isenabled()
    with pytest.raises(InputError):
        widget.results = "no items"
    assert gc.isenabled()
    widget.close()


def looked_at(widget):
    """Filter, tick, sort, colour and select, as somebody does on the page."""
    table = widget.table
    table._receive(
        None, {"type": "filter", "number": 1, "by": "water", "low": 1, "high": 4}, []
    )
    table._receive(None, {"type": "sort", "by": "water", "descending": True}, [])
    table._receive(None, {"type": "tick", "first": 0, "last": 1, "on": True}, [])
    widget.colour_by, widget.selected = "date", "lake2"


def test_other_results_begin_without_filter_ticks_and_order(filtered):
    looked_at(filtered)
    # Another run gives items of the same names, with files of their own.
    filtered.results = [{**one, "assets": {"other": {}}} for one in lakes(4)]
    assert filtered.kept is None
    assert filtered.table.checked == []
    assert filtered.table.order == {"by": "", "descending": False}
    assert (filtered.table.count, filtered.table.ticks["count"]) == (4, 0)


def test_items_that_come_later_leave_what_was_done_with_the_earlier_ones(filtered):
    looked_at(filtered)
    fits = filtered.map._overlay.fit_request["number"]
    filtered.results = [*lakes(9), item("lake9", properties={"water": 2.5})]
    assert [row["id"] for row in filtered.table.rows()] == [
        *("lake4", "lake3", "lake9", "lake2", "lake1"),
    ]
    assert drawn_bits(filtered) == [0, 1, 1, 1, 1, 0, 0, 0, 0, 1]
    assert filtered.kept.sum() == 5
    assert filtered.table.checked == ["lake3", "lake4"]
    assert (filtered.colour_by, filtered.table.colour_by) == ("date", "date")
    assert filtered.map._overlay.colours["high"] == "2021-01-09"
    assert (filtered.selected, filtered.table.place) == ("lake2", 3)
    assert filtered.map._overlay.fit_request["number"] == fits, "the view jumped"


def test_mask_of_python_keeps_out_the_same_items_and_lets_in_later_ones(filtered):
    filtered.kept = filtered.columns.number("water").values > 3
    filtered.results = lakes(8)
    assert [row["id"] for row in filtered.table.rows()] == [
        *("lake4", "lake5", "lake6", "lake7"),
    ]


def test_items_are_found_as_they_were_left_after_another_output_was_on_the_map(
    filtered,
):
    items = filtered.results
    looked_at(filtered)
    filtered.results = [item("road", properties={"lanes": n}) for n in range(5)]
    assert filtered.kept is None
    assert (filtered.table.count, filtered.table.checked) == (5, [])
    filtered.results = items
    assert filtered.table.count == filtered.kept.sum() == 4
    assert filtered.table.checked == ["lake3", "lake4"]
    assert filtered.table.order == {"by": "water", "descending": True}
    assert (filtered.colour_by, filtered.selected) == ("date", "lake2")
    filtered.results = None
    filtered.results = items
    assert filtered.kept is None, "after nothing everything begins anew"


def test_raster_stays_on_the_map_while_further_items_come(shown):
    ask(shown, type="preview", id="a")
    more = FakeResults()
    more.items = [*shown.results.items, item("c")]
    shown.results = more
    assert shown.table.previewed == ["a"]
    assert len(shown.map._overlay.pictures) == 1
    more = FakeResults()
    more.items = shown.results.items[1:]
    shown.results = more
    assert shown.table.previewed == []
    assert shown.map._overlay.pictures == []


def test_item_without_a_footprint_is_named_and_says_why(filtered):
    assert filtered.map._overlay.footprint_note.endswith(": nowhere.")
    filtered.selected = "nowhere"
    assert filtered.table.details["note"].startswith("Not on the map: ")
    filtered.selected = "lake1"
    assert filtered.table.details["note"] == ""


def test_selected_item_that_is_not_kept_has_no_row(filtered):
    filtered.selected = "lake4"
    assert filtered.table.place == 4
    assert filtered.table.details["label"] == "lake4"
    filtered.kept = filtered.columns.number("water").values < 2
    assert filtered.table.place == -1
    assert filtered.selected == "lake4"
