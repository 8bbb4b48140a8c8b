"""The whole application package, run by the real cwltool."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
from pystac.extensions.classification import ClassificationExtension
from rasterio.warp import transform, transform_bounds
from small_scene import (
    OLD_AFFINE,
    best_threshold,
    mask_of,
    pixels_of,
    pond,
    read_catalogue,
    run_package,
    serve,
)

from ogc_widgets.lab.scenes.scenes import ensure_scenes
from ogc_widgets.lab.water_bodies import PACKAGE

pytestmark = pytest.mark.filterwarnings(OLD_AFFINE)

TUTORIAL_AREA = (-121.399, 39.834, -120.74, 40.472)
STEPS = {"node_crop", "node_normalised_difference", "node_otsu", "node_stac"}


@pytest.fixture(scope="module")
def scenes():
    return ensure_scenes()


@pytest.fixture(scope="module")
def tutorial_run(scenes, tmp_path_factory):
    """The tutorial's request, with both scenes on a web server."""
    folder = tmp_path_factory.mktemp("tutorial")
    with serve(scenes[0].parents[1]) as server:
        done = run_package(
            {
                "stac_items": [
                    f"{server.url}/{path.parent.name}/{path.name}" for path in scenes
                ],
                "aoi": ",".join(map(str, TUTORIAL_AREA)),
            },
            folder,
        )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def results(tutorial_run):
    return read_catalogue(tutorial_run / "out" / "stac-catalog")


def corner(path):
    """Return the pixel that a raster starts with, and its size, from its own place."""
    with rasterio.open(path) as raster:
        return raster.bounds.left, raster.bounds.top, raster.res[0], raster.shape


def test_package_is_valid_for_cwltool():
    done = subprocess.run(
        [Path(sys.executable).parent / "cwltool", "--validate", PACKAGE],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert f"{PACKAGE} is valid CWL" in done.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_package_describes_itself_to_a_form():
    from cwl2ogc import BaseCWLtypes2OGCConverter
    from cwl_utils.parser import load_document_by_uri

    parts = load_document_by_uri(str(PACKAGE), load_all=True)
    workflow = next(part for part in parts if part.id.endswith("#water-bodies"))
    inputs = BaseCWLtypes2OGCConverter(workflow).get_inputs()
    assert {name: told["title"] for name, told in inputs.items()} == {
        "aoi": "Area of interest",
        "stac_items": "Sentinel-2 STAC items",
        "epsg": "EPSG code",
        "bands": "Bands",
    }
    assert all(told["description"].endswith(".") for told in inputs.values())
    assert inputs["aoi"]["schema"] == {"type": "string"}
    texts = {"type": "array", "items": {"type": "string"}}
    assert inputs["stac_items"]["schema"] == texts
    assert inputs["bands"]["schema"] == {**texts, "default": ["green", "nir"]}
    assert inputs["epsg"]["schema"] == {"type": "string", "default": "EPSG:4326"}


def test_package_gives_one_item_per_image_with_its_id_and_date(results):
    assert [(found["id"], found["properties"]["datetime"]) for _, found in results] == [
        ("S2B_10TFK_20210713_0_L2A", "2021-07-13T19:03:24Z"),
        ("S2A_10TFK_20220524_0_L2A", "2022-05-24T19:03:29Z"),
    ]


def test_package_agrees_with_an_independent_computation(results, scenes):
    for (path, found), scene in zip(results, scenes, strict=True):
        with rasterio.open(scene.parent / "green.tif") as raster:
            west, south, east, north = transform_bounds(
                "EPSG:4326", raster.crs, *TUTORIAL_AREA, densify_pts=100
            )
            x = raster.bounds.left + 80 * np.arange(raster.width)
            y = raster.bounds.top - 80 * np.arange(raster.height)
        # Every pixel that the area touches, edge to edge.
        columns = np.flatnonzero((x + 80 > west) & (x < east))
        rows = np.flatnonzero((y > south) & (y - 80 < north))
        green, nir = (
            pixels_of(scene.parent / f"{band}.tif")[np.ix_(rows, columns)].astype(float)
            for band in ("green", "nir")
        )
        index = (green - nir) / (green + nir)
        threshold = best_threshold(index)
        water = index > threshold
        mask = mask_of(path, found)
        assert found["properties"]["proj:shape"] == [len(rows), len(columns)]
        assert found["properties"]["proj:bbox"] == [
            *(x[columns[0]], y[rows[-1]] - 80, x[columns[-1]] + 80, y[rows[0]])
        ]
        assert found["properties"]["water:threshold"] == pytest.approx(
            threshold, abs=1e-4
        )
        # A value that falls on the edge of a bin may fall on the other side of it in
        # float32, which moves the threshold by one bin and a few pixels with it.
        assert np.count_nonzero(mask != water) <= 1e-4 * water.size
        assert found["properties"]["water:percent"] == pytest.approx(
            100 * water.mean(), abs=0.02
        )
        assert found["properties"]["water:area_km2"] == pytest.approx(
            np.count_nonzero(mask == 1) * 0.0064, abs=1e-3
        )


def test_water_is_less_in_the_drought(results):
    (_, july), (_, may) = results
    assert (
        july["properties"]["water:percent"] < 0.95 * may["properties"]["water:percent"]
    )


def test_footprint_is_the_outline_of_the_raster_not_of_the_area(results):
    outlines = []
    for path, found in results:
        raster = path.parent / found["assets"]["data"]["href"]
        left, top, size, (rows, columns) = corner(raster)
        right, bottom = left + size * columns, top - size * rows
        ring = found["geometry"]["coordinates"][0]
        xs, ys = transform(
            "EPSG:32610",
            "EPSG:4326",
            [left, right, right, left],
            [bottom, bottom, top, top],
        )
        for x, y in zip(xs, ys, strict=True):
            assert min(np.hypot(px - x, py - y) for px, py in ring) < 1e-6
        # Back in the raster's system every point lies on its edge.
        for x, y in zip(
            *transform("EPSG:4326", "EPSG:32610", *zip(*ring, strict=True)), strict=True
        ):
            aside = min(abs(x - left), abs(x - right), abs(y - bottom), abs(y - top))
            assert aside < 0.05
        area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring))
        assert area > 0, "the ring runs clockwise"
        assert ring[0] == ring[-1]
        lons, lats = zip(*ring, strict=True)
        assert found["bbox"] == [min(lons), min(lats), max(lons), max(lats)]
        outlines.append(ring)
    assert outlines[0] != outlines[1]


