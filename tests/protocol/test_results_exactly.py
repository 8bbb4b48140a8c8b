"""Results, values and links in their rarer shapes, with what each means."""

from __future__ import annotations

import base64
import json

import pytest

from ogc_widgets.errors import DeadlineError, DialectWarning, ProtocolError
from ogc_widgets.protocol import OutputDescription, StatusInfo
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.result_values import is_spatial, plain
from ogc_widgets.protocol.answers.results import items_in, read_output, read_results
from ogc_widgets.protocol.job_query import JobQuery, is_older, newest_first
from ogc_widgets.protocol.links import (
    find_link,
    header_links,
    is_private_host,
    join_path,
    origin,
    read_links,
    relation_tail,
    with_query,
)
from ogc_widgets.protocol.media_types import in_schema, is_page, sniff
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.reading import count, flag, is_finite, moment, number, text
from ogc_widgets.protocol.security import (
    Way,
    offered,
    read_challenges,
    ways_of_challenges,
)
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.watching import Moment, Watch

URL = "http://srv.test/jobs/j/results"


def answer(body, content_type="application/json", **headers):
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(200, {"content-type": content_type, **headers}, said, URL)


# Results.


@pytest.mark.parametrize(
    "relation",
    ["self", "monitor", "status", "up", "alternate", "type", "profile", ""],
)
def test_links_of_an_answer_without_a_body_are_its_outputs(relation):
    said = (
        f'</f.tif>; rel="http://srv.test/rel/image"; type="image/tiff", '
        f'</b>; rel="out"; id="named", </c>; rel="{relation}"'
    )
    read = read_results(Reply(200, {"link": said}, b"", URL))
    assert read.outputs == {
        "image": {"href": "http://srv.test/f.tif", "type": "image/tiff"},
        "named": {"href": "http://srv.test/b"},
    }
    assert read.media_types == {"image": "image/tiff"}


@pytest.mark.parametrize(
    ("headers", "ids", "name"),
    [
        ('Content-Disposition: form-data; name="mask"', ("a", "b"), "mask"),
        ("content-disposition: form-data; NAME=mask", ("a", "b"), "mask"),
        ("Content-ID: <mask@srv.test>", ("a", "b"), "mask"),
        ('Content-Disposition: x; filename="a.txt"', ("a", "b"), "a"),
        ('Content-Disposition: x; filename="c.txt"', ("a", "b"), "result"),
        ("X: y", ("a", "b"), "result"),
        ("X: y", ("a",), "a"),
    ],
)
def test_part_of_a_body_is_named_by_its_headers_or_its_place(headers, ids, name):
    body = f"--x\r\n{headers}\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--\r\n"
    read = read_results(answer(body.encode(), 'multipart/mixed; boundary="x"'), ids)
    assert read.outputs == {name: "hi"}
    # The boundary that is not said is found.
    assert read_results(answer(body.encode(), "multipart/mixed"), ids) == read


def test_parts_that_point_elsewhere_or_have_no_name_keep_their_order():
    body = (
        b"--x\r\nContent-Location: /f.tif\r\nContent-Type: image/tiff; a=b\r\n\r\n\r\n"
        b"--x\r\nContent-Type: application/json\r\n\r\n[1]\r\n--x--\r\n"
    )
    multipart = answer(body, "multipart/related; boundary=x")
    reference = {"href": "http://srv.test/f.tif", "type": "image/tiff"}
    assert read_results(multipart, ("a", "b")).outputs == {"a": reference, "b": [1]}
    assert read_results(multipart).outputs == {"result": reference, "result 2": [1]}


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"id": "out", "value": 1}, 1),
        ({"id": "other", "value": 1}, 1),
        ({"out": 1, "other": 2}, 1),
        ({"out": {"value": 1}}, 1),
        ({"id": "out", "other": 2}, {"id": "out", "other": 2}),
        ({"id": "x", "value": 7, "out": {"value": 5}}, 5),
    ],
)
def test_output_of_its_own_address_is_taken_out_of_what_is_around_it(document, value):
    assert read_output(answer(document), "out").value == value


def test_output_that_is_called_like_what_is_around_it_is_taken_out():
    document = {"id": "title", "title": "A sentence", "value": 1}
    assert read_output(answer(document), "title").value == 1


def test_item_is_found_once_also_inside_text_and_named_by_its_collection():
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "collection": "c"}
    bare = {"type": "Feature", "assets": {}, "id": "b"}
    other = {**item, "collection": "d"}
    no_item = {"type": "Feature", "id": "e", "assets": []}
    found = items_in([item, {"x": json.dumps({"y": item})}, other, bare, no_item])
    assert found == [item, other, bare]
    assert items_in(json.dumps(other)) == [other]
    assert items_in('not json, "stac_version"') == []


