"""The pictures in docs/screenshots: ``make screenshots`` runs this, `make test` not.

Each state in both themes, wide and narrow, on a real job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

THREE_LINES = "import ogc_widgets as ogc\nlab = ogc.lab()\napp = ogc.App(lab.url)\napp"
FILL = """app.form.inputs = {
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": lab.scenes,
    "epsg": "EPSG:4326", "bands": ["green", "nir"],
}"""
WIDTHS = {"wide": 1100, "narrow": 700}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_states_look_as_they_should(lab_page: LabPage, theme: str, width: str) -> None:
    def keep(state: str) -> None:
        # The pointer would leave its mark on what lies under it.
        lab_page.page.mouse.move(0, 0)
        lab_page.screenshot(f"app-{state}-{theme}-{width}", of=screen.app)

    lab_page.page.set_viewport_size({"width": 1280, "height": 1300})
    lab_page.show(THREE_LINES, theme=theme, width=WIDTHS[width])
    screen = AppScreen(lab_page)
    expect(screen.area).to_be_visible()
    keep("empty")
    lab_page.execute(FILL)
    expect(screen.rows).to_have_count(0)
    screen.button("Code").click()
    expect(screen.app).to_contain_text("cURL")
    keep("code")
    screen.button("Form").click()
    screen.area.fill("")
    screen.button("Run").click()
    expect(screen.area).to_have_attribute("aria-invalid", "true")
    keep("invalid")
    lab_page.execute(FILL)
    screen.button("Search a STAC catalogue in this area").click()
    expect(screen.app.locator(".ogcw-search li img")).to_have_count(2)
    for box in screen.app.locator(".ogcw-search li input").all():
        box.check()
    keep("search")
    screen.button("Back to the form").click()
    screen.press_run()
    screen.open_a_log()
    keep("running")
    screen.wait_for_job("successful")
    expect(screen.footprints).to_have_count(2)
    screen.rows.nth(1).locator("td").first.click()
    expect(screen.selected).to_have_count(1)
    keep("results")
    screen.press_run()
    screen.wait_for_job("running")
    screen.press_stop()
    screen.wait_for_job("dismissed")
    keep("dismissed")
