"""What of a batch goes on: a task for each request that is sent or followed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import start_task
from ogc_widgets.protocol.notices import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ogc_widgets.client.jobs.ajob import AsyncJob


class Going:
    """The requests that go on, by their index, and the jobs of those that have one.

    Args:
        ended: Called when one no longer goes on, with whether it had a job.

    Attributes:
        jobs: Index to job.
    """

    def __init__(self, ended: Callable[[bool], object]) -> None:
        self.jobs: dict[int, AsyncJob] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ended = ended

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def unanswered(self) -> list[asyncio.Task[None]]:
        """The tasks of those that have no job yet."""
        return [task for index, task in self._tasks.items() if index not in self.jobs]

    def start(self, index: int, work: Coroutine[Any, Any, None]) -> None:
        """Work on a request in the background."""

        async def whole() -> None:
            try:
                with silent():
                    await work
            finally:
                self._tasks.pop(index, None)
                self._ended(self.jobs.pop(index, None) is not None)

        self._tasks[index] = start_task(whole())

    async def until_answered(self) -> None:
        """Wait until each has a job, or has ended."""
        while unanswered := self.unanswered:
            await asyncio.wait(unanswered, timeout=0.1)

    async def dismiss(self, patience_s: float) -> list[BaseException]:
        """Dismiss all jobs; return what went wrong.

        Args:
            patience_s: How long to wait until that has been seen of each.
        """
        tasks = tuple(self._tasks.values())
        said = await asyncio.gather(
            *(job.dismiss() for job in self.jobs.values()), return_exceptions=True
        )
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)
        return [one for one in said if isinstance(one, BaseException)]

    async def cancel(self) -> None:
        """End all the work; jobs go on."""
        await asyncio.sleep(0)  # a task that never began would not end what it holds
        await cancelled(*self._tasks.values())


async def cancelled(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and return when they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
