"""What all tests share: no internet, own folders, a real lab server, leak checks."""

from __future__ import annotations

import gc
import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUARD = ROOT / "tests" / "guard"
CORPUS = ROOT.parent / "shared" / "corpus"

sys.path.insert(0, str(GUARD))

import network_guard  # noqa: E402 # lies beside this file, found by the line above
from hypothesis import HealthCheck, settings  # noqa: E402
from hypothesis.internal.conjecture import providers  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oidc_provider import OidcProvider

    from ogc_widgets.lab import Lab

# The same examples in every run, whatever else is run, and however busy the machine is;
# --hypothesis-profile=default looks for others.
settings.register_profile(
    "repeatable",
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
# Else the texts and numbers in the modules that happen to be loaded become examples, so
# that these depend on which tests came before; there is no setting for it.
providers._get_local_constants = lambda: providers._local_constants

# Where the program that bears a silence says how it went; the same for all workers.
SILENCE_VARIABLE = "OGCW_TEST_SILENCE"

_home = pytest.StashKey[Path]()
_silence = pytest.StashKey[Any]()
_scenes = pytest.StashKey[Any]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run its own folders, and keep it and its programs on this machine."""
    # A shell starts what runs in the background deaf to Ctrl-C, and so would be every
    # kernel and script that is to be interrupted.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    home = Path(tempfile.mkdtemp(prefix="ogcw-tests-"))
    config.stash[_home] = home
    cache_of_run = os.environ.get("XDG_CACHE_HOME", "")
    # Jupyter and IPython are imported by tests and started by them; both see this.
    for variable, folder in {
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
    }.items():
        path = home / folder
        path.mkdir(parents=True)
        os.environ[variable] = str(path)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # Hundreds of programs import numpy, whose threads would wait in a loop each time.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ[network_guard.LOG_VARIABLE] = str(home / "refused.log")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        part for part in (str(GUARD), os.environ.get("PYTHONPATH", "")) if part
    )
    scenes = home / "cache" / "ogc_widgets" / "scenes"
    scenes.parent.mkdir()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Made once for all workers, which takes seconds, while they collect the tests.
        scenes.symlink_to(Path(cache_of_run) / "ogc_widgets" / "scenes")
    else:
        os.environ[SILENCE_VARIABLE] = str(home / "silence.txt")
        scenes.mkdir()
        if config.getoption("dist", "no") != "no":
            command = [sys.executable, "-m", "ogc_widgets.lab.scenes.scenes"]
            config.stash[_scenes] = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    network_guard.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    for key in (_silence, _scenes):
        if program := config.stash.get(key, None):
            program.kill()
            program.wait()
    shutil.rmtree(config.stash[_home], ignore_errors=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin what only waits while the other tests run, unless this is a worker."""
    # Else each look for garbage goes through the half a million objects of all tests.
    gc.collect()
    gc.freeze()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _begin_silence(session.config, [item.nodeid for item in session.items])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """The same for all workers, when the first of them knows what will be run."""
    _begin_silence(node.config, ids)


def _begin_silence(config: pytest.Config, ids: list[str]) -> None:
    if _silence not in config.stash and any("silence_of_35_s" in name for name in ids):
        from bear_silence import begin

        config.stash[_silence] = begin(Path(os.environ[SILENCE_VARIABLE]))


@pytest.fixture(scope="session")
def silence_borne() -> Path:
    """Where a program that was begun with the run says how it bore 35 s of silence."""
    return Path(os.environ[SILENCE_VARIABLE])


@pytest.fixture(scope="session", autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    yield
    log = Path(os.environ[network_guard.LOG_VARIABLE])
    if log.exists():
        pytest.fail(f"Something tried to reach the internet:\n{log.read_text()}")


@pytest.fixture(autouse=True)
def _own_history(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each test has its own list of recent jobs; caches are shared by the run."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded documents beside the repository."""
    if not CORPUS.is_dir():
        pytest.skip("the folder of recorded documents is not beside the repository")
    return CORPUS


@pytest.fixture(scope="session")
def lab_server() -> Iterator[Lab]:
    """One real lab server for the whole run; jobs of other tests may be on it."""
    from ogc_widgets.lab import lab

    with lab() as server:
        yield server


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    """One real OpenID Connect provider for the whole run; its tokens last an hour."""
    from oidc_provider import OidcProvider

    started = OidcProvider()
    yield started
    started.close()


@pytest.fixture
def guarded(provider: OidcProvider) -> Iterator[Any]:
    """A server of processes that asks the provider whether a token is valid."""
    from raw_server import answer, processes_server

    servers = []

    def guard(behaviours=None):
        open_to_all = processes_server(behaviours or {})
        behave = open_to_all.behave

        def check(connection, received):
            word, _, token = received.headers.get("authorization", "").partition(" ")
            if word != "Bearer" or not provider.accepts(token):
                header = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
                return answer({"title": "No valid token"}, 401, header)
            return behave(connection, received)

        open_to_all.behave = check
        servers.append(open_to_all)
        return open_to_all

    yield guard
    for server in servers:
        server.close()


@pytest.fixture
def system_keyring() -> Iterator[Any]:
    """A keyring in memory in place of the one of this machine."""
    import keyring
    from memory_keyring import MemoryKeyring

    before = keyring.get_keyring()
    mine = MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


class _Catcher(logging.Handler):
    def __init__(self, secret: str) -> None:
        super().__init__(level=logging.DEBUG)
        self.secret = secret
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if self.secret in record.getMessage() or self.secret in repr(record.__dict__):
            self.found.append(f"{record.name}: {record.msg!r}")


@pytest.fixture(scope="session")
def canary(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A token that must not be found anywhere when the tests are over.

    Use it as a password or token. At the end of the run the log records of the package
    and of the HTTP libraries below it, and every file that the run wrote, are searched
    for it.
    """
    secret = f"canary{secrets.token_hex(12)}"
    catcher = _Catcher(secret)
    names = ("ogc_widgets", "httpx", "httpcore", "asyncio", "Comm")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(catcher)
    yield secret
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).removeHandler(catcher)
    folders = [request.config.stash[_home], tmp_path_factory.getbasetemp()]
    found = catcher.found + _files_with(secret.encode(), folders)
    assert not found, f"a secret leaked into {found}"


def _files_with(needle: bytes, folders: list[Path]) -> list[str]:
    return [
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.suffix not in {".tif", ".png"}
        and needle in path.read_bytes()
    ]
