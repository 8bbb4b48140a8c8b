"""What is read of STAC documents, odd ones included."""

from __future__ import annotations

import pytest

from ogc_widgets.client.stac.stac_documents import (
    catalogue_link,
    cloud_cover_percent,
    facts_of,
    self_address,
)


def item(**changes):
    document = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "S2B_10TFK",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"datetime": "2021-07-13T19:03:00Z"},
        "assets": {},
        "links": [],
    }
    return {**document, **changes}


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"datetime": "2021-07-13T19:03:00Z"}, "13 Jul 2021"),
        ({"datetime": "2021-07-13"}, "13 Jul 2021"),
        (
            {
                "datetime": None,
                "start_datetime": "2021-07-01T00:00:00Z",
                "end_datetime": "2021-07-31T23:59:59Z",
            },
            "1 Jul to 31 Jul 2021",
        ),
        (
            {
                "datetime": None,
                "start_datetime": "2020-12-31T00:00:00Z",
                "end_datetime": "2021-01-02T00:00:00Z",
            },
            "31 Dec 2020 to 2 Jan 2021",
        ),
        (
            {
                "start_datetime": "2021-07-01T00:00:00Z",
                "end_datetime": "2021-07-01T10:00:00Z",
            },
            "1 Jul 2021",
        ),
        ({"start_datetime": "2021-07-01T00:00:00Z"}, "from 1 Jul 2021"),
        ({"end_datetime": "2021-07-01T00:00:00Z"}, "until 1 Jul 2021"),
        ({}, ""),
        ({"datetime": 20210713}, ""),
        ({"datetime": "last summer"}, ""),
        (None, ""),
        ("text", ""),
    ],
)
def test_date_is_said_in_words_when_an_item_has_one(properties, words):
    assert facts_of(item(properties=properties)).date == words


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (item(), "item"),
        (item(geometry=None), "item"),
        ({"type": "Feature", "geometry": None, "properties": {}}, ""),
        ({"type": "FeatureCollection", "features": [item(), 3]}, "items"),
        ({"type": "Collection", "stac_version": "1.0.0", "id": "s2"}, "collection"),
        ({"stac_version": "0.9.0", "id": "s2", "extent": {}}, "collection"),
        ({"type": "Catalog", "id": "root", "links": []}, "catalog"),
        ({"type": "Polygon", "coordinates": []}, ""),
        ([item()], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_kind_is_known_by_what_stac_asks_for(document, kind):
    assert facts_of(document).kind == kind


@pytest.mark.parametrize("name", [None, True, ["a"], {"a": 1}])
def test_id_is_empty_when_it_is_none(name):
    assert facts_of(item(id=name)).id == ""


def test_id_is_made_harmless_when_it_is_hostile():
    found = facts_of(item(id="a\u202eb\x00c\n" + "x" * 500))
    assert found.id.startswith("abc xxx")
    assert len(found.id) < 160


def test_items_are_counted_when_the_document_is_a_list():
    found = facts_of({"type": "FeatureCollection", "features": [item(), item()]})
    assert (found.count, len(found.features)) == (2, 2)


def test_outline_is_the_box_when_the_geometry_is_huge():
    ring = [[n / 1e5, 0] for n in range(100_000)]
    huge = item(geometry={"type": "Polygon", "coordinates": [ring]}, bbox=[0, 0, 1, 0])
    (outline,) = facts_of(huge).features
    assert (outline["geometry"], outline["bbox"]) == (None, [0, 0, 1, 0])
    (outline,) = facts_of(item(bbox=[1, 2, 1, 2])).features
    assert outline["geometry"] == {"type": "Point", "coordinates": [1, 2]}


@pytest.mark.parametrize(
    ("value", "percent"),
    [(0, 0), (12.5, 12.5), (100, 100), (101, None), (-1, None), ("5", None)],
)
def test_cloud_cover_counts_when_it_is_a_percentage(value, percent):
    assert cloud_cover_percent(item(properties={"eo:cloud_cover": value})) == percent


def test_self_address_is_made_absolute_when_it_is_relative():
    links = [{"rel": "self", "href": "../items/a.json"}]
    found = self_address(item(links=links), "https://e.org/search/x")
    assert found == "https://e.org/items/a.json"
    assert self_address(item(links=[{"rel": "self", "href": "javascript:a()"}])) == ""
    assert self_address(item(links=None)) == ""


@pytest.mark.parametrize(
    "link",
    [
        {"rel": "http://www.opengis.net/def/rel/ogc/1.0/stac", "href": "stac"},
        {"rel": "related", "title": "STAC API over the scenes", "href": "stac"},
        {"rel": "service", "type": "application/json; profile=stac", "href": "stac"},
    ],
)
def test_catalogue_is_found_when_a_landing_page_links_to_it(link):
    page = {"links": [{"rel": "self", "href": "https://e.org/"}, link]}
    assert catalogue_link(page, "https://e.org/") == "https://e.org/stac"


def test_landing_page_is_the_catalogue_itself_when_it_says_so():
    page = {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "links": [{"rel": "search", "href": "search"}],
    }
    assert catalogue_link(page, "https://e.org/api/") == "https://e.org/api/"
    assert catalogue_link({"links": []}, "https://e.org/") == ""
