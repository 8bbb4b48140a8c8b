"""End a program and everything that it has started."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GRACE_S = 5.0
_GLANCE_S = 0.01


def identity(pid: int) -> dict[str, Any]:
    """Return what tells a process from a later one with the same number."""
    try:
        return {"pid": pid, "created": psutil.Process(pid).create_time()}
    except psutil.NoSuchProcess:
        return {}


def kill_tree(process: dict[str, Any]) -> None:
    """End a program and everything that it started; blocks for at most some seconds."""
    if not process:
        return
    try:
        root = psutil.Process(process["pid"])
        if abs(root.create_time() - process["created"]) > 1:
            return
    except psutil.NoSuchProcess:
        return
    killed = _kill(lambda: [root, *_descendants(root)])
    # Where the system hands orphans to nobody in the tree, the session still has them.
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(root.pid, signal.SIGKILL)
    _wait(each for each in killed if each != root)


def kill_descendants() -> None:
    """End everything that this process has started, and collect it."""
    me = psutil.Process()
    end = time.monotonic() + _GRACE_S
    while (killed := _kill(lambda: _descendants(me))) and time.monotonic() < end:
        _wait(killed)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _kill(tree: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    # Frozen first: a tree that is still forking cannot be killed leaf by leaf.
    frozen: set[psutil.Process] = set()
    while new := [each for each in tree() if each not in frozen]:
        for each in new:
            _send(each, signal.SIGSTOP)
        frozen.update(new)
    for each in frozen:
        _send(each, signal.SIGKILL)
    return list(frozen)


def _descendants(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [each for each in root.children(recursive=True) if _is_alive(each)]
    except psutil.NoSuchProcess:
        return []


def _wait(processes: Iterable[psutil.Process]) -> None:
    end = time.monotonic() + _GRACE_S
    waiting = list(processes)
    while any(_is_alive(each) for each in waiting) and time.monotonic() < end:
        time.sleep(_GLANCE_S)


def _is_alive(process: psutil.Process) -> bool:
    # Where nobody collects orphans, the dead stay in the process table.
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
