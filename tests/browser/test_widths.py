"""Nothing that is pressed or read is cut off, whatever the width of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from job_table_states import traits
from view_page import show_view

from ogc_widgets.app.head_and_foot import RunBar
from ogc_widgets.panel import JobTable

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = [700, 800, 900, 1000, 1100, 1200, 1300, 1400]
CUT = """(selector) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.textContent)"""


@pytest.mark.parametrize("width", WIDTHS)
def test_foot_of_the_form_is_whole_in_half_a_notebook(page: Page, width: int) -> None:
    note = "asynchronous: you can close the notebook and watch the job again later"
    bar = {"busy": False, "answered": 0, "note": note, "has_example": True}
    # The form takes somewhat less than half of the App.
    show_view(page, RunBar, {**bar, "problems": []}, width=int(width * 0.42))
    assert page.evaluate(CUT, "#view, #view *") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_question_of_a_job_is_whole(page: Page, width: int) -> None:
    show_view(page, JobTable, traits("jobs"), width=width)
    assert page.evaluate(CUT, ".ogcw-jobs-c6") == []
    for does in ("again", "remove"):
        button = page.locator(f"[data-does={does}]:not([aria-disabled])").first
        button.click()
        assert page.evaluate(CUT, ".ogcw-jobs-c6") == []
        page.locator("[data-does=no]").click()
