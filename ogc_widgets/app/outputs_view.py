"""Outputs that are not STAC items: values, references, files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.api.links import absolute
from ogc_widgets.api.text import clean
from ogc_widgets.api.wire import dump_json
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.client import Results

_STATIC = Path(__file__).parent / "static"
_TEXT_LIMIT = 20_000
_MOST_ROWS = 100


class OutputsView(View):
    """The head of the results, and a row for every output that is not on the map."""

    _script = _STATIC / "outputs_view.js"
    _style = _STATIC / "outputs_view.css"

    summary = traitlets.Unicode().tag(sync=True)
    """One line on what came out; empty while nothing has."""
    rows: Any = traitlets.List().tag(sync=True)
    """What is listed: ``{"id", "text", "href", "type"}``."""

    def show(self, results: Results | None) -> None:
        """Show the outputs of a job, or that there are none yet."""
        rows = [] if results is None else _rows(results)
        with publishing(self):
            self.problem = ""
            self.rows = rows
            self.summary = "" if results is None else _summary(results, len(rows))


def _summary(results: Results, others: int) -> str:
    items = len(results.items)
    parts = []
    if items:
        noun = "STAC item" if items == 1 else "STAC items"
        drawn = sum(isinstance(item.get("geometry"), Mapping) for item in results.items)
        prints = "footprint" if drawn == 1 else "footprints"
        parts.append(f"{items} {noun} · {drawn} {prints} on the map")
    if others:
        parts.append(f"{others} {'output' if others == 1 else 'outputs'}")
    return " · ".join(parts) or "The job gave no outputs."


def _rows(results: Results) -> list[dict[str, str]]:
    """A row for every output whose content is not drawn as items."""
    return [
        _row(name, value)
        for name, value in list(results.outputs.items())[:_MOST_ROWS]
        if not (results.items and _holds_items(value))
    ]


def _holds_items(value: object) -> bool:
    inner = value.get("value", value) if isinstance(value, Mapping) else value
    return isinstance(inner, Mapping) and (
        "stac_version" in inner
        or inner.get("type")
        in ("FeatureCollection", "Feature", "Catalog", "Collection")
    )


def _row(name: str, value: object) -> dict[str, str]:
    row = {"id": clean(name), "text": "", "href": "", "type": ""}
    if isinstance(value, Mapping):
        row["type"] = clean(value.get("type") or value.get("mediaType"), limit=80)
        href = value.get("href")
        if isinstance(href, str):
            row["href"] = absolute(href)
            row["text"] = clean(href)
            return row
        if "value" in value:
            value = value["value"]
    text = value if isinstance(value, str) else dump_json(value, indent=2)
    row["text"] = clean(text, limit=_TEXT_LIMIT, lines=True)
    return row
