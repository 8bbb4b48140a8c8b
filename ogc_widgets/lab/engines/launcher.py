"""Start our CWL programs: forked from a warm process where that is possible."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from typing import IO, TYPE_CHECKING

from ogc_widgets.lab.engines.runner import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LINE_LIMIT = 2**20
_LARGEST_MESSAGE = 2**16
_START_TIMEOUT_S = 60


class Forked:
    """A child of the warm process, used as :class:`asyncio.subprocess.Process` is."""

    def __init__(self, pid: int, leash: int, ended: asyncio.Future[int]) -> None:
        self.pid = pid
        self.stderr = asyncio.StreamReader(limit=_LINE_LIMIT)
        self._leash = leash
        self._ended = ended

    async def read_from(self, descriptor: int) -> None:
        """Take what it prints on stderr from a pipe."""
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self.stderr),
            os.fdopen(descriptor, "rb", buffering=0),
        )

    async def wait(self) -> int:
        """Wait until it has ended and return its exit code."""
        try:
            return await self._ended
        finally:
            if self._leash >= 0:
                os.close(self._leash)
                self._leash = -1


Running = asyncio.subprocess.Process | Forked
"""A started program."""


async def start_command(
    line: Sequence[str], *, cwd: Path, stdout: IO[bytes]
) -> asyncio.subprocess.Process:
    """Start a command under supervision, in a session of its own."""
    return await asyncio.create_subprocess_exec(
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


class Launcher:
    """Starts the modules of this folder that need the CWL libraries."""

    def __init__(self) -> None:
        self._channel: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[bool] | None = None
        self._requests = 0
        self._starting: dict[int, asyncio.Future[tuple[int, asyncio.Future[int]]]] = {}
        self._children: dict[int, asyncio.Future[int]] = {}

    async def start(self) -> None:
        """Start the warm process, once; it gets ready while the server answers."""
        if self._ready is not None:
            return
        self._ready = asyncio.get_running_loop().create_future()
        if sys.platform != "linux":
            self._ready.set_result(False)
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"{__package__}.warm",
            str(theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=environment(),
            start_new_session=True,
        )
        theirs.close()
        self._channel = ours
        asyncio.get_running_loop().add_reader(ours, self._on_message)

    async def stop(self) -> None:
        """End the warm process; its children have been ended before."""
        self._give_up()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def launch(
        self, module: str, arguments: Sequence[str], *, cwd: Path, stdout: IO[bytes]
    ) -> Running:
        """Start a module of this folder."""
        if await self._is_warm():
            with contextlib.suppress(OSError):
                return await self._fork(module, arguments, cwd=cwd, stdout=stdout)
        line = [sys.executable, "-m", f"{__package__}.{module}", *arguments]
        return await start_command(line, cwd=cwd, stdout=stdout)

    async def _is_warm(self) -> bool:
        await self.start()
        if self._ready is None:
            return False
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                return await asyncio.shield(self._ready) and self._channel is not None
        except TimeoutError:
            return False

    async def _fork(
        self, module: str, arguments: Sequence[str], *, cwd: Path, stdout: IO[bytes]
    ) -> Running:
        channel = self._channel
        if channel is None:
            raise OSError("the warm process is gone")
        self._requests += 1
        number = self._requests
        started = asyncio.get_running_loop().create_future()
        self._starting[number] = started
        leash_end, leash = os.pipe()
        reading, stderr_end = os.pipe()
        request = {
            "number": number,
            "module": module,
            "arguments": list(arguments),
            "cwd": str(cwd),
        }
        try:
            socket.send_fds(
                channel,
                [json.dumps(request).encode()],
                [leash_end, stdout.fileno(), stderr_end],
            )
            pid, ended = await started
        except BaseException:
            os.close(leash)
            os.close(reading)
            raise
        finally:
            del self._starting[number]
            os.close(leash_end)
            os.close(stderr_end)
        forked = Forked(pid, leash, ended)
        await forked.read_from(reading)
        return forked

    def _on_message(self) -> None:
        channel = self._channel
        if channel is None:
            return
        try:
            packet = channel.recv(_LARGEST_MESSAGE)
        except OSError:
            packet = b""
        if not packet:
            self._give_up()
            return
        message = json.loads(packet)
        if "ready" in message and self._ready is not None:
            self._ready.set_result(True)
        elif "started" in message:
            pid = message["started"]
            ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._children[pid] = ended
            # Whoever asked may have been cancelled; the child loses its leash then.
            started = self._starting.get(message["number"])
            if started is not None and not started.done():
                started.set_result((pid, ended))
        elif "ended" in message:
            self._children.pop(message["ended"]).set_result(message["code"])

    def _give_up(self) -> None:
        """Go on without the warm process."""
        if self._channel is not None:
            asyncio.get_running_loop().remove_reader(self._channel)
            self._channel.close()
            self._channel = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(False)
        for started in self._starting.values():
            if not started.done():
                started.set_exception(OSError("the warm process has ended"))
        for ended in self._children.values():
            ended.set_result(-9)
        self._children.clear()
