"""A notebook that was exported to HTML: its views are there, nobody answers them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import nbconvert
import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from view_page import show_scripts

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ogc_widgets.lab import Lab


@pytest.fixture(scope="module")
def exported(lab_server: Lab) -> dict[str, dict[str, Any]]:
    """States of widgets by id, as a page that nbconvert made carries them."""
    code = f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r})\napp"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3", timeout=240).execute()
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    embedded = re.search(
        r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>',
        html,
        re.DOTALL,
    )
    assert embedded
    widgets = json.loads(embedded[1])["state"].items()
    for _, one in widgets:
        for buffer in one.get("buffers", ()):
            if buffer["path"] == ["packed"]:
                one["state"]["packed"] = buffer["data"]
    return {model_id: one["state"] for model_id, one in widgets}


def state_of(exported: dict[str, dict[str, Any]], view: str) -> dict[str, Any]:
    end = f".{view}"
    states = exported.values()
    return next(one for one in states if one.get("_anywidget_id", "").endswith(end))


# A page with the saved models of a notebook, which finds each by its id as the widget
# managers of Jupyter do.
DRAW_SAVED = """async ({esm, states, views}) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const modelOf = (state) => ({
    get: (name) => name === "packed" ? bytes(state.packed) : state[name],
    on() {}, off() {}, send() {},
    widget_manager: { get_model: async (id) => modelOf(states[id]) },
  });
  const url = URL.createObjectURL(new Blob([esm], {type: "text/javascript"}));
  const loader = (await import(url)).default;
  for (const view of views) {
    const el = document.body.appendChild(document.createElement("div"));
    await loader.render({ model: modelOf(view), el });
  }
  return globalThis.ogcwScripts.size;
}"""


def test_scripts_are_saved_once_and_loaded_once(
    page: Page, exported: dict[str, dict[str, Any]]
) -> None:
    codes = [one["packed"] for one in exported.values() if "packed" in one]
    assert len(codes) == len(set(codes)) > 1
    run_bar, head = state_of(exported, "RunBar"), state_of(exported, "HeaderView")
    page.set_content("<!doctype html><body data-jp-theme-light='true'>")
    loaded = page.evaluate(
        DRAW_SAVED,
        {"esm": head["_esm"], "states": exported, "views": [run_bar, head, run_bar]},
    )
    # The shared one, and one of each view.
    assert loaded == 3
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(2)
    expect(page.get_by_role("button", name="JSON", exact=True)).to_have_count(1)
    assert page.locator("#ogcw-style-theme").count() == 1


@pytest.mark.parametrize(
    ("view", "button"),
    [("RunBar", "Run"), ("HeaderView", "JSON"), ("HeaderView", "Deploy …")],
)
def test_press_is_told_of_when_the_page_was_exported(
    still_page: Page, exported: dict[str, dict[str, Any]], view: str, button: str
) -> None:
    page = still_page
    state = state_of(exported, view)
    shared, own = (
        gzip.decompress(base64.b64decode(exported[one[len("IPY_MODEL_") :]]["packed"]))
        for one in state["_scripts"]
    )
    show_scripts(page, (shared.decode(), own.decode()), state)
    # What html-manager does with a message of a model without a kernel: nothing.
    page.evaluate("model.send = () => {}")
    page.get_by_role("button", name=button, exact=True).click()
    page.clock.run_for(6_000)
    expect(page.locator(".ogcw-error[role=alert]")).to_have_text(
        "The kernel does not answer. "
        "Wait if it is busy, else run the cell again in the notebook."
    )
    expect(page.get_by_text("Starting")).to_have_count(0)
