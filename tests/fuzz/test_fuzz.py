"""Any value in any member of any document: a reading, our error, or a warning."""

from __future__ import annotations

import contextlib
import time
import warnings

import httpx
import pytest
from actions import look_at, on_map, request
from fuzz import fuzz
from raw_server import RawServer, answer, processes_server

from ogc_widgets.client import Client
from ogc_widgets.errors import (
    ConnectionFailedError,
    OgcError,
    OgcWarning,
    ProtocolError,
)
from ogc_widgets.form import ProcessForm
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.results import read_results
from ogc_widgets.protocol.links import absolute, with_query
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.wire import parse_json

STEPS = 200


def test_nothing_but_our_errors_comes_of_documents_made_wrong():
    # So many steps, and not so many seconds: a busy machine tries the same.
    report = fuzz("suite", range(STEPS))
    assert not report.failures, report.failures[0]
    assert report.steps


# -- what it has found ---------------------------------------------------------------


def form_of(**schema):
    return ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})


@pytest.mark.parametrize("text", ["1e999999999", "1." + "0" * 30 + "1e-999999999"])
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_number_is_refused_at_once_when_its_exponent_is_long(kind, text):
    start = time.thread_time()
    form = form_of(type=kind)
    form.fields["x"].draft = text
    assert form.errors["x"].startswith("must be a")
    form.fields["x"].draft = "5"
    assert form.inputs["x"] == 5
    assert time.thread_time() - start < 2
    form.close()


@pytest.mark.parametrize("schema", [{"const": float("nan")}, {"enum": [1, 10**5000]}])
def test_value_is_left_out_when_json_cannot_say_it(schema):
    form = form_of(**schema)
    look_at(form)
    form.close()


def test_form_is_shown_when_a_keyword_is_a_negative_zero():
    form = form_of(type="array", allOf=-0.0, items=-0.0)
    look_at(form)
    form.close()


@pytest.mark.parametrize("least", ["unbounded", 2**63, 2**31 - 2])
def test_form_is_shown_when_an_input_must_be_given_endlessly_often(least):
    schema = {"schema": {"type": "string"}, "minOccurs": least, "maxOccurs": least}
    form = ProcessForm({"id": "p", "inputs": {"x": schema}})
    look_at(form)
    form.fill_example()
    form.close()


def test_problem_is_named_when_a_member_is_called_like_a_digit():
    form = form_of(type="object", properties={"²": {"type": "integer"}}, required=["²"])
    form.fields["x"].draft = {"²": "a"}
    assert [label for _, label, _ in form.problems] == ["x, ²"]
    form.close()


def test_inputs_are_loaded_when_the_response_is_no_word():
    request({"inputs": {"a": 1}, "response": {}})


def test_items_are_shown_when_a_property_is_beyond_a_double():
    on_map([{"type": "Feature", "id": "a", "properties": {"gsd": 10**400}}])


@pytest.mark.parametrize("kind", [{}, [], ["Point"], -0.0])
def test_area_is_judged_when_its_type_is_no_word(kind):
    form = form_of(format="geojson-geometry")
    for value in ({"type": kind}, {"type": "Feature", "geometry": {"type": kind}}):
        with contextlib.suppress(OgcError):
            form.inputs = {"x": value}
        look_at(form)
    form.close()
    with contextlib.suppress(OgcError):
        on_map([{"type": "Feature", "id": "a", "geometry": {"type": kind}}])


def test_body_is_refused_when_its_boundary_does_not_stand_in_it():
    kind = 'multipart/related; boundary="xyz"'
    with pytest.raises(ProtocolError):
        read_results(Reply(200, {"content-type": kind}, b"\0" * 9))


@pytest.mark.parametrize("href", ["\ud800", "/jobs/\udfff", "?a=\ud800"])
def test_address_can_be_asked_when_half_a_character_is_in_it(href):
    assert httpx.URL(absolute(href, "http://server.test/api")).raw_path.isascii()


def test_query_is_kept_when_its_bytes_are_no_text():
    url = with_query("http://server.test/jobs?a=%FF&b=%ED%A0%80", {"c": "\ud800"})
    assert url.endswith("?a=%FF&b=%ED%A0%80&c=%ED%A0%80")


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "hex", "\0"])
def test_document_is_read_when_its_charset_is_none(charset):
    said = f"application/json; charset={charset}"
    with silent():
        assert parse_json(b'{"a": "\xc3\xa9"}', content_type=said) is not None


@pytest.mark.parametrize("options", [True, 7, {"a": 1}])
def test_form_is_shown_when_the_options_of_a_link_are_no_list(options):
    links = {"oneOf": [{"properties": {"type": {"enum": options}}}, {}]}
    form = ProcessForm(
        {"id": "p", "outputs": {"o": {"extended-schema": {"oneOf": [{"allOf": [
            {"properties": {"type": {"enum": options}}}]}, {}]}}},
         "inputs": {"x": {"extended-schema": links}}}
    )  # fmt: skip
    look_at(form)
    form.close()


@pytest.mark.parametrize("host", ["xn--", "xn--a-"])
def test_connection_is_refused_in_words_when_a_host_is_no_name(host):
    with Client(f"http://{host}/") as client, pytest.raises(ConnectionFailedError):
        client.processes()


def test_cookie_is_not_kept_when_it_cannot_be_sent_back():
    said = answer({"processes": []}, headers={"Set-Cookie": "a=\xb2"})
    with RawServer(lambda *_: said) as server, Client(server.origin) as client:
        client.processes()
        client.processes()
        assert len(server.requests()) > 1


@pytest.mark.parametrize("href", ["http://[", "s3://[", "//[x"])
@pytest.mark.parametrize("document", ["text", "link", "item"])
def test_results_are_saved_when_an_address_in_them_is_none(href, document, tmp_path):
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "a", "properties": {},
            "links": [], "assets": {"x": {"href": href}}}  # fmt: skip
    said = {"out": {"text": href, "link": {"href": href}, "item": item}[document]}
    process = {"id": "p", "jobControlOptions": ["sync-execute"]}
    with (
        processes_server({
            ("GET", "/api/processes/p"): lambda *_: answer(process),
            ("POST", "/api/processes/p/execution"): lambda *_: answer(said),
        }) as server,
        Client(f"{server.origin}/api") as client,
        silent(),
        warnings.catch_warnings(),
        contextlib.suppress(OgcError),
    ):  # fmt: skip
        warnings.simplefilter("ignore", OgcWarning)
        client.execute("p", {}, mode="sync").results().download(tmp_path)
