"""Outlines on the globe, also where the globe's coordinates jump."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform
from small_scene import OLD_AFFINE, write_band

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import area, crop, globe, stac
from ogc_widgets.lab.water_bodies.otsu import otsu

pytestmark = pytest.mark.filterwarnings(OLD_AFFINE)


def outline(tmp_path, **place):
    write_band(tmp_path / "there.tif", np.ones((20, 30), "uint8"), **place)
    with rasterio.open(tmp_path / "there.tif") as raster:
        return globe.footprint(raster)


def test_outline_follows_the_curve_when_the_raster_is_large(tmp_path):
    geometry, _ = outline(tmp_path, west=-1_000_000, north=7_000_000, pixel=100_000)
    (ring,) = geometry["coordinates"]
    (west, east, middle), (at_west, at_east, lat) = transform(
        "EPSG:32610",
        "EPSG:4326",
        [-1_000_000, 2_000_000, 500_000],
        [7_000_000, 7_000_000, 7_000_000],
    )
    # The middle of the upper side is far from the straight line between its corners.
    straight = at_west + (at_east - at_west) * (middle - west) / (east - west)
    assert abs(lat - straight) > 1
    assert min(np.hypot(x - middle, y - lat) for x, y in ring) < 1e-6


def test_outline_is_exact_when_the_raster_is_in_degrees(tmp_path):
    geometry, bbox = outline(tmp_path, west=10, north=50, pixel=0.5, crs="EPSG:4326")
    assert bbox == [10, 40, 25, 50]
    corners = {(10.0, 40.0), (25.0, 40.0), (25.0, 50.0), (10.0, 50.0)}
    assert corners <= {tuple(point) for point in geometry["coordinates"][0]}


def test_outline_is_cut_at_the_meridian_when_the_raster_crosses_it(tmp_path):
    # Fiji, UTM zone 60 S; 180 degrees is about 814 km east there.
    geometry, bbox = outline(
        tmp_path, west=800_000, north=8_100_000, pixel=1_000, crs="EPSG:32760"
    )
    west, _, east, _ = bbox
    assert 179 < west < 180
    assert -180 < east < -179
    assert geometry["type"] == "MultiPolygon"
    first, second = (polygon[0] for polygon in geometry["coordinates"])
    assert max(x for x, _ in first) == 180
    assert min(x for x, _ in second) == -180
    for ring in (first, second):
        assert ring[0] == ring[-1]
        assert max(x for x, _ in ring) - min(x for x, _ in ring) < 1


def test_catalogue_is_made_without_a_preview_when_the_raster_crosses_the_meridian(
    tmp_path,
):
    values = np.random.default_rng(1).random((20, 30)).astype("float32")
    write_band(
        tmp_path / "suva.tif",
        values,
        west=800_000,
        north=8_100_000,
        pixel=1_000,
        crs="EPSG:32760",
        nodata=float("nan"),
    )
    source = tmp_path / "suva.json"
    source.write_text(
        '{"type": "Feature", "id": "suva", "assets": {}, '
        '"properties": {"datetime": "2020-01-01T00:00:00Z"}}'
    )
    mask = otsu(tmp_path / "suva.tif", tmp_path)
    stac.stac([str(source)], [mask], tmp_path / "catalogue")
    text = (tmp_path / "catalogue" / "suva" / "suva.json").read_text()
    assert "thumbnail" not in text


@pytest.mark.parametrize(
    "aoi", ["-179.9,-17.4,-179.8,-17.3", "180.1,-17.4,180.2,-17.3"]
)
def test_area_is_found_on_both_sides_when_the_raster_crosses_the_meridian(
    aoi, tmp_path
):
    write_band(
        tmp_path / "fiji.tif",
        np.ones((60, 60), "uint8"),
        west=800_000,
        north=8_100_000,
        pixel=1_000,
        crs="EPSG:32760",
    )
    crs = area.parse_crs("EPSG:4326")
    with rasterio.open(tmp_path / "fiji.tif") as raster:
        window, share = area.cut(raster, area.parse_box(aoi, crs), crs, "the image")
    assert share == 1
    assert 9 <= window.width <= 13
    assert 10 <= window.height <= 13


def test_whole_globe_gives_the_whole_raster(tmp_path):
    write_band(tmp_path / "there.tif", np.ones((20, 30), "uint8"))
    crs = area.parse_crs("4326")
    with rasterio.open(tmp_path / "there.tif") as raster:
        globe = area.parse_box("-180,-90,180,90", crs)
        window, share = area.cut(raster, globe, crs, "the image")
    assert (window.width, window.height) == (30, 20)
    assert share < 1e-4


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:32610",
        "epsg:32610",
        " 32610 ",
        "urn:ogc:def:crs:EPSG::32610",
        "http://www.opengis.net/def/crs/EPSG/0/32610",
    ],
)
def test_reference_system_is_understood_in_all_its_spellings(name):
    assert area.parse_crs(name).to_epsg() == 32610


def test_longitude_comes_first_in_every_spelling_of_degrees():
    for name in ("CRS84", "OGC:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"):
        assert area.parse_crs(name) == area.parse_crs("EPSG:4326")


def test_raster_that_is_rotated_is_refused_with_a_sentence(tmp_path):
    from affine import Affine

    with rasterio.open(
        tmp_path / "green.tif",
        "w",
        driver="GTiff",
        count=1,
        height=2,
        width=2,
        dtype="uint8",
        crs="EPSG:32610",
        transform=Affine(10, 5, 640_000, 5, -10, 4_450_000),
    ) as raster:
        raster.write(np.ones((1, 2, 2), "uint8"))
    source = tmp_path / "item.json"
    source.write_text(
        '{"type": "Feature", "id": "x", "assets": {"green": {"href": "green.tif"}}}'
    )
    with pytest.raises(InputError, match="rotated or stands on its head"):
        crop.crop(str(source), "green", "-121.4,40,-121,40.4", "4326", tmp_path)
