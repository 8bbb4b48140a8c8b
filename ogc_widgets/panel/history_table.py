"""The history of this machine on the page: searched, sorted, and acted upon."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.client import AsyncClient
from ogc_widgets.client.history import entries, kept_inputs
from ogc_widgets.client.history.entries import Search
from ogc_widgets.client.history.notes import id_at
from ogc_widgets.client.history.recent import RecentJob
from ogc_widgets.client.history.store import store
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import InputError, OgcError, SignInError
from ogc_widgets.lazy import from_above
from ogc_widgets.panel.history_rows import (
    CARD_TEXT,
    card_html,
    history_row,
    server_name,
)
from ogc_widgets.panel.job.job_panel import JobPanel
from ogc_widgets.panel.opened_below import OpenedBelow
from ogc_widgets.view.base import RowsView, StateView, publishing
from ogc_widgets.view.cards import Note, note
from ogc_widgets.view.sign_in_box import SigningInView

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ogc_widgets.client import RecentJobs
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.results.job_results import Results


_FIRST_ROWS: Final = 100  # as many as the page asks for at once
_CARD_ROWS: Final = 50
# Of a batch much is heard at once.
_REFRESH_S: Final = 0.5


@dataclass(frozen=True)
class _Read:
    """What is read of the file for the page, in one go."""

    number: int
    search: Search
    facts: dict[str, Any]
    news: list[str]


class HistoryTable(SigningInView, RowsView, StateView):
    """Lists what was submitted from this machine, whatever became of it.

    Args:
        search: What is listed at first; its dates stay.
        on_attach: Called with a job that is to be shown.
        on_results: Called with results that are to be shown.

    The page gets the rows that it shows. What this kernel hears of a job stands in the
    table at once; what others have heard, when it is looked at anew.
    """

    _script = "history_table"

    def __init__(
        self,
        search: Search,
        *,
        on_attach: Callable[[Job], object],
        on_results: Callable[[Results], object],
    ) -> None:
        self._search = self._dates = search
        self._hours = 0.0
        self._attached, self._have_results = on_attach, on_results
        self._clients: dict[str, AsyncClient] = {}
        self._busy: dict[str, str] = {}
        self._note: Note | None = None
        self._after_sign_in: Callable[[], object] | None = None
        self.revision = self._refreshed = 0
        self._is_visible = self._is_refreshing = False
        self._loading, self._numbers = self._latest(), count(1)
        self._read = self._read_now()
        super().__init__()
        self.handle(
            filter=self.filter,
            sort=self.sort,
            attach=self.attach,
            results=self.show_results,
            run_again=self.run_again,
            forget=self.forget,
            refresh=self.refresh,
        )
        self._unwatch = store.watch(self._changed)
        self._publish()

    # -- what Python can do ---------------------------------------------------------

    def filter(
        self, text: str = "", process: str = "", server: str = "", hours: float = 0
    ) -> None:
        """List only some of the entries; returns at once.

        Args:
            text: Words that stand in the process, the server, the job's id or the note.
            process: Id of a process, or ``""`` for all.
            server: Address of a server or a part of it, or ``""`` for all.
            hours: Only those of the last so many hours; 0 for all.
        """
        since = datetime.now(UTC) - timedelta(hours=hours)
        first_id = max(self._dates.first_id, id_at(since) if hours else 0)
        self._hours, self._note = hours, None
        self._search = replace(
            self._search, text=text, process=process, server=server, first_id=first_id
        )
        self._load()

    def sort(self, by: str, *, ascending: bool = False) -> None:
        """Sort by a column: submitted, process, server, state, took or note.

        Raises:
            InputError: There is no such column.
        """
        self._search, self._note = self._search.sorted_by(by, ascending=ascending), None
        self._load()

    def refresh(self) -> None:
        """Look again what there is; returns at once."""
        self._note = None
        self._load()

    def attach(self, entry_id: str) -> None:
        """Show the job of an entry; returns at once."""
        self._do(entry_id, "opening", self._attach)

    def show_results(self, entry_id: str) -> None:
        """Show the results of the job of an entry; returns at once."""
        self._do(entry_id, "reading", self._read_results)

    def run_again(self, entry_id: str) -> None:
        """Start the process once more with the same inputs; returns at once."""
        self._do(entry_id, "starting", self._run_again)

    def forget(self, entry_id: str) -> None:
        """Remove an entry; the job itself is not touched."""
        entries.forget([int(entry_id)])
        self._load()

    # -- the file is read ------------------------------------------------------------

    def _read_now(self) -> _Read:
        number, search = next(self._numbers), self._search
        servers, processes = entries.known_names()
        facts = {
            "rows": [history_row(one) for one in search.entries(0, _FIRST_ROWS)],
            "count": search.count(),
            "total": Search().count(),
            "servers": [[url, server_name(url)] for url in servers],
            "processes": processes,
            "keep_inputs": kept_inputs.are_wanted(),
            "kept": kept_inputs.count(),
        }
        return _Read(number, search, facts, store.news())

    async def _read_aside(self) -> _Read:
        return await asyncio.to_thread(self._read_now)

    def _load(self) -> None:
        self._loading.start(self._read_aside, self._loaded)

    def _loaded(self, read: _Read) -> None:
        self.revision += 1
        self._take(read)

    def _take(self, read: _Read) -> None:
        if read.news:
            self._note = note("warn", " ".join(read.news))
        # Of two threads that read the first may end last, or look for what was wanted
        # before.
        if read.number > self._read.number and read.search is self._search:
            self._read = read
        self._publish()

    def _changed(self) -> None:
        """Something was noted in this process: look again soon, if anybody looks."""
        with publishing(self):
            if self._closed or not self._is_visible or self._is_refreshing:
                return
            self._is_refreshing = True

        async def soon() -> _Read:
            await asyncio.sleep(_REFRESH_S)
            self._is_refreshing = False
            return await self._read_aside()

        self._start(soon, self._refresh_rows)

    def _refresh_rows(self, read: _Read) -> None:
        self._refreshed += 1
        self._take(read)

    # -- something is done with an entry ----------------------------------------------

    def _do(
        self,
        entry_id: str,
        doing: str,
        work: Callable[[RecentJob, AsyncClient], Coroutine[Any, Any, None]],
    ) -> None:
        """Start work on an entry, unless there is some."""
        if entry_id in self._busy:
            return
        entry = entries.entry_of(int(entry_id))
        if entry is None:
            self._say(note("warn", "This entry is no longer in the list."))
            return
        self._busy[entry_id], self._note = doing, None
        self._publish()
        if entry.server not in self._clients:
            self._clients[entry.server] = AsyncClient(entry.server)
        client = self._clients[entry.server]

        async def until_done() -> Note | None:
            try:
                await work(RecentJob(entry), client)
            except SignInError as error:
                self._after_sign_in = partial(self._do, entry_id, doing, work)
                self._ask_to_sign_in(client.signing_in, error.what)
            except OgcError as error:
                return note("warn" if isinstance(error, InputError) else "bad", error)
            finally:
                self._busy.pop(entry_id, None)
            return None

        self._start(until_done, self._say)

    def _say(self, told: Note | None) -> None:
        self._note = told
        self._publish()

    def _has_signed_in(self) -> None:
        again, self._after_sign_in = self._after_sign_in, None
        self._put_box_away()
        if again is not None:
            again()

    async def _attach(self, entry: RecentJob, client: AsyncClient) -> None:
        self._show(await entry.attach_by(client))

    async def _run_again(self, entry: RecentJob, client: AsyncClient) -> None:
        self._show(await entry.run_again_by(client))
        self._load()

    async def _read_results(self, entry: RecentJob, client: AsyncClient) -> None:
        results = await (await entry.attach_by(client)).results()
        with publishing(self):
            self._have_results(results)

    def _show(self, job: AsyncJob) -> None:
        with publishing(self):
            self._attached(Job(job))

    # -- from the page --------------------------------------------------------------

    def _rows(self, first: int, count: int) -> list[dict[str, Any]]:
        return [history_row(one) for one in self._search.entries(first, count)]

    def _on_visible(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        was, self._is_visible = self._is_visible, bool(on)
        if on and not was:
            self._changed()

    def _on_note(self, entry_id: str, words: str) -> None:
        entries.write_note(int(entry_id), str(words).strip())

    def _on_keep_inputs(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        kept_inputs.want(bool(on))
        self._load()

    def _on_delete_inputs(self) -> None:
        kept_inputs.delete_all()
        self._load()

    # -- what is shown ----------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        search = self._search
        return {
            **self._read.facts,
            "revision": self.revision,
            "refreshed": self._refreshed,
            "order": {"by": search.by, "ascending": search.ascending},
            "filter": {
                "text": search.text,
                "process": search.process,
                "server": search.server,
                "hours": self._hours,
            },
            "busy": dict(self._busy),
            "note": self._note,
        }

    def _card_(self) -> tuple[str, str]:
        return CARD_TEXT, card_html(self._read.facts["rows"][:_CARD_ROWS])

    def _let_go(self) -> None:
        self._unwatch()


class HistoryPanel(OpenedBelow):
    """The history of this machine, with the job or the results that were opened.

    Attributes:
        table: The table.
        job: The job that was opened last, or ``None``.
        results: The results that were opened last, or ``None``.
    """

    table: HistoryTable

    def __init__(self, recent: RecentJobs) -> None:
        self.job: Job | None = None
        self.results: Results | None = None
        super().__init__(
            HistoryTable(
                recent.search, on_attach=self._show_job, on_results=self._show_results
            )
        )

    def _show_job(self, job: Job) -> None:
        self.job = job
        self.show_below(JobPanel(job))

    def _show_results(self, results: Results) -> None:
        self.results = results
        self.show_below(from_above("stage_of")(results))
