"""Outputs that are not STAC items: values, references, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.client.results.output_files import ResultFile, files_of
from ogc_widgets.errors import InputError
from ogc_widgets.form.page.words import media_type
from ogc_widgets.protocol.links import absolute
from ogc_widgets.protocol.media_types import OCTETS, bare
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.client import Results

Row = dict[str, Any]
_Listed = tuple[Row, ResultFile | None]

_TEXT_LIMIT = 20_000
_MOST_ROWS = 100
MAX_SENT_BYTES = 64 * 2**20


class OutputsView(View):
    """The head of the results, and a row for every output that is not on the map."""

    _script = "outputs_view"

    summary = traitlets.Unicode().tag(sync=True)
    """One line on what came out; empty while nothing has."""
    rows: Any = traitlets.List().tag(sync=True)
    """What is listed: ``{"id", "text", "href", "type", "size"}``; a row with a size is
    a file that the page can save."""

    def __init__(self, **kwargs: object) -> None:
        self._files: list[ResultFile | None] = []
        super().__init__(**kwargs)

    def show(self, results: Results | None, drawn: int = 0) -> None:
        """Show the outputs of a job, or that there are none yet.

        Args:
            results: The results.
            drawn: How many footprints the map shows.
        """
        found = [] if results is None else _rows(results)
        rows = [row for row, _ in found]
        with publishing(self):
            self._files = [file for _, file in found]
            self.problem = ""
            self.rows = rows
            self.summary = (
                "" if results is None else _summary(results, len(rows), drawn)
            )

    def _on_save(self, row: int) -> None:
        """Send a file to the page, which saves it on that machine."""
        file = self._files[row]
        if file is None:
            raise InputError("This output is no file.")
        data = file.data or b""
        if len(data) > MAX_SENT_BYTES:
            raise InputError(
                f"{file.name} has {len(data) / 1e6:.0f} MB, too much to send to the "
                "page.",
                advice='Save it with app.results.download("folder").',
            )
        kind = file.media_type or OCTETS
        content = {"type": "file", "name": file.name, "media_type": kind}
        self.send(content, buffers=[data])


def _summary(results: Results, others: int, drawn: int) -> str:
    def counted(count: int, noun: str) -> str:
        return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

    parts = []
    if items := len(results.items):
        on_map = f"{counted(drawn, 'footprint')} on the map"
        parts = [counted(items, "STAC item"), on_map]
    if others:
        parts.append(counted(others, "output"))
    return " · ".join(parts) or "The job gave no outputs."


def _rows(results: Results) -> list[_Listed]:
    """A row for every output whose content is not drawn as items, and its file."""
    rows = [
        row
        for name, value in results.outputs.items()
        if not (results.items and _holds_items(value))
        for row in _rows_of(name, value, results.media_types.get(name, ""))
    ]
    return rows[:_MOST_ROWS]


def _holds_items(value: object) -> bool:
    inner = value.get("value", value) if isinstance(value, Mapping) else value
    return isinstance(inner, Mapping) and (
        "stac_version" in inner
        or inner.get("type")
        in ("FeatureCollection", "Feature", "Catalog", "Collection")
    )


def _rows_of(name: str, value: object, kind: str) -> list[_Listed]:
    if isinstance(value, list) and any(isinstance(one, bytes) for one in value):
        return [
            row
            for number, one in enumerate(value, 1)
            for row in _rows_of(f"{name} {number}", one, kind)
        ]
    row: Row = {"id": clean(name), "text": "", "href": "", "type": kind, "size": None}
    if isinstance(value, Mapping) and isinstance(value.get("href"), str):
        row["href"] = absolute(value["href"])
        row["text"] = clean(value["href"])
    elif not isinstance(value, bytes):
        is_text = isinstance(value, str)
        text = value if is_text else dump_json(value, indent=2, is_lenient=True)
        row["text"] = clean(text, limit=_TEXT_LIMIT, lines=True)
    files: list[ResultFile] = []
    # What cannot be shown, or not whole, can be saved.
    if isinstance(value, bytes) or row["text"].endswith(" more)"):
        files = [one for one in files_of(name, value, kind) if one.data is not None]
    file = files[0] if len(files) == 1 else None
    if file is not None:
        row["type"] = file.media_type
        row["size"] = len(file.data or b"")
    row["type"] = _words(row["type"])
    return [(row, file)]


def _words(kind: str) -> str:
    """A media type in words, with its own name where that says more."""
    plain = clean(bare(kind), limit=80)
    words = clean(media_type(kind), limit=80) if kind else ""
    return words if plain in ("", words) else f"{words} ({plain})"
