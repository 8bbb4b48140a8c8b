"""Search requests and their answers, in the dialects of STAC APIs."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ogc_widgets.client.stac.item_search import (
    ItemQuery,
    passes_clouds,
    read_collections,
    read_search_api,
    read_search_page,
    search_request,
    thumbnails_of,
)
from ogc_widgets.errors import InputError, ProtocolError
from ogc_widgets.protocol.requests.requests import Request

URL = "https://stac.example.org/v1"
ITEM_SEARCH = "https://api.stacspec.org/v1.0.0/item-search"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json"


def landing(*methods, conforms=(), **members):
    links = [{"rel": "search", "href": "search", "method": m} for m in methods]
    return {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "id": "root",
        "title": "Example",
        "conformsTo": list(conforms),
        "links": [*links, {"rel": "data", "href": "collections"}],
        **members,
    }


def sent(query, *methods, conforms=()):
    api = read_search_api(landing(*methods, conforms=conforms), f"{URL}/")
    return search_request(api, query)


FULL = ItemQuery(
    collections=("s2", "l8"),
    start="2021-07-01",
    end="2021-07-31",
    bbox=(-121.4, 39.8, -120.7, 40.5),
    max_cloud_percent=20,
    page_items=5,
)


def test_search_is_posted_when_the_catalogue_takes_that():
    request = sent(FULL, "GET", "POST", conforms=[f"{ITEM_SEARCH}#query"])
    assert (request.method, request.url) == ("POST", f"{URL}/search")
    assert json.loads(request.body) == {
        "limit": 5,
        "collections": ["s2", "l8"],
        "datetime": "2021-07-01T00:00:00Z/2021-07-31T23:59:59Z",
        "bbox": [-121.4, 39.8, -120.7, 40.5],
        "query": {"eo:cloud_cover": {"lte": 20}},
    }


def test_addresses_of_search_and_collections_are_those_of_the_links():
    page = landing("GET", conforms=[f"{ITEM_SEARCH}#core"])
    page["links"] = [
        {"rel": "search", "href": "find", "method": "GET"},
        {"rel": "data", "href": "datasets"},
    ]
    api = read_search_api(page, f"{URL}/")
    assert (api.search_url, api.collections_url) == (f"{URL}/find", f"{URL}/datasets")


def test_search_is_an_address_when_the_catalogue_takes_only_that():
    request = sent(FULL, "GET", conforms=[f"{ITEM_SEARCH}#filter", CQL2])
    assert request.method == "GET"
    assert {k: v[0] for k, v in parse_qs(urlsplit(request.url).query).items()} == {
        "limit": "5",
        "collections": "s2,l8",
        "datetime": "2021-07-01T00:00:00Z/2021-07-31T23:59:59Z",
        "bbox": "-121.4,39.8,-120.7,40.5",
        "filter-lang": "cql2-text",
        "filter": '"eo:cloud_cover" <= 20',
    }


def test_clouds_are_a_cql2_filter_when_there_is_no_query_extension():
    request = sent(FULL, "POST", conforms=[f"{ITEM_SEARCH}#filter", CQL2])
    body = json.loads(request.body)
    assert body["filter-lang"] == "cql2-json"
    assert body["filter"] == {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20]}
    assert "query" not in body


def test_clouds_are_not_sent_when_the_catalogue_cannot_judge_them():
    body = json.loads(sent(FULL, "POST").body)
    assert not {"query", "filter"} & set(body)


@pytest.mark.parametrize(
    ("start", "end", "interval"),
    [
        ("", "", None),
        ("2021-07-01", "", "2021-07-01T00:00:00Z/.."),
        ("", "2021-07-31", "../2021-07-31T23:59:59Z"),
        ("2021-07-01", "2021-07-01", "2021-07-01T00:00:00Z/2021-07-01T23:59:59Z"),
    ],
)
def test_period_is_open_where_no_day_is_given(start, end, interval):
    body = json.loads(sent(ItemQuery(start=start, end=end), "POST").body)
    assert body.get("datetime") == interval


def test_shape_goes_along_when_the_area_is_no_box():
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 1], [0, 0]]]}
    body = json.loads(sent(ItemQuery(intersects=shape), "POST").body)
    assert body["intersects"] == shape
    assert "bbox" not in body


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": "13.7.2021"}, "like 2021-07-13"),
        ({"start": "2021-08-01", "end": "2021-07-01"}, "after the last day"),
        ({"max_cloud_percent": 120}, "from 0 to 100"),
        ({"max_cloud_percent": float("nan")}, "from 0 to 100"),
        ({"bbox": (1, 2, 3)}, "four numbers"),
    ],
)
def test_query_is_refused_when_it_makes_no_sense(changes, words):
    with pytest.raises(InputError, match=words):
        ItemQuery(**changes)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"title": "A server", "links": []}, "no STAC API"),
        (["list"], "no STAC API"),
        (None, "no STAC API"),
        (landing(), "catalogue without a search"),
    ],
)
def test_address_is_refused_when_it_cannot_be_searched(document, words):
    with pytest.raises(ProtocolError, match=words):
        read_search_api(document, URL)


def test_path_is_used_when_the_search_is_declared_but_not_linked():
    api = read_search_api(landing(conforms=[ITEM_SEARCH]), URL)
    assert api.search_url == f"{URL}/search"


def item(name, **members):
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": None,
        "properties": {},
        "assets": {},
        **members,
    }


def page(*items, link=None, **members):
    links = [{"rel": "next", **link}] if link else []
    return {
        "type": "FeatureCollection",
        "features": list(items),
        "links": links,
        **members,
    }


POSTED = Request("POST", f"{URL}/search", {}, b'{"limit": 5, "bbox": [1, 2, 3, 4]}')


@pytest.mark.parametrize(
    ("link", "method", "body"),
    [
        ({"href": "search?token=b"}, "GET", None),
        (
            {"href": "search", "method": "POST", "body": {"token": "b"}},
            "POST",
            {"token": "b"},
        ),
        (
            {"href": "search", "method": "post", "body": {"token": "b"}, "merge": True},
            "POST",
            {"limit": 5, "bbox": [1, 2, 3, 4], "token": "b"},
        ),
    ],
)
def test_next_page_is_asked_for_as_the_catalogue_says(link, method, body):
    found = read_search_page(page(item("a"), link=link), POSTED.url, POSTED)
    assert found.following.method == method
    assert (found.following.body and json.loads(found.following.body)) == body


@pytest.mark.parametrize(
    "link",
    [
        {"href": "https://elsewhere.example.org/search?token=b"},
        {"href": "search", "method": "POST", "merge": True},
        {"href": "javascript:alert(1)"},
    ],
    ids=["another server", "itself", "a script"],
)
def test_there_is_no_next_page_when_it_leads_elsewhere_or_nowhere(link):
    body = json.dumps(json.loads(POSTED.body), ensure_ascii=False)
    posted = Request("POST", POSTED.url, {}, body.encode())
    found = read_search_page(page(item("a"), link=link), POSTED.url, posted)
    assert found.following is None


def test_paging_ends_when_a_page_is_empty():
    found = read_search_page(page(link={"href": "search?b"}), URL, POSTED)
    assert found.following is None


@pytest.mark.parametrize(
    ("members", "matched"),
    [
        ({"numberMatched": 7}, 7),
        ({"context": {"matched": 8}}, 8),
        ({"numberMatched": "many"}, None),
        ({}, None),
    ],
)
def test_number_of_all_items_is_read_where_it_is_said(members, matched):
    assert read_search_page(page(item("a"), **members), URL, POSTED).matched == matched


def test_what_is_no_item_is_left_out_of_a_page():
    odd = [3, None, {"type": "Feature"}, {"type": "Collection", "stac_version": "1"}]
    found = read_search_page(page(*odd, item("a")), URL, POSTED)
    assert [one["id"] for one in found.items] == ["a"]


@pytest.mark.parametrize("document", [None, [], {"features": []}, landing()])
def test_answer_is_refused_when_it_is_no_list_of_items(document):
    with pytest.raises(ProtocolError, match="list of items"):
        read_search_page(document, URL, POSTED)


@pytest.mark.parametrize(
    ("properties", "passes"),
    [({"eo:cloud_cover": 20}, True), ({"eo:cloud_cover": 21}, False), ({}, False)],
)
def test_clouds_are_judged_here_when_the_catalogue_cannot(properties, passes):
    assert passes_clouds(item("a", properties=properties), 20) is passes
    assert passes_clouds(item("a", properties=properties), None)


def test_collections_have_names_that_people_can_read():
    document = {
        "collections": [{"id": "s2", "title": "Sentinel-2"}, {"id": "l8"}, {}, 3]
    }
    assert read_collections(document) == [("s2", "Sentinel-2"), ("l8", "l8")]
    assert read_collections("text") == []


def test_thumbnail_comes_before_other_pictures():
    assets = {
        "data": {"href": "b.tif", "type": "image/tiff", "roles": ["data"]},
        "look": {"href": "look.png", "type": "image/png", "roles": ["overview"]},
        "thumbnail": {"href": "thumb.jpg"},
        "odd": "text",
        "vector": {"href": "x.svg", "type": "image/svg+xml", "roles": ["overview"]},
    }
    assert thumbnails_of(item("a", assets=assets)) == ["thumb.jpg", "look.png"]
    assert thumbnails_of(item("a", assets=None)) == []
