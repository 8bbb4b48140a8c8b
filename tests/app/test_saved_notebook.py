"""A notebook that was run from top to bottom holds what the app showed in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from ogc_widgets.lab import Lab

AOI = "-121.2,39.9,-121.1,40"
STATE = "application/vnd.jupyter.widget-state+json"


def states_after(*cells: str) -> list[dict[str, Any]]:
    """The state of every widget in the file of a notebook that was run."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    widgets = notebook.metadata.widgets[STATE]["state"].values()
    return [widget["state"] for widget in widgets]


def test_file_holds_the_end_when_another_cell_waits_for_the_job(
    lab_server: Lab,
) -> None:
    start = (
        "import ogc_widgets as ogc\n"
        f"app = ogc.App({lab_server.url!r}, 'water-bodies')\n"
        f"app.form.inputs = {{'aoi': {AOI!r}, 'stac_items': {lab_server.scenes[:1]}}}\n"
        "job = app.run()\n"
        "app"
    )
    states = states_after(start, "await job")
    (panel,) = [one["state"] for one in states if "log_view" in one]
    assert panel["kind"] == "successful"
    (outputs,) = [one for one in states if "summary" in one and "chips" in one]
    assert outputs["summary"].startswith("1 STAC item · 1 footprint")
