"""From a key to a checked field, and what forms and Apps send to a page of JupyterLab.

In a form of mixed inputs one text takes small letters only: a key makes it wrong, the
next one right again, and each time the field says so. What counts is the time from the
key to the frame in which it is seen, and the bytes both ways until nothing is said.
The other form is that of ipywidgets-jsonschema, which marks such a field as well.
"""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING

from loopback import loopback
from measure import Row
from page_widgets import ALL_TABS, PEER, inputs
from page_window import LIMIT_MS, Typed, opened_kb, page_window, switch_ms, type_in
from playwright.sync_api import TimeoutError  # noqa: A004 # the one of the page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage

_ROUNDS = int(os.environ.get("ROUNDS", "3"))
_INPUTS = (10, 100, 500)
_MOST = _INPUTS[-1]
_KEY_MS = 30.0
_TAB_MS = 50.0
_OPENED_KB = 300.0
_APP_BOX = ".ogcw-app .ogcw-f-block input[type=text]"
_TABS = ["Form", "JSON", "Jobs", "Results", "Batch"]
_LAB_APP = "import ogc_widgets as ogc; lab = ogc.lab(); app = ogc.App(lab.url); app"


def rows() -> Iterator[Row]:
    """Measure."""
    with page_window() as page:
        yield from _forms(page)
        yield from _apps(page)


def _forms(page: LabPage) -> Iterator[Row]:
    small: Typed | None = None
    for count in _INPUTS:
        found: dict[str, list[tuple[float, Typed]]] = {"ours": [], "theirs": []}
        for _ in range(_ROUNDS):
            # They take turns, so that a machine that gets slower is unfair to none.
            for who, mine in found.items():
                if shown := _form(page, who, count):
                    mine.append(shown)
        kb, ours = _median(found["ours"])
        small = small or ours
        of = f"{count} inputs"
        if not found["theirs"]:
            print(f"  {PEER} did not show {of} in {LIMIT_MS / 1000:.0f} s")
            continue
        their_kb, theirs = _median(found["theirs"])
        yield Row(f"key to checked field: {of} / {PEER}", ours.ms, theirs.ms, 1.1, "ms")
        yield Row(f"bytes of a key: {of} / {PEER}", ours.bytes, theirs.bytes, 1.0, "B")
        yield Row(f"to the page at first: {of} / {PEER}", kb, their_kb, None, "kB")
    yield Row(
        f"key to checked field: {of} / {_KEY_MS:.0f} ms", ours.ms, _KEY_MS, 1.0, "ms"
    )
    name = f"bytes of a key: {_MOST} inputs / {_INPUTS[0]} inputs"
    yield Row(name, ours.bytes, small.bytes if small else 1, 1.1, "B")


def _form(page: LabPage, who: str, count: int) -> tuple[float, Typed] | None:
    """Bytes and keys of a form; None where the other one does not come in time."""
    box = f"{'.ogcw-f-block' if who == 'ours' else '.widget-text'} input[type=text]"
    try:
        kb = opened_kb(page, f"w = page_widgets.{who}({count}); w", box)
    except TimeoutError:
        if who == "ours":
            raise
        return None
    return kb, type_in(page, page.page.locator(box).first)


def _median(found: list[tuple[float, Typed]]) -> tuple[float, Typed]:
    kbs, typed = zip(*found, strict=True)
    ms = statistics.median(one.ms for one in typed)
    return statistics.median(kbs), Typed(
        ms, statistics.median(one.bytes for one in typed)
    )


def _apps(page: LabPage) -> Iterator[Row]:
    with loopback(inputs(_MOST)) as url:
        code = f"import ogc_widgets as ogc; app = ogc.App({url!r}); app"
        kb = opened_kb(page, code, _APP_BOX)
        typed = type_in(page, page.page.locator(_APP_BOX).first)
    goal = f"{_OPENED_KB:.0f} kB"
    yield Row(f"an App of {_MOST} inputs opens / {goal}", kb, _OPENED_KB, 1.0, "kB")
    name = f"key to checked field: App, {_MOST} inputs / {_KEY_MS:.0f} ms"
    yield Row(name, typed.ms, _KEY_MS, 1.0, "ms")
    kb = opened_kb(page, _LAB_APP, ".ogcw-app .ogcw-f-block")
    yield Row(f"the App of water-bodies opens / {goal}", kb, _OPENED_KB, 1.0, "kB")
    page.execute(ALL_TABS, timeout_s=120)
    for name, ms in switch_ms(page, _TABS, rounds=5).items():
        yield Row(f"a click on {name} / {_TAB_MS:.0f} ms", ms, _TAB_MS, 1.0, "ms")
