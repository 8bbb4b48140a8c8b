"""Outputs one by one, raw and by reference; jobs made first and started later."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from raw_server import answer, processes_server

from ogc_widgets.client import AsyncClient, Client
from ogc_widgets.errors import (
    InputError,
    NoSuchProcessError,
    ProblemError,
    ResultsNotReadyError,
)

JOB = "/api/jobs/j1"
DONE = {"jobID": "j1", "status": "successful", "processID": "p"}
DESCRIBED = {
    "id": "p",
    "jobControlOptions": ["async-execute", "sync-execute"],
    "inputs": {},
    "outputs": {"picture": {"schema": {}}, "count": {"schema": {"type": "integer"}}},
}
TIFF = b"II*\x00" + bytes(range(256))


def server_with(behaviours):
    usual = {
        ("GET", "/api/processes/p"): lambda *_: answer(DESCRIBED),
        ("POST", "/api/processes/p/execution"): lambda *_: answer(DONE, 201),
        ("GET", JOB): lambda *_: answer(DONE),
    }
    return processes_server({**usual, **behaviours})


def sent(server):
    return json.loads(server.requests("POST")[-1].body)


def test_extra_members_stand_beside_the_inputs_in_the_body():
    extra = {"queue": "fast", "subscriber": {"successUri": "http://a.org/done"}}
    with server_with({}) as server:
        with Client(f"{server.origin}/api") as client:
            client.execute("p", {"queue": 1}, extra=extra)
            assert sent(server) | extra == sent(server)
            assert sent(server)["inputs"] == {"queue": 1}
            with pytest.raises(InputError, match="inputs"):
                client.execute("p", {}, extra={"inputs": {"a": 1}})

        async def run():
            async with AsyncClient(f"{server.origin}/api") as client:
                await client.execute("p", {}, extra={"tag": "x"})

        asyncio.run(run())
        assert sent(server)["tag"] == "x"
        assert len(server.requests("POST")) == 2


def test_values_of_other_libraries_are_sent_as_json_has_them():
    inputs = {
        "day": date(2024, 5, 24), "moment": pd.Timestamp("2024-05-24T10:00Z"),
        "count": np.int64(3), "box": np.array([5.0, 40.5]), "folder": Path("a"),
        "place": shapely.Point(5, 40), "exact": Decimal("0.10"),
    }  # fmt: skip
    as_json = {
        "day": "2024-05-24", "moment": "2024-05-24T10:00:00+00:00",
        "count": 3, "box": [5.0, 40.5], "folder": "a",
        "place": {"type": "Point", "coordinates": [5.0, 40.0]}, "exact": 0.1,
    }  # fmt: skip
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", inputs)
        assert sent(server)["inputs"] == as_json
        assert b'"exact": 0.10' in server.requests("POST")[-1].body
        inputs["count"] = 5  # for the next job; this one keeps its own
        assert job.inputs["count"] == 3
        client.execute("p")
        assert sent(server)["inputs"] == {}
        with pytest.raises(InputError, match="object cannot be written"):
            client.execute("p", {"x": object()})


def test_frames_are_sent_in_degrees_as_geojson_is():
    metres = geopandas.GeoDataFrame(
        {"name": ["a"]}, geometry=[shapely.Point(500000, 0)], crs="EPSG:32631"
    )
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        client.execute("p", {"lakes": metres})
        [lake] = sent(server)["inputs"]["lakes"]["features"]
    # The middle of zone 31 lies on the third meridian.
    assert lake["geometry"]["coordinates"] == pytest.approx([3, 0], abs=1e-6)
    assert lake["properties"] == {"name": "a"}


def raw(body, kind="image/tiff", **headers):
    return lambda *_: answer(body=body, headers={"Content-Type": kind, **headers})


@pytest.mark.parametrize(
    ("outputs", "written"),
    [
        (["count"], {"count": {}}),
        ("count", {"count": {}}),
        ({"picture": "reference", "count": "value"},
         {"picture": {"transmissionMode": "reference"},
          "count": {"transmissionMode": "value"}}),
        ({"picture": {"format": {"mediaType": "image/png"}}},
         {"picture": {"format": {"mediaType": "image/png"}}}),
        (None, None), ([], None), ({}, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("response", ["document", "raw"])
def test_outputs_are_asked_for_as_the_standard_writes_it(outputs, written, response):
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        client.execute("p", {"a": 1}, outputs=outputs, response=response)
        assert sent(server).get("outputs") == written
        assert sent(server)["response"] == response


def test_output_is_refused_before_sending_when_there_is_none_such():
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        with pytest.raises(InputError, match="no output 'colour'") as caught:
            client.execute("p", {}, outputs=["colour"])
        assert "picture, count" in str(caught.value)
        assert server.requests("POST") == []
        # Who writes it out knows more than the description.
        client.execute("p", {}, outputs={"colour": {}})
        assert sent(server)["outputs"] == {"colour": {}}


@pytest.mark.parametrize("mode", ["async", "sync", "auto"])
def test_mode_is_what_the_user_forces(mode):
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        client.execute("p", {}, mode=mode)
        prefer = server.requests("POST")[0].headers.get("prefer")
        assert prefer == (None if mode == "sync" else "respond-async")


def test_bytes_of_a_synchronous_answer_are_the_only_output():
    said = {("POST", "/api/processes/p/execution"): raw(TIFF)}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", {}, mode="sync", response="raw")
        assert job.results().outputs == {"result": TIFF}
        assert job.output("result") == TIFF


def test_links_of_an_answer_without_body_are_outputs_by_reference():
    links = (
        '<http://files.test/a.tif>; rel="picture"; type="image/tiff", '
        '<http://files.test/c.json>; rel="count"'
    )
    nothing = {("GET", f"{JOB}/results"): lambda *_: answer(None, 204, {"Link": links})}
    with server_with(nothing) as server, Client(f"{server.origin}/api") as client:
        outputs = client.execute("p", {}).results().outputs
    assert outputs == {
        "picture": {"href": "http://files.test/a.tif", "type": "image/tiff"},
        "count": {"href": "http://files.test/c.json"},
    }


ALONE = {
    ("GET", f"{JOB}/results/picture"): raw(TIFF),
    ("GET", f"{JOB}/results/count"): lambda *_: answer(7),
}
NOT_TOGETHER = {"type": "http://x.test/result-not-available", "title": "None"}


@pytest.mark.parametrize(
    "together",
    [lambda *_: answer(NOT_TOGETHER, 404), lambda *_: answer(None, 204)],
)
def test_outputs_are_gathered_when_each_has_its_own_address(together):
    said = {**ALONE, ("GET", f"{JOB}/results"): together}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        assert client.execute("p", {}).results().outputs == {
            "picture": TIFF,
            "count": 7,
        }


def test_one_output_is_read_alone_where_the_server_gives_it_alone():
    with server_with(ALONE) as server, Client(f"{server.origin}/api") as client:
        assert client.execute("p", {}).output("picture") == TIFF
        assert server.requests("GET", f"{JOB}/results")[0].path.endswith("/picture")


def test_one_output_is_found_in_the_document_where_it_has_no_address():
    document = {"count": {"value": 7}, "picture": {"href": "http://files.test/a.tif"}}
    said = {("GET", f"{JOB}/results"): lambda *_: answer(document)}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", {})
        assert job.output("count") == 7
        with pytest.raises(InputError, match="no output 'x'") as caught:
            job.output("x")
        assert "count, picture" in str(caught.value)


def test_one_output_is_the_same_when_the_results_were_read_before():
    document = {"picture": {"href": "http://files.test/a.tif"}}
    said = {**ALONE, ("GET", f"{JOB}/results"): lambda *_: answer(document)}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        job = client.execute("p", {})
        assert job.results().outputs == document
        assert job.output("picture") == TIFF


def test_anything_is_accepted_when_the_server_has_no_json():
    def picky(_connection, received):
        if "*/*" not in received.headers["accept"]:
            return answer({"title": "Not acceptable"}, 406)
        return raw(TIFF)()

    said = {("GET", f"{JOB}/results"): picky}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        assert client.execute("p", {}).results().outputs == {"result": TIFF}


def test_results_too_large_to_show_are_saved_to_a_file(tmp_path):
    large = b'{"text": "' + b"x" * (17 * 2**20) + b'"}'
    said = {("GET", f"{JOB}/results"): raw(large, "application/json")}
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        path = client.execute("p", {}).save_results(tmp_path / "results.json")
    assert path.read_bytes() == large
    assert [one.name for one in tmp_path.iterdir()] == ["results.json"]


# -- Part 4 ------------------------------------------------------------------------

MADE = {"id": "j1", "status": "created", "processID": "p"}


class Part4:
    """Makes a job first and runs it when it is told to."""

    def __init__(self):
        self.inputs = None
        self.started = False

    def status(self, *_):
        return answer(DONE if self.started else MADE)

    def make(self, _connection, received):
        body = json.loads(received.body)
        assert body["status"] == "create"
        self.process, self.inputs = body["process"], body["inputs"]
        return answer(MADE, 201, {"Location": JOB})

    def change(self, _connection, received):
        if self.started:
            return answer({"title": "Locked"}, 423)
        self.inputs = json.loads(received.body)["inputs"]
        return answer(None, 204)

    def start(self, *_):
        if self.started:
            return answer({"title": "Locked"}, 423)
        self.started = True
        return answer({"id": "j1", "status": "accepted"})

    def told(self, *_):
        entries = [{"id": name, "value": v} for name, v in self.inputs.items()]
        return answer({"inputs": entries, "links": []})

    def behaviours(self):
        return {
            ("POST", "/api/jobs"): self.make,
            ("GET", JOB): self.status,
            ("PATCH", JOB): self.change,
            ("POST", f"{JOB}/results"): self.start,
            ("GET", f"{JOB}/inputs"): self.told,
            ("GET", f"{JOB}/results"): lambda *_: answer({"count": 7}),
        }


@pytest.mark.filterwarnings("ignore:The inputs are a list")
def test_job_is_made_changed_and_started_when_the_server_has_part_4():
    server = server_with(Part4().behaviours())
    with server, Client(f"{server.origin}/api") as client:
        job = client.create_job("p", {"a": 1}, outputs=["count"])
        assert (job.status.status, job.view.phase) == ("created", "accepted")
        assert client.known_capabilities.prepare_jobs.available
        with pytest.raises(ResultsNotReadyError):
            job.results()
        job.update(inputs={"a": 2})
        assert client.job("j1").request().inputs == {"a": 2}
        # Somebody else sees what it was asked to do, and can run it again.
        with Client(f"{server.origin}/api") as other:
            asked = other.job("j1").request()
            assert asked.inputs == {"a": 2}
            assert server.requests("GET", f"{JOB}/inputs")
        assert job.start().status == "successful"
        assert job.wait(60).results().outputs == {"count": 7}
        for late in (job.start, lambda: job.update(inputs={})):
            with pytest.raises(ProblemError) as caught:
                late()
            assert caught.value.status_code == 423


def test_missing_part_4_is_said_and_remembered():
    with server_with({}) as server, Client(f"{server.origin}/api") as client:
        with pytest.raises(ProblemError):
            client.create_job("p", {})
        assert client.known_capabilities.prepare_jobs.sentence == (
            "This server cannot make a job and start it later."
        )
        with pytest.raises(ProblemError, match="404"):
            client.job("j1").request()


@pytest.mark.parametrize(
    "entry",
    [
        {"links": [{"rel": "self", "href": "/api/catalogue/water"}]},
        {"links": [{"rel": "describe", "href": "/api/catalogue/water"}]},
        {"processDescriptionURL": "/api/catalogue/water"},
    ],
)
def test_description_is_found_where_the_list_says_when_it_is_not_on_its_path(entry):
    listed = {"processes": [{"id": "water", "version": "1", **entry}]}
    said = {
        ("GET", "/api/processes"): lambda *_: answer(listed),
        ("GET", "/api/catalogue/water"): lambda *_: answer({"id": "water"}),
    }
    with server_with(said) as server, Client(f"{server.origin}/api") as client:
        with pytest.raises(NoSuchProcessError):
            client.process("water")
        client.processes()
        assert client.process("water").id == "water"
