"""One value of the results in every dress that servers put on it."""

from __future__ import annotations

import base64
import json
import math

import pytest

from ogc_widgets.errors import DialectWarning, ProtocolError, StrictError
from ogc_widgets.protocol import OutputDescription
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.results import read_output, read_results
from ogc_widgets.protocol.media_types import extension, is_binary
from ogc_widgets.protocol.notices import strict

# Every byte, so that either alphabet of base64 shows, and a line break of any kind.
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--x\r--\n" + b"\xfb\xff\xfe" * 5
PLAIN = base64.b64encode(PNG).decode()
LINES = base64.encodebytes(PNG).decode()
URL_SAFE = base64.urlsafe_b64encode(PNG).decode()
HREF = f"data:image/png;base64,{PLAIN}"


def reply(document, content_type="application/json"):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(200, {"content-type": content_type}, body)


def read(document, ids=("image",), *, content_type="application/json", described=None):
    return read_results(reply(document, content_type), ids, described)


def described(**kinds):
    """Outputs by name, each with its media types, the default first."""
    return {
        name: OutputDescription.from_json(
            name, {"schema": {"oneOf": [{"contentMediaType": one} for one in said]}}
        )
        for name, said in kinds.items()
    }


@pytest.mark.parametrize("text", [PLAIN, LINES, URL_SAFE, PLAIN.rstrip("=")])
@pytest.mark.parametrize(
    "dress",
    [
        {"mediaType": "image/png", "encoding": "base64"},
        {"mediaType": "image/png", "encoding": "BASE64"},
        {"mimeType": "image/png", "encoding": "base64url"},
        {"format": {"mediaType": "image/png", "encoding": "base64"}},
        {"format": {"mimeType": "image/png", "contentEncoding": "base-64"}},
        {"contentMediaType": "image/png", "contentEncoding": "base64"},
        {"content-type": "image/png", "content-transfer-encoding": "base64"},
        {"schema": {"contentMediaType": "image/png", "contentEncoding": "base64"}},
        {"type": "image/png", "encoding": "base64", "size": 300, "filename": "a.png"},
        {"mediaType": "image/png"},
        {"format": "byte"},
        {"mediaType": "application/octet-stream", "encoding": "base64"},
        {},
    ],
    ids=str,
)
def test_bytes_come_out_of_base64_when_it_is_said_in_any_way(text, dress):
    found = read({"image": {"value": text, **dress}})
    assert found.outputs == {"image": PNG}
    assert found.media_types == {"image": "image/png"}


@pytest.mark.parametrize(
    "document",
    [
        {"image": HREF},
        {"image": {"href": HREF}},
        {"image": {"href": HREF, "type": "image/png"}},
        {"image": {"value": HREF, "encoding": "base64"}},
        {"image": {"value": {"value": PLAIN, "mediaType": "image/png"}}},
        {"image": {"data": PLAIN, "format": {"encoding": "base64"}}},
        {"image": {"inlineValue": PLAIN}},
        {"image": {"data": PLAIN, "mimeType": "image/png", "encoding": "base64"}},
        {"image": {"value": PNG.hex(), "mediaType": "image/png", "encoding": "hex"}},
        {"image": PLAIN},
        {"id": "image", "value": PLAIN},
        {"value": PLAIN, "mediaType": "image/png"},
        {"outputs": [{"id": "image", "value": PLAIN, "encoding": "base64"}]},
        [{"id": "image", "value": PLAIN, "format": {"encoding": "base64"}}],
        PLAIN,
        # A character for each byte.
        {"image": {"value": PNG.decode("latin-1"), "encoding": "binary",
                   "mediaType": "image/png"}},
    ],
    ids=lambda document: str(document)[:60],
)  # fmt: skip
def test_bytes_come_out_when_they_are_anywhere(document):
    found = read(document)
    assert found.outputs == {"image": PNG}
    assert found.media_types == {"image": "image/png"}


