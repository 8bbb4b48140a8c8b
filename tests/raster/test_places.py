"""A raster of any grid is seen where it lies: its pixels hold where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from affine import Affine
from raster_files import (
    HERE,
    UTM,
    degrees_from,
    from_100,
    pixels_of,
    seen_at,
    seen_in_tile,
    write,
)
from rasterio.rpc import RPC
from rasterio.transform import from_origin

from ogc_widgets.errors import InputError
from ogc_widgets.raster import Style, open_raster

if TYPE_CHECKING:
    from pathlib import Path

WORLD = Style(colours="gray", stretch=((0.0, 180.0),))
DEGREES = "EPSG:4326"

GRIDS = {
    "utm": (UTM, from_origin(500_000, 5_000_000, 1000, 1000), 100, 100),
    "turned": (
        UTM,
        from_origin(500_000, 5e6, 1000, 1000) @ Affine.rotation(30),
        90,
        90,
    ),
    "south up": (UTM, Affine(1000, 0, 500_000, 0, 1000, 4_900_000), 100, 100),
    "web map": ("EPSG:3857", from_origin(1e6, 6e6, 1000, 1000), 100, 100),
    "whole Earth": (DEGREES, from_origin(-180, 90, 1, 1), 360, 180),
    "0 to 360": (DEGREES, from_origin(0, 90, 1, 1), 360, 180),
    "half a pixel over": (DEGREES, from_origin(-180.5, 90.5, 1, 1), 361, 181),
    "across 180 in degrees": (DEGREES, from_origin(170, 10, 0.25, 0.25), 80, 80),
    "across 180 from the west": (DEGREES, from_origin(-190, 10, 0.25, 0.25), 80, 80),
    "across 180 in metres": ("EPSG:32660", from_origin(7e5, 1e6, 1000, 1000), 400, 400),
    "north pole": ("EPSG:3413", from_origin(-2e6, 2e6, 20_000, 20_000), 200, 200),
    "south pole": ("EPSG:3031", from_origin(-2e6, 2e6, 20_000, 20_000), 200, 200),
}
PLACES = {
    "utm": [(15.2, 44.8), (16.1, 44.4)],
    "turned": [(15.2, 44.9), (14.9, 44.5)],
    "south up": [(15.2, 44.8), (16.1, 44.4)],
    "web map": [(9.2, 47.2), (9.7, 46.9)],
    "whole Earth": [(0.4, 0.4), (-179.4, 60.2), (179.6, -60.2), (10.4, 84.6)],
    "0 to 360": [(0.4, 0.4), (-0.4, 0.4), (-179.4, 60.2), (179.6, -60.2), (10.4, 84.6)],
    "half a pixel over": [(0.1, 0.4), (-179.9, 60.2), (179.2, -60.2), (10.1, 84.6)],
    "across 180 in degrees": [(170.3, 0.1), (179.9, 0.1), (-179.9, 5), (-170.3, -9)],
    "across 180 from the west": [(170.3, 0.1), (179.9, 0.1), (-179.9, 5), (-170.3, -9)],
    "across 180 in metres": [(179.9, 8), (-179.9, 8), (-178.2, 6)],
    "north pole": [(-45, 80), (0, 84), (135, 76), (179.5, 80), (-179.5, 80)],
    "south pole": [(45, -80), (0, -84), (-135, -76), (179.5, -80), (-179.5, -80)],
}


@pytest.mark.parametrize("grid", GRIDS)
def test_value_picture_and_tile_are_of_the_place(tmp_path: Path, grid: str) -> None:
    crs, where, width, height = GRIDS[grid]
    lons = degrees_from(crs, where, width, height)
    path = write(tmp_path / "lon.tif", lons, crs, where)
    with open_raster(path) as raster:
        close = 8 if "pole" in grid else 1
        for lon, lat in PLACES[grid]:
            (found,) = raster.values_at(lon, lat)
            assert found.value is not None, (lon, lat)
            assert abs(found.value - from_100(lon)) < close, (lon, lat)
            for z in (raster.info.min_zoom, raster.info.max_zoom):
                grey, _, _, opacity = seen_in_tile(raster, WORLD, z, lon, lat)
                assert opacity == 255, (z, lon, lat)
                assert abs(grey / 255 * 180 - from_100(lon)) < close + 0.7, (
                    z,
                    lon,
                    lat,
                )
            grey, _, _, opacity = seen_at(raster, WORLD, lon, lat)
            assert opacity == 255, (lon, lat)
            assert abs(grey / 255 * 180 - from_100(lon)) < close + 0.7, (lon, lat)


@pytest.mark.parametrize(
    ("grid", "bounds"),
    [
        ("whole Earth", (-180, -90, 180, 90)),
        ("0 to 360", (-180, -90, 180, 90)),
        ("half a pixel over", (-180, -90, 180, 90)),
        ("across 180 in degrees", (170, -10, 190, 10)),
        ("across 180 from the west", (170, -10, 190, 10)),
        ("north pole", (-180, 64.3, 180, 90)),
    ],
)
def test_bounds_are_in_degrees_and_run_over_180(
    tmp_path: Path, grid: str, bounds: tuple[float, ...]
) -> None:
    crs, where, width, height = GRIDS[grid]
    path = write(tmp_path / "a.tif", np.ones((height, width), "float32"), crs, where)
    with open_raster(path) as raster:
        assert raster.info.bounds == pytest.approx(bounds, abs=0.1)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_picture_across_180_has_no_gap(tmp_path: Path, dtype: str) -> None:
    where = from_origin(179, 41, 1 / 150, 1 / 150)
    path = write(tmp_path / "a.tif", np.full((150, 300), 7, dtype), DEGREES, where)
    with open_raster(path) as raster:
        found = pixels_of(raster.picture(Style(stretch=((0.0, 9.0),))).png)
    assert (found[..., 3] == 255).all()


def test_zooms_are_those_of_the_pixels(tmp_path: Path) -> None:
    crs, where, width, height = GRIDS["across 180 in metres"]
    path = write(tmp_path / "a.tif", np.ones((height, width), "uint8"), crs, where)
    with open_raster(path) as raster:
        # 156,543 m at zoom 0, halved seven times, are 1.2 km.
        assert (raster.info.min_zoom, raster.info.max_zoom) == (7, 7)


def test_tile_beside_the_raster_is_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((100, 100), "uint8"))
    with open_raster(path) as raster:
        assert raster.tile(12, 0, 0, Style()) == b""
        assert raster.tile(3, 99, 99, Style()) == b""
        assert raster.tile(-1, 0, 0, Style()) == b""
        assert raster.values_at(-60, 10)[0].value is None


def test_ground_control_points_place_a_raster(tmp_path: Path) -> None:
    path = tmp_path / "gcp.tif"
    corners = [(0, 0, 10, 41), (0, 100, 11, 41), (100, 0, 10, 40), (100, 100, 11, 40)]
    for dtype in ("uint8", "uint16", "float32"):
        ramp = np.tile(np.arange(100), (100, 1)).astype(dtype)
        write(path, ramp, None, None, points=corners)
        with open_raster(path) as raster:
            assert raster.info.bounds == pytest.approx((10, 40, 11, 41))
            assert raster.values_at(10.255, 40.5)[0].value == 25
            style = Style(colours="gray", stretch=((0.0, 99.0),))
            assert seen_at(raster, style, 10.755, 40.5)[3] == 255


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_coefficients_of_a_camera_place_a_raster(tmp_path: Path, dtype: str) -> None:
    ramp = np.tile(np.arange(100), (100, 1)).astype(dtype)
    one, none = [1, *[0] * 19], [0] * 18
    camera = RPC(
        height_off=0, height_scale=500, lat_off=40.5, lat_scale=0.5, line_off=50,
        line_scale=50, long_off=10.5, long_scale=0.5, samp_off=50, samp_scale=50,
        line_num_coeff=[0, 0, -1, *none[1:]], line_den_coeff=one,
        samp_num_coeff=[0, 1, *none], samp_den_coeff=one,
    )  # fmt: skip
    path = write(tmp_path / "rpc.tif", ramp, None, None, rpcs=camera)
    with open_raster(path) as raster:
        assert raster.info.bounds == pytest.approx((10, 40, 11, 41), abs=0.02)
        assert raster.values_at(10.255, 40.5)[0].value == pytest.approx(25, abs=1)
        assert raster.values_at(9, 40.5)[0].value is None


@pytest.mark.parametrize("driver", ["PNG", "JPEG"])
def test_picture_with_a_world_file_lies_where_that_says(
    tmp_path: Path, driver: str
) -> None:
    path = tmp_path / f"a.{driver.lower()}"
    pixels = np.full((3, 100, 100), 90, "uint8")
    write(path, pixels, UTM, HERE, driver=driver, worldfile="yes")
    with open_raster(path) as raster:
        assert raster.info.bounds == pytest.approx(
            (15, 45.126, 15.038, 45.153), abs=0.01
        )


def test_picture_without_a_place_lies_in_the_box_that_is_given(tmp_path: Path) -> None:
    pixels = np.zeros((3, 100, 200), "uint8")
    pixels[0, :, :100] = 255
    path = write(tmp_path / "a.png", pixels, None, None, driver="PNG")
    with pytest.raises(InputError, match="does not say where on the Earth"):
        open_raster(path)
    with open_raster(path, box=[179, 40, -179, 41]) as raster:
        style = raster.default_style()
        assert seen_at(raster, style, 179.5, 40.5) == (255, 0, 0, 255)
        assert seen_at(raster, style, -179.5, 40.5) == (0, 0, 0, 255)


def test_raster_without_a_reference_system_is_refused_in_words(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((9, 9), "uint8"), None)
    with pytest.raises(InputError, match="no coordinate reference system") as caught:
        open_raster(path)
    assert "The file is unchanged." in str(caught.value)


def test_raster_at_the_pole_alone_is_refused_as_a_picture(tmp_path: Path) -> None:
    where = from_origin(-100_000, 100_000, 1000, 1000)
    pixels = np.full((200, 200), 5, "uint8")
    path = write(tmp_path / "pole.tif", pixels, "EPSG:3413", where)
    with open_raster(path) as raster:
        with pytest.raises(InputError, match="beyond 85 degrees"):
            raster.picture(Style(stretch=((0.0, 9.0),)))
        assert raster.histogram().low == 5
