"""Runs as files: valid, complete, without secrets, shown and repeated by strangers."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile

import pytest
from ipywidgets.widgets.widget import _instances
from raw_server import answer, processes_server
from replay import CASES, Exchange, Replay
from report_page import Page
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client import Client
from ogc_widgets.client.http.transport import Transport
from ogc_widgets.errors import InputError, MissingExtraError
from ogc_widgets.panel import JobPanel
from ogc_widgets.raster import open_raster
from ogc_widgets.runs import saving
from ogc_widgets.runs.run_view import RunView


@pytest.fixture
def no_server(monkeypatch):
    """From here on every request fails."""

    def refuse(*_args):
        raise AssertionError("a saved run asked a server")

    monkeypatch.setattr(Transport, "_exchange", refuse)


def document(path, name):
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read(name))


def test_whatever_is_saved_lands_in_the_home_folder_when_its_path_begins_there(
    water, tmp_path, monkeypatch
):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    water.save_run("~/run.zip")
    water.report("~/report.html")
    water.save_results("~/results.json")
    water.results().download("~/masks")
    ogc.ResultsMap(folder="~/shown").downloads.base.mkdir()
    names = {"masks", "report.html", "results.json", "run.zip", "shown"}
    assert {path.name for path in home.iterdir()} == names
    assert [*here.iterdir()] == []


def test_profile_accepts_a_run_with_its_files(kept, validate):
    assert validate(kept) == []
    (action,) = (
        one
        for one in document(kept, "ro-crate-metadata.json")["@graph"]
        if one["@type"] == "CreateAction"
    )
    assert action["actionStatus"].endswith("CompletedActionStatus")
    results = {one["@id"] for one in action["result"]}
    assert "results.json" in results
    assert any(name.endswith("_water.tif") for name in results)


def test_profile_accepts_a_run_by_reference_of_one_without_a_job_and_a_failed_one(
    client, water, water_inputs, validate, tmp_path
):
    assert validate(water.save_run(tmp_path / "reference.zip")) == []
    at_once = client.execute("echo", {"message": "hello"}, mode="sync")
    assert validate(at_once.save_run(tmp_path / "sync.zip")) == []
    assert ogc.open_run(tmp_path / "sync.zip").outputs == {"message": "hello"}
    elsewhere = {**water_inputs, "aoi": "10,50,11,51"}
    failed = client.execute("water-bodies", elsewhere).wait()
    assert validate(failed.save_run(tmp_path / "failed.zip")) == []
    run = ogc.open_run(tmp_path / "failed.zip")
    assert "lies outside" in run.reason
    assert run.status.status == "failed"
    with pytest.raises(InputError, match="no results"):
        run.results()


def test_validator_is_not_blind(kept, validate, tmp_path):
    faulty = tmp_path / "faulty.zip"
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(faulty, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b'"instrument"', b'"tool"'))
    assert any("instrument" in one for one in validate(faulty))


def test_saved_run_has_a_report_without_its_server(kept, no_server, tmp_path):
    text = Page(ogc.open_run(kept).report(tmp_path / "r.html")).text
    assert "could not be read" not in text
    assert "Results: 1 item" in text or re.search(r"Results: \d+ items", text)
    assert 'client.execute( "water-bodies"' in text


def test_run_is_opened_without_a_server(kept, water, no_server):
    run = ogc.open_run(kept)
    assert run.inputs == water.inputs
    assert run.status.status == "successful"
    assert run.process.version == run.version == "1.0.0"
    assert run.created == water.status.created
    assert any("ogcapi-processes" in uri for uri in run.conformance)
    assert "crop" in {log.step for log in run.logs}
    assert "reading item" in run.job.logs()[0].text()
    (item,) = run.items
    with open_raster(run.results().open(item, "data")) as raster:
        assert raster.info.width > 50


def test_request_is_kept_as_it_was_sent(kept, water):
    run, sent = ogc.open_run(kept), water.aio.sent.request
    assert run.request["url"] == sent.url
    assert run.request["headers"] == sent.headers
    assert run.request["body"] == json.loads(sent.body)
    assert run.withheld == ()


def test_run_is_run_again_with_the_very_same_request(client, tmp_path):
    inputs = {"words": ["b", "a"], "message": "é", "ratio": 0.10000000000000000001}
    job = client.execute(
        "echo", inputs, outputs=["message"], mode="async", extra={"queue": "fast"}
    ).wait()
    run = ogc.open_run(job.save_run(tmp_path / "run.zip"))
    assert run.changes(client) == []
    again = run.again(client)
    assert again.id != job.id
    assert again.aio.sent.request == job.aio.sent.request
    awaited = asyncio.run(run.aio_again(client.aio))
    assert awaited.sent.request == job.aio.sent.request
    bare = {"mode": "sync", "response": "raw"}
    at_once = client.execute("echo", {"message": "x"}, **bare)
    run = ogc.open_run(at_once.save_run(tmp_path / "sync.zip"))
    assert run.again(client).aio.sent.request == at_once.aio.sent.request


def test_what_changed_at_the_server_is_said_before_anything_is_sent(
    kept, client, tmp_path
):
    def edited(change):
        path = tmp_path / "edited.zip"
        with zipfile.ZipFile(kept) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "process.json":
                    process = json.loads(data)
                    change(process)
                    data = json.dumps(process).encode()
                if name == "request.json":
                    data = data.replace(b'"aoi"', b'"area"')
                target.writestr(name, data)
        return ogc.open_run(path)

    def older(process):
        process["version"] = "0.9"
        process["inputs"]["area"] = process["inputs"].pop("aoi")

    run, before = edited(older), len(client.jobs())
    changes = " ".join(run.changes(client))
    assert "0.9 and is 1.0.0 now" in changes
    assert "no longer has the input area" in changes
    assert "needs the input aoi" in changes
    with pytest.raises(InputError, match="no longer has the input area"):
        run.again(client)
    assert len(client.jobs()) == before


def test_a_job_that_runs_is_not_saved(client, tmp_path):
    job = client.execute("echo", {"message": "slow", "pauses": [30]}, mode="async")
    try:
        with pytest.raises(InputError, match="has not ended"):
            job.save_run(tmp_path / "run.zip")
    finally:
        job.dismiss()
    assert not [*tmp_path.iterdir()]


def test_no_secret_is_in_the_file(lab_server, canary, tmp_path):
    path = tmp_path / "run.zip"
    secrets = ["s3cret-of-a-link", "s3cret-beside"]
    link = f"https://u:{secrets[0]}@example.org/a.tif?sig={secrets[0]}"
    with Client(
        lab_server.url, headers={"X-Api-Key": canary}, params={"apikey": canary}
    ) as client:
        job = client.execute(
            "echo",
            {"message": link},
            extra={"token": secrets[1], "note": f"with {canary}"},
        ).wait()
        job.save_run(path)
        with zipfile.ZipFile(path) as file:
            everything = b"".join(map(file.read, file.namelist())).decode()
        assert not [one for one in (canary, *secrets) if one in everything]
        run = ogc.open_run(path)
        assert run.withheld == ("message", "token", "note")
        with pytest.raises(InputError, match="hold secrets"):
            run.again(client)
        given = {"message": link, "token": secrets[1], "note": "x"}
        again = run.again(client, inputs=given)
        body = json.loads(again.aio.sent.request.body)
        assert (body["inputs"]["message"], body["token"]) == (link, secrets[1])


@pytest.mark.parametrize("word", ["failed", "successful"])
def test_secret_inputs_that_a_server_repeats_are_not_in_the_file(tmp_path, word):
    password, pin = "hunter2 & more", 481516
    inputs = {"door": password, "pin": pin, "n": 3}
    job = {
        "jobID": "j1", "status": word, "processID": "p",
        "message": f"ran with {password}", "request": {"inputs": inputs},
        "links": [{"rel": "log", "href": "/api/log", "title": f"of {password}"}],
    }  # fmt: skip
    process = {
        "id": "p", "version": "1", "jobControlOptions": ["async-execute"],
        "inputs": {
            "door": {"schema": {"type": "string", "format": "password"}},
            "pin": {"schema": {"type": "integer", "writeOnly": True}},
        },
    }  # fmt: skip
    routes = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(job, 201),
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/j1"): lambda *_: answer(job),
        ("GET", "/api/jobs/j1/results"): lambda *_: answer({"said": password}),
        ("GET", "/api/log"): lambda *_: answer(body=f"run '{password}'".encode()),
    }
    path = tmp_path / "run.zip"
    with processes_server(routes) as server, Client(f"{server.origin}/api") as client:
        client.execute("p", inputs).save_run(path)
    with zipfile.ZipFile(path) as file:
        everything = b"".join(map(file.read, file.namelist())).decode()
    assert "hunter2" not in everything
    run = ogc.open_run(path)
    assert run.withheld == ("door", "pin")
    assert (run.inputs["n"], run.inputs["pin"]) == (3, "***")
    assert run.logs[0].text == "run '***'"
    assert run.job.logs()[0].text() == "run '***'"  # found by its link


def test_files_whose_addresses_differ_in_a_key_only_are_not_taken_for_each_other(
    tmp_path,
):
    found = {}

    def file(_connection, received):
        return answer(body=received.path.rpartition("=")[2].encode())

    process = {"id": "p", "version": "1", "jobControlOptions": ["async-execute"]}
    job = {"jobID": "j1", "status": "successful", "processID": "p"}
    routes = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(job, 201),
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/j1"): lambda *_: answer(job),
        ("GET", "/api/jobs/j1/results"): lambda *_: answer(found),
        ("GET", "/api/one"): file,
        ("GET", "/api/two"): file,
    }
    path = tmp_path / "run.zip"
    with processes_server(routes) as server, Client(f"{server.origin}/api") as client:
        for name, tail in (("a", "one?key=1"), ("b", "one?key=2"), ("c", "two?key=3")):
            href = f"{server.origin}/api/{tail}"
            found[name] = {"href": href, "type": "text/plain"}
        client.execute("p", {}).save_run(path, files=True)
    contents = ogc.open_run(path).results().contents
    assert contents["c"].read() == b"3"
    for name in "ab":
        with pytest.raises(InputError):
            contents[name].read()
    assert (
        len([note for note in ogc.open_run(path).notes if "its address" in note]) == 2
    )


def test_a_search_in_an_address_is_no_secret(client, tmp_path):
    link = "https://example.org/search?collections=s2&datetime=2021-06-01/2021-07-01"
    job = client.execute("echo", {"message": link}, mode="sync")
    assert ogc.open_run(job.save_run(tmp_path / "run.zip")).inputs["message"] == link


def test_job_started_elsewhere_has_the_inputs_that_its_server_tells(
    lab_server, water, tmp_path
):
    with Client(lab_server.url) as other:
        path = other.job(water.id).save_run(tmp_path / "run.zip")
    run = ogc.open_run(path)
    assert run.inputs == water.inputs
    assert "the server says" in run.notes[0]
    assert len(run.items) == 1


JOB = "9a01bea7-4182-41de-abaa-e2fb8bce3c34"
PROV = {
    "prefix": {"wfprov": "http://purl.org/wf4ever/wfprov#", "id": "urn:uuid:"},
    "agent": {"id:1": {"prov:label": "cwltool 3.3"}},
    "activity": {f"id:{JOB}": {"prov:startTime": "2026-11-28T17:02:16+00:00"}},
    "wasAssociatedWith": {"_:id3": {"prov:activity": f"id:{JOB}"}},
}


def weaver(**told):
    """A Weaver as it was recorded, which tells more of a job than was recorded."""
    cases = CASES / "conversations" / "weaver-2026-08.json"
    if not cases.is_file():
        pytest.skip("no recording of Weaver beside the repository")

    def get(tail, body):
        url = f"http://server.example/processes/remote-slow/jobs/{JOB}/{tail}"
        answer = {"status": 200, "headers": {"Content-Type": "application/json"}}
        request = {"method": "GET", "url": url, "headers": {}}
        return {"request": request, "response": {**answer, "body": json.dumps(body)}}

    recorded = json.loads(cases.read_text("utf-8"))
    at = next(n for n, one in enumerate(recorded) if one["mark"] == "results:remote")
    more = [get(tail, body) for tail, body in told.items()]
    return Replay([Exchange(one) for one in (*recorded[:at], *more, *recorded[at:])])


def test_provenance_of_weaver_is_kept(validate, tmp_path):
    told = {"prov": PROV, "inputs": {"inputs": {"delay": 5}}}
    with weaver(**told) as server, Client(server.url) as client:
        path = client.job(JOB).save_run(tmp_path / "run.zip")
    run = ogc.open_run(path)
    assert run.prov == PROV
    assert run.inputs == {"delay": 5}
    assert run.outputs == {"Result": "slept 5 seconds"}
    assert validate(path) == []


@pytest.mark.parametrize("prov", [{"title": "no provenance"}, []])
def test_what_a_server_does_not_tell_is_noted(prov, client, tmp_path):
    with weaver(prov=prov) as server, Client(server.url) as other:
        path = other.job(JOB).save_run(tmp_path / "run.zip")
    run = ogc.open_run(path)
    assert run.prov is None
    assert "no PROV-JSON" in " ".join(run.notes)
    assert run.inputs is None
    assert "inputs are unknown" in " ".join(run.notes)
    with pytest.raises(InputError, match="does not know with which inputs"):
        run.again(client)


def test_view_says_all_without_a_page_and_leaves_nothing_behind(kept, no_server):
    before = set(_instances)
    view = RunView(ogc.open_run(kept))
    text, html = view._card_()
    assert text == "Water bodies 1.0.0"
    for words in ("run.zip", "Area of interest", "-121.2", "S2B_10TFK_20210713_0_L2A"):
        assert words in html
    view.close()
    # Scripts are shared, and stay.
    left = {type(one).__name__ for key, one in _instances.items() if key not in before}
    assert left <= {"Script"}


def test_file_of_an_object_store_is_read_from_the_run(kept, tmp_path):
    there, url = "s3://bucket/lakes/a.tif", ogc.open_run(kept).record.files[0].url
    path = tmp_path / "s3.zip"
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(url.encode(), there.encode()))
    results = ogc.open_run(path).results()
    with open_raster(results.open(results.items[0], "data")) as raster:
        assert raster.info.width > 50
    assert results.download(tmp_path / "files", assets=["data"])[0].stat().st_size


def test_panel_says_why_a_run_cannot_be_saved(water, monkeypatch):
    def missing():
        raise MissingExtraError("Saving a run", "crate")

    monkeypatch.setattr(saving, "_need_crates", missing)
    panel = JobPanel(water)
    try:
        panel._on_save("ticket", "run")
        wait_for(lambda: panel.problem)
        assert "ogc-widgets[crate]" in panel.problem
    finally:
        panel.close()
