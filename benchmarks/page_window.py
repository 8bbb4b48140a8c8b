"""What is done to forms and Apps in a real JupyterLab, and what it took."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from map_window import window

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from lab_window import LabPage
    from playwright.sync_api import Locator

_HERE = Path(__file__).resolve().parent
_BEGIN = f"import sys; sys.path.insert(0, {str(_HERE)!r}); import page_widgets"
_QUIET_MS = 1_500
_KEYS = 10
# Half of what is pressed makes the text wrong, half of it right again.
_PRESSED = ("1", "Backspace")
LIMIT_MS = 120_000


@dataclass(frozen=True)
class Typed:
    """What a keystroke took, half of them.

    Attributes:
        ms: From the key to the frame in which the field says if its value is valid.
        bytes: To the page and to the kernel, with what Jupyter says of each message.
    """

    ms: float
    bytes: float


def page_window() -> AbstractContextManager[LabPage]:
    """A window on JupyterLab that counts."""
    return window("page_window.js")


def opened_kb(page: LabPage, code: str, seen: str) -> float:
    """Kilobytes to the page when a cell is shown for the first time.

    Everything counts: scripts, states of models, and what Jupyter says of the cell.

    Args:
        page: The window.
        code: The cell.
        seen: Selector of what is seen when it is there.
    """
    page.show(_BEGIN)
    page.page.evaluate("(ms) => quiet(ms)", _QUIET_MS)
    page.page.evaluate("() => { seen.came = 0; }")
    page.start_cell(code)
    page.page.locator(seen).first.wait_for(timeout=LIMIT_MS)
    page.page.evaluate("(ms) => quiet(ms)", 2 * _QUIET_MS)
    return float(page.page.evaluate("() => seen.came")) / 1e3


def type_in(page: LabPage, box: Locator) -> Typed:
    """Press keys in a text box that takes small letters only, one at a time."""
    box.click(timeout=LIMIT_MS)
    box.press("End")
    box.evaluate("(box) => watchField(box)")
    counts: list[int] = []
    for number in range(_KEYS + 2):
        page.page.evaluate("() => quiet(200)")
        page.page.evaluate("() => { seen.came = seen.went = 0; }")
        page.page.keyboard.press(_PRESSED[number % 2])
        page.page.wait_for_function(
            "(count) => seen.times.length > count", arg=number, timeout=LIMIT_MS
        )
        page.page.evaluate("() => quiet(100)")
        counts.append(page.page.evaluate("() => seen.came + seen.went"))
    # The first two load what is loaded once.
    times = page.page.evaluate("() => seen.times.splice(0)")[2:]
    return Typed(statistics.median(times), statistics.median(counts[2:]))


def switch_ms(page: LabPage, names: list[str], rounds: int) -> dict[str, float]:
    """Milliseconds from a click on a tab of the App to its frame, half of them.

    Args:
        page: The window.
        names: What the tabs are called, or begin with.
        rounds: How often each is opened.
    """
    tabs = page.page.locator(".ogcw-header .ogcw-segments")
    tabs.evaluate("(tabs) => watchTabs(tabs)")
    for number in range(rounds * len(names)):
        page.page.evaluate("() => quiet(200)")
        name = json.dumps(names[number % len(names)])
        tabs.locator(f"button:has-text({name})").click()
        page.page.wait_for_function(
            "(count) => seen.clicks.length > count", arg=number, timeout=LIMIT_MS
        )
    times = page.page.evaluate("() => seen.clicks.splice(0)")
    return {
        name: statistics.median(times[at :: len(names)])
        for at, name in enumerate(names)
    }
