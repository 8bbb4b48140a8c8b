"""A notebook that was run from top to bottom holds what the app showed in the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from ogc_widgets.lab import Lab

AOI = "-121.2,39.9,-121.1,40"
STATE = "application/vnd.jupyter.widget-state+json"


def run(*cells: str) -> nbformat.NotebookNode:
    """A notebook that a program has run, as it is in its file."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
    )
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


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
    notebook = run(start, "await job")
    widgets = notebook.metadata.widgets[STATE]["state"].values()
    states = [widget["state"] for widget in widgets]
    (panel,) = [one["state"] for one in states if "log_view" in one]
    assert panel["kind"] == "successful"
    (outputs,) = [one for one in states if "summary" in one and "chips" in one]
    assert outputs["summary"].startswith("1 STAC item · 1 footprint")

    card, live = (output["data"] for output in notebook.cells[0].outputs)
    assert "successful" in card["text/html"]
    assert "nothing run yet" not in card["text/html"]
    assert "Results: 1 item" in card["text/plain"]
    # The raster that is shown without a press is on the picture, too.
    assert re.search(r'<img alt="Map: [^"]*1 footprint, Water mask"', card["text/html"])
    # A page without scripts shows the card once.
    assert set(live) == {"application/vnd.jupyter.widget-view+json", "text/plain"}


def test_file_holds_what_was_selected_after_the_cell_that_shows_it() -> None:
    shows = (
        "import ogc_widgets as ogc\n"
        "point = {'type': 'Point', 'coordinates': [10, 50]}\n"
        "items = [{'type': 'Feature', 'id': f's{n}', 'geometry': point, 'assets': {}}"
        " for n in range(3)]\n"
        "shown = ogc.ResultsMap(items)\n"
        "shown"
    )
    notebook = run(shows, "shown.selected = 's1'", "shown.close()")
    card, _ = (output["data"] for output in notebook.cells[0].outputs)
    assert "selected s1" in card["text/html"]
    assert len(card["text/html"]) < 60_000