def test_every_value_of_a_list_becomes_bytes():
    dress = {"mediaType": "image/png", "encoding": "base64"}
    assert (
        read({"image": [{"value": PLAIN, **dress}] * 2}).outputs["image"] == [PNG] * 2
    )
    assert (
        read({"image": {"value": [PLAIN] * 2, **dress}}).outputs["image"] == [PNG] * 2
    )


def test_description_tells_when_the_value_says_nothing():
    data = b"no type that anybody knows"
    text = base64.b64encode(data).decode()
    plain = {"image": text}
    assert read(plain).outputs == plain
    found = read(plain, described=described(image=["application/x-own"]))
    assert found.outputs == {"image": data}
    assert found.media_types == {"image": "application/x-own"}


@pytest.mark.parametrize(
    "value",
    ["Hello", "abcdefghijklmnop", "/data/jobs/1234/out.png", "http://x.test/image",
     "2024-01-01T00:00:00Z", "", "SUkqAA=="],
)  # fmt: skip
def test_text_stays_text_when_it_only_looks_encoded(value):
    assert read({"text": value}, ("text",)).outputs == {"text": value}
    assert read({"text": {"value": value, "mediaType": "text/plain"}}).outputs == {
        "text": value
    }


def test_encoded_text_is_read_and_what_is_not_encoded_is_kept():
    dress = {"mediaType": "text/csv", "encoding": "base64"}
    text = base64.b64encode("a,ä\n".encode()).decode()
    assert read({"t": {"value": text, **dress}}).outputs == {"t": "a,ä\n"}
    with pytest.warns(DialectWarning, match="base64"):
        found = read({"t": {"value": "<gml:Point/>", **dress}})
    assert found.outputs == {"t": "<gml:Point/>"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/png", PNG),
        ("image/png", LINES.encode()),
        ("application/octet-stream", PNG),
        ("", PNG),
        ("text/plain", PLAIN.encode()),
    ],
)
def test_raw_body_is_the_only_output(kind, body):
    found = read(body, content_type=kind)
    assert found.outputs == {"image": PNG}


@pytest.mark.parametrize("kind", ["application/json", "text/plain; charset=utf-8"])
def test_picture_is_a_picture_when_its_label_says_something_else(kind):
    with pytest.warns(DialectWarning, match="image/png"):
        found = read(PNG, content_type=kind)
    assert found.outputs == {"image": PNG}
    assert found.media_types == {"image": "image/png"}


@pytest.mark.parametrize("kind", ["x/y", "image/png", "application/octet-stream"])
def test_document_is_read_when_it_is_labelled_as_bytes(kind):
    assert read({"a": 1}, (), content_type=kind).outputs == {"a": 1}
    assert read(b"12345", content_type="image/x-own").outputs == {"image": b"12345"}


def test_raw_body_goes_to_the_output_of_its_media_type():
    kinds = described(report=["text/csv"], image=["image/png", "image/tiff"])
    found = read(PNG, tuple(kinds), described=kinds, content_type="image/png")
    assert found.outputs == {"image": PNG}


@pytest.mark.parametrize(
    ("encoding", "payload"),
    [("binary", PNG), ("base64", LINES.encode()), ("Base64", PLAIN.encode()),
     ("base64url", URL_SAFE.encode()), (None, PNG)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/related; boundary=b0"])
def test_part_is_undone_when_it_says_how_it_was_encoded(kind, encoding, payload):
    transfer = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    body = (
        b"--b0\r\nContent-Type: image/png\r\nContent-ID: <image@x>\r\n"
        + transfer.encode() + b"\r\n" + payload + b"\r\n--b0\r\n"
        b"Content-Type: application/json\r\nContent-ID: <more>\r\n\r\n"
        + json.dumps({"value": PLAIN, "mediaType": "image/png"}).encode()
        + b"\r\n--b0--\r\n"
    )  # fmt: skip
    found = read(body, content_type=kind)
    assert found.outputs == {"image": PNG, "more": PNG}
    assert found.media_types == {"image": "image/png", "more": "image/png"}


# -- one odd value ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NaN", math.nan), ("nan", math.nan), ("-nan(ind)", math.nan),
        ("Infinity", math.inf), ("-Infinity", -math.inf), ("-inf", -math.inf),
        ("1.#INF", math.inf),
        (r'"a\ud800b"', "a\ufffdb"), ('"tab\tin it"', "tab\tin it"),
    ],
)  # fmt: skip
def test_one_odd_value_does_not_cost_the_document(text, value):
    body = f'{{"odd": {text}, "says": "nan, inf: \\ud83d\\ude00", "n": 5}}'.encode()
    with pytest.warns(DialectWarning, match="JSON does not have"):
        found = read(body, ())
    odd = found.outputs.pop("odd")
    assert odd == value or (math.isnan(odd) and math.isnan(value))
    assert found.outputs == {"says": "nan, inf: \U0001f600", "n": 5}
    with strict(), pytest.raises(StrictError):
        read(body, ())


