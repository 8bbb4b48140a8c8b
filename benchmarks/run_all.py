"""From Run All to a form that can be typed into, in JupyterLab, beside Cuiman's.

A new notebook with a new kernel for each; the libraries take turns. Both open the first
process of the server. The end is the first frame in which one certain input of that
process, found by its label, is seen, enabled and under the mouse; then something is
typed into it, to see that it takes it. On the lab server and on pygeoapi, which runs in
an environment of its own (``python scripts/servers.py pygeoapi``).
"""

from __future__ import annotations

import os
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from map_window import window  # finds the helpers of the tests
from measure import Row
from real_servers import MissingServerError, running

import ogc_widgets as ogc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage

_ROUNDS = int(os.environ.get("ROUNDS", "5"))
_CELLS: dict[str, tuple[str, ...]] = {
    "ours": ("import ogc_widgets as ogc", "ogc.App({url!r})"),
    "Cuiman": (
        # Its scripts would come from a CDN, of which there is none here.
        "import os\nos.environ['PANEL_INLINE'] = 'True'\nfrom cuiman.gui import Client",
        "client = Client(api_url={url!r})\nclient.show()",
    ),
}
# Label of an input that both show as a field for text.
_LABELS = {"the lab server": "Area of interest", "pygeoapi": "Name"}
_LIMIT_MS = 20_000
# Bokeh, by which Cuiman draws, has its fields in shadow roots.
_WATCH = """
(label) => {
  const seen = window.runAll = { begun: Date.now(), end: 0, field: null };
  const roots = (node) => [node, ...[...node.querySelectorAll("*")]
    .filter((one) => one.shadowRoot).flatMap((one) => roots(one.shadowRoot))];
  const holder = "input:not([type=hidden]), textarea";
  const isReady = (field) => {
    const { left, top, width, height } = field.getBoundingClientRect();
    if (field.disabled || field.readOnly || !width || !height) return false;
    let hit = document.elementFromPoint(left + width / 2, top + height / 2);
    while (hit?.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(left + width / 2, top + height / 2);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit === field;
  };
  const find = () => {
    for (const output of document.querySelectorAll(".jp-OutputArea-output")) {
      for (const root of roots(output)) {
        for (const one of root.querySelectorAll("label")) {
          const says = one.textContent.trim().toLowerCase();
          if (!says.startsWith(label.toLowerCase())) continue;
          const field = one.control ?? one.parentElement.querySelector(holder);
          if (!field) continue;
          field.scrollIntoView({ block: "center" });
          if (isReady(field)) return field;
        }
      }
    }
  };
  const step = () => {
    seen.field = find();
    if (seen.field) seen.end = Date.now();
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  void window.jupyterapp.commands.execute("notebook:run-all-cells");
}
"""


def rows() -> Iterator[Row]:
    """Measure."""
    with window() as page, _servers() as servers:
        for name, url in servers.items():
            found: dict[str, list[float]] = {who: [] for who in _CELLS}
            for _ in range(_ROUNDS):
                for who, mine in found.items():
                    mine.append(_seconds(page, who, url, name))
            ours, theirs = (statistics.median(mine) for mine in found.values())
            yield Row(f"Run All to a form, {name} / Cuiman", ours, theirs, 1.0)


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="ogcw-") as folder, ogc.lab() as lab:
        servers = {"the lab server": lab.url}
        try:
            with running("pygeoapi", Path(folder)) as pygeoapi:
                yield {**servers, "pygeoapi": pygeoapi.url}
        except MissingServerError as error:
            print(f"  {error}")
            yield servers


def _seconds(page: LabPage, who: str, url: str, server: str) -> float:
    page.leave()
    cells = [cell.format(url=url) for cell in _CELLS[who]]
    page.open(page.write_notebook(*cells), width=1100)
    page.page.evaluate(_WATCH, _LABELS[server])
    page.page.wait_for_function("() => runAll.end", timeout=_LIMIT_MS)
    took = page.page.evaluate("() => runAll.end - runAll.begun")
    page.page.evaluate("() => { runAll.field.focus(); runAll.field.select(); }")
    page.page.keyboard.type("1,2,3,4")
    page.page.wait_for_function("() => runAll.field.value === '1,2,3,4'")
    return float(took) / 1000
