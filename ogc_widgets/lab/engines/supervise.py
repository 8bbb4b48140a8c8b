"""Run one program, and end everything that it has started when it ends.

Between the lab server and each runner stands a process that does nothing else:

* what a step leaves behind is handed to it by the system, also what has left the
  runner's session by forking twice (Linux: a "child subreaper", prctl(2)), and it ends
  that before it ends itself;
* its standard input is a leash: when that ends, because the job was dismissed or the
  server was killed, it ends everything at once.

``python -m ogc_widgets.lab.engines.supervise PROGRAM [ARGUMENT ...]``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

_PR_SET_CHILD_SUBREAPER = 36  # from linux/prctl.h
_CUT_SHORT = 137  # what a shell says of a program that was killed
_GRACE_S = 5.0
_GLANCE_S = 0.01


def supervise(start: Callable[[], int]) -> int:
    """Run a function in a child of this process, and end what it leaves behind.

    Called in a process with one thread, for it forks, and which leads its session.

    Returns:
        The exit code.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    runner = os.fork()
    if runner == 0:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return start()
    is_cut = threading.Event()
    threading.Thread(target=_hold_leash, args=(is_cut,), daemon=True).start()
    return _end(_wait_for(runner), is_cut)


def _hold_leash(is_cut: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    is_cut.set()
    _end(_CUT_SHORT, is_cut)


def _end(code: int, is_cut: threading.Event) -> NoReturn:
    _kill_descendants()
    if is_cut.is_set() and sys.platform != "linux":
        # Orphans are handed to nobody in the tree, but the session still has them.
        os.killpg(0, signal.SIGKILL)
    os._exit(code)


def _wait_for(runner: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)  # also of orphans that have ended
        if pid == runner:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _kill_descendants() -> None:
    """End everything that this process has started, and collect it."""
    end = time.monotonic() + _GRACE_S
    while (killed := _kill_tree()) and time.monotonic() < end:
        while any(map(_is_alive, killed)) and time.monotonic() < end:
            time.sleep(_GLANCE_S)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _kill_tree() -> set[psutil.Process]:
    # Frozen first: a tree that is still forking cannot be killed leaf by leaf.
    frozen: set[psutil.Process] = set()
    while new := set(filter(_is_alive, _descendants())) - frozen:
        for each in new:
            _send(each, signal.SIGSTOP)
        frozen |= new
    for each in frozen:
        _send(each, signal.SIGKILL)
    return frozen


def _descendants() -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process().children(recursive=True)
    return found


def _is_alive(process: psutil.Process) -> bool:
    # Where nobody collects orphans, the dead stay in the process table.
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def main(line: list[str]) -> int:
    """Supervise a program; 127 if there is none of this name."""

    def start() -> int:
        try:
            os.execvp(line[0], line)  # noqa: S606 - it is what the server was told to run
        except OSError as error:
            sys.stderr.write(f"{line[0]}: {error.strerror}\n")
            return 127

    return supervise(start)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
