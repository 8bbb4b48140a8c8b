"""Which assets of an item are laid on a map: the result, not its chart or thumbnail."""

from __future__ import annotations

from typing import Any

import pytest

from ogc_widgets.client.results.job_results import assets_of
from ogc_widgets.raster import assets_for_map

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
TIFF = "image/tiff; application=geotiff"
BOX = [10, 40, 11, 41]


def keys_of(assets: dict[str, Any], **members: Any) -> list[tuple[str, ...]]:
    full = {
        key: {"href": f"https://example.org/{key}.bin", **one}
        for key, one in assets.items()
    }
    item = {"type": "Feature", "id": "a", "bbox": BOX, "assets": full, **members}
    found = assets_for_map(item, assets_of(item, lambda *_: ""))
    return [one.keys for one in found]


def band(name: str, kind: str = COG) -> dict[str, Any]:
    return {"type": kind, "roles": ["data"], "eo:bands": [{"common_name": name}]}


DATA = {"roles": ["data"]}
RGB = {"B02": band("blue"), "B03": band("green"), "B04": band("red")}
CHART = {"type": "image/png", "roles": ["metadata"]}
SMALL = {"type": "image/png", "roles": ["thumbnail"]}


@pytest.mark.parametrize(
    ("assets", "first"),
    [
        ({"chart": CHART, "data": {"type": COG, **DATA}}, ("data",)),
        ({"thumbnail": SMALL, "data": {"type": TIFF}}, ("data",)),
        ({"plain": {"type": TIFF, **DATA}, "cog": {"type": COG, **DATA}}, ("cog",)),
        ({**RGB, "B08": band("nir")}, ("B04", "B03", "B02")),
        ({name: {"type": COG} for name in RGB}, ("B04", "B03", "B02")),
        ({**RGB, "visual": {"type": COG, "roles": ["visual"]}}, ("visual",)),
        ({"a": {"href": "https://example.org/x/a.tif?sig=1"}}, ("a",)),
        ({"a": {"href": "https://example.org/x/a.JP2"}}, ("a",)),
        ({"a": {"href": "https://example.org/x/a"}}, ("a",)),
        ({"a": {"type": "image/jp2", **DATA}}, ("a",)),
        ({"overview": {"type": "image/png", "roles": ["overview"]}}, ("overview",)),
        (
            {"cloud": {"type": COG, "roles": ["cloud"]}, "m": {"type": TIFF, **DATA}},
            ("m",),
        ),
    ],
)
def test_best_one_is_first(assets: dict[str, Any], first: tuple[str, ...]) -> None:
    assert keys_of(assets)[0] == first


@pytest.mark.parametrize(
    "asset",
    [
        {"type": "image/png", "roles": ["metadata"]},
        {"type": "application/json", "roles": ["data"]},
        {"type": "text/csv"},
        {"href": "https://example.org/readme.txt"},
        {"href": "https://example.org/table.parquet"},
        {"type": "application/x-netcdf", "roles": ["data"]},
    ],
)
def test_what_is_no_picture_of_a_place_is_left_out(asset: dict[str, Any]) -> None:
    assert keys_of({"a": asset}) == []


def test_picture_lies_in_its_own_box_or_that_of_its_item() -> None:
    own = {"type": "image/png", "roles": ["thumbnail"], "bbox": [1, 2, 3, 4]}
    projected = {
        "type": "image/png",
        "proj:bbox": [0, 0, 111_320, 111_325],
        "proj:code": "EPSG:3857",
    }
    item = {
        "type": "Feature",
        "id": "a",
        "bbox": [179, 40, -179, 41],
        "assets": {
            key: {"href": "https://example.org/a.png", **one}
            for key, one in {
                "own": own,
                "projected": projected,
                "none": {"type": "image/png"},
            }.items()
        },
    }
    found = {one.keys[0]: one for one in assets_for_map(item, assets_of(item, no))}
    assert found["own"].box == (1, 2, 3, 4)
    assert found["projected"].box == pytest.approx((0, 0, 1, 1), abs=0.01)
    # Across 180: its east is over 180.
    assert found["none"].box == (179, 40, 181, 41)
    del item["bbox"]
    again = assets_for_map(item, assets_of(item, no))
    assert "none" not in [one.keys[0] for one in again]


def no(*_: object) -> str:
    return ""


def test_what_cannot_be_reached_is_left_out() -> None:
    item = {"assets": {"a": {"href": "s3://b/a.tif", "type": COG}}}
    assert assets_for_map(item, assets_of(item, lambda *_: "Not from here.")) == []


def test_bands_and_sizes_go_along() -> None:
    assets = {name: band(name) | {"file:size": 7} for name in ("red", "green", "blue")}
    for name, one in assets.items():
        one["href"] = f"https://example.org/{name}.tif"
    item = {"assets": assets}
    best = assets_for_map(item, assets_of(item, no))[0]
    assert best.keys == ("red", "green", "blue")
    assert best.bytes == 21
    assert best.about[2]["eo:bands"] == [{"common_name": "blue"}]
