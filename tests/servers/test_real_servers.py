"""The servers that the tests start stay on this machine, and end with the tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time

import psutil
import pytest
from real_servers import ENVIRONMENTS, HERE, MissingServerError, end_group, running


def alive_in(group):
    """The programs of a process group that have not ended."""
    found = []
    for process in psutil.process_iter(["pid", "status"]):
        # Killed ones stay in the list until whoever has inherited them looks.
        is_dead = process.info["status"] == psutil.STATUS_ZOMBIE
        with contextlib.suppress(ProcessLookupError):
            if not is_dead and os.getpgid(process.info["pid"]) == group:
                found.append(process.info["pid"])
    return found


def assert_all_end(group, patience_s=30):
    """A signal is sent at once; its programs take a moment to be gone."""
    deadline = time.monotonic() + patience_s
    while remaining := alive_in(group):
        assert time.monotonic() < deadline, remaining
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["pygeoapi", "wraptile", "fastprocesses"])
def test_guard_of_the_tests_holds_in_the_programs_of_a_server(name):
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{name} is not installed: run python scripts/servers.py {name}")
    # The attempt is meant, so it must not be found at the end of the run.
    environment = {**os.environ, "OGCW_TEST_NETWORK_LOG": ""}
    done = subprocess.run(
        [python, "-c", "import socket; socket.create_connection(('192.0.2.1', 80))"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "InternetBlockedError" in done.stderr


def test_server_ends_with_everything_that_it_started(tmp_path):
    try:
        with running("wraptile", tmp_path) as server:
            started = list(server._started)
            assert started
            assert server.answers()
    except MissingServerError as missing:
        pytest.skip(str(missing))
    for process in started:
        assert_all_end(process.pid)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not there")
def test_server_ends_with_tests_that_are_killed(tmp_path):
    code = """
import sys, time
from pathlib import Path
from real_servers import running
with running("wraptile", Path(sys.argv[1])) as server:
    print(server._started[0].pid, flush=True)
    time.sleep(60)
"""
    if not (ENVIRONMENTS / "wraptile" / "installed.json").exists():
        pytest.skip("wraptile is not installed: run python scripts/servers.py wraptile")
    path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    tests = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    group = int(tests.stdout.readline())
    assert alive_in(group)
    tests.kill()
    tests.wait()
    tests.stdout.close()
    assert_all_end(group)


def test_program_that_does_not_want_to_end_is_killed():
    stubborn = "trap '' TERM; sleep 60 & echo up; while true; do sleep 1; done"
    process = subprocess.Popen(
        ["sh", "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout.readline() == b"up\n"
    end_group(process, patience_s=0.3)
    process.stdout.close()
    assert_all_end(process.pid)
