"""A picture of a recorded server, from Run to the file on the user's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from raw_server import answer, processes_server
from replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage

RECORDED = "pygeoapi-binary-document-400", "pygeoapi-0.24-tinydb"
APP = """
import ogc_widgets as ogc
app = ogc.App({url!r}, "image")
app.form.inputs = {{"bbox": [8, 46, 9, 47]}}
app
"""


@pytest.mark.timeout(300)
def test_picture_is_run_seen_and_downloaded(lab_page: LabPage, tmp_path: Path) -> None:
    with replay(*RECORDED) as server:
        lab_page.show(APP.format(url=server.url))
        cell = lab_page.output()
        cell.get_by_text("Outputs (").click()
        way = cell.get_by_label("They come")
        expect(way).to_have_value("auto")
        way.select_option("bare, without a document")
        lab_page.wait_python("app.form.response == 'raw'")
        way.select_option("as fits the outputs")
        cell.get_by_role("button", name="Run", exact=True).click()
        chip = cell.get_by_role("tab", name="i", exact=True)
        expect(chip).to_have_attribute("aria-selected", "true")
        expect(cell).to_contain_text("1 output")
        cell.get_by_role("button", name="download i", exact=True).click()
        to_here = cell.get_by_role("button", name="save to this computer: image.png")
        with lab_page.page.expect_download() as download:
            to_here.click()
        download.value.save_as(tmp_path / "saved")
        assert download.value.suggested_filename == "image.png"
        size = lab_page.python("len(app.results.outputs['image'])")
        saved = (tmp_path / "saved").read_bytes()
        assert saved.startswith(b"\x89PNG")
        assert len(saved) == size
        assert server.bodies("/execution") == [{"inputs": {"bbox": [8, 46, 9, 47]}}]
        lab_page.screenshot("outputs-binary", of=cell)


MANY = {
    "share": {"measurement": 9.4, "uom": "%"},
    "log": {"value": "".join(f"line {n}\n" for n in range(3_000)),
            "mediaType": "text/plain"},
    "report": {"method": "otsu", "bands": ["green", "nir"]},
    "package": {"href": "http://s.test/all.zip", "type": "application/zip"},
}  # fmt: skip
DESCRIBED = {
    "share": {"title": "Share of water"},
    "log": {"title": "Log"},
    "report": {"title": "Threshold report"},
    "package": {"title": "Package of results"},
}
MADE_HERE = """
import ipywidgets
@ogc.register_viewer(output_id="package")
def package(output):
    return ipywidgets.Button(description=output.file.name)
app.job = app.client.job("1")
"""


@pytest.mark.timeout(300)
def test_every_output_is_one_click_away_in_a_viewer_of_its_own(
    lab_page: LabPage,
) -> None:
    done = {"jobID": "1", "status": "successful", "processID": "p"}
    process = {"id": "p", "inputs": {}, "outputs": DESCRIBED}
    behaviours = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("GET", "/api/jobs/1"): lambda *_: answer(done),
        ("GET", "/api/jobs/1/results"): lambda *_: answer(MANY),
    }
    with processes_server(behaviours) as server:
        url = f"{server.origin}/api"
        lab_page.show(
            f"import ogc_widgets as ogc\napp = ogc.App({url!r}, 'p')\n"
            "app.job = app.client.job('1')\napp"
        )
        cell = lab_page.output()
        expect(cell.locator(".ogcw-value-text")).to_have_text("9.4")
        expect(cell.locator(".ogcw-value-unit")).to_have_text("%")
        lab_page.screenshot("outputs-value", of=cell)
        cell.get_by_role("tab", name="Log").click()
        expect(cell.get_by_text("line 3", exact=True)).to_be_visible()
        cell.get_by_role("button", name="end", exact=True).click()
        expect(cell.get_by_text("line 2999", exact=True)).to_be_in_viewport()
        expect(cell.locator(".ogcw-viewer").filter(visible=True)).to_have_count(1)
        lab_page.screenshot("outputs-text", of=cell)
        cell.get_by_role("tab", name="Threshold report").click()
        cell.get_by_role("treeitem", name="bands: 2 entries").click()
        expect(cell.get_by_text('"nir"')).to_be_visible()
        expect(cell.locator(".ogcw-viewer").filter(visible=True)).to_have_count(1)
        lab_page.screenshot("outputs-tree", of=cell)
        cell.get_by_role("tab", name="Package of results").click()
        expect(cell.get_by_text("application/zip")).to_be_visible()
        lab_page.execute(MADE_HERE)
        cell.get_by_role("tab", name="Package of results").click()
        expect(cell.get_by_role("button", name="all.zip")).to_be_visible()
