"""Many runs of one process, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.batches.abatch import AsyncBatch
from ogc_widgets.client.batches.any_batch import AnyBatch
from ogc_widgets.client.facade import blocking, described_by, waiting
from ogc_widgets.client.http.loop import has_ended, run
from ogc_widgets.client.jobs.job import Job

if TYPE_CHECKING:
    from collections.abc import Iterator


class Batch(AnyBatch):
    """Many runs of one process. Made by :meth:`Client.execute_many`.

    It works by itself; :meth:`wait` waits for it, and as an iterator it gives each job
    as that ends. The batch is a file from before the first request:
    ``ogc.recent_batches()`` takes it up again.

    Args:
        aio: The awaitable batch behind it.

    Attributes:
        aio: The same batch with awaitable verbs.
    """

    def __init__(self, aio: AsyncBatch) -> None:
        self.aio = aio
        self.book, self.schedule = aio.book, aio.schedule  # two faces of one batch
        self.job_list = aio.job_list

    @property
    def jobs(self) -> list[Job]:
        """The jobs that there are, in the order of the inputs; asks nothing."""
        return [Job(job) for job in self.aio.jobs]

    @described_by(AsyncBatch.job)
    def job(self, index: int) -> Job:  # noqa: D102 # it has one
        return Job(self.aio.job(index))

    __getitem__ = job

    wait = waiting(AsyncBatch.wait)

    def __iter__(self) -> Iterator[Job]:
        """Give each job as it ends, well or not, the ones that have ended first."""
        seen: set[tuple[int, int]] = set()
        while found := run(self.aio.ended, seen):
            yield from map(Job, found)

    results = blocking(AsyncBatch.results)
    to_geodataframe = blocking(AsyncBatch.to_geodataframe)
    report = blocking(AsyncBatch.report)
    stop = blocking(AsyncBatch.stop)
    look = blocking(AsyncBatch.look)
    adopt = blocking(AsyncBatch.adopt)

    @described_by(AsyncBatch.close)
    def close(self) -> None:  # noqa: D102 # it has one
        if not has_ended():
            run(self.aio.close)