@pytest.mark.parametrize(
    ("value", "is_it"),
    [
        *(({"type": kind, member: []}, True) for kind, member in (
            ("Feature", "geometry"), ("FeatureCollection", "features"),
            ("GeometryCollection", "geometries"), ("Point", "coordinates"),
            ("MultiPoint", "coordinates"), ("LineString", "coordinates"),
            ("MultiLineString", "coordinates"), ("Polygon", "coordinates"),
            ("MultiPolygon", "coordinates"), ("Catalog", "links"),
            ("Collection", "stac_version"))),
        ({"type": "Point"}, False), ({"type": "Catalog"}, False),
        ({"type": ["Point"], "coordinates": []}, False),
        ({"type": "text", "coordinates": []}, False),
    ],
)  # fmt: skip
def test_geometry_and_catalogue_are_told_from_other_objects(value, is_it):
    assert is_spatial(value) is is_it


# Values.

TIFF = b"II*\x00" + bytes(range(40))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("base64", base64.b64encode(TIFF).decode()), ("hex", TIFF.hex()),
        ("base16", TIFF.hex()), ("hexBinary", TIFF.hex()),
        ("b64", base64.b64encode(TIFF).decode()),
        ("byte", base64.b64encode(TIFF).decode()),
        ("base32", base64.b32encode(TIFF).decode().lower()),
        ("binary", TIFF.decode("latin-1")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["value", "data", "inlineValue"])
def test_bytes_come_out_of_every_encoding_that_is_said(encoding, text, name):
    read = plain({name: text, "mediaType": "image/tiff", "encoding": encoding})
    assert (read.value, read.media_type) == (TIFF, "image/tiff")


def test_value_that_is_not_encoded_as_it_says_is_kept_and_told():
    with pytest.warns(DialectWarning, match="encoded as hex is not"):
        read = plain({"value": "xyz", "encoding": "hex"})
    assert read.value == "xyz"
    with pytest.warns(DialectWarning, match="encoded as base64 is not"):
        assert plain({"value": "a b!", "encoding": "base64"}).value == "a b!"
    said = {"value": "a=3Db", "encoding": "quoted-printable", "mediaType": "text/x"}
    assert plain(said).value == "a=b"


@pytest.mark.parametrize(
    ("value", "read", "kind"),
    [
        ("data:text/csv,a%2Cb", "a,b", "text/csv"),
        ("data:;base64,aGk=", "hi", "text/plain"),
        ("data:image/tiff;base64," + base64.b64encode(TIFF).decode(), TIFF,
         "image/tiff"),
        ("data:,hello", "data:,hello", ""),
        ({"value": '{"a": 1}', "mediaType": "application/json"}, {"a": 1},
         "application/json"),
        ({"value": "no json", "mediaType": "application/json"}, "no json",
         "application/json"),
        ({"value": "x", "format": "text/csv"}, "x", "text/csv"),
        ({"value": ["a", "b"], "mediaType": "text/csv"}, ["a", "b"], "text/csv"),
        ({"value": {"a": 1}, "mediaType": "application/x"}, {"a": 1}, "application/x"),
        ({"href": '{"a": 1}', "type": "application/json"}, {"a": 1},
         "application/json"),
        ({"href": "no url"}, "no url", ""),
        ({"href": 3, "x": 1}, {"href": 3, "x": 1}, ""),
        ({"data": 1}, {"data": 1}, ""), ({"data": 1, "mediaType": "a/b"}, 1, "a/b"),
        ({"value": 1, "extra": 2}, {"value": 1, "extra": 2}, ""),
        ({"value": 1, "extra": 2, "format": {"mimeType": "a/b"}}, 1, "a/b"),
        *(({"value": 1, name: "x"}, 1, "") for name in (
            "schema", "format", "id", "title", "dataType", "uom", "crs", "type")),
    ],
)  # fmt: skip
def test_value_comes_out_of_its_dress(value, read, kind):
    found = plain(value)
    assert (found.value, found.media_type) == (read, kind)


@pytest.mark.parametrize(
    ("body", "kind", "value", "media_type"),
    [
        (TIFF, "", TIFF, "image/tiff"),
        (TIFF, "image/x-tiff", TIFF, "image/x-tiff"),
        (TIFF, "application/octet-stream", TIFF, "image/tiff"),
        (b"\xff\x00\xfe", "application/x", b"\xff\x00\xfe", "application/x"),
        (b"hello", "", "hello", ""),
        (b"hello", "text/plain", "hello", "text/plain"),
        (b"a\x00b", "", b"a\x00b", ""),
        # Read as JSON, and what is said of JSON is not said of the number.
        (b"12", "text/plain", 12, ""),
        (b"12", "application/x", b"12", "application/x"),
        (base64.b64encode(TIFF), "", TIFF, "image/tiff"),
        (base64.b64encode(TIFF), "image/x-tiff", TIFF, "image/x-tiff"),
    ],
)
def test_body_counts_more_than_its_media_type(body, kind, value, media_type):
    found = read_output(answer(body, kind), "out")
    assert (found.value, found.media_type) == (value, media_type)


