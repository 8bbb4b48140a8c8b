"""What goes wrong around the lab server costs one answer or one job, not the server."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import psutil
import pytest
from lab_api import Api, own_seconds, sleepers
from waiting import wait_for

from ogc_widgets.lab import lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogc_widgets.lab import Lab

JSON = {"Content-Type": "application/json"}
ECHO = "/processes/echo/execution"

BODIES = {
    "half a character": b'{"inputs": {"message": "\\ud800"}}',
    "half a character in a name": b'{"inputs": {"\\udfff": 1}}',
    "401 digits": b'{"inputs": {"message": "m", "count": ' + b"1" * 401 + b"}}",
    "5000 digits": b'{"inputs": {"message": "m", "ratio": ' + b"9" * 5000 + b"}}",
    "beyond a double": b'{"inputs": {"message": "m", "ratio": 1e400}}',
    "not a number": b'{"inputs": {"message": "m", "ratio": NaN}}',
    "a list for a choice": b'{"inputs": {"message": "m", "colour": []}}',
    "an object for a choice": b'{"inputs": {"message": "m", "colour": {}}}',
    "a list of modes": b'{"inputs": {"message": "m"}, "outputs": '
    b'{"message": {"transmissionMode": []}}}',
    "a list of responses": b'{"inputs": {"message": "m"}, "response": []}',
    "an object of responses": b'{"inputs": {"message": "m"}, "response": {}}',
    "deep": b"[" * 100_000,
}
PATHS = {
    "huge STAC limit": "/stac/search?limit=" + "9" * 5000,
    "long process": "/processes/" + "a" * 5000,
    "long job": "/jobs/" + "a" * 5000,
    "zero byte": "/jobs/%00",
    "deep query": "/stac/search?query=" + "[" * 5000,
}


def is_problem(answer) -> bool:
    return (
        400 <= answer.status_code < 500
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["status"] == answer.status_code
    )


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_request_is_refused_in_words_when_its_body_is_odd(api: Api, body) -> None:
    for headers in (JSON, {**JSON, "Prefer": "respond-async"}):
        answer = api.post(ECHO, content=body, headers=headers)
        assert is_problem(answer), answer.text


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_request_is_refused_in_words_when_its_address_is_odd(api: Api, path) -> None:
    assert is_problem(api.get(path))


def test_package_is_refused_in_words_when_it_holds_half_a_character(api: Api) -> None:
    package = b'{"cwlVersion": "v1.2", "class": "\\udfff", "inputs": [], "outputs": []}'
    headers = {"Content-Type": "application/cwl+json"}
    answer = api.post("/processes", content=package, headers=headers)
    assert is_problem(answer), answer.text


def test_file_is_not_there_when_its_name_is_too_long(api: Api) -> None:
    job = api.run("echo", {"message": "m"})
    for name in ("a" * 300, "a/" * 3000, "%00"):
        assert api.get(f"{job}/files/{name}").status_code == 404


def test_job_is_dismissed_or_gone_when_many_delete_it_at_once(
    api: Api, connect: Callable[[str], Api]
) -> None:
    clients = [connect(api.url) for _ in range(6)]
    for inputs in ({"message": "m"}, {"message": "m", "pauses": [30]}):
        job = api.start("echo", inputs)
        if "pauses" not in inputs:
            api.follow(job)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(Api.delete, clients, [job] * len(clients)))
        codes = {answer.status_code for answer in answers}
        assert codes <= {200, 404}
        assert 200 in codes


@pytest.fixture(scope="module")
def own_lab(tmp_path_factory) -> Iterator[tuple[Lab, Path]]:
    """A server, and its folder, in which things are changed behind its back."""
    folder = tmp_path_factory.mktemp("own-lab")
    with lab(data=folder) as server:
        yield server, folder


def test_connection_stays_usable_when_the_server_fails(own_lab, connect) -> None:
    server, data = own_lab
    api = connect(server.url)
    job = api.run("echo", {"message": "m"})
    folder = data / "jobs" / job.removeprefix("/jobs/")
    (folder / "outputs.json").write_bytes(b"\xff not JSON")
    answer = api.get(f"{job}/results")
    assert answer.status_code == 500
    assert answer.json()["title"] == "Internal server error"
    assert "connection" not in answer.headers
    stream = answer.extensions["network_stream"]
    again = api.get("/conformance")
    # The same socket: the one that the failed request came over.
    here = stream.get_extra_info("client_addr")
    assert again.extensions["network_stream"].get_extra_info("client_addr") == here


def test_package_has_the_media_type_of_the_api_definition(api: Api) -> None:
    definition = api.get("/api").json()
    operation = definition["paths"]["/processes/{processId}/package"]["get"]
    answer = api.get("/processes/water-bodies/package")
    assert answer.headers["content-type"] in operation["responses"]["200"]["content"]


# -- logs ----------------------------------------------------------------------------


def test_end_of_a_huge_log_is_sent_without_reading_the_rest(own_lab, connect) -> None:
    server, data = own_lab
    api = connect(server.url)
    job = api.run("echo", {"message": "m"})
    log = data / "jobs" / job.removeprefix("/jobs/") / "job.log"
    with log.open("wb") as stream:
        stream.truncate(1_500_000_000)  # takes no room on the disk
        stream.seek(0, 2)
        stream.write(b"the end\n")
    process = psutil.Process(server._server.process.pid)
    before = process.memory_info().rss
    for _ in range(5):
        answer = api.get(f"{job}/log", headers={"Range": "bytes=-8"})
        assert answer.content == b"the end\n"
        assert answer.headers["content-range"] == (
            "bytes 1500000000-1500000007/1500000008"
        )
    assert process.memory_info().rss - before < 50_000_000


# -- what steps leave behind -----------------------------------------------------------

DAEMON = """cwlVersion: v1.2
class: CommandLineTool
id: {id}
baseCommand: [{python}, -c]
arguments:
  - |
    import os, sys, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execlp("sleep", "sleep", "{seconds}")
        os._exit(0)
    os.wait()
    time.sleep({step_s})
