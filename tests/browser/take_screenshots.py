"""Take the pictures in docs/screenshots, all of them by one command.

Run ``make pictures``. Each one is a real App in a real
JupyterLab, on real jobs; the lab server is held up where a state wants a server that
does not answer. Every state is looked at in both themes and in two widths, and the cell
must have one height in all of them. The pictures of :data:`KEPT` are for README and
pages; all of them land in ``tests/browser/output``, to be looked at.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from all_outputs import CELL as ALL_OUTPUTS
from all_outputs import look_at_each, serve_all_outputs
from app_screen import AppScreen
from jupyterlab_program import ROOT, JupyterLab
from lab_window import OUTPUT, lab_page_on
from PIL import Image
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage
    from playwright.sync_api import Browser, Locator

KEPT_IN = ROOT / "docs" / "screenshots"
KEPT = (
    "app-idle-light-1080",
    "app-invalid-light-1080",
    "app-running-light-1080",
    "app-running-dark-1080",
    "app-reconnecting-light-1080",
    "app-failed-light-1080",
    "app-dismissed-dark-700",
    "app-results-light-1080",
    "app-results-dark-1080",
    "app-results-light-700",
    "app-search-light-1080",
    "app-for-each-empty-light-1080",
    "app-for-each-light-1080",
    "app-for-each-dark-1080",
    "app-for-each-light-700",
    "app-for-each-problems-light-1080",
    "app-code-light-1080",
    "app-jobs-light-1080",
    "app-batch-light-1080",
    "app-batch-dark-1080",
    "app-batch-light-700",
    "app-batch-ended-light-1080",
    "app-batch-ended-dark-1080",
    "app-batch-ended-light-700",
    "app-interrupted-light-1080",
    "viewer-items-light-1080",
    "viewer-value-light-1080",
    "viewer-table-light-1080",
    "viewer-picture-light-1080",
    "viewer-features-light-1080",
    "viewer-raster-light-1080",
    "viewer-dataset-light-1080",
    "viewer-tree-light-1080",
    "viewer-text-light-1080",
    "viewer-file-light-1080",
    "viewer-unreadable-light-1080",
    "saved-run-light-1080",
    "compared-runs-light-1080",
)
MOST_BYTES = 150_000

WIDTHS = (1080, 700)
THEMES = ("light", "dark")
CELL = """import ogc_widgets as ogc

lab = ogc.lab()
app = ogc.App(lab.url)
app"""
FILL = """app.form.inputs = {
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": lab.scenes,
    "epsg": "EPSG:4326", "bands": ["green", "nir"],
}"""
# The server is gone when the runs are shown.
SAVED_RUNS = (
    """import ogc_widgets as ogc

inputs = {"aoi": "-121.399,39.834,-120.74,40.472", "bands": ["green", "nir"]}
with ogc.lab() as lab, ogc.Client(lab.url) as client:
    for name, aoi in (("june", inputs["aoi"]), ("july", "-121.3,39.9,-120.8,40.4")):
        asked = {**inputs, "aoi": aoi, "stac_items": lab.scenes}
        job = client.execute("water-bodies", asked).wait(progress=False)
        job.save_run(f"{name}.zip", files=True, progress=False)""",
    'ogc.open_run("june.zip")',
    'ogc.compare_runs("june.zip", "july.zip")',
)
# Some jobs for the list, as they add up in a lesson.
EARLIER = """
for word in ("hello", "again"):
    app.client.execute("echo", {"message": word}, mode="async").wait()
for aoi in ("-121.3,39.9,-121.0,40.2", "10,50,11,51", "-121.2,39.9,-121.1,40.0"):
    app.client.execute("water-bodies", {**app.form.inputs, "aoi": aoi}).wait()