def test_number_is_text_where_the_process_says_so():
    described = OutputDescription.from_json("out", {"schema": {"type": "string"}})
    assert read_output(answer(b"007", "text/plain"), "out", described).value == "007"
    assert read_output(answer(b"[1]", "text/plain"), "out", described).value == [1]


def test_bytes_that_are_labelled_as_text_are_told_and_json_that_is_cut_is_refused():
    said = f"answer from {URL} says that it is text/plain, but it is image/tiff"
    with pytest.warns(DialectWarning, match=said):
        assert read_output(answer(TIFF, "text/plain"), "out").value == TIFF
    with pytest.warns(DialectWarning, match="that it is JSON, but it is not"):
        assert read_output(answer(b"hello there"), "out").value == "hello there"
    for cut in (b'{"a": 1', b'[{"a"', b"[1, 2", b"[true"):
        with pytest.raises(ProtocolError, match="not JSON"):
            read_output(answer(cut), "out")
    encoded = answer(
        base64.b64encode(TIFF), "", **{"content-transfer-encoding": "base64"}
    )
    assert read_output(encoded, "out").value == TIFF


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        ({"contentMediaType": "a/B; c=d"}, ["a/b"]), ({"mediaType": "a/b"}, ["a/b"]),
        ({"contentMediaType": "ab"}, []),
        *(({"format": one}, ["application/octet-stream"])
          for one in ("binary", "byte")),
        *(({"contentEncoding": one}, ["application/octet-stream"])
          for one in ("Base64", "binary")),
        ({"format": "date"}, []),
        ({"items": {"mediaType": "a/b"}}, ["a/b"]),
        ({"properties": {"value": {"mediaType": "a/b"}}}, ["a/b"]),
        ({"oneOf": [{"mediaType": "a/b"}], "anyOf": [{"mediaType": "c/d"}],
          "allOf": [{"mediaType": "e/f"}]}, ["a/b", "c/d", "e/f"]),
    ],
)  # fmt: skip
def test_media_types_of_a_schema_are_found_in_all_its_branches(schema, kinds):
    assert list(in_schema(schema)) == kinds
    assert sniff(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert sniff(b"RIFF\0\0\0\0WAVE") == ""
    assert is_page(b"\xef\xbb\xbf<!-- a --> <HTML>")


# Links.


def test_relation_is_the_same_in_every_spelling():
    for rel in ("Results", "[ogc-rel:results]", "http://a.test/rel/1.0/results/"):
        assert relation_tail(rel) == "results"
    said = '<a>; REL="next"; type=text/html; title="A, b", <b>;rel=next, <javascript:x>'
    first, second = header_links(said, "http://srv.test/x/")
    assert (first.href, first.title) == ("http://srv.test/x/a", "A, b")
    assert (first.is_html, second.is_html, second.rel) == (True, False, "next")
    assert find_link((first, second), "next") == second
    assert find_link((first,), "next") is None
    assert find_link((first,), "next", html=True) == first
    listed = read_links([{"href": "http://a.test", "rel": ["x", "y"], "type": 3}])
    assert (listed[0].rel, listed[0].type) == ("x", "")


def test_best_link_is_json_then_what_says_nothing():
    kinds = ["text/plain", "", "application/json"]
    links = read_links(
        [{"href": f"http://a.test/{n}", "rel": "x", "type": one}
         for n, one in enumerate(kinds)]
    )  # fmt: skip
    assert find_link(links, "y", "x").href == "http://a.test/2"
    assert find_link(links[:2], "x").href == "http://a.test/1"


def test_addresses_are_put_together_and_compared_as_they_are_used():
    assert join_path("http://a.test/b/?c=d#e", "f g/h", "i") == (
        "http://a.test/b/f%20g%2Fh/i"
    )
    assert with_query("http://a.test/?a=&b=1#x", {"b": 2}) == "http://a.test/?a=&b=2"
    assert origin("HTTP://A.test./x") == ("http", "a.test", 80)
    assert origin("ftp://a.test:0/") == ("ftp", "a.test", 0)
    assert origin("https://faß.test") == ("https", "xn--fa-hia.test", 443)
    assert origin("/x") is origin("http://[") is origin("http://a\\b") is None
    for url in ("http://a.internal", "http://host", "http://10.0.0.1", "x"):
        assert is_private_host(url)
    for url in ("http://a.test", "http://8.8.8.8"):
        assert not is_private_host(url)


# Readers, jobs, ways to sign in.


def test_readers_take_what_servers_write_and_nothing_else():
    assert [text(one) for one in ("a", 1, 1.5, True, None, {"de": "b", "en": "c"},
                                  {"fr": "d"}, {"x": 1}, ["a", 1, "b"], [1, "a"], [])
            ] == ["a", "1", "1.5", "", "", "c", "d", "", "a b", "", ""]  # fmt: skip
    assert [flag(one) for one in (True, "True", "FALSE", "x", 1)] == [
        True, True, False, None, None
    ]  # fmt: skip
    assert [count(one) for one in (0, 3.0, " 4 ", "٣", -1, 1.5, True, "x", None)] == [
        0, 3, 4, None, None, None, None, None, None
    ]  # fmt: skip
    assert [count("9" * 19), count("9" * 20)] == [int("9" * 19), 2**31 - 1]
    assert [is_finite(one) for one in (1, 10**400, True, "1", float("inf"))] == [
        True, False, False, False, False
    ]  # fmt: skip
    assert (number("1.5"), number("0.1234567890123456789")) == (
        1.5, number("0.1234567890123456789")
    )  # fmt: skip
    with pytest.warns(
        DialectWarning, match="time 'created' is 'True', which is no RFC"
    ):
        assert moment(True, "created") is None
    with silent():
        assert moment(1_700_000_000, "created") == moment(1_700_000_000_000, "created")
        assert moment("2026-01-01T00:00:00", "x") == moment("2026-01-01T00:00:00Z", "x")
    assert clean("a" * 5, limit=3) == "aaa… (2 more)"
    assert clean("a\r\nb\tc", lines=True) == "a\nb\tc"
    assert clean(" a\nb ") == "a b"


def a_job(name, created=None, **said):
    times = {"created": f"2026-01-0{created}T00:00:00Z"} if created else {}
    return StatusInfo.from_json({"jobID": name, "status": "running", **times, **said})


def test_jobs_are_chosen_and_sorted_by_what_is_known_of_them():
    one, two = a_job("a", 1, processID="p"), a_job("b", 2, processID="q", message="Hi")
    assert JobQuery.of("p").accepts(one)
    assert not JobQuery.of("p").accepts(two)
    assert JobQuery.of("p").accepts(a_job("c"))
    assert JobQuery.of(status="running").accepts(one)
    assert not JobQuery.of(status=["failed", ""]).accepts(one)
    assert JobQuery.of(since=two.created).accepts(two)
    assert not JobQuery.of(since=two.created).accepts(one)
    assert JobQuery.of(since=two.created).accepts(a_job("c"))
    assert [JobQuery.of(text="hI Q").accepts(job) for job in (one, two)] == [
        False, True
    ]  # fmt: skip
    assert JobQuery.of("p", ("failed", "running"), two.created).parameters == {
        "processID": "p", "status": "failed,running",
        "datetime": "2026-01-02T00:00:00Z/..",
    }  # fmt: skip
    assert JobQuery.of().parameters == {}

    class Job:
        def __init__(self, status):
            self.status = status

    jobs = [Job(one), Job(two)]
    assert newest_first(jobs) == jobs[::-1]
    assert newest_first([*jobs, Job(a_job("c"))])[:2] == jobs
    assert (is_older([one], [two]), is_older([two], [one])) == (True, False)
    assert is_older([one], [one]) is is_older([], [one]) is False


def test_watch_that_broke_pauses_and_begins_anew_when_it_is_resumed():
    at = Moment(0.0, 1_000.0)
    watch = Watch(at, status=a_job("j"), spread=lambda: 0.5)
    watch.not_heard(DeadlineError("no answer"), at)
    view = watch.broke(ValueError("oh"), Moment(9.0, 1_009.0))
    assert (view.connection, view.silent_since) == ("paused", 1_000.0)
    assert "Checking failed (ValueError: oh)" in str(view.error)
    assert watch.wait_s(at) is None
    later = Moment(2_000.0, 3_000.0)
    assert watch.resume(later).next_check_at == 3_000.0
    # The faults of before are forgotten: another is no reason to give up.
    view = watch.not_heard(DeadlineError("no answer"), later)
    assert (view.connection, watch.wait_s(later)) == ("reconnecting", 1.0)


def test_ways_to_sign_in_are_those_that_can_be_used():
    said = 'ApiKey in=header, name="X-Key", Basic, Token, ApiKey in=query'
    ways = list(ways_of_challenges(read_challenges(said)))
    key, password, token = Way("api-key", "X-Key"), Way("password"), Way("token")
    assert ways == [key, password, token]
    assert list(ways_of_challenges(read_challenges("ApiKey"))) == [Way("api-key")]
    assert offered([key, Way("api-key"), password, token]) == (token, password, key)
    device = Way("device", issuer="http://a.test")
    assert offered([device]) == offered([token, device]) == (device, token)
    assert offered([]) == (token, password)
