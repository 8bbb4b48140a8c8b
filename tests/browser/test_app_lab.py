"""The whole loop in real JupyterLab, with the mouse, on a real server and real data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from app_screen import AppScreen
from busy_kernel import busy_kernel
from jupyterlab_program import ROOT
from playwright.sync_api import expect
from waiting import wait_for

if TYPE_CHECKING:
    from lab_window import LabPage

    from ogc_widgets.lab import Lab

TOUR = ROOT / "notebooks" / "01-water-bodies.ipynb"
AREA = [-121.399, 39.834, -120.74, 40.472]

# The lines of the tour, on a server that is there already.
LINES = "import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp"
FILL = """app.form.inputs = {{
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": {scenes!r}
}}"""

# A job of the tour takes some seconds; the machine may be slow and busy.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def tour(lab_page: LabPage, lab_server: Lab) -> AppScreen:
    """An App on water-bodies, filled in and ready to be run."""
    fill = FILL.format(scenes=lab_server.scenes)
    lab_page.show(LINES.format(url=lab_server.url), fill, width=1100)
    screen = AppScreen(lab_page)
    expect(screen.area).to_have_value("-121.399, 39.834, -120.74, 40.472")
    return screen


@pytest.fixture
def same_tour(lab_page: LabPage, lab_server: Lab) -> AppScreen:
    """The same for tests that run nothing: one App, filled in again for each."""
    fill = FILL.format(scenes=lab_server.scenes)
    lab_page.show_once(LINES.format(url=lab_server.url), fill, width=1100)
    screen = AppScreen(lab_page)
    screen.open_form()
    lab_page.execute(fill)
    expect(screen.area).to_have_value("-121.399, 39.834, -120.74, 40.472")
    return screen


def run_all_by_menu(window: LabPage) -> None:
    """Run > Run All Cells, and wait until the last one has ended."""
    window.page.get_by_role("menuitem", name="Run", exact=True).click()
    window.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    window.page.wait_for_function(
        """() => {
          const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
          const last = cells.filter((cell) => cell.type === "code").at(-1);
          return last.executionCount !== null && last.executionState !== "running";
        }""",
        timeout=300_000,
    )
    window.wait_idle()
    assert not window.cell_errors()


def test_inputs_are_taken_over_by_one_press_when_the_cell_is_run_again(
    lab_page: LabPage, lab_server: Lab
) -> None:
    lab_page.show(LINES.format(url=lab_server.url), width=1100)
    screen = AppScreen(lab_page)
    screen.area.fill("-121, 40, -120.9, 40.1")
    screen.area.blur()
    # The map has come to rest at the area.
    lab_page.wait_python("bool(app.map.map.bounds) and app.map.map.bounds[0][0] > 39")
    lab_page.execute("earlier = app")
    lab_page.run_all()
    expect(screen.area).to_have_value("")
    assert lab_page.python("app is not earlier and earlier.comm is None")
    lab_page.screenshot("app-run-again", of=screen.app)
    screen.button("Take over its inputs").click()
    expect(screen.area).to_have_value("-121, 40, -120.9, 40.1")
    expect(screen.button("Take over its inputs")).to_be_hidden()
    assert screen.python("app.map.bbox") == pytest.approx([-121, 40, -120.9, 40.1])
    assert lab_page.page.locator(".ogcw-app").count() == 1


# All other tests of the app run below "/", as on a laptop.
@pytest.mark.parametrize("base_url", ["/user/someone/"])
def test_whole_loop_works_with_the_mouse_when_the_tour_is_opened(
    lab_page: LabPage,
) -> None:
    lab_page.open(lab_page.copy_notebook(TOUR), width=1100)
    run_all_by_menu(lab_page)
    screen = AppScreen(lab_page)
    lab_page.screenshot("app-1-tour")
    # The lesson has run a job: its results have taken the place of the form.
    expect(screen.rows).to_have_count(2)
    expect(screen.area).to_be_hidden()
    screen.open_form()

    # The area follows the mouse, on the page and in Python.
    before = screen.area_on_page()
    assert before == AREA
    screen.draw_box(start=(0.45, 0.4), end=(0.6, 0.65))
    expect(screen.area).not_to_have_value("-121.399, 39.834, -120.74, 40.472")
    west, south, east, north = drawn = screen.area_on_page()
    assert AREA[0] < west < east < AREA[2]
    assert AREA[1] < south < north < AREA[3]
    assert screen.area_in_python() == drawn
    assert screen.python("app.map.bbox") == pytest.approx(drawn, abs=1e-6)
    lab_page.screenshot("app-2-drawn", of=screen.app)

    screen.press_run()
    lab_page.screenshot("app-3-running", of=screen.app)
    screen.wait_for_job("successful")

    # The results stand beside the map; the panel is one line, and log and form one
    # press away.
    expect(screen.button("Results")).to_have_attribute("aria-pressed", "true")
    expect(screen.log).to_be_hidden()
    screen.button("log").click()
    expect(screen.log).to_contain_text("INFO")
    screen.button("log").click()
    expect(screen.log).to_be_hidden()

    # Two footprints; table and map select each other.
    expect(screen.footprints).to_have_attribute("data-drawn", "2")
    expect(screen.rows).to_have_count(2)
    second = screen.rows.nth(1)
    second.scroll_into_view_if_needed()
    second.locator("td").nth(1).click()
    expect(second).to_have_attribute("aria-selected", "true")
    expect(screen.selected).to_have_count(1)
    lab_page.screenshot("app-4-results", of=screen.app)
    select_on_map(screen)
    expect(screen.rows.nth(0)).to_have_attribute("aria-selected", "true")
    expect(second).to_have_attribute("aria-selected", "false")

    # Another job is stopped: the page says so, and so does the server.
    screen.press_run()
    screen.wait_for_job("running")
    screen.press_stop()
    screen.wait_for_job("dismissed", timeout_s=30)
    assert screen.python("app.client.job(app.job.id).status.status") == "dismissed"
    expect(screen.job.locator(".ogcw-job-word")).to_have_text("Dismissed")
    lab_page.screenshot("app-5-dismissed", of=screen.app)

    # Nobody outside this machine was asked for anything but map tiles.
    assert lab_page.hosts <= {"tile.openstreetmap.org"}


def select_on_map(screen: AppScreen) -> None:
    """Click where both footprints lie, which selects the other one."""
    screen.map.scroll_into_view_if_needed()
    # The map may still be on its way to the footprints.
    places = [None, screen.selected.bounding_box()]
    while places[-1] != places[-2]:
        screen.window.page.wait_for_timeout(400)
        places.append(screen.selected.bounding_box())
    shape = places[-1]
    assert shape is not None
    screen.window.page.mouse.click(
        shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
    )


STEPS = 'app.form.inputs = {"message": "hello", "pauses": [0.8] * 60}'


def test_panel_moves_on_when_another_cell_keeps_the_kernel_busy(
    lab_page: LabPage, lab_server: Lab, tmp_path: Path
) -> None:
    app = f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r}, 'echo')\napp"
    lab_page.show(app, STEPS, width=1100)
    screen = AppScreen(lab_page)
    screen.press_run()

    def while_busy() -> set[Any]:
        lines = screen.lines()
        return {line["percent"] for line in lines if line["kernel"] == "busy"} - {""}

    with busy_kernel(lab_page, tmp_path):
        wait_for(lambda: len(while_busy()) >= 3, screen.lines)
        # The log of the step at work is read without a press.
        expect(screen.log).to_be_visible()
        expect(screen.log).to_contain_text("waiting 0.8 s")
        expect(screen.job).to_have_attribute("data-kind", "running")
    lab_page.execute("app.job.dismiss()")
    screen.wait_for_job("dismissed")


def test_state_comes_back_when_the_page_is_reloaded(tour: AppScreen) -> None:
    tour.press_run()
    tour.wait_for_job("running")
    identity = tour.python("app.job.id")
    tour.window.reload()
    # The same job, the same inputs, and it goes on moving.
    expect(tour.job.locator(".ogcw-job-id")).to_have_text(identity[:8])
    tour.wait_for_job("successful")
    tour.open_form()
    expect(tour.area).to_have_value("-121.399, 39.834, -120.74, 40.472")
    tour.button("Results").click()
    expect(tour.footprints).to_have_attribute("data-drawn", "2")
    expect(tour.rows).to_have_count(2)
    tour.window.screenshot("app-reloaded", of=tour.app)
    # And once more, when everything is over.
    tour.window.reload()
    tour.wait_for_job("successful")
    expect(tour.rows).to_have_count(2)
    expect(tour.footprints).to_have_attribute("data-drawn", "2")


def test_panel_holds_the_way_back_when_the_kernel_was_restarted(
    tour: AppScreen, lab_server: Lab
) -> None:
    tour.window.execute("""
