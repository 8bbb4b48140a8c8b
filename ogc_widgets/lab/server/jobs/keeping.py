"""How much jobs may take: what is refused before it is a job, and what old ones go."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.lab.server.jobs.job_store import JobStore, ListedJob
    from ogc_widgets.lab.server.jobs.scheduler import Scheduler
    from ogc_widgets.lab.server.people import Person
    from ogc_widgets.lab.settings import Settings

_log = logging.getLogger(__name__)

_GB = 1e9
_DAY_S = 86_400
_EVERY_S = 60
# Who waits for results shall be able to fetch them, however large they are.
_NOT_YET_S = 3_600
_RETRY_S = 10
_LARGEST = 3
_AT_ONCE = 100


class Keeping:
    """Refuses jobs for which there is no room, and removes old ones."""

    def __init__(
        self, settings: Settings, jobs: JobStore, scheduler: Scheduler
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._scheduler = scheduler

    async def run(self) -> None:
        """Remove old jobs now and every minute, until it is cancelled."""
        while True:
            try:
                await self.tidy()
            except Exception:  # noqa: BLE001 - it may be possible in a minute
                _log.exception("Old jobs could not be removed")
            await asyncio.sleep(_EVERY_S)

    async def tidy(self) -> None:
        """Remove jobs that are too old, and the oldest while all take too much."""
        settings = self._settings
        if settings.gb_each or settings.keep_gb:
            await self._measure()
        if settings.keep_days:
            await self._remove_ended(time.time() - settings.keep_days * _DAY_S)
        if settings.keep_gb:
            await self._remove_ended(time.time() - _NOT_YET_S, self._is_over)

    async def check(self, person: Person) -> None:
        """Make sure that a person may start one more job.

        Nothing else can happen between the return and the next ``await``.

        Raises:
            Problem: What is used, what the limit is, and what would help.
        """
        settings = self._settings
        if settings.keep_gb and self._is_over():
            await self.tidy()
        turns = self._scheduler.turns
        waiting, limit = turns.waiting(person.id), settings.waiting_each
        if limit and waiting >= limit:
            raise Problem(
                "too-many-jobs",
                waiting=waiting,
                limit=limit,
                running=turns.running(person.id),
                headers={"Retry-After": str(_RETRY_S)},
            )
        taken = self._jobs.bytes_taken(person.id)
        if settings.gb_each and taken >= settings.gb_each * _GB:
            raise self._full("quota-used-up", person, taken, settings.gb_each)
        if settings.keep_gb and self._is_over():
            raise self._full("lab-full", person, taken, settings.keep_gb)

    def _full(self, name: str, person: Person, taken: int, limit: float) -> Problem:
        largest = self._jobs.largest(person.id, _LARGEST)
        return Problem(
            name,
            taken=_size(taken),
            limit=f"{limit:g} GB",
            largest="; ".join(map(_in_words, largest)) or "none of yours has ended",
        )

    def _is_over(self) -> bool:
        return self._jobs.bytes_taken() >= self._settings.keep_gb * _GB

    async def _measure(self) -> None:
        """Note what those jobs take that run, or that nobody has looked at."""
        for job in self._jobs.unmeasured():
            await self._scheduler.measure(job.job_id)

    async def _remove_ended(
        self, before: float, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        while wanted() and (ended := self._jobs.ended_before(before, limit=_AT_ONCE)):
            for job in ended:
                if not wanted():
                    return
                await self._scheduler.dismiss(job)


def _size(number: int) -> str:
    if number < 1e6:
        return f"{number / 1e3:.1f} kB"
    if number < _GB:
        return f"{number / 1e6:.1f} MB"
    return f"{number / _GB:.1f} GB"


def _in_words(job: ListedJob) -> str:
    day = datetime.fromtimestamp(job.created, UTC).strftime("%Y-%m-%d %H:%M")
    size = _size(job.size_bytes or 0)
    return f"{job.process_id} of {day} ({size}, {job.job_id})"
