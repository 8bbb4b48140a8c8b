"""The requests of a batch, each as it stands at a moment, and what is said of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from urllib.parse import unquote, urlsplit

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.text import brief, clean, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


BatchState = Literal[
    "waiting",
    "sending",
    "accepted",
    "running",
    "successful",
    "failed",
    "dismissed",
    "lost",
    "unknown",
]
STATES: tuple[BatchState, ...] = get_args(BatchState)
# Something still happens to an entry in one of these.
OPEN: frozenset[BatchState] = frozenset({"waiting", "sending", "accepted", "running"})
# Its job is on the server and goes on.
GOES_ON: frozenset[BatchState] = frozenset({"accepted", "running"})
# Nothing came of it, and it is sent again when all that failed is tried once more.
RETRIED: frozenset[BatchState] = frozenset({"failed", "lost"})


@dataclass(frozen=True, slots=True, repr=False)
class BatchEntry:
    """One request of a batch: a snapshot.

    Attributes:
        index: Its place in the list of inputs, from 0.
        inputs: What is, or was, sent.
        label: Words for people, such as ``Davis, 2021-06-03``; ``""`` if none were
            given.
        state: ``waiting`` to be sent, ``sending``, ``accepted``, ``running``,
            ``successful``, ``failed`` (by the server, or refused by it), ``dismissed``,
            ``lost`` (the server no longer knows the job), or ``unknown``: the request
            may have left and no answer came, and it is never sent again by itself.
        progress: Per cent, as the server says, or ``None``.
        message: What the server says, for people.
        error: Why there is no result, in words, or ``""``.
        job_id: Id of the job, ``""`` until it is known.
        url: Address of the job, ``""`` until it is known.
        started_at: When the request was sent last, in UTC.
        ended_at: When the job had ended, in UTC.
        attempt: How many times it was taken by the server, or may have been.
    """

    index: int
    inputs: dict[str, Any]
    label: str = ""
    state: BatchState = "waiting"
    progress: int | None = None
    message: str = ""
    error: str = ""
    job_id: str = ""
    url: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 0

    def __repr__(self) -> str:
        said = quoted(self.error or self.message)
        return brief(self, self.index, self.label, self.state, said)


# Several states are one to whoever looks: something is on its way.
GROUP_OF: Final[Mapping[BatchState, str]] = {
    "successful": "successful",
    "failed": "failed",
    "lost": "lost",
    "unknown": "unknown",
    "dismissed": "dismissed",
    "sending": "running",
    "accepted": "running",
    "running": "running",
    "waiting": "waiting",
}
WORD_OF: Final = {
    **{group: group for group in GROUP_OF.values()},
    "unknown": "not known",
}
"""Groups in the order in which the page counts them, and what they are called."""

_SHORT = 60
_NUMBER = r"\s*[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?\s*"
_BBOX = pattern(
    rf"\[?{_NUMBER}(?:,{_NUMBER}){{3}}(?:(?:,{_NUMBER}){{2}})?\]?", re.IGNORECASE
)
_DATE = pattern(r"\d{4}-\d\d(-\d\d)?([T ][\d:.]*(Z|[-+]\d\d:?\d\d)?)?")
_SHAPES = frozenset(
    {
        *("Point", "MultiPoint", "LineString", "MultiLineString"),
        *("Polygon", "MultiPolygon", "GeometryCollection"),
        *("Feature", "FeatureCollection"),
    }
)
_WKT = pattern(
    r"\s*(SRID=\d+;\s*)?(MULTI)?(POLYGON|POINT|LINESTRING)\s*Z?\s*\(", re.IGNORECASE
)
_MANY: Final = {"area": "areas", "date": "dates", "item": "items"}


@dataclass(frozen=True)
class Column:
    """An input that is not the same in all requests of a batch.

    Attributes:
        id: Id of the input.
        title: What it is called.
        kind: ``area``, ``date``, ``item``, ``number`` or ``text``.
        distinct: How many different values there are.
        names: What values that are no words are called in the labels, by their JSON.
    """

    id: str
    title: str
    kind: str
    distinct: int
    names: Mapping[str, str] = field(default_factory=dict, repr=False)


def columns_of(
    entries: Sequence[BatchEntry],
    differing: Sequence[str],
    titles: Mapping[str, str],
) -> list[Column]:
    """The columns of a table of a batch."""
    columns = []
    for name in differing:
        values = [one.inputs.get(name) for one in entries]
        kinds = {kind_of(value) for value in values if value is not None}
        kind = kinds.pop() if len(kinds) == 1 else "text"
        marks = [_mark(value) for value in values]
        is_said = all(words_of(one) == one or _is_number(one) for one in values)
        names = {} if is_said else _names(marks, entries)
        title = clean(titles.get(name, name), limit=_SHORT)
        columns.append(Column(name, title, kind, len({*marks}), names))
    return columns


def _mark(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _names(marks: Sequence[str], entries: Sequence[BatchEntry]) -> dict[str, str]:
    """What values are called: the part of the labels that goes with each of them."""
    parts = [one.label.split(", ") for one in entries]
    for at in range(min(map(len, parts), default=0)):
        pairs = {(mark, words[at]) for mark, words in zip(marks, parts, strict=True)}
        names = dict(pairs)
        if len(pairs) == len(names) == len({*names.values()}) and all(names.values()):
            return names
    return {}


def cells_of(entry: BatchEntry, columns: Sequence[Column]) -> list[str]:
    """The inputs of a request in words, in the order of the columns.

    What has no words of its own is called as in the label of the request: by the part
    that goes with it in all labels, or by what is left when the others are taken away.
    """
    cells = [
        column.names.get(_mark(value)) or words_of(value)
        for column in columns
        for value in (entry.inputs.get(column.id),)
    ]
    if None in cells:
        said = {one for one in cells if one}
        parts = [part for part in entry.label.split(", ") if part not in said]
        rest, silent = ", ".join(parts), cells.count(None)
        names = [rest] if silent == 1 else parts if len(parts) == silent else []
        given = iter(names if rest else [])
        cells = [
            next(given, _shape(entry.inputs.get(column.id))) if cell is None else cell
            for cell, column in zip(cells, columns, strict=True)
        ]
    return [clean(cell, limit=_SHORT) for cell in cells]


def words_of(value: object) -> str | None:
    """A value of an input in a few words; None where it has none, as an area."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.9g}"  # with all its digits: others may differ in the last
    if isinstance(value, str):
        return _text_in_words(value)
    if isinstance(value, dict):
        for name in ("value", "href", "id", "title", "name"):
            if name in value and not (name == "value" and kind_of(value) == "area"):
                return words_of(value[name])
        return None
    if isinstance(value, list | tuple) and kind_of(value) != "area":
        words = [words_of(one) for one in value]
        if len(words) <= 3 and None not in words:
            return ", ".join(str(one) for one in words)
        return f"{len(words)} values"
    return None


