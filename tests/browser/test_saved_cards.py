"""What a saved notebook shows where no script runs, as on the page of a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lab_window import OUTPUT
from playwright.sync_api import expect

import ogc_widgets as ogc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"


@pytest.fixture
def paper(browser: Browser) -> Iterator[Page]:
    """A page on which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def cards(*widgets) -> str:
    parts = [widget._repr_mimebundle_()[0]["text/html"] for widget in widgets]
    return "<hr>".join(parts)


def test_inputs_job_and_results_can_be_read_without_a_script(lab_server, paper):
    with ogc.Client(lab_server.url) as client:
        app = ogc.App(client, "water-bodies")
        app.form.inputs = {
            "aoi": "-121.399,39.834,-120.74,40.472",
            "stac_items": lab_server.scenes[:1],
        }
        job = app.run().wait(timeout_s=120)
        results = ogc.ResultsMap(job.results())
        app.results = job.results()
        table = ogc.JobTable(client)
        paper.set_content(cards(app, table))
        OUTPUT.mkdir(exist_ok=True)
        paper.screenshot(path=OUTPUT / "saved-cards.png", full_page=True)
        rows = paper.get_by_role("row")
        # Messages of other jobs in the table may name the area, too.
        area = rows.filter(has_text=re.compile("^Area of interest"))
        expect(area).to_contain_text("-121.399")
        expect(rows.filter(has_text="Status").first).to_contain_text("successful")
        assert len(results.results.items) == 1
        for scene in results.results.items:
            row = rows.filter(has_text=re.compile(f"^{re.escape(scene['id'])}"))
            expect(row.last).to_contain_text("%")
        for widget in (app, results, table):
            widget.close()


def test_text_of_a_server_is_no_html_in_a_saved_notebook(paper):
    item = {
        "type": "Feature",
        "id": HOSTILE,
        "geometry": None,
        "properties": {"datetime": "2021-07-13T00:00:00Z", "title": HOSTILE},
        "assets": {HOSTILE: {"href": "https://example.org/a.tif"}},
    }
    process = {
        "id": "x",
        "version": "1",
        "title": HOSTILE,
        "inputs": {"a": {"title": HOSTILE, "schema": {"type": "string"}}},
    }
    form, results = ogc.ProcessForm(process), ogc.ResultsMap([item])
    form.inputs = {"a": HOSTILE}
    paper.set_content(cards(form, results))
    assert paper.locator("img, script").count() == 0
    assert paper.get_by_text("onerror").count() >= 4
    form.close()
    results.close()
