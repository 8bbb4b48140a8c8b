"""What is seen of numbers of any type: never black, never crushed, holes stay holes."""

from __future__ import annotations

import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from raster_files import HERE, UTM, pixels_of, seen_at, seen_in_tile, write
from rasterio.transform import from_origin

from ogc_widgets.errors import InputError
from ogc_widgets.raster import Style, open_raster

if TYPE_CHECKING:
    from pathlib import Path

WHERE = (500_000, 5_000_000)
# In the left and in the right half of HERE, 100 pixels of 30 m wide.
LEFT, RIGHT = (15.009, 45.14), (15.03, 45.14)
GRAY = Style(colours="gray")


def halves(dtype: str, left: float = 10, right: float = 90) -> np.ndarray:
    pixels = np.full((100, 100), left, dtype)
    pixels[:, 50:] = right
    # Few different numbers would be labels.
    pixels[-1, :20] = np.arange(left + 1, left + 21)
    return pixels


@pytest.mark.parametrize(
    "dtype",
    [
        *("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
        *("float32", "float64"),
    ],
)
@pytest.mark.parametrize("nodata", [None, 10])
def test_numbers_of_each_type_are_seen(
    tmp_path: Path, dtype: str, nodata: float | None
) -> None:
    path = write(tmp_path / "a.tif", halves(dtype), nodata=nodata)
    with open_raster(path) as raster:
        style = Style(colours="gray", stretch=((10.0, 90.0),))
        first = (0, 0, 0, 255) if nodata is None else (0, 0, 0, 0)
        for seen in (
            lambda place: seen_at(raster, style, *place),
            lambda place: seen_in_tile(raster, style, 13, *place),
        ):
            assert seen(LEFT) == first
            assert seen(RIGHT) == (255, 255, 255, 255)
        assert raster.default_style().colours == "viridis"


@pytest.mark.parametrize("nodata", [None, -9999.0, np.nan])
def test_nan_is_transparent_whatever_else_stands_for_nothing(
    tmp_path: Path, nodata: float | None
) -> None:
    pixels = halves("float32")
    pixels[:, :50] = np.nan
    pixels[0, 99] = np.inf
    pixels[1, 99] = -np.inf
    if nodata is not None:
        pixels[:, 90:] = nodata
    path = write(tmp_path / "a.tif", pixels, nodata=nodata)
    with open_raster(path) as raster:
        style = raster.default_style()
        assert seen_at(raster, style, *LEFT)[3] == 0
        assert seen_at(raster, style, *RIGHT)[3] == 255
        assert raster.values_at(*LEFT)[0].value is None
        assert raster.values_at(*RIGHT)[0].value == 90
        # Endless numbers do not flatten the others.
        assert all(np.isfinite(raster.ranges(style)).ravel())
        share = raster.legend(style).nodata_share
        assert share == pytest.approx(0.6 if nodata is not None else 0.5, abs=0.01)


def test_nodata_that_cannot_stand_in_the_file_hides_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", halves("uint8"))
    about = {"raster:bands": [{"nodata": -9999}]}
    with open_raster(path, about=about) as raster:
        assert raster.info.bands[0].nodata is None
        assert seen_at(raster, GRAY, *LEFT)[3] == 255
        with pytest.raises(InputError, match="-9999 cannot stand for nothing"):
            raster.picture(Style(nodata=-9999))
        assert seen_at(raster, Style(nodata=10), *LEFT)[3] == 0


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64"])
def test_number_that_the_file_calls_nothing_can_be_seen(
    tmp_path: Path, dtype: str
) -> None:
    path = write(tmp_path / "a.tif", halves(dtype), nodata=10)
    shown = Style(colours="gray", stretch=((10.0, 90.0),), nodata="none")
    with open_raster(path) as raster:
        outside = (14.99, 45.14)
        for place, seen in (
            (LEFT, (0, 0, 0, 255)),
            (RIGHT, (255, 255, 255, 255)),
            (outside, (0, 0, 0, 0)),
        ):
            assert seen_in_tile(raster, shown, 13, *place) == seen
            # A zoom at which the file itself is read, not its small version.
            assert seen_in_tile(raster, shown, 16, *place) == seen
        assert raster.legend(shown).nodata_share == 0
        assert raster.values_at(*LEFT)[0].value is None
        assert raster.values_at(*LEFT, "none")[0].value == 10
        with pytest.raises(InputError, match="a number or 'none'"):
            raster.picture(Style(nodata="nothing"))


def test_nodata_of_the_item_counts_where_the_file_has_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", halves("uint8"))
    for about in (
        {"raster:bands": [{"nodata": 10}]},
        {"bands": [{"nodata": 10}]},
        {"nodata": 10},
    ):
        with open_raster(path, about=about) as raster:
            assert seen_at(raster, GRAY, *LEFT)[3] == 0


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_mask_beside_the_numbers_is_kept(tmp_path: Path, dtype: str) -> None:
    path = tmp_path / "a.tif"
    hidden = np.full((100, 100), 255, "uint8")
    hidden[:, :50] = 0
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path, "w", driver="GTiff", dtype=dtype, count=1, width=100, height=100,
            crs=UTM, transform=HERE,
        ) as dataset,
    ):  # fmt: skip
        dataset.write(halves(dtype), 1)
        dataset.write_mask(hidden)
    with open_raster(path) as raster:
        for style in (GRAY, Style(expression="b1*2")):
            assert seen_at(raster, style, *LEFT)[3] == 0
            assert seen_at(raster, style, *RIGHT)[3] == 255
            assert seen_in_tile(raster, style, 15, *LEFT)[3] == 0
            assert seen_in_tile(raster, style, 15, *RIGHT)[3] == 255


