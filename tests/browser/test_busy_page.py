"""A page that loads slowly, as on a busy machine, and one whose kernel runs a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app_screen import AppScreen
from busy_kernel import busy_kernel
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage

    from ogc_widgets.lab import Lab

SHOW = """
import ogc_widgets as ogc
form = ogc.ProcessForm(ogc.Client({url!r}).process("echo"))
form
"""
# anywidget gives two seconds to a model; here they are over before any script is there.
NO_TIME = """() => {
  const real = AbortSignal.timeout;
  AbortSignal.timeout = (ms) => real.call(AbortSignal, ms === 2000 ? 0 : ms);
  window.hasTime = () => { AbortSignal.timeout = real; };
}"""


def test_a_view_that_loads_late_hears_its_kernel(
    lab_page: LabPage, lab_server: Lab
) -> None:
    page = lab_page.page
    lab_page.open(lab_page.write_notebook(SHOW.format(url=lab_server.url)))
    late: list[str] = []

    def note(error: object) -> None:
        late.append(str(error))

    page.on("pageerror", note)
    page.evaluate(NO_TIME)
    try:
        lab_page.run_all()
        field = page.get_by_role("textbox", name="Message")
        field.wait_for()
    finally:
        page.evaluate("window.hasTime()")
        page.remove_listener("pageerror", note)
    assert any("initialize model" in said for said in late), "all were in time"
    lab_page.execute('form.inputs = {"message": "of Python"}')
    expect(field).to_have_value("of Python")
    field.fill("of the page")
    lab_page.wait_python('form.inputs["message"] == "of the page"')


def test_what_is_typed_and_run_is_heard_while_a_cell_runs(
    lab_page: LabPage, lab_server: Lab, tmp_path: Path
) -> None:
    app = f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r}, 'echo')\napp"
    lab_page.show(app)
    screen = AppScreen(lab_page)
    with busy_kernel(lab_page, tmp_path):
        screen.app.get_by_role("textbox", name="Message").fill("meanwhile")
        screen.press_run()
        screen.wait_for_job("successful")
    assert lab_page.python("app.job.aio.inputs['message']") == "meanwhile"
