"""Datasets in words, and slices of them where they lie on the Earth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from file_server import results_of
from test_into_python import made_dataset, netcdf
from waiting import wait_for

from ogc_widgets.client.results.arrays.slices import geotiff_of, plane_of
from ogc_widgets.client.results.files.remote_file import BytesSource, RemoteFile
from ogc_widgets.errors import InputError
from ogc_widgets.map import ResultsMap
from ogc_widgets.raster import open_raster
from ogc_widgets.viewers import ResultsStage
from ogc_widgets.viewers.dataset_viewer import described, values_of
from ogc_widgets.viewers.tree_viewer import Asked

if TYPE_CHECKING:
    from ogc_widgets.raster import Raster


def raster_of(dataset: xr.Dataset, name: str, **at: int) -> Raster:
    data = geotiff_of(dataset, name, plane_of(dataset, name), at)
    return open_raster(RemoteFile(BytesSource(data), "slice.tif"))


def value_at(raster: Raster, lon: float, lat: float) -> float | None:
    return raster.values_at(lon, lat)[0].value


def on_degrees(lat: Any, lon: Any, **attrs: Any) -> xr.Dataset:
    values = np.arange(len(lat) * len(lon), dtype="float32").reshape(len(lat), -1)
    return xr.Dataset(
        {"v": (("y0", "x0"), values)},
        {"y0": ("y0", lat, {"units": "degrees_north"}),
         "x0": ("x0", lon, {"standard_name": "longitude", **attrs})},
    )  # fmt: skip


@pytest.mark.parametrize("is_up", [False, True])
def test_slice_lies_where_its_coordinates_say(is_up: bool) -> None:
    dataset = made_dataset()
    if is_up:
        dataset = dataset.sortby("lat")
    raster = raster_of(dataset, "t2m", time=2)
    for lon, lat in ((-10, 60), (0, 50), (7.25, 43)):
        wanted = float(dataset.t2m.isel(time=2).sel(lon=lon, lat=lat))
        assert value_at(raster, lon, lat) == wanted
    raster.close()


def test_longitudes_of_0_to_360_come_to_both_sides_of_greenwich() -> None:
    lon = np.arange(0, 360, 2.0)
    dataset = on_degrees(np.arange(80, -81, -2.0), lon)
    raster = raster_of(dataset, "v")
    for where, column in ((10, 10), (-40, 320), (178, 178), (-178, 182)):
        wanted = float(dataset.v.sel(y0=20, x0=column))
        assert value_at(raster, where, 20) == wanted
    raster.close()


def test_grid_in_metres_lies_by_its_grid_mapping() -> None:
    x, y = np.arange(500_000, 500_600, 30.0), np.arange(5_000_000, 4_999_400, -30.0)
    values = np.arange(20 * 20, dtype="float32").reshape(20, 20)
    mapping = {
        "grid_mapping_name": "transverse_mercator", "scale_factor_at_central_meridian":
        0.9996, "longitude_of_central_meridian": 15.0, "false_easting": 500_000.0,
        "latitude_of_projection_origin": 0.0, "false_northing": 0.0,
        "semi_major_axis": 6378137.0, "inverse_flattening": 298.257223563,
    }  # fmt: skip
    dataset = xr.Dataset(
        {"v": (("y", "x"), values, {"grid_mapping": "utm"}), "utm": ((), 0, mapping)},
        {"x": x, "y": y},
    )
    raster = raster_of(dataset, "v")
    west, south, east, north = raster.info.bounds
    assert 15 - 0.001 < west < east < 15.01
    assert (
        value_at(raster, (west + east) / 2, (south + north) / 2) in values[8:12, 8:12]
    )
    raster.close()
    with pytest.raises(InputError, match="does not say its reference system"):
        plane_of(dataset.drop_vars("utm"), "v")


def test_uneven_latitudes_are_laid_out_evenly() -> None:
    lat = np.array([0.0, 10, 20, 30, 40, 52, 60])
    dataset = on_degrees(lat, np.arange(0, 20, 2.0))
    raster = raster_of(dataset, "v")
    assert value_at(raster, 6, 10) == float(dataset.v.sel(y0=10, x0=6))
    assert value_at(raster, 6, 50) == float(dataset.v.sel(y0=52, x0=6))
    raster.close()


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (xr.Dataset({"v": (("j", "i"), np.ones((3, 3)))},
                    {"lat": (("j", "i"), np.ones((3, 3))),
                     "lon": (("j", "i"), np.ones((3, 3)))}), "curvilinear"),
        (xr.Dataset({"v": (("a", "b"), np.ones((3, 3)))}), "no coordinates"),
        (on_degrees([1.0], [1.0, 2.0]), "only one place"),
        (xr.Dataset({"v": ("a", ["x"])}), "no numbers"),
    ],
    ids=["curvilinear", "nothing", "one row", "words"],
)  # fmt: skip
def test_what_has_no_place_says_why(dataset: xr.Dataset, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plane_of(dataset, "v")


def test_dataset_is_described_as_xarray_does_and_values_only_when_asked() -> None:
    dataset = made_dataset()
    dataset.t2m.attrs["long_name"] = "2 m temperature"
    tree = described(dataset.assign_attrs(title="run 5"))
    assert tree.words == "3 dimensions: time 3 · lat 41 · lon 81"
    assert [*tree] == ["coordinates", "variables", "attributes"]
    t2m = tree["variables"]["t2m"]
    assert t2m.words == "float32 (time, lat, lon) 2 m temperature, K"
    asked = t2m["values"]
    assert isinstance(asked, Asked)
    assert asked._found is None
    assert asked["highest"] == f"{float(dataset.t2m.max()):,.6g}"


def test_of_a_large_variable_some_slices_are_read() -> None:
    read: list[Any] = []

    class Spy(xr.backends.common.BackendArray):
        shape, dtype = (100, 1000, 100), np.dtype("float64")

        def __getitem__(self, key: Any) -> Any:
            read.append(key.tuple)
            index = np.atleast_1d(np.arange(100)[key.tuple[0]])
            return np.ones((len(index), 1000, 100)) * index[:, None, None]

    lazy = xr.core.indexing.LazilyIndexedArray(Spy())
    found = values_of(xr.DataArray(xr.Variable(("t", "y", "x"), lazy)))
    assert found["read"] == "10 of 100 along t"
    assert (found["lowest"], found["highest"]) == ("0", "99")
    assert len(read) == 1


def test_times_are_labels_of_slices() -> None:
    data = netcdf("h5netcdf")
    with results_of(
        lambda root: {"run": {"href": f"{root}/run.nc"}}, **{"run.nc": data}
    ) as (results, _):
        results_map = ResultsMap(previews_first=False)
        stage = ResultsStage(results_map)
        try:
            stage.show(results)
            viewer = stage.viewer
            wait_for(lambda: viewer.variables, lambda: viewer.problem)
            days = [str(one)[:10] for one in pd.date_range("2020-01-01", periods=3)]
            assert viewer.variables == [
                {"name": "t2m", "dims": [{"name": "time", "size": 3, "labels": days}]}
            ]
            sent: list[Any] = []
            viewer.send = lambda content, buffers=None: sent.append(content)
            viewer._on_branches([1])
            wait_for(lambda: sent)
            assert sent[0]["rows"][0]["key"] == "t2m"

            for at in (1, 2):
                viewer._on_lay("t2m", {"time": at})
                wait_for(lambda at=at: days[at] in viewer.shown, lambda: viewer.problem)
                (shown,) = results_map.map.rasters.shown.values()
                wanted = float(made_dataset().t2m.isel(time=at).sel(lon=5, lat=45))
                assert value_at(shown.raster, 5, 45) == wanted
                assert shown.legend.unit == "K"
            viewer._on_take_off()
            assert results_map.map.rasters.shown == {}
            assert viewer.code.splitlines()[-1] == "results.to_xarray(output='run')"
        finally:
            stage.close()


def test_dataset_that_cannot_be_read_says_why_and_what_next() -> None:
    with results_of(
        lambda root: {"run": {"href": f"{root}/run.nc"}},
        **{"run.nc": b"<!doctype html><html>"},
    ) as (results, _):
        stage = ResultsStage(ResultsMap(previews_first=False))
        try:
            stage.show(results)
            wait_for(lambda: stage.viewer.problem)
            assert "begins like a web page" in stage.viewer.problem
            assert "Ask for the results again" in stage.viewer.problem
            assert not stage.viewer.is_loading
        finally:
            stage.close()
