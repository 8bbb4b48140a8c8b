"""Rasters of items on the map, opened from real files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from raster_files import UTM, write
from rasterio.transform import from_origin
from waiting import wait_for

from ogc_widgets.area.area import Area
from ogc_widgets.client.results.job_results import Asset, assets_of
from ogc_widgets.map import ResultsMap

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
