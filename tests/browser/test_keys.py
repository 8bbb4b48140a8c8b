"""Keys, focus and answers of our views, in JupyterLab with its shortcuts and alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from panel_states import traits
from playwright.sync_api import Error, expect
from view_page import show_view

from ogc_widgets.app.head_and_foot import RunBar
from ogc_widgets.panel import JobPanel

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage
    from playwright.sync_api import Locator, Page

    from ogc_widgets.lab import Lab

# All kinds of fields beside each other; nothing listens at the address of the server.
CELL = """
import ogc_widgets as ogc
from ogc_widgets.deploy import DeployPanel
from ogc_widgets.form import ProcessForm
from ogc_widgets.panel import JobTable
import ipywidgets
client = ogc.Client("http://127.0.0.1:9")
area = ogc.AreaMap(basemap=None)
form = ProcessForm({"id": "demo", "version": "1", "inputs": {
    "word": {"title": "Word", "schema": {"type": "string"}},
    "size": {"title": "Size", "schema": {"type": "number"}},
    "anything": {"title": "Anything", "schema": {"type": "object"}},
    "code": {"title": "Code", "schema": {
        "type": "string", "contentMediaType": "application/xml"}},
    "paths": {"title": "Paths", "schema": {
        "type": "array", "items": {"type": "string"}}},
    "token": {"title": "Token", "schema": {"type": "string", "format": "password"}},
    "aoi": {"title": "Area", "schema": {"type": "string"}},
}})
ipywidgets.VBox([form, DeployPanel(client), JobTable(client), area])
"""
RUNS = """() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0)
  .executionCount"""
# Commands of JupyterLab that would change the notebook: new cell, cut, delete, undo ...
LETTERS = "abddxmy"


def type_everything(page: Page, field: Locator) -> None:
    """Type what JupyterLab has shortcuts for, and see that the field gets all of it."""
    many = field.evaluate("node => node.tagName === 'TEXTAREA'")
    field.click()
    page.keyboard.type(LETTERS)
    assert field.input_value() == LETTERS
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type("1")
    assert field.input_value() == f"{LETTERS}1"
    page.keyboard.press("Control+z")
    assert field.input_value() != f"{LETTERS}1"
    page.keyboard.press("Control+Shift+z")
    assert field.input_value() == f"{LETTERS}1"
    if many:
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("2")
        assert field.input_value() == f"{LETTERS}1\n\n2"
    else:
        page.keyboard.press("Shift+Enter")
    expect(field).to_be_focused()


def test_fields_get_their_keys_when_jupyterlab_has_shortcuts_for_them(
    lab_page: LabPage,
) -> None:
    lab_page.show(CELL, width=900)
    page = lab_page.page
    view = lab_page.output()
    cells = page.locator(".jp-Cell").count()
    runs = page.evaluate(RUNS)
    view.get_by_role("button", name="Paste a list").first.click()
    view.locator("[data-source=text]").click()
    view.get_by_role("button", name="Area from text or a file").click()
    fields = [
        view.get_by_role("textbox", name="Word"),
        view.get_by_role("textbox", name="Anything"),
        view.get_by_role("textbox", name="Code"),
        view.get_by_role("textbox", name="Paste values for Paths"),
        view.get_by_role("textbox", name="Token"),
        view.locator(".ogcw-f").get_by_role("textbox", name="Area"),
        view.locator(".ogcw-deploy-text"),
        view.locator(".ogcw-list-text"),
        view.locator(".ogcw-map-paste"),
    ]
    for field in fields:
        type_everything(page, field)
    number = view.get_by_role("textbox", name="Size")
    number.click()
    page.keyboard.type("2")
    page.keyboard.press("ArrowUp")
    expect(number).to_have_value("3")
    page.keyboard.press("Shift+Enter")

    # Neither the cells nor the output are others than before.
    assert page.locator(".jp-Cell").count() == cells
    assert page.evaluate(RUNS) == runs
    expect(fields[0]).to_have_value(f"{LETTERS}1")
    # To save is still a key of JupyterLab.
    page.keyboard.press("Control+s")
    page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
    )


RUN_BAR = {
    "busy": False,
    "answered": 0,
    "note": "",
    "has_example": True,
    "problems": [],
}


def test_focus_stays_on_run_when_it_is_pressed_by_keyboard(page: Page) -> None:
    show_view(page, RunBar, RUN_BAR)
    run = page.locator(".ogcw-btn-primary")
    run.focus()
    page.keyboard.press("Enter")
    expect(run).to_have_text("Starting …")
    expect(run).to_be_focused()
    # A second press starts no second job.
    page.keyboard.press("Enter")
    run.click(force=True)
    assert page.evaluate("model.sent") == [{"type": "run"}]
    page.evaluate("model.put({ answered: 1 })")
    expect(run).to_be_enabled()
    expect(run).to_be_focused()


def test_focus_moves_on_when_what_had_it_is_taken_away(still_page: Page) -> None:
    page = still_page
    show_view(page, RunBar, RUN_BAR)
    example = page.get_by_role("button", name="Fill in an example")
    example.focus()
    page.evaluate("model.put({ has_example: false })")
    expect(page.locator(".ogcw-btn-primary")).to_be_focused()
    # Nobody is brought back who has gone away himself.
    page.evaluate("model.put({ has_example: true })")
    example.focus()
    example.blur()
    page.clock.run_for(50)
    page.evaluate("model.put({ has_example: false })")
    expect(page.locator("body")).to_be_focused()


def test_page_says_that_the_kernel_is_silent_when_a_press_has_no_answer(
    still_page: Page,
) -> None:
    page = still_page
    show_view(page, RunBar, RUN_BAR)
    run = page.locator(".ogcw-btn-primary")
    problem = page.locator(".ogcw-error[role=alert]")
    run.click()
    page.clock.run_for(6_000)
    expect(problem).to_be_hidden()
    page.evaluate("model.put({ answered: 1 }); window.noKernel = true")
    run.click()
    page.clock.run_for(4_000)
    expect(problem).to_be_hidden()
    page.clock.run_for(2_000)
    expect(problem).to_contain_text("The kernel does not answer")
    expect(run).to_have_text("Run")
    # It was busy only: what was pressed has arrived.
    page.evaluate("model.put({ answered: 2 })")
    page.evaluate("model.tell('msg:custom', { type: 'heard' })")
    expect(problem).to_be_hidden()
    expect(run).to_be_enabled()


def test_nothing_is_being_collected_when_nobody_has_heard_of_it(
    still_page: Page,
) -> None:
    page = still_page
    show_view(page, JobPanel, traits("failed"))
    page.clock.run_for(100)  # what the view asks when it opens is answered
    page.evaluate("window.noKernel = true")
    report = page.get_by_title("Request, state and the end of the log")
    report.click()
    expect(report).to_have_text("collecting…")
    page.clock.run_for(6_000)
    expect(page.locator(".ogcw-job-now > .ogcw-error")).to_contain_text(
        "The kernel does not"
    )
    expect(report).to_have_text("copy report")


@pytest.mark.parametrize("way", ["shutdown", "restart"])
def test_press_is_told_of_when_the_kernel_was_stopped_or_restarted_by_its_api(
    lab_page: LabPage, way: str
) -> None:
    lab_page.show(CELL)
    view = lab_page.output()
    expect(view.locator(".ogcw-jobs-refresh")).to_be_visible()
    if way == "restart":
        kernel = lab_page.lab.sessions()[0]["kernel"]["id"]
        lab_page.lab._http.post(f"api/kernels/{kernel}/restart").raise_for_status()
    else:
        lab_page.lab.shut_down_kernels()
    view.locator(".ogcw-jobs-refresh").click()
    problem = view.locator(".ogcw-jobs .ogcw-error[role=alert]")
    expect(problem).to_contain_text("The kernel does not answer")


APP = "import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp"
HAS_FOCUS = "document.activeElement?.closest('.ogcw-app') !== null"


def test_focus_stays_in_the_app_when_it_is_used_by_keyboard(
    lab_page: LabPage, lab_server: Lab, tmp_path: Path
) -> None:
    lab_page.show(APP.format(url=lab_server.url), width=1100)
    page = lab_page.page
    screen = AppScreen(lab_page)
    keyboard = page.keyboard
    lost = []

    def press(button: Locator, key: str = "Enter") -> None:
        button.focus()
        keyboard.press(key)

    def note(after: str) -> None:
        # What Python made of it is on the page.
        lab_page.python("1")
        page.wait_for_timeout(100)
        try:
            page.wait_for_function(HAS_FOCUS)
        except Error:
            lost.append(after)

    press(screen.button("Fill in an example"))
    expect(screen.area).not_to_have_value("")
    note("Fill in an example")
    press(screen.button("Reset"))
    expect(screen.area).to_have_value("")
    note("Reset")

    inputs = tmp_path / "inputs.json"
    inputs.write_text('{"inputs": {"aoi": "-121.399,39.834,-120.74,40.472"}}')
    load = screen.button("Load inputs from a file")
    with page.expect_file_chooser() as chooser:
        load.focus()
        expect(load).to_be_focused()
        keyboard.press("Enter")
    chooser.value.set_files(inputs)
    expect(screen.area).not_to_have_value("")
    note("Load")

    for tab in ("JSON", "Code", "Jobs", "Form"):
        press(screen.button(tab))
        expect(screen.button(tab)).to_have_attribute("aria-pressed", "true")
        note(tab)
        expect(screen.button(tab)).to_be_focused()

    press(screen.app.get_by_role("button", name="Search a STAC catalogue"))
    expect(screen.app.locator(".ogcw-search li").first).to_be_visible(timeout=60_000)
    note("Search")
    press(screen.button("Back to the form"))
    expect(screen.area).to_be_visible()
    note("Back to the form")

    chooser_of = screen.app.get_by_role("combobox", name="Process")
    chooser_of.focus()
    chooser_of.select_option("echo")
    expect(screen.app.locator(".ogcw-header-title")).not_to_have_text("Water bodies")
    note("process")
    lab_page.execute("app.form.inputs = {'message': 'hello', 'pauses': [3] * 40}")
    press(screen.button("Run"))
    screen.wait_for_job("running")
    note("Run")
    press(screen.job.locator(".ogcw-job-act button"))
    note("Stop")
    keyboard.press("Enter")
    screen.wait_for_job("dismissed", timeout_s=30)
    note("Stop, confirmed")
    assert lost == []
