"""Compares two runs: what was asked, of whom, with what, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client import AsyncJob, Job
from ogc_widgets.client.http.loop import run as run_now
from ogc_widgets.errors import InputError, MissingExtraError, OgcError
from ogc_widgets.form.schema import exact
from ogc_widgets.panel.job.job_state import short_id
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean
from ogc_widgets.runs.differences import ABSENT, RunComparison, RunDifference
from ogc_widgets.runs.gathering import gather_run
from ogc_widgets.runs.opening import open_run
from ogc_widgets.runs.rasters import compare_rasters
from ogc_widgets.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ogc_widgets.client import Results

# When and where a document was made differs always; where an item lies is said by its
# box in four numbers, and by its rasters.
_TELL_NOTHING: Final = frozenset(
    {"created", "updated", "links", "assets", "geometry", "properties"}
)
_MOST_RASTERS: Final = 50
_NAMED: Final = 3


def compare_runs(a: str | Path | Run | Job, b: str | Path | Run | Job) -> RunComparison:
    """Say what differs between two runs: inputs, process, server, versions, results.

    Items are compared by their ids, rasters by a few numbers. Files are read where they
    are: in the file of the run, or on the server of a job.

    Args:
        a: The file of a run, a run, or a job that has ended.
        b: The other.

    Returns:
        The differences, false if there are none; with a text and a table.

    Raises:
        InputError: One of them is none of these, or has not ended.
        ServerError: The server of a job does not answer.
    """
    return _Comparing(_run_of(a), _run_of(b)).all()


def _run_of(value: object) -> Run:
    if isinstance(value, Run):
        return value
    if isinstance(value, str | Path):
        return open_run(value)
    job = Job(value) if isinstance(value, AsyncJob) else value
    if not isinstance(job, Job):
        raise InputError(
            f"A {type(value).__name__} is no run.",
            advice="Give the path of its file, a Run, or a Job.",
        )
    record, results = run_now(gather_run, job.aio)
    process = job.aio.discovery.known_processes.get(job.process_id)
    return Run(record, job, process, results)


class _Comparing:
    """Two runs that are compared."""

    def __init__(self, here: Run, there: Run) -> None:
        self._here, self._there = here, there
        self._rasters = self._same_rasters = 0
        self._notes: list[str] = []
        self._left_out: dict[str, list[str]] = {}  # why to what

    def all(self) -> RunComparison:
        here, there = self._here, self._there
        rows = [
            *self._inputs(),
            *_members("request", _beside(here), _beside(there)),
            *self._process(),
            *_members("server", _server(here), _server(there)),
            *_members("versions", here.software, there.software),
            *_members("status", _status(here), _status(there)),
            *self._results(),
        ]
        names = _name(here), _name(there)
        if names[0] == names[1]:
            names = f"{names[0]} (1)", f"{names[1]} (2)"
        return RunComparison(rows, names, self._compared(), self._told())

    def _compared(self) -> str:
        counts = [
            (len({*(self._here.inputs or {}), *(self._there.inputs or {})}), "input"),
            (len({*_by_id(self._here.items), *_by_id(self._there.items)}), "item"),
            (self._rasters, "raster"),
        ]
        parts = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts if n]
        alike = f" ({self._same_rasters:,} with the same pixels)" * bool(self._rasters)
        return f"Compared: {', '.join(parts) or 'what is known'}{alike}."

    def _told(self) -> list[str]:
        """What could not be compared, each reason once."""
        notes = list(self._notes)
        for why, titles in self._left_out.items():
            named = "; ".join(clean(one, limit=100) for one in titles[:_NAMED])
            more = len(titles) - _NAMED
            named += f"; {more:,} more" if more > 0 else ""
            notes.append(f"Not compared: {named}. {why}")
        return notes

    def _leave_out(self, title: str, why: str) -> None:
        self._left_out.setdefault(clean(why, limit=300), []).append(title)

    def _inputs(self) -> Iterator[RunDifference]:
        here, there = self._here, self._there
        unknown = [run for run in (here, there) if run.inputs is None]
        if unknown:
            self._notes.append(f"The inputs of {_name(unknown[0])} are not known.")
            return
        yield from _members("inputs", here.inputs or {}, there.inputs or {})
        if {*here.withheld, *there.withheld}:
            names = ", ".join(sorted({*here.withheld, *there.withheld}))
            self._notes.append(f"Not compared, as they are secret: {clean(names)}.")

    def _process(self) -> Iterator[RunDifference]:
        here, there = self._here, self._there
        told = ({"id": run.process_id, "version": run.version} for run in (here, there))
        yield from _members("process", *told)
        if here.process is None or there.process is None:
            return
        for kind in ("inputs", "outputs"):
            first, second = (getattr(run.process, kind) for run in (here, there))
            for row in _members("process", _raw(first), _raw(second)):
                # The descriptions themselves are too long to be read side by side.
                one = ABSENT if row.here is ABSENT else "described"
                other = ABSENT if row.there is ABSENT else "described in another way"
                yield RunDifference("process", f"{kind[:-1]} {row.name}", one, other)

    # -- results ---------------------------------------------------------------------

    def _results(self) -> Iterator[RunDifference]:
        here, there = self._here, self._there
        one, other = here.record.results, there.record.results
        if one is None or other is None:
            if (one is None) != (other is None):
                found = ["none" if each is None else "there" for each in (one, other)]
                yield RunDifference("results", "results", found[0], found[1])
            return
        yield from self._items(here.results(), there.results())
        yield from self._outputs(here.results(), there.results())

    def _items(self, here: Results, there: Results) -> Iterator[RunDifference]:
        first, second = _by_id(here.items), _by_id(there.items)
        for name in dict.fromkeys((*first, *second)):
            one, other = first.get(name), second.get(name)
            if one is None or other is None:
                found = [ABSENT if item is None else "there" for item in (one, other)]
                yield RunDifference("results", "item", found[0], found[1], of=name)
                continue
            for row in _members("results", _telling(one), _telling(other)):
                yield replace(row, change=_change(row), of=name)
            yield from self._assets(name, (here, one), (there, other))

    def _assets(
        self,
        name: str,
        here: tuple[Results, dict[str, Any]],
        there: tuple[Results, dict[str, Any]],
    ) -> Iterator[RunDifference]:
        first = {one.key: one for one in here[0].assets(here[1])}
        second = {one.key: one for one in there[0].assets(there[1])}
        for key in dict.fromkeys((*first, *second)):
            title = f"{name}, {key}"
            if key not in first or key not in second:
                found = [
                    one[key].type or "there" if key in one else ABSENT
                    for one in (first, second)
                ]
                yield RunDifference("results", key, found[0], found[1], of=name)
            elif "tiff" in first[key].type or first[key].href.endswith(".tif"):
                why_not = first[key].why_not or second[key].why_not
                if why_not:
                    self._leave_out(title, why_not)
                    continue
                opened = here[0].open(here[1], key), there[0].open(there[1], key)
                for row in self._raster(title, *opened):
                    yield replace(row, name=key, of=name)

    def _outputs(self, here: Results, there: Results) -> Iterator[RunDifference]:
        first, second = here.contents, there.contents
        for name in dict.fromkeys((*first, *second)):
            one, other = first.get(name), second.get(name)
            title = f"output {name}"
            if one is None or other is None:
                found = [ABSENT if c is None else c.kind for c in (one, other)]
                yield RunDifference("results", title, found[0], found[1])
            elif one.kind != other.kind:
                yield RunDifference("results", title, one.kind, other.kind)
            elif one.kind == "items":
                continue
            elif why_not := one.why_not or other.why_not:
                self._leave_out(title, why_not)
            elif one.kind == "raster":
                yield from self._raster(title, one.open(), other.open())
            elif not one.url and not other.url:
                if not exact.same(_plain(one.value), _plain(other.value)):
                    yield RunDifference(
                        "results", title, _plain(one.value), _plain(other.value)
                    )
            else:
                yield from self._bytes(title, one, other)

    def _bytes(self, title: str, one: Any, other: Any) -> Iterator[RunDifference]:  # noqa: ANN401 # Contents
        try:
            first, second = one.read(), other.read()
        except OgcError as error:
            self._leave_out(title, error.what)
            return
        if first != second:
            sizes = [f"{len(data):,} bytes" for data in (first, second)]
            change = "" if sizes[0] != sizes[1] else "the content differs"
            yield RunDifference("results", title, sizes[0], sizes[1], change)

    def _raster(self, title: str, here: Any, there: Any) -> Iterator[RunDifference]:  # noqa: ANN401 # RemoteFiles
        if self._rasters >= _MOST_RASTERS:
            self._leave_out(title, f"Only {_MOST_RASTERS} rasters are compared.")
            return
        try:
            found = compare_rasters(here, there)
        except MissingExtraError as error:
            self._leave_out(title, str(error))
            return
        except OgcError as error:
            self._leave_out(title, error.what)
            return
        self._rasters += 1
        if found.change:
            shown = found.here, found.there, found.change
            yield RunDifference("results", title, *shown)
        else:
            self._same_rasters += 1


def _members(
    part: str, here: Mapping[str, Any], there: Mapping[str, Any]
) -> Iterator[RunDifference]:
    """The members that two objects do not have alike."""
    for name in dict.fromkeys((*here, *there)):
        one, other = here.get(name, ABSENT), there.get(name, ABSENT)
        if one is ABSENT or other is ABSENT or not exact.same(one, other):
            yield RunDifference(part, name, one, other)


def _beside(run: Run) -> dict[str, Any]:
    """What stands beside the inputs of a request."""
    body = reading.mapping((run.request or {}).get("body"))
    return {name: one for name, one in body.items() if name != "inputs"}


def _raw(described: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(one.raw) for name, one in described.items()}


def _server(run: Run) -> dict[str, Any]:
    return {"address": run.server, "conformance": sorted(run.conformance)}


def _status(run: Run) -> dict[str, Any]:
    found = {"status": run.status.status, "reason": run.reason}
    return {name: text for name, text in found.items() if text}


def _name(run: Run) -> str:
    if run.path is not None:
        return run.path.name
    return f"job {short_id(run.job_id)}" if run.job_id else "the answer"


def _by_id(items: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {reading.text(item.get("id")): item for item in items}


def _telling(item: Mapping[str, Any]) -> dict[str, Any]:
    """What tells something of an item, member by member."""
    every = {**item, **reading.mapping(item.get("properties"))}
    told = {
        name: one
        for name, one in every.items()
        if name not in _TELL_NOTHING and not name.startswith("proj:")
    }
    if isinstance(box := told.get("bbox"), list):
        told["bbox"] = ", ".join(
            f"{one:.5g}" if _is_number(one) else "?" for one in box
        )
    return told


def _change(row: RunDifference) -> str:
    """How much more a number is, or less."""
    if not (_is_number(row.here) and _is_number(row.there)):
        return ""
    return f"{float(row.there) - float(row.here):+.4g}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _plain(value: object) -> object:
    return f"{len(value):,} bytes" if isinstance(value, bytes) else value
