"""A run as a file, from the job in an app to somebody who has no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage

    from ogc_widgets.lab import Lab

APP = """
import ogc_widgets as ogc
app = ogc.App({url!r}, "water-bodies")
app.form.inputs = {{
    "aoi": "-121.2,39.9,-121.1,40", "stac_items": {scenes!r}, "bands": ["green", "nir"],
}}
app.run().wait(progress=False)
app
"""
OPEN = """
import ogc_widgets as ogc
from ogc_widgets.client.http.transport import Transport
async def refuse(*_): raise AssertionError("a server was asked")
Transport._exchange = refuse
run = ogc.open_run({path!r})
run
"""


@pytest.mark.timeout(300)
def test_run_of_an_app_is_saved_and_seen_without_a_server(
    lab_page: LabPage, lab_server: Lab, tmp_path: Path
) -> None:
    lab_page.show(APP.format(url=lab_server.url, scenes=lab_server.scenes[:1]))
    page = lab_page.page
    offer = page.get_by_role("button", name="save…")
    offer.click()
    expect(page.locator(":focus")).to_have_text("save report")
    with page.expect_download() as report:
        page.keyboard.press("Enter")
    assert report.value.suggested_filename.endswith(".html")
    report.value.save_as(tmp_path / "report.html")
    assert "How to repeat it" in (tmp_path / "report.html").read_text(encoding="utf-8")
    offer.click()  # it is back when it has been said that the report is saved
    with page.expect_download() as download:
        page.get_by_role("button", name="save run").click()
    assert download.value.suggested_filename.startswith("run-water-bodies-")
    expect(lab_page.page.get_by_role("button", name="saved")).to_be_visible()
    lab_page.screenshot("saved-run-button", of=lab_page.output())
    download.value.save_as(tmp_path / "here.zip")
    # By reference it holds no files; with them the raster is on the map.
    path = tmp_path / "files.zip"
    lab_page.execute(f"app.job.save_run({str(path)!r}, files=True)")
    lab_page.show(OPEN.format(path=str(tmp_path / "here.zip")))
    cell = lab_page.page.locator(".ogcw-run")
    expect(cell.locator(".ogcw-items-table tr[data-id]")).to_have_count(1)
    expect(cell.locator(".ogcw-run-notes")).to_be_hidden()
    lab_page.show(OPEN.format(path=str(path)))
    expect(cell).to_contain_text("Water bodies 1.0.0")
    area = cell.get_by_role("textbox", name="Area of interest")
    expect(area).to_be_disabled()
    expect(area).to_have_value("-121.2, 39.9, -121.1, 40")
    expect(cell).to_contain_text("nir")
    expect(cell.get_by_role("button", name="Run again")).to_be_hidden()
    expect(cell.get_by_role("button", name="hide")).to_be_visible()
    lab_page.page.wait_for_function(
        "() => document.querySelectorAll('.ogcw-map-rasters image').length > 0"
    )
    cell.get_by_role("button", name="log", exact=True).click()
    cell.get_by_role("button", name="Log of otsu").click()
    expect(cell.locator(".ogcw-job-log")).to_contain_text("threshold")
    lab_page.screenshot("saved-run", of=cell)
    assert lab_page.python("run.inputs['aoi']") == "-121.2,39.9,-121.1,40"
    assert not lab_page.script_errors
