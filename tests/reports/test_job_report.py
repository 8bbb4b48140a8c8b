"""The report of a job: what people look for is in it, and nothing that runs."""

from __future__ import annotations

import re

import pytest
from hostile_texts import TEXTS
from raw_server import answer, drop, processes_server
from report_page import Page

from ogc_widgets.client import Client
from ogc_widgets.errors import InputError

AREA = "-121.399,39.834,-120.74,40.472"


def test_report_says_what_was_asked_what_came_out_and_how_to_repeat_it(
    lab_server, tmp_path
):
    with Client(lab_server.url) as client:
        inputs = {"aoi": AREA, "stac_items": lab_server.scenes}
        job = client.execute("water-bodies", inputs).wait(progress=False)
        assert job.report(tmp_path / "r.html") == tmp_path / "r.html"
    page = Page(tmp_path / "r.html")
    assert "Area of interest aoi -121.399,39.834" in page.text
    assert "Successful in" in page.text
    map_, chart = page.images
    assert "Water mask" in map_["alt"]
    assert "2 footprints" in map_["alt"]
    assert chart["alt"] == "Chart of water"
    assert re.search(
        r"S2B_10TFK_20210713_0_L2A 2021-07-13 [\d.]+ % [\d.]+ km²", page.text
    )
    assert "✓" not in page.text  # steps are told by the style sheet
    assert "normalised difference" in page.text
    assert 'client.execute( "water-bodies"' in page.text
    assert "curl -sSi -X POST" in page.text
    assert "default-src 'none'" in page.html
    assert len(page.html) < 400_000


def test_report_of_a_failed_job_has_the_reason_and_the_first_error_of_its_log(
    lab_server, tmp_path
):
    with Client(lab_server.url) as client:
        inputs = {"aoi": "10,10,11,11", "stac_items": lab_server.scenes[:1]}
        job = client.execute("water-bodies", inputs).wait(progress=False)
        path = job.report(tmp_path)  # a folder
    assert path.name == f"report-water-bodies-{job.id[:8]}.html"
    page = Page(path)
    assert page.text.count("lies outside the item") == 1
    assert "The log of" in page.text
    assert "mark" in page.tags
    (map_,) = page.images
    assert map_["alt"] == "Area of interest"


def test_numbers_have_their_units_and_an_answer_at_once_is_a_report_too(
    lab_server, tmp_path
):
    with Client(lab_server.url) as client:
        inputs = {"message": "five", "count": 12345, "pauses": []}
        job = client.execute("echo", inputs, mode="sync")
        page = Page(job.report(tmp_path))
    assert "five The same message" in page.text
    assert "12\u202f345 The same count" in page.text.replace("12 345", "12\u202f345")


def server_that_says(*texts, word="failed", more=None):
    """Has a job with each of the texts wherever a server may put one."""
    first, last = texts[0], texts[-1]
    job = {
        "jobID": "j1", "status": word, "processID": "p", "message": " ".join(texts),
        "links": [
            {"rel": "log", "href": f"/api/log/{n}", "title": text}
            for n, text in enumerate(texts)
        ],
    }  # fmt: skip
    described = {
        text: {"title": text, "schema": {"type": "string"}, "uom": text}
        for text in texts
    }
    process = {
        "id": "p", "title": first, "description": last, "version": first,
        "jobControlOptions": ["async-execute"],
        "inputs": described, "outputs": described,
    }  # fmt: skip
    items = [
        {
            "type": "Feature", "stac_version": "1.0.0", "id": text, "assets": {
                text: {"href": f"https://x.test/{text}", "title": text, "type": text}},
            "geometry": {"type": "Point", "coordinates": [7, 51]},
            "properties": {"datetime": text, text: n, "water:area": n},
        }
        for n, text in enumerate((*texts, "the last"))
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", "features": items}
    results = {**dict(zip(texts, texts, strict=True)), "items": collection}
    log = "\n".join(f"Error: {text}" for text in texts)
    return processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(job, 201),
            ("GET", "/api/processes/p"): lambda *_: answer(process),
            ("GET", "/api/jobs/j1"): lambda *_: answer(job),
            ("GET", "/api/log/0"): lambda *_: answer(body=log.encode()),
            ("GET", "/api/jobs/j1/results"): lambda *_: answer(results),
            **(more or {}),
        }
    )


@pytest.mark.parametrize("word", ["failed", "successful"])
@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1]], ids=["forth", "back"])
def test_words_of_a_server_are_words(tmp_path, texts, word):
    server = server_that_says(*texts, word=word)
    with server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", {text: text for text in texts})
        page = Page(job.report(tmp_path / "r.html"))  # looks at all tags
    assert {"h1", "table", "pre"} <= {*page.tags}
    assert page.text.count("onerror=window.__xss=1") > 20
    assert not {"\x00", "\x1b", "\u202e"} & {*page.html}


@pytest.mark.parametrize("word", ["failed", "successful"])
def test_report_holds_no_secrets(tmp_path, word):
    token, key = "tok-3f9c1b7e", "sig-77aa"
    link = f"https://store.test/a.tif?X-Amz-Signature={key}"
    secret = {"schema": {"type": "string", "format": "password"}}
    process = {
        "id": "p",
        "jobControlOptions": ["async-execute"],
        "inputs": {"pw": secret},
    }
    found = {
        "out": {"href": f"https://store.test/f.bin?X-Amz-Signature={key}"},
        "said": f"see {link} of hunter2",
    }
    more = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/j1/results"): lambda *_: answer(found),
    }
    words = f"with {token}: run --pw hunter2 {link}"
    server = server_that_says(words, word=word, more=more)
    with server, Client(f"{server.origin}/api", auth=token) as client:
        inputs = {
            "pw": "hunter2",
            "url": f"https://store.test/in.tif?sig={key}",
            "api_key": "k-12345",
        }
        page = Page(client.execute("p", inputs).report(tmp_path / "r.html"))
    for one in (token, key, "hunter2", "k-12345"):
        assert one not in page.html
    assert ("https://store.test/f.bin" in page.html) == (word == "successful")
    assert "https://store.test/a.tif?***" in page.html
    if word == "failed":
        assert "The log of" in page.html
    assert 'ogc.auth.env("TOKEN")' in page.text.replace("&quot;", '"')


def test_what_cannot_be_read_is_said_and_the_rest_is_there(tmp_path):
    server = server_that_says("hello", word="successful")
    with server, Client(f"{server.origin}/api", timeout_s=5) as client:
        job = client.execute("p", {"a": 1})
        server.behave = drop
        page = Page(job.report(tmp_path / "r.html"))
    assert "The results could not be read." in page.text
    assert "a 1" in page.text
    assert '"a": 1' in page.text


def test_report_that_cannot_be_written_says_so_and_large_inputs_are_cut(tmp_path):
    with server_that_says("hello") as server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", {"a": ["x" * 900_000]})
        assert job.report(tmp_path / "r.html").stat().st_size < 200_000
        (tmp_path / "file").write_text("")
        with pytest.raises(InputError, match="file"):
            job.report(tmp_path / "file" / "r.html")
