from __future__ import annotations

import pytest

from ogc_widgets.client.results.files.result_files import Asset
from ogc_widgets.client.results.item_columns import ItemColumns
from ogc_widgets.map.rows import files_of, kind_of, row_of


def asset(key, media_type, *, roles=(), href="https://x.org/f", why_not="", size=None):
    return Asset(key, "", media_type, href, roles, size, not why_not, why_not)


def row(item, assets=()):
    columns = ItemColumns.of([item], [str(item.get("id"))])
    return row_of(0, item, columns, columns.numeric[:2], assets)


def test_row_says_what_people_look_for():
    item = {
        "id": "S2A",
        "properties": {
            "datetime": "2022-05-24T19:03:24Z",
            "water:percent": 4.441,
            "water:area_km2": 12.0,
            "water:threshold": 0.1042,
        },
    }
    assets = [
        asset("thumb", "image/png", roles=("thumbnail",)),
        asset("data", "image/tiff; application=geotiff", roles=("data",), size=1200),
    ]
    shown = row(item, assets)
    assert shown["date"] == "2022-05-24"
    assert shown["numbers"] == ["4.4 %", "12 km²"]
    assert shown["preview"] is True
    assert (shown["files"], shown["kind"]) == (["data", "thumb"], "GeoTIFF")
    assert [one["size"] for one in files_of(assets)] == [1200, None]


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc/passwd", "a.tif"])
def test_address_is_no_link_when_it_is_not_one_of_the_web(href):
    (file,) = files_of([asset("data", "image/tiff", href=href)])
    assert (file["href"], file["path"]) == ("", href)


def test_unreachable_asset_keeps_its_reason():
    one = asset("data", "image/tiff", href="s3://b/k", why_not="In an s3 store.")
    (file,) = files_of([one])
    assert (file["href"], file["why_not"]) == ("", "In an s3 store.")


def test_controls_and_length_of_server_text_are_cut():
    shown = row({"id": "a\u202eb\x00" + "x" * 5000})
    assert "\u202e" not in shown["label"]
    assert len(shown["label"]) < 250


@pytest.mark.parametrize(
    ("media_type", "word"),
    [
        ("image/tiff; application=geotiff; profile=cloud-optimized", "GeoTIFF"),
        ("application/geo+json", "GeoJSON"),
        ("application/x-netcdf", "NetCDF"),
        ("application/vnd.odd", "vnd.odd"),
        ("", ""),
    ],
)
def test_media_type_becomes_a_word(media_type, word):
    assert kind_of(media_type) == word


def test_properties_that_are_no_object_give_an_empty_row():
    shown = row({"id": "a", "properties": None})
    assert (shown["date"], shown["numbers"], shown["files"]) == ("", [], [])
