"""Outputs of every kind of one job, each seen in the viewer of its kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from all_outputs import CELL, look_at_each, serve_all_outputs

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage
    from playwright.sync_api import Locator


@pytest.mark.timeout(300)
def test_each_output_is_seen_in_the_viewer_of_its_kind(
    lab_page: LabPage, tmp_path: Path
) -> None:
    with serve_all_outputs(tmp_path) as server:
        lab_page.page.set_viewport_size({"width": 1280, "height": 1100})
        lab_page.show(CELL.format(url=f"{server.origin}/api"), width=1080)
        look_at_each(lab_page.output(), partial(_keep, lab_page))


def _keep(lab_page: LabPage, kind: str, part: Locator) -> None:
    lab_page.screenshot(f"viewer-{kind}", of=part)
