"""A port for a program that can only be told one, and not choose it itself."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """A port of this machine that nobody listens on.

    Below those that the system gives to connections, and drawn by lot: between here
    and the start of the program neither a connection nor another worker takes it.
    """
    lot = random.SystemRandom()
    while True:
        port = lot.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
