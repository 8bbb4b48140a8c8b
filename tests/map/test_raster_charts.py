"""Charts of what the rasters of items are like: in the area over time, along a line."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import ogc_widgets as ogc
from ogc_widgets.client.results.files.result_files import Asset
from ogc_widgets.errors import InputError, ServerError
from ogc_widgets.map.chart.of_items import AREA, LINE
from ogc_widgets.map.chart.raster_values import AT_ONCE, MOST_ITEMS, chosen_of

rasterio = pytest.importorskip("rasterio", reason="the extra raster is not installed")

from waiting import wait_for, wait_for_silence  # noqa: E402 # after the test for the extra

if TYPE_CHECKING:
    from pathlib import Path

# Threads that ignore this warning for a while take the filter away from each other.
pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning"
)
BOX = 10.0, 45.0, 10.1, 45.1
CLASSES = [{"value": 0, "name": "land"}, {"value": 1, "name": "water"}]


class Rasters:
    """Results with a raster of one value each, but for water in the western part."""

    note = ""

    def __init__(self, folder: Path, shares: list[float], *, classified: bool) -> None:
        from rasterio.transform import from_bounds

        self.folder, self.classified = folder, classified
        self.items = []
        self.broken: set[str] = set()
        self.opened = 0
        self.gate = threading.Event()
        self.gate.set()
        for number, share in enumerate(shares):
            name = f"s{number}"
            pixels = np.zeros((1, 100, 100), "uint8" if classified else "float32")
            pixels[0, :, : round(100 * share)] = 1
            with rasterio.open(
                folder / f"{name}.tif", "w", driver="GTiff", width=100, height=100,
                count=1, dtype=pixels.dtype, crs="EPSG:4326",
                transform=from_bounds(*BOX, 100, 100),
            ) as file:  # fmt: skip
                file.write(pixels)
            asset = {"classification:classes": CLASSES} if classified else {}
            self.items.append(
                {
                    "type": "Feature", "id": name, "bbox": list(BOX),
                    "geometry": ogc.AreaMap(list(BOX)).geometry,
                    "properties": {
                        "datetime": f"2021-{number + 1:02}-01T00:00:00Z",
                        "cloud:percent": float(number),
                    },
                    "assets": {"data": asset},
                }
            )  # fmt: skip

    def assets(self, item: Any) -> list[Asset]:
        return [
            Asset("data", "", "image/tiff; application=geotiff", f"{item['id']}.tif",
                  ("data",), 9, True, "")
        ]  # fmt: skip

    def open(self, item: Any, _key: str) -> str:
        self.opened += 1
        self.gate.wait(30)
        if item["id"] in self.broken:
            raise ServerError(f"{item['id']} is gone.")
        return str(self.folder / f"{item['id']}.tif")


def shown(results: Any) -> ogc.ResultsMap:
    return ogc.ResultsMap(results, previews_first=False)


def options(chart: Any) -> dict[str, str]:
    return {one["value"]: one["why"] for one in chart.choices[0]["options"]}


def settled(chart: Any, count: int) -> None:
    wait_for(
        lambda: not chart.note["working"] and len(chart.data.x) == count,
        lambda: (chart.note, chart.problem, len(chart.data.x)),
    )


def test_share_of_a_class_inside_the_area_is_charted_over_time(tmp_path: Path) -> None:
    results = shown(Rasters(tmp_path, [0.2, 0.4, 0.6], classified=True))
    chart = results.chart
    assert chart.heading == "cloud by date"
    assert options(chart)[AREA] == "draw an area first"
    with pytest.raises(InputError, match="draw an area"):
        chart.of = AREA
    # The western half, in which water has twice its share.
    results.map.bbox = [10.0, 45.02, 10.05, 45.08]
    assert options(chart)[AREA] == ""
    chart.of = AREA
    settled(chart, 3)
    assert chart.heading == "inside the area share of water"
    assert chart.data.y[0] == pytest.approx([40, 80, 100], abs=1)
    assert chart.about["x"]["kind"] == "time"
    assert chart.about["y"]["unit"] == "%"
    chart.measure = "class 0"
    assert chart.data.y[0] == pytest.approx([60, 20, 0], abs=1)
    # Points are items, as everywhere.
    chart.selected = 1
    assert results.selected == "s1"
    # Another area is read anew.
    results.map.bbox = [10.05, 45.02, 10.1, 45.08]
    chart.measure = "class 1"
    settled(chart, 3)
    wait_for(lambda: chart.data.y[0] == pytest.approx([0, 0, 20], abs=1))
    results.map.geometry = None
    assert chart.heading == "cloud by date"


def test_mean_is_charted_where_numbers_are_measured(tmp_path: Path) -> None:
    results = shown(Rasters(tmp_path, [0.25, 0.5], classified=False))
    results.map.bbox = [*BOX]
    results.chart.of = AREA
    settled(results.chart, 2)
    assert results.chart.data.y[0] == pytest.approx([0.25, 0.5], abs=0.02)
    results.chart.measure = "high"
    assert results.chart.data.y[0].tolist() == [1, 1]


def test_fault_of_one_raster_costs_that_one_and_filter_says_what_is_read(
    tmp_path: Path,
) -> None:
    files = Rasters(tmp_path, [0.2, 0.4, 0.6, 0.8], classified=True)
    files.broken = {"s2"}
    results = shown(files)
    results.map.bbox = [*BOX]
    results.kept = np.array([False, True, True, True])
    chart = results.chart
    chart.of = AREA
    settled(chart, 2)
    assert chart.data.names == ("s1", "s3")
    assert chart.note["text"].startswith("1 could not be read: s2 is gone")
    results.kept = None
    settled(chart, 3)
    assert chart.data.names == ("s0", "s1", "s3")


def test_reading_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    files = Rasters(tmp_path, [0.5] * 12, classified=True)
    results = shown(files)
    results.map.bbox = [*BOX]
    chart = results.chart
    files.gate.clear()
    chart.of = AREA
    wait_for(lambda: files.opened == AT_ONCE)
    assert chart.note == {"text": "0 of 12 read", "working": True}
    chart._receive(chart, {"type": "stop"}, None)
    assert chart.note == {"text": "0 of 12 read, stopped", "working": False}
    files.gate.set()
    # Those that were being read come to their end, and no other begins.
    assert wait_for_silence(lambda: files.opened) == AT_ONCE
    assert chart.note["text"] == "0 of 12 read, stopped"
    chart.of = "cloud:percent"
    assert chart.heading == "cloud by date"
    chart.of = AREA
    settled(chart, 12)


def test_of_very_many_items_some_are_read_evenly_apart_in_time() -> None:
    dates = np.arange(1000.0)[::-1]
    numbers = chosen_of(range(1000), dates)
    assert len(numbers) == MOST_ITEMS
    steps = np.diff(dates[numbers])
    assert set(steps) <= {5, 6}
    assert chosen_of([3, 1], dates) == [3, 1]


def test_rasters_on_the_map_are_charted_along_the_line(tmp_path: Path) -> None:
    results = shown(Rasters(tmp_path, [0.25, 0.75], classified=True))
    chart = results.chart
    assert options(chart)[LINE] == "show a raster first"
    for name in ("s0", "s1"):
        results.preview(name)
        wait_for(lambda name=name: name in results.table.previewed)
    assert options(chart)[LINE] == ""
    area_map = results.map
    area_map.bbox = [*BOX]
    chart.of = LINE
    assert chart.empty == "Draw the line on the map."
    assert area_map.drawing == "along"
    page = area_map._overlay
    line = {"type": "LineString", "coordinates": [[10.0, 45.05], [10.1, 45.05]]}
    page._receive(page, {"type": "along", "geometry": line}, None)
    settled(chart, 256)
    assert area_map.bbox == [*BOX]  # the area of the form is another thing
    assert chart.about["series"] == ["2021-02-01", "2021-01-01"]
    assert chart.about["x"]["unit"] == "m"
    # At 45 degrees a tenth of one is 7.9 km: water ends where it does.
    assert chart.data.x[-1] == pytest.approx(7_883, abs=30)
    for values, share in zip(chart.data.y, (0.75, 0.25), strict=True):
        known = values[~np.isnan(values)]  # its ends are the edge of the rasters
        assert len(known) >= 254
        assert known.mean() == pytest.approx(share, abs=0.01)
        assert (np.diff(known) <= 0).all()
    results.preview("s0")
    settled(chart, 256)
    wait_for(lambda: len(chart.data.series) == 1)
    assert page.takes_line
    results.preview("s1")
    assert chart.heading == "cloud by date"
    assert not page.takes_line
    with pytest.raises(InputError, match="one line"):
        area_map.line = [*BOX]


def test_items_with_rasters_alone_offer_what_can_be_read(tmp_path: Path) -> None:
    files = Rasters(tmp_path, [0.25, 0.75], classified=True)
    for item in files.items:
        del item["properties"]["cloud:percent"]
    results = shown(files)
    chart = results.chart
    assert not chart.is_empty
    assert chart.empty.startswith("Choose")
    results.map.bbox = [*BOX]
    chart.of = AREA
    settled(chart, 2)
    assert chart.data.y[0] == pytest.approx([25, 75], abs=1)
