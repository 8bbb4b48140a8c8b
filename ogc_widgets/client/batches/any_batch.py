"""What a batch knows and can do without waiting for the server."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from ogc_widgets.client.batches.book import Book
from ogc_widgets.client.batches.entries import OPEN, RETRIED
from ogc_widgets.client.batches.unknown import look_for
from ogc_widgets.client.facade import Lasting, described_by
from ogc_widgets.client.http.loop import in_loop_thread, run, start_task
from ogc_widgets.errors import InputError, ServerError, need_count
from ogc_widgets.lazy import from_above
from ogc_widgets.protocol.requests.package_code import as_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ogc_widgets.client.batches.entries import BatchEntry, BatchState
    from ogc_widgets.client.batches.schedule import Schedule
    from ogc_widgets.client.jobs.job_list import Jobs


P = ParamSpec("P")


def _in_loop(
    change: Callable[Concatenate[AnyBatch, P], None],
) -> Callable[Concatenate[Any, P], None]:
    """Let a method that changes a batch run in the loop thread, and return after it."""

    @functools.wraps(change)
    def do(batch: AnyBatch, /, *args: P.args, **kwargs: P.kwargs) -> None:
        async def do() -> None:
            change(batch, *args, **kwargs)

        if in_loop_thread():
            change(batch, *args, **kwargs)
        else:
            run(do)

    return do


class AnyBatch(Lasting):
    """What both faces of a batch know and can do without waiting for the server."""

    book: Book
    schedule: Schedule
    job_list: Jobs

    @property
    def id(self) -> str:
        """Its id, on this machine."""
        return self.book.head.id

    @property
    def title(self) -> str:
        """Words for people; the id of the process if none were given."""
        return self.book.head.title or self.process_id

    @property
    def process_id(self) -> str:
        """Id of the process."""
        return self.book.head.process_id

    @property
    def server_url(self) -> str:
        """Address of the server."""
        return self.book.head.server_url

    @property
    def created_at(self) -> datetime:
        """When it was made, in UTC."""
        return self.book.head.created_at

    @property
    def where(self) -> Path:
        """The file that it is kept in."""
        return self.book.file.path

    @property
    def at_once(self) -> int:
        """How many requests and jobs go on at the same time; settable."""
        return self.book.head.at_once

    @at_once.setter
    @_in_loop
    def at_once(self, value: int) -> None:
        need_count("at_once", value, least=1, safe="Nothing was sent.")
        self.schedule.own()
        self.book.keep_head(replace(self.book.head, at_once=int(value)))
        self.schedule.set_at_once(int(value))

    @property
    def entries(self) -> tuple[BatchEntry, ...]:
        """All requests, in the order of their inputs."""
        return self.book.entries

    @property
    def counts(self) -> dict[BatchState, int]:
        """How many requests are in which state, of the states that occur."""
        return self.book.counts

    @property
    def differing(self) -> tuple[str, ...]:
        """Ids of the inputs that are not the same in all requests."""
        return self.book.differing

    @property
    def is_paused(self) -> bool:
        """Whether nothing new is sent; :attr:`trouble` may say why."""
        return self.schedule.is_paused

    @property
    def is_running(self) -> bool:
        """Whether it is worked on, or paused, in this process."""
        return self.schedule.is_running

    @property
    def is_ended(self) -> bool:
        """Whether nothing waits, is being sent, or runs; unknown fates do not count."""
        return self.book.is_ended

    @property
    def trouble(self) -> str:
        """Why nothing is sent at the moment, in words, or ``""``."""
        return self.book.trouble

    @property
    def first_error(self) -> str:
        """The error of the first request that has one, or ``""``."""
        return next((one.error for one in self.entries if one.error), "")

    @property
    def left_s(self) -> float | None:
        """Seconds until the end, from what has ended; ``None`` before anything has."""
        return left_s(self.entries, self.at_once)

    @described_by(Book.watch)
    def watch(self, callback: Callable[[frozenset[int]], object]) -> Callable[[], None]:  # noqa: D102 # it has one
        return self.book.watch(callback)

    @_in_loop
    def pause(self) -> None:
        """Send nothing new. Jobs that run go on, and are followed."""
        self.schedule.pause()

    @_in_loop
    def resume(self) -> None:
        """Go on after a pause, or with a batch that was opened.

        Raises:
            InputError: It runs in another kernel or program, or inputs that are not
                kept in its file are missing.
        """
        waiting = [one for one in self.entries if one.state == "waiting"]
        self._need_secrets(waiting)
        cut_off = [one.index for one in self.entries if one.state == "sending"]
        self.schedule.resume()
        if any(self.book[index].state == "unknown" for index in cut_off):
            start_task(self._look_after_an_end())

    @_in_loop
    def retry_failed(self, inputs: Mapping[str, Any] | None = None) -> None:
        """Send those again that have failed, or whose job the server has lost.

        Args:
            inputs: Members that take the place of those in each of them.
        """
        self.schedule.own()
        found = [one.index for one in self.entries if one.state in RETRIED]
        self._retry(found, dict(inputs or {}))

    @_in_loop
    def retry(
        self, indexes: int | Iterable[int], inputs: Mapping[str, Any] | None = None
    ) -> None:
        """Send some again that have ended, well or not.

        Args:
            indexes: Their places, or that of one.
            inputs: Members that take the place of those in each of them.

        Raises:
            InputError: One of them has not ended, or its fate is not known; or as for
                :meth:`resume`.
        """
        places = {*indexes} if isinstance(indexes, Iterable) else {indexes}
        for place in places:
            need_count("The place of a request", place)
        self._retry(sorted(places), dict(inputs or {}))

    @_in_loop
    def send_again(self, index: int) -> None:
        """Send one again whose fate is unknown, because you know it did not start.

        Args:
            index: Its place.

        Raises:
            InputError: Its fate is known; or as for :meth:`resume`.
        """
        self.schedule.own()
        self._need_unknown(index, f"To run it once more: batch.retry([{index}]).")
        self._send_again([index], {})

    def _entry(self, index: int) -> BatchEntry:
        if not 0 <= index < len(self.book):
            raise InputError(
                f"The batch has no request {index}: they are 0 to {len(self.book) - 1}."
            )
        return self.book[index]

    def _need_unknown(self, index: int, advice: str = "") -> None:
        if self._entry(index).state != "unknown":
            raise InputError(
                f"What became of request {index} of the batch is known.",
                safe="Nothing was sent.",
                advice=advice,
            )

    def _retry(self, indexes: Sequence[int], changes: Mapping[str, Any]) -> None:
        self.schedule.own()
        for index in indexes:
            state = self._entry(index).state
            if state == "unknown":
                raise InputError(
                    f"It is not known whether request {index} of the batch has "
                    "started a job.",
                    safe="Nothing was sent.",
                    advice="Look first: batch.look(). If it has not: "
                    f"batch.send_again({index}).",
                )
            if state in OPEN:
                raise InputError(
                    f"Request {index} of the batch has not ended: it is {state}.",
                    safe="Nothing was sent.",
                    advice="Wait for it, or stop it with batch.job(...).dismiss().",
                )
        self._send_again(indexes, changes)

    async def _look_after_an_end(self) -> None:
        """Look for what an earlier process has sent without hearing an answer."""
        # The list can be looked at again; or another process has the batch by now.
        with contextlib.suppress(ServerError, InputError):
            await self._look()

    async def _look(self) -> None:
        closings = self.schedule.closings
        looked_for = await look_for(self.book, self.job_list)
        if self.schedule.closings != closings:
            return
        self.schedule.own()
        for index, found in looked_for.items():
            if self.book[index].state != "unknown":  # the user was faster
                continue
            if isinstance(found, str):
                self.book.change(index, error=found)
            else:
                self.schedule.adopt(index, found)

    def _need_secrets(self, entries: Iterable[BatchEntry]) -> None:
        missing = {
            name
            for one in entries
            for name in self.book.head.secrets
            if name not in one.inputs and name in self.book.left_out
        }
        if missing:
            named = ", ".join(sorted(missing))
            raise InputError(
                f"The batch needs inputs again that are secret and not kept: {named}.",
                safe="Nothing was sent; the batch is as it was.",
                advice="Pass them: ogc.recent_batches()[0].resume(client, "
                f"inputs={{{min(missing)!r}: ...}}).",
            )

    def _send_again(self, indexes: Sequence[int], changes: Mapping[str, Any]) -> None:
        again = [
            replace(self.book[index], inputs={**self.book[index].inputs, **changes})
            for index in indexes
        ]
        self._need_secrets(again)
        for entry in again:
            self.book.change(
                entry.index,
                inputs=entry.inputs,
                state="waiting",
                progress=None,
                message="",
                error="",
                started_at=None,
                ended_at=None,
                job_id="",
                url="",
            )
            self.schedule.send_later(entry.index)

    def _ipython_display_(self) -> None:
        """Show how far it is, with its jobs and results, where a cell ends with it."""
        from_above("show_batch")(self)

    def __len__(self) -> int:
        return len(self.book)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {state}" for state, count in self.counts.items())
        return f"<{type(self).__name__} {self.process_id}: {counts}>"


def left_s(entries: Sequence[BatchEntry], at_once: int) -> float | None:
    """Estimate the seconds until all have ended, from those that have."""
    took = [
        (one.ended_at - one.started_at).total_seconds()
        for one in entries
        if one.ended_at and one.started_at and one.job_id
    ]
    if not took:
        return None
    usual_s = sum(took) / len(took)
    now = datetime.now(UTC)
    left = [usual_s for one in entries if one.state == "waiting"]
    longest_s = 0.0
    for one in entries:
        if one.state in OPEN and one.started_at:
            rest_s = max(0.0, usual_s - (now - one.started_at).total_seconds())
            left.append(rest_s)
            longest_s = max(longest_s, rest_s)
    return max(sum(left) / at_once, longest_s)


def code_of_batch(batch: AnyBatch, entries: Sequence[BatchEntry]) -> str:
    """Write the code of a batch."""
    first = entries[0].inputs if entries else {}
    labels = [one.label for one in entries]
    credentials = batch.job_list.discovery.connection.credentials
    return as_batch(
        batch.server_url,
        batch.process_id,
        {name: value for name, value in first.items() if name not in batch.differing},
        [
            {name: one.inputs[name] for name in batch.differing if name in one.inputs}
            for one in entries
        ],
        placeholders=credentials.placeholders,
        params=credentials.param_names,
        at_once=batch.at_once,
        title=batch.book.head.title,
        labels=labels if any(labels) else [],
    )