def test_catalogue_can_be_moved_and_read_with_pystac(tutorial_run, tmp_path):
    moved = tmp_path / "elsewhere"
    (tutorial_run / "out" / "stac-catalog").rename(moved)
    try:
        catalogue = pystac.Catalog.from_file(moved / "catalog.json")
        found = list(catalogue.get_items())
        assert len(found) == 2
        for each in found:
            data = each.assets["data"]
            path = Path(data.get_absolute_href())
            assert path.is_relative_to(moved)
            assert path.stat().st_size == data.extra_fields["file:size"]
            assert data.roles == ["data"]
            assert data.media_type == pystac.MediaType.COG
            classes = ClassificationExtension.ext(data).classes
            assert {one.value: one.name for one in classes or ()} == {
                0: "land",
                1: "water",
                255: "no_data",
            }
            assert each.datetime is not None
        assert not [
            path for path in moved.rglob("*.json") if str(moved) in path.read_text()
        ]
    finally:
        moved.rename(tutorial_run / "out" / "stac-catalog")


def test_preview_lies_where_its_asset_says(results):
    for path, found in results:
        preview = found["assets"]["thumbnail"]
        assert preview["type"] == "image/png"
        assert preview["proj:code"] == "EPSG:3857"
        west, south, east, north = preview["bbox"]
        with rasterio.open(path.parent / found["assets"]["data"]["href"]) as raster:
            water = raster.read(1) == 1
            row, column = (int(values.mean()) for values in np.nonzero(water))
            # A pixel well inside a lake, found in the mask.
            for reach in range(200):
                near = water[row - 3 : row + 4, column + reach - 3 : column + reach + 4]
                if near.all():
                    break
            x, y = raster.xy(row, column + reach)
        picture = _picture(path.parent / preview["href"])
        (mx, my), (wx, wy), (ex, ey) = (
            tuple(v[0] for v in transform(crs, "EPSG:3857", [px], [py]))
            for crs, px, py in (
                ("EPSG:32610", x, y),
                ("EPSG:4326", west, south),
                ("EPSG:4326", east, north),
            )
        )
        _, rows, columns = picture.shape
        r = int((ey - my) / (ey - wy) * rows)
        c = int((mx - wx) / (ex - wx) * columns)
        assert picture[3, r, c] > 0, "a lake is transparent in the preview"
        share = np.count_nonzero(picture[3]) / picture[3].size
        assert share == pytest.approx(
            found["properties"]["water:percent"] / 100, rel=0.3
        )


def _picture(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path) as raster:
            return raster.read()


def test_each_step_leaves_a_log_of_its_own(tutorial_run):
    logs = {
        path.parent.name: path.read_text() for path in tutorial_run.glob("logs/*/*")
    }
    assert {name.rstrip("0123456789_") for name in logs} == STEPS
    assert len(logs) == 4 + 2 + 2 + 1
    assert all(" INFO " in text for text in logs.values())
    assert "threshold " in logs["node_otsu"]
    assert "wrote catalog.json with 2 items" in logs["node_stac"]


def test_package_takes_other_bands_and_an_area_in_metres(tmp_path):
    done = run_package(
        {
            "stac_items": [str(pond(tmp_path))],
            "aoi": "641000,4447000,644000,4449500",
            "epsg": "EPSG:32610",
            "bands": ["nir", "green"],
        },
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    ((_, found),) = read_catalogue(tmp_path / "out" / "stac-catalog")
    # With the bands the other way round, land is above the threshold: of the 30 x 25
    # pixels all but the pond's 15 x 10 that lie in the area, rows 10-19, columns 20-34.
    assert found["properties"]["proj:shape"] == [25, 30]
    assert found["properties"]["water:percent"] == 100 * (750 - 150) / 750


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"aoi": "10,45,11,46"}, "lies outside the item pond"),
        ({"bands": ["green", "swir"]}, "no band 'swir'"),
        ({"epsg": "EPSG:99999"}, "no EPSG code 99999"),
        ({"stac_items": ["http://127.0.0.1:9/item.json"]}, "Connection refused"),
        ({"stac_items": []}, "No STAC items were given"),
    ],
)
def test_package_fails_with_a_sentence_in_a_log(changes, sentence, tmp_path):
    inputs = {"stac_items": [str(pond(tmp_path))], "aoi": "-121.35,40.1,-121.3,40.18"}
    done = run_package(inputs | changes, tmp_path)
    assert done.returncode == 1
    last_lines = [
        path.read_text().splitlines()[-1] for path in tmp_path.glob("logs/*/*.log")
    ]
    assert [line for line in last_lines if line.startswith("error: ")]
    assert any(sentence in line for line in last_lines)
    assert json.loads(done.stdout or "null") in (None, {}, {"stac_catalog": None})
