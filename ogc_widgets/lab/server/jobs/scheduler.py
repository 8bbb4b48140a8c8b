"""Run accepted jobs, a few at a time, and note how they do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import shutil
import sqlite3
import uuid
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab.engines.by_name import engine_by_name
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder, lines_of
from ogc_widgets.lab.engines.progress import Tracker, expected_executions
from ogc_widgets.lab.server.jobs.turns import Turns
from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from ogc_widgets.lab.engines.programs import Running
    from ogc_widgets.lab.server.inputs import CheckedInputs
    from ogc_widgets.lab.server.jobs.job_store import JobRecord, JobStore, ListedJob
    from ogc_widgets.lab.server.people import Person
    from ogc_widgets.lab.settings import Settings

_log = logging.getLogger(__name__)

_INTERRUPTED = "interrupted: the server ended while this job was running"
_WRITE_AGAIN_S = 1.0
_LOOK_S = 5.0
# Some engines colour what they say even where nobody sees colours.
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


class Scheduler:
    """N workers that take jobs in turns.

    Attributes:
        turns: Whose job is next.
    """

    def __init__(self, settings: Settings, jobs: JobStore, engine: Engine) -> None:
        self._settings = settings
        self._folders = settings.data / "jobs"
        self._engine = engine
        self._jobs = jobs
        self.turns = Turns(settings.jobs_each)
        self._workers: list[asyncio.Task[None]] = []
        self._ending: asyncio.Task[None]
        self._running: dict[str, Running | None] = {}  # None while it is starting
        self._ended: dict[str, asyncio.Event] = {}

    def folder(self, job_id: str) -> JobFolder:
        """Return the folder of a job."""
        return JobFolder(self._folders / job_id)

    async def start(self) -> None:
        """Take up what an earlier server left, and start the workers."""
        unfinished = self._jobs.unfinished()
        going_on = set()
        for job in unfinished:
            if job.status == "running":
                if self._engine.outlives and self._is_left(job.job_id):
                    going_on.add(job.job_id)
                    self._enqueue(job)
                    continue
                # Its programs have ended with the server, whose leash they were on.
                self._jobs.finish(job.job_id, "failed", _INTERRUPTED)
                self._clean(job.job_id)
        for job in unfinished:
            if job.status == "accepted":
                self._enqueue(job)
        self._ending = asyncio.create_task(self._end_what_is_left(going_on))
        self._workers = [
            asyncio.create_task(self._work(), name=f"worker-{number}")
            for number in range(self._settings.workers)
        ]

    async def stop(self) -> None:
        """End all runs and mark their jobs failed; waiting jobs stay accepted."""
        working = [*self._workers, self._ending]
        for each in working:
            each.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for event in self._ended.values():
            event.set()

    def submit(
        self,
        described: Mapping[str, Any],
        package: Path,
        checked: CheckedInputs,
        request: Mapping[str, Any],
        person: Person,
    ) -> JobRecord:
        """Accept a person's job: a copy of the package, what to keep of the request.

        Raises:
            OSError: The files of the job cannot be written; there is no job then.
            sqlite3.Error: The same of the job table.
        """
        stored = {
            **request,
            "workflow": described["workflow"],
            "expected": expected_executions(described["plan"], checked.order),
        }
        # Version 1 ids sort by time in a folder listing and look like the course's.
        job_id = str(uuid.uuid1())
        folder = self.folder(job_id)
        try:
            _stage(folder, package, checked)
            size = folder.size_bytes()
            job = self._jobs.add(
                job_id,
                described["id"],
                stored,
                owner=person.id,
                owner_name=person.name,
                size_bytes=size,
            )
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        self._enqueue(job)
        return job

    async def finished(self, job_id: str) -> None:
        """Wait until a job has its last status."""
        if event := self._ended.get(job_id):
            await event.wait()

    async def dismiss(self, job: ListedJob) -> None:
        """Stop a job, or remove it when it has ended already."""
        job_id = job.job_id
        if job.is_finished:
            self._jobs.remove(job_id)
            folder = self.folder(job_id).path
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            return
        self._jobs.finish(job_id, "dismissed", "dismissed on request")
        if job_id not in self._running:
            # It has not been started here. A worker may have taken it just now, and
            # passes it by.
            self.turns.drop(job.owner, job_id)
            await self._end_outside(self.folder(job_id), self._engine)
            self._clean(job_id)
            self._end(job_id)
        elif running := self._running[job_id]:
            running.leash.close()
        await self.finished(job_id)

    async def measure(self, job_id: str) -> None:
        """Note what a job takes on the disk."""
        size = await asyncio.to_thread(self.folder(job_id).size_bytes)
        with contextlib.suppress(sqlite3.OperationalError):  # there is no room
            self._jobs.note_size(job_id, size)

    def _enqueue(self, job: JobRecord) -> None:
        self._ended[job.job_id] = asyncio.Event()
        self.turns.put(job.owner, job.job_id)

    def _end(self, job_id: str) -> None:
        if event := self._ended.pop(job_id, None):
            event.set()

    async def _work(self) -> None:
        while True:
            owner, job_id = await self.turns.take()
            goes_on = False
            try:
                await self._run(job_id)
            except asyncio.CancelledError:
                if goes_on := self._goes_on:
                    raise
                # If it cannot be noted, the next server does it.
                with contextlib.suppress(sqlite3.Error):
                    self._jobs.finish(
                        job_id, "failed", "interrupted: the server was stopped"
                    )
                raise
            except Exception as error:  # noqa: BLE001 - one job must not end a worker
                await self._finish(
                    job_id, "failed", f"The lab could not run this job: {error}"
                )
            finally:
                self._running.pop(job_id, None)
                if not goes_on:
                    await self._end_outside(self.folder(job_id), self._engine)
                    self._clean(job_id)
                self.turns.ended(owner)
                self._end(job_id)

    @property
    def _goes_on(self) -> bool:
        """Whether the next server on this folder can take up what runs."""
        return self._engine.outlives and not self._settings.temporary

    async def _finish(
        self, job_id: str, status: str, message: str, *, failure_code: int = 500
    ) -> None:
        """Note the end of a job; on a full disk, as soon as there is room."""
        while True:
            try:
                self._jobs.finish(job_id, status, message, failure_code=failure_code)
            except sqlite3.OperationalError:
                await asyncio.sleep(_WRITE_AGAIN_S)
            except Exception:  # noqa: BLE001 - one job must not end a worker
                # The worker goes on with the jobs that come after it.
                _log.exception("The end of job %s (%s) is not noted", job_id, status)
                return
            else:
                return

    async def _run(self, job_id: str) -> None:
        try:
            job = self._jobs.get(job_id)
        except Problem:  # dismissed and removed while it waited
            return
        if job.is_finished:
            return
        folder = self.folder(job_id)
        tracker = Tracker(job.request["expected"], self._engine.read)
        # Steps share the cores with the other jobs; alone, a job gets all of them.
        # The set of running jobs already counts, this one not yet.
        busy = len(self._running) + len(self.turns) + 1
        parallel = max(1, self._settings.workers // busy)
        self._running[job_id] = None
        engine_job = EngineJob(folder, job.request["workflow"], parallel)
        if job.status == "running":
            await asyncio.to_thread(tracker.resume, lines_of(folder.log))
            running = await self._engine.take_up(engine_job)
            if running is None:
                self._jobs.finish(job_id, "failed", _INTERRUPTED)
                return
        else:
            self._jobs.start(job_id, "starting")
            if self._engine.outlives:
                folder.left.write_text(self._settings.engine, encoding="utf-8")
            running = await self._engine.start(engine_job)
        self._running[job_id] = running
        try:
            if self._jobs.get(job_id).is_finished:  # dismissed while it was starting
                running.leash.close()
            async with self._looking_at_the_queue(job_id, tracker, folder):
                await self._follow(job_id, running.stderr, tracker, folder)
            code = await running.wait()
        except BaseException:
            running.leash.close()
            await running.wait()
            raise
        await self.measure(job_id)
        if code == 0 and _is_output_object(folder):
            await self._finish(job_id, "successful", "finished")
        else:
            reason, fitting = await asyncio.to_thread(
                self._engine.why_it_failed, tracker, folder, code
            )
            await self._finish(job_id, "failed", reason, failure_code=fitting)

    async def _follow(
        self,
        job_id: str,
        stream: asyncio.StreamReader,
        tracker: Tracker,
        folder: JobFolder,
    ) -> None:
        with folder.log.open("ab", buffering=0) as log:
            while line := await _read_line(stream):
                line = _COLOUR.sub(b"", line)
                # A full disk costs lines of the log and some progress, not the job.
                with contextlib.suppress(OSError):
                    log.write(line)
                if tracker.feed(line.decode("utf-8", "replace")):
                    with contextlib.suppress(sqlite3.OperationalError):
                        self._jobs.report(job_id, tracker.percent, tracker.message)

    @contextlib.asynccontextmanager
    async def _looking_at_the_queue(
        self, job_id: str, tracker: Tracker, folder: JobFolder
    ) -> AsyncIterator[None]:
        """Say in the status what the steps of a job wait for on a busy cluster."""

        async def look() -> None:
            while True:
                await asyncio.sleep(_LOOK_S)
                # What cannot be asked now may be later, and costs a word only.
                with contextlib.suppress(OSError, sqlite3.OperationalError):
                    if words := await self._engine.waits_for(folder):
                        message = f"{tracker.message}: {words}"
                        self._jobs.report(job_id, tracker.percent, message)

        looking = asyncio.create_task(look()) if self._engine.outlives else None
        try:
            yield
        finally:
            if looking:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)

    def _is_left(self, job_id: str) -> bool:
        left = self.folder(job_id).left
        return left.exists() and left.read_text("utf-8") == self._settings.engine

    async def _end_what_is_left(self, going_on: set[str]) -> None:
        """End what a killed server has left outside, of jobs that do not go on."""
        for left in await asyncio.to_thread(self._left):
            folder = JobFolder(left.parent)
            if folder.path.name not in going_on:
                name = left.read_text(encoding="utf-8")
                await self._end_outside(folder, engine_by_name(name))

    def _left(self) -> list[Path]:
        return list(self._folders.glob("*/left"))

    async def _end_outside(self, folder: JobFolder, engine: Engine) -> None:
        """End what an engine has of a job outside of its program."""
        if not folder.left.exists():
            return
        try:
            await engine.end(folder)
        except OSError as error:  # the next server tries it again
            _log.warning("Not ended of job %s: %s", folder.path.name, error)
        else:
            folder.left.unlink(missing_ok=True)

    def _clean(self, job_id: str) -> None:
        shutil.rmtree(self.folder(job_id).temporary, ignore_errors=True)


def _stage(folder: JobFolder, package: Path, checked: CheckedInputs) -> None:
    for path in (folder.path, folder.logs, folder.outputs, folder.temporary):
        path.mkdir(parents=True)
    shutil.copyfile(package, folder.package)
    folder.inputs.write_text(json.dumps(checked.order), encoding="utf-8")
    if checked.files:
        folder.staged.mkdir()
        for name, content in checked.files.items():
            (folder.staged / name).write_bytes(content)


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    """Return a line; what is too long for one is returned in parts."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.readexactly(max(1, error.consumed))


def _is_output_object(folder: JobFolder) -> bool:
    try:
        return isinstance(json.loads(folder.output_object.read_bytes()), dict)
    except ValueError:
        return False