def test_bytes_of_three_bands_are_their_own_colours(tmp_path: Path) -> None:
    pixels = np.zeros((4, 100, 100), "uint8")
    pixels[0], pixels[1], pixels[2], pixels[3] = 200, 100, 50, 255
    pixels[3, :, :50] = 0
    path = write(tmp_path / "a.tif", pixels, photometric="RGB", alpha="yes")
    with open_raster(path) as raster:
        assert len(raster.info.bands) == 3
        style = raster.default_style()
        assert seen_at(raster, style, *RIGHT) == (200, 100, 50, 255)
        assert seen_at(raster, style, *LEFT)[3] == 0
        assert raster.legend(style).kind == "channels"


def test_dark_bands_of_large_numbers_are_stretched(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(500, 1500, (3, 100, 100)).astype("uint16")
    pixels[:, 0, 0] = 60_000  # a few bright pixels darken nothing
    path = write(tmp_path / "a.tif", pixels)
    with open_raster(path) as raster:
        png = raster.picture(raster.default_style()).png
        assert 110 < pixels_of(png)[..., :3].mean() < 145


def test_bands_are_red_green_and_blue_by_what_they_are_called(tmp_path: Path) -> None:
    pixels = np.stack([np.full((9, 9), n, "uint16") for n in (2, 3, 4, 8)])
    path = write(tmp_path / "a.tif", pixels)
    names = [{"name": f"B0{n}"} for n in (2, 3, 4, 8)]
    with open_raster(path, about={"bands": names}) as raster:
        assert raster.default_style().bands == (3, 2, 1)
    common = [{"common_name": name} for name in ("nir", "blue", "red", "green")]
    with open_raster(path, about={"eo:bands": common}) as raster:
        assert raster.default_style().bands == (3, 4, 2)
    named = [{"name": name} for name in ("ndvi", "ndwi", "slope", "aspect")]
    with open_raster(path, about={"bands": named}) as raster:
        assert raster.default_style().bands == (1,)


def test_files_of_one_band_each_make_one_picture(tmp_path: Path) -> None:
    finer = from_origin(*WHERE, 15, 15)
    paths = [
        write(tmp_path / "red.tif", np.full((100, 100), 250, "uint8")),
        write(tmp_path / "green.tif", np.full((200, 200), 120, "uint8"), UTM, finer),
        write(tmp_path / "blue.tif", np.full((100, 100), 10, "uint8")),
    ]
    about = [{"eo:bands": [{"common_name": n}]} for n in ("red", "green", "blue")]
    with open_raster(paths, about=about) as raster:
        style = raster.default_style()
        assert style.bands == (1, 2, 3)
        assert seen_at(raster, style, *LEFT) == (250, 120, 10, 255)
        assert seen_in_tile(raster, style, 16, *LEFT) == (250, 120, 10, 255)
        assert [one.value for one in raster.values_at(*LEFT)] == [250, 120, 10]
        index = Style(expression="(b1-b3)/(b1+b3)", stretch=((-1.0, 1.0),))
        assert seen_at(raster, index, *LEFT)[3] == 255


def test_mask_is_blue_where_it_is_one(tmp_path: Path) -> None:
    pixels = halves("uint8", 0, 1)
    pixels[-1] = 0
    for path in (
        write(tmp_path / "a.tif", pixels),
        write(tmp_path / "b.tif", pixels, nbits=1),
    ):
        with open_raster(path) as raster:
            style = raster.default_style()
            assert seen_at(raster, style, *LEFT)[3] == 0
            assert seen_at(raster, style, *RIGHT) == (21, 101, 192, 255)
            nothing, marked = raster.legend(style).entries
            assert (nothing.colour, marked.colour) == ("", "#1565c0")
            assert marked.share == pytest.approx(0.495)


def test_mask_that_marks_nothing_is_a_picture_of_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.zeros((100, 100), "uint8"))
    with open_raster(path) as raster:
        style = raster.default_style()
        assert not pixels_of(raster.picture(style).png)[..., 3].any()
        assert seen_in_tile(raster, style, 13, *LEFT)[3] == 0


