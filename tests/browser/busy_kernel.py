"""A cell that keeps the kernel busy for as long as a test looks at the page."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab_window import LabPage


@contextmanager
def busy_kernel(window: LabPage, folder: Path) -> Iterator[None]:
    """Run a cell that ends when the block does; the folder is for a file of its own."""
    begun, seen_enough = folder / "begun", folder / "seen-enough"
    window.start_cell(
        "import pathlib, time\n"
        f"pathlib.Path({str(begun)!r}).touch()\n"
        f"seen_enough = pathlib.Path({str(seen_enough)!r})\n"
        "while not seen_enough.exists():\n"
        "    time.sleep(0.1)"
    )
    wait_for(begun.exists)
    try:
        yield
    finally:
        seen_enough.touch()
