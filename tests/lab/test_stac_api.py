"""The STAC API over the example scenes, as STAC's own client and validator see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pystac
import pytest
from PIL import Image
from pystac.validation import validate_dict
from pystac_client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_api import Api

    from ogc_widgets.lab import Lab

JULY, MAY = "S2B_10TFK_20210713_0_L2A", "S2A_10TFK_20220524_0_L2A"
COLLECTION = "sentinel-2-l2a"
CORE = "https://api.stacspec.org/v1.0.0/"
MAY_ONLY = "?datetime=2022-05-24T00:00:00Z/2022-05-24T23:59:59.9%2B02:00"
# Inside both scenes, and inside the strip that only one of them covers.
BOTH = [-121.2, 40.0, -121.0, 40.2]
SEARCH = ["GET", "POST"]


@pytest.fixture
def catalog(lab_server: Lab) -> Client:
    return Client.open(lab_server.stac)


def found(catalog: Client, method: str, **search: Any) -> list[str]:
    items = catalog.search(method=method, **search).items_as_dicts()
    return [item["id"] for item in items]


def test_landing_page_of_the_processes_leads_to_the_stac_api(
    api: Api, lab_server: Lab
) -> None:
    related = [link for link in api.get("").json()["links"] if link["rel"] == "related"]
    assert [(link["href"], link["type"]) for link in related] == [
        (lab_server.stac, "application/json")
    ]
    assert "STAC" in related[0]["title"]


def test_conformance_is_what_the_landing_page_says(api: Api, catalog: Client) -> None:
    classes = api.get("/stac").json()["conformsTo"]
    assert {CORE + name for name in ("core", "collections", "item-search")} <= set(
        classes
    )
    assert api.get("/stac/conformance").json()["conformsTo"] == classes
    assert catalog.conforms_to("ITEM_SEARCH")
    assert catalog.conforms_to("QUERY")


def test_every_document_is_valid_stac(api: Api) -> None:
    landing = api.get("/stac").json()
    collection = api.get(f"/stac/collections/{COLLECTION}").json()
    items = api.get(f"/stac/collections/{COLLECTION}/items").json()["features"]
    assert len(items) == 2
    for document in (landing, collection, *items):
        # pystac carries the core schemas of 1.1, which ask for all that 1.0 does;
        # those of older versions and of extensions are on the internet.
        assert document["stac_version"] == "1.0.0"
        assert validate_dict({**document, "stac_version": "1.1.0"}, extensions=[])


def test_every_link_leads_to_a_document_of_its_type(api: Api) -> None:
    todo, seen = [f"{api.url}/stac"], set()
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = api.http.get(address)
        assert answer.status_code == 200, address
        document = answer.json()
        for each in document.get("features", [document]):
            for link in each.get("links", []):
                assert link["href"].startswith("http://127.0.0.1:")
                if link.get("method") != "POST":
                    todo.append(link["href"])
    for tail in ("/conformance", "/api", "/collections", "/search"):
        assert f"{api.url}/stac{tail}" in seen
    assert f"{api.url}/stac/collections/{COLLECTION}/items/{JULY}" in seen


def test_items_belong_to_their_collection(catalog: Client) -> None:
    collection = catalog.get_collection(COLLECTION)
    assert [each.id for each in catalog.get_collections()] == [COLLECTION]
    items = list(collection.get_items())
    assert {item.id for item in items} == {JULY, MAY}
    for item in items:
        assert item.collection_id == COLLECTION
        assert item.get_collection().id == COLLECTION
        assert item.get_root().id == catalog.id
        assert 0 <= item.properties["eo:cloud_cover"] <= 100
    west, south, east, north = collection.extent.spatial.bboxes[0]
    for item in items:
        assert west <= item.bbox[0] < item.bbox[2] <= east
        assert south <= item.bbox[1] < item.bbox[3] <= north
    first, last = collection.extent.temporal.intervals[0]
    assert (first, last) == (items[1].datetime, items[0].datetime)


def test_thumbnail_is_a_small_picture(api: Api, tmp_path: Any) -> None:
    item = api.get(f"/stac/collections/{COLLECTION}/items/{MAY}").json()
    thumbnail = item["assets"]["thumbnail"]
    answer = api.http.get(thumbnail["href"])
    assert answer.headers["Content-Type"] == thumbnail["type"] == "image/png"
    picture = tmp_path / "thumbnail.png"
    picture.write_bytes(answer.content)
    with Image.open(picture) as image:
        assert max(image.size) <= 512


def test_bands_are_served_by_range_from_the_addresses_in_an_item(
    catalog: Client, api: Api
) -> None:
    (item,) = catalog.search(ids=[JULY]).items()
    for band in ("blue", "green", "red", "nir"):
        answer = api.http.get(item.assets[band].href, headers={"Range": "bytes=0-3"})
        assert (answer.status_code, answer.content) == (206, b"II*\0")


@pytest.mark.parametrize("method", SEARCH)
@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ({}, [MAY, JULY]),
        ({"bbox": BOTH}, [MAY, JULY]),
        ({"bbox": [*BOTH[:2], 0, *BOTH[2:], 9000]}, [MAY, JULY]),
        ({"bbox": [10, 40, 11, 41]}, []),
        # Across the 180th meridian, once with California and once without.
        ({"bbox": [170, 30, -100, 50]}, [MAY, JULY]),
        ({"bbox": [170, 30, -130, 50]}, []),
        # North of the scene of July; the edge of May lies further north.
        ({"bbox": [-121.0, 40.48, -120.9, 40.5]}, [MAY]),
        ({"intersects": {"type": "Point", "coordinates": [-121.1, 40.1]}}, [MAY, JULY]),
        (
            {
                "intersects": {
                    "type": "LineString",
                    "coordinates": [[-121.0, 40.49], [-120.9, 40.5]],
                }
            },
            [MAY],
        ),
        ({"datetime": "2021-07"}, [JULY]),
        ({"datetime": "2022-01-01/.."}, [MAY]),
        ({"datetime": "../2021-12-31"}, [JULY]),
        ({"datetime": "2021-07-13T19:03:24Z"}, [JULY]),
        ({"datetime": "2023"}, []),
        ({"collections": [COLLECTION]}, [MAY, JULY]),
        ({"collections": ["landsat-c2-l2"]}, []),
        ({"ids": [JULY]}, [JULY]),
        ({"ids": ["nothing"]}, []),
        ({"query": {"eo:cloud_cover": {"lt": 10}}}, [MAY, JULY]),
        ({"query": {"eo:cloud_cover": {"gte": 10}}}, []),
        ({"query": {"platform": {"eq": "sentinel-2b"}}}, [JULY]),
        ({"query": {"platform": {"in": ["sentinel-2a"]}, "gsd": {"gt": 1}}}, [MAY]),
        ({"query": {"no:such": {"lt": 10}}}, []),
        ({"bbox": BOTH, "datetime": "2022", "query": {"gsd": {"lte": 80}}}, [MAY]),
    ],
)
def test_search_finds_what_fits(
    catalog: Client, method: str, search: dict[str, Any], wanted: list[str]
) -> None:
    assert found(catalog, method, **search) == wanted


@pytest.mark.parametrize("method", SEARCH)
def test_search_is_complete_when_paged_one_by_one(catalog: Client, method: str) -> None:
    search = catalog.search(method=method, limit=1, bbox=BOTH)
    pages = list(search.pages_as_dicts())
    assert [[item["id"] for item in page["features"]] for page in pages] == [
        [MAY],
        [JULY],
    ]
    assert [page["numberMatched"] for page in pages] == [2, 2]
    assert search.matched() == 2
    # A filter stays in force on the second page.
    assert found(catalog, method, limit=1, query={"gsd": {"gt": 999}}) == []
    assert found(catalog, method, limit=1, max_items=1) == [MAY]


def test_items_of_the_collection_are_paged_and_filtered(api: Api) -> None:
    address = f"{api.url}/stac/collections/{COLLECTION}/items?limit=1"
    ids = []
    while address:
        page = api.http.get(address).json()
        ids += [item["id"] for item in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        address = links.get("next", "")
    assert ids == [MAY, JULY]
    one = api.get(f"/stac/collections/{COLLECTION}/items{MAY_ONLY}").json()
    assert [item["id"] for item in one["features"]] == [MAY]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": [0, 5, 1, 4]}, "bbox"),
        ({"bbox": ["west", 0, 1, 4]}, "bbox"),
        ({"bbox": BOTH, "intersects": {"type": "Point"}}, "bbox"),
        ({"intersects": {"type": "Point"}}, "intersects"),
        ({"intersects": {"type": "Circle", "coordinates": [1, 2]}}, "intersects"),
        ({"intersects": {"type": "Polygon", "coordinates": "here"}}, "intersects"),
        ({"intersects": "here"}, "intersects"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2022-01-01/2021-01-01"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": 2021}, "datetime"),
        # Clients make whole days and zones of these; the standard has neither.
        ({"datetime": "2021-07-13"}, "datetime"),
        ({"datetime": "2021-07-13T19:03:24"}, "datetime"),
        ({"limit": 0}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"ids": JULY}, "ids"),
        ({"collections": [1]}, "collections"),
        ({"query": {"eo:cloud_cover": 10}}, "query"),
        ({"query": {"eo:cloud_cover": {"under": 10}}}, "query"),
        ({"token": "-1"}, "token"),
    ],
)
def test_search_names_the_member_when_it_is_wrong(
    api: Api, body: dict[str, Any], name: str
) -> None:
    answer = api.post("/stac/search", json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(f"{name}: ")


@pytest.mark.parametrize(
    "query", ["bbox=a,b,c,d", "bbox=nan,0,1,1", "query={", "limit=-1", "datetime=now"]
)
def test_search_names_the_parameter_when_it_is_wrong(api: Api, query: str) -> None:
    answer = api.get(f"/stac/search?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(query.partition("=")[0])


@pytest.mark.parametrize(
    "path",
    [
        "/stac/nothing",
        "/stac/collections/nothing",
        "/stac/collections/nothing/items",
        f"/stac/collections/{COLLECTION}/items/nothing",
    ],
)
def test_problem_says_so_when_there_is_no_such_thing(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_pages_from_elsewhere_may_search(api: Api) -> None:
    origin = {"Origin": "https://browser.example"}
    answer = api.post("/stac/search", json={"limit": 1}, headers=origin)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_definition_is_closed_and_names_the_search(api: Api) -> None:
    paths = api.get("/stac/api").json()["paths"]
    assert {"get", "post"} == set(paths["/search"])
    assert "/collections/{collectionId}/items/{itemId}" in paths


def test_item_of_a_search_is_an_input_of_water_bodies(
    catalog: Client, connect: Callable[[str], Api], lab_server: Lab
) -> None:
    (item,) = catalog.search(ids=[JULY]).items()
    api = connect(lab_server.url)
    job = api.run(
        "water-bodies",
        {"stac_items": [item.get_self_href()], "aoi": "-121.1,40.0,-121.0,40.1"},
    )
    answer = api.get(f"{job}/results").json()["stac_catalog"]["value"]
    assert len(pystac.ItemCollection.from_dict(answer)) == 1
