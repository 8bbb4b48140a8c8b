"""Servers of the benchmarks, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served_by(script: str, *arguments: str) -> Iterator[str]:
    """Run a script that prints its address and ends with its input; gives the address.

    Args:
        script: Its path.
        arguments: What it is called with.
    """
    with subprocess.Popen(
        [sys.executable, script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("no pipes")
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
