"""The frame of an App in JupyterLab: one height, one press away, nothing made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from at_rest import at_rest
from axe import grave_violations
from playwright.sync_api import expect
from waiting import wait_for

if TYPE_CHECKING:
    from lab_window import LabPage

    from ogc_widgets.lab import Lab

LINES = "import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp"
FILL = """app.form.inputs = {{
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": {scenes!r}
}}"""
OUTSIDE = 'app.form.inputs["aoi"] = "10,50,11,51"'
HEIGHT = "e => e.offsetHeight"
# Widths of an App whose columns stand beside and below each other.
WIDTHS = [640, 700, 1080, 1600]
HEIGHTS = """async (app, widths) => {
  const heights = [];
  for (const width of widths) {
    app.style.width = `${width}px`;
    for (const _ of "123") await new Promise(requestAnimationFrame);
    heights.push(app.offsetHeight);
  }
  app.style.width = "";
  for (const _ of "123") await new Promise(requestAnimationFrame);
  return heights;
}"""
# What somebody may be pressing or reading: the same nodes as before.
THERE = [".leaflet-container", ".ogcw-f", ".ogcw-runbar"]
WITH_A_JOB = [".ogcw-items-view"]
MARK = """(app, nodes) => {
  for (const node of nodes) app.querySelector(node).isOld = true;
}"""
MADE_ANEW = "(app, nodes) => nodes.filter((node) => !app.querySelector(node).isOld)"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def tour(lab_page: LabPage, lab_server: Lab) -> AppScreen:
    """An App on water-bodies, filled in and ready to be run."""
    fill = FILL.format(scenes=lab_server.scenes)
    lab_page.show(LINES.format(url=lab_server.url), fill, width=1080)
    screen = AppScreen(lab_page)
    expect(screen.area).to_have_value("-121.399, 39.834, -120.74, 40.472")
    return screen


@pytest.fixture
def same_tour(lab_page: LabPage, lab_server: Lab) -> AppScreen:
    """The same for tests that run nothing and change no input: one App for all."""
    fill = FILL.format(scenes=lab_server.scenes)
    lab_page.show_once(LINES.format(url=lab_server.url), fill, width=1080)
    return AppScreen(lab_page)


def test_height_stays_and_nothing_is_made_anew_from_run_to_results(
    tour: AppScreen,
) -> None:
    heights, app = {}, tour.app
    app.evaluate(MARK, THERE)

    def keep(state: str) -> None:
        heights[state] = tuple(app.evaluate(HEIGHTS, WIDTHS))

    # Nothing lies on the map yet: neither chart nor settings of it.
    strip = app.locator(".ogcw-app-strip")
    expect(strip).to_be_hidden()
    keep("idle")
    tour.press_run()
    tour.read_log()
    keep("running")
    expect(app.locator(*WITH_A_JOB)).to_be_attached()
    app.evaluate(MARK, WITH_A_JOB)
    assert grave_violations(tour.window.page, ".ogcw-app") == []
    # Who has pressed Run goes on where the results are, not nowhere.
    tour.wait_for_job("successful")
    expect(tour.rows).to_have_count(2)
    expect(tour.button("Results")).to_be_focused()
    assert tour.button("Run").is_hidden()
    expect(strip).to_be_visible()
    keep("results")
    assert grave_violations(tour.window.page, ".ogcw-app") == []
    tour.button("log").click()
    expect(tour.log).to_contain_text("INFO")
    keep("log")
    tour.button("log").click()
    for tab in ("Jobs", "JSON", "Form"):
        tour.button(tab).click()
        keep(tab)
    tour.window.execute(OUTSIDE)
    tour.press_run()
    tour.wait_for_job("failed")
    # Why, and the log of the step that says so, without a press.
    expect(tour.job.locator(".ogcw-job-failure")).to_contain_text("lies outside")
    expect(tour.log).to_contain_text("lies outside")
    keep("failed")
    assert len(set(heights.values())) == 1, heights
    assert app.evaluate(MADE_ANEW, THERE + WITH_A_JOB) == []
    assert app.evaluate("e => e.scrollHeight <= e.clientHeight")


CENTRE = "[round(x, 3) for x in app.map.map.center]"


def test_map_keeps_its_centre_when_its_size_changes(tour: AppScreen) -> None:
    tour.press_run()
    tour.wait_for_job("successful")
    expect(tour.footprints).to_have_attribute("data-drawn", "2")
    page, zoom = tour.window.page, tour.python("app.map.map.zoom")
    tour.button("Zoom in").click()
    tour.window.wait_python(f"app.map.map.zoom == {zoom} + 1")
    at_rest(tour.map)
    before, small = tour.python(CENTRE), tour.map.evaluate(HEIGHT)
    fold = tour.app.get_by_role("button", name="chart and settings")
    chart = tour.app.locator(".ogcw-chart-view")
    expect(chart).to_be_visible()
    fold.click()
    expect(chart).to_be_hidden()
    wait_for(lambda: tour.map.evaluate(HEIGHT) > small + 100)
    page.wait_for_timeout(600)
    assert tour.python(CENTRE) == before
    # The log stands in the place of the chart.
    tour.button("log").click()
    expect(tour.log).to_be_visible()
    wait_for(lambda: tour.map.evaluate(HEIGHT) == small)
    tour.button("log").click()
    fold.click()
    expect(chart).to_be_visible()
    wait_for(lambda: tour.map.evaluate(HEIGHT) == small)
    page.wait_for_timeout(600)
    assert tour.python(CENTRE) == before


def test_process_without_a_place_has_the_whole_width(
    lab_page: LabPage, lab_server: Lab
) -> None:
    app = f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r}, 'echo')\napp"
    lab_page.show(app, 'app.form.inputs = {"message": "hello"}', width=1080)
    screen = AppScreen(lab_page)
    left = screen.app.locator(".ogcw-app-left")
    expect(screen.button("Run")).to_be_visible()
    expect(screen.map).to_be_hidden()
    width = screen.app.evaluate("e => e.clientWidth")
    assert left.evaluate("e => e.offsetWidth") == width
    screen.press_run()
    expect(screen.app.locator(".ogcw-value-text").first).to_have_text("hello")
    expect(screen.map).to_be_hidden()
    assert left.evaluate("e => e.offsetWidth") == width
    # Something has a place: the map comes beside it, drawn in its own size.
    lab_page.execute("app.map.bbox = [7, 51, 8, 52]")
    screen.button("Form").click()
    expect(screen.map).to_be_visible()
    expect(screen.app.locator(".ogcw-map-aoi")).to_be_visible()


def test_height_is_dragged_pressed_set_and_remembered(same_tour: AppScreen) -> None:
    tour = same_tour
    page, app = tour.window.page, tour.app
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 1300})
    grip = tour.app.get_by_role("separator", name="Height")
    before = app.evaluate(HEIGHT)
    grip.scroll_into_view_if_needed()
    box = at_rest(grip)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=4)
    page.mouse.up()
    assert app.evaluate(HEIGHT) == before - 60
    grip.press("ArrowDown")
    assert app.evaluate(HEIGHT) == before - 40
    expect(grip).to_have_attribute("aria-valuenow", str(before - 40))
    tour.window.wait_python(f"app.height == {before - 40}")
    # Another app of this browser is as high, until Python says otherwise.
    tour.window.execute("from IPython.display import display")
    tour.window.start_cell("other = ogc.App(app.client, 'echo')\nother")
    other = page.locator(".ogcw-app").last
    expect(other.locator(".ogcw-header-title")).to_have_text("Echo")
    expect(other).to_have_css("height", f"{before - 40}px")
    tour.window.execute("other.height = 700")
    expect(other).to_have_css("height", "700px")
    page.evaluate("localStorage.removeItem('ogcw-app-height')")


def test_app_is_as_large_as_the_screen_by_one_press(same_tour: AppScreen) -> None:
    tour = same_tour
    page, app = tour.window.page, tour.app
    before = at_rest(app)
    tour.button("Full screen").click()
    expect(tour.button("Leave full screen")).to_be_visible()
    assert app.evaluate("e => document.fullscreenElement === e")
    # The window grows after the page has been told.
    wait_for(lambda: app.evaluate("e => e.offsetHeight === innerHeight"))
    tour.button("Leave full screen").click()
    expect(tour.button("Full screen")).to_be_visible()
    wait_for(lambda: at_rest(app) == before)
    # A page that may not: as large as its window, and Esc leaves as well.
    page.evaluate(
        """() => {
          Element.prototype.requestFullscreen = () => Promise.reject(Error());
        }"""
    )
    tour.button("Full screen").click()
    expect(tour.button("Leave full screen")).to_be_visible()
    filled = "(box) => box.height === innerHeight && box.width === innerWidth"
    wait_for(lambda: page.evaluate(filled, at_rest(app)))
    page.keyboard.press("Escape")
    expect(tour.button("Full screen")).to_be_visible()
    wait_for(lambda: at_rest(app) == before)


def test_results_are_kept_on_the_map_when_the_next_ones_come(
    tour: AppScreen, lab_server: Lab
) -> None:
    tour.window.execute(FILL.format(scenes=lab_server.scenes[:1]))
    tour.press_run()
    tour.wait_for_job("successful")
    name = f"job {tour.python('app.job.id')[:8]}, kept"
    layers = "len(app.map.rasters.shown)"
    tour.window.wait_python(f"{layers} == 1")
    tour.button("keep on the map").click()
    expect(tour.button("keep on the map")).to_be_hidden()
    legend = tour.app.locator(".ogcw-map-legend")
    expect(legend).to_contain_text(name)
    tour.button("Run again").click()
    expect(tour.button("Form")).to_have_attribute("aria-pressed", "true")
    results = tour.button("Results")
    expect(results).to_have_attribute("aria-pressed", "true", timeout=60_000)
    expect(tour.rows).to_have_count(1)
    expect(legend).to_contain_text(name)
    expect(tour.button("keep on the map")).to_be_visible()
    # Its raster stays too, and can be laid beside the new one.
    tour.window.wait_python(f"{layers} == 2")
    others = tour.app.get_by_label("Compare with", exact=True)
    choice = others.locator("option", has_text=name.removesuffix(", kept"))
    others.select_option(value=choice.get_attribute("value"))
    tour.window.wait_python("len(app.map.rasters.pair) == 2")
    tour.window.screenshot("app-kept", of=tour.app)
    tour.button(f"Take {name} off the map").click()
    expect(legend).not_to_contain_text(name)
    expect(tour.footprints).to_have_attribute("data-drawn", "1")