def test_classes_of_the_item_are_drawn_and_counted(tmp_path: Path) -> None:
    pixels = halves("uint8", 0, 4)
    pixels[-1], pixels[:10] = 4, 255
    path = write(tmp_path / "a.tif", pixels)
    said = [
        {"value": 0, "name": "land", "color_hint": "c9bfa8"},
        {"value": 4, "title": "Water", "color_hint": "1d5bb8"},
        {"value": 255, "name": "no_data", "nodata": True},
        {"value": "odd", "name": "left out"},
    ]
    with open_raster(path, about={"classification:classes": said}) as raster:
        style = raster.default_style()
        assert seen_at(raster, style, *LEFT) == (0xC9, 0xBF, 0xA8, 255)
        assert seen_at(raster, style, *RIGHT) == (0x1D, 0x5B, 0xB8, 255)
        legend = raster.legend(style)
        assert [one.label for one in legend.entries] == ["land", "Water"]
        assert [one.colour for one in legend.entries] == ["#c9bfa8", "#1d5bb8"]
        assert [one.share for one in legend.entries] == pytest.approx([0.445, 0.455])
        assert legend.nodata_share == pytest.approx(0.1)
        assert raster.values_at(*RIGHT)[0].label == "Water"


def test_colour_table_of_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pixels = halves("uint8", 1, 2)
    pixels[-1] = 0
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, width=100, height=100,
        crs=UTM, transform=HERE,
    ) as dataset:  # fmt: skip
        dataset.write(pixels, 1)
        table = {0: (0, 0, 0, 255), 1: (200, 10, 10, 255), 2: (10, 200, 10, 255)}
        dataset.write_colormap(1, table)
    with open_raster(path) as raster:
        style = raster.default_style()
        assert seen_at(raster, style, *LEFT) == (200, 10, 10, 255)
        assert seen_at(raster, style, *RIGHT) == (10, 200, 10, 255)
        assert len(raster.legend(style).entries) == 3


def test_index_divides_whole_numbers_with_their_remainder(tmp_path: Path) -> None:
    pixels = np.zeros((2, 100, 100), "uint16")
    pixels[0, :, 50:], pixels[1, :, 50:] = 300, 100
    path = write(tmp_path / "a.tif", pixels)
    index = Style(expression="(b1-b2)/(b1+b2)", colours="gray", stretch=((-1.0, 1.0),))
    with open_raster(path) as raster:
        grey, _, _, opacity = seen_at(raster, index, *RIGHT)
        assert (grey, opacity) == (191, 255)
        # 0 / 0 is no value.
        assert seen_at(raster, index, *LEFT)[3] == 0
        assert raster.histogram(index).low == 0.5
        three = Style(expression="b1; b2; b1-b2")
        assert seen_at(raster, three, *RIGHT)[3] == 255


