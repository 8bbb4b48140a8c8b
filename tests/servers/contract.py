"""What a user may ask of a server, verb by verb, and what comes of it in words.

Each verb is a function of a subject and a client. It fails where the client does
something wrong, and returns ``works`` or, where the server cannot do it, the sentence
that the user reads.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.errors import (
    JobFailedError,
    JobGoneError,
    NoSuchJobError,
    NoSuchProcessError,
    OgcError,
    ProblemError,
    ResultsNotReadyError,
    ServerError,
)
from ogc_widgets.form import ProcessForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ogc_widgets.client import Client

WORKS = "works"
NO_LOGS = {"read logs": "offers no logs"}
LATE = {"bad inputs": "accepts them; the job fails and says why"}
PATIENCE_S = 90


@dataclass(frozen=True)
class Call:
    """A process with inputs for it, and what it gives: output id to value or check."""

    process: str
    inputs: Mapping[str, Any]
    gives: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Subject:
    """A server under test.

    Attributes:
        key: Short name in the names of the tests.
        name: Its name in docs/servers.md.
        url: Address of its landing page.
        version: Its version, or where its words are from.
        quick: Ends soon and well.
        slow: Lasts longer than anyone waits.
        failing: Starts, and then fails; ``None`` where nothing does.
        bad: Inputs that the server should refuse.
        at_once: Ends soon and well when it is asked to answer at once; the quick one
            where nothing else is said.
        watched: Is watched while it computes; the slow one where nothing else is said.
        progresses: How many values of its progress that one shows, at least.
        expected: Verb to sentence, for what does not simply work.
        missing: Gives the requests so far that a recorded server has no answer for.
    """

    key: str
    name: str
    url: str
    version: str
    quick: Call
    slow: Call
    bad: Call
    failing: Call | None = None
    at_once: Call | None = None
    watched: Call | None = None
    progresses: int = 3
    expected: Mapping[str, str] = field(default_factory=dict)
    missing: Callable[[], list[str]] = list


class CannotError(Exception):
    """The server cannot do this at all; the text says why."""


def _start_job(subject: Subject, client: Client, call: Call) -> Any:
    job = client.execute(call.process, call.inputs, mode="async")
    if not job.url:
        # It has computed meanwhile, and the answer is there.
        assert job.view.is_final
        raise CannotError("starts no jobs")
    return job


def _refusal(act: Callable[[], object]) -> ProblemError | None:
    try:
        act()
    except ProblemError as error:
        return error
    return None


def _start(client: Client, call: Call, mode: Any = "auto") -> Any:
    return client.execute(call.process, call.inputs, mode=mode)


def _check_results(call: Call, results: Any) -> None:
    for name, value in call.gives.items():
        given = results.outputs[name]
        assert value(given) if callable(value) else given == value, given


# -- looking -------------------------------------------------------------------------


def list_processes(subject: Subject, client: Client) -> str:
    ids = [process.id for process in client.processes()]
    assert subject.quick.process in ids
    assert len(ids) == len(set(ids))
    return WORKS


def describe(subject: Subject, client: Client) -> str:
    process = client.process(subject.quick.process)
    assert process.id == subject.quick.process
    assert set(subject.quick.inputs) <= set(process.inputs)
    assert client.conformance() is not None
    return WORKS


def fill_in_the_form(subject: Subject, client: Client) -> str:
    form = ProcessForm(client.process(subject.quick.process))
    try:
        form.inputs = dict(subject.quick.inputs)
        assert form.inputs == dict(subject.quick.inputs)
        assert form.errors == {}
    finally:
        form.close()
    return WORKS


# -- running -------------------------------------------------------------------------


def run(subject: Subject, client: Client) -> str:
    job = _start(client, subject.quick)
    assert job.inputs == subject.quick.inputs
    assert job.wait(PATIENCE_S).status.status == "successful"
    _check_results(subject.quick, job.results())
    return WORKS


def run_as_a_job(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.quick)
    job.wait(PATIENCE_S)
    _check_results(subject.quick, job.results())
    return WORKS


def run_at_once(subject: Subject, client: Client) -> str:
    call = subject.at_once or subject.quick
    job = _start(client, call, "sync")
    result = WORKS if job.view.is_final else "starts a job instead"
    job.wait(PATIENCE_S)
    _check_results(call, job.results())
    return result


def watch(subject: Subject, client: Client) -> str:
    """A job that lasts moves on: its progress, or at least its state."""
    job = _start_job(subject, client, subject.watched or subject.slow)
    seen: set[float] = set()
    phases: set[str] = set()
    enough = threading.Event()

    def look(view: Any) -> None:
        phases.add(view.phase)
        if view.status.progress is not None:
            seen.add(view.status.progress)
        if len(seen) >= subject.progresses and phases & {"running", "successful"}:
            enough.set()

    stop = job.watch(look)
    try:
        assert enough.wait(PATIENCE_S), (seen, phases)
    finally:
        stop()
        _stop(job)
    return WORKS if seen else "says no progress"


def results_too_early(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.slow)
    try:
        with pytest.raises(ResultsNotReadyError, match="no results yet"):
            job.results()
    finally:
        _stop(job)
    return WORKS


def read_logs(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.quick).wait(PATIENCE_S)
    logs = job.logs()
    if not logs:
        return "offers no logs"
    assert all(log.step for log in logs)
    assert logs[0].text().strip()
    return WORKS


def a_job_that_fails(subject: Subject, client: Client) -> str:
    if subject.failing is None:
        return "not tried"
    job = _start_job(subject, client, subject.failing).wait(PATIENCE_S)
    assert job.status.status == "failed"
    with pytest.raises(JobFailedError) as caught:
        job.results()
    assert caught.value.what
    assert "kept in job.inputs" in str(caught.value)
    return WORKS


# -- stopping ------------------------------------------------------------------------


def _stop(job: Any) -> None:
    """Do not leave it running where the server can stop it."""
    with suppress(ServerError):
        job.dismiss()


def dismiss(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.slow)
    if error := _refusal(job.dismiss):
        assert error.status_code in (405, 501)
        assert "goes on" in error.safe
        return error.advice
    try:
        job.wait(PATIENCE_S)
    except JobGoneError:
        return WORKS
    assert job.view.phase == "dismissed"
    with pytest.raises(JobFailedError, match="was dismissed"):
        job.results()
    return WORKS


def delete_a_finished_job(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.quick).wait(PATIENCE_S)
    if error := _refusal(job.dismiss):
        assert error.status_code in (405, 501)
        return error.advice
    try:
        assert client.job(job.id).status.status == "dismissed"
    except NoSuchJobError:
        return WORKS
    return "the server keeps it, as dismissed"


# -- finding jobs again --------------------------------------------------------------


def attach(subject: Subject, client: Client) -> str:
    job = _start_job(subject, client, subject.quick).wait(PATIENCE_S)
    for name in (job.id, job.url):
        again = client.job(name)
        assert again.id == job.id
        # It may be at two places: below its process, and below /jobs.
        assert again.url in (job.url, f"{client.url}/jobs/{job.id}")
        assert again.status.status == "successful"
    _check_results(subject.quick, again.results())
    return WORKS


def list_jobs(subject: Subject, client: Client) -> str:
    started = [_start_job(subject, client, subject.quick).id for _ in range(3)]
    if error := _refusal(client.jobs):
        assert error.status_code in (404, 405, 501)
        return "has no list of jobs"
    listed = [job.id for job in client.jobs(limit=1000)]
    assert len(listed) == len(set(listed))
    assert len(client.jobs(limit=2)) == 2
    assert len(client.jobs(limit=3)) == 3
    assert set(started) <= set(listed)
    return WORKS


# -- what goes wrong -----------------------------------------------------------------


def a_process_that_is_not_there(subject: Subject, client: Client) -> str:
    for act in (client.process, lambda name: client.execute(name, {})):
        with pytest.raises(NoSuchProcessError) as caught:
            act("no-such-thing")
        assert "client.processes()" in str(caught.value) or caught.value.advice
    return WORKS


def a_job_that_is_not_there(subject: Subject, client: Client) -> str:
    with pytest.raises(NoSuchJobError) as caught:
        client.job("00000000-0000-0000-0000-000000000000")
    assert caught.value.advice
    return WORKS


def bad_inputs(subject: Subject, client: Client) -> str:
    jobs: list[Any] = []
    if error := _refusal(lambda: jobs.append(_start(client, subject.bad, "async"))):
        assert 400 <= error.status_code < 500, error
        assert "No job was started" in error.safe
        # The user must learn what was wrong, not only that it was.
        assert error.what.rpartition(": ")[2]
        return WORKS
    assert jobs[0].wait(PATIENCE_S).status.status == "failed"
    with pytest.raises(JobFailedError, match="failed: "):
        jobs[0].results()
    return "accepts them; the job fails and says why"


# -- part 2 --------------------------------------------------------------------------

PACKAGE = """cwlVersion: v1.2
class: CommandLineTool
id: contract-hello
label: Hello
baseCommand: [echo, hello]
inputs: {}
outputs: {out: stdout}
"""


def deploy(subject: Subject, client: Client) -> str:
    if error := _refusal(lambda: client.deploy(PACKAGE)):
        assert error.status_code in (404, 405, 501), error
        assert "No process was changed" in error.safe
        return error.advice
    client.undeploy("contract-hello")
    process = client.deploy(PACKAGE)
    assert process.id == "contract-hello"
    with pytest.raises(ProblemError, match=r"client\.replace") as caught:
        client.deploy(PACKAGE)
    assert caught.value.status_code == 409
    assert client.replace(process.id, PACKAGE).id == process.id
    assert process.id in [known.id for known in client.processes()]
    client.undeploy(process.id)
    with pytest.raises(NoSuchProcessError):
        client.process(process.id)
    with pytest.raises(NoSuchProcessError):
        client.undeploy(process.id)
    return WORKS


# -- everything on one screen --------------------------------------------------------


def app(subject: Subject, client: Client) -> str:
    """The screen goes through the loop: form, job, results."""
    screen = App(client, subject.quick.process)
    try:
        screen.form.inputs = dict(subject.quick.inputs)
        assert screen.run().wait(PATIENCE_S).status.status == "successful"
        # The parts are brought up to date one after the other, by another thread.
        shown = screen._stage.head
        wait_for(lambda: shown.summary or shown.problem)
        wait_for(lambda: screen.panel.state["kind"] == "successful")
        _check_results(subject.quick, screen.results)
        assert not shown.problem
        assert all("Traceback" not in str(chip) for chip in shown.chips)
    finally:
        screen.close()
    return WORKS


def outcome(verb: str, subject: Subject, client: Client) -> str:
    """What comes of a verb: ``works``, or why the server cannot do it."""
    known = len(subject.missing())
    result = ""
    try:
        result = VERBS[verb](subject, client)
    except CannotError as reason:
        return str(reason)
    except (OgcError, AssertionError, pytest.fail.Exception):
        if not subject.missing()[known:]:
            raise
    for request in subject.missing()[known:]:
        # What is only looked up may be missing, if the verb does its work without it.
        if not (result and request.startswith("GET ")):
            return f"not recorded: {request}"
    return result


VERBS: Mapping[str, Callable[[Subject, Client], str]] = {
    function.__name__.replace("_", " "): function
    for function in (
        list_processes, describe, fill_in_the_form, run, run_as_a_job, run_at_once,
        watch, read_logs, results_too_early, a_job_that_fails, dismiss,
        delete_a_finished_job, attach, list_jobs, a_process_that_is_not_there,
        a_job_that_is_not_there, bad_inputs, deploy, app,
    )
}  # fmt: skip
