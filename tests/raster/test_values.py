"""Numbers behind a picture: their distribution, along a line, inside an area."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from raster_files import write
from rasterio.transform import from_origin

from ogc_widgets.area.area import Area
from ogc_widgets.errors import InputError
from ogc_widgets.raster import Style, open_raster

if TYPE_CHECKING:
    from pathlib import Path

DEGREES = "EPSG:4326"


@pytest.fixture
def degrees(tmp_path: Path) -> Path:
    """From 10 to 20 east and 40 to 50 north, each pixel its column: 0 to 99."""
    pixels = np.tile(np.arange(100, dtype="float32"), (100, 1))
    pixels[:10] = np.nan
    return write(tmp_path / "a.tif", pixels, DEGREES, from_origin(10, 50, 0.1, 0.1))


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_histogram_counts_each_value_once(degrees: Path) -> None:
    with open_raster(degrees) as raster:
        found = raster.histogram(bins=10)
        assert found.counts == (900,) * 10
        assert (found.edges[0], found.edges[-1]) == (0, 99)
        assert found.nodata_share == pytest.approx(0.1)
        assert found.percentiles == pytest.approx((1.98, 97.02), abs=0.1)
        with pytest.raises(InputError, match="There is no band 2"):
            raster.histogram(2)
        json.dumps(found.to_json())


def test_part_of_a_histogram_counts_what_lies_in_it(degrees: Path) -> None:
    with open_raster(degrees) as raster:
        found = raster.histogram(bins=5, between=(20.0, 30.0))
        # Each number of 20 to 30 stands in 90 rows; the last bin holds its end.
        assert found.counts == (180, 180, 180, 180, 270)
        assert (found.edges[0], found.edges[-1]) == (20, 30)
        assert (found.low, found.high) == (0, 99)


def test_histogram_of_nothing_is_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.full((9, 9), np.nan, "float32"))
    with open_raster(path) as raster:
        found = raster.histogram()
        assert (found.counts, found.low, found.nodata_share) == ((), None, 1)
        legend = raster.legend(raster.default_style())
        assert legend.nodata_share == 1
        json.dumps(legend.to_json())


def test_line_is_read_from_its_start_to_its_end(degrees: Path) -> None:
    with open_raster(degrees) as raster:
        found = raster.values_along([[11, 45], [19, 45]])
        assert len(found.values) == len(found.metres) == 256
        assert found.values[0] == pytest.approx(10, abs=1)
        assert found.values[-1] == pytest.approx(90, abs=1)
        assert found.metres[-1] == pytest.approx(8 * 78_846, rel=0.01)
        # Straight up, and out over the edge.
        up = raster.values_along([[15.05, 41], [15.05, 51]])
        assert up.values[0] == 50
        assert up.values[-1] is None
        with pytest.raises(InputError, match="two corners"):
            raster.values_along([[1, 2]])


def test_line_across_180_goes_the_short_way(tmp_path: Path) -> None:
    pixels = np.tile(np.arange(40, dtype="int16"), (40, 1))
    path = write(tmp_path / "a.tif", pixels, DEGREES, from_origin(178, 2, 0.1, 0.1))
    with open_raster(path) as raster:
        found = raster.values_along([[178.55, 0], [181.45, 0]]).values
        assert (found[0], found[-1]) == (5, 34)
        assert None not in found


def test_area_is_summed_up_by_its_true_size(tmp_path: Path) -> None:
    # A whole hemisphere, one in the south and two in the north: half of it each.
    pixels = np.ones((160, 20), "uint8")
    pixels[:80] = 2
    path = write(tmp_path / "a.tif", pixels, DEGREES, from_origin(0, 80, 1, 1))
    with open_raster(path) as raster:
        found = raster.values_inside(box(0, -80, 20, 80))
        assert found.mean == pytest.approx(1.5, abs=0.01)
        assert dict(found.shares) == pytest.approx({1: 0.5, 2: 0.5}, abs=0.01)
        # The web map shows what is north of 60 nearly as large as the rest.
        found = raster.values_inside(box(0, 0, 40, 80))
        assert (found.mean, found.low, found.high, found.std) == (2, 2, 2, 0)
        assert found.known_share == pytest.approx(0.5, abs=0.01)


def test_area_of_any_form_is_taken(degrees: Path) -> None:
    with open_raster(degrees) as raster:
        found = raster.values_inside(Area.box(12, 42, 13, 43))
        assert found.low == 20
        assert found.high == 29
        assert found.median == pytest.approx(24.5, abs=0.5)
        small = raster.values_inside(box(12.04, 42.04, 12.06, 42.06))
        assert small.mean == 20
        beside = raster.values_inside(box(30, 42, 31, 43))
        assert (beside.mean, beside.known_share) == (None, 0)
        doubled = raster.values_inside(
            Area.box(12, 42, 13, 43), Style(expression="b1*2")
        )
        assert doubled.high == 58
        with pytest.raises(InputError, match="no inside"):
            raster.values_inside({"type": "Point", "coordinates": [12, 42]})


def test_area_across_180_is_one(tmp_path: Path) -> None:
    pixels = np.tile(np.arange(40, dtype="int16"), (40, 1))
    path = write(tmp_path / "a.tif", pixels, DEGREES, from_origin(178, 2, 0.1, 0.1))
    with open_raster(path) as raster:
        found = raster.values_inside(Area.box(179, -1, -179, 1))
        assert (found.low, found.high) == (10, 29)
        assert found.known_share == pytest.approx(1, abs=0.01)


def test_legend_of_a_colour_map_says_values_and_colours(degrees: Path) -> None:
    with open_raster(degrees, about={"raster:bands": [{"unit": "m"}]}) as raster:
        legend = raster.legend(Style(colours="ylgnbu", stretch="extremes"))
        assert (legend.kind, legend.unit) == ("ramp", "m")
        assert legend.ranges == ((0, 99),)
        assert [legend.entries[0].value, legend.entries[-1].value] == [0, 99]
        backwards = raster.legend(Style(colours="ylgnbu_r", stretch="extremes"))
        assert legend.entries[0].colour == backwards.entries[-1].colour


@pytest.mark.parametrize(
    ("name", "colours"),
    [
        ("NDWI", "ylgnbu"),
        ("ndvi", "rdylgn"),
        ("elevation", "terrain"),
        ("something", "viridis"),
    ],
)
def test_colour_map_suits_what_a_band_is_called(
    degrees: Path, name: str, colours: str
) -> None:
    with open_raster(degrees, about={"bands": [{"name": name}]}) as raster:
        assert raster.default_style().colours == colours
        assert raster.legend(raster.default_style()).title == name