@pytest.mark.parametrize(
    ("style", "says"),
    [
        (Style((5,)), "There is no band 5: a.tif has the bands 1 to 2"),
        (Style((1, 2)), "one or three channels, not 2"),
        (Style(colours="nope"), "no colour map 'nope'"),
        (Style(expression="b1+"), "cannot be read"),
        (Style(expression="b9/b1"), "There is no band 9"),
        (Style(expression="nir-red"), "'nir' in the expression is no band"),
        (Style(expression="b04-b1"), "'b04' in the expression is no band"),
        (Style(expression="__import__('os').system('x')"), "cannot be used|no band"),
        (Style(expression="b1.real"), "cannot be used"),
        (Style(expression="b1**99**99"), "powers"),
        (Style(expression="nothing(b1)"), "cannot be used"),
        (Style(expression="1+1"), "cannot be used"),
        (Style(stretch=((5.0, 5.0),)), "empty"),
        (Style(stretch=((float("nan"), 5.0),)), "empty"),
        (Style((1, 2, 1), stretch=((0.0, 1.0),)), "1 pairs of numbers for 3"),
        (Style(colours="classes"), "different values, too many"),
        (Style(colours="classes", expression="b1"), "Classes are values of one band"),
    ],
)
def test_style_that_cannot_be_drawn_says_why(
    tmp_path: Path, style: Style, says: str
) -> None:
    pixels = np.arange(20_000).reshape(2, 100, 100).astype("int32")
    path = write(tmp_path / "a.tif", pixels)
    with open_raster(path) as raster, pytest.raises(InputError, match=says):
        raster.picture(style)


def test_neighbouring_tiles_are_stretched_alike(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(2000, dtype="float32"), (500, 1))
    path = write(tmp_path / "a.tif", ramp)
    with open_raster(path) as raster:
        west, _, east, _ = raster.info.bounds
        seen = [
            seen_in_tile(raster, GRAY, 12, west + share * (east - west), 45.12)[0]
            for share in (0.1, 0.3, 0.5, 0.7, 0.9)
        ]
        ((low, high),) = raster.ranges(GRAY)
    wanted = [(share * 2000 - low) / (high - low) * 255 for share in (0.1, 0.5, 0.9)]
    assert seen[::2] == pytest.approx(wanted, abs=3)
    assert seen == sorted(seen)


def test_units_scale_and_offset_make_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", halves("uint16", 1000, 5000))
    about = {"raster:bands": [{"scale": 0.0001, "offset": -0.1, "unit": "1"}]}
    with open_raster(path, about=about) as raster:
        assert raster.values_at(*RIGHT)[0].value == pytest.approx(0.4)
        assert raster.histogram().high == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello", "is no raster"),
        (b"II*\x00" + b"\x07" * 60, "is no raster"),
        (b"%PDF-1.7", "application/pdf"),
        # A file of a server must not choose what of this machine is read.
        (b'<VRTDataset rasterXSize="9" rasterYSize="9">', "is no raster"),
    ],
)
def test_file_that_is_no_raster_is_refused_in_words(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        open_raster(path)
    with pytest.raises(InputError, match="There is no file"):
        open_raster(tmp_path / "none.tif")


def test_complex_numbers_are_refused_in_words(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((9, 9), "complex64"))
    with pytest.raises(InputError, match="complex numbers"):
        open_raster(path)


def test_many_threads_draw_the_same_raster_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = write(tmp_path / "a.tif", rng.integers(0, 99, (1500, 1500)).astype("int16"))
    before = threading.active_count()
    with open_raster(path) as raster:
        z = raster.info.max_zoom
        places = [(15.01 + n % 8 * 0.05, 45.1 - n // 8 * 0.03) for n in range(32)]

        def draw(place: tuple[float, float]) -> tuple[int, ...]:
            return seen_in_tile(raster, GRAY, z, *place)

        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(draw, places))
        assert together == [draw(place) for place in places]
        assert len(raster._pixels.files[0].datasets._idle) <= 3
    assert threading.active_count() <= before
    with pytest.raises(InputError, match="was closed"):
        raster.values_at(*LEFT)


def test_what_is_kept_of_styles_is_bounded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", halves("float32"))
    tracemalloc.start()
    try:
        with open_raster(path) as raster:
            for number in range(100):
                raster.ranges(Style(nodata=float(number)))
            assert len(raster._found) <= 32
    finally:
        tracemalloc.stop()