app.job = app.client.execute(
    "echo", {"message": "hello", "pauses": [3] * 100}, mode="async"
)
""")
    tour.wait_for_job("running")
    identity = tour.python("app.job.id")
    height = tour.app.evaluate("e => e.offsetHeight")
    tour.window.restart_kernel()
    expect(tour.job.locator(".ogcw-job-said")).to_have_text(
        "Last known state: the kernel does not answer."
    )
    expect(tour.button("Run")).to_be_disabled()
    assert tour.button("Stop").count() == 0
    assert tour.app.evaluate("e => e.offsetHeight") == height
    copy = tour.button("copy the line to watch it again")
    copy.click()
    tour.window.page.wait_for_function(
        "async (id) => (await navigator.clipboard.readText()).includes(id)",
        arg=identity,
    )
    line = tour.window.page.evaluate("navigator.clipboard.readText()")
    tour.window.start_cell(line)
    again = tour.window.page.locator(".ogcw-job").last
    expect(again.locator(".ogcw-job-id")).to_have_text(identity[:8], timeout=60_000)
    tour.window.python(
        f"ogc.Client({lab_server.url!r}).job({identity!r}).dismiss().status"
    )


def test_typed_text_moves_the_box_when_the_field_is_left(
    same_tour: AppScreen,
) -> None:
    tour = same_tour
    before = tour.app.locator(".ogcw-map-aoi").get_attribute("d")
    tour.area.fill("-121.2, 40, -121, 40.2")
    tour.area.press("Tab")
    expect(tour.app.locator(".ogcw-map-aoi")).not_to_have_attribute("d", before or "")
    tour.window.wait_python("app.map.bbox == [-121.2, 40, -121, 40.2]")
    assert tour.area_in_python() == [-121.2, 40, -121, 40.2]


def test_nothing_is_sent_when_a_required_field_is_empty(
    same_tour: AppScreen,
) -> None:
    tour = same_tour
    before = tour.python("len(app.client.jobs())")
    tour.area.fill("")
    tour.button("Run").click()  # no job comes of it to wait for
    problem = tour.app.locator(".ogcw-runbar [role=status]")
    expect(problem).to_contain_text("1 problem")
    expect(tour.area).to_have_attribute("aria-invalid", "true")
    tour.window.screenshot("app-invalid", of=tour.app)
    assert tour.python("app.job is None") is True
    assert tour.python("len(app.client.jobs())") == before
    # The summary leads to the field.
    problem.get_by_role("button").or_(problem.get_by_role("link")).first.click()
    expect(tour.area).to_be_focused()


def test_request_follows_the_form_when_its_tab_is_open(same_tour: AppScreen) -> None:
    tour = same_tour
    text = tour.app.locator(".ogcw-app-left")
    said = "-121.399,39.834,-120.74,40.472"
    for tab, west in (("JSON", -121.2), ("Code", -121.3)):
        tour.button(tab).click()
        expect(text).to_contain_text(said)
        tour.window.execute(f"app.map.bbox = [{west}, 40, -121, 40.2]")
        said = f"{west},40,-121,40.2"
        expect(text).to_contain_text(said)
        tour.window.screenshot(f"app-tab-{tab.lower()}", of=tour.app)
        tour.app.get_by_role("button", name="copy").first.click()
        tour.window.page.wait_for_function(
            "async (said) => (await navigator.clipboard.readText()).includes(said)",
            arg=said,
        )


def test_saved_notebook_says_something_when_no_kernel_is_there(
    tour: AppScreen, canary: str
) -> None:
    tour.window.execute(f"secret = ogc.Client(app.client.url, auth={canary!r})")
    tour.window.start_cell("secret_app = ogc.App(secret)\nsecret_app")
    # What an app says without its kernel comes after it.
    cards = tour.window.page.locator(".ogcw-card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("Water bodies")
    notebook = tour.window.save()
    card = notebook.cells[0].outputs[0].data
    assert "Water bodies" in card["text/plain"]
    assert "Water bodies" in card["text/html"]
    assert canary not in Path(tour.window.lab.root / tour.window.path).read_text()


def test_server_card_opens_below_the_head_when_its_name_is_pressed(
    lab_page: LabPage, lab_server: Lab
) -> None:
    lab_page.show(LINES.format(url=lab_server.url), width=1100)
    screen = AppScreen(lab_page)
    name = screen.app.locator(".ogcw-header-server")
    expect(name).to_have_attribute("aria-expanded", "false")
    name.click()
    card = screen.app.locator(".ogcw-server")
    expect(card).to_contain_text("Cancel jobs")
    expect(name).to_have_attribute("aria-expanded", "true")
    lab_page.screenshot("app-server-card")
    assert screen.app.evaluate("e => e.scrollWidth <= e.clientWidth")
    name.click()
    expect(card).to_have_count(0)
