"""The replay server says what was recorded: the same documents, pages and 404s."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from replay import RECORDED_ORIGIN, replay

CONVERSATIONS = ["zoo-kernel-2026-07", "weaver-2026-08", "pygeoapi-0.24-tinydb"]


def ask(server, path, method="GET", body=None, headers=()):
    request = urllib.request.Request(
        server.origin + path, method=method, data=body, headers=dict(headers)
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_documents_and_pages_are_those_that_were_recorded(name):
    with replay(name) as server:
        for one in server.exchanges:
            if one.method != "GET" or one.job_id in server.jobs or one.answer is None:
                continue
            query = f"?{urllib.parse.urlencode(one.query)}" if one.query else ""
            status, content = ask(server, one.path + query)
            assert status == one.status, one.path
            if not one.path.endswith("/jobs"):
                assert content == server._here(one.content.decode()).encode()
            elif one.mark.startswith("jobs"):  # lists of before were shorter
                listed, recorded = json.loads(content)["jobs"], one.document["jobs"]
                assert [_id(job) for job in listed] == [_id(job) for job in recorded]
        assert server.unmatched == []


def _id(job):
    return job if isinstance(job, str) else (job["jobID"], job["status"])


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_recorded_execution_is_found_again_with_all_that_followed(name):
    with replay(name) as server:
        for one in server.executions:
            if one.answer is None:
                continue
            prefer = [("Prefer", "respond-async")] if one.prefers_job else []
            body = json.dumps(one.body).encode()
            status, content = ask(server, one.path, "POST", body, prefer)
            assert status == one.status
            if not (one.job_id and server.jobs[one.job_id].statuses):
                continue
            run = server._started[-1]
            assert run.job.start is one
            path = f"{server.base}/jobs/{run.id}"
            for recorded in run.job.statuses:
                status, content = ask(server, path)
                assert run.id in content.decode()
                assert json.loads(content)["status"] == recorded.document["status"]
            # It stays at the last.
            assert ask(server, path)[1] == content
        assert server.unmatched == []


def test_request_that_was_not_recorded_gets_the_404_of_the_server_and_is_told():
    with replay("zoo-kernel-2026-07") as server:
        body = json.dumps({"inputs": {"a": "nobody"}}).encode()
        status, content = ask(
            server, "/ogc-api/processes/HelloPy/execution", "POST", body
        )
        assert status == 404
        assert json.loads(content)["title"] == "NoSuchProcess"
        assert server.unmatched == ["POST /ogc-api/processes/HelloPy/execution"]
        assert RECORDED_ORIGIN not in content.decode()
