"""A window on a real JupyterLab in which maps with very many shapes are measured."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
sys.path[:0] = [
    str(_ROOT / "scripts"),
    str(_ROOT / "tests"),
    str(_ROOT / "tests" / "browser"),
    str(_ROOT / "tests" / "servers"),
]

import chromium  # noqa: E402
from jupyterlab_program import JupyterLab  # noqa: E402 # where tests are
from lab_window import LabPage  # noqa: E402
from many_items import HEIGHT  # noqa: E402
from playwright.sync_api import Error, Route, sync_playwright  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

# WebGL is drawn by the processor (SwiftShader), as there is no graphics card; the other
# two are drawn by the processor as well.
_ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
_BEGIN = f"""
import sys
sys.path.insert(0, {str(_HERE)!r})
import many_items
"""


_PACKAGE = "parquet-wasm@0.7.1"
_PAN_S = 3.0
_WASM = "parquet_wasm_bg.wasm"


def _parquet_wasm(route: Route) -> None:
    """What the page of lonboard asks a CDN for; from npm instead."""
    path = _HERE / "output" / _WASM
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="ogcw-") as folder:
            subprocess.run(["npm", "pack", _PACKAGE], cwd=folder, check=True)
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                found = archive.extractfile(f"package/esm/{_WASM}")
                if found is None:
                    raise RuntimeError(f"{_PACKAGE} has no {_WASM}")
                path.write_bytes(found.read())
    route.fulfill(path=path, content_type="application/wasm")


@dataclass(frozen=True)
class Shown:
    """What it took to show all shapes with one library.

    Attributes:
        megabytes: That came to the page.
        before_s: Seconds for what the library wants in place of items.
        python_s: Seconds until the widget is made.
        picture_s: Seconds until everything is on the screen, with those of Python.
        frame_ms: Milliseconds from frame to frame while the map is dragged, half of
            them; three seconds if nothing moved in all that time.
        slow_ms: The same of the slowest in twenty.
    """

    megabytes: float
    before_s: float
    python_s: float
    picture_s: float
    frame_ms: float
    slow_ms: float


@contextmanager
def window(script: str = "map_window.js") -> Iterator[LabPage]:
    """A window on JupyterLab that counts what comes and what is drawn.

    Args:
        script: The file beside this one that counts, in each page.
    """
    path = chromium.find()
    if path is None:
        raise RuntimeError("no Chromium was found; set CHROMIUM to its path")
    with (
        tempfile.TemporaryDirectory(prefix="ogcw-") as folder,
        sync_playwright() as playwright,
    ):
        lab = JupyterLab(Path(folder), "/")
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        page = LabPage(lab, browser)
        page.page.add_init_script(path=_HERE / script)
        page.page.route(f"**/{_WASM}", _parquet_wasm)
        try:
            yield page
        finally:
            page.close()
            browser.close()
            lab.close()


def show(page: LabPage, name: str, number: int, *, limit_s: float) -> Shown | None:
    """Show items in a new notebook, where two of them were shown before.

    So what is loaded once, such as scripts, is not counted.

    Args:
        page: The window.
        name: Which of ``many_items.MAKERS``.
        number: How many items.
        limit_s: When to give up; then there is None.
    """
    first = f"many_items.timed({name!r}, many_items.source({name!r}, 2)[0])[0]"
    page.show(_BEGIN, first, width=1100)
    page.page.evaluate("(name) => complete(name, 2)", name)
    page.command("notebook:clear-all-cell-outputs")
    page.execute(f"found, before_s = many_items.source({name!r}, {number})")
    page.page.evaluate(
        """([name, number]) => {
          seen.bytes = seen.end = 0;
          complete(name, number).then((end) => { seen.end = end; });
        }""",
        [name, number],
    )
    page.start_cell(f"widget, times = many_items.timed({name!r}, found); widget")
    try:
        page.page.wait_for_function("() => seen.end", timeout=limit_s * 1000)
    except Error:  # no answer in time, or the page is gone
        return None
    end, count = page.page.evaluate("() => [seen.end / 1000, seen.bytes]")
    times = page.python("{**times, 'before_s': before_s}", timeout_s=120)
    return Shown(
        count / 1e6,
        times["before_s"],
        times["done"] - times["started"],
        end - times["started"],
        *_pan(page),
    )


def _pan(page: LabPage) -> tuple[float, float]:
    """Drag the map for three seconds, far enough that what was beside it is seen."""
    x, y = _middle(page)
    mouse = page.page.mouse
    mouse.move(x, y)
    mouse.down()
    page.page.evaluate("() => watchFrames()")
    start = time.monotonic()
    while (passed := time.monotonic() - start) < _PAN_S:
        turn = 2 * math.pi * passed / _PAN_S
        # Most mice say 60 to 125 times a second where they are.
        mouse.move(x + 500 * math.sin(turn), y + 100 * math.sin(2 * turn))
        page.page.wait_for_timeout(8)
    frames = page.page.evaluate("() => stopWatching()")
    mouse.up()
    # Where there was one frame or none, it took all of the time.
    gaps = sorted(after - before for before, after in pairwise(frames)) or [
        _PAN_S * 1e3
    ]
    slowest = gaps[-max(1, len(gaps) // 20) :]
    return statistics.median(gaps), statistics.mean(slowest)


def _middle(page: LabPage) -> tuple[float, float]:
    box = page.output().bounding_box()
    if box is None:
        raise RuntimeError("no map is seen")
    return box["x"] + box["width"] / 2, box["y"] + HEIGHT / 2


def answers_ms(page: LabPage) -> tuple[float, float]:
    """How long our map takes to say what lies under the mouse, and to select it.

    Returns:
        Milliseconds from a move of the mouse to the next frame with the tip, and from
        a click to that with the selected outline; half of them.
    """
    x, y = _middle(page)
    page.page.mouse.move(x, y)
    page.page.evaluate("() => watchAnswers()")
    for step in range(40):
        page.page.mouse.move(x - 200 + 10 * step, y - 60 + 3 * step)
        page.page.wait_for_timeout(30)
        if step % 4 == 0:
            page.page.mouse.down()
            page.page.mouse.up()
            page.page.wait_for_timeout(50)
    moves, clicks = page.page.evaluate("() => [seen.moves, seen.clicks]")
    return statistics.median(moves), statistics.median(clicks)


def tiles_ms(page: LabPage, code: str, moves: list[str]) -> list[float]:
    """How long tiles take from the page's message to the picture.

    Args:
        page: The window.
        code: A cell that shows a map so small that it has one tile.
        moves: Statements that each bring another tile into view.

    Returns:
        Milliseconds of each tile.
    """
    page.show(code)
    page.page.locator(".ogcw-map-rasters image").first.wait_for(state="attached")
    page.page.evaluate("() => watchTiles()")
    for number, move in enumerate(moves, start=1):
        page.execute(move)
        page.page.wait_for_function(
            "(number) => seen.tiles.length >= number", arg=number
        )
    return [float(took) for took in page.page.evaluate("() => seen.tiles")]
