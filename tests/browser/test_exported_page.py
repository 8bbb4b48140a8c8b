"""A notebook that was exported to HTML: its views are there, nobody answers them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import nbconvert
import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from view_page import show_script

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ogc_widgets.lab import Lab


@pytest.fixture(scope="module")
def exported(lab_server: Lab) -> list[dict[str, Any]]:
    """The states of all widgets, as a page that nbconvert made carries them."""
    code = f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r})\napp"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    embedded = re.search(
        r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>',
        html,
        re.DOTALL,
    )
    assert embedded
    return [one["state"] for one in json.loads(embedded[1])["state"].values()]


@pytest.mark.parametrize(
    ("view", "button"),
    [("RunBar", "Run"), ("HeaderView", "JSON"), ("HeaderView", "Deploy …")],
)
def test_press_is_told_of_when_the_page_was_exported(
    page: Page, exported: list[dict[str, Any]], view: str, button: str
) -> None:
    state = next(
        one for one in exported if one.get("_anywidget_id", "").endswith(f".{view}")
    )
    page.clock.install()
    show_script(page, state["_esm"], state["_css"], state)
    # What html-manager does with a message of a model without a kernel: nothing.
    page.evaluate("model.send = () => {}")
    page.get_by_role("button", name=button, exact=True).click()
    page.clock.run_for(6_000)
    expect(page.locator(".ogcw-error[role=alert]")).to_have_text(
        "The kernel does not answer. "
        "Wait if it is busy, else run the cell again in the notebook."
    )
    expect(page.get_by_text("Starting")).to_have_count(0)
