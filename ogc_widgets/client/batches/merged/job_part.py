"""What is kept of the results of one job of a batch: items, values and references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.batches.entry_words import cells_of, words_of
from ogc_widgets.client.results.files.names import folder_name, safe_filename
from ogc_widgets.client.results.item_columns import INPUTS, LABEL
from ogc_widgets.protocol.reading import mapping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.batches.entry_words import Column
    from ogc_widgets.client.results.content import Content
    from ogc_widgets.client.results.job_results import Results

_MOST_BYTES: Final = 100_000
"""Of an output that came with the document and is kept."""


@dataclass(frozen=True, eq=False)
class JobPart:
    """The results of one job without their document.

    Attributes:
        job_id: Id of the job.
        items: Its STAC items, as they came.
        values: Output id to value, of those that are one number or word.
        files: The outputs that are files, without those that came with the document
            and are large.
        outputs: Output id to value, of these.
        media_types: Output id to media type.
        note: What is missing among its items.
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
        """Take what is kept of the results of a job.

        Args:
            job_id: Id of the job.
            results: All that it gave.
        """
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

        Args:
            entry: The request.
            asked: Properties of :func:`asked_for`.
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
        """The job itself as an item: its area, its values, its files.

        Args:
            entry: The request.
            asked: Properties of :func:`asked_for`.
            area: Where the request is about.
            when: Which time it is about, or ``""``.
        """
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
    """What a request asked for and others did not: ``inputs:<id>`` and the label.

    Args:
        entry: The request.
        columns: The inputs that are not the same in all of them.

    Returns:
        Numbers and texts as they were sent, of anything else what it is called.
    """
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
