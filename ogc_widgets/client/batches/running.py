"""Which batches run in this process; a batch runs in one process at a time.

The lock is the system's, on a file beside the batch, and ends with its process however
that ends.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_GLANCE_S = 0.02


class RunLock:
    """The right to run one batch.

    Args:
        path: The file of the batch.
        keeps: What is not forgotten as long as it is held, as is what waits for a user
            only: of a task without a timer or a socket Python itself holds nothing.
    """

    def __init__(self, path: Path, *, keeps: object = None) -> None:
        self._keeps = keeps
        self._path = path.with_name(f"{path.name}.lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take it; nothing happens where it is held already."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock_patiently(descriptor)
        except OSError:
            with os.fdopen(descriptor, "rb") as file:
                holder = file.read(40).decode("ascii", "replace").strip()
            if holder == str(os.getpid()):
                raise InputError(
                    "This batch runs here.",
                    safe="It goes on.",
                    advice="End it first: batch.stop(), or batch.close() to leave its "
                    "jobs alone.",
                ) from None
            raise InputError(
                "This batch runs in another kernel or program"
                f"{f' (process {holder})' if holder else ''}.",
                safe="It goes on there, and nothing was sent from here.",
                advice="Close it there first: batch.close(), or end that kernel.",
            ) from None
        with contextlib.suppress(OSError):  # a full disk; it is a help to people only
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor
        _held.add(self)

    def give_back(self) -> None:
        """Let others take it."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
            _held.discard(self)

    def is_taken(self) -> bool:
        """Whether it is held, here or by another process."""
        try:
            self.take()
        except InputError:
            return True
        except OSError:
            return False  # where nothing can be written, nothing runs
        self.give_back()
        return False


_held: set[RunLock] = set()

if sys.platform == "win32":
    import msvcrt

    # Beyond the number that is written there: what is locked cannot be read.
    _PLACE = 1_000

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

elif sys.platform == "emscripten":

    def _lock(descriptor: int) -> None:
        """There is one process only."""

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_patiently(descriptor: int) -> None:
    try:
        _lock(descriptor)
    except OSError:
        # Whoever looks whether it is held holds it for a moment.
        time.sleep(_GLANCE_S)
        _lock(descriptor)


def _forget_after_fork() -> None:
    # The lock is the parent's, and ends with it, not with its children.
    for lock in tuple(_held):
        lock.give_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
