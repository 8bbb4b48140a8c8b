from __future__ import annotations

import base64
import json

import pytest

from ogc_widgets.errors import ProtocolError
from ogc_widgets.protocol import StatusInfo
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.documents.status import log_links

ITEM = {
    "type": "Feature", "stac_version": "1.0.0", "id": "a", "properties": {},
    "geometry": None, "links": [], "assets": {},
}  # fmt: skip
ITEMS = {"type": "FeatureCollection", "features": [ITEM, {**ITEM, "id": "b"}]}
COLLECTION = {"type": "Collection", "id": "c", "stac_version": "1.1.0", "links": []}


def read(document, ids=(), *, content_type="application/json", headers=None, url=""):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    said = {"content-type": content_type, **(headers or {})}
    return read_results(Reply(200, said, body, url), ids)


@pytest.mark.parametrize(
    ("document", "ids", "outputs"),
    [
        # one value
        ({"Result": "Hello"}, ("Result",), {"Result": "Hello"}),
        ({"out": {"value": 7, "mediaType": "text/plain"}}, (), {"out": 7}),
        ({"out": {"value": {"any": "object"}}}, (), {"out": {"any": "object"}}),
        ({"out": [{"value": 1}, 2]}, (), {"out": [1, 2]}),
        # references
        ({"out": {"href": "/f.tif", "type": "image/tiff"}}, (),
         {"out": {"href": "http://srv.test/f.tif", "type": "image/tiff"}}),
        ({"p": {"id": "x", "title": "X", "links": [{"href": "s3://b/x"}]}}, (),
         {"p": [{"href": "s3://b/x"}]}),
        # inline text where a reference belongs
        ({"out": {"href": "line 1\nline 2"}}, (), {"out": "line 1\nline 2"}),
        # one output without its name
        ({"id": "echo", "value": "Hello"}, ("echo",), {"echo": "Hello"}),
        ({"id": "echo", "value": "Hello"}, (), {"echo": "Hello"}),
        ({"value": 3}, ("n",), {"n": 3}),
        (COLLECTION, ("stac",), {"stac": COLLECTION}),
        (5, ("n",), {"n": 5}),
        ("text", (), {"result": "text"}),
        (None, ("n",), {}),
        # lists
        ({"outputs": [{"id": "echo", "value": "Hi"}]}, ("echo",), {"echo": "Hi"}),
        ({"outputs": [{"out": 1, "bbox": None}]}, (), {"out": 1, "bbox": None}),
        ([{"id": "a", "value": 1}, {"id": "b", "href": "http://x.test/b"}], (),
         {"a": 1, "b": {"id": "b", "href": "http://x.test/b"}}),
        ([{"id": "a", "links": [{"href": "s3://b/x"}]}, {"id": "b", "value": 1}], (),
         {"a": [{"href": "s3://b/x"}], "b": 1}),
        ([1, 2, 3], ("numbers",), {"numbers": [1, 2, 3]}),
        # an output that is called like a wrapper
        ({"outputs": [1]}, ("outputs",), {"outputs": [1]}),
        ({"id": "x", "value": 2}, ("id", "value"), {"id": "x", "value": 2}),
    ],
)  # fmt: skip
def test_outputs_are_unwrapped_when_given_in_any_shape(document, ids, outputs):
    assert read(document, ids, url="http://srv.test/jobs/1/results").outputs == outputs


@pytest.mark.parametrize(
    "document",
    [
        {"stac": {"value": ITEMS}},
        {"stac": ITEMS},
        ITEMS,
        [ITEM, {**ITEM, "id": "b"}],
        {"outputs": [{"stac": ITEMS}]},
        {"stac": {"value": json.dumps(ITEMS), "mediaType": "application/geo+json"}},
        {"stac": json.dumps(ITEMS)},
        {"stac": {
            "value": base64.b64encode(json.dumps(ITEMS).encode()).decode(),
            "encoding": "base64", "mediaType": "application/geo+json"}},
        {"one": ITEM, "two": {"value": [{**ITEM, "id": "b"}]}, "again": ITEM},
    ],
)  # fmt: skip
def test_items_are_found_once_each_when_they_are_anywhere(document):
    assert [item["id"] for item in read(document).items] == ["a", "b"]


def test_items_with_one_id_are_two_when_their_collections_are():
    both = [{**ITEM, "collection": name} for name in ("optical", "radar")]
    items = {"type": "FeatureCollection", "features": [*both, both[0]]}
    assert read({"out": items}).items == both


def test_item_alone_is_an_item_and_not_a_value_with_an_id():
    found = read(ITEM, ("stac",))
    assert found.outputs == {"stac": ITEM}
    assert found.items == [ITEM]


def test_coordinates_are_floats_when_they_have_many_digits():
    body = b'{"f": {"type": "Point", "coordinates": [1.12345678901234567890, 2]}}'
    assert read(body).outputs["f"]["coordinates"] == [1.1234567890123457, 2]


def test_bytes_are_kept_when_the_output_is_a_file():
    tiff = b"II*\x00\x08\x00"
    assert read(tiff, ("mask",), content_type="image/tiff").outputs == {"mask": tiff}
    encoded = {"value": base64.b64encode(tiff).decode(), "encoding": "base64"}
    assert read({"mask": encoded}).outputs == {"mask": tiff}


