"""Kernels that begin with what notebooks import already loaded, which takes a second.

One program of a JupyterLab loads it and forks for each kernel. Between the two stands
the program that Jupyter starts in place of a kernel and takes for one: it hands on what
it was started with and the signals that it gets, and ends when the kernel does; when it
is killed, so is the kernel.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

PATIENCE_S = 60
FORWARDED = (signal.SIGINT, signal.SIGTERM)
_MOST_BYTES = 2**20


def serve(address: str) -> None:
    """Load what kernels need, and fork for everybody who asks."""
    import gc

    import ipykernel.kernelapp  # noqa: F401
    import ipyleaflet  # noqa: F401 # loaded for the kernels, like the others
    import rio_tiler.io  # noqa: F401

    import ogc_widgets

    _ = ogc_widgets.App
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel ended
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        while True:
            asking, _ = listening.accept()
            with asking:
                if os.fork() == 0:
                    listening.close()
                    _become_a_kernel(asking)


def _become_a_kernel(asking: socket.socket) -> None:
    import threading

    message, streams, _, _ = socket.recv_fds(asking, _MOST_BYTES, 3)
    started = json.loads(message)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(started["environment"])
    os.chdir(started["folder"])
    os.setsid()
    asking.sendall(str(os.getpid()).encode())

    def end_with_who_asked() -> None:
        asking.recv(1)
        os._exit(1)

    threading.Thread(target=end_with_who_asked, daemon=True).start()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(["-f", started["connection_file"]])
    os._exit(0)


def start(address: str, connection_file: str) -> None:
    """Have a kernel forked, and be it for Jupyter."""
    with socket.socket(socket.AF_UNIX) as kernel:
        _connect(kernel, address)
        started = {
            "connection_file": connection_file,
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
        }
        socket.send_fds(kernel, [json.dumps(started).encode()], [0, 1, 2])
        pid = int(kernel.recv(32))
        for number in FORWARDED:
            signal.signal(number, lambda number, _frame: os.kill(pid, number))
        kernel.recv(1)


def _connect(kernel: socket.socket, address: str) -> None:
    """Connect as soon as the other program has loaded everything."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            kernel.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    # Notebooks find modules where they are, not beside this file.
    sys.path.remove(str(Path(__file__).parent))
    {"serve": serve, "start": start}[role](*arguments)
