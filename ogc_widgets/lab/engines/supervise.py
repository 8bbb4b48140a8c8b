"""Run one program, and end everything that it has started when it ends.

Between the lab server and each runner stands a process that does nothing else:

* what a step leaves behind is handed to it by the system, also what has left the
  runner's session by forking twice (Linux: a "child subreaper", prctl(2)), and it ends
  that before it ends itself;
* its standard input is a leash: when that ends, because the server was killed, it ends
  everything at once.

``python -m ogc_widgets.lab.engines.supervise PROGRAM [ARGUMENT ...]``.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from typing import TYPE_CHECKING

from ogc_widgets.lab.engines.process_tree import kill_descendants

if TYPE_CHECKING:
    from collections.abc import Callable

_PR_SET_CHILD_SUBREAPER = 36  # from linux/prctl.h
_CUT_SHORT = 137  # what a shell says of a program that was killed


def supervise(start: Callable[[], int]) -> int:
    """Run a function in a child of this process, and end what it leaves behind.

    Called in a process with one thread, for it forks.

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
    threading.Thread(target=_hold_leash, daemon=True).start()
    code = _wait_for(runner)
    kill_descendants()
    os._exit(code)


def _hold_leash() -> None:
    while os.read(0, 4096):
        pass
    kill_descendants()
    os._exit(_CUT_SHORT)


def _wait_for(runner: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)  # also of orphans that have ended
        if pid == runner:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


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