"""
# Six areas on two days, one of them outside of the images.
BATCH = """
names = ["Mountain Meadows", "Little Grass", "Eagle", "Almanor", "Butt", "Frenchman"]
boxes = [
    ",".join(f"{side:.2f}" for side in (west, south, west + 0.15, south + 0.22))
    for west, south in [(-121.35 + 0.2 * (n % 3), 39.86 + n // 3 * 0.3)
                        for n in range(5)] + [(-120.55, 40.16)]
]
days = dict(zip(("2021-07-13", "2022-05-24"), lab.scenes))
runs = {
    f"{name}, {day}": {**app.form.inputs, "aoi": box, "stac_items": [scene]}
    for day, scene in days.items() for name, box in zip(names, boxes)
}
app.show_batch(app.client.execute_many(
    "water-bodies", list(runs.values()), title="Lakes of two summers", at_once=3,
    labels=list(runs),
))
"""
# What the end of a kernel leaves behind.
INTERRUPTED = """
app.batch = None
left = app.client.execute_many(
    "water-bodies", list(runs.values()), title="Lakes of two summers", at_once=1
)
next(iter(left))
left.close()
app.choose("echo")
app.choose("water-bodies")
"""
# The program that listens at the address of the lab.
FIND_SERVER = """
import psutil
port = int(lab.url.split(":")[2].split("/")[0])
server = next(
    program for program in psutil.Process().children(recursive=True)
    if any(c.status == "LISTEN" and c.laddr.port == port
           for c in program.net_connections())
)
"""
# And those that it has started, which are the job.
HOLD_UP = """
held = server.children(recursive=True)
for program in held:
    program.suspend()
"""

STATUS = "app.client.job(app.job.id).status.status"
STEP_LINE = re.compile(r"\d\d:\d\d:\d\d INFO")
_TRIES = 8


# As it is pasted from a spreadsheet; one of its areas is upside down.
TABLE = """name\taoi\tepsg\tremark
Almanor\t-121.25,40.13,-121.05,40.33\tEPSG:4326\tlarge
Butt\t-121.18,40.19,-121.12,40.11\tEPSG:4326\tsmall
Bucks\t-121.22,39.84,-121.1,39.94\tEPSG:4326\t
Frenchman\t-120.9,39.85,-120.8,39.95\tEPSG:4326\t
"""


def areas(count: int) -> str:
    """GeoJSON of areas with names, in the scenes of the lab."""
    names = (
        *("Mountain Meadows", "Little Grass", "Eagle", "Frenchman", "Paradise"),
        *("Davis", "Oroville", "Butt", "Bucks", "Almanor", "Antelope", "Concow"),
    )
    features = []
    for number, name in enumerate(names[:count]):
        west, south = -121.35 + number % 4 * 0.15, 39.88 + number // 4 * 0.19
        ring = [
            [round(west + x, 3), round(south + y, 3)]
            for x, y in ((0, 0), (0.11, 0), (0.11, 0.1), (0, 0.1), (0, 0))
        ]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        properties = {"name": name, "code": f"L{number}"}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": geometry}
        )
    return json.dumps({"type": "FeatureCollection", "features": features})


class Photographer:
    """Takes the pictures of one theme and width.

    Args:
        window: The window with the App.
        suffix: What tells theme and width, at the end of each name.
    """

    def __init__(self, window: LabPage, suffix: str) -> None:
        self.window = window
        self.screen = AppScreen(window)
        self.suffix = suffix
        self.heights: dict[str, int] = {}

    def keep(self, state: str) -> None:
        # The pointer would leave its mark on what lies under it.
        self.window.page.mouse.move(0, 0)
        self.window.page.wait_for_timeout(600)
        app = self.screen.app
        self.heights[state] = app.evaluate("e => e.offsetHeight")
        write(app.screenshot(animations="disabled"), f"app-{state}-{self.suffix}")

    def all_states(self) -> None:
        screen, window = self.screen, self.window
        expect(screen.area).to_be_visible()
        self.keep("idle")
        screen.button("Run").click()
        expect(screen.area).to_have_attribute("aria-invalid", "true")
        self.keep("invalid")
        window.execute(FILL)
        expect(screen.area).not_to_have_attribute("aria-invalid", "true")
        self.keep("filled")
        screen.button("Search a STAC catalogue in this area").click()
        expect(screen.app.locator(".ogcw-search li img")).to_have_count(
            2, timeout=90_000
        )
        for box in screen.app.locator(".ogcw-search li input").all():
            box.check()
        self.keep("search")
        screen.button("Back to the form").click()
        self.for_each()
        window.execute("app.panel.submitting()")
        self.keep("submitting")
        window.execute("app.panel.reset()")
        with self.held_up():
            self.keep("running")
        screen.wait_for_job("successful")
        expect(screen.footprints).to_have_attribute("data-drawn", "2")
        screen.rows.nth(1).locator("td").nth(1).click()
        # The first is shown without a press.
        expect(screen.rows.nth(0).get_by_role("button", name="hide")).to_be_visible()
        screen.rows.nth(1).get_by_role("button", name="preview").click()
        expect(screen.rows.nth(1).get_by_role("button", name="hide")).to_be_visible()
        window.page.wait_for_function(
            "() => document.querySelectorAll('.ogcw-map-rasters image').length >= 2"
        )
        self.keep("results")
        screen.button("log").click()
        screen.job.get_by_role("button", name="Log of otsu").click()
        expect(screen.log).to_contain_text("threshold")
        self.keep("results-log")
        screen.button("log").click()
        screen.button("Form").click()
        self.keep("form-after")
        self.texts()
        screen.press_run()
        screen.wait_for_job("running")
        screen.press_stop()
        screen.wait_for_job("dismissed")
        self.keep("dismissed")
        window.execute('app.form.inputs["aoi"] = "10,50,11,51"')
        screen.press_run()
        screen.wait_for_job("failed")
        self.keep("failed")
        window.execute(FILL + EARLIER, timeout_s=120)
        screen.press_run()
        screen.button("Jobs").click()
        expect(screen.app.locator(".ogcw-jobs tbody tr")).to_have_count(9)
        self.keep("jobs")
        # Who looks at the jobs is left there: the result is on the map below.
        screen.wait_for_job("successful")
        expect(screen.footprints).to_have_attribute("data-drawn", "2")
        self.keep("jobs-result")
        screen.button("Form").click()
        window.execute('app.choose("echo"); app.form.inputs["message"] = "hello"')
        self.keep("echo")
        screen.press_run()
        screen.wait_for_job("successful")
        expect(screen.app.locator(".ogcw-value-text").first).to_have_text("hello")
        self.keep("echo-results")
        screen.button("Form").click()
        self.without_server()

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """A job whose log can be read goes no further until its picture is taken."""
        for _ in range(_TRIES):
            self.screen.press_run()
            # That of a step: its lines begin with the time, as no other log does.
            expect(self.screen.log).to_contain_text(STEP_LINE, timeout=60_000)
            self.window.execute(FIND_SERVER + HOLD_UP)
            try:
                if self.screen.python(STATUS) != "running":
                    continue  # it has ended meanwhile: a machine of today is quick
                self.screen.wait_for_job("running")
                yield
                return
            finally:
                self.window.execute("for program in reversed(held): program.resume()")
        raise AssertionError("no job was held up while it ran")

    def for_each(self) -> None:
        """Many jobs, put together: nothing yet, areas by items, and a faulty table."""
        screen, window = self.screen, self.window
        each = screen.app.locator(".ogcw-each")
        screen.button("Run for each …").click()
        expect(each).to_be_visible()
        self.keep("for-each-empty")
        each.get_by_role("button", name="Area of interest").click()
        area = each.get_by_role("textbox", name="Values of Area of interest")
        area.fill(areas(12))
        expect(each.locator("tbody tr").nth(3)).to_contain_text("Eagle")
        each.get_by_role("button", name="Sentinel-2 STAC items").click()
        expect(each).to_contain_text("12 areas × 2 items = 24 jobs")
        each.get_by_role("textbox", name="Title").fill("Lakes of two summers")
        self.keep("for-each")
        each.get_by_role("button", name="A table").click()
        table = each.get_by_role("textbox", name="Table")
        table.fill(TABLE)
        expect(each).to_contain_text("4 rows = 4 jobs")
        self.keep("for-each-problems")
        table.fill("")
        window.execute(
            "for key in ['aoi', 'stac_items']: app._for_each.view._on_remove(key)"
        )
        screen.button("Back to the form").click()
        expect(screen.area).to_be_visible()

    def texts(self) -> None:
        screen = self.screen
        for tab, name in (("JSON", "json"), ("Code", "code")):
            screen.button(tab).click()
            expect(screen.app.locator(".ogcw-code")).to_contain_text("-121.399")
            self.keep(name)
        screen.button("cURL").click()
        expect(screen.app.locator(".ogcw-code")).to_contain_text("curl")
        self.keep("curl")
        screen.button("Form").click()

    def without_server(self) -> None:
        """A server that goes away in the middle of a job, and one that forgot it."""
        screen, window = self.screen, self.window
        window.execute('app.choose("water-bodies")' + "\n" + FILL)
        with self.held_up():
            window.execute("server.suspend()")
            screen.wait_for_job("reconnecting", timeout_s=90)
            self.keep("reconnecting")
            window.execute("server.resume()")
        screen.wait_for_job("running", timeout_s=90)
        screen.press_stop()
        screen.wait_for_job("dismissed")


def look_at_batch(window: LabPage, theme: str, width: int) -> None:
    """Take pictures of a batch that runs, that has ended, that was interrupted."""
    window.show(CELL, theme=theme, width=width)
    photographer = Photographer(window, f"{theme}-{width}")
    window.execute(FILL + BATCH)
    some = "len(app.results.items if app.results else ()) >= 3"
    window.wait_python(some, timeout_s=240)
    photographer.keep("batch")
    window.wait_python("app.batch.is_ended", timeout_s=240)
    window.wait_python("len(app.results.items) == 10", timeout_s=30)
    app = photographer.screen.app
    app.get_by_role("button", name="show the first failure").click()
    expect(app.locator(".ogcw-batch-details")).to_be_visible()
    photographer.keep("batch-ended")
    window.execute(INTERRUPTED, timeout_s=120)
    expect(app.get_by_role("button", name="Take it up again")).to_be_visible()
    photographer.keep("interrupted")


def look_at_viewers(window: LabPage, theme: str, width: int) -> None:
    """Take a picture of the viewer of each kind of output."""

    def keep(kind: str, part: Locator) -> None:
        window.page.mouse.move(0, 0)
        window.page.wait_for_timeout(600)
        write(part.screenshot(animations="disabled"), f"viewer-{kind}-{theme}-{width}")

    with (
        tempfile.TemporaryDirectory() as folder,
        serve_all_outputs(Path(folder)) as server,
    ):
        url = f"{server.origin}/api"
        window.show(ALL_OUTPUTS.format(url=url), theme=theme, width=width)
        look_at_each(window.output(), keep)


def look_at_saved_runs(window: LabPage, theme: str, width: int) -> None:
    window.show(*SAVED_RUNS, theme=theme, width=width)
    run = window.page.locator(".ogcw-run")
    expect(run.get_by_role("button", name="hide")).to_be_visible()
    window.page.wait_for_function(
        "() => document.querySelectorAll('.ogcw-map-rasters image').length > 0"
    )
    table = window.page.locator(".jp-OutputArea-output table").last
    for part, name in ((run, "saved-run"), (table, "compared-runs")):
        part.scroll_into_view_if_needed()
        window.page.wait_for_timeout(600)
        write(part.screenshot(animations="disabled"), f"{name}-{theme}-{width}")


def write(picture: bytes, name: str) -> None:
    """Write a picture as small as it gets without a loss that can be seen."""
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / f"{name}.png"
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    if name in KEPT:
        if path.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{path.name} has {path.stat().st_size} bytes: too large.")
        KEPT_IN.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, KEPT_IN / path.name)


def looks(wanted: list[str]) -> Iterator[tuple[str, int]]:
    """Themes and widths; ``dark-700`` on the command line picks one of them.

    ``batch`` there takes the pictures of batches only.
    """
    picked = [one for one in wanted if one != "batch"]
    for theme in THEMES:
        for width in WIDTHS:
            if not picked or f"{theme}-{width}" in picked:
                yield theme, width


def take(
    browser: Browser,
    lab: JupyterLab,
    theme: str,
    width: int,
    *,
    only_batch: bool = False,
) -> None:
    with lab_page_on(lab, browser) as window:
        window.page.set_viewport_size({"width": 1280, "height": 1300})
        look_at_batch(window, theme, width)
        if only_batch:
            return
        window.show(CELL, theme=theme, width=width)
        photographer = Photographer(window, f"{theme}-{width}")
        photographer.all_states()
        print(theme, width, "heights in px:", photographer.heights)  # noqa: T201
        if len(set(photographer.heights.values())) > 1:
            raise SystemExit(
                "The cell jumps: its height is not the same in all states."
            )
        look_at_viewers(window, theme, width)
        look_at_saved_runs(window, theme, width)


def main(wanted: list[str]) -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    import chromium

    from conftest import BROWSER_ARGUMENTS

    folder = Path(tempfile.mkdtemp(prefix="ogcw-screenshots-"))
    # Batches and jobs of whoever takes the pictures are not in them.
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    lab = JupyterLab(folder, "/")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(), args=BROWSER_ARGUMENTS
            )
            for theme, width in looks(wanted):
                take(browser, lab, theme, width, only_batch="batch" in wanted)
            browser.close()
    finally:
        lab.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
