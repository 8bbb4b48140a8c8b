"""Code of a run and of its results in a new cell of a real notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app_screen import AppScreen
from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

    from ogc_widgets.lab import Lab

APP = """import ogc_widgets as ogc
app = ogc.App({url!r}, "water-bodies")
app.form.inputs = {{
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": {scenes!r}
}}
app"""
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .map((cell) => [cell.sharedModel.source, cell.executionCount ?? null])"""


def test_code_comes_below_the_cell_of_the_app_and_is_not_run(
    lab_page: LabPage, lab_server: Lab
) -> None:
    def cells() -> list[list[Any]]:
        return lab_page.page.evaluate(CELLS)

    def below() -> str:
        """The one new cell, which nobody has run, between the two that were there."""
        shown, (source, times), *_, (last, _) = cells()
        assert shown[0].startswith("import")
        assert last == "after = 1"
        assert times is None
        return source

    scenes = lab_server.scenes[:1]
    app = APP.format(url=lab_server.url, scenes=scenes)
    lab_page.show(app, "after = 1", width=1080)
    screen = AppScreen(lab_page)
    page = lab_page.page
    insert = screen.app.get_by_role("button", name="insert as a cell", exact=True)

    screen.button("Code").click()
    expect(insert).to_be_visible()
    lab_page.screenshot("insert-code", of=screen.app)
    insert.click()
    expect(screen.app.get_by_text("inserted below")).to_be_visible()
    assert "client.execute(" in below()
    screen.button("cURL").click()
    expect(insert).to_be_hidden()  # no Python

    screen.press_run()
    screen.wait_for_job("successful")
    page.get_by_role("checkbox", name="tick all listed items").check()
    screen.app.locator(".ogcw-items-foot").scroll_into_view_if_needed()
    lab_page.screenshot("insert-items", of=screen.app)
    screen.app.locator(".ogcw-items-foot").get_by_text("insert as a cell").click()
    page.wait_for_function(f"({CELLS})().length === 4")
    lab_page.execute(below())
    assert lab_page.python("items == app.results.items and len(items) > 0")
    assert lab_page.python("app._stage.downloads.state['code']").startswith(
        "results = app.results\nresults.download("
    )
