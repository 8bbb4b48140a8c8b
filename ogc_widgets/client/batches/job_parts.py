"""What a batch keeps of each job: where it was about, and what it gave."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.area.encoding import Encoding
from ogc_widgets.area.reading import area_from
from ogc_widgets.area.recognition.recognise import recognise
from ogc_widgets.client.batches.entries import cells_of, kind_of, words_of
from ogc_widgets.client.results.files.names import folder_name, safe_filename
from ogc_widgets.client.results.item_columns import INPUTS, LABEL
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.client.batches.entries import BatchEntry, Column
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.protocol.documents.processes import Process


_MOST_BYTES: Final = 100_000
"""Of an output that came with the document and is kept."""


@dataclass(frozen=True, eq=False)
class JobPart:
    """The results of one job without their document, of which they keep some outputs.

    ``values`` are one number or word; ``files`` stand elsewhere, or are small.
    """

    job_id: str
    items: tuple[dict[str, Any], ...]
    values: dict[str, Any]
    files: tuple[Content, ...]
    outputs: dict[str, Any] = field(repr=False)
    media_types: dict[str, str]
    note: str

    @classmethod
    def of(cls, job_id: str, results: Results) -> JobPart:
        """Take what is kept of the results of a job."""
        values, files = {}, []
        for one in results.contents.values():
            if one.kind == "value" and not one.url:
                values[one.id] = one.value
            elif one.kind == "items" or one.file is None:
                continue
            elif one.url or (one.size or 0) <= _MOST_BYTES:
                files.append(one)
        names = dict.fromkeys(one.output_id for one in files)
        return cls(
            job_id=job_id,
            items=tuple(results.items),
            values=values,
            files=tuple(files),
            outputs={name: results.outputs[name] for name in names},
            media_types={n: results.media_types.get(n, "") for n in names},
            note=results.note,
        )

    @property
    def folder(self) -> str:
        """Name of the folder of its files among those of the other jobs."""
        return folder_name(self.job_id)

    def items_of(
        self, entry: BatchEntry, asked: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Its items, which say what the job was asked for.

        An id says of which job it is as well, so that it stays the same whatever other
        jobs give.
        """
        return [
            {
                **item,
                "id": _with_label(item.get("id"), name_of(entry)),
                "properties": {**mapping(item.get("properties")), **asked},
            }
            for item in self.items
        ]

    def as_item(
        self, entry: BatchEntry, asked: dict[str, Any], area: Area | None, when: str
    ) -> dict[str, Any]:
        """The job itself as an item: its area, its values, its files."""
        files = {
            safe_filename(one.id, "output"): {
                "href": one.url,
                "type": one.media_type,
                "title": one.title,
            }
            for one in self.files
            if one.url
        }
        time = {"datetime": when} if when else {}
        return {
            "type": "Feature",
            "id": name_of(entry),
            "geometry": None if area is None else area.geometry,
            "properties": {**time, **self.values, **asked},
            "assets": files,
        }


def name_of(entry: BatchEntry) -> str:
    """The label of a request, or its number, from 1."""
    return entry.label or f"job {entry.index + 1}"


def asked_for(entry: BatchEntry, columns: Sequence[Column]) -> dict[str, Any]:
    """What a request asked for and others did not: ``inputs:<id>`` and the label."""
    found: dict[str, Any] = {LABEL: entry.label} if entry.label else {}
    for column, cell in zip(columns, cells_of(entry, columns), strict=True):
        value = entry.inputs.get(column.id)
        is_plain = isinstance(value, int | float) or words_of(value) == value
        found[INPUTS + column.id] = value if is_plain else cell
    return found


def _with_label(item_id: object, label: str) -> str:
    name = str(item_id) if isinstance(item_id, str | int) else ""
    if not name or name in label:
        return label
    # What the id says already is not said twice.
    rest = ", ".join(part for part in label.split(", ") if part not in name)
    return f"{name} ({rest})" if rest else name


class EntryAreas:
    """Finds the area of a request."""

    def __init__(self, process: Process | None, differing: Sequence[str] = ()) -> None:
        self._differing = differing
        self._encodings: dict[str, Encoding] = {}
        for name, one in (process.inputs if process else {}).items():
            # Recognition is a kindness: an odd schema has no area.
            with suppress(TypeError, ValueError, AttributeError, LookupError):
                if hint := recognise(one):
                    self._encodings[name] = Encoding.usual(hint)

    def of(self, inputs: Mapping[str, Any]) -> Area | None:
        """The area of a request; None where no input has one that can be read."""
        return self.find(inputs)[1]

    def find(self, inputs: Mapping[str, Any]) -> tuple[str, Area | None]:
        """The same, and the id of its input before it; ``""`` where there is none."""
        names = [*(n for n in self._differing if n in inputs), *inputs]
        for name in dict.fromkeys(names):
            value = inputs[name]
            encoding = self._encodings.get(name)
            if encoding is None and kind_of(value) != "area":
                continue
            if isinstance(value, dict) and "value" in value:
                value = value["value"]
            with suppress(InputError):
                if encoding is not None and not encoding.is_undecided:
                    return name, encoding.decode(value)
                return name, area_from(value)
        return "", None
