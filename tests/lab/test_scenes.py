"""The generated scenes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time

import numpy as np
import pystac
import pytest
import rasterio
from rasterio.warp import transform_bounds
from small_scene import OLD_AFFINE, pixels_of

from ogc_widgets.lab.scenes.scenes import ensure_scenes, scenes_folder

pytestmark = pytest.mark.filterwarnings(OLD_AFFINE)

BANDS = ("blue", "green", "red", "nir")
TUTORIAL_AREA = (-121.399, 39.834, -120.74, 40.472)
MAKE = """
import sys
from pathlib import Path
from ogc_widgets.lab.scenes.scenes import ensure_scenes
print(*ensure_scenes(Path(sys.argv[1])), sep="\\n")
"""


@pytest.fixture(scope="module")
def scenes():
    return ensure_scenes()


@pytest.fixture(scope="module")
def made_by_two(tmp_path_factory):
    """Scenes that two processes made in one folder at the same time."""
    folder = tmp_path_factory.mktemp("shared") / "scenes"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE, folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    return folder, [answer[0].split() for answer in answers]


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        # Another worker may be making the same beside them.
        for path in sorted(folder.glob("S2*/**/*"))
        if path.is_file()
    }


def test_scenes_are_whole_when_two_processes_make_them_at_once(made_by_two):
    folder, (first, second) = made_by_two
    assert first == second
    assert len(first) == 2
    # Nothing half-made is left behind.
    assert sorted(path.name for path in folder.iterdir()) == [
        "S2A_10TFK_20220524_0_L2A",
        "S2B_10TFK_20210713_0_L2A",
    ]


def test_scenes_are_the_same_byte_for_byte_when_made_again(made_by_two, scenes):
    folder, _ = made_by_two
    again = digests(folder)
    assert len(again) == 12  # two items, each with four bands and a thumbnail
    assert again == digests(scenes_folder())


def test_scenes_are_not_made_again_when_they_are_there(scenes):
    before = {path: path.stat().st_mtime_ns for path in scenes}
    # Its own work, so that a busy machine does not count.
    start = time.thread_time()
    assert ensure_scenes() == scenes
    assert time.thread_time() - start < 1
    assert {path: path.stat().st_mtime_ns for path in scenes} == before


def test_scene_is_made_again_when_a_file_was_damaged(made_by_two, scenes):
    folder, _ = made_by_two
    green = folder / "S2B_10TFK_20210713_0_L2A" / "green.tif"
    green.write_bytes(green.read_bytes()[:1000])
    killed, busy = folder / ".making-killed", folder / ".making-now"
    for left in (killed, busy):
        left.mkdir()
    os.utime(killed, (0, 0))
    ensure_scenes(folder)
    assert not killed.exists()
    busy.rmdir()
    assert digests(folder) == digests(scenes_folder())


def test_scenes_have_the_tutorial_s_names_and_dates(scenes):
    told = [json.loads(path.read_text()) for path in scenes]
    assert [(each["id"], each["properties"]["datetime"][:10]) for each in told] == [
        ("S2B_10TFK_20210713_0_L2A", "2021-07-13"),
        ("S2A_10TFK_20220524_0_L2A", "2022-05-24"),
    ]
    for path, each in zip(scenes, told, strict=True):
        assert path.name == f"{each['id']}.json"
        assert path.parent.name == each["id"]
        assert "not an image of the Earth" in each["properties"]["description"]


def test_scenes_are_a_few_megabytes(scenes):
    folder = scenes[0].parents[1]
    size = sum(
        path.stat().st_size for path in folder.glob("S2*/**/*") if path.is_file()
    )
    assert size < 10_000_000


def test_bands_are_cloud_optimised_and_as_the_item_says(scenes):
    for path in scenes:
        found = pystac.Item.from_file(path)
        told = json.loads(path.read_text())
        for band in BANDS:
            asset = told["assets"][band]
            assert asset["eo:bands"][0]["common_name"] == band
            with rasterio.open(path.parent / asset["href"]) as raster:
                assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                assert raster.overviews(1)
                assert raster.crs.to_epsg() == told["properties"]["proj:epsg"] == 32610
                assert list(raster.shape) == told["properties"]["proj:shape"]
                assert list(raster.bounds) == told["properties"]["proj:bbox"]
                assert (
                    list(raster.transform)[:6] == told["properties"]["proj:transform"]
                )
                assert (raster.dtypes, raster.nodata) == (("uint16",), 0)
                west, south, east, north = transform_bounds(
                    raster.crs, "EPSG:4326", *raster.bounds, densify_pts=50
                )
            assert found.bbox == pytest.approx([west, south, east, north], abs=1e-3)


def test_scenes_together_cover_the_tutorial_s_area_and_differ(scenes):
    boxes = [json.loads(path.read_text())["bbox"] for path in scenes]
    west, south, east, north = TUTORIAL_AREA
    assert min(box[0] for box in boxes) < west
    assert min(box[1] for box in boxes) < south
    assert max(box[2] for box in boxes) > east
    assert max(box[3] for box in boxes) > north
    for one, other in zip(*boxes, strict=True):
        assert 0.01 < abs(one - other) < 0.1


def test_seasons_can_be_told_apart(scenes):
    july, may = (
        {b: pixels_of(path.parent / f"{b}.tif").astype(float) for b in BANDS}
        for path in scenes
    )

    def share(condition):
        return np.count_nonzero(condition) / condition.size

    def water(image):
        return share(image["green"] > image["nir"])

    def snow(image):
        return share(image["blue"] > 6_000)

    def greenness(image):
        return np.mean((image["nir"] - image["red"]) / (image["nir"] + image["red"]))

    assert 0.03 < water(july) < water(may) < 0.12
    assert snow(july) == 0
    assert 0.002 < snow(may) < 0.1
    assert greenness(july) < greenness(may)


def test_snow_is_not_taken_for_water(scenes):
    may = {b: pixels_of(scenes[1].parent / f"{b}.tif").astype(float) for b in BANDS}
    snow = may["blue"] > 6_000
    index = (may["green"] - may["nir"]) / (may["green"] + may["nir"])
    assert index[snow].max() < 0


def test_thumbnail_is_a_map_picture_with_see_through_edges(scenes):
    from PIL import Image

    for path in scenes:
        asset = json.loads(path.read_text())["assets"]["thumbnail"]
        with Image.open(path.parent / asset["href"]) as picture:
            assert picture.mode == "RGBA"
            assert list(picture.size) == asset["proj:shape"][::-1]
            assert picture.getpixel((0, 0))[3] == 0
            middle = (picture.width // 2, picture.height // 2)
            assert picture.getpixel(middle)[3] == 255
        west, south, east, north = asset["bbox"]
        bbox = json.loads(path.read_text())["bbox"]
        assert [west, south, east, north] == pytest.approx(bbox, abs=0.002)


def test_folder_can_be_chosen_by_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert scenes_folder().is_relative_to(tmp_path)
