"""Results as geopandas, xarray and open files, by references that want a token."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import xarray as xr
from file_server import results_of
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from ogc_widgets.errors import InputError, MissingExtraError, OgcError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SIDE = 600
LEFT, TOP, PIXEL = 600_000, 4_400_000, 10
UTM = "EPSG:32610"


def geotiff(
    pixels: Any, *, left: float = LEFT, crs: str = UTM, nodata: float | None = -1
) -> bytes:
    bands = np.asarray(pixels, dtype="float32")
    bands = bands[None] if bands.ndim == 2 else bands
    with MemoryFile() as file:
        with file.open(
            driver="GTiff", width=bands.shape[2], height=bands.shape[1],
            count=len(bands), dtype="float32", crs=crs, nodata=nodata, tiled=True,
            blockxsize=256, blockysize=256,
            transform=from_origin(left, TOP, PIXEL, PIXEL),
        ) as dataset:  # fmt: skip
            dataset.write(bands)
        return bytes(file.read())


PIXELS = np.arange(SIDE * SIDE, dtype="float32").reshape(SIDE, SIDE)
SECOND = PIXELS[::-1] * 2


def item(number: int, **assets: Any) -> dict[str, Any]:
    west, north = -121.84, 39.744
    box = shapely.box(west, north - 0.056, west + 0.072, north)
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": f"scene {number}",
        "geometry": json.loads(shapely.to_geojson(box)), "bbox": [*box.bounds],
        "properties": {"datetime": f"2022-05-1{number}T00:00:00Z", "cloud": number},
        "links": [], "assets": assets,
    }  # fmt: skip


def scenes(root: str, *, placed: bool) -> dict[str, Any]:
    grid = {
        "proj:code": UTM, "proj:shape": [SIDE, SIDE],
        "proj:transform": [PIXEL, 0, LEFT, 0, -PIXEL, TOP],
        "raster:bands": [{"data_type": "float32", "nodata": -1}],
    }  # fmt: skip
    found = [
        item(
            number,
            data={"href": f"{root}/{number}.tif", "type": "image/tiff",
                  "roles": ["data"], **(grid if placed else {})},
            look={"href": f"{root}/{number}.png", "type": "image/png",
                  "roles": ["thumbnail"]},
        )
        for number in (1, 2)
    ]  # fmt: skip
    return {"scenes": {"type": "FeatureCollection", "features": found}}


FILES = {"1.tif": geotiff(PIXELS), "2.tif": geotiff(SECOND)}


@pytest.mark.parametrize("placed", [True, False], ids=["proj", "nothing said"])
def test_rasters_of_items_are_on_one_grid_and_read_when_they_are_used(
    placed: bool,
) -> None:
    with results_of(lambda root: scenes(root, placed=placed), **FILES) as (
        results,
        server,
    ):
        found = results.to_xarray()
        before = len(server.requests(path="/api/2.tif"))
        assert [*found.data_vars] == ["data"]
        assert [str(one)[:10] for one in found.time.values] == [
            "2022-05-11", "2022-05-12",
        ]  # fmt: skip
        place = {"x": LEFT + 305, "y": TOP - 405}
        near = found.data.sel(place, method="nearest")
        assert near.values.tolist() == [PIXELS[40, 30], SECOND[40, 30]]
        assert len(server.requests(path="/api/2.tif")) > before
        assert found.odc.crs.epsg == 32610
        if placed:
            assert before == 0
            assert (found.data.values == [PIXELS, SECOND]).all()


def test_part_of_some_items_is_read_in_a_resolution_of_ones_own() -> None:
    with results_of(lambda root: scenes(root, placed=True), **FILES) as (results, _):
        box = [-121.80, 39.70, -121.79, 39.71]
        low_high = [*box[:2], 0, *box[2:], 900]
        how = {"resolution": 100, "chunks": {}}
        found = results.to_xarray(results.items[0], ["data"], bbox=box, **how)
        for same in (str(box), ",".join(map(str, box)), low_high):
            again = results.to_xarray(results.items[0], ["data"], bbox=same, **how)
            assert again.equals(found)
        assert found.sizes["time"] == 1
        assert 8 <= found.sizes["x"] <= 12
        assert float(found.x[1] - found.x[0]) == 100
        assert found.data.max() < PIXELS.max()


def test_file_that_cannot_be_read_says_so_when_it_is_read() -> None:
    broken = {**FILES, "2.tif": b"<!doctype html><html>sign in</html>"}
    with results_of(lambda root: scenes(root, placed=True), **broken) as (results, _):
        found = results.to_xarray()
        found.data[0].load()
        with pytest.raises(InputError, match="web page"):
            found.data[1].load()
    with results_of(lambda root: scenes(root, placed=True)) as (results, _):
        with pytest.raises(OgcError, match="404"):
            results.to_xarray().load()
        with pytest.raises(InputError, match=r"rasters among"):
            results.to_xarray(assets=["other"])


def test_raster_output_is_a_dataset_without_time() -> None:
    with results_of(
        lambda root: {"mask": {"href": f"{root}/mask.tif"}},
        **{"mask.tif": geotiff([PIXELS, SECOND])},
    ) as (results, _):
        found = results.to_xarray(output="mask")
        assert dict(found.sizes) == {"y": SIDE, "x": SIDE}
        assert [(one.values == want).all() for one, want in
                zip(found.data_vars.values(), [PIXELS, SECOND], strict=True)] == [
            True, True]  # fmt: skip


def made_dataset() -> xr.Dataset:
    lat, lon = np.linspace(60, 40, 41), np.linspace(-10, 10, 81)
    values = np.arange(3 * 41 * 81, dtype="float32").reshape(3, 41, 81)
    return xr.Dataset(
        {"t2m": (("time", "lat", "lon"), values, {"units": "K"})},
        {"time": pd.date_range("2020-01-01", periods=3), "lat": lat, "lon": lon},
    )


def netcdf(engine: str, dataset: xr.Dataset | None = None) -> bytes:
    dataset = made_dataset() if dataset is None else dataset
    file = io.BytesIO()
    dataset.to_netcdf(file, engine=engine)  # type: ignore[call-overload]
    return file.getvalue()


def zarr_files(folder: Path, version: int) -> dict[str, bytes]:
    made_dataset().to_zarr(folder / "run.zarr", zarr_format=version, consolidated=True)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["run.nc", "classic.nc", "run.zarr", "run.zarr.zip"])
@pytest.mark.parametrize("version", [2, 3])
def test_dataset_is_read_by_reference(name: str, version: int, tmp_path: Path) -> None:
    files = {"run.nc": netcdf("h5netcdf"), "classic.nc": netcdf("scipy")}
    if "zarr" in name:
        files = zarr_files(tmp_path, version)
        files["run.zarr.zip"] = zipped(files)
    elif version == 3:
        return
    with results_of(lambda root: {"run": {"href": f"{root}/{name}"}}, **files) as (
        results,
        _,
    ):
        found = results.to_xarray(output="run")
        xr.testing.assert_equal(found.load(), made_dataset())
        assert found.t2m.attrs == {"units": "K"}


def test_of_a_large_file_only_what_is_used_is_read() -> None:
    rng = np.random.default_rng(1)
    values = rng.random((40, 256, 256), dtype="float32")
    large = xr.Dataset({"a": (("time", "y", "x"), values)})
    file = io.BytesIO()
    large.to_netcdf(
        file, engine="h5netcdf",
        encoding={"a": {"chunksizes": (1, 256, 256)}},
    )  # type: ignore[call-overload] # fmt: skip
    data = file.getvalue()
    with results_of(
        lambda root: {"run": {"href": f"{root}/run.nc"}}, **{"run.nc": data}
    ) as (results, server):
        found = results.to_xarray(output="run", chunks={"time": 1})
        assert (found.a[7].values == values[7]).all()
        spans = [one.headers["range"][6:].split("-") for one in
                 server.requests(path="/api/run.nc")]  # fmt: skip
        read = sum(int(end) - int(start) + 1 for start, end in spans)
        assert read < len(data) / 5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><html>", "begins like a web page"),
        (netcdf("h5netcdf")[:3_000], "broken, or incomplete"),
        (b"CDF\x01" + bytes(5), "broken, or incomplete"),
        (b"hello", "no dataset that is known"),
    ],
    ids=["page", "cut", "classic cut", "other"],
)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_what_is_no_dataset_says_so(data: bytes, said: str) -> None:
    with (
        results_of(
            lambda root: {"run": {"href": f"{root}/run.nc"}}, **{"run.nc": data}
        ) as (results, _),
        pytest.raises(ProtocolError, match=said),
    ):
        results.to_xarray(output="run")


def test_items_become_a_geodataframe_with_times_and_helped_geometries() -> None:
    good = item(1)
    faulty = {**item(2), "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}}
    none = {**item(3), "geometry": None, "bbox": None}
    outputs = {"a": {"type": "FeatureCollection", "features": [good, faulty, none]}}
    with results_of(outputs) as (results, _):
        found = results.to_geodataframe()
    assert found.crs == "EPSG:4326"
    assert [*found.index] == ["scene 1", "scene 2", "scene 3"]
    assert str(found["datetime"].dtype).startswith("datetime64")
    assert found["datetime"].iloc[1] == pd.Timestamp("2022-05-12", tz="UTC")
    assert [*found["cloud"]] == [1, 2, 3]
    assert shapely.equals(found.geometry.iloc[1], shapely.box(*faulty["bbox"]))
    assert found.geometry.iloc[2] is None
    assert "faulty" in found.attrs["helped"]["scene 2"]


LAKES = gpd.GeoDataFrame(
    {"name": ["Eagle", "Butt", "ß"], "km2": [50.6, 6.4, None]},
    geometry=gpd.points_from_xy([15, 16, 17], [50, 51, 52]),
    crs="EPSG:4326",
)


def saved(folder: Path, name: str, frame: gpd.GeoDataFrame, **options: Any) -> bytes:
    path = folder / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    else:
        driver = {"driver": "KML"} if name.endswith(".kml") else {}
        frame.to_file(path, **driver, **options)
    return path.read_bytes()


@pytest.mark.parametrize(
    "name", ["a.gpkg", "a.fgb", "a.kml", "a.gml", "a.geojson", "a.parquet", "a.zip"]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")
def test_features_of_any_format_become_a_geodataframe_in_degrees(
    name: str, tmp_path: Path
) -> None:
    frame = LAKES if name.endswith(("kml", "geojson")) else LAKES.to_crs("EPSG:32633")
    if name == "a.zip":
        saved(tmp_path, "a.shp", frame)
        parts = {one.name: one.read_bytes() for one in tmp_path.glob("a.*")}
        data = zipped(parts)
    else:
        data = saved(tmp_path, name, frame)
    with results_of(lambda root: {"a": {"href": f"{root}/{name}"}}, **{name: data}) as (
        results,
        _,
    ):
        found = asyncio.run(results.aio_to_geodataframe("a"))
    assert found.crs == "EPSG:4326"
    order = found.geometry.x.argsort()
    places = shapely.get_coordinates(found.geometry.iloc[order])
    assert np.abs(places - [[15, 50], [16, 51], [17, 52]]).max() < 1e-6
    names = {one.lower(): one for one in found.columns}
    assert [*found[names["name"]].iloc[order]] == ["Eagle", "Butt", "ß"]


def test_one_of_several_layers_is_chosen(tmp_path: Path) -> None:
    saved(tmp_path, "a.gpkg", LAKES, layer="lakes")
    data = saved(tmp_path, "a.gpkg", LAKES[:1], layer="one")
    with results_of(
        lambda root: {"a": {"href": f"{root}/a.gpkg"}}, **{"a.gpkg": data}
    ) as (results, _):
        assert len(results.to_geodataframe("a")) == 3
        assert len(results.to_geodataframe("a", layer="one")) == 1
        with pytest.raises(InputError, match="lakes, one"):
            results.to_geodataframe("a", layer="other")
        assert [*results.table("a")["name"]] == [*LAKES["name"]]


def test_output_is_opened_by_its_id_as_an_asset_is_by_its_key() -> None:
    with results_of(
        lambda root: {"mask": {"href": f"{root}/1.tif"}, "n": 1}, **FILES
    ) as (results, _):
        file = results.open("mask")
        with rasterio.open(file.name, opener=file.opener) as image:
            assert (image.read(1) == PIXELS).all()
        with pytest.raises(InputError, match="a value"):
            results.open("n")
        with pytest.raises(InputError, match="no output"):
            results.open("other")


@pytest.mark.parametrize(
    ("module", "extra", "do"),
    [
        ("geopandas", "data", lambda results: results.to_geodataframe()),
        ("odc.stac", "xarray", lambda results: results.to_xarray()),
        ("xarray", "xarray", lambda results: results.to_xarray(output="run")),
        ("h5netcdf", "xarray", lambda results: results.to_xarray(output="run")),
        ("pyogrio", "files", lambda results: results.to_geodataframe("lakes")),
    ],
)
def test_what_is_not_installed_says_what_to_install(
    module: str, extra: str, do: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**FILES, "run.nc": netcdf("h5netcdf"), "a.gpkg": b"SQLite format 3\0"}
    monkeypatch.setitem(sys.modules, module, None)

    def outputs(root: str) -> dict[str, Any]:
        more = {"run": {"href": f"{root}/run.nc"}, "lakes": {"href": f"{root}/a.gpkg"}}
        return scenes(root, placed=True) | more

    with (
        results_of(outputs, **files) as (results, _),
        pytest.raises(MissingExtraError, match=rf"ogc-widgets\[{extra}\]"),
    ):
        do(results)
