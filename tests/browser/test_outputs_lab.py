"""A picture of a recorded server, from Run to the file on the user's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
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
        cell.get_by_role("button", name="Run").click()
        chip = cell.get_by_role("tab", name="image")
        expect(chip).to_have_attribute("aria-selected", "true", timeout=30_000)
        expect(cell).to_contain_text("1 output")
        with lab_page.page.expect_download() as download:
            cell.get_by_role("button", name="download image").click()
        download.value.save_as(tmp_path / "saved")
        assert download.value.suggested_filename == "image.png"
        size = lab_page.python("len(app.results.outputs['image'])")
        saved = (tmp_path / "saved").read_bytes()
        assert saved.startswith(b"\x89PNG")
        assert len(saved) == size
        assert server.bodies("/execution") == [{"inputs": {"bbox": [8, 46, 9, 47]}}]
        lab_page.screenshot("outputs-binary", of=cell)
