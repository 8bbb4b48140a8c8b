"""What the outputs of a job are to look at, whatever dress they come in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import RawServer, answer, processes_server

import ogc_widgets as ogc
from ogc_widgets.client.results.content import known
from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogc_widgets.client import Results
    from ogc_widgets.client.results.content import Content

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TIFF = b"II*\x00" + bytes(100)
POINT = {"type": "Point", "coordinates": [1, 2]}
FEATURE = {"type": "Feature", "geometry": POINT, "properties": {"name": "a"}}
ITEM = {**FEATURE, "id": "i", "stac_version": "1.0.0", "links": [], "assets": {}}
ROWS = [{"lake": "Eagle", "km2": 50.6}, {"lake": "Butt", "km2": None}]


def encoded(data: bytes, media_type: str) -> dict[str, Any]:
    return {"value": base64.b64encode(data).decode(), "encoding": "base64",
            "mediaType": media_type}  # fmt: skip


def server_of(
    outputs: dict[str, Any], described: dict[str, Any] | None = None, **files: bytes
) -> RawServer:
    """A server with one job that gives these outputs, and files beside them."""
    done = {"jobID": "1", "status": "successful", "processID": "p"}
    about = {key: {} for key in outputs} if described is None else described
    return processes_server(
        {
            ("GET", "/api/processes/p"): lambda *_: answer(
                {"id": "p", "inputs": {}, "outputs": about}
            ),
            ("GET", "/api/jobs/1"): lambda *_: answer(done),
            ("GET", "/api/jobs/1/results"): lambda *_: answer(outputs),
            **{
                ("GET", f"/api/{name}"): lambda *_, data=data: answer(body=data)
                for name, data in files.items()
            },
        }
    )


def contents(
    outputs: dict[str, Any], described: dict[str, Any] | None = None
) -> dict[str, Content]:
    with (
        server_of(outputs, described) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        return client.job("1").results().contents


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (7, "value"),
        ("water", "value"),
        (True, "value"),
        ("line\n" * 5, "text"),
        ("word " * 300, "text"),
        ({"measurement": 9.4, "uom": "%"}, "value"),
        ({"method": "otsu", "bands": [1, 2]}, "json"),
        ([1, 2, 3], "json"),
        (ROWS, "table"),
        ([{"a": {"b": 1}}, {"a": 2}], "json"),
        ([{"a": 1}, {"a": 2, "href": "http://s.test/a"}], "json"),
        ({"value": "a;b\n1;2\n", "mediaType": "text/csv"}, "table"),
        ({"type": "FeatureCollection", "features": [FEATURE]}, "features"),
        (POINT, "features"),
        ({"type": "Catalog", "stac_version": "1.0.0", "links": []}, "json"),
        ({"type": "Collection", "stac_version": "1.0.0", "links": []}, "json"),
        (ITEM, "items"),
        ({"type": "FeatureCollection", "features": [ITEM]}, "items"),
        (encoded(PNG, "image/png"), "picture"),
        (encoded(PNG, "application/octet-stream"), "picture"),
        (encoded(TIFF, "application/octet-stream"), "raster"),
        ({"value": "<svg/>", "mediaType": "image/svg+xml"}, "picture"),
        ({"value": "<html></html>", "mediaType": "text/html"}, "link"),
        ({"href": "http://s.test/a.tif"}, "raster"),
        ({"href": "http://s.test/a", "type": "image/tiff; profile=x"}, "raster"),
        ({"href": "http://s.test/a.JP2"}, "raster"),
        ({"href": "http://s.test/a.parquet"}, "table"),
        ({"href": "http://s.test/a.csv", "type": "text/plain"}, "table"),
        ({"href": "http://s.test/a.gpkg"}, "features"),
        ({"href": "http://s.test/a.geojson", "type": "application/json"}, "features"),
        ({"href": "http://s.test/t.nc", "type": "application/octet-stream"}, "dataset"),
        ({"href": "http://s.test/page", "type": "text/html"}, "link"),
        ({"href": "http://s.test/all.zip"}, "file"),
    ],
)
def test_output_is_of_the_kind_that_its_value_or_file_is(value: Any, kind: str) -> None:
    (content,) = contents({"a": value}).values()
    assert content.kind == kind


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        (7, ""),
        (encoded(PNG, ""), "image/png"),
        (encoded(b"own", "application/x-own"), "application/x-own"),
        ({"method": "otsu"}, "application/json"),
        (POINT, "application/geo+json"),
        ({"type": "Catalog", "stac_version": "1.0.0", "links": []}, "application/json"),
        ({"href": "http://s.test/a", "type": "image/tiff"}, "image/tiff"),
        ({"href": "http://s.test/a", "type": "File"}, ""),
    ],
)
def test_media_type_is_what_is_said_or_seen(value: Any, media_type: str) -> None:
    (content,) = contents({"a": value}).values()
    assert content.media_type == media_type


def test_described_outputs_come_first_with_their_titles_and_units() -> None:
    described = {
        "share": {"title": "Share of water", "schema": {"type": "number"},
                  "uom": "%"},
        "log": {"title": "Log"},
    }  # fmt: skip
    found = contents({"extra": 1, "log": "a\nb", "share": 9.4}, described)
    assert list(found) == ["share", "log", "extra"]
    assert [one.title for one in found.values()] == ["Share of water", "Log", "extra"]
    assert (found["share"].unit, found["share"].value) == ("%", 9.4)


@pytest.mark.parametrize("unit", ["km2", {"symbol": "km2"}, {"code": "km2"}])
def test_unit_beside_a_number_is_taken_off_it(unit: Any) -> None:
    (content,) = contents({"a": {"measurement": 9.4, "uom": unit}}).values()
    assert (content.value, content.unit) == (9.4, "km2")


def test_several_files_of_one_output_are_looked_at_one_by_one() -> None:
    links = [{"href": f"http://s.test/{n}.tif"} for n in (1, 2)]
    found = contents({"scenes": links, "scenes 1": 5})
    assert {name: one.kind for name, one in found.items()} == {
        "scenes 1": "raster", "scenes 2": "raster", "scenes 1+": "value",
    }  # fmt: skip
    assert found["scenes 2"].output_id == "scenes"


def test_reference_is_read_in_parts_whole_or_as_what_it_is() -> None:
    document = {"method": "otsu", "name": "héllo"}
    body = json.dumps(document, ensure_ascii=False).encode()
    outputs: dict[str, Any] = {}
    with server_of(outputs, {"a": {}}, report=body) as server:
        outputs["a"] = {"href": f"{server.origin}/api/report", "type": "text/plain"}
        with ogc.Client(f"{server.origin}/api") as client:
            content = client.job("1").results().contents["a"]
            assert content.read() == body
            assert content.json() == document
            assert "héllo" in content.text()
            file = content.open()
            file.seek(2)
            assert file.read(6) == b"method"


@pytest.mark.parametrize(
    ("media_type", "body", "kind", "value", "unit"),
    [
        ("application/json", json.dumps(ROWS).encode(), "table", ROWS, ""),
        ("application/json", json.dumps(FEATURE).encode(), "features", FEATURE, ""),
        ("application/json", b'{"value": 9.4, "uom": "%"}', "value", 9.4, "%"),
        ("application/json", b'{"value": "nine"}', "json", None, ""),
        ("text/plain", b" 9.4\n", "value", 9.4, ""),
        ("text/plain", b"water", "value", "water", ""),
        ("text/plain", b"nan", "value", "nan", ""),
        ("text/plain", b"9.4\n9.5\n", "text", None, ""),
        ("text/plain", b"9" * 101, "text", None, ""),
        ("application/x-parquet", b'PAR1"primary_column"', "features", None, ""),
        ("application/x-parquet", b"PAR1", "table", None, ""),
        ("text/csv", b'"primary_column"', "table", None, ""),
    ],
)
def test_reference_turns_out_to_be_what_its_bytes_are(
    media_type: str, body: bytes, kind: str, value: Any, unit: str
) -> None:
    link = {"href": "http://s.test/a", "type": media_type}
    (content,) = contents({"a": link}).values()
    found = known(content, body)
    assert (found.kind, found.unit) == (kind, unit)
    assert found.value == (content.value if value is None else value)


def test_reference_that_turns_out_to_be_stac_is_looked_at_as_items() -> None:
    outputs: dict[str, Any] = {}
    with server_of(outputs, {"a": {}, "b": {}}, item=json.dumps(ITEM).encode()) as web:
        here = {"type": "application/json"}
        outputs["a"] = {**here, "href": f"{web.origin}/api/item"}
        outputs["b"] = {**here, "href": f"{web.origin}/api/processes/p"}
        with ogc.Client(f"{web.origin}/api") as client:
            results = client.job("1").results()
    assert [item["id"] for item in results.items] == ["i"]
    kinds = {name: one.kind for name, one in results.contents.items()}
    assert kinds == {"a": "items", "b": "json"}


def test_geojson_with_an_address_of_its_own_is_here_and_no_reference() -> None:
    feature = {**FEATURE, "href": "http://s.test/self"}
    (content,) = contents({"a": feature}).values()
    assert content.url == ""
    assert json.loads(content.read())["properties"] == {"name": "a"}


def test_reference_that_cannot_be_read_says_why() -> None:
    (content,) = contents({"a": {"href": "s3://bucket/key.tif"}}).values()
    assert "object store" in content.why_not
    with pytest.raises(InputError, match="object store"):
        content.read()
    with pytest.raises(InputError, match="value, not a file"):
        contents({"a": 7})["a"].read()


OUTPUTS: dict[str, Any] = {
    "items": {"type": "FeatureCollection", "features": [ITEM]},
    "rows": ROWS,
    "share": 4.5,
}


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    with server_of(OUTPUTS) as server, ogc.Client(f"{server.origin}/api") as client:
        yield client.job("1").results()


def test_results_are_read_like_a_dict_of_the_outputs(results: Results) -> None:
    assert dict(results) == results.outputs
    assert list(results) == list(results.keys()) == list(OUTPUTS)
    assert "share" in results
    assert 0 not in results
    assert results["share"] == 4.5


@pytest.mark.parametrize(
    ("call", "said", "line"),
    [
        (lambda it: it.table("items"), "not a table", "results.to_geodataframe()"),
        (lambda it: it.image("rows"), "not a picture", "results.table('rows')"),
        (lambda it: it.to_geodataframe("rows"), "features", "results.table('rows')"),
        (lambda it: it.to_xarray(output="rows"), "raster", "results.table('rows')"),
        (lambda it: it.open("share"), "not a file", "results.outputs['share']"),
    ],
)
def test_who_opens_an_output_as_what_it_is_not_is_told_the_line_that_does(
    results: Results, call: Callable[[Results], object], said: str, line: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        call(results)
    assert caught.value.advice == f"Use {line}"
    assert len(eval(f"[{line}]", {"results": results})) == 1  # our own line


def test_who_does_not_say_which_file_of_an_item_is_told_what_it_has(
    results: Results,
) -> None:
    for item in (results.items[0], results.items[0]["id"]):
        with pytest.raises(InputError, match="Which file of the item") as caught:
            results.open(item)
        assert caught.value.advice == "Its assets: none."
