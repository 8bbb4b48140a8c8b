"""Wait for what other threads, programs and machines do, however busy this one is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Only what hangs takes as long; that a machine is busy must not fail a test.
PATIENCE_S = 60.0


def wait_for(
    condition: Callable[[], T], said: Callable[[], object] = lambda: "it never came"
) -> T:
    """Ask until the answer is true, and return it; fail with what ``said`` says.

    Another thread may be in the middle of changing a view. That is done when this
    returns, so that all that belongs together can be asserted.
    """
    end = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < end, said()
        time.sleep(0.01)
    if views := sys.modules.get("ogc_widgets.view.base"):
        with views.publishing():
            pass
    return found


def wait_for_silence(count: Callable[[], int], quiet_s: float = 0.3) -> int:
    """Wait until a count stands still for a while, and return it."""
    end = time.monotonic() + PATIENCE_S
    before = -1
    while (now := count()) != before:
        assert time.monotonic() < end, f"it goes on: {now}"
        before = now
        time.sleep(quiet_s)
    return now
