from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from concurrent.futures import CancelledError, Future

import pytest
from counting import counts, is_back
from raw_server import answer, processes_server
from waiting import wait_for

from ogc_widgets.client import Client
from ogc_widgets.client.http.loop import get_loop, in_loop_thread, run, submit
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
    return threading.current_thread().name, in_loop_thread()


def test_work_runs_in_one_thread_when_submitted_from_many():
    names = []
    threads = [
        threading.Thread(target=lambda: names.append(run(where))) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(names) == {("ogc_widgets-io", True)}
    assert submit(where).result(60) == ("ogc_widgets-io", True)


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


def test_request_is_cancelled_when_its_waiting_is_interrupted():
    started, cancelled = threading.Event(), threading.Event()

    async def work():
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def is_waiting():
        frame = sys._current_frames()[threading.main_thread().ident]
        while frame is not None and frame.f_code is not Future.result.__code__:
            frame = frame.f_back
        return frame is not None

    def interrupt():
        assert started.wait(60)
        while not is_waiting():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=interrupt)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        run(work)
    presser.join()
    assert cancelled.wait(60)


def test_work_that_gives_up_ends_the_waiting_and_not_the_program():
    async def give_up():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    with pytest.raises(CancelledError):
        run(give_up)


def test_trouble_that_is_no_error_is_logged(caplog):
    loop = get_loop()
    loop.call_soon_threadsafe(loop.call_exception_handler, {"message": "odd trouble"})
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
    with server_with_endless_job() as server:
        ran = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), server.origin + "/api"],
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
            return gone() is None

        # The thread that did the work lets go a moment after it gave the answer.
        wait_for(is_gone)
        wait_for(lambda: not pools.is_open)


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
