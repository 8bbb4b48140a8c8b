"""The embedded lab server: OGC API - Processes on this machine, for learning.

::

    server = ogc.lab()
    server.url      # 'http://127.0.0.1:40123/acme/ogc-api'
    server.scenes   # addresses of STAC items to work with
    server.stac     # address of a STAC API to search for them
    server.close()

This module is light; the server runs in a process of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import deque
from dataclasses import fields, replace
from inspect import Parameter, Signature, cleandoc, signature
from os import getpid
from pathlib import Path
from textwrap import fill
from types import ModuleType
from typing import IO, Any, Unpack

from ogc_widgets.errors import ConnectionFailedError, InputError
from ogc_widgets.lab.settings import LabOptions, Settings, check_extra, options

_START_TIMEOUT_S = 60
_SCENES_TIMEOUT_S = 300
_STOP_TIMEOUT_S = 10

__all__ = ["Lab", "lab"]


def lab(**options: Unpack[LabOptions]) -> Lab:
    """Start a lab server and wait until it answers.

    Without ``data`` its folder is a temporary one that is removed when it ends.

    Args:
        options: OPTIONS

    Returns:
        The running server. It ends with ``close()``, as a context manager, or when
        this process ends in any way. Of those that nobody holds any more, as in
        ``App(lab().url)``, the three newest go on.

    Raises:
        InputError: An option is not usable, the port or the folder is taken.
        MissingExtraError: The extra ``lab`` is not installed.
        ConnectionFailedError: The server did not start.
    """
    check_extra()
    return Lab(Settings.checked(**options))


def _told(function: Any) -> None:  # noqa: ANN401 - a function has attributes, too
    """Give a function the names, defaults and words of the options."""
    defaults = {each.name: each.default for each in fields(Settings)}
    words, parameters = [], []
    for name, (_, text) in options().items():
        told = f"{name}: {text[0].upper()}{text[1:]}."
        words.append(fill(told, 84, initial_indent=" " * 4, subsequent_indent=" " * 8))
        default = defaults[name]
        if default == "" or not isinstance(default, int | str):
            default = None
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=default))
    # Python 3.13 takes away what docstrings are indented by; so for all.
    told = cleandoc(function.__doc__ or "")
    function.__doc__ = told.replace("    options: OPTIONS", "\n".join(words))
    function.__signature__ = Signature(parameters)


_told(lab)


class Lab:
    """A running lab server.

    Attributes:
        url: Address of its landing page, for ``Client(url)`` or ``App(url)``.
    """

    def __init__(self, settings: Settings) -> None:
        settings = replace(settings, ends_with=getpid())
        if settings.temporary:
            folder = Path(tempfile.mkdtemp(prefix="ogc-lab-"))
            settings = replace(settings, data=folder)
        self._server = _Server(settings)
        weakref.finalize(self, _forget, self._server).atexit = False
        self._scenes: list[str] | None = None
        try:
            self.url: str = self._server.address()
        except BaseException:
            self.close()
            raise

    @property
    def scenes(self) -> list[str]:
        """Addresses of the STAC items of the example scenes.

        They are made on first use on a machine, which takes some seconds.

        Raises:
            ConnectionFailedError: They could not be made.
        """
        if self._scenes is None:
            self._scenes = _scenes(self.url.removesuffix("/ogc-api") + "/scenes/")
        return list(self._scenes)

    @property
    def stac(self) -> str:
        """Address of a STAC API over the example scenes, to search for items."""
        return f"{self.url}/stac"

    def close(self) -> None:
        """Stop the server and everything that it runs; a second call does nothing."""
        self._server.stop()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "" if self._server.stop.alive else " (closed)"
        return f"<Lab {self.url}{state}>"


def _scenes(folder: str) -> list[str]:
    """Return the list of scenes, which the server gives when they are made."""
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    try:
        # A site's web proxy cannot reach this machine's own loopback.
        opener = build_opener(ProxyHandler({}))
        with opener.open(folder, timeout=_SCENES_TIMEOUT_S) as answer:
            found: list[str] = json.load(answer)["items"]
            return found
    except HTTPError as error:
        with error:
            reason = json.load(error)["detail"].rstrip(".")
    except OSError:
        reason = "The server has ended"
    raise ConnectionFailedError(
        f"There are no example scenes. {reason}.",
        safe="The server itself works without them.",
    )


class _Server:
    """The process of a lab server, and what it leaves behind."""

    def __init__(self, settings: Settings) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ogc_widgets.lab"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            # The stop button of a notebook must not reach the server.
            start_new_session=True,
        )
        temporary = settings.data if settings.temporary else None
        self.stop = weakref.finalize(self, _stop, self.process, self._log, temporary)
        # Jobs can read the command lines and the environments of this user's processes
        # (proc(5)), so the token goes another way, and the rest with it.
        if self.process.stdin is not None:
            self.process.stdin.write(f"{settings.to_json()}\n")
            self.process.stdin.flush()

    def address(self) -> str:
        """Wait for the one message: where the server is, or why there is none."""
        impatient = threading.Timer(_START_TIMEOUT_S, self.process.kill)
        impatient.daemon = True
        impatient.start()
        line = self.process.stdout.readline() if self.process.stdout else ""
        impatient.cancel()
        if not line:
            self._log.seek(0)
            lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
            raise ConnectionFailedError(
                "The lab server did not start.",
                advice="\n".join(lines[-3:]) or "Its log is empty.",
            )
        message = json.loads(line)
        if "error" in message:
            what, safe, advice = message["error"]
            raise InputError(what, safe=safe, advice=advice)
        url: str = message["url"]
        return url


# ``App(ogc.lab().url)`` keeps the address only, and must go on working. Cells are run
# again and again, though, and a server takes some memory: the newest few go on.
_forgotten: deque[_Server] = deque(maxlen=3)


def _forget(server: _Server) -> None:
    """Let a server go on whose ``Lab`` nobody has any more; the oldest one ends."""
    if server.stop.alive:
        _forgotten.append(server)


def _stop(
    process: subprocess.Popen[str], log: IO[bytes], temporary: Path | None
) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()
    if temporary:
        shutil.rmtree(temporary, ignore_errors=True)


class _LabModule(ModuleType):
    """This module, which is also the function of the same name.

    Python puts a submodule under its name into the package when it is first imported,
    in the place of the function ``ogc_widgets.lab``. Called, it does the same.
    """

    def __call__(self, **given: Unpack[LabOptions]) -> Lab:
        return lab(**given)

    __call__.__doc__ = lab.__doc__


sys.modules[__name__].__class__ = _LabModule
__signature__ = signature(lab)  # what help and completion say of ``ogc_widgets.lab``
