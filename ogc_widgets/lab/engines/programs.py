"""Start programs that end with everything that they have started.

Our own CWL programs are forked from a warm process, the fork server of
:mod:`multiprocessing`. Linux only: elsewhere a fork of a process with these libraries
is not safe, and they start the slow way.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import sys
import threading
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from ogc_widgets.lab.engines.supervise import supervise

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    T = TypeVar("T")

_LINE_LIMIT = 2**20
_CAN_FORK = sys.platform == "linux"
# The bookkeeping of multiprocessing is not made for several threads.
_one_at_a_time = threading.Lock()
_is_warm = threading.Event()


def environment() -> dict[str, str]:
    """Return the environment of programs: ours, with our programs first on PATH."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{path}",
        "PYTHONUNBUFFERED": "1",
    }


@dataclass(frozen=True)
class Running:
    """A started program.

    Attributes:
        stderr: What it says.
        leash: When this is closed the program ends, and all that it has started.
        ended: Waits for the end and returns the exit code.
    """

    stderr: asyncio.StreamReader
    leash: asyncio.StreamWriter | Connection
    ended: Callable[[], Awaitable[int]]

    async def wait(self) -> int:
        """Wait until it has ended and return its exit code."""
        try:
            return await self.ended()
        finally:
            self.leash.close()


async def warm_up() -> None:
    """Start the warm process; it gets ready while the server answers."""
    if _CAN_FORK:
        forkserver.set_forkserver_preload([f"{__package__}.warm"])
        await asyncio.to_thread(_alone, forkserver.ensure_running)
        _is_warm.set()


async def start_command(
    line: Sequence[str], *, cwd: Path, stdout: IO[bytes]
) -> Running:
    """Start a command in a session of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"{__package__}.supervise",
        *line,
        stdin=asyncio.subprocess.PIPE,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
        cwd=cwd,
        start_new_session=True,
        limit=_LINE_LIMIT,
    )
    if process.stdin is None or process.stderr is None:
        raise RuntimeError("asked for, so they are there")
    return Running(process.stderr, process.stdin, process.wait)


async def start_module(
    module: str, arguments: Sequence[str], *, cwd: Path, stdout: IO[bytes]
) -> Running:
    """Start the ``main`` of a module of this folder in a session of its own."""
    # A fork server that was started before it was told what to load would stay cold.
    if not _is_warm.is_set():
        line = [sys.executable, "-m", f"{__package__}.{module}", *arguments]
        return await start_command(line, cwd=cwd, stdout=stdout)
    context = multiprocessing.get_context("forkserver")
    leash_end, leash = context.Pipe(duplex=False)
    reading, stderr_end = context.Pipe(duplex=False)
    stdout_end = Connection(os.dup(stdout.fileno()))
    process = context.Process(
        target=_become,
        args=(module, list(arguments), str(cwd), leash_end, stdout_end, stderr_end),
    )
    try:
        await asyncio.to_thread(_alone, process.start)
    except BaseException:
        leash.close()
        raise
    finally:
        for end in (leash_end, stdout_end, stderr_end):
            end.close()
    stderr = asyncio.StreamReader(limit=_LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stderr),
        os.fdopen(os.dup(reading.fileno()), "rb", buffering=0),
    )
    return Running(stderr, leash, lambda: _exit_code(process))


async def _exit_code(process: Any) -> int:  # noqa: ANN401 - of a context of its own
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
    return await asyncio.to_thread(_alone, lambda: int(process.exitcode))


def _alone(act: Callable[[], T]) -> T:
    with _one_at_a_time:
        return act()


def _become(module: str, arguments: list[str], cwd: str, *streams: Connection) -> None:
    """Be the child: run what was asked for and exit."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    os.chdir(cwd)
    os.environ.update(environment())
    run = importlib.import_module(f"{__package__}.{module}").main
    sys.exit(supervise(lambda: run(arguments)))