@pytest.mark.parametrize(
    "text",
    ["<gml:Point srsName='x'/>", "all good", "[INFO] 3 features", "POINT (1 2)",
     "{'a': 1}", '{"a": 1}\n{"a": 2}', "[1] 5", "a: 1\nb: 2"],
)  # fmt: skip
def test_text_is_text_when_it_is_labelled_as_json(text):
    with pytest.warns(DialectWarning, match="JSON"):
        assert read(text.encode(), ("out",)).outputs == {"out": text}
    with strict(), pytest.raises(StrictError):
        read(text.encode())


@pytest.mark.parametrize("body", [b'{"a": 1', b'{"a": "long te', b"[1, 2", b'[{"a"'])
def test_json_that_was_cut_off_is_an_error(body):
    with pytest.raises(ProtocolError):
        read(body)


def test_one_faulty_byte_does_not_spoil_other_texts():
    with pytest.warns(DialectWarning, match="UTF-8"):
        found = read('{"a": "ä", "b": "?"}'.encode().replace(b"?", b"\xff"), ())
    assert found.outputs == {"a": "ä", "b": "\ufffd"}


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><title>Job</title>", b"\n<html lang=en><body>1</body></html>",
     b"<?xml version='1.0'?>\n<!DOCTYPE html>\n<html/>"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
def test_page_is_no_result_unless_one_is_described(page, kind):
    with pytest.raises(ProtocolError, match="web page"):
        read(page, ("report",), content_type=kind)
    with pytest.raises(ProtocolError, match="web page"):
        read_output(reply(page, kind), "report")
    if kind:
        return
    kinds = described(report=["text/html"])
    found = read(page, ("report",), content_type="text/html", described=kinds)
    assert found.outputs == {"report": page.decode()}


# -- outputs that are called like something else --------------------------------------

POINT = {"type": "Point", "coordinates": [1, 2]}
FEATURES = {"type": "FeatureCollection", "features": []}
FEATURE = {"type": "Feature", "geometry": POINT, "properties": {}}


@pytest.mark.parametrize(
    ("document", "ids", "outputs"),
    [
        (FEATURES, ("features",), {"features": FEATURES}),
        ({"outputs": [FEATURES]}, ("features",), {"features": FEATURES}),
        ({"features": FEATURES}, ("features",), {"features": FEATURES}),
        ({**FEATURES, "links": []}, ("features", "n"),
         {"features": {**FEATURES, "links": []}}),
        ({"features": FEATURES, "n": 1}, ("features", "n"),
         {"features": FEATURES, "n": 1}),
        (FEATURES, ("type",), {"type": FEATURES}),
        (FEATURE, ("geometry",), {"geometry": FEATURE}),
        ({"geometry": POINT}, ("geometry",), {"geometry": POINT}),
        ({"type": "Point", "coordinates": [1]}, ("type", "coordinates"),
         {"type": "Point", "coordinates": [1]}),
        ({"type": "water"}, ("type",), {"type": "water"}),
        ({"type": "Feature", "features": [3], "id": "x"}, ("type", "features", "id"),
         {"type": "Feature", "features": [3], "id": "x"}),
        ({"id": "value", "value": 5}, ("value",), {"value": 5}),
        ({"id": "links", "value": 5}, ("links", "id"), {"links": 5}),
        ({"value": PLAIN, "mediaType": "image/png"}, ("value",), {"value": PNG}),
        ({"outputs": [{"id": "outputs", "value": 3}]}, ("outputs",), {"outputs": 3}),
        ({"outputs": [{"outputs": 3}]}, ("outputs",), {"outputs": 3}),
        ({"links": [1], "n": 2}, ("links", "n"), {"links": [1], "n": 2}),
    ],
)  # fmt: skip
def test_described_outputs_decide_when_one_is_named_like_a_member(
    document, ids, outputs
):
    assert read(document, ids).outputs == outputs


