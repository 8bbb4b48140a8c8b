"""Nothing that runs in the background ends in silence: found in the code, and tried.

Whatever is started and not awaited goes through ``follow``, ``start_task`` or
``call_soon`` of client/http/loop.py, which say what it raises. The places that do not
are named here, each with the reason why nothing is lost.
"""

from __future__ import annotations

import ast
import asyncio
import sqlite3
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from raw_server import answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.app.discovery import Server
from ogc_widgets.app.opening import Gate
from ogc_widgets.client.http import loop
from ogc_widgets.client.stac.stac_reader import StacInspector
from ogc_widgets.lab.server import app as lab_app
from ogc_widgets.lab.server.jobs.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(ogc.__file__).parent
STARTERS = {
    "add_done_callback", "add_signal_handler", "call_at", "call_later", "call_soon",
    "call_soon_threadsafe", "create_task", "ensure_future", "finalize", "on_msg",
    "register", "register_at_fork", "run_coroutine_threadsafe", "run_in_executor",
    "start_new_thread", "Thread", "Timer",
}  # fmt: skip
SAYS_SO = {
    "client/http/loop.py follow add_done_callback": "test_what_was_started_is_followed",
    "client/http/loop.py start_task create_task": "test_task_that_fails_is_said",
    "client/http/loop.py call_soon call_soon_threadsafe": (
        "test_callback_that_fails_is_said"
    ),
    "client/http/shared_loop.py __init__ Thread": "test_callback_that_fails_is_said",
    "client/http/loop.py submit run_coroutine_threadsafe": (
        "test_work_is_always_followed"
    ),
    "lab/server/jobs/scheduler.py start create_task": (
        "test_worker_goes_on_when_the_end_of_a_job_cannot_be_noted"
    ),
    "lab/server/app.py lifespan create_task": (
        "test_whoever_waits_for_scenes_hears_why_there_are_none"
    ),
}
LOSES_NOTHING = {
    "client/http/shared_loop.py stop run_coroutine_threadsafe": (
        "its result is waited for"
    ),
    "client/http/shared_loop.py stop call_soon_threadsafe": "loop.stop() cannot fail",
    "client/http/shared_loop.py note call_soon_threadsafe": "loop.stop() cannot fail",
    "client/http/shared_loop.py _catch_up call_soon": "loop.stop() cannot fail",
    "client/http/shared_loop.py _drive call_later": "loop.stop() cannot fail",
    "client/http/shared_loop.py _drive create_task": "its result is waited for",
    "client/http/loop.py run add_done_callback": "loop.stop() cannot fail",
    "client/http/loop.py start_task add_done_callback": "what has ended can be closed",
    "client/http/loop.py  register": "Python prints what fails at exit",
    "client/http/loop.py  register_at_fork": "Python prints what fails in it",
    "client/batches/book.py flush run_in_executor": "its result is awaited",
    "client/batches/running.py  register_at_fork": "Python prints what fails in it",
    "client/history/notes.py  register_at_fork": "Python prints what fails in it",
    "client/history/store.py __init__ register_at_fork": (
        "Python prints what fails in it"
    ),
    "client/http/connection.py __init__ finalize": (
        "Python prints it, and tidy_up() logs it"
    ),
    "client/progress/lines.py __init__ Thread": "Python prints what fails in it",
    "raster/datasets.py __init__ finalize": "Python prints what fails in it",
    "raster/raster_file.py _read finalize": "Python prints what fails in it",
    "runs/zip_file.py _unpack finalize": "a folder may be left behind",
    "client/http/direct.py _connect create_task": "it is awaited",
    "client/http/direct.py _connect add_done_callback": (
        "close() cannot fail, and the loop logs what does"
    ),
    "client/http/http1.py __init__ call_later": "the loop logs what it raises",
    "client/http/http1.py _listen call_at": "the loop logs what it raises",
    "client/jobs/poller.py settled add_done_callback": (
        "only reads what was told before"
    ),
    "client/jobs/poller.py _wait_for add_done_callback": "set.discard() cannot fail",
    "view/saved_card.py display_with_card register": "IPython prints what fails in it",
    "view/saved_card.py card_waits_for add_done_callback": "set_result() cannot fail",
    "view/base.py __init__ on_msg": "the view shows what a message leads to",
    "batches/batch_on_map.py _changed call_later": "the loop logs what it raises",
    "batches/batch_view.py _changed call_later": "the loop logs what it raises",
    "lab/__init__.py __init__ finalize": "Python prints what fails in it",
    "lab/cli.py _say_ready add_done_callback": "asyncio logs what a callback raises",
    "lab/__init__.py address Timer": "kill() does not fail",
    "lab/__main__.py _on_ready Thread": "Python prints it into the log of the lab",
    "lab/server/jobs/scheduler.py _looking_at_the_queue create_task": (
        "what a job waits for is missing in its status"
    ),
    "lab/engines/supervise.py supervise Thread": "Python prints it into the job's log",
}


