"""Opens a saved run from its file, and judges nothing in it as given.

Its job has a connection that asks nobody: it answers from the file.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client import AsyncJob, Job
from ogc_widgets.client.auth.sign_in import SigningIn
from ogc_widgets.client.discovery import Discovery
from ogc_widgets.client.http.body import Stream
from ogc_widgets.client.http.connection import Connection
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.replies import Reply
from ogc_widgets.protocol.answers.results import ResultsDocument, is_item
from ogc_widgets.protocol.documents.processes import Process
from ogc_widgets.protocol.documents.status import FINISHED, StatusInfo, log_links
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.requests.requests import json_body
from ogc_widgets.protocol.text import clean
from ogc_widgets.runs import record as names
from ogc_widgets.runs.record import FORMAT, KeptFile, KeptLog, Record
from ogc_widgets.runs.run import Run
from ogc_widgets.runs.zip_file import MOST_BYTES, RunFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from ogc_widgets.protocol.requests.requests import Request

_RANGE: Final = pattern(r"bytes=(?:(\d+)-(\d+)?|-(\d+))")
_PIECE_BYTES: Final = 2**20
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
            results = Results(connection, document, described, job_id=job_id)
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


# -- a connection that asks nobody -----------------------------------------------------


class KeptStream(Stream):
    """A file of a run, as an answer to read piece by piece."""

    def __init__(self, path: Path, request: Request) -> None:
        self._path = path
        size = path.stat().st_size
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        self._start, end = 0, size
        if asked is not None and asked[3]:
            self._start = max(0, size - int(asked[3]))
        elif asked is not None:
            self._start = min(int(asked[1]), size)
            end = min(int(asked[2]) + 1, size) if asked[2] else size
        self.url = request.url
        self.length: int | None = max(0, end - self._start)
        self.status_code = 200 if asked is None else 206
        self.headers = {"content-length": str(self.length)}
        if asked is not None:
            span = f"bytes {self._start}-{max(self._start, end - 1)}/{size}"
            self.headers["content-range"] = span

    async def chunks(self, max_bytes: int | None = None) -> AsyncIterator[bytes]:
        """Yield the file, or the part of it that was asked for."""
        left = self.length or 0
        if max_bytes is not None and left > max_bytes:
            raise InputError(f"{clean(self._path.name)} is too large to be read.")
        with self._path.open("rb") as file:
            file.seek(self._start)
            while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                yield piece


class KeptConnection(Connection):
    """Answers with what is kept, and sends nothing, whatever it is asked.

    Args:
        url: Address of the server that the run was on.
        kept: Address to what gives the file that it answered with.
        reason: What it answers in place of results: why the job failed.
    """

    asks_nobody = (
        "The file was not saved with the run. Save it with "
        "job.save_run(path, files=True), or run it again."
    )

    def __init__(
        self, url: str, kept: Mapping[str, Callable[[], Path]], reason: str = ""
    ) -> None:
        super().__init__(url)
        self.kept = dict(kept)
        self._reason = reason

    def keeps(self, url: str) -> bool:
        """Whether the file at an address was saved, also one of an object store."""
        return url in self.kept

    async def send(self, request: Request, **_limits: object) -> Reply:
        """Say why the job failed, or that nobody is asked."""
        if self._reason and request.url.rstrip("/").endswith("/results"):
            body = {"title": self._reason}
            return Reply(400, {}, json_body(body), request.url, request.method)
        raise self._asks_nobody(request.url)

    @contextlib.asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        """Give a file that is kept."""
        get = self.kept.get(request.url)
        if get is None:
            raise self._asks_nobody(request.url)
        # It may have to be unpacked first.
        yield KeptStream(await asyncio.to_thread(get), request)

    def _asks_nobody(self, url: str) -> InputError:
        return InputError(
            f"A saved run asks no server; {without_query(url)} is not in it.",
            advice="Ask the server itself: ogc.Client(run.server).job(run.job_id)",
        )