@pytest.mark.parametrize(
    ("document", "value"),
    [({"a": 1}, {"a": 1}), ({"out": 3, "n": 1}, 3), ({"id": "out", "value": 3}, 3),
     ({"value": PLAIN, "encoding": "base64"}, PNG), (FEATURES, FEATURES), ([1], [1])],
)  # fmt: skip
def test_one_output_alone_is_what_its_address_gives(document, value):
    assert read_output(reply(document), "out").value == value


# -- media types ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "kinds", "binary"),
    [
        ({"schema": {"type": "string", "contentMediaType": "image/png"}},
         ("image/png",), True),
        ({"schema": {"type": "object", "contentMediaType": "application/geo+json"}},
         ("application/geo+json",), False),
        ({"schema": {"type": "string", "format": "binary"}},
         ("application/octet-stream",), True),
        ({"schema": {"type": "string", "contentEncoding": "base64"}},
         ("application/octet-stream",), True),
        ({"schema": {"type": "string", "contentEncoding": "base64",
                     "contentMediaType": "text/xml"}}, ("text/xml",), False),
        ({"schema": {"oneOf": [{"contentMediaType": "image/tiff; application=geotiff"},
                               {"contentMediaType": "application/json"}]}},
         ("image/tiff", "application/json"), True),
        ({"formats": [{"mimeType": "text/xml"}, {"mimeType": "image/png",
                                                 "default": True}]},
         ("image/png", "text/xml"), True),
        ({"schema": {"type": "object", "properties": {"value": {"oneOf": [
            {"contentMediaType": "image/png"}]}}}}, ("image/png",), True),
        ({"schema": {"type": "array", "items": {"contentMediaType": "image/png"}}},
         ("image/png",), True),
        ({"schema": {"type": "string"}}, (), False),
        ({"schema": None, "formats": 7}, (), False),
    ],
)  # fmt: skip
def test_media_types_are_found_when_described_in_any_way(output, kinds, binary):
    assert OutputDescription.from_json("o", output).media_types == kinds
    assert is_binary(kinds[0] if kinds else "") is binary


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("image/tiff; application=geotiff; profile=cloud-optimized", ".tif"),
     ("image/png", ".png"), ("image/jpeg", ".jpg"),
     ("application/geo+json", ".geojson"),
     ("application/x-netcdf", ".nc"), ("text/csv", ".csv"), ("text/plain", ".txt"),
     ("application/gml+xml; version=3.2", ".gml"), ("application/zip", ".zip"),
     ("application/x-zipped-shp", ".zip"), ("image/vnd.stac.geotiff", ".tif"),
     ("application/x-netcdf4", ".nc"), ("application/gml", ".gml"),
     ("application/vnd.x+json", ".json"), ("application/octet-stream", ""), ("", "")],
)  # fmt: skip
def test_names_end_as_their_media_type_wants(kind, ending):
    assert extension(kind) == ending


@pytest.mark.parametrize("text", ["007", "true", "null", "1e3", '"quoted"'])
def test_text_stays_text_when_the_description_says_so(text):
    body = text.encode()
    kind = "text/plain; charset=UTF-8"
    out = OutputDescription.from_json("out", {"schema": {"type": "string"}})
    found = read(body, ("out",), content_type=kind, described={"out": out})
    assert found.outputs == {"out": text}
    assert read_output(reply(body, kind), "out", out).value == text
    # Nothing is lost where nothing is described.
    assert read(b"7", ("out",), content_type=kind).outputs == {"out": 7}
