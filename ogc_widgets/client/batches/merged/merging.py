"""Reads the results of the jobs of a batch, those of each job once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from ogc_widgets.client.batches.merged.batch_results import BatchResults
from ogc_widgets.client.batches.merged.job_part import JobPart
from ogc_widgets.errors import OgcError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.discovery import Discovery

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
    """Keeps what was read, so that asking again reads of later jobs only.

    Args:
        batch: The batch; its jobs are awaited in the loop.
        discovery: What is known of its server.
    """

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
