"""In a real kernel: waiting in a cell, and the stop button."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from raw_server import answer, processes_server
from waiting import wait_for


def job_server(ended):
    def status(_connection, _received):
        word = "successful" if ended else "running"
        return answer({"jobID": "j1", "status": word, "processID": "p"})

    created = {"jobID": "j1", "status": "accepted", "processID": "p"}
    return processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(created, 201),
            ("GET", "/api/jobs/j1"): status,
            ("GET", "/api/jobs/j1/results"): lambda *_: answer({"out": 7}),
        }
    )


class Kernel:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def start(self, code):
        return self.client.execute(code)

    def finish(self, request):
        """Return the text that a cell printed, and its error."""
        printed, error = "", ""
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    printed += content["text"]
                case "error":
                    error = content["ename"]
                case "status" if content["execution_state"] == "idle":
                    return printed, error

    def run(self, code):
        return self.finish(self.start(code))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.close()


def setup(server):
    return (
        "from ogc_widgets.client import Client\n"
        f"client = Client('{server.origin}/api')\n"
        "job = client.execute('p', {})"
    )


@pytest.mark.parametrize("wait", ["job.wait()", "await job"])
def test_cell_goes_on_when_the_job_has_ended(kernel, wait):
    with job_server(ended=[1]) as server:
        assert kernel.run(setup(server)) == ("", "")
        code = f"{wait}\nprint(job.status.status, job.results().outputs)"
        assert kernel.run(code) == ("successful {'out': 7}\n", "")


@pytest.mark.parametrize("wait", ["job.wait()", "await job"])
def test_cell_ends_promptly_when_the_stop_button_is_pressed(kernel, wait):
    ended = []
    with job_server(ended) as server:
        kernel.run(setup(server))
        request = kernel.start(wait)
        # Whoever waits asks, which nothing else does.
        wait_for(lambda: server.requests("GET", "/api/jobs/j1"))
        kernel.manager.interrupt_kernel()
        _, error = kernel.finish(request)
        assert error in ("KeyboardInterrupt", "CancelledError")
        assert server.requests("DELETE") == []
        # The job and the kernel are as usable as before.
        ended.append(1)
        printed = kernel.run("print(job.wait().status.status)")
        assert printed == ("successful\n", "")


def test_cell_waits_for_no_other_thread_when_it_calls(kernel):
    code = """
        import threading
        from ogc_widgets.client.http.loop import run
        async def is_here():
            return threading.current_thread() is threading.main_thread()
        print(any(run(is_here) for _ in range(100)))
    """
    assert kernel.run(textwrap.dedent(code)) == ("True\n", "")


def test_watchers_are_told_while_a_cell_is_busy(kernel):
    with job_server(ended=[]) as server:
        kernel.run(setup(server))
        code = (
            "import time\n"
            "seen = []\n"
            "stop = job.watch(lambda view: seen.append(view.checked_at))\n"
            "end = time.monotonic() + 60\n"
            "while len(set(seen)) < 3 and time.monotonic() < end:\n"
            "    time.sleep(0.1)\n"
            "stop()\n"
            "print(len(set(seen)) >= 3)"
        )
        assert kernel.run(code) == ("True\n", "")


@pytest.mark.parametrize("wait", ["job.wait()", "await job"])
def test_notebook_runs_from_top_to_bottom_under_nbconvert(tmp_path, wait):
    ended = []
    with job_server(ended) as server:
        notebook = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(code)
                for code in (
                    setup(server),
                    wait,
                    "print(job.status.status, job.results().outputs)",
                )
            ]
        )
        path = tmp_path / "lesson.ipynb"
        nbformat.write(notebook, path)
        timer = threading.Timer(1.5, ended.append, [1])
        timer.start()
        command = [sys.executable, "-m", "nbconvert", "--execute", "--inplace"]
        subprocess.run([*command, str(path)], check=True, timeout=120)
        timer.cancel()
    (output,) = nbformat.read(path, as_version=4).cells[-1].outputs
    assert output.text == "successful {'out': 7}\n"
