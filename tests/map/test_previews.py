"""Rasters of items on the map, opened from real files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from raster_files import UTM, write
from rasterio.transform import from_origin
from waiting import wait_for

from ogc_widgets.area.area import Area
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.results.job_results import Asset, assets_of
from ogc_widgets.errors import InputError
from ogc_widgets.map import ResultsMap
from ogc_widgets.raster import Style

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOX = (14.9, 44.9, 15.3, 45.3)


class FileResults:
    """Stands in for the results of a job: items whose assets are files here."""

    def __init__(self, folder: Path, items: dict[str, dict[str, Any]]) -> None:
        self.folder = folder
        self.items = [
            {
                "type": "Feature",
                "id": name,
                "geometry": Area.box(*BOX).geometry,
                "bbox": [*BOX],
                "properties": {"datetime": f"2022-05-{12 + at}T00:00:00Z"},
                "assets": {
                    key: {"href": f"https://h/{one}"} for key, one in assets.items()
                },
            }
            for at, (name, assets) in enumerate(items.items())
        ]

    def assets(self, item: Any) -> list[Asset]:
        return assets_of(item, lambda *_: "")

    def open(self, item: Any, key: str) -> Path:
        return self.folder / item["assets"][key]["href"].rpartition("/")[2]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    where = from_origin(500_000, 5_000_000, 30, 30)
    pixels = (np.arange(64 * 64) % 200).reshape(64, 64).astype("uint8")
    write(tmp_path / "data.tif", pixels, UTM, where)
    (tmp_path / "broken.tif").write_bytes(b"II*\x00 and no more")
    return tmp_path


def test_next_asset_is_tried_when_the_best_is_no_raster(files: Path) -> None:
    assets = {"broken": "broken.tif", "gone": "gone.tif", "data": "data.tif"}
    widget = ResultsMap(FileResults(files, {"a": assets}), previews_first=False)
    widget.preview("a")
    wait_for(lambda: widget.previews.shown)
    (shown,) = widget.previews.shown
    assert (shown.item_id, shown.title) == ("a", "data")
    assert shown.raster.picture(shown.style, 64).png
    widget.close()


def test_of_several_that_are_no_rasters_the_best_says_why(files: Path) -> None:
    assets = {"broken": "broken.tif", "gone": "gone.tif"}
    widget = ResultsMap(FileResults(files, {"a": assets}), previews_first=False)
    widget.preview("a")
    wait_for(lambda: not widget.table.busy)
    assert "broken.tif is no raster" in widget.table.notes["a"]["text"]
    assert widget.previews.shown == ()
    widget.close()


def test_raster_that_is_shown_is_on_the_still_picture(files: Path) -> None:
    results = FileResults(files, {"a": {"data": "data.tif"}})
    with_raster = ResultsMap(results)
    without = ResultsMap(results, previews_first=False)
    wait_for(lambda: "data" in with_raster._card_()[1].partition("<table")[0])
    assert with_raster._card_()[1] != without._card_()[1]
    with_raster.preview("a")
    assert with_raster._card_()[1] == without._card_()[1]
    with_raster.close()
    without.close()


# -- how it is drawn, and what it is compared with ------------------------------------


@pytest.fixture
def dates(tmp_path: Path) -> Iterator[ResultsMap]:
    """Two items of two days, each a mask and an index of two bands."""
    where = from_origin(500_000, 5_000_000, 30, 30)
    ramp = np.tile(np.arange(64, dtype="float32"), (64, 1))
    for name, add in (("late", 0), ("early", 100)):
        write(tmp_path / f"{name}.tif", ramp + add, UTM, where)
        both = np.stack([ramp + 1, ramp * 2 + 1])
        write(tmp_path / f"{name}2.tif", both, UTM, where)
    assets = {
        name: {"value": f"{name}.tif", "both": f"{name}2.tif"}
        for name in ("late", "early")
    }
    results = FileResults(tmp_path, assets)
    results.items[0]["properties"]["datetime"] = "2022-05-12T00:00:00Z"
    results.items[1]["properties"]["datetime"] = "2021-07-18T00:00:00Z"
    widget = ResultsMap(results, previews_first=False)
    yield widget
    widget.close()


def show(widget: ResultsMap, *names: str, **options: Any) -> None:
    for name in names:
        widget.preview(name, **options)
        wait_for(lambda name=name: widget.previews.of(name) and not widget.table.busy)


async def nothing() -> None:
    """What is done in the loop after whatever is done there now."""


def change(widget: ResultsMap, name: str, value: object) -> None:
    """Do what the page does when a field of the card was changed; wait for its end."""
    widget.settings._receive(None, {"type": "change", "name": name, "value": value}, [])
    wait_for(lambda: not widget.settings._choice.is_running)
    run(nothing)


def styles(widget: ResultsMap) -> dict[str, Style]:
    return {one.item_id: one.style for one in widget.previews.shown}


def test_style_of_one_item_is_that_of_all_that_are_shown_and_come_later(
    dates: ResultsMap,
) -> None:
    show(dates, "late")
    change(dates, "colours", "magma")
    assert styles(dates)["late"].colours == "magma"
    show(dates, "early")
    assert styles(dates)["early"].colours == "magma"
    change(dates, "range", [10, 20])
    assert {one.stretch for one in styles(dates).values()} == {((10.0, 20.0),)}
    dates.settings.for_all = False
    change(dates, "colours", "blues")
    assert {name: one.colours for name, one in styles(dates).items()} == {
        "late": "magma",
        "early": "blues",
    }


def test_wrong_expression_stands_at_its_field_and_what_is_drawn_stays(
    dates: ResultsMap,
) -> None:
    show(dates, "late", asset="both")
    change(dates, "kind", "expression")
    drawn = styles(dates)["late"]
    assert drawn.expression == "(b1-b2)/(b1+b2)"
    change(dates, "expression", "b1 / b7")
    state = dates.settings.state
    assert "There is no band 7" in state["errors"]["expression"]
    assert state["fields"]["expression"] == "b1 / b7"
    assert styles(dates)["late"] == drawn
    change(dates, "expression", "b2 / b1")
    assert dates.settings.state["errors"] == {}
    legend = dates.previews.top.drawn.legend
    # (2 n + 1) / (n + 1) for n from 0 to 63.
    assert 1 <= legend.ranges[0][0] < legend.ranges[0][1] <= 127 / 64


def test_another_asset_is_shown_in_the_same_layer_and_the_file_before_is_closed(
    dates: ResultsMap,
) -> None:
    show(dates, "late")
    (before,) = dates.previews.shown
    # Its small picture has been read: what is under way comes to its end.
    wait_for(lambda: before.layer in dates.map._overlay.raster_stills)
    change(dates, "asset", "both")
    (after,) = dates.previews.shown
    assert (before.title, after.title) == ("value", "both")
    assert before.layer == after.layer
    with pytest.raises(InputError, match="was closed"):
        before.raster.values_at(15.005, 45.14)
    (sent,) = dates.map._overlay.rasters
    assert sent["version"] == 2


def test_two_items_lie_beside_each_other_the_earlier_one_left(
    dates: ResultsMap,
) -> None:
    dates.compare("late", "early")
    layers = dates.map.rasters
    left, right = wait_for(lambda: layers.pair)
    assert layers.shown[left].label == "18 Jul 2021"
    assert layers.shown[right].label == "12 May 2022"
    assert dates.map._overlay.swipe == [left, right]
    # The same colour is the same value on both sides.
    assert layers.shown[left].legend.ranges == layers.shown[right].legend.ranges
    assert dates.settings.state["label"] == "12 May 2022"
    assert dates.settings.state["beside"] == "18 Jul 2021"
    dates.map._overlay._receive(None, {"type": "together"}, [])
    assert list(layers.shown) == [right]
    assert dates.table.previewed == ["late"]


def test_colours_mean_the_same_of_two_that_were_shown_before(
    dates: ResultsMap,
) -> None:
    show(dates, "early", "late")
    ranges = {one.drawn.legend.ranges for one in dates.previews.shown}
    assert len(ranges) == 2
    dates.compare("late", "early")
    wait_for(lambda: dates.map.rasters.pair)
    (kept,) = {one.drawn.legend.ranges for one in dates.previews.shown}
    assert kept in ranges


def test_other_results_take_the_place_of_several_that_are_shown(
    dates: ResultsMap,
) -> None:
    show(dates, "early", "late")
    dates.results = None
    assert dates.previews.shown == ()
    assert dates.settings.state["is_there"] is False


def test_item_that_was_shown_before_stays_when_a_comparison_ends(
    dates: ResultsMap,
) -> None:
    show(dates, "early", "late")
    dates.compare("late", "early")
    wait_for(lambda: dates.map.rasters.pair)
    dates.compare()
    assert dates.table.previewed == ["early", "late"]


def test_histogram_leaves_stray_values_out_and_shares_of_classes_are_counted(
    tmp_path: Path,
) -> None:
    pixels = np.tile(np.arange(100, dtype="float32"), (100, 1))
    pixels[0, 0] = 1e6
    write(tmp_path / "a.tif", pixels)
    write(tmp_path / "b.tif", (pixels > 89).astype("uint8"))
    results = FileResults(tmp_path, {"a": {"a": "a.tif", "b": "b.tif"}})
    widget = ResultsMap(results, previews_first=False)
    show(widget, "a", asset="a")
    state = wait_for(lambda: widget.settings.state["bars"] and widget.settings.state)
    low, high = state["axis"]
    assert low == 0
    assert 99 < high < 200
    assert sum(state["bars"][0]["counts"]) == pixels.size - 1
    change(widget, "asset", "b")
    shares = [one["share"] for one in widget.settings.state["classes"]]
    assert shares == pytest.approx([0.9, 0.1], abs=0.001)
    widget.close()


def test_code_to_copy_opens_and_draws_what_is_shown(dates: ResultsMap) -> None:
    show(dates, "early", asset="both", style=Style((2,), colours="blues"))
    scope: dict[str, Any] = {"results": dates.results}
    exec(dates.settings.state["code"], scope)  # it is ours
    shown = dates.previews.top
    assert scope["png"] == shown.raster.picture(shown.style).png
    scope["raster"].close()


def test_first_look_can_be_turned_off_on_the_card(dates: ResultsMap) -> None:
    results = dates.results
    dates.settings.shows_first = False
    dates.results = None
    dates.results = results
    assert not dates.previews_first
    dates.settings.shows_first = True
    dates.results = results
    assert not dates.previews.shown, "what goes on lays nothing on the map by itself"
    dates.results = None
    dates.results = results
    wait_for(lambda: dates.previews.shown)
