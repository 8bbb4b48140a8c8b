from __future__ import annotations

import pytest

from ogc_widgets.client.results.job_results import Asset
from ogc_widgets.map.item_rows import kind_of, table_of


def asset(key, media_type, *, roles=(), href="https://x.org/f", why_not="", size=None):
    return Asset(key, "", media_type, href, roles, size, not why_not, why_not)


def test_row_says_what_people_look_for():
    item = {
        "id": "S2A",
        "properties": {
            "datetime": "2022-05-24T19:03:24Z",
            "water:percent": 4.441,
            "water:area_km2": 12.0,
            "water:threshold": 0.1042,
            "proj:epsg": 32610,
            "eo:cloud_cover": 3,
        },
    }
    assets = [
        asset("thumb", "image/png", roles=("thumbnail",)),
        asset("data", "image/tiff; application=geotiff", roles=("data",), size=1200),
    ]
    columns, rows = table_of([item], lambda _item: assets)
    assert columns == ["water", "water area"]
    assert rows[0]["date"] == "2022-05-24"
    assert rows[0]["numbers"] == ["4.4 %", "12 km²"]
    assert rows[0]["preview"] is True
    assert [a["key"] for a in rows[0]["assets"]] == ["data", "thumb"]
    assert rows[0]["assets"][0]["kind"] == "GeoTIFF"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc/passwd", "a.tif"])
def test_address_is_no_link_when_it_is_not_one_of_the_web(href):
    assets = [asset("data", "image/tiff", href=href)]
    _, rows = table_of([{"id": "a"}], lambda _item: assets)
    assert rows[0]["assets"][0]["href"] == ""
    assert rows[0]["assets"][0]["path"] == href


def test_unreachable_asset_keeps_its_reason():
    assets = [asset("data", "image/tiff", href="s3://b/k", why_not="In an s3 store.")]
    _, rows = table_of([{"id": "a"}], lambda _item: assets)
    shown = rows[0]["assets"][0]
    assert (shown["href"], shown["why_not"]) == ("", "In an s3 store.")


def test_controls_and_length_of_server_text_are_cut():
    _, rows = table_of([{"id": "a\u202eb\x00" + "x" * 5000}], lambda _item: [])
    assert "\u202e" not in rows[0]["label"]
    assert len(rows[0]["label"]) < 250


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
    _, rows = table_of([{"id": "a", "properties": None}], lambda _item: [])
    assert rows[0]["date"] == ""
    assert rows[0]["assets"] == []
