"""A real batch in JupyterLab: paused, gone on with, looked into, and mended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

CELL = """import ogc_widgets as ogc

lab = ogc.lab()
app = ogc.App(lab.url, "echo")
app"""
BATCH = """
words = [f"word {n}" for n in range(40)]
# Some take long enough to be seen under way; the others are over soon.
pauses = [[0.5] * 3 if n % 3 == 0 and n < 18 else [] for n in range(40)]
inputs = [{"message": word, "pauses": p} for word, p in zip(words, pauses)]
inputs[2]["message"] = 3  # which the server refuses
app.show_batch(app.client.execute_many("echo", inputs, title="Words", labels=words))
"""


@pytest.mark.timeout(300)
def test_batch_is_paused_resumed_opened_and_mended(lab_page: LabPage) -> None:
    lab_page.show(CELL)
    page = lab_page.page
    app = page.locator(".ogcw-app").first
    app.scroll_into_view_if_needed()
    expect(app.get_by_role("textbox", name="message")).to_be_visible()
    lab_page.execute(BATCH)
    # Rows move on while nothing is pressed.
    expect(app.locator("tr[data-group=running]").first).to_be_visible()
    expect(app.locator("tr[data-group=successful]").first).to_be_visible()

    app.get_by_role("button", name="Pause", exact=True).click()
    button = app.get_by_role("button", name="Batch 40")
    expect(button).to_have_attribute("aria-pressed", "true")
    rows = app.locator(".ogcw-batch-table tr[data-index]")
    expect(rows.nth(2)).to_have_attribute("data-group", "failed")
    expect(app.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    lab_page.wait_python("not {'sending', 'accepted', 'running'} & {*app.batch.counts}")
    assert lab_page.python("app.batch.counts.get('waiting', 0)") > 0
    lab_page.screenshot("batch-paused", of=app)
    app.get_by_role("button", name="Resume", exact=True).click()
    expect(app.locator("tr[data-group=running]").first).to_be_visible()

    # What failed is told in full, and sent again with what was changed in the form.
    app.get_by_role("button", name="show the first failure").click()
    expect(app.locator(".ogcw-batch-details")).to_contain_text("word 2")
    lab_page.screenshot("batch-why", of=app)
    app.get_by_role("button", name="with other inputs…").first.click()
    message = app.get_by_role("textbox", name=re.compile("message", re.IGNORECASE))
    message.fill('"mended"')  # as JSON, for a number stands there
    app.get_by_role("button", name="Run it again with these").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    lab_page.wait_python("app.batch.is_ended", timeout_s=120)
    expect(app.get_by_role("button", name="40 successful")).to_be_visible()
    assert lab_page.python("app.batch.entries[2].inputs['message']") == "mended"
    expect(app.get_by_role("button", name="Pause", exact=True)).to_be_hidden()

    # The last row is one that the page did not have before it is scrolled to.
    app.locator(".ogcw-batch-scroll").evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(app.locator(".ogcw-batch-foot")).to_contain_text("40 of 40")
    app.get_by_role("button", name="open word 39").click()
    expect(app.locator(".ogcw-value-text").first).to_have_text("word 39")
    assert lab_page.python("app.job.id == app.batch.entries[39].job_id")
