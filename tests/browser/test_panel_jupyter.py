"""The job panel and the job table in a real JupyterLab, with a real server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from busy_kernel import busy_kernel
from playwright.sync_api import expect
from waiting import wait_for

import ogc_widgets as ogc

if TYPE_CHECKING:
    from lab_window import LabPage

# Many steps of a second or more: long enough to look, stop and read logs.
RUN = """
job = client.execute(
    "echo", {{"message": "hello", "pauses": {pauses}}}, mode="async"
)
panel.job = job
"""
LONG = RUN.format(pauses=[1.2] * 40)


@pytest.fixture
def window(lab_page: LabPage, lab_server) -> LabPage:
    lab_page.show(
        "import ogc_widgets as ogc, time\n"
        f"client = ogc.Client({lab_server.url!r})\n"
        "panel = ogc.JobPanel()\n"
        "panel",
        width=900,
    )
    lab_page.page.locator(".ogcw-job").wait_for()
    return lab_page


def test_panel_goes_on_while_a_cell_holds_the_kernel(window, tmp_path):
    panel = window.page.locator(".ogcw-job")
    window.execute(LONG)
    percents, times = set(), set()

    def look():
        percents.add(panel.locator(".ogcw-job-percent").inner_text())
        times.add(panel.locator(".ogcw-job-time").inner_text())
        return len(percents) >= 3 and len(times) >= 5

    with busy_kernel(window, tmp_path):
        wait_for(look, lambda: (percents, times))
    window.execute("job.dismiss()")


def test_log_is_read_while_the_job_runs_and_stop_reaches_the_server(window, lab_server):
    panel = window.page.locator(".ogcw-job")
    window.execute(LONG)
    chip = panel.get_by_role("button", name=re.compile("Log of pause"))
    chip.click()
    log = panel.get_by_role("region", name=re.compile("Log of pause"))
    expect(log).to_contain_text("waiting 1.2 s")
    expect(panel).to_have_attribute("data-kind", "running")
    window.screenshot("panel-running", of=panel)
    panel.get_by_role("button", name="Stop", exact=True).click()
    panel.get_by_role("button", name="Stop it").click()
    expect(panel.locator(".ogcw-job-word")).to_have_text("Dismissed")
    with ogc.Client(lab_server.url) as client:
        status = client.job(window.python("job.id")).status
    assert status.status == "dismissed"
    window.screenshot("panel-dismissed", of=panel)


def test_finished_job_is_the_same_after_the_page_is_loaded_again(window):
    window.execute(RUN.format(pauses=[0]) + "job.wait()")
    panel = window.page.locator(".ogcw-job")
    expect(panel.locator(".ogcw-job-word")).to_have_text("Successful")
    card = window.page.locator(".ogcw-card")
    expect(card).to_be_hidden()
    # It is sent beside the widget's own words; what is saved before it has come is old.
    expect(card).to_contain_text("successful")
    window.reload()
    expect(panel.locator(".ogcw-job-word")).to_have_text("Successful")
    outputs = window.save().cells[0].outputs
    html = [one["data"]["text/html"] for one in outputs if "text/html" in one["data"]]
    assert any("successful" in one for one in html)


def test_table_lists_jobs_live_and_opens_one_in_the_panel(window):
    window.start_cell(
        "table = ogc.JobTable(client)\n"
        "table.on_attach(lambda chosen: setattr(panel, 'job', chosen))\n"
        "table"
    )
    table = window.page.locator(".ogcw-jobs")
    table.wait_for()
    window.execute(LONG + "table.refresh()")
    short = window.python("job.id")[:8]
    row = table.locator("tr", has_text=short)
    expect(row).to_contain_text("Running")
    expect(row.locator(".ogcw-jobs-percent")).to_have_text(re.compile("[1-9].* %"))
    window.execute("panel.job = None")
    row.get_by_role("button", name="open").click()
    expect(window.page.locator(".ogcw-job-id")).to_have_text(short)
    row.get_by_role("button", name="stop").click()
    row.get_by_role("button", name="stop it").click()
    expect(row).to_contain_text("Dismissed")
    window.screenshot("job-table", of=table)
