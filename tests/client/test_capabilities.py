"""What a server can do: said by it, shown by it, and told in sentences."""

from __future__ import annotations

import pytest
from raw_server import answer, processes_server
from replay import replay

from ogc_widgets.client import Client
from ogc_widgets.errors import LinkWarning, ProblemError

RUNNING = {"jobID": "j1", "status": "running", "processID": "p"}


def said(uris):
    return lambda *_: answer({"conformsTo": uris})


def server_with(behaviours=None, classes=("core",), part=1):
    uris = [
        f"http://x.test/ogcapi-processes-{part}/2.0-draft/conf/{c}" for c in classes
    ]
    return processes_server(
        {("GET", "/api/conformance"): said(uris), **(behaviours or {})}
    )


def test_recorded_servers_are_told_apart():
    with replay("zoo-kernel-2026-07") as server, Client(server.url) as client:
        zoo = client.capabilities()
    assert [zoo.dismiss.available, zoo.list_jobs.available, zoo.deploy.available] == [
        True, True, True,
    ]  # fmt: skip
    assert zoo.dismiss.evidence.endswith("/conf/dismiss")
    with replay("pygeoapi-0.24-tinydb") as server, Client(server.url) as client:
        pygeoapi = client.capabilities()
    assert pygeoapi.dismiss.sentence == "This server cannot cancel jobs."
    assert pygeoapi.dismiss.evidence == "no conformance class dismiss"
    assert "This server cannot deploy processes." in pygeoapi.missing
    # It declares no job list, but links to one.
    assert pygeoapi.list_jobs.evidence.startswith("link ")


def test_nothing_is_denied_when_the_server_says_nothing():
    with processes_server({}) as server, Client(f"{server.origin}/api") as client:
        found = client.capabilities()
        assert found.missing == []
        assert found.dismiss.may_try
        assert found.dismiss.sentence == (
            "This server does not say whether it can cancel jobs."
        )
        asked = len(server.received)
        assert client.capabilities() == client.known_capabilities == found
        assert len(server.received) == asked


def test_process_counts_more_than_the_server():
    with server_with() as server, Client(f"{server.origin}/api") as client:
        found = client.capabilities().for_process(client.process("p"))
        assert found.run_async.available
        assert found.run_sync.sentence == (
            "This process cannot answer with the results at once."
        )
        assert "async-execute" in found.run_sync.evidence


@pytest.mark.parametrize(
    ("code", "works"), [(200, True), (202, True), (405, False), (501, False)]
)
def test_experience_counts_more_than_words(code, works):
    classes = ("core",) if works else ("core", "dismiss")
    behaviours = {
        ("GET", "/api/jobs/j1"): lambda *_: answer(RUNNING),
        ("DELETE", "/api/jobs/j1"): lambda *_: answer(RUNNING, code),
    }
    with (
        server_with(behaviours, classes) as server,
        Client(f"{server.origin}/api") as client,
    ):
        assert client.capabilities().dismiss.available is not works
        job = client.job("j1")
        if works:
            job.dismiss()
        else:
            with pytest.raises(ProblemError):
                job.dismiss()
        dismiss = client.known_capabilities.dismiss
        assert (dismiss.available, dismiss.is_seen) == (works, True)
        assert dismiss.evidence == f"DELETE /api/jobs/j1 answered {code}"
        assert job.aio.capabilities.dismiss == dismiss


def test_missing_list_of_jobs_is_remembered():
    with server_with() as server, Client(f"{server.origin}/api") as client:
        assert client.capabilities().list_jobs.available is None
        with pytest.raises(ProblemError):
            client.jobs()
        assert client.known_capabilities.list_jobs.sentence == (
            "This server cannot list its jobs."
        )


def test_part_4_and_others_are_known_by_their_tails():
    classes = ("job-management", "deploy-replace-undeploy/deploy/body", "Dismiss")
    with (
        server_with(classes=classes, part=4) as server,
        Client(f"{server.origin}/api") as client,
    ):
        found = client.capabilities()
    assert found.prepare_jobs.available
    assert found.deploy.available
    assert found.dismiss.available
    assert found.callback.available is False


def test_oddities_are_kept_as_evidence_even_when_nobody_was_warned():
    created = dict(RUNNING, status="queued", progress="45%")
    behaviours = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            created, 201, {"Content-Type": "text/html"}
        ),
        ("GET", "/api/jobs/j1"): lambda *_: answer(dict(RUNNING, status="Finished")),
    }
    with (
        server_with(behaviours) as server,
        Client(f"{server.origin}/api") as client,
        Client(f"{server.origin}/api") as other,
    ):
        client.execute("p", {}).wait(60)
        told = "\n".join(map(str, client.oddities))
        assert "'queued' is not of the standard" in told
        assert "'45%' is not 0 to 100" in told
        assert "read as 'successful'" in told
        assert "no Location header" in told
        where = {one.sentence.split()[1]: one.where for one in client.oddities}
        assert where["progress"] == "POST /api/processes/p/execution"
        assert len(set(client.oddities)) == len(client.oddities)
        before = client.oddities
        created["progress"] = "46%"
        client.execute("p", {}).wait(60)
        assert client.oddities == before
        assert other.oddities == ()


def test_link_to_another_host_is_kept_as_evidence():
    with replay("pygeoapi-0.24-tinydb") as server, Client(server.url) as client:
        server.own_origin = "http://localhost:8080"
        with pytest.warns(LinkWarning):
            client.landing_page()
        assert any("localhost:8080" in str(one) for one in client.oddities)
