"""Each step of the package on its own."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import rasterio
from small_scene import (
    OLD_AFFINE,
    best_threshold,
    item,
    pixels_of,
    pond,
    run_step,
    serve,
    write_band,
    write_item,
)

from ogc_widgets.errors import InputError
from ogc_widgets.lab.water_bodies import crop, items, normalized_difference, otsu, stac

pytestmark = pytest.mark.filterwarnings(OLD_AFFINE)

EVERYWHERE = "-180,-90,180,90"


def make_crop(tmp_path, band="green", aoi=EVERYWHERE, epsg="EPSG:4326", of=None):
    return crop.crop(str(of or pond(tmp_path)), band, aoi, epsg, tmp_path / "out")


def make_mask(tmp_path, source):
    cut = [make_crop(tmp_path, band, of=source) for band in ("green", "nir")]
    difference = normalized_difference.normalized_difference(cut, tmp_path / "out")
    return otsu.otsu(difference, tmp_path / "out")


@pytest.mark.parametrize("name", ["crop", "normalized_difference", "otsu", "stac"])
def test_step_explains_itself_when_asked_for_help(name, tmp_path):
    answer = run_step(name, "--help", cwd=tmp_path)
    assert answer.returncode == 0
    assert f"python -m ogc_widgets.lab.water_bodies.{name}" in answer.stdout
    assert "example:" in answer.stdout
    # Every option says what it is for.
    for line in answer.stdout.partition("options:")[2].splitlines():
        if line.startswith("  --"):
            assert re.search(r"--\S+ \S+  +\w|--\S+ \S+$", line), line


def test_steps_find_the_pond_when_run_by_hand(tmp_path):
    source = pond(tmp_path)
    for band in ("green", "nir"):
        done = run_step(
            "crop",
            *("--item", source, "--band", band, "--aoi", "-121.4,39.9,-121,40.3"),
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        assert re.search(
            rf"^\d\d:\d\d:\d\d INFO  reading {band} of pond, window 50 x 40 of 50 x 40 "
            r"at 100 m$",
            done.stderr,
            re.MULTILINE,
        )
    for step, *arguments in (
        ("normalized_difference", "pond_green.tif", "pond_nir.tif"),
        ("otsu", "pond_difference.tif"),
        ("stac", "--item", source, "--mask", "pond_water.tif"),
    ):
        done = run_step(step, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "stac-catalog" / "pond" / "pond.json").read_text())
    # 150 pixels of 100 m are water; two of 2000 pixels have no data.
    assert found["properties"]["water:area_km2"] == 1.5
    assert found["properties"]["water:percent"] == round(100 * 150 / 1998, 2)


def test_crop_keeps_pixels_and_place_when_area_is_in_metres(tmp_path):
    area = "641000,4447000,642500,4448000"
    cut = make_crop(tmp_path, aoi=area, epsg="EPSG:32610")
    with rasterio.open(cut) as raster:
        assert tuple(raster.bounds) == (641_000, 4_447_000, 642_500, 4_448_000)
        assert raster.dtypes == ("uint16",)
        whole = pixels_of(tmp_path / "green.tif")
        assert np.array_equal(raster.read(1), whole[20:30, 10:25])


def test_crop_takes_every_pixel_that_the_area_touches(tmp_path):
    cut = make_crop(tmp_path, aoi="641050,4447050,641060,4447060", epsg="32610")
    with rasterio.open(cut) as raster:
        assert tuple(raster.bounds) == (641_000, 4_447_000, 641_100, 4_447_100)


def test_crop_takes_what_there_is_when_area_reaches_beyond_the_image(tmp_path):
    area = "600000,4449000,640500,4500000"
    cut = make_crop(tmp_path, aoi=area, epsg="EPSG:32610")
    with rasterio.open(cut) as raster:
        assert tuple(raster.bounds) == (640_000, 4_449_000, 640_500, 4_450_000)


def test_crop_reads_only_its_window_when_the_image_is_on_a_server(tmp_path):
    rng = np.random.default_rng(1)
    large = rng.integers(1, 10_000, (2_000, 2_000)).astype("uint16")
    write_band(
        tmp_path / "green.tif", large, tiled=True, blockxsize=256, blockysize=256
    )
    write_item(tmp_path, {"green": {"href": "./green.tif"}})
    with serve(tmp_path) as server:
        cut = make_crop(
            tmp_path,
            aoi="650000,4400000,655000,4405000",
            epsg="EPSG:32610",
            of=f"{server.url}/pond.json",
        )
        sent = server.sent["green.tif"]
    assert np.array_equal(pixels_of(cut), large[450:500, 100:150])
    assert sent < (tmp_path / "green.tif").stat().st_size / 10


@pytest.mark.parametrize(
    "assets",
    [
        {"green": {"href": "green.tif"}},
        {"GREEN": {"href": "green.tif"}},
        {"B03": {"href": "green.tif", "eo:bands": [{"common_name": "green"}]}},
        {"B03": {"href": "green.tif", "bands": [{"eo:common_name": "green"}]}},
        {"x": {"href": "green.tif", "eo:bands": [{"name": "green"}]}},
        {
            "visual": {
                "href": "nir.tif",
                "roles": ["visual"],
                "eo:bands": [{"common_name": "red"}, {"common_name": "green"}],
            },
            "B03": {
                "href": "green.tif",
                "roles": ["data"],
                "eo:bands": [{"common_name": "green"}],
            },
        },
    ],
)
def test_band_is_found_whichever_way_the_item_names_it(assets, tmp_path):
    pond(tmp_path)
    cut = make_crop(tmp_path, "green", of=write_item(tmp_path, assets))
    assert np.array_equal(pixels_of(cut), pixels_of(tmp_path / "green.tif"))


def test_band_is_found_when_one_file_holds_them_all(tmp_path):
    stack = np.arange(1, 25, dtype="uint8").reshape(2, 3, 4)
    write_band(tmp_path / "all.tif", stack)
    source = write_item(
        tmp_path,
        {"image": {"href": "all.tif", "eo:bands": [{"name": "a"}, {"name": "nir"}]}},
    )
    assert np.array_equal(pixels_of(make_crop(tmp_path, "nir", of=source)), stack[1])


def test_difference_is_that_of_reflectance_when_numbers_have_an_offset(tmp_path):
    stored = {"green": 1_600, "nir": 3_000}  # 0.06 and 0.20 with scale and offset
    for band, number in stored.items():
        write_band(tmp_path / f"{band}.tif", np.full((2, 2), number, "uint16"))
    told = [{"scale": 0.0001, "offset": -0.1}]
    source = write_item(
        tmp_path, {b: {"href": f"{b}.tif", "raster:bands": told} for b in stored}
    )
    cut = [make_crop(tmp_path, band, of=source) for band in stored]
    result = normalized_difference.normalized_difference(cut, tmp_path)
    assert pixels_of(result) == pytest.approx((0.06 - 0.20) / (0.06 + 0.20), abs=1e-6)


def test_offset_is_left_out_when_the_item_says_it_was_applied():
    told = item({"green": {"raster:bands": [{"scale": 0.0001, "offset": -0.1}]}})
    assert items.scaling(told, "green", 1) == (0.0001, -0.1)
    told["properties"]["earthsearch:boa_offset_applied"] = True
    assert items.scaling(told, "green", 1) == (0.0001, 0.0)


def test_difference_has_no_data_where_one_of_the_bands_has_none(tmp_path):
    source = pond(tmp_path)
    cut = [make_crop(tmp_path, band, of=source) for band in ("green", "nir")]
    result = normalized_difference.normalized_difference(cut, tmp_path)
    nothing = np.isnan(pixels_of(result))
    assert list(zip(*np.nonzero(nothing), strict=True)) == [(0, 0), (39, 49)]
    green, nir = (pixels_of(path).astype(float) for path in cut)
    with np.errstate(invalid="ignore"):
        wanted = (green - nir) / (green + nir)
    assert pixels_of(result)[~nothing] == pytest.approx(wanted[~nothing], abs=1e-6)


@pytest.mark.parametrize("coarse", ["green", "nir"])
def test_difference_has_the_finer_pixels_when_the_bands_differ(coarse, tmp_path):
    sizes = {"green": (40, 10), "nir": (40, 10), coarse: (20, 20)}
    values = {"green": 600, "nir": 200}
    for band, (side, pixel) in sizes.items():
        block = np.full((side, side), values[band], "uint16")
        write_band(tmp_path / f"{band}.tif", block, pixel=pixel)
    source = write_item(tmp_path, {b: {"href": f"{b}.tif"} for b in sizes})
    cut = [make_crop(tmp_path, band, of=source) for band in ("green", "nir")]
    with rasterio.open(
        normalized_difference.normalized_difference(cut, tmp_path)
    ) as raster:
        assert raster.shape == (40, 40)
        assert raster.res == (10, 10)
        assert raster.read(1) == pytest.approx(0.5, abs=1e-6)


def test_otsu_takes_the_threshold_of_its_definition(tmp_path):
    rng = np.random.default_rng(3)
    values = np.where(
        rng.random((60, 70)) < 0.2,
        rng.normal(0.4, 0.1, (60, 70)),
        rng.normal(-0.5, 0.15, (60, 70)),
    ).astype("float32")
    values[5, :] = np.nan
    write_band(tmp_path / "difference.tif", values, nodata=float("nan"))
    mask = otsu.otsu(tmp_path / "difference.tif", tmp_path)
    valid = ~np.isnan(values)
    wanted = best_threshold(values[valid].astype(float))
    with rasterio.open(mask) as raster:
        assert float(raster.tags()["THRESHOLD"]) == pytest.approx(wanted, abs=1e-6)
        classes = raster.read(1)
    assert (classes[5] == 255).all()
    assert np.array_equal(classes[valid], values[valid] > wanted)


def test_mask_is_cloud_optimised_with_overviews(tmp_path):
    rng = np.random.default_rng(4)
    values = rng.random((900, 700)).astype("float32")
    write_band(tmp_path / "difference.tif", values, nodata=float("nan"))
    with rasterio.open(otsu.otsu(tmp_path / "difference.tif", tmp_path)) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1) == [2, 4]
        assert raster.nodata == 255


def test_steps_give_the_same_when_the_raster_is_read_in_many_strips(
    tmp_path, monkeypatch
):
    rng = np.random.default_rng(5)
    shape = (900, 40)
    for band, middle in (("green", 500), ("nir", 900)):
        noise = rng.integers(-400, 400, shape)
        write_band(tmp_path / f"{band}.tif", (middle + noise).astype("uint16"))
    source = write_item(tmp_path, {b: {"href": f"{b}.tif"} for b in ("green", "nir")})
    at_once = pixels_of(make_mask(tmp_path, source))
    monkeypatch.setattr("ogc_widgets.lab.water_bodies.rasters._STRIP_PIXELS", 40 * 256)
    assert np.array_equal(pixels_of(make_mask(tmp_path, source)), at_once)


def test_catalogue_keeps_both_when_the_same_image_is_given_twice(tmp_path):
    source = pond(tmp_path)
    mask = make_mask(tmp_path, source)
    stac.stac([str(source), str(source)], [mask, mask], tmp_path / "catalogue")
    catalogue = json.loads((tmp_path / "catalogue" / "catalog.json").read_text())
    found = [link["href"] for link in catalogue["links"] if link["rel"] == "item"]
    assert found == ["./pond/pond.json", "./pond-2/pond-2.json"]


def test_catalogue_refuses_masks_in_another_order_than_the_items(tmp_path):
    mask = make_mask(tmp_path, pond(tmp_path))
    other = write_item(tmp_path, {}, id="lake")
    with pytest.raises(InputError, match="made from pond, not from lake"):
        stac.stac([str(other)], [mask], tmp_path)


SMALL = "-121.35,40.1665,-121.3,40.18"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"aoi": "10,45,11,46"}, r"outside the item pond, which covers -121\.35"),
        ({"aoi": "-121.2,40,-121,40.2", "epsg": "32610"}, "looks like degrees"),
        ({"aoi": "1,2,3"}, "not four numbers"),
        ({"aoi": "1,2,3,x"}, "not four numbers"),
        ({"aoi": "1,2,3,nan"}, "not four numbers"),
        ({"aoi": ""}, "not four numbers"),
        ({"aoi": "-120,39,-121,40"}, r"west edge \(-120\) at or beyond its east"),
        ({"aoi": "-121,40,-120,39"}, r"south edge \(40\) at or beyond its north"),
        ({"aoi": "170,-10,-170,10"}, "180 degree meridian must be run as two"),
        ({"aoi": "39,-121,40,-120"}, "latitude beyond 90"),
        ({"aoi": "640000,4440000,650000,4450000"}, "beyond 90 degrees"),
        ({"aoi": "4000,40,5000,50"}, "are the numbers in metres"),
        ({"epsg": "EPSG:99999"}, "no EPSG code 99999"),
        ({"epsg": "EPSG:432x6"}, "must look like EPSG:4326"),
        ({"epsg": "EPSG:5703"}, "not a reference system for maps"),
        ({"band": "swir16"}, r"no band 'swir16'.*It has: green, nir\."),
        ({"item": "nothing.json"}, r"nothing\.json could not be read: No such file"),
        ({"item": ""}, "is empty"),
        ({"item": "ftp://host/item.json"}, "starts with 'ftp:'"),
        ({"item": "green.tif"}, "is not a STAC item: it is not JSON"),
    ],
)
def test_crop_says_what_is_wrong_in_its_last_line(changes, sentence, tmp_path, capsys):
    pond(tmp_path)
    values = {"item": "pond.json", "band": "green", "aoi": SMALL, "epsg": "EPSG:4326"}
    values |= changes
    if values["item"] and "://" not in values["item"]:
        values["item"] = str(tmp_path / values["item"])
    arguments = [f"--{name}={value}" for name, value in values.items()]
    assert crop.main([*arguments, f"--folder={tmp_path}"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: ")
    assert re.search(sentence, last)
    assert last.endswith((".", "?"))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "is not a JSON object"),
        ({"type": "Collection", "id": "c"}, "is a Collection, not a single STAC item"),
        ({"type": "FeatureCollection", "features": []}, "is a FeatureCollection"),
        ({"type": "Feature", "id": "x"}, "lacks the type 'Feature', an id or assets"),
        (item({"green": "green.tif"}), "lacks the type 'Feature', an id or assets"),
    ],
)
def test_item_is_refused_when_it_is_something_else(document, sentence, tmp_path):
    path = tmp_path / "item.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=sentence):
        items.read_item(str(path))


def test_band_is_named_when_its_file_cannot_be_read(tmp_path):
    pond(tmp_path)
    text = tmp_path / "text.tif"
    text.write_text("not a raster")
    whole = (tmp_path / "green.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    write_band(tmp_path / "nowhere.tif", np.ones((3, 3), "uint8"), crs=None)
    with serve(tmp_path) as server:
        for href, sentence in (
            ("missing.tif", "band green of pond could not be opened.*No such file"),
            (f"{server.url}/missing.tif", "the server answered 404"),
            ("text.tif", "not a raster that GDAL can read"),
            ("cut.tif", "band green of pond could not be read"),
            ("nowhere.tif", "no coordinate reference system"),
        ):
            source = write_item(tmp_path, {"green": {"href": href}})
            with pytest.raises(InputError, match=sentence):
                make_crop(tmp_path, of=source)


def test_available_bands_are_listed_without_pictures_and_papers():
    told = item(
        {
            "B8A": {"type": "image/jp2"},
            "image": {
                "eo:bands": [{"name": "B2", "common_name": "green"}, {"name": "B6"}]
            },
            "thumbnail": {"type": "image/png"},
            "visual": {"roles": ["visual"], "eo:bands": [{"common_name": "red"}]},
            "report": {"roles": ["metadata"]},
        }
    )
    with pytest.raises(InputError, match=r"It has: B8A, green, b6\.$"):
        items.find_band(told, "nir")


def test_item_is_named_when_its_server_does_not_have_it(tmp_path):
    with serve(tmp_path) as server:
        address = f"{server.url}/gone.json"
        with pytest.raises(InputError, match=r"gone\.json .* the server answered 404"):
            items.read_item(address)
    with pytest.raises(InputError, match="Connection refused"):
        items.read_item(address)


def test_key_of_a_signed_address_is_shown_nowhere(tmp_path, capsys):
    pond(tmp_path)
    mask = make_mask(tmp_path, tmp_path / "pond.json")
    key = "?sig=sesame"
    source = write_item(tmp_path, {"green": {"href": f"gone.tif{key}"}}).rename(
        tmp_path / "signed.json"
    )
    with serve(tmp_path) as server:
        address = f"{server.url}/{source.name}{key}"
        assert crop.main([f"--item={address}", "--band=green", f"--aoi={SMALL}"]) == 1
        stac.stac([address], [mask], tmp_path / "catalogue")
    assert crop.main([f"--item={address}", "--band=green", f"--aoi={SMALL}"]) == 1
    said = capsys.readouterr().err
    assert "gone.tif" in said
    assert "Connection refused" in said
    assert "sesame" not in said
    assert "sesame" not in (tmp_path / "catalogue" / "pond" / "pond.json").read_text()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_difference_asks_for_two_bands_when_given_others(count, tmp_path, capsys):
    pond(tmp_path)
    files = [str(tmp_path / "green.tif")] * count
    assert normalized_difference.main(files) == 1
    assert f"exactly 2 bands, but {count} w" in capsys.readouterr().err


def test_otsu_says_so_when_there_is_nothing_to_divide(tmp_path):
    write_band(tmp_path / "one.tif", np.full((3, 3), 0.5, "float32"))
    with pytest.raises(InputError, match=r"same value \(0\.5\)"):
        otsu.otsu(tmp_path / "one.tif", tmp_path)
    write_band(tmp_path / "none.tif", np.zeros((3, 3), "float32"), nodata=0)
    with pytest.raises(InputError, match="no valid pixels"):
        otsu.otsu(tmp_path / "none.tif", tmp_path)


def test_stac_says_so_when_there_are_no_items(tmp_path, capsys):
    assert stac.main([f"--folder={tmp_path}"]) == 1
    assert "No STAC items were given" in capsys.readouterr().err
