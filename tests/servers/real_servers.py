"""Other people's servers, started on this machine from environments of their own.

``scripts/servers.py`` makes the environments. Each server listens on the loopback
interface only, writes into a folder of its own, and ends with everything it started.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".venv-servers"
_START_S = 120


# A run of the tests that is killed takes the servers with it, where Linux can do that.
_SETPRIV = shutil.which("setpriv")
ENDS_WITH_US = [_SETPRIV, "--pdeathsig", "TERM"] if _SETPRIV else []


class MissingServerError(Exception):
    """A server is not installed on this machine."""


class RealServer:
    """A running server.

    Attributes:
        url: Address of its landing page.
        version: Version of the package that it is.
    """

    def __init__(self, name, folder):
        note = ENVIRONMENTS / name / "installed.json"
        try:
            self.version = json.loads(note.read_text("utf-8"))["version"]
        except (OSError, ValueError, KeyError):
            raise MissingServerError(
                f"{name} is not installed: run python scripts/servers.py {name}"
            ) from None
        self.bin = ENVIRONMENTS / name / "bin"
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._started = []

    def start(self, *command, **environment):
        """Start one program of the server in a process group of its own."""
        path = [str(HERE), os.environ.get("PYTHONPATH", "")]
        log = (self.folder / f"{len(self._started)}.log").open("wb")
        process = subprocess.Popen(
            [*ENDS_WITH_US, *(str(part) for part in command)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": os.pathsep.join(filter(None, path)),
                # The warnings of other people's programs are not ours.
                "PYTHONWARNINGS": "ignore",
                **environment,
            },
            start_new_session=True,
        )
        log.close()
        self._started.append(process)
        return process

    def wait_until(self, is_up):
        deadline = time.monotonic() + _START_S
        while not is_up():
            ended = [p.args for p in self._started if p.poll() is not None]
            assert not ended, f"{ended} ended at once: {self.said()}"
            assert time.monotonic() < deadline, f"not up in time: {self.said()}"
            time.sleep(0.1)

    def answers(self, path="/"):
        """Whether the address answers with success."""
        request = urllib.request.Request(
            self.url + path, headers={"Accept": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except (OSError, urllib.error.HTTPError):
            return False

    def said(self):
        """The last that the programs wrote."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(log.read_text("utf-8", "replace")[-2000:] for log in logs)

    def close(self):
        for process in reversed(self._started):
            end_group(process)


def end_group(process, patience_s=10):
    """End a program and all that it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _pygeoapi(server):
    """Pygeoapi with its TinyDB manager, its own processes and a slow one of ours."""
    folder = server.folder
    (folder / "output").mkdir()
    configuration = folder / "configuration.json"
    api = folder / "openapi.json"
    # YAML is a superset of JSON.
    configuration.write_text(json.dumps(_pygeoapi_configuration(server)), "utf-8")
    settings = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(api)}
    generate = ["openapi", "generate", configuration, "--output-file", api]
    made = server.start(server.bin / "pygeoapi", *generate, **settings)
    assert made.wait(_START_S) == 0, server.said()
    server._started.remove(made)
    flask = ["-m", "flask", "--app", "pygeoapi.flask_app", "run"]
    server.start(
        server.bin / "python", *flask, "--host=127.0.0.1", f"--port={server.port}",
        **settings,
    )  # fmt: skip
    server.wait_until(server.answers)


def _pygeoapi_configuration(server):
    name = {"en": "Test"}
    processors = {
        "hello-world": "HelloWorld",
        "echo": "Echo",
        "shapely-functions": "ShapelyFunctions",
        "slow": "pygeoapi_slow.Slow",
        "picture": "pygeoapi_outputs.Picture",
        "features": "pygeoapi_outputs.Features",
        "mean": "pygeoapi_outputs.Mean",
    }
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": server.port},
            "url": server.url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "language": "en-US",
            "cors": True,
            "pretty_print": True,
            "limits": {"default_items": 10, "max_items": 50},
            "map": {"url": "https://tiles.invalid/{z}/{x}/{y}.png", "attribution": ""},
            "manager": {
                "name": "TinyDB",
                "connection": str(server.folder / "jobs.db"),
                "output_dir": str(server.folder / "output"),
            },
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": name,
                "description": name,
                "keywords": {"en": ["test"]},
                "keywords_type": "theme",
                "terms_of_service": "https://example.invalid/",
                "url": "https://example.invalid/",
            },
            "license": {"name": "none", "url": "https://example.invalid/"},
            "provider": {"name": "tests", "url": "https://example.invalid/"},
            "contact": {"name": "tests"},
        },
        "resources": {
            process: {"type": "process", "processor": {"name": processor}}
            for process, processor in processors.items()
        },
    }


def _wraptile(server):
    """Wraptile with the service that it brings for tests."""
    server.start(
        server.bin / "wraptile", "run", "--host=127.0.0.1", f"--port={server.port}",
        "wraptile.services.local.testing:service",
    )  # fmt: skip
    server.wait_until(server.answers)


def _fastprocesses(server):
    """Fastprocesses with a Redis and a Celery worker of its own."""
    redis = shutil.which("redis-server")
    if redis is None:
        raise MissingServerError(
            "fastprocesses needs the program redis-server, which is not installed"
        )
    port = free_port()
    settings = {
        f"FP_{use}_{member}": value
        for use in ("RESULT_CACHE", "CELERY_BROKER", "CELERY_RESULT")
        for member, value in (("HOST", "127.0.0.1"), ("PORT", str(port)))
    }
    server.start(
        redis,
        "--bind",
        "127.0.0.1",
        "--port",
        port,
        "--save",
        "",
        "--dir",
        server.folder,
    )
    server.wait_until(lambda: _listens(port))
    server.start(
        server.bin / "uvicorn", "--host=127.0.0.1", f"--port={server.port}",
        "fastprocesses_app:app", **settings,
    )  # fmt: skip
    server.start(
        server.bin / "celery", "-A", "fastprocesses.worker.celery_app", "worker",
        "--pool=threads", "--concurrency=3", "--without-gossip", "--without-mingle",
        **settings,
    )  # fmt: skip
    server.wait_until(lambda: server.answers("/health/worker"))


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


_START = {
    "pygeoapi": _pygeoapi, "wraptile": _wraptile, "fastprocesses": _fastprocesses,
}  # fmt: skip


@contextmanager
def running(name, folder):
    """Start a server, and end it with everything that it started.

    Raises:
        MissingServerError: It is not installed.
    """
    server = RealServer(name, folder)
    try:
        _START[name](server)
        yield server
    finally:
        server.close()
