from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import selectors
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from concurrent.futures import CancelledError, Future

import pytest
from counting import counts, is_back
from raw_server import RawServer, answer, processes_server
from waiting import wait_for

from ogc_widgets.client import Client
from ogc_widgets.client.http import loop, shared_loop
from ogc_widgets.client.http.loop import (
    get_loop,
    in_loop_thread,
    run,
    start_task,
    submit,
)
from ogc_widgets.errors import InputError

RUNNING = {"jobID": "j1", "status": "running", "processID": "p"}


def server_with_endless_job():
    return processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(RUNNING, 201),
            ("GET", "/api/jobs/j1"): lambda *_: answer(RUNNING),
        }
    )


async def where():
    return threading.current_thread(), in_loop_thread()


@pytest.fixture
def resting(monkeypatch):
    """A loop of this test's own: nobody drives it but who waits for something."""
    monkeypatch.setattr(shared_loop, "_REST_S", 3600)
    own = shared_loop.SharedLoop()
    monkeypatch.setattr(loop, "_current", own)
    run(where)
    wait_for(lambda: not own._turn.locked())
    yield
    own.stop()


def test_one_thread_at_a_time_works_when_many_call():
    at_work, seen, errors = [], [], []

    async def work():
        for _ in range(5):
            assert not at_work
            at_work.append(1)
            time.sleep(0.001)  # noqa: ASYNC251 # others would come in between
            at_work.clear()
            await asyncio.sleep(0)
        return await where()

    def call():
        try:
            for _ in range(5):
                seen.append(run(work))
                seen.append(submit(work).result(60))
        except BaseException as error:  # noqa: BLE001 # whatever it is
            errors.append(error)

    threads = [threading.Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(seen) == 100
    assert all(is_in_loop for _, is_in_loop in seen)


def test_no_other_thread_is_waited_for_when_one_calls(resting):
    here = threading.current_thread()
    assert run(where) == (here, True)
    assert not in_loop_thread()

    async def cell():
        task = asyncio.current_task()
        found = run(where)
        assert asyncio.current_task() is task
        await asyncio.sleep(0)  # its own loop goes on
        return found

    with contextlib.closing(asyncio.new_event_loop()) as kernels:
        assert kernels.run_until_complete(cell()) == (here, True)
    assert submit(where).result(60) != (here, True)


def test_what_a_call_leaves_behind_goes_on():
    went_on = threading.Event()

    async def later():
        await asyncio.sleep(0.01)
        went_on.set()

    async def leave():
        start_task(later())

    run(where)
    run(leave)
    assert went_on.wait(60)


def test_what_a_call_leaves_behind_is_not_held_up_by_the_calls_after_it():
    went_on = threading.Event()

    async def later():
        for _ in range(1_000):  # turns of the loop, of which a call takes a few
            await asyncio.sleep(0)
        went_on.set()

    async def leave():
        start_task(later())

    run(leave)
    for _ in range(50):  # as a cell that calls again and again
        run(where)
        time.sleep(0.005)
    assert went_on.is_set()


def test_work_of_others_goes_on_when_the_call_that_drove_it_ends(resting):
    is_in, may_end = threading.Event(), asyncio.Event()

    async def long():
        is_in.set()
        await may_end.wait()

    async def one_more_turn():
        for _ in range(3):
            await asyncio.sleep(0.1)
        return await where()

    caller = threading.Thread(target=run, args=[long])
    caller.start()
    assert is_in.wait(60)
    other = submit(one_more_turn)
    get_loop().call_soon_threadsafe(may_end.set)  # which wakes no thread
    caller.join()
    assert other.result(60)[0] is not caller


@pytest.mark.parametrize("news", [b"", answer({"title": "stolen", "links": []})])
def test_what_came_on_a_connection_while_nobody_called_is_no_answer(resting, news):
    """The server closes it, or sends on it what nobody asked for."""
    kept, landing = [], answer({"title": "T", "links": []})

    def behave(connection, _received):
        kept.append(connection)
        return landing

    with RawServer(behave) as server, Client(server.origin) as client:
        client.landing_page()
        kept[0].sendall(news) if news else kept[0].shutdown(socket.SHUT_RDWR)
        assert client.landing_page().title == "T"
        assert (server.connections, len(server.received)) == (2, 2)


def test_error_is_clear_when_a_blocking_call_is_made_in_the_loop_thread():
    with server_with_endless_job() as server, Client(server.origin + "/api") as client:

        async def wrong():
            return client.processes()

        with pytest.raises(InputError, match=r"client\.aio"):
            run(wrong)

        async def right():
            return await client.aio.processes()

        assert [p.id for p in run(right)] == ["p"]


def test_error_is_clear_when_a_watcher_blocks(caplog):
    with server_with_endless_job() as server, Client(server.origin + "/api") as client:
        job = client.execute("p", {})
        raised = threading.Event()

        def look(_view):
            if in_loop_thread():
                try:
                    job.refresh()
                except InputError:
                    raised.set()

        stop = job.watch(look)
        assert raised.wait(60)
        stop()


@pytest.mark.parametrize("wait", ["job.wait(progress=False)", "asyncio.run(wait(job))"])
def test_waiting_ends_promptly_and_the_job_goes_on_when_interrupted(wait):
    """As by Ctrl-C, or by the stop button, which sends the same signal."""
    script = f"""
        import asyncio, sys
        from ogc_widgets.client import Client
        client = Client(sys.argv[1])
        job = client.execute("p", {{}})
        async def wait(job):
            await job
        try:
            {wait}
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        # Everything still works.
        print(job.refresh().status, len(client.processes()), flush=True)
    """
    with server_with_endless_job() as server:
        process = subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-c", textwrap.dedent(script)),
                server.origin + "/api",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # Whoever waits asks, which nothing else does.
        wait_for(lambda: server.requests("GET", "/api/jobs/j1"))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        said = "interrupted\nrunning 1\n"
        assert (out, err, process.returncode) == (said, "", 0)
        assert server.requests("DELETE") == []


class AlarmError(Exception):
    pass


def ring(*_):
    raise AlarmError


@pytest.mark.parametrize("is_driven", [False, True])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGUSR1])
def test_request_is_cancelled_when_its_waiting_is_interrupted(resting, is_driven, sent):
    """By Ctrl-C, or by a handler of somebody's own, whoever drives the loop."""
    started, cancelled = threading.Event(), threading.Event()

    async def work():
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waits_in = Future.result if is_driven else selectors.DefaultSelector.select

    def is_waiting():
        frame = sys._current_frames()[threading.main_thread().ident]
        while frame is not None and frame.f_code is not waits_in.__code__:
            frame = frame.f_back
        return frame is not None

    def interrupt():
        assert started.wait(60)
        while not is_waiting():
            time.sleep(0.01)
        os.kill(os.getpid(), sent)

    presser = threading.Thread(target=interrupt)
    before = signal.signal(signal.SIGUSR1, ring)
    keeps_on = submit(asyncio.sleep, 60) if is_driven else None
    try:
        wait_for(lambda: loop._current._turn.locked() == is_driven)
        presser.start()
        with pytest.raises(KeyboardInterrupt if sent == signal.SIGINT else AlarmError):
            run(work)
        presser.join()
        assert cancelled.wait(60)
    finally:
        signal.signal(signal.SIGUSR1, before)
        if keeps_on is not None:
            keeps_on.cancel()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert run(where)[1]


