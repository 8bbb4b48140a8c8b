"""Run for each in real JupyterLab: a file of areas, a preview, and one press."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from axe import grave_violations
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage

    from ogc_widgets.lab import Lab

APP = """import ogc_widgets as ogc
app = ogc.App({url!r}, 'water-bodies')
app.form.inputs = {{"stac_items": {scenes!r}}}
app"""

pytestmark = pytest.mark.timeout(600)


def lakes(count: int) -> str:
    """A collection of small areas with names, in the scenes of the lab."""
    features = []
    for number in range(count):
        west = -121.3 + number / 100
        ring = [[west, 40], [west + 0.005, 40], [west + 0.005, 40.005], [west, 40]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        names = {"name": f"Lake {number + 1}", "code": f"L{number + 1}"}
        features.append({"type": "Feature", "properties": names, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_areas_of_a_file_become_a_batch_by_one_press(
    lab_page: LabPage, lab_server: Lab, tmp_path: Path
) -> None:
    lab_page.page.set_viewport_size({"width": 1280, "height": 1100})
    lab_page.show(
        APP.format(url=lab_server.url, scenes=lab_server.scenes[:1]), width=1080
    )
    screen = AppScreen(lab_page)
    each = screen.app.locator(".ogcw-each")
    rows = each.locator("tbody tr:not([aria-hidden])")
    sentence = each.locator(".ogcw-each-sentence")

    # From the menu of a field; what is put together stays when the form comes back.
    screen.area.hover()
    screen.app.get_by_role("button", name="Field options of Area of interest").click()
    screen.app.get_by_role("button", name="Run for each …").first.click()
    expect(
        each.get_by_role("textbox", name="Values of Area of interest")
    ).to_be_focused()
    file = tmp_path / "lakes.geojson"
    file.write_text(lakes(120))
    each.locator("input[type=file]").first.set_input_files(file)
    expect(sentence).to_have_text("120 areas = 120 jobs")
    expect(rows.first).to_contain_text("Lake 1")
    expect(screen.app.locator(".ogcw-map-scene")).to_have_count(121)
    each.get_by_label("names from").select_option("code")
    expect(rows.first).to_contain_text("L1")
    # All of the jobs can be scrolled to, and each shows its area.
    each.locator(".ogcw-each-scroll").evaluate("e => { e.scrollTop = e.scrollHeight; }")
    expect(rows.last).to_contain_text("L120")
    rows.last.hover()
    lab_page.wait_python("app._for_each.view.marked == 119")
    lab_page.page.keyboard.press("Escape")
    expect(each).to_be_hidden()
    expect(screen.area).to_be_focused()

    # A table with a fault: nothing can be pressed, and the fault is led to.
    screen.button("Run for each …").click()
    each.get_by_role("button", name="A table").click()
    table = each.get_by_role("textbox", name="Table")
    good = "name\taoi\nDavis\t-121.3,40,-121.29,40.01\n"
    table.fill(f"{good}Butt\t-121.2,40.2,-121.19,40.1\n")
    run = each.get_by_role("button", name="Run 2 jobs")
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(each.locator(".ogcw-each-bad")).to_contain_text("Butt")
    expect(each.locator(".ogcw-each-said")).to_contain_text("row 2: South (40.2)")
    table.fill(f"{good}Butt\t-121.2,40,-121.19,40.01\n")
    expect(run).not_to_have_attribute("aria-disabled", "true")
    each.get_by_role("textbox", name="Title of the batch").fill("Two lakes")
    assert lab_page.python("app.batch is None")

    run.click()
    expect(screen.button("Batch 2")).to_have_attribute("aria-pressed", "true")
    try:
        assert lab_page.python(
            "[app.batch.title, [e.label for e in app.batch.entries],"
            " [e.inputs['aoi'] for e in app.batch.entries]]"
        ) == [
            "Two lakes",
            ["Davis", "Butt"],
            ["-121.3,40,-121.29,40.01", "-121.2,40,-121.19,40.01"],
        ]
        assert not lab_page.script_errors
    finally:
        lab_page.execute("app.batch.stop()")
    # The lists are still there beside the table.
    screen.button("Form").click()
    screen.button("Run for each …").click()
    each.get_by_role("button", name="Back to the form").click()
    expect(screen.button("Run for each …")).to_be_focused()
    screen.button("Run for each …").click()
    each.get_by_role("button", name="Each with each").click()
    expect(sentence).to_have_text("120 areas = 120 jobs")
    assert grave_violations(lab_page.page, ".ogcw-each") == []
