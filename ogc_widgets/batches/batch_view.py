"""A batch on the page: one bar, its counts, and a row for each job."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import traitlets

from ogc_widgets.batches.batch_facts import (
    card_of,
    code_of,
    csv_of,
    details_of,
    facts_of,
    file_stem_of,
    secrets_of,
    table_of,
    titles_of,
    told_of,
)
from ogc_widgets.batches.rows import BatchList, RowPages
from ogc_widgets.client.batches.entries import columns_of
from ogc_widgets.view.base import StateView, publishing
from ogc_widgets.view.cards import Note, note
from ogc_widgets.view.transfer import Sending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.errors import OgcError

_EVERY_S: Final = 0.5  # changes of this time go to the page together
_AFTER_OTHER_ROWS_S: Final = 2.0  # others in their place are read, not only seen
_FIRST_ROWS: Final = 40  # as an exported page has them


class BatchView(StateView):
    """Shows a batch: how far it is, what failed, and its jobs as a table.

    A page gets the rows that it shows, and of those the ones that have changed. Nothing
    is sent while nobody looks.

    Args:
        batch: A :class:`~ogc_widgets.client.Batch` or an ``AsyncBatch``.
        on_open: Called with the index of a request whose job is to be shown.
        on_other_inputs: Called with the index of a request whose inputs are to be
            changed before it is sent again. Both links stand there only where there is
            somebody to call.
    """

    _script = "batch_view"

    selected = traitlets.Int(-1).tag(sync=True)
    """Index of the request that is looked at, or -1."""
    first: Any = traitlets.List().tag(sync=True)
    """Some of the rows, for an exported page, where nobody answers."""

    def __init__(
        self,
        batch: Batch | AsyncBatch | None = None,
        *,
        on_open: Callable[[int], object] | None = None,
        on_other_inputs: Callable[[int], object] | None = None,
    ) -> None:
        self._batch: Batch | AsyncBatch | None = None
        self._list = BatchList((), ())
        self._differing: tuple[str, ...] = ()
        self._on_open_job, self._on_change_inputs = on_open, on_other_inputs
        self._pages = RowPages(lambda message: self.send(message))
        self._busy = ""
        self._note: Note | None = None
        self._is_due, self._wait_s = False, _EVERY_S
        self._unwatch: Callable[[], None] = lambda: None
        super().__init__()
        self._sending = Sending(self)
        self.handle(sort=self.sort, group=self.filter, open=self._open_job)
        self.show(batch)

    # -- what Python can do ----------------------------------------------------------

    @property
    def batch(self) -> Batch | AsyncBatch | None:
        """The batch that is shown."""
        return self._batch

    def shows(self, subject: object) -> bool:
        """Whether this is the batch that is shown, by whichever of its faces."""
        book = getattr(subject, "book", None)
        return self._batch is not None and self._batch.book is book

    def show(self, batch: Batch | AsyncBatch | None) -> None:
        """Show another batch, or none; the one before goes on."""
        self._unwatch()
        with publishing(self):
            self._batch, self._note, self._busy = batch, None, ""
            self.selected = -1
            self._differing = ()
            self._list = BatchList((), ())
            self._take()
            self._pages.forget_rows()
            self._keep_first()
            self._publish()
        self._unwatch = (lambda: None) if batch is None else batch.watch(self._changed)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The listed requests, in their order; see :meth:`csv` for them as text."""
        return table_of(self._list)

    def csv(self) -> str:
        """The listed requests as CSV, one line for each."""
        return csv_of(self.rows)

    def code(self) -> str:
        """The Python that asks for the same batch again."""
        return "" if self._batch is None else code_of(self._batch)

    def sort(self, by: str = "", *, descending: bool = False) -> None:
        """Sort the table.

        Args:
            by: ``state``, ``took``, ``inputs:`` and the id of an input, or ``""`` for
                the order in which they were given.
            descending: The largest first.

        Raises:
            InputError: There is no such column.
        """
        with publishing(self):
            self._list.sort(by, descending=descending)
            self._rearranged()

    def filter(self, state: str = "") -> None:
        """List the requests in one state only.

        Args:
            state: ``successful``, ``failed``, ``lost``, ``unknown``, ``dismissed``,
                ``running`` (also what is on its way to that), ``waiting``; ``""`` for
                all.

        Raises:
            InputError: There is no such state.
        """
        with publishing(self):
            self._list.filter(state)
            self._rearranged()

    # -- what happens ----------------------------------------------------------------

    def _changed(self, _indexes: frozenset[int]) -> None:
        """Something has changed; called in the loop thread."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(self._wait_s, self._catch_up)

    def _catch_up(self) -> None:
        self._is_due = False
        with publishing(self):
            if self._closed or self._batch is None:
                return
            # A page that is opened says so; the title of a hidden one counts on.
            is_seen = self._pages.are_seen
            if self._batch.is_ended or is_seen or self._is_told_anew():
                self._update()

    def _is_told_anew(self) -> bool:
        if self._batch is None or not self._pages:
            return False
        now, before = told_of(self._batch), self.state.get("told") or {}
        return any(now[name] != before.get(name) for name in ("state", "percent"))

    def _update(self) -> None:
        """Draw what is otherwise than before."""
        with publishing(self):
            if is_other := self._take():
                self._pages.forget_rows()
            self._wait_s = _AFTER_OTHER_ROWS_S if is_other else _EVERY_S
            self._publish()
            self._pages.tell(self._list)

    def _take(self) -> bool:
        """Take the batch as it is; whether other rows are listed now."""
        batch = self._batch
        if batch is None:
            return True
        entries = batch.entries
        if batch.differing == self._differing and self._list.entries:
            return self._list.update(entries)
        self._differing = batch.differing
        secrets = secrets_of(batch)
        shown = [one for one in batch.differing if one not in secrets]
        columns = columns_of(entries, shown, titles_of(batch))
        before, self._list = self._list, BatchList(entries, columns)
        self._list.filter(before.group)
        if before.by in ("state", "took"):
            self._list.sort(before.by, descending=before.descending)
        return True

    def _keep_first(self) -> None:
        shown = self._list.order[:_FIRST_ROWS]
        self.first = [self._list.whole_row(index) for index in shown]

    def _rearranged(self) -> None:
        self._pages.forget_rows()
        self._publish()

    def _publish(self) -> None:
        """Draw it, where anything is otherwise than it is drawn."""
        with publishing(self):
            if self._closed:
                return
            sequence = self.state.get("sequence", 0)
            now = self._state()
            if {**now, "sequence": sequence} != self.state:
                if now.get("ended") and not self.state.get("ended"):
                    self._keep_first()
                self.state = {**now, "sequence": sequence + 1}

    def _on_hello(self) -> None:
        with publishing(self):
            self._take()
            self._pages.forget_rows()  # the page has those of an earlier time
            self._keep_first()
            self._publish()

    # -- rows, of which a page has those that it shows -------------------------------

    def _on_visible(self, page: str, first: int = 0, count: int = 0) -> None:
        """Take what a page shows of the rows; nothing where nobody sees it."""
        with publishing(self):
            self._pages.see(page, first, count)
            if count > 0:
                self._update()

    def _on_rows(self, page: str, first: int, count: int) -> None:
        """Send rows of a part that a page shows."""
        with publishing(self):
            self._pages.ask(self._list, page, first, count)

    # -- what the page asks for ------------------------------------------------------

    def _on_pause(self) -> None:
        self._do(lambda batch: batch.pause())

    def _on_resume(self) -> None:
        self._do(lambda batch: batch.resume())

    def _on_stop(self) -> None:
        self._do(lambda batch: batch.stop(), doing="stopping")

    def _on_retry(self, indexes: list[int] | None = None) -> None:
        self._do(lambda one: one.retry(indexes) if indexes else one.retry_failed())

    def _on_look(self) -> None:
        self._do(lambda batch: batch.look(), self._looked, doing="looking")

    def _on_send_again(self, index: int) -> None:
        self._do(lambda batch: batch.send_again(index))

    def _open_job(self, index: int) -> None:
        self.selected = index
        if self._on_open_job is not None:
            self._on_open_job(index)

    def _on_other_inputs(self, index: int) -> None:
        if self._on_change_inputs is not None:
            self._on_change_inputs(index)

    def _on_csv(self, ticket: str) -> None:
        if self._batch is None:
            return
        data = self.csv().encode("utf-8-sig")  # as spreadsheets know UTF-8
        name = f"{file_stem_of(self._batch)}.csv"
        send = partial(self._sending.send_bytes, ticket, name, "text/csv", data)
        self._start(partial(self._sending.fetch, ticket, send))

    def _on_report(self, ticket: str) -> None:
        if self._batch is None:
            return
        write = _aio(self._batch).report
        send = partial(self._sending.send_written, ticket, "text/html", write)
        self._start(partial(self._sending.fetch, ticket, send))

    def _on_code(self) -> None:
        self.send({"type": "code", "text": self.code()})

    def _do(
        self,
        work: Callable[[Any], object | Awaitable[object]],
        done: Callable[[Any], object] = lambda _result: None,
        *,
        doing: str = "",
    ) -> None:
        """Do something with the batch, if there is one; an error is said here."""
        batch = self._batch
        if batch is None:
            return

        async def call() -> object:
            made = work(_aio(batch))
            return await made if inspect.isawaitable(made) else made

        def finished(result: object) -> None:
            self._busy = ""
            done(result)
            self._update()

        def failed(error: OgcError) -> None:
            self._busy, self._note = "", note("bad", str(error))
            self._update()

        with publishing(self):
            self._busy, self._note = doing, None
            self._publish()
        self._start(call, finished, failed)

    def _looked(self, _result: object) -> None:
        entries = () if self._batch is None else self._batch.entries
        left = [one for one in entries if one.state == "unknown"]
        if left:
            many = "1 is" if len(left) == 1 else f"{len(left)} are"
            self._note = note("warn", f"{many} still not known. {left[0].error}")

    # -- what is shown ---------------------------------------------------------------

    @traitlets.observe("selected")
    def _look_at(self, _change: object) -> None:
        self._publish()

    def _let_go(self) -> None:
        self._unwatch()

    def _state(self) -> dict[str, Any]:
        revision = self._pages.revision
        if self._batch is None:
            return {"total": 0, "revision": revision}
        return {
            **facts_of(self._batch, self._list),
            "revision": revision,
            "busy": self._busy,
            "note": self._note,
            "can_open": self._on_open_job is not None,
            "can_change": self._on_change_inputs is not None,
            "details": details_of(self._list, self.selected),
        }

    def _card_(self) -> tuple[str, str]:
        if self._batch is None:
            return "No batch.", "<p>No batch.</p>"
        return card_of(self._batch, self._list)


def _aio(batch: Batch | AsyncBatch) -> Any:  # noqa: ANN401 # an AsyncBatch
    """The awaitable face of a batch."""
    return getattr(batch, "aio", batch)