def _text_in_words(text: str) -> str | None:
    if kind_of(text) == "area":
        return None
    if re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        path = urlsplit(text).path.rstrip("/")
        return unquote(path.rpartition("/")[2].removesuffix(".json")) or text
    return text


def kind_of(value: object) -> str:
    """``area``, ``date``, ``item``, ``number`` or ``text``."""
    if isinstance(value, dict):
        if "stac_version" in value:
            return "item"
        if value.get("type") in _SHAPES or "bbox" in value:
            return "area"
        return kind_of(value["value"]) if "value" in value else "text"
    if isinstance(value, list | tuple):
        if len(value) in (4, 6) and all(_is_number(one) for one in value):
            return "area"
        return kind_of(value[0]) if len(value) == 1 else "text"
    if isinstance(value, str):
        if _BBOX.fullmatch(value) or _WKT.match(value):
            return "area"
        if re.match(r"https?://.*/items/", value):
            return "item"
        return "date" if _DATE.fullmatch(value) else "text"
    return "number" if _is_number(value) else "text"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shape(value: Any) -> str:  # noqa: ANN401 # JSON
    """What is said of an area that nobody named: its first numbers."""
    numbers = re.findall(r"-?\d+(?:\.\d+)?", json.dumps(value, default=str))
    near = ", ".join(f"{float(one):.2f}" for one in numbers[:2])
    return f"at {near}" if near else "…"


def sum_of(columns: Sequence[Column], total: int) -> str:
    """How many jobs, and of what: ``12 areas × 5 dates = 60 jobs``."""
    jobs = f"{total:,} job" if total == 1 else f"{total:,} jobs"
    product = 1
    for column in columns:
        product *= column.distinct
    if len(columns) < 2 or product != total or total < 2:
        return jobs
    parts = " × ".join(f"{one.distinct:,} {_noun(one)}" for one in columns)
    return f"{parts} = {jobs}"


def _noun(column: Column) -> str:
    many = _MANY.get(column.kind, "")
    if not many:
        is_stac = "stac" in column.title.lower()
        return "STAC items" if is_stac else f"values of {column.title}"
    return many if column.distinct > 1 else many.removesuffix("s")


def about(seconds: float) -> str:
    """A time in words that do not change every second: ``about 3 min``."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours, rest = divmod(round(minutes / 15) * 15, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def group_counts(counts: Mapping[BatchState, int]) -> dict[str, int]:
    """How many are in which group, in the order of :data:`WORD_OF`."""
    found = dict.fromkeys(WORD_OF, 0)
    for state, number in counts.items():
        found[GROUP_OF[state]] += number
    return {group: number for group, number in found.items() if number}
