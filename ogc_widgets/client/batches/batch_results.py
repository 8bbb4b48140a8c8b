"""The results of all jobs of a batch, as if one job had given them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from ogc_widgets.client.batches.entries import columns_of
from ogc_widgets.client.batches.job_parts import EntryAreas, JobPart, asked_for, name_of
from ogc_widgets.client.results.content import Content, no_such_output
from ogc_widgets.client.results.files.result_files import Wanted, files_of
from ogc_widgets.client.results.item_columns import INPUTS, LABEL
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.errors import OgcError
from ogc_widgets.protocol.answers.results import ResultsDocument
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Coroutine,
        Iterator,
        Mapping,
        Sequence,
    )

    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.discovery import Discovery
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.protocol.documents.processes import Process
    from ogc_widgets.protocol.json_type import JsonObject


JOBS: Final = "jobs"
"""The output that is the table of the jobs."""
_ITEMS: Final = "items"
_MOST_NOTES: Final = 3


class BatchResults(Results):
    """What the jobs of a batch gave so far.

    Attributes:
        outputs: ``{"jobs": [...]}``: a dict for each job, with its label, the inputs
            that differ (``inputs:<id>``), and its outputs that are one number or word.
        items: The STAC items of all jobs; their properties say what was asked for, as
            ``inputs:<id>`` and ``inputs:label``. Where no job gave any, each job is an
            item itself: its area, its values, its files.
        is_of_jobs: Whether items are the jobs themselves.
        batch_id: Id of the batch.
        titles: What people call the inputs that differ, by ``inputs:<id>``.
        total: How many jobs the batch has.
        note: What is missing, in words for people; ``""`` if nothing is.
    """

    def __init__(
        self,
        client: Connection,
        parts: Mapping[int, JobPart],
        entries: Sequence[BatchEntry],
        differing: Sequence[str],
        *,
        process: Process | None = None,
        batch_id: str = "",
        faults: Mapping[int, Exception] | None = None,
        again: Callable[[], Coroutine[Any, Any, Results]] | None = None,
    ) -> None:
        self.batch_id, self.total = batch_id, len(entries)
        self._parts = [(entries[at], parts[at]) for at in sorted(parts)]
        self._source_of: dict[str, tuple[int, JobPart, Any]] = {}
        columns = columns_of(entries, differing, {})
        asked = {entry.index: asked_for(entry, columns) for entry, _ in self._parts}
        self.is_of_jobs = not any(part.items for _, part in self._parts)
        areas = EntryAreas(process, differing)
        dates = [one.id for one in columns if one.kind == "date"]
        self._rows: list[dict[str, Any]] = []
        for entry, part in self._parts:
            if self.is_of_jobs:
                # More than one date say from when to when, or nothing of the kind.
                is_dated = len(dates) == 1
                when = str(entry.inputs.get(dates[0]) or "") if is_dated else ""
                area = areas.of(entry.inputs)
                found = [part.as_item(entry, asked[entry.index], area, when)]
            else:
                found = part.items_of(entry, asked[entry.index])
            for item, one in zip(found, part.items or found, strict=True):
                before = one.get("id")
                item["id"] = self._own_id(item["id"])
                self._source_of[item["id"]] = (entry.index, part, before)
            self._rows += found
        has_place = any(one.get("geometry") or one.get("assets") for one in self._rows)
        items = self._rows if has_place or not self.is_of_jobs else []
        rows = [
            {"label": name_of(entry), **asked[entry.index], **part.values}
            | {"job_id": part.job_id}
            for entry, part in self._parts
        ]
        for row in rows:
            row.pop(LABEL, None)
        note = _note([part for _, part in self._parts], entries, faults or {})
        document = ResultsDocument({JOBS: rows}, items, note=note)
        described = process.outputs if process else None
        self.titles = {
            INPUTS + name: _in_a_sentence(one.title)
            for name, one in (process.inputs if process else {}).items()
            if one.title and name in differing
        }
        super().__init__(client, document, described, again)

    def _features(self) -> list[dict[str, Any]]:
        return self._rows

    def _own_id(self, name: str) -> str:
        number, own = 1, name
        while own in self._source_of:
            number += 1
            own = f"{name} ({number})"
        return own

    def index_of(self, item_id: str) -> int:
        """Which request of the batch gave an item: its index, or -1 for none."""
        return self._source_of[item_id][0] if item_id in self._source_of else -1

    def first_item_of(self, index: int) -> str:
        """Id of the first item of a request; ``""`` where there is none."""
        sources = self._source_of.items()
        return next((name for name, (at, *_) in sources if at == index), "")

    @property
    def source(self) -> object:
        """Of which batch they are: the same for results of more of its jobs."""
        return ("batch", self.batch_id) if self.batch_id else None

    @cached_property
    def contents(self) -> dict[str, Content]:
        """What there is to look at: the items, and the table of the jobs."""
        files = files_of(JOBS, self.outputs[JOBS], "")
        title = "Jobs on the map" if self.is_of_jobs else "Items"
        found = [Content(_ITEMS, _ITEMS, title, "items")] if self.items else []
        found.append(
            Content(
                JOBS,
                JOBS,
                "Jobs",
                "table",
                "application/json",
                value=self.outputs[JOBS],
                file=files[0] if files else None,
            )
        )
        return {one.id: one for one in found} if self._parts else {}

    @property
    def output_ids(self) -> tuple[str, ...]:
        """The table of the jobs, and all outputs of jobs that are files."""
        names = [name for _, part in self._parts for name in part.outputs]
        return tuple(dict.fromkeys([JOBS, *names]))

    def _files_of_item(
        self, item: JsonObject, keys: Collection[str] | None
    ) -> Iterator[Wanted]:
        name = str(item.get("id"))
        _, part, before = self._source_of.get(name, (-1, None, name))
        # In the folder of its job a file is called what it is called there.
        for one in super()._files_of_item({**item, "id": before}, keys):
            told = replace(one, name=f"{name}{one.name.removeprefix(str(before))}")
            yield _in_folder(told, part.folder if part else "")

    def _files_of_output(self, name: str) -> Iterator[Wanted]:
        if name not in self.output_ids:
            raise no_such_output(name, self.output_ids)
        if name == JOBS:
            yield from super()._files_of_output(name)
        for entry, part in self._parts:
            if name in part.outputs:
                kind = part.media_types[name]
                for file in files_of(name, part.outputs[name], kind, self._client):
                    wanted = Wanted(f"{name_of(entry)}: {name}", file)
                    yield _in_folder(wanted, part.folder)

    def __repr__(self) -> str:
        jobs = f"{len(self._parts)} of {self.total} jobs"
        return f"<BatchResults of {jobs}: {len(self.items)} items>"


def _in_a_sentence(title: str) -> str:
    """A title among other words: ``area of interest``, but ``EPSG code``."""
    short = clean(title, limit=24)
    return short[:1].lower() + short[1:] if short[1:2].islower() else short


def _in_folder(one: Wanted, folder: str) -> Wanted:
    return (
        one if one.file is None else replace(one, file=replace(one.file, folder=folder))
    )


def _note(
    parts: Sequence[JobPart],
    entries: Sequence[BatchEntry],
    faults: Mapping[int, Exception],
) -> str:
    """What is missing: as jobs say it, and what could not be read."""
    told = Counter(part.note for part in parts if part.note)
    words = [note for note, _ in told.most_common(_MOST_NOTES)]
    if faults:
        at, why = next(iter(faults.items()))
        label = clean(name_of(entries[at]), limit=60)
        of = "1 job" if len(faults) == 1 else f"{len(faults):,} jobs"
        words.append(f"Results of {of} could not be read: {label}: {why}")
    return " ".join(words)


_AT_ONCE: Final = 4


class _Batch(Protocol):
    """What is asked of a batch."""

    @property
    def id(self) -> str: ...
    @property
    def process_id(self) -> str: ...
    @property
    def entries(self) -> Sequence[BatchEntry]: ...
    @property
    def differing(self) -> Sequence[str]: ...
    def job(self, index: int) -> Any: ...  # noqa: ANN401 # an AsyncJob, or what is one


class Merging:
    """Keeps what was read, so that asking again reads of later jobs only."""

    def __init__(self, batch: _Batch, discovery: Discovery) -> None:
        self._batch = batch
        self._discovery = discovery
        # By attempt, too: not every answer has the id of a job.
        self._parts: dict[tuple[int, int], JobPart] = {}
        self._faults: dict[int, Exception] = {}
        self._reading = asyncio.Lock()

    async def results(self) -> BatchResults:
        """Read what has come since, in the loop, and return all that is there.

        Results that cannot be read are left out, said so in its ``note``, and tried
        again the next time.
        """
        async with self._reading:
            entries = self._batch.entries
            done = {_key(one): one for one in entries if one.state == "successful"}
            self._parts = {k: part for k, part in self._parts.items() if k in done}
            self._faults = {}
            places = asyncio.Semaphore(_AT_ONCE)
            missing = [one for key, one in done.items() if key not in self._parts]
            await asyncio.gather(*(self._read(one, places) for one in missing))
        return BatchResults(
            self._discovery.connection,
            {index: part for (index, _), part in self._parts.items()},
            entries,
            self._batch.differing,
            process=self._discovery.known_processes.get(self._batch.process_id),
            batch_id=self._batch.id,
            faults=dict(sorted(self._faults.items())),
            again=self.results,
        )

    async def _read(self, entry: BatchEntry, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                results = await self._batch.job(entry.index).results()
                # Outputs are looked into: of large documents that takes its time.
                part = await asyncio.to_thread(JobPart.of, entry.job_id, results)
            except OgcError as error:
                self._faults[entry.index] = error
            else:
                self._parts[_key(entry)] = part


def _key(entry: BatchEntry) -> tuple[int, int]:
    return entry.index, entry.attempt
