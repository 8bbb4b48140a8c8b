"""Executing, watching and dismissing jobs over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
from lab_api import ASYNC, Api, own_seconds
from waiting import wait_for

from ogc_widgets.lab.server.jobs.job_store import STATUSES

RESULTS_REL = "http://www.opengis.net/def/rel/ogc/1.0/results"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def alive(process: psutil.Process) -> bool:
    # Where nobody collects orphans, the dead stay in the process table.
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def logs(status: dict[str, Any]) -> dict[str, str]:
    return {
        link["title"]: link["href"]
        for link in status["links"]
        if link["rel"] == "related" and link["type"] == "text/plain"
    }


def test_results_come_at_once_when_nothing_is_preferred(api: Api) -> None:
    inputs = {
        "message": "héllo",
        "count": 0,
        "ratio": 0.5,
        "flag": False,
        "colour": "green",
        "words": ["a", "b"],
    }
    answer = api.post("/processes/echo/execution", json={"inputs": inputs})
    assert answer.status_code == 200
    assert answer.json() == inputs
    monitor = answer.links["monitor"]["url"]
    assert api.http.get(monitor).json()["status"] == "successful"


def test_job_is_accepted_with_its_address_when_asynchronous(api: Api) -> None:
    answer = api.post(
        "/processes/echo/execution", json={"inputs": {"message": "a"}}, headers=ASYNC
    )
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "respond-async"
    status = answer.json()
    assert status["status"] == "accepted"
    assert status["jobID"] == status["id"]
    assert answer.headers["Location"] == f"{api.url}/jobs/{status['jobID']}"
    last = api.follow(answer.headers["Location"].removeprefix(api.url))[-1]
    assert last["status"] == "successful"
    assert (last["type"], last["processID"]) == ("process", "echo")
    assert last["progress"] == 100
    results = next(link for link in last["links"] if link["rel"] == RESULTS_REL)
    assert api.http.get(results["href"]).json() == {"message": "a"}
    created, started, finished, updated = (
        moment(last[key]) for key in ("created", "started", "finished", "updated")
    )
    assert created <= started <= finished <= updated
    assert abs(datetime.now(UTC) - updated) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "prefer", ["respond-async;return=representation", "respond-async, wait=5"]
)
def test_job_is_asynchronous_when_more_is_preferred(api: Api, prefer: str) -> None:
    answer = api.post(
        "/processes/echo/execution",
        json={"inputs": {"message": "a"}},
        headers={"Prefer": prefer},
    )
    assert answer.status_code == 201


def test_progress_is_real_and_named_when_steps_are_scattered(api: Api) -> None:
    api.deploy("chain.cwl")
    job = api.start("chain", {"words": ["one", "three"], "pause": 0.3})
    seen = api.follow(job)
    assert seen[-1]["status"] == "successful", seen[-1]
    progress = [status["progress"] for status in seen]
    assert progress == sorted(progress)
    assert len(set(progress)) >= 4
    running = {status["message"] for status in seen if status["status"] == "running"}
    assert any(message.startswith("count ") for message in running)
    assert all("of 4" in message for message in running if "count" in message)
    moments = [moment(status["updated"]) for status in seen]
    assert moments == sorted(moments)


def test_log_of_a_step_can_be_read_when_it_is_still_running(api: Api) -> None:
    api.deploy("slow.cwl")
    job = api.start("slow", {"seconds": 60})
    status = api.follow(job, lambda status: "Tool log slow.log" in logs(status))[-1]
    address = logs(status)["Tool log slow.log"]
    wait_for(lambda: api.http.get(address).text)
    answer = api.http.get(address)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.startswith("sleeping as ")
    assert api.get(job).json()["status"] == "running"
    part = api.http.get(address, headers={"Range": "bytes=-4"})
    assert (part.status_code, part.text) == (206, answer.text[-4:])
    assert part.headers["Content-Range"].endswith(f"/{len(answer.content)}")
    api.delete(job)


def test_every_execution_has_a_log_when_the_job_is_done(api: Api) -> None:
    api.deploy("chain.cwl")
    job = api.run("chain", {"words": ["one", "two"], "repeat": [1]})
    found = logs(api.get(job).json())
    assert list(found)[-1] == "Job log"
    assert set(found) == {
        "Job log",
        "Tool log node_count.log",
        "Tool log node_count_2.log",
        "Tool log node_join.log",
        "Tool log node_join_2.log",
        "Tool log node_sum.log",
    }
    texts = [
        api.http.get(found[f"Tool log node_count{n}.log"]).text for n in ("", "_2")
    ]
    assert sorted(texts) == [
        "counting one times 1\ncounted\n",
        "counting two times 1\ncounted\n",
    ]
    # This tool keeps its stderr in a file of its own and prints nothing there.
    assert api.http.get(found["Tool log node_join.log"]).text == ""
    assert "node_sum" in api.http.get(found["Job log"]).text
    assert api.get(f"{job}/logs/../inputs.json").status_code == 404
    assert api.get(f"{job}/logs/index").status_code == 404


def test_whole_process_tree_is_killed_when_a_job_is_dismissed(api: Api) -> None:
    api.deploy("slow.cwl")
    seconds = own_seconds(300)
    job = api.start("slow", {"seconds": seconds})
    api.follow(job, lambda status: status["message"] == "slow")

    def sleeping() -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if str(seconds) in " ".join(process.info["cmdline"] or [])
        ]

    # The shell and its child, and the runner that started the shell.
    wait_for(lambda: len(sleeping()) >= 2)
    tree = sleeping()
    shell = min(tree, key=lambda process: len(process.parents()))
    tree.append(shell.parents()[0])
    answer = api.delete(job)
    assert answer.status_code == 200
    assert answer.json()["status"] == "dismissed"
    wait_for(lambda: not any(alive(process) for process in tree))
    assert api.get(job).json()["status"] == "dismissed"
    results = api.get(f"{job}/results")
    assert results.status_code == 404
    assert results.json()["type"] == f"{EXCEPTIONS}result-not-available"
    # A job that has ended is removed.
    assert api.delete(job).json()["status"] == "dismissed"
    assert api.get(job).status_code == 404
    assert api.delete(job).status_code == 404


def test_results_are_not_ready_when_the_job_runs(api: Api) -> None:
    job = api.start("echo", {"message": "a", "pauses": [30]})
    answer = api.get(f"{job}/results")
    assert answer.status_code == 404
    assert answer.json()["type"] == f"{EXCEPTIONS}result-not-ready"
    # Where they will be is said from the start.
    links = {link["rel"]: link["href"] for link in api.get(job).json()["links"]}
    assert links[RESULTS_REL] == str(answer.url)
    assert links["monitor"] == api.url + job
    links = {link["rel"] for link in api.delete(job).json()["links"]}
    assert RESULTS_REL not in links


@pytest.mark.parametrize(
    ("inputs", "faulty", "words"),
    [
        ({}, "message", "required"),
        ({"message": None}, "message", "required"),
        ({"message": 3}, "message", "must be a text"),
        ({"message": "a", "count": 1.5}, "count", "whole number"),
        ({"message": "a", "count": True}, "count", "whole number"),
        ({"message": "a", "count": 2**31}, "count", "whole number"),
        ({"message": "a", "ratio": "x"}, "ratio", "must be a number"),
        ({"message": "a", "flag": "yes"}, "flag", "true or false"),
        ({"message": "a", "colour": "pink"}, "colour", "one of: red, green, blue"),
        ({"message": "a", "words": ["a", 2]}, "words", "must be a text"),
        ({"message": "a", "shape": 1}, "shape", "not an input of this process"),
    ],
)
def test_input_is_named_when_it_is_refused(
    api: Api, inputs: dict[str, Any], faulty: str, words: str
) -> None:
    before = api.get("/jobs?limit=1").json()["numberMatched"]
    answer = api.post(
        "/processes/echo/execution", json={"inputs": inputs}, headers=ASYNC
    )
    assert answer.status_code == 400
    problem = answer.json()
    assert [error["input"] for error in problem["errors"]] == [faulty]
    assert words in problem["errors"][0]["detail"]
    assert faulty in problem["detail"]
    assert api.get("/jobs?limit=1").json()["numberMatched"] == before


def test_every_faulty_input_is_named_when_there_are_several(api: Api) -> None:
    answer = api.post(
        "/processes/echo/execution", json={"inputs": {"count": "x", "words": ["a", 1]}}
    )
    assert [error["path"] for error in answer.json()["errors"]] == [
        "message",
        "count",
        "words/1",
    ]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"inputs": []}', "application/json", 400),
        ('{"inputs": {"message": "a"}, "response": "xml"}', "application/json", 400),
        ('{"inputs": {"message": "a"}, "outputs": {"x": {}}}', "application/json", 400),
        ('{"inputs": {"message": "a"}, "outputs": []}', "application/json", 200),
        ('{"inputs": {"message": "a"}}', "text/plain", 415),
        ("[" * 100_000, "application/json", 400),
    ],
)
def test_request_is_checked_when_it_is_not_as_it_should_be(
    api: Api, content: str, kind: str, status: int
) -> None:
    answer = api.post(
        "/processes/echo/execution", content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_list_is_newest_first_and_paged_when_there_are_many(api: Api) -> None:
    made = [api.start("echo", {"message": str(number)}) for number in range(3)]
    newest_first = [path.removeprefix("/jobs/") for path in reversed(made)]
    page = api.get("/jobs?limit=2").json()
    assert [job["jobID"] for job in page["jobs"]] == newest_first[:2]
    following = {link["rel"]: link["href"] for link in page["links"]}["next"]
    second = api.http.get(following).json()
    assert second["jobs"][0]["jobID"] == newest_first[2]
    assert {link["rel"] for link in second["links"]} >= {"self", "prev"}
    for job in made:
        api.follow(job)


def test_list_is_filtered_when_asked(api: Api) -> None:
    api.deploy("slow.cwl")
    quick = api.run("echo", {"message": "a"})
    slow = api.start("slow", {"seconds": 60})
    api.follow(slow, lambda status: status["status"] == "running")

    def found(query: str) -> set[str]:
        document = api.get(f"/jobs?limit=1000&{query}").json()
        return {f"/jobs/{job['jobID']}" for job in document["jobs"]}

    created = api.get(quick).json()["created"]
    assert quick in found("processID=echo")
    assert slow not in found("processID=echo")
    assert {quick, slow} <= found("processID=echo&processID=slow")
    assert {quick, slow} <= found("processID=echo,slow")
    assert slow in found("status=running")
    assert quick not in found("status=running,accepted")
    assert quick in found("status=successful&processID=echo&type=process")
    assert found("type=provider") == set()
    assert quick in found(f"datetime={created}/..")
    assert quick in found(f"datetime=../{created[:-1]}999Z")
    assert quick not in found("datetime=../2020-01-01")
    assert quick not in found("minDuration=3600")
    assert quick in found("maxDuration=3600")
    api.delete(slow)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=many",
        "limit=-1",
        "offset=-1",
        "status=asleep",
        "datetime=yesterday",
        "datetime=../..",
        "minDuration=long",
    ],
)
def test_list_names_the_parameter_when_it_is_wrong(api: Api, query: str) -> None:
    answer = api.get(f"/jobs?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == f"{EXCEPTIONS}invalid-query-parameter-value"
    assert query.partition("=")[0] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("how", "message", "status_code"),
    [
        ("said", "crop failed: the area of interest lies outside item A", 400),
        ("trace", "crop failed: Traceback: /   deep inside / ValueError", 500),
        ("silent", "crop failed: reading", 500),
    ],
)
def test_message_says_why_when_a_step_fails(
    api: Api, how: str, message: str, status_code: int
) -> None:
    api.deploy("broken.cwl")
    job = api.start("broken", {"how": how})
    last = api.follow(job)[-1]
    assert last["status"] == "failed"
    assert last["message"].startswith(message)
    assert "reading" in api.http.get(logs(last)["Tool log node_crop.log"]).text
    answer = api.get(f"{job}/results")
    assert answer.status_code == status_code
    assert answer.json()["detail"] == last["message"]


def test_failure_is_the_answer_when_the_execution_was_synchronous(api: Api) -> None:
    api.deploy("broken.cwl")
    answer = api.post("/processes/broken/execution", json={"inputs": {"how": "said"}})
    assert answer.status_code == 400
    assert "lies outside item A" in answer.json()["detail"]
    assert api.http.get(answer.links["monitor"]["url"]).json()["status"] == "failed"


def test_program_is_named_when_it_is_not_installed(api: Api) -> None:
    text = """
cwlVersion: v1.2
class: CommandLineTool
id: absent
baseCommand: no-such-program-on-this-machine
inputs: {}
outputs: {}
"""
    api.post(
        "/processes", content=text, headers={"Content-Type": "application/cwl+yaml"}
    )
    last = api.follow(api.start("absent", {}))[-1]
    assert "no-such-program-on-this-machine" in last["message"]
    assert "not installed" in last["message"]


def test_status_words_are_those_of_the_standard() -> None:
    assert {"accepted", "running", "successful", "failed", "dismissed"} == STATUSES
