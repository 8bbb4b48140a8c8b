"""Outputs that are rasters themselves: facts, and on the map when they are chosen."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from file_server import results_of
from raster_files import UTM, write
from rasterio.transform import from_origin
from waiting import wait_for

from ogc_widgets.map import ResultsMap
from ogc_widgets.viewers import ResultsStage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIXELS = np.arange(64 * 48, dtype="uint16").reshape(48, 64)
WHERE = from_origin(500_000, 5_000_000, 30, 20)


@contextmanager
def stage_of(outputs: Any, **files: bytes) -> Iterator[ResultsStage]:
    with results_of(outputs, **files) as (results, _):
        stage = ResultsStage(ResultsMap(previews_first=False))
        try:
            stage.show(results)
            yield stage
        finally:
            stage.close()


def test_raster_lies_on_the_map_and_says_what_it_is(tmp_path: Path) -> None:
    data = write(tmp_path / "a.tif", PIXELS, UTM, WHERE, nodata=7).read_bytes()

    def outputs(root: str) -> Any:
        return {"dem": {"href": f"{root}/a.tif", "type": "image/tiff"}}

    with stage_of(outputs, **{"a.tif": data}) as stage:
        viewer, layers = stage.viewer, stage.results_map.map.rasters
        wait_for(lambda: viewer.is_shown, lambda: viewer.problem)
        (shown,) = layers.shown.values()
        value = shown.raster.values_at(15.0002, 45.1533)[0].value
        assert value is not None
        facts = dict(viewer.rows)
        assert facts["pixels"] == "64 × 48"
        assert facts["pixel size"] == "30 × 20 metre"
        assert facts["reference system"] == "EPSG:32633, WGS 84 / UTM zone 33N"
        assert facts["overviews"] == "none"
        assert viewer.bands == [
            {"name": "band 1", "type": "uint16", "unit": "", "nodata": "7"}
        ]
        assert viewer.size == len(data)
        # The card on the map is for this one too.
        settings = stage.results_map.settings
        assert settings.state["title"] == "dem"
        settings._on_change("colours", "magma")
        wait_for(lambda: layers.shown[layers.top].style.colours == "magma")
        viewer._on_take_off()
        assert (viewer.is_shown, layers.shown) == (False, {})
        viewer._on_lay()
        wait_for(lambda: viewer.is_shown, lambda: viewer.problem)


@pytest.mark.parametrize("driver", ["GTiff", "JP2OpenJPEG"])
def test_raster_by_value_is_shown_too(tmp_path: Path, driver: str) -> None:
    name = "a.jp2" if driver == "JP2OpenJPEG" else "a.tif"
    kind = "image/jp2" if driver == "JP2OpenJPEG" else "image/tiff"
    data = write(tmp_path / name, PIXELS, UTM, WHERE, driver=driver).read_bytes()
    value = {
        "value": base64.b64encode(data).decode(),
        "encoding": "base64",
        "mediaType": kind,
    }
    with stage_of({"dem": value}) as stage:
        wait_for(lambda: stage.viewer.is_shown, lambda: stage.viewer.problem)
        assert dict(stage.viewer.rows)["pixels"] == "64 × 48"


def test_raster_without_a_place_says_so_and_can_be_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write(tmp_path / "a.tif", PIXELS, None, None).read_bytes()

    def outputs(root: str) -> Any:
        return {"dem": {"href": f"{root}/a.tif", "type": "image/tiff"}}

    with stage_of(outputs, **{"a.tif": data}) as stage:
        viewer = stage.viewer
        wait_for(lambda: viewer.problem)
        assert "does not say where on the Earth it lies" in viewer.problem
        assert not viewer.is_loading
        assert not viewer.is_shown
        saved: list[Any] = []
        monkeypatch.setattr(stage.downloads, "save_content", saved.append)
        viewer._on_download()
        assert viewer.has_file
        assert saved == [viewer.content]
