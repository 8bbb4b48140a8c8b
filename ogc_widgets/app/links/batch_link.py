"""Shows a batch in its tab of the app, and does there what its rows are pressed for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client import Job
from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import InvalidInputsError
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ogc_widgets.app.links.results_link import ResultsLink
    from ogc_widgets.app.opening import Opener
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.batches.batch_on_map import BatchOnMap
    from ogc_widgets.batches.batch_view import BatchView
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.batch_results import BatchResults
    from ogc_widgets.client.batches.recent import RecentBatch

# What was left in this kernel is not offered again by the next app of it.
_left: set[str] = set()


class BatchLink(FormLink):
    """The tab of a batch; what it takes is loaded when there is one.

    Where none is shown, one that was interrupted is offered: for each process that is
    opened, it looks whether there is one of this server.
    """

    def __init__(
        self,
        screen: Screen,
        results: ResultsLink,
        opener: Opener,
        on_open: Callable[[Job], object],
    ) -> None:
        super().__init__(screen)
        self._header, self._results = screen.header, results
        self._opener, self._on_open = opener, on_open
        self._batch: Batch | AsyncBatch | None = None
        self._then: Callable[[bool], None] | None = None
        self._is_offered = False
        self.view: BatchView | None = None
        self._on_map: BatchOnMap | None = None
        self._header.observe(self._opened, "tab")
        self._header.handle(batch_offer=self._answer)

    def show(self, batch: Batch | AsyncBatch | None) -> None:
        """Show another batch, or none; the one before goes on."""
        self._batch = batch
        view = self._made()
        with publishing(self._header, view):
            self._offer()
            view.show(batch)
            self.screen.boxes["batch"].children = (view,)
            self._header.batch_count = 0 if batch is None else len(batch.entries)
            if batch is not None:
                self._header.tab = "batch"
            elif self._header.tab == "batch":
                self._header.tab = "form"
        self._opened()

    def _offer(
        self,
        text: str = "",
        take: str = "",
        leave: str = "",
        then: Callable[[bool], None] | None = None,
    ) -> None:
        """Say under the head what can be done with a batch, or nothing any more.

        Args:
            text: A sentence.
            take: What the button is called that does it.
            leave: What the button is called that takes the line away.
            then: Called with whether it is to be done.
        """
        self._then = then
        line = {"text": text, "take": take, "leave": leave} if text else {}
        with publishing(self._header):
            self._header.batch_offer = line

    def close(self) -> None:
        """Let go of the batch, which goes on."""
        super().close()
        self._header.unobserve(self._opened, "tab")
        if self._on_map is not None:
            self._on_map.show(None)
        if self.view is not None:
            self.view.close()

    def _made(self) -> BatchView:
        from ogc_widgets.batches.batch_on_map import BatchOnMap
        from ogc_widgets.batches.batch_view import BatchView

        if self.view is None:
            self.view = BatchView(
                on_open=self._open_job, on_other_inputs=self._change_inputs
            )
            shown = self._results.stage().results_map
            self._on_map = BatchOnMap(self.view, shown, self._show_results)
        return self.view

    def _opened(self, _change: object = None) -> None:
        """Another tab is open, or another batch in this one."""
        on_map = self._on_map
        if on_map is None:
            return
        if self._batch is None or self._header.tab == "batch":
            on_map.show(self._batch)
        else:
            on_map.hide()

    def _show_results(self, results: BatchResults | None) -> None:
        """Show the results so far; None when the batch is shown no longer."""
        # A job of the batch may have been opened since.
        if results is not None or hasattr(self.screen.results, "batch_id"):
            self.screen.results = results

    # -- what is done with a row -----------------------------------------------------

    def _open_job(self, index: int) -> None:
        if self._batch is None:
            return
        job = self._batch.job(index)
        self._header.tab = "form"
        self._on_open(job if isinstance(job, Job) else Job(job))

    def _change_inputs(self, index: int) -> None:
        """Bring the inputs of one into the form, or of the first that has failed."""
        from ogc_widgets.client.batches.entries import RETRIED

        batch = self._batch
        if batch is None:
            return
        failed = [one.index for one in batch.entries if one.state in RETRIED]
        indexes = failed if index < 0 else [index]
        if not indexes:
            return
        inputs = batch.entries[indexes[0]].inputs
        number = len(indexes)
        whose = "this job" if number == 1 else f"these {number} jobs"
        which = "it" if number == 1 else f"the {number}"

        def fill() -> None:
            self.form.inputs = dict(inputs)
            before = dict(self.form.inputs)
            self._header.tab = "form"
            self._results.stage().results_map.map.fit()
            self._offer(
                f"What you change here is changed in {whose} of the batch.",
                f"Run {which} again with these",
                "Leave it",
                lambda take: self._retry(batch, indexes, before) if take else None,
            )

        self._opener.go_on_with(batch.process_id, fill)

    def _retry(
        self, batch: Batch | AsyncBatch, indexes: list[int], before: dict[str, Any]
    ) -> None:
        """Send some again with what was changed in the form since."""
        inputs = self.form.require_valid()
        changed = {k: v for k, v in inputs.items() if before.get(k) != v}
        batch.retry(indexes, changed)
        self._header.tab = "batch"

    def _answer(self, *, take: bool) -> None:
        then = self._then
        if then is not None:
            try:
                then(take)
            except InvalidInputsError:
                self.form.focus(self.form.problems[0][0])
                return  # it is still offered
        self._offer()

    # -- a batch that was interrupted ------------------------------------------------

    def _follow(self) -> None:
        client, process_id = self.screen.client, self.form.process.id
        if self._is_offered:
            self._is_offered = False
            self._offer()

        def done(future: Future[RecentBatch | None]) -> None:
            found = future.result()
            is_open = self.is_bound and self.form.process.id == process_id
            if found is not None and is_open and self._batch is None:
                self._offer_to_resume(found)

        async def find() -> RecentBatch | None:
            return await asyncio.to_thread(_interrupted, client.url, process_id)

        follow(submit(find), done, self._header.report)

    def _offer_to_resume(self, found: RecentBatch) -> None:
        total = sum(found.counts.values())
        done = found.counts.get("successful", 0)
        jobs = "1 job" if total == 1 else f"{total:,} jobs"
        name = f" ({found.title})" if found.title != found.process_id else ""
        self._is_offered = True
        self._offer(
            f"A batch of {jobs}{name} was interrupted: {done:,} done.",
            "Take it up again",
            "Leave it",
            partial(self._resume, found),
        )

    def _resume(self, found: RecentBatch, take: bool) -> None:  # noqa: FBT001 # of the offer
        self._is_offered = False
        if not take:
            _left.add(found.id)
            return

        def done(future: Future[Batch]) -> None:
            self.screen.batch = future.result()

        async def resume() -> Batch:
            return await asyncio.to_thread(found.resume, self.screen.client)

        follow(submit(resume), done, self._header.report)


def _interrupted(url: str, process_id: str) -> RecentBatch | None:
    """The newest batch of a process that has not ended and that nobody runs."""
    from ogc_widgets.client.batches.recent import recent_batches

    for one in recent_batches():
        is_of = (one.server.rstrip("/"), one.process_id) == (url, process_id)
        if is_of and not one.is_ended and not one.is_running and one.id not in _left:
            return one
    return None
