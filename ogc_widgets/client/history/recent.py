"""The history as a user has it: what was submitted from here, the newest first."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.client import AsyncClient
from ogc_widgets.client.history import entries, kept_inputs
from ogc_widgets.client.history.entries import Search, When
from ogc_widgets.client.history.kept_inputs import Kept
from ogc_widgets.client.history.notes import moment_of
from ogc_widgets.client.history.store import store
from ogc_widgets.client.http.loop import run
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import InputError, ProblemError, need_count, printable
from ogc_widgets.lazy import ShownList, from_above

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ogc_widgets.client.client import Client
    from ogc_widgets.client.history.entries import Entry
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.results.job_results import Results

# What servers answer that do not keep what a job was started with.
_NOT_KEPT = frozenset({400, 404, 405, 410, 501})


class RecentJob:
    """A submission from this machine.

    Attributes:
        server: Address of the server.
        process_id: The process.
        job_id: The job, or ``""`` if the answer never arrived.
        url: Address of the job, or ``""``.
        submitted_at: When the request was about to be sent, in UTC.
        state: What was heard of it last on this machine: ``sending`` if the kernel died
            before the answer, ``unknown`` if none came, ``refused``, ``answered``, or
            where the job is: ``accepted``, ``running``, ``successful``, ``failed``,
            ``dismissed``, ``ended`` with a word of the server's own, ``lost``.
        took_s: How long it took, if its end was heard of, in seconds.
    """

    def __init__(self, entry: Entry) -> None:
        self._id = entry.id
        self.server = entry.server
        self.process_id = entry.process_id
        self.job_id = entry.job_id
        self.url = entry.url
        self.submitted_at: datetime = moment_of(entry.id)
        self.state = entry.state
        self.took_s = entry.took_s
        self._note = entry.note

    @property
    def note(self) -> str:
        """Words of your own; setting it keeps them."""
        return self._note

    @note.setter
    def note(self, words: str) -> None:
        self._note = str(words)
        entries.write_note(self._id, self._note)

    @property
    def inputs(self) -> dict[str, Any] | None:
        """What was sent, if inputs are kept; those that hold secrets are missing."""
        kept = kept_inputs.kept_of(self._id)
        return None if kept is None else kept.inputs

    def attach(self, client: Client | None = None) -> Job:
        """Attach to the job.

        Args:
            client: One that is signed in, for servers that want it.

        Raises:
            InputError: It is not known which job it is.
            NoSuchJobError: The server does not know it any more.
            ServerError: Its status could not be read.
        """
        return Job(run(self.attach_by, self._client(client)))

    def results(self, client: Client | None = None) -> Results:
        """Read the results of the job; arguments and errors as for :meth:`attach`."""
        return self.attach(client).results()

    def run_again(
        self, client: Client | None = None, inputs: Mapping[str, Any] | None = None
    ) -> Job:
        """Run the process once more with the same inputs.

        They are those that are kept here, or else those that the server keeps.

        Args:
            client: One that is signed in, for servers that want it.
            inputs: Values that take the place of earlier ones.

        Raises:
            InputError: Some inputs were never kept, or no job is known.
            ServerError: They could not be read, or as for :meth:`Client.execute`.
        """
        return Job(run(self.run_again_by, self._client(client), inputs))

    async def attach_by(self, client: AsyncClient) -> AsyncJob:
        """Attach to the job; for coroutines of our loop."""
        if not self.url:
            raise InputError(
                f"No job of this submission is known; its state is {self.state}.",
                advice="client.jobs() lists those that the server has.",
            )
        return await client.job(self.url)

    async def run_again_by(
        self, client: AsyncClient, inputs: Mapping[str, Any] | None = None
    ) -> AsyncJob:
        """Run it once more; for coroutines of our loop."""
        changed = dict(inputs or {})
        kept = await asyncio.to_thread(kept_inputs.kept_of, self._id)
        if kept is None:
            kept = await self._asked(client)
        if missing := [name for name in kept.withheld if name not in changed]:
            raise InputError(
                f"Never kept, because they may hold secrets: {', '.join(missing)}.",
                safe="Nothing was sent.",
                advice="Give them: run_again(inputs={...}).",
            )
        return await client.execute(self.process_id, {**kept.inputs, **changed})

    async def _asked(self, client: AsyncClient) -> Kept:
        """What the server says that the job was started with."""
        job = await self.attach_by(client)
        try:
            return Kept(dict((await job.request()).inputs))
        except ProblemError as error:
            if error.status_code not in _NOT_KEPT:
                raise
            raise InputError(
                "What this job was started with is not known here, and its server does "
                "not keep it.",
                safe="Nothing was sent.",
                advice="From now on: recent_jobs().keep_inputs = True.",
            ) from None

    def _client(self, given: Client | None) -> AsyncClient:
        return AsyncClient(self.server) if given is None else given.aio

    def forget(self) -> None:
        """Remove it from the list, with its inputs; the job itself is not touched."""
        entries.forget([self._id])

    def __repr__(self) -> str:
        took = "" if self.took_s is None else f"  {self.took_s:.0f} s"
        note = f"  ({self.note})" if self.note else ""
        name = self.url or self.server
        return printable(
            f"<RecentJob {self.submitted_at:%Y-%m-%d %H:%M}Z  {self.process_id}  "
            f"{self.state}{took}  {name}{note}>"
        )


class RecentJobs(ShownList[RecentJob]):
    """The latest submissions from this machine; a notebook shows them as a table.

    Attributes:
        search: Which ones are wanted.
    """

    def __init__(self, search: Search, limit: int) -> None:
        self.search = search
        super().__init__(map(RecentJob, search.entries(count=max(0, limit))))

    @property
    def keep_inputs(self) -> bool:
        """Whether the inputs of jobs are kept from now on, on this machine.

        It is off until it is set here or in the table. Inputs that hold secrets are
        never kept. Turning it off keeps what is there: :meth:`delete_inputs`.
        """
        return kept_inputs.are_wanted()

    @keep_inputs.setter
    def keep_inputs(self, wanted: bool) -> None:
        kept_inputs.want(bool(wanted))

    def delete_inputs(self) -> int:
        """Delete all inputs that are kept on this machine.

        Returns:
            Of how many submissions there were some.
        """
        return kept_inputs.delete_all()

    def _make_widget(self) -> Any:  # noqa: ANN401 # a widget, which this part does not know
        return from_above("HistoryPanel")(self)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "Nothing was submitted from this machine."


def recent_jobs(
    limit: int = 50,
    *,
    process: str | None = None,
    server: str | None = None,
    text: str = "",
    since: When | None = None,
    until: When | None = None,
) -> RecentJobs:
    """List the latest submissions from this machine, newest first.

    Jobs whose answer never arrived are listed too, with an empty ``job_id``. In a
    notebook it is a table, which goes on below the limit.

    Args:
        limit: How many to return at most.
        process: Only submissions of this process.
        server: Only those to this server: its address, or a part of it.
        text: Words that stand in the process, the server, the id or the note.
        since: Only those of this moment or later, such as ``"2026-07-04"``.
        until: Only those before this moment; a day is included.

    Raises:
        InputError: A date cannot be read, or ``limit`` is no number.

    Warns:
        UserWarning: The list could not be kept, or some of it cannot be read.
    """
    need_count("limit", limit)
    found = RecentJobs(Search.of(process, server, text, since, until), limit)
    for trouble in store.news():
        warnings.warn(trouble, UserWarning, stacklevel=2)
    return found
