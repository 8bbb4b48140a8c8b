"""Waiting says how far it is: in a terminal, in a log, below a cell."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading

import pytest
from jupyter_client.manager import start_new_kernel
from raw_server import answer, processes_server
from waiting import wait_for

from ogc_widgets.client import Client
from ogc_widgets.client.progress import Step
from ogc_widgets.protocol import watching

WAIT = """
import sys
from ogc_widgets.client import Client
assert "tqdm" not in sys.modules
with Client(sys.argv[1]) as client:
    job = client.execute("p", {})
    job.wait()
    print("the end")
"""


def job_server(*steps):
    """Says one thing after the other of a job, and the last for ever."""
    left = list(steps)

    def said(_connection, _received):
        word, members = left.pop(0) if len(left) > 1 else left[0]
        return answer({"jobID": "j1", "status": word, "processID": "p", **members})

    created = {"jobID": "j1", "status": "accepted", "processID": "p"}
    return processes_server(
        {
            ("POST", "/api/processes/p/execution"): lambda *_: answer(created, 201),
            ("GET", "/api/jobs/j1"): said,
        }
    )


RUNS = (
    ("running", {"progress": 40, "message": "Otsu\x1b[2J\n{threshold}"}),
    ("running", {"progress": 40, "message": "Otsu\x1b[2J\n{threshold}"}),
    ("successful", {"progress": 100}),
)


def start_in_terminal(server):
    """Start the script in a real terminal that is 60 columns wide."""
    ours, theirs = pty.openpty()
    size = struct.pack("HHHH", 30, 60, 0, 0)  # lines and columns
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    program = subprocess.Popen(
        [sys.executable, "-c", WAIT, f"{server.origin}/api"],
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = bytearray()

    def read():
        try:
            while part := os.read(ours, 1000):
                shown.extend(part)
        except OSError:  # it has ended
            os.close(ours)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return program, shown, reader


def test_line_moves_in_a_terminal_and_nothing_goes_to_stdout():
    with job_server(*RUNS) as server:
        program, shown, reader = start_in_terminal(server)
        assert program.communicate(timeout=60)[0] == b"the end\n"
        reader.join(60)
    drawn = [line.rstrip() for line in re.split(r"[\r\n]+", shown.decode())]
    assert any(
        re.match(r"p j1 +40 % \|█+.* *\| 0:\d\d  running: Otsu", d) for d in drawn
    )
    assert re.fullmatch(r"p j1  ?0:\d\d  successful", [d for d in drawn if d][-1])
    assert shown.count(b"\n") == 1  # it moves: one line is all that stays
    assert b"\x1b[2J" not in shown
    assert all(len(line) < 60 for line in drawn)


def test_interrupted_line_has_ended_before_the_traceback():
    with job_server(("running", {})) as server:
        program, shown, reader = start_in_terminal(server)
        wait_for(lambda: b"running" in shown)
        program.send_signal(signal.SIGINT)
        assert program.communicate(timeout=60)[0] == b""
        reader.join(60)
    before, _, after = shown.decode().partition("Traceback")
    assert after
    assert before.endswith("\n")


def test_log_has_a_line_per_change(monkeypatch, capsys):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    failed = ("failed", {"message": "no scene covers the area"})
    with job_server(*RUNS[:2], failed) as server, Client(f"{server.origin}/api") as one:
        job = one.execute("p", {})
        job.wait()
        assert job.wait(progress=True) is job  # it has ended: nothing to say
    out, err = capsys.readouterr()
    said = [re.sub(r" \(0:\d\d\)$", "", line) for line in err.splitlines()]
    assert out == ""
    assert said == [
        "p j1: accepted",
        "p j1: running, 40 %: Otsu␛[2J",
        "p j1: failed: no scene covers the area",
    ]


@pytest.mark.parametrize(
    ("share", "percent"),
    [(None, None), (-0.1, 0), (0.29, 29), (0.999, 99), (1.0, 100), (1.5, 100)],
)
def test_hundred_per_cent_is_all_and_no_more(share, percent):
    assert Step("saving", share=share).percent == percent


def test_function_is_told_each_view_and_false_is_quiet(monkeypatch, capsys):
    monkeypatch.setattr(watching, "FIRST_DELAY_S", 0.01)
    told = []
    with job_server(*RUNS) as server, Client(f"{server.origin}/api") as client:
        client.execute("p", {}).wait(progress=told.append)
        client.execute("p", {}).wait(progress=False)
    assert [view.phase for view in told][-1] == "successful"
    assert capsys.readouterr() == ("", "")


def test_log_of_a_batch_counts_what_has_ended(lab_server, capsys):
    with Client(lab_server.url) as client:
        wanted = [{"message": "a"}, {"message": "b"}, {"message": "c", "count": "?"}]
        batch = client.execute_many("echo", wanted, at_once=3, title="three")
        assert batch.wait() is batch
        batch.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("three: running, 0 %, 0 of 3 ended")
    assert "three: ended, 100 %, 2 successful, 1 failed" in err.splitlines()[-1]


class Kernel:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def run(self, code, *, during=lambda: None, in_jupyterlab=True):
        """Run a cell; return the widgets that it displayed, and its error."""
        message = self.client.session.msg("execute_request", {
            "code": code, "silent": False, "store_history": True,
            "user_expressions": {}, "stop_on_error": False,
            "allow_stdin": in_jupyterlab,
        })  # fmt: skip
        if in_jupyterlab:
            message["metadata"] = {"cellId": "cell-of-the-test"}
        self.client.shell_channel.send(message)
        shown, error, states = [], "", {}
        while True:
            told = self.client.get_iopub_msg(timeout=60)
            content = told["content"]
            match told["msg_type"]:
                case "comm_open":
                    states[content["comm_id"]] = content["data"]["state"]
                case "comm_msg":
                    found = content["data"].get("state", {})
                    states.setdefault(content["comm_id"], {}).update(found)
                    if "running" in found.get("state", {}).get("words", ""):
                        during()
                        during = lambda: None  # noqa: E731 # once
                case "display_data":
                    data = content["data"].get(
                        "application/vnd.jupyter.widget-view+json"
                    )
                    if data:
                        shown.append(data["model_id"])
                case "error":
                    error = content["ename"]
                case "status" if content["execution_state"] == "idle":
                    if told["parent_header"].get("msg_id") == message["msg_id"]:
                        found = [states.get(one, {}).get("state") for one in shown]
                        return found, error

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
        "import ogc_widgets as ogc\n"
        f"client = ogc.Client('{server.origin}/api')\n"
        "job = client.execute('p', {})\n"
    )


def test_cell_gets_one_bar_which_says_how_it_ended(kernel):
    with job_server(*RUNS) as server:
        (bar,), error = kernel.run(f"{setup(server)}job.wait()")
    assert error == ""
    assert (bar["title"], bar["words"], bar["tone"]) == ("p j1", "successful", "good")
    assert bar["ticking"] is False


def test_cell_gets_no_bar_where_a_panel_or_a_program_shows_the_job(kernel):
    with job_server(*RUNS) as server:
        panel = "from IPython.display import display\ndisplay(ogc.JobPanel(job))\n"
        shown, error = kernel.run(f"{setup(server)}{panel}job.wait()")
        assert (len(shown), error) == (1, "")
        code = f"{setup(server)}job.wait()"
        assert kernel.run(code, in_jupyterlab=False) == ([], "")


def test_bar_of_an_interrupted_cell_stands_still(kernel):
    with job_server(("running", {"progress": 40})) as server:
        during = kernel.manager.interrupt_kernel
        (bar,), error = kernel.run(f"{setup(server)}job.wait()", during=during)
    assert error == "KeyboardInterrupt"
    assert bar["ticking"] is False
    assert bar["words"].endswith("no longer waited for")