def test_text_is_text_when_the_output_is_a_table():
    found = read("a,b\n1,ä\n".encode(), ("table",), content_type="text/csv")
    assert found.outputs == {"table": "a,b\n1,ä\n"}


def test_json_is_seen_when_the_media_type_is_wrong():
    assert read({"a": 1}, content_type="text/html").outputs == {"a": 1}


def test_parts_are_outputs_when_the_body_is_multipart():
    body = (
        b"--x\r\nContent-Type: application/json\r\n"
        b"Content-ID: <count@srv.test>\r\n\r\n7\r\n"
        b"--x\r\nContent-Type: image/tiff\r\n"
        b'Content-Disposition: attachment; name="mask"; filename="m.tif"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nSUkqAA==\r\n"
        b"--x\r\nContent-Type: image/png\r\nContent-ID: <preview>\r\n"
        b"Content-Location: http://srv.test/p.png\r\n\r\n\r\n--x--\r\n"
    )
    found = read(body, content_type='multipart/related; boundary="x"')
    assert found.outputs == {
        "count": 7,
        "mask": b"II*\x00",
        "preview": {"href": "http://srv.test/p.png", "type": "image/png"},
    }


@pytest.mark.parametrize("kind", ["multipart/mixed; boundary=y", "multipart/mixed"])
def test_results_are_refused_in_words_when_no_part_of_them_begins(kind):
    with pytest.raises(ProtocolError, match="none begins in it"):
        read(b"-x\r\n\r\n7\r\n--x", content_type=kind)
    assert read(b"", content_type=kind).outputs == {}


def test_links_are_outputs_when_there_is_no_body():
    header = '<http://srv.test/r/out>; rel="out"; type="text/plain", <x>; rel="self"'
    found = read(b"", headers={"link": header}, url="http://srv.test/r")
    assert found.outputs == {
        "out": {"href": "http://srv.test/r/out", "type": "text/plain"}
    }


UUID = "f2f16180-eb4b-11f1-a57a-02fc00000001"


def status_with(*links):
    return StatusInfo.from_json(
        {"jobID": "1", "status": "running", "links": list(links)}, "http://srv.test/"
    )


@pytest.mark.parametrize(
    ("link", "step", "number"),
    [
        ({"rel": "related", "type": "text/plain", "href": "/t/node_crop_2.log",
          "title": "Tool log node_crop_2.log"}, "crop", 2),
        ({"rel": "related", "type": "text/plain", "href": "/t/job.log",
          "title": "Job pod log"}, "job", 1),
        ({"rel": "logs", "type": "application/json", "href": "/jobs/1/logs",
          "title": "Job logs."}, "Job", 1),
        ({"rel": "[ogc-rel:log]", "href": "/jobs/1/log"}, "job", 1),
        ({"rel": "logs", "type": "application/json", "href": "/jobs/1/logs",
          "title": "List of collected job logs during process execution."}, "job", 1),
        ({"rel": "related", "type": "text/plain", "title": "Tool log slowjob",
          "href": f"/temp/slowjob-{UUID}.log"}, "slowjob", 1),
        ({"rel": "log", "href": f"/temp/{UUID}_node_crop-{UUID}_3.log"}, "crop", 3),
        ({"rel": "log", "href": f"/temp/{UUID}.log"}, "job", 1),
        ({"rel": "log", "href": "/temp/crop_1.log"}, "crop", 1),
        ({"rel": "runlog", "href": "/x/otsu.log"}, "otsu", 1),
        ({"rel": "related", "href": "/x/s2_10.txt", "title": "log of s2"}, "s2", 10),
    ],
)  # fmt: skip
def test_log_is_found_when_linked_in_any_dialect(link, step, number):
    (found,) = log_links(status_with(link))
    assert (found.step, found.number) == (step, number)


@pytest.mark.parametrize(
    "link",
    [
        {"rel": "monitor", "href": "/jobs/1", "title": "Log in to see the status"},
        {"rel": "related", "type": "text/html", "href": "/log.html", "title": "Log"},
        {"rel": "logs", "href": "s3://bucket/x.log"},
        {"rel": "logs", "href": "javascript:alert(1)"},
    ],
)
def test_link_is_no_log_when_it_is_something_else(link):
    assert log_links(status_with(link)) == []


def test_no_log_is_lost_when_the_names_differ_by_an_id_alone():
    ids = [UUID, UUID.replace("f", "e")]
    links = [{"rel": "log", "href": f"/t/crop-{one}.log"} for one in ids]
    found = log_links(status_with(*links))
    assert [(log.step, log.number) for log in found] == [("crop", 1), ("crop", 2)]


def test_runs_of_a_step_are_in_natural_order():
    names = ["node_crop_10.log", "node_crop_2.log", "node_stac.log", "node_crop.log"]
    links = [{"rel": "log", "href": f"/t/{name}"} for name in names]
    found = log_links(status_with(*links))
    assert [(log.step, log.number) for log in found] == [
        ("crop", 1), ("crop", 2), ("crop", 10), ("stac", 1),
    ]  # fmt: skip
