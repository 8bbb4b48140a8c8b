"""A process that has the CWL libraries loaded and forks one child per job.

Of the second that cwltool needs for a small package, nine tenths go into importing
it and reading the schema of CWL. Here that is done once. Linux only: elsewhere a
fork of a process with these libraries is not safe, and jobs start the slow way.

``python -m ogc_widgets.lab.engines.warm FD`` talks over the socket FD, one JSON
message per packet. Requests carry three descriptors (stdin, stdout, stderr):
``{"number", "module", "arguments", "cwd"}``. Answers: ``{"ready": true}`` once,
``{"started": pid, "number"}``, ``{"ended": pid, "code"}``. It ends when the socket
does.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cwltool.process import get_schema

from ogc_widgets.lab.engines import cwlrun, describe
from ogc_widgets.lab.engines.supervise import supervise
from ogc_widgets.lab.link_local import refuse_link_local

if TYPE_CHECKING:
    from collections.abc import Callable

_MAINS: dict[str, Callable[[list[str]], int]] = {
    "cwlrun": cwlrun.main,
    "describe": describe.main,
}
_LARGEST_MESSAGE = 2**20


def main(descriptor: int) -> int:
    """Serve requests until the lab server is gone."""
    refuse_link_local()
    channel = socket.socket(fileno=descriptor)
    wake_up, signalled = os.pipe()
    os.set_blocking(wake_up, False)
    os.set_blocking(signalled, False)
    # Any handler at all makes the signal wake the select below.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    get_schema("v1.2")
    # The children share what is loaded until they write to it; the collector would.
    gc.freeze()
    _send(channel, {"ready": True})
    while True:
        readable, _, _ = select.select([descriptor, wake_up], [], [])
        if wake_up in readable:
            with suppress(BlockingIOError):
                os.read(wake_up, 4096)
            _report_ended(channel)
        if descriptor in readable:
            message, descriptors, _, _ = socket.recv_fds(channel, _LARGEST_MESSAGE, 3)
            if not message:
                return 0
            request = json.loads(message)
            pid = os.fork()
            if pid == 0:
                _become(request, descriptors)
            for each in descriptors:
                os.close(each)
            _send(channel, {"started": pid, "number": request["number"]})


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Be the child: run what was asked for and exit."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for target, each in enumerate(descriptors):
            os.dup2(each, target)
        os.closerange(3, 256)
        os.chdir(request["cwd"])
        run = _MAINS[request["module"]]
        code = supervise(lambda: run(request["arguments"]))
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _report_ended(channel: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _send(channel, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _send(channel: socket.socket, message: dict[str, Any]) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        channel.send(json.dumps(message).encode())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
