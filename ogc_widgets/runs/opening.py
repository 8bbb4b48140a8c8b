"""Reads a saved run from its file, and judges nothing in it as given."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client import AsyncJob, Job
from ogc_widgets.client.auth.sign_in import SigningIn
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.results import ResultsDocument, is_item
from ogc_widgets.protocol.documents.processes import Process
from ogc_widgets.protocol.documents.status import FINISHED, StatusInfo, log_links
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.text import clean
from ogc_widgets.runs import record as names
from ogc_widgets.runs.kept_connection import KeptConnection, KeptResults
from ogc_widgets.runs.record import FORMAT, KeptFile, KeptLog, Record
from ogc_widgets.runs.run import Run
from ogc_widgets.runs.zip_file import MOST_BYTES, RunFile

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMES: Final = ("created", "started", "finished")


def open_run(path: str | Path, *, most_bytes: int = MOST_BYTES) -> Run:
    """Open a run that ``job.save_run(path)`` has saved; no server is asked.

    Args:
        path: The file.
        most_bytes: Most bytes of all that is in it, unpacked.

    Raises:
        InputError: It cannot be read, or is no saved run.
    """
    file = RunFile(Path(path).expanduser(), most_bytes=most_bytes)
    with silent():
        return _Reader(file).run()


class _Reader:
    """Makes a run of a file; what is odd in a document is left out."""

    def __init__(self, file: RunFile) -> None:
        self._file = file
        self._log_paths: dict[tuple[str, int], str] = {}

    def run(self) -> Run:
        about = self._object(names.ABOUT)
        if not about or not isinstance(about.get("format"), int):
            raise InputError(
                f"{clean(self._file.path.name)} is no saved run of this package.",
                advice="It should be a file that job.save_run(path) has written.",
            )
        if about["format"] > FORMAT:
            raise InputError(
                f"{clean(self._file.path.name)} was saved by a newer version.",
                advice="pip install -U ogc-widgets",
            )
        record = Record(
            about=about,
            request=self._object(names.REQUEST) or None,
            process=self._object(names.PROCESS) or None,
            server=self._object(names.SERVER),
            status=self._object(names.STATUS),
            results=self._object(names.RESULTS)
            if names.RESULTS in self._file
            else None,
            items=[*filter(is_item, reading.objects(self._features()))],
            prov=self._object(names.PROV) or None,
            logs=self._logs(about),
            files=self._files(about),
        )
        return self._alive(record)

    def _object(self, name: str) -> dict[str, Any]:
        return dict(reading.mapping(self._file.json(name)))

    def _features(self) -> object:
        return self._object(names.ITEMS).get("features")

    def _logs(self, about: dict[str, Any]) -> list[KeptLog]:
        found = []
        for one in reading.objects(about.get("logs")):
            path = reading.text(one.get("path"))
            if path in self._file:
                step, number = reading.text(one.get("step")), one.get("number")
                number = number if type(number) is int else 0
                title = reading.text(one.get("title"))
                text = self._file.read(path).decode("utf-8", "replace")
                found.append(KeptLog(step, number, title, text))
                self._log_paths[step, number] = path
        return found

    def _files(self, about: dict[str, Any]) -> list[KeptFile]:
        found = []
        for one in reading.objects(about.get("files")):
            path, url = reading.text(one.get("path")), reading.text(one.get("url"))
            if path in self._file:
                found.append(KeptFile(path, path, url))
        return found

    def _alive(self, record: Record) -> Run:
        """A run whose parts are those of a job, answered from the file."""
        about, url = record.about, reading.text(record.server.get("url"))
        process = _process(record)
        job_url = reading.text(about.get("url"))
        status = _status(record, job_url)
        kept: dict[str, Callable[[], Path]] = {
            one.url: partial(self._file.unpacked, one.path)
            for one in record.files
            if one.url
        }
        try:
            connection = KeptConnection(url, kept, reading.text(about.get("reason")))
        except InputError:
            raise InputError(
                f"{clean(self._file.path.name)} does not say on which server it ran.",
                advice="Ask whoever gave it to you to save the run again.",
            ) from None
        for link in log_links(status):
            path = self._log_paths.get((link.step, link.number))
            if path is not None:
                get = partial(self._file.unpacked, path)
                connection.kept[connection.rebase(link.url)] = get
        discovery = Discovery(connection)
        if process is not None:
            discovery.known_processes[process.id] = process
        job_id, results = reading.text(about.get("job")), None
        if record.results is not None:
            document = self._document(record)
            described = process.outputs if process else {}
            results = KeptResults(connection, document, described, job_id)
            opened = f"ogc.open_run({str(self._file.path)!r})"
            results.line = f"import ogc_widgets as ogc\nresults = {opened}.results()"
        job = AsyncJob(
            discovery,
            SigningIn(connection),
            job_id,
            job_url,
            status,
            process_id=reading.text(about.get("process")),
            inputs=record.inputs,
            kept_results=results,
        )
        return Run(record, Job(job), process, results, path=self._file.path)

    def _document(self, record: Record) -> ResultsDocument:
        told = reading.mapping(record.about.get("results"))
        here = {one.path: one for one in record.files if not one.url}
        outputs = dict(record.results or {})
        for name, value in outputs.items():
            # Bytes that came as a value are a part of the file, not an address.
            href = reading.text(reading.mapping(value).get("href"))
            if href in here:
                outputs[name] = self._file.read(href)
        kinds = reading.mapping(told.get("media_types"))
        return ResultsDocument(
            outputs,
            record.items,
            record.results,
            {str(name): kind for name, kind in kinds.items() if isinstance(kind, str)},
            note=reading.text(told.get("note")),
            stac=frozenset(reading.texts(told.get("stac"))),
        )


def _process(record: Record) -> Process | None:
    try:
        return Process.from_json(record.process) if record.process else None
    except OgcError:
        return None


def _status(record: Record, job_url: str) -> StatusInfo:
    about = record.about
    phase = reading.text(about.get("phase"))
    phase = phase if phase in FINISHED else "failed"
    if record.status:
        try:
            found = StatusInfo.from_json(record.status, job_url)
        except OgcError:
            pass
        else:
            if found.is_finished:
                return found
    job_id, process_id = (reading.text(about.get(n)) for n in ("job", "process"))
    times = reading.mapping(about.get("times"))
    created, started, finished = (reading.moment(times.get(n), n) for n in _TIMES)
    return StatusInfo(
        job_id,
        phase,
        phase,
        process_id,
        message=reading.text(about.get("reason")),
        created=created,
        started=started,
        finished=finished,
    )
