"""Count what this process holds, to see that nothing is left of what was closed.

Tests share the process, so that what earlier ones left may go at any time: a count may
be smaller than before, and what goes in another thread takes a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ipywidgets.widgets import widget as ipywidgets_widget

from ogc_widgets.client.http.loop import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def counts() -> dict[str, int]:
    """What must not grow: widgets, threads, sockets of this process, loop tasks."""
    gc.collect()
    return {
        "widgets": len(ipywidgets_widget._instances),
        "threads": sum(not _is_kept(thread) for thread in threading.enumerate()),
        "sockets": sum(link.startswith("socket:") for link in _open_files()),
        "tasks": run(_tasks_of_the_loop),
    }


def is_back(before: Mapping[str, int]) -> bool:
    """Whether none of these counts is larger than before."""
    now = counts()
    return all(now[name] <= before[name] for name in before)


def _is_kept(thread: threading.Thread) -> bool:
    # A loop begins threads for blocking work when it needs one more, a few at most, and
    # keeps them.
    return thread.name.startswith("asyncio_")


async def _tasks_of_the_loop() -> int:
    return len(asyncio.all_tasks())


def _open_files() -> Iterator[str]:
    folder = Path("/proc/self/fd")
    for path in folder.iterdir() if folder.is_dir() else ():
        # The folder itself is opened to be listed, and gone when it is read.
        with contextlib.suppress(OSError):
            yield str(path.readlink())