inputs: {{}}
outputs: {{}}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")
@pytest.mark.parametrize("runner", [None, "cwltool --no-container"])
def test_daemon_ends_with_its_job(tmp_path: Path, connect, runner) -> None:
    seconds = [str(secrets.randbelow(10**6) + 1000) for _ in range(3)]
    ends, stopped, killed = jobs = [f"daemon-{number}" for number in range(3)]
    with lab(data=tmp_path, runner=runner, workers=3) as server:
        api = connect(server.url)
        kind = {"Content-Type": "application/cwl+yaml"}
        for name, each, step_s in zip(jobs, seconds, (1, 60, 60), strict=True):
            text = DAEMON.format(
                id=name, python=sys.executable, seconds=each, step_s=step_s
            )
            assert api.post("/processes", content=text, headers=kind).status_code == 201
        job = {name: api.start(name, {}) for name in (stopped, killed, ends)}
        assert api.follow(job[ends])[-1]["status"] == "successful"
        wait_for(lambda: not sleepers(seconds[0]))
        for each in seconds[1:]:
            wait_for(lambda: sleepers(each))  # noqa: B023 - called at once
        assert api.delete(job[stopped]).json()["status"] == "dismissed"
        wait_for(lambda: not sleepers(seconds[1]))
        assert sleepers(seconds[2])
        server._server.process.kill()
        wait_for(lambda: not sleepers(seconds[2]))


ORPHAN = """
import sys
from ogc_widgets.lab.engines.supervise import main
sys.platform = "other"
sys.exit(main([sys.executable, "-c", {program!r}]))
"""
LEAVES_AN_ORPHAN = """
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "{seconds}")
    os._exit(0)
os.wait()
print(flush=True)
time.sleep(60)
"""


def test_orphan_ends_with_its_group_when_the_system_hands_it_to_nobody() -> None:
    seconds = str(secrets.randbelow(10**6) + 1000)
    program = LEAVES_AN_ORPHAN.format(seconds=seconds)
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN.format(program=program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdin is not None
        supervisor.stdout.readline()
        wait_for(lambda: sleepers(seconds))
        # Its parent has ended, so that no search from the program down finds it.
        supervisor.stdin.close()
    wait_for(lambda: not sleepers(seconds))


# -- a full disk -----------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 10 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    path = folder / "filler"
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"x" * 65536):
            pass
    return path