class Use(NamedTuple):
    """A name that a module uses, and the function that this stands in."""

    path: str
    function: str
    name: str
    node: ast.Name | ast.Attribute
    parents: tuple[ast.AST, ...]


def uses_in(path: str, tree: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[Use]:
    if isinstance(tree, ast.Name | ast.Attribute):
        name = tree.id if isinstance(tree, ast.Name) else tree.attr
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        around = [node.name for node in above if isinstance(node, kinds)]
        yield Use(path, (around or [""])[-1], name, tree, above)
    for node in ast.iter_child_nodes(tree):
        yield from uses_in(path, node, (*above, tree))


@cache
def uses() -> list[Use]:
    names = {*STARTERS, "submit", "follow", "to_thread", "gather"}
    return [
        use
        for path in sorted(PACKAGE.rglob("*.py"))
        for use in uses_in(
            path.relative_to(PACKAGE).as_posix(),
            ast.parse(path.read_text(encoding="utf-8")),
        )
        if use.name in names
    ]


def test_every_start_of_something_in_the_background_is_known_to_say_what_fails() -> (
    None
):
    found = {
        f"{use.path} {use.function} {use.name}"
        for use in uses()
        if use.name in STARTERS
        # Those of a group are awaited with it; our own call_soon() is a name.
        and getattr(getattr(use.node, "value", None), "id", "") != "builtin"
        and not (use.name == "call_soon" and isinstance(use.node, ast.Name))
    }
    assert found == {*SAYS_SO, *LOSES_NOTHING}
    assert all(callable(globals().get(name)) for name in SAYS_SO.values())


def test_work_is_always_followed() -> None:
    """A future of concurrent.futures says nothing by itself."""
    by_place: dict[tuple[str, str], set[str]] = {}
    for use in uses():
        if isinstance(use.node, ast.Name) and use.path != "client/http/loop.py":
            by_place.setdefault((use.path, use.function), set()).add(use.name)
    started = [names for names in by_place.values() if "submit" in names]
    assert started
    assert all("follow" in names for names in started), by_place


def test_threads_and_gathered_work_are_awaited() -> None:
    awaited = [use for use in uses() if use.name in ("to_thread", "gather")]
    assert awaited
    for use in awaited:
        call, awaiting = use.parents[-1], use.parents[-2]
        assert isinstance(call, ast.Call), f"{use.path}:{use.node.lineno}"
        assert isinstance(awaiting, ast.Await), f"{use.path}:{use.node.lineno}"


# -- each kind of it fails


class OddError(BaseException):
    pass


RAISED = [KeyError("x"), SystemExit(3), KeyboardInterrupt(), OddError("x")]


def loop_goes_on() -> bool:
    async def work() -> bool:
        return True

    return loop.run(work)


def is_said(caplog: Any, raised: BaseException) -> bool:
    words = f"({type(raised).__name__}). Jobs on a server are not touched by it"
    return any(words in record.getMessage() for record in list(caplog.records))


def fails(raised: BaseException) -> Any:
    async def work(*_args: Any, **_kwargs: Any) -> None:
        raise raised

    return work


@pytest.mark.parametrize("raised", RAISED)
def test_callback_that_fails_is_said(raised: BaseException, caplog: Any) -> None:
    def call() -> None:
        raise raised

    loop.call_soon(call)
    wait_for(lambda: is_said(caplog, raised))
    assert loop_goes_on()


@pytest.mark.parametrize("raised", RAISED)
def test_task_that_fails_is_said(raised: BaseException, caplog: Any) -> None:
    loop.call_soon(lambda: loop.start_task(fails(raised)()) and None)
    wait_for(lambda: is_said(caplog, raised))
    assert loop_goes_on()


@pytest.mark.parametrize("raised", RAISED)
def test_what_was_started_is_followed(raised: BaseException, caplog: Any) -> None:
    told: list[BaseException] = []

    def call(*_: Any) -> None:
        raise raised

    loop.follow(loop.submit(fails(raised)), Future.result, told.append)
    wait_for(lambda: len(told) == 1)
    loop.follow(loop.submit(asyncio.sleep, 0), call, told.append)
    wait_for(lambda: len(told) == 2)
    assert told[1] is raised
    loop.follow(loop.submit(asyncio.sleep, 0), call, call)
    wait_for(lambda: is_said(caplog, raised))
    assert loop_goes_on()


def test_closing_that_fails_is_said(caplog: Any) -> None:
    loop.tidy_up(fails(KeyError("x")))
    wait_for(lambda: is_said(caplog, KeyError()))


def test_nothing_is_said_when_work_was_given_up(caplog: Any) -> None:
    told: list[BaseException] = []
    loop.follow(loop.submit(asyncio.sleep, 60), Future.result, told.append).cancel()
    assert loop_goes_on()
    assert not told
    assert not [one for one in caplog.records if one.name == "ogc_widgets"]


JOB = {"jobID": "j", "processID": "p", "status": "successful"}


@pytest.fixture
def app() -> Any:
    with processes_server(
        {("GET", "/api/jobs/j"): lambda *_: answer(JOB),
         ("GET", "/api/jobs/j/results"): lambda *_: answer({})}
    ) as server:  # fmt: skip
        app = ogc.App(f"{server.origin}/api", "p")
        yield app
        app.close()


@pytest.mark.parametrize("raised", [ZeroDivisionError("odd"), OddError("odd")])
@pytest.mark.parametrize("what", ["opening", "again", "run", "results", "request"])
def test_app_says_what_failed_beside_it(
    app: Any, what: str, raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = app.header
    if what in ("opening", "again"):
        monkeypatch.setattr(Server, what, fails(raised))
        opener = app._opener
        opener.press("other") if what == "opening" else opener.list_again()
    elif what == "run":
        monkeypatch.setattr(app.client.aio, "execute", fails(raised))
        view = app.run_bar
        app._runs.press()
    else:
        job = app.client.job("j")
        monkeypatch.setattr(job.aio, what, fails(raised))
        if what == "results":
            view = app._stage.head
        app.job = job
    wait_for(lambda: "odd" in view.problem)
    assert view.last_error is raised


def test_check_that_raises_anything_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    running = {**JOB, "status": "running"}
    with (
        processes_server(
            {("GET", "/api/jobs/j"): lambda *_: answer(running)}
        ) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        job = client.job("j")
        monkeypatch.setattr(job.aio.poller, "check", fails(OddError("odd")))
        stop = job.watch(lambda _view: None)
        wait_for(lambda: job.view.connection == "paused")
        assert "OddError" in str(job.view.error)
        stop()


def test_form_says_that_an_address_could_not_be_looked_at() -> None:
    seen: list[Any] = []
    inspector = StacInspector(SimpleNamespace(send=fails(OddError("odd"))))
    inspector.inspect("http://srv.test/item.json", seen.append)
    wait_for(lambda: seen)
    assert seen[0].why_not == "It could not be looked at: odd."


def test_sign_in_says_why_the_app_did_not_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ogc_widgets.app.opening.discover", fails(OddError("odd")))
    with ogc.Client("http://127.0.0.1:9/api") as client:
        gate = Gate(client, None, lambda _server: None)
        gate._signed_in()
        wait_for(lambda: "odd" in gate.box.problem)
        gate.box.close()


# -- the lab


def test_worker_goes_on_when_the_end_of_a_job_cannot_be_noted(
    tmp_path: Path, caplog: Any
) -> None:
    begun = []

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    async def run(job_id: str) -> None:
        begun.append(job_id)
        raise ZeroDivisionError

    async def work() -> None:
        settings: Any = SimpleNamespace(
            data=tmp_path, workers=1, jobs_each=0, temporary=True
        )
        jobs: Any = SimpleNamespace(finish=broken, unfinished=list)
        scheduler = Scheduler(settings, jobs, SimpleNamespace(outlives=False))
        scheduler._run = run
        await scheduler.start()
        for job_id in ("one", "two"):
            scheduler._enqueue(SimpleNamespace(job_id=job_id, owner=""))
            await asyncio.wait_for(scheduler.finished(job_id), 5)
        await scheduler.stop()

    asyncio.run(work())
    assert begun == ["one", "two"]
    assert "The end of job one (failed) is not noted" in caplog.text


def test_whoever_waits_for_scenes_hears_why_there_are_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asyncio, "create_subprocess_exec", fails(OSError("no memory")))
    monkeypatch.setattr(lab_app, "known_scenes", lambda: None)

    async def work() -> None:
        lab: Any = SimpleNamespace(scenes=asyncio.get_running_loop().create_future())
        await lab_app._prepare_scenes(lab)
        await lab.scenes

    with pytest.raises(RuntimeError, match="no memory"):
        asyncio.run(work())
