"""Shows a batch in its tab of the app, and does there what its rows are pressed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.app.links.form_link import FormLink
from ogc_widgets.client import Job
from ogc_widgets.client.batches.entries import RETRIED
from ogc_widgets.errors import InvalidInputsError
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.app.on_demand import ResultsPart
    from ogc_widgets.app.opener import Opener
    from ogc_widgets.app.screen import Screen
    from ogc_widgets.app.views.header import HeaderView
    from ogc_widgets.batches.batch_on_map import BatchOnMap
    from ogc_widgets.batches.batch_view import BatchView
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.batch_results import BatchResults


class BatchLink(FormLink):
    """The tab of a batch; what it takes is loaded when there is one.

    Args:
        header: Has the tab, and offers what can be done with a batch.
        screen: Where the view stands.
        results: Show results and, on their map, the areas of all requests.
        opener: Opens the process of the batch.
        on_open: Called with a job that is to be shown.
        on_results: Called with the results of the batch as far as there are any, and
            with None when it is shown no longer.
    """

    def __init__(
        self,
        header: HeaderView,
        screen: Screen,
        results: ResultsPart,
        opener: Opener,
        *,
        on_open: Callable[[Job], object],
        on_results: Callable[[BatchResults | None], object],
    ) -> None:
        self._header, self._screen, self._results = header, screen, results
        self._opener, self._on_open, self._on_results = opener, on_open, on_results
        self._batch: Batch | AsyncBatch | None = None
        self._then: Callable[[bool], None] | None = None
        self.view: BatchView | None = None
        self._on_map: BatchOnMap | None = None
        header.observe(self._opened, "tab")
        header.handle(batch_offer=self._answer)

    @property
    def has_batch(self) -> bool:
        """Whether a batch is shown."""
        return self._batch is not None

    def show(self, batch: Batch | AsyncBatch | None) -> None:
        """Show another batch, or none; the one before goes on."""
        self._batch = batch
        view = self._made()
        with publishing(self._header, view):
            self.offer()
            view.show(batch)
            self._screen.show_batch(view)
            self._header.batch_count = 0 if batch is None else len(batch.entries)
            if batch is not None:
                self._header.tab = "batch"
            elif self._header.tab == "batch":
                self._header.tab = "form"
        self._opened()

    def offer(
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
            shown = self._results.made().results_map
            self._on_map = BatchOnMap(self.view, shown, self._on_results)
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

    # -- what is done with a row -----------------------------------------------------

    def _open_job(self, index: int) -> None:
        if self._batch is None:
            return
        job = self._batch.job(index)
        self._header.tab = "form"
        self._on_open(job if isinstance(job, Job) else Job(job))

    def _change_inputs(self, index: int) -> None:
        """Bring the inputs of one into the form, or of the first that has failed."""
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
            self._results.made().results_map.map.fit()
            self.offer(
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
        self.offer()
