"""Real satellite data: a Landsat 7 image of Olinda, Brazil.

The image (USGS, public domain) comes with Debian's package of the R library stars. It
is fetched with apt, unpacked without being installed, and kept in pytest's cache.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform
from small_scene import (
    OLD_AFFINE,
    best_threshold,
    mask_of,
    pixels_of,
    read_catalogue,
    run_package,
    serve,
    write_item,
)

import ogc_widgets as ogc

pytestmark = pytest.mark.filterwarnings(OLD_AFFINE)

PACKAGE = "r-cran-stars"
IMAGE = Path("usr/lib/R/site-library/stars/tif/L7_ETMs.tif")
OLINDA = "-35.0,-8.1,-34.8,-7.9"
BANDS = (
    *({"name": "B1", "common_name": "blue"}, {"name": "B2", "common_name": "green"}),
    *({"name": "B3", "common_name": "red"}, {"name": "B4", "common_name": "nir"}),
    *({"name": "B5", "common_name": "swir16"}, {"name": "B7", "common_name": "swir22"}),
)


def fetch(folder):
    """Get the image with apt, or skip and say why that is not possible."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on this machine, so Landsat cannot be fetched")
    download = ["apt-get", "download", "-q", PACKAGE]
    for command in (download, ["apt-get", "update", "-q"], download):
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        found = [*folder.glob(f"{PACKAGE}_*.deb")]
        if found:
            subprocess.run(["dpkg-deb", "-x", found[0], folder], check=True, timeout=60)
            return
    pytest.skip(f"apt cannot download {PACKAGE}: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def image(request):
    folder = Path(request.config.cache.mkdir("landsat"))
    if not (folder / IMAGE).is_file():
        fetch(folder)
    return folder / IMAGE


@pytest.fixture(scope="module")
def folder(image, tmp_path_factory):
    """A folder with the image and a STAC item about it, as a server would have it."""
    folder = tmp_path_factory.mktemp("olinda")
    shutil.copyfile(image, folder / "L7_ETMs.tif")
    source = write_item(
        folder,
        {"image": {"href": "./L7_ETMs.tif", "roles": ["data"], "eo:bands": BANDS}},
        id="L7_Olinda",
        properties={"datetime": "2000-08-01T12:00:00Z"},
    )
    source.rename(folder / "L7_Olinda.json")
    return folder


@pytest.fixture(scope="module")
def wanted(image):
    """The mask by another way: NDWI of bands 2 and 4, cut at Otsu's threshold."""
    green, nir = (pixels_of(image, band).astype(float) for band in (2, 4))
    index = (green - nir) / (green + nir)
    threshold = best_threshold(index)
    assert threshold == pytest.approx(0.339, abs=5e-4)
    assert 100 * np.mean(index > threshold) == pytest.approx(16.1, abs=0.05)
    return threshold, index > threshold


def check_item(found, image, wanted):
    threshold, water = wanted
    assert found["id"] == "L7_Olinda"
    told = found["properties"]
    assert told["datetime"] == "2000-08-01T12:00:00Z"
    assert told["proj:epsg"] == 31985
    assert told["water:threshold"] == pytest.approx(threshold, abs=1e-4)
    assert told["water:percent"] == pytest.approx(100 * water.mean(), abs=0.01)
    with rasterio.open(image) as raster:
        assert told["proj:shape"] == list(raster.shape)
        box = raster.bounds
    xs, ys = transform(
        "EPSG:31985",
        "EPSG:4326",
        [box.left, box.right, box.right, box.left],
        [box.bottom, box.bottom, box.top, box.top],
    )
    ring = found["geometry"]["coordinates"][0]
    for x, y in zip(xs, ys, strict=True):
        assert min(np.hypot(px - x, py - y) for px, py in ring) < 1e-6


def test_package_finds_the_water_of_olinda(folder, image, wanted, tmp_path):
    done = run_package(
        {"stac_items": [str(folder / "L7_Olinda.json")], "aoi": OLINDA}, tmp_path
    )
    assert done.returncode == 0, done.stderr
    ((path, found),) = read_catalogue(tmp_path / "out" / "stac-catalog")
    check_item(found, image, wanted)
    assert np.array_equal(mask_of(path, found), wanted[1])


def test_client_finds_the_water_of_olinda_on_the_lab_server(
    folder, image, wanted, lab_server, tmp_path
):
    with serve(folder) as server, ogc.Client(lab_server.url) as client:
        job = client.execute(
            "water-bodies",
            {"stac_items": [f"{server.url}/L7_Olinda.json"], "aoi": OLINDA},
        ).wait(timeout_s=120)
        assert job.status.status == "successful", job.status.message
        results = job.results()
        (found,) = results.items
        check_item(found, image, wanted)
        downloaded = results.download(tmp_path)
    masks = [path for path in downloaded if path.suffix == ".tif"]
    assert len(masks) == 1
    assert np.array_equal(pixels_of(masks[0]), wanted[1])


def test_area_in_the_sea_beyond_the_image_fails_with_its_extent(folder, tmp_path):
    done = run_package(
        {"stac_items": [str(folder / "L7_Olinda.json")], "aoi": "-34,-8,-33.9,-7.9"},
        tmp_path,
    )
    assert done.returncode == 1
    last = (tmp_path / "logs" / "node_crop" / "crop.log").read_text().splitlines()[-1]
    assert "lies outside the item L7_Olinda, which covers -34.917, -8.041" in last
