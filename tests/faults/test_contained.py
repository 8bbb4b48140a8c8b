"""One bad thing costs only itself: an item, a callback, a token function, a check."""

from __future__ import annotations

import sys
import threading

import pytest
from raw_server import answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client import Results
from ogc_widgets.client.http import loop
from ogc_widgets.errors import LeftOutWarning, MissingExtraError, OgcError, SignInError
from ogc_widgets.protocol.answers.results import ResultsDocument

GOOD = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "good",
    "geometry": {"type": "Point", "coordinates": [1, 2]},
    "bbox": [1, 2, 1, 2],
    "properties": {"datetime": "2026-01-01T00:00:00Z"},
    "links": [],
    "assets": {},
}
BAD = {
    "no date": {**GOOD, "id": "no date", "properties": {}},
    "odd date": {**GOOD, "id": "odd date", "properties": {"datetime": "yesterday"}},
    "no rel": {**GOOD, "id": "no rel", "links": [{"href": "http://srv.test/"}]},
    "odd links": {**GOOD, "id": "odd links", "links": ["x"]},
    "odd properties": {**GOOD, "id": "odd properties", "properties": ["x"]},
}


def job_server(outputs=None, status="successful"):
    done = {"jobID": "j", "processID": "p", "status": status}
    return processes_server(
        {
            ("GET", "/api/jobs/j"): lambda *_: answer(done),
            ("GET", "/api/jobs/j/results"): lambda *_: answer(outputs or {}),
        }
    )


def test_good_items_are_read_and_the_others_named_with_reasons():
    features = [GOOD, *BAD.values(), {**GOOD, "id": "another"}]
    outputs = {"out": {"value": {"type": "FeatureCollection", "features": features}}}
    with (
        job_server(outputs) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        results = client.job("j").results()
        with pytest.warns(LeftOutWarning, match="items left out: "):
            collection = results.item_collection()
        assert [item.id for item in collection] == ["good", "another"]
        assert [one.name for one in results.left_out_items] == list(BAD)
        assert all(one.why for one in results.left_out_items)


def test_item_is_read_when_its_server_forgets_what_is_empty():
    times = {"start_datetime": "2026-01-01T00:00:00Z",
             "end_datetime": "2026-01-02T00:00:00Z"}  # fmt: skip
    forgetful = {"type": "Feature", "id": "bare", "stac_version": "1.0.0",
                 "properties": times, "links": None}  # fmt: skip
    with ogc.Client("https://zoo.example.org") as client:
        document = ResultsDocument({}, [forgetful])
        (item,) = Results(client.connection, document).item_collection()
    assert (item.id, item.geometry, item.links, item.assets) == ("bare", None, [], {})


def test_item_collection_names_the_extra_when_pystac_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "pystac", None)
    with job_server() as server, ogc.Client(f"{server.origin}/api") as client:
        results = client.job("j").results()
        with pytest.raises(MissingExtraError, match=r"ogc-widgets\[stac\]"):
            results.item_collection()
        assert results.items == []


class OddError(BaseException):
    pass


@pytest.mark.parametrize(
    "raised", [KeyError("x"), FileNotFoundError("x"), SystemExit(3), OddError()]
)
@pytest.mark.parametrize("is_coroutine", [False, True])
def test_token_function_may_raise_anything(raised, is_coroutine):
    def plain():
        raise raised

    async def awaited():
        raise raised

    function = awaited if is_coroutine else plain
    with job_server() as server:
        with (
            ogc.Client(f"{server.origin}/api", auth=function) as client,
            pytest.raises(SignInError, match=type(raised).__name__),
        ):
            client.landing_page()
        # The loop that all clients share goes on.
        with ogc.Client(f"{server.origin}/api") as other:
            assert other.processes()


@pytest.mark.parametrize("raised", [KeyError("x"), SystemExit(3)])
def test_watcher_may_raise_anything(raised, caplog):
    seen = []

    def bad(_view):
        raise raised

    with job_server() as server, ogc.Client(f"{server.origin}/api") as client:
        job = client.job("j")
        stops = [job.watch(bad), job.watch(seen.append)]
        assert job.wait(60).status.status == "successful"
        for stop in stops:
            stop()
        assert seen
        assert client.processes()


def test_exit_in_a_coroutine_of_somebody_else_does_not_end_the_loop():
    async def leave():
        raise SystemExit(3)

    with pytest.raises(RuntimeError, match="SystemExit"):
        loop.run(leave)
    with job_server() as server, ogc.Client(f"{server.origin}/api") as client:
        assert client.processes()


def test_check_that_fails_is_told_and_can_be_taken_up_again(monkeypatch, caplog):
    states = [{"jobID": "j", "status": "running"}] * 2
    states.append({"jobID": "j", "status": "successful"})
    given = iter(states)

    with (
        processes_server(
            {("GET", "/api/jobs/j"): lambda *_: answer(next(given, states[-1]))}
        ) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j")
        check = job.aio.poller.check
        is_broken = threading.Event()
        is_broken.set()

        async def break_once():
            if is_broken.is_set():
                is_broken.clear()
                raise ZeroDivisionError("something nobody foresaw")
            return await check()

        monkeypatch.setattr(job.aio.poller, "check", break_once)
        panel = ogc.JobPanel(job)
        wait_for(lambda: job.view.connection == "paused")
        assert "ZeroDivisionError" in str(job.view.error)
        assert "keeps running on the server" in str(job.view.error)
        assert isinstance(job.view.error, OgcError)
        notice = wait_for(lambda: panel.state["notice"])
        assert "Checking failed (ZeroDivisionError" in str(notice["parts"])
        assert notice["action"] == "Check now"
        job.resume()
        wait_for(lambda: job.view.connection != "paused")
        assert job.wait(60).status.status == "successful"
        panel.close()