def test_workers_come_back_and_jobs_are_marked_when_the_disk_was_full(
    small_disk: Path, connect
) -> None:
    with lab(data=small_disk, workers=1) as server:
        api = connect(server.url)
        api.run("echo", {"message": "m"})
        pause_s = own_seconds(4)
        running = api.start("echo", {"message": "a", "pauses": [pause_s]})
        waiting = api.start("echo", {"message": "b", "pauses": [0.1]})
        api.follow(running, lambda status: status["message"] == "pause")
        filler = fill(small_disk)
        refused = api.post(
            ECHO,
            json={"inputs": {"message": "m" * 5000}},
            headers={"Prefer": "respond-async"},
        )
        assert refused.status_code == 507
        assert "nothing was started" in refused.json()["detail"]
        wait_for(lambda: not sleepers(pause_s))  # its pause is over
        time.sleep(2)  # as long as the disk is full nothing can be noted
        filler.unlink()
        for job in (running, waiting):
            assert api.follow(job)[-1]["status"] in {
                "failed",
                "successful",
            }
        assert len(api.get("/jobs").json()["jobs"]) == 3
        api.run("echo", {"message": "again"})


# -- the token -------------------------------------------------------------------------

LOOKS_AROUND = """cwlVersion: v1.2
class: CommandLineTool
id: looks-around
baseCommand: [{python}, -c]
arguments:
  - |
    import glob
    for name in ("environ", "cmdline"):
        for path in glob.glob(f"/proc/[0-9]*/{{name}}"):
            try:
                print(open(path, "rb").read())
            except OSError:
                pass
stdout: seen.txt
inputs: {{}}
outputs: {{seen: {{type: stdout}}}}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("started", ["from Python", "as a command"])
def test_job_cannot_read_the_token_of_its_server(
    tmp_path: Path, connect, canary: str, started
) -> None:
    if started == "from Python":
        server = lab(data=tmp_path, token=canary)
        url, close = server.url, server.close
    else:
        command = [sys.executable, "-m", "ogc_widgets.lab.cli", "lab", "--port=0"]
        process = subprocess.Popen(
            [*command, f"--data={tmp_path}"],
            env={**os.environ, "OGC_LAB_TOKEN": canary},
            stdout=subprocess.PIPE,
            text=True,
        )
        url = process.stdout.readline().split()[-1]

        def close() -> None:
            process.terminate()
            process.communicate()

    try:
        api = connect(url)
        api.http.headers["Authorization"] = f"Bearer {canary}"
        kind = {"Content-Type": "application/cwl+yaml"}
        text = LOOKS_AROUND.format(python=sys.executable)
        assert api.post("/processes", content=text, headers=kind).status_code == 201
        job = api.run("looks-around", {})
        seen = api.get(f"{job}/results/seen").content
        assert b"ogc_widgets" in seen  # it did read the server's
        assert canary.encode() not in seen
    finally:
        close()


# -- addresses where machines keep secrets


@pytest.fixture
def redirecting() -> Iterator[str]:
    """A server on this machine that sends everybody to a link-local address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_link_local_address_is_never_asked(
    tmp_path: Path, connect, redirecting, monkeypatch
) -> None:
    # Without the guard of the tests, which would refuse the connection first.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    with lab(data=tmp_path) as server:
        api = connect(server.url)
        scene = api.http.get(server.scenes[0]).json()
        for asset in scene["assets"].values():
            asset["href"] = urljoin(server.scenes[0], asset["href"])
        scene["assets"]["green"]["href"] = "http://169.254.169.254/green.tif"
        item = tmp_path / "item.json"
        item.write_text(json.dumps(scene))
        for address in (
            "http://169.254.169.254/latest",
            "http://[::ffff:169.254.169.254]/latest",
            "http://2852039166/latest",
            "http://[fe80::1]/latest",
            redirecting,
        ):
            unit = {"executionUnit": {"href": address, "type": "application/cwl"}}
            answer = api.post("/processes", json=unit)
            assert answer.status_code == 400, address
            assert "link-local" in answer.json()["detail"], address
        for address in (redirecting, "http://169.254.169.254/x", str(item)):
            inputs = {"aoi": "-121.399,39.834,-120.74,40.472", "stac_items": [address]}
            job = api.start("water-bodies", inputs)
            last = api.follow(job)[-1]
            assert last["status"] == "failed"
            assert "link-local" in last["message"], address