def test_second_interrupt_ends_what_does_not_let_go(resting):
    started, ended = threading.Event(), []

    async def block():
        started.set()
        try:
            while True:
                time.sleep(0.01)  # noqa: ASYNC251 # that is what is wrong with it
        except BaseException as error:
            ended.append(type(error))
            raise

    def press():
        assert started.wait(60)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        run(block)
    presser.join()
    assert ended == [KeyboardInterrupt]
    assert run(where)[1]


def test_interrupt_is_left_to_whoever_handles_it(resting):
    """In a cell with await, the kernel does; what it raises must not go astray."""
    before = signal.signal(signal.SIGINT, ring)
    try:
        assert run(where)[0] is not threading.current_thread()
        assert signal.getsignal(signal.SIGINT) is ring
    finally:
        signal.signal(signal.SIGINT, before)


def test_work_that_gives_up_ends_the_waiting_and_not_the_program():
    async def give_up():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    with pytest.raises(CancelledError):
        run(give_up)


def test_trouble_that_is_no_error_is_logged(caplog):
    shared = get_loop()
    trouble = {"message": "odd trouble"}
    shared.call_soon_threadsafe(shared.call_exception_handler, trouble)
    run(where)
    assert "odd trouble" in caplog.text


def test_script_ends_quietly_when_nothing_was_closed():
    script = """
        import sys
        from ogc_widgets.client import Client
        client = Client(sys.argv[1])
        job = client.execute("p", {})
        job.watch(lambda view: None)
        client.processes()
    """
    with server_with_endless_job() as server:
        ran = subprocess.run(
            [
                *(sys.executable, "-W", "error", "-c", textwrap.dedent(script)),
                server.origin + "/api",
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)


def test_what_is_read_piece_by_piece_is_closed_when_a_script_ends():
    script = """
        import asyncio
        from ogc_widgets.client.http.loop import run
        async def pieces():
            try:
                yield b"first"
            finally:
                await asyncio.sleep(0)
                print("closed")
        reading = pieces()
        async def first():
            return await anext(reading)
        print(run(first))
    """
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ran.stdout, ran.stderr) == ("b'first'\nclosed\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_client_works_in_the_child_when_the_process_forks():
    script = """
        import os, sys
        from ogc_widgets.client import Client
        client = Client(sys.argv[1])
        client.processes()
        child = os.fork()
        names = [process.id for process in client.processes()]
        if child == 0:
            os._exit(0 if names == ["p"] else 1)
        print(names, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    # From 3.12 on Python warns of any fork beside threads.
    python = [sys.executable, "-W", "ignore::DeprecationWarning", "-c"]
    with server_with_endless_job() as server:
        ran = subprocess.run(
            [*python, textwrap.dedent(script), server.origin + "/api"],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (ran.stdout, ran.stderr) == ("['p'] 0\n", "")


def test_call_is_made_when_the_callers_own_loop_is_running():
    """A cell runs inside the kernel's loop, and may call plain blocking verbs."""
    with server_with_endless_job() as server, Client(server.origin + "/api") as client:

        async def cell():
            return client.processes()

        assert [p.id for p in asyncio.run(cell())] == ["p"]


def test_connections_are_closed_when_a_client_is_forgotten():
    with server_with_endless_job() as server:
        client = Client(server.origin + "/api")
        client.processes()
        gone = weakref.ref(client.aio)
        pools = client.aio.connection._pools
        assert pools.is_open
        del client

        def is_gone():
            gc.collect()
            return gone() is None and not pools.is_open

        # The loop lets go a moment after it gave the answer.
        wait_for(is_gone)


def test_tasks_and_sockets_are_gone_when_clients_and_watchers_are():
    with server_with_endless_job() as server:

        def once():
            with Client(server.origin + "/api") as client:
                job = client.execute("p", {})
                stop = job.watch(lambda view: None)
                stop()

        once()
        before = counts()
        for _ in range(20):
            once()
        wait_for(lambda: is_back(before), counts)


def test_importing_loads_no_http_library_and_starts_nothing():
    script = (
        "import sys, threading, ogc_widgets.client\n"
        "heavy = {'httpx', 'anyio', 'pystac', 'ipywidgets', 'platformdirs'}\n"
        "print(sorted(heavy & set(sys.modules)), threading.active_count())"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stdout == "[] 1\n"


def test_loop_is_one_when_asked_twice():
    assert get_loop() is get_loop()
