"""A run: what was asked, of whom, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.facade import blocking
from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.errors import InputError, printable
from ogc_widgets.lazy import from_above
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean
from ogc_widgets.runs.again import execute_again, what_changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from ogc_widgets.client import AsyncClient, AsyncJob, Client, Results
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.documents.status import StatusInfo
    from ogc_widgets.runs.record import KeptLog, Record


class Run:
    """A run that has ended; made by ``ogc_widgets.open_run``.

    In a notebook it shows itself: what was asked, the logs, the results on the map. No
    server is asked for any of it.

    Attributes:
        record: All that is kept.
        job: The job as it was; its status, logs and results can be read, nothing else.
        process: The description of the process; None if it was not to be had.
        path: The file; None for the run of a job.
    """

    def __init__(
        self,
        record: Record,
        job: Job,
        process: Process | None,
        results: Results | None,
        *,
        path: Path | None = None,
    ) -> None:
        self.record = record
        self.job = job
        self.process = process
        self.path = path
        self._results = results

    @property
    def inputs(self) -> dict[str, Any] | None:
        """What was asked for, secrets as ``***``; None if that is not known."""
        inputs = self.record.inputs
        return None if inputs is None else dict(inputs)

    @property
    def request(self) -> dict[str, Any] | None:
        """Method, ``url``, ``headers`` and ``body`` of the request, as far as known."""
        return self.record.request

    @property
    def withheld(self) -> tuple[str, ...]:
        """Names in the request whose values are not here, because they are secret."""
        return self.record.withheld

    @property
    def process_id(self) -> str:
        """Id of the process."""
        return reading.text(self.record.about.get("process"))

    @property
    def version(self) -> str:
        """Version of the process, or ``""``."""
        return reading.text(self.record.about.get("version"))

    @property
    def title(self) -> str:
        """What the process is called; not cleaned."""
        return reading.text(self.record.about.get("title")) or self.process_id

    @property
    def server(self) -> str:
        """Address of the server."""
        return reading.text(self.record.server.get("url"))

    @property
    def conformance(self) -> tuple[str, ...]:
        """The conformance classes that the server declared."""
        told = reading.mapping(self.record.server.get("conformance"))
        return reading.texts(told.get("conformsTo"))

    @property
    def job_id(self) -> str:
        """Id of the job, or ``""`` if the server answered at once and made none."""
        return reading.text(self.record.about.get("job"))

    @property
    def status(self) -> StatusInfo:
        """The last status."""
        return self.job.status

    @property
    def reason(self) -> str:
        """Why it failed, in the server's words; not cleaned."""
        return reading.text(self.record.about.get("reason"))

    @property
    def created(self) -> datetime | None:
        """When the job was made, by the server's clock if it has said so."""
        return self.time("created")

    def time(self, name: str) -> datetime | None:
        """When something happened, if that is known.

        Args:
            name: ``sent``, ``created``, ``started``, ``finished`` or ``saved``.
        """
        times = reading.mapping(self.record.about.get("times"))
        return reading.moment(times.get(name), name) if name in times else None

    @property
    def logs(self) -> list[KeptLog]:
        """The logs: ``step``, ``number``, ``title`` and ``text`` of each."""
        return list(self.record.logs)

    @property
    def outputs(self) -> dict[str, Any]:
        """Output id to value; empty if there are no results."""
        return {} if self._results is None else self._results.outputs

    @property
    def items(self) -> list[dict[str, Any]]:
        """The STAC items among the results, as dicts."""
        return [] if self._results is None else self._results.items

    @property
    def prov(self) -> dict[str, Any] | None:
        """How the results came about, as the server tells it (PROV-JSON), or None."""
        return self.record.prov

    @property
    def software(self) -> dict[str, str]:
        """What the run was saved with: package to version."""
        told = reading.mapping(self.record.about.get("software"))
        return {str(name): reading.text(version) for name, version in told.items()}

    @property
    def notebook(self) -> str:
        """Name of the notebook that it was saved in, or ``""``."""
        return reading.text(self.record.about.get("notebook"))

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, and why, in words for people."""
        return reading.texts(self.record.about.get("notes"))

    def results(self) -> Results:
        """The results; their files can be read as far as they were saved, too.

        Raises:
            InputError: There are none.
        """
        if self._results is None:
            phase = reading.text(self.record.about.get("phase"))
            raise InputError(f"The run has no results: it is {clean(phase)}.")
        return self._results

    def report(self, path: str | Path | None = None) -> Path:
        """Write a report for people, as ``job.report()`` does; no server is asked.

        Args:
            path: Where to; ``report-<process>-<job>.html`` if left out.

        Returns:
            The path.

        Raises:
            InputError: The file cannot be written.
        """
        return self.job.report(path)

    @on_loop
    async def aio_changes(self, client: AsyncClient) -> list[str]:
        """What has changed at a server since; as :meth:`changes`, awaitable."""
        now = await client.process(self.process_id)
        return what_changed(self.record, self.process, now).words

    def changes(self, client: Client) -> list[str]:
        """What has changed at a server since, in words; empty if nothing has.

        Args:
            client: The server to ask.

        Raises:
            ServerError: It does not answer, or has no such process any more.
        """
        return self._changes(client.aio)

    _changes = blocking(aio_changes)

    @on_loop
    async def aio_again(
        self,
        client: AsyncClient,
        *,
        inputs: Mapping[str, Any] | None = None,
        anyway: bool = False,
    ) -> AsyncJob:
        """Run it again; as :meth:`again`, awaitable."""
        return await execute_again(
            self.record, self.process, client, inputs or {}, anyway=anyway
        )

    def again(
        self,
        client: Client,
        *,
        inputs: Mapping[str, Any] | None = None,
        anyway: bool = False,
    ) -> Job:
        """Run it again with the very same request.

        What has changed since at the server is said before: as a warning where the
        request still means something there, else as an error.

        Args:
            client: Where to run it.
            inputs: Values of inputs that were not kept because they are secret; others
                take the place of what was asked then.
            anyway: Run it although the process no longer takes what was asked.

        Returns:
            The new job.

        Warns:
            UserWarning: The process is not the same as then.

        Raises:
            InputError: Inputs are not known, or the process no longer takes them;
                nothing was sent.
            ServerError: As for ``client.execute``.
        """
        return Job(self._again(client.aio, inputs=inputs, anyway=anyway))

    _again = blocking(aio_again)

    def __repr__(self) -> str:
        phase = clean(reading.text(self.record.about.get("phase")))
        return printable(f"<Run of {clean(self.process_id)}: {phase}>")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(from_above("RunView")(self))  # type: ignore[no-untyped-call] # of IPython
