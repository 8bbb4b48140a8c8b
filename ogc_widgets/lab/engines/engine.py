"""What runs the packages, what the lab asks of it, and why a run has failed."""

from __future__ import annotations

import contextlib
import os
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ogc_widgets.lab.engines.programs import start_command, start_module
from ogc_widgets.lab.engines.progress import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from ogc_widgets.lab.engines.programs import Running
    from ogc_widgets.lab.engines.progress import EventKind, Tracker

    Events: TypeAlias = Sequence[tuple[EventKind, re.Pattern[str]]]

STAGED = "staged"
"""Where files of the execute request are, relative to the inputs document."""

# A step sees only PATH, HOME and TMPDIR unless told otherwise. These few decide
# whether it finds our programs, the network and its certificates.
_PASSED_ON = (
    *("LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
# CWL engines say that a step's program is not there as cwltool does.
_NOT_FOUND = re.compile(r"(?:^ERROR|\[E\] \[cwltool\]) '(?P<program>[^']+)' not found")

# What a step says last when it cannot go on.
_OWN_WORDS = re.compile(r"^\s*error:\s*(?P<sentence>.+)$", re.IGNORECASE)
# Toil's logs of a failed run repeat themselves; the first error is well before this.
_MOST_BYTES = 8 * 2**20
_TAIL_BYTES = 64 * 1024
_LONGEST = 1000


def passed_on() -> list[str]:
    """Return the names of the variables that steps get from the lab's environment."""
    return [name for name in _PASSED_ON if name in os.environ]


class _Below:
    """A file or folder below that of the job; many jobs have no need of most."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, folder: JobFolder, _: type[JobFolder]) -> Path:
        return folder.path / self._name


class JobFolder:
    """Where the files of one job are."""

    package = _Below("package.cwl")  # as it was when the job was accepted
    inputs = _Below("inputs.json")  # as the engine gets them
    staged = _Below(STAGED)
    outputs = _Below("outputs")  # result files
    output_object = _Below("outputs.json")  # what the engine printed
    logs = _Below("logs")  # one per step execution
    log = _Below("job.log")  # what the engine itself said
    temporary = _Below("tmp")  # of the engine and the steps; removed at the end
    batch_logs = _Below("batch")  # what a cluster's own jobs say, if anything
    left = _Below("left")  # there while something outside may have to be ended

    def __init__(self, path: Path) -> None:
        self.path = path

    def size_bytes(self) -> int:
        """Return what those files take that stay.

        Blocks, so a server calls it in a thread.
        """
        total, temporary = 0, self.temporary.name
        for root, folders, names in os.walk(self.path):
            if root == str(self.path) and temporary in folders:
                folders.remove(temporary)
            for name in names:
                with contextlib.suppress(OSError):  # it may be removed meanwhile
                    total += Path(root, name).lstat().st_size
        return total

    def step_logs(self) -> list[tuple[str, Path]]:
        """Return (name, path) of every step log so far, in order of start."""
        logs = self.logs
        try:
            names = (logs / "index").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return self._foreign_logs()
        return [(name, logs / f"{name}.log") for name in names if name]

    def _foreign_logs(self) -> list[tuple[str, Path]]:
        """Return the logs that a command with --log-dir keeps: a folder per step."""
        found: list[tuple[float, str, Path]] = []
        for path in self.logs.glob("*/*"):
            with contextlib.suppress(OSError):  # it may be moved meanwhile
                found.append((path.stat().st_mtime, path.parent.name, path))
        # A step may keep stdout and stderr; the one that was written last is its log.
        latest = {name: (written, path) for written, name, path in sorted(found)}
        by_time = sorted(latest.items(), key=lambda each: each[1])
        return [(name, path) for name, (_, path) in by_time]


@dataclass(frozen=True)
class EngineJob:
    """One job as an engine gets it.

    Attributes:
        folder: Its files; what is printed goes to ``folder.output_object``.
        workflow: Which process of the package to run; empty for its only one.
        parallel: How many steps may run at a time.
    """

    folder: JobFolder
    workflow: str
    parallel: int

    @cached_property
    def arguments(self) -> list[str]:
        """The arguments that every CWL runner understands."""
        package = str(self.folder.package)
        if self.workflow:
            package += f"#{self.workflow}"
        return ["--outdir", str(self.folder.outputs), package, str(self.folder.inputs)]


class Engine(ABC):
    """Runs packages; one for all jobs of a server.

    Attributes:
        events: What lines of its program mean for the progress: the first pattern that
            finds something tells of the execution ``name`` of the step ``step``.
            ``name`` is also that of the step's log in ``JobFolder.step_logs``.
        module: The program of this folder that runs a job; empty where it is the first
            word of ``command``.
        outlives: What it has of a job may go on when its program and the lab have
            ended, so that it has to be ended, or can be taken up again.
        options: What ``--engine-options`` added to its command.
    """

    events: ClassVar[Events]
    module: ClassVar[str] = ""
    outlives: ClassVar[bool] = False

    def __init__(self, options: tuple[str, ...] = ()) -> None:
        self.options = options

    def check(self) -> None:  # noqa: B027 - some need nothing
        """Make sure that all it needs is installed, before a server starts.

        Raises:
            InputError: Something is not, with what to install.
        """

    @abstractmethod
    def command(self, job: EngineJob) -> list[str]:
        """Return the command line of a job, or the arguments of ``module``."""

    async def start(self, job: EngineJob) -> Running:
        """Start a job."""
        return await self.launch(job, self.command(job))

    async def launch(self, job: EngineJob, line: Sequence[str]) -> Running:
        """Start the program of a job."""
        place = job.folder.path
        with job.folder.output_object.open("wb") as stdout:
            if self.module:
                return await start_module(self.module, line, cwd=place, stdout=stdout)
            return await start_command(line, cwd=place, stdout=stdout)

    async def take_up(self, job: EngineJob) -> Running | None:  # noqa: ARG002 - most do
        """Go on with a job whose lab has ended; None where that is not possible.

        Only called where the engine ``outlives``.
        """
        return None

    async def end(self, folder: JobFolder) -> None:  # noqa: B027 - as above
        """End what there still is of a job outside of its program, and wait for that.

        Called when its program has ended, and at the next start where the lab was
        killed, so all that it needs is in the folder. Only where it ``outlives``.
        """

    async def waits_for(self, folder: JobFolder) -> str:  # noqa: ARG002 - as above
        """Return what the steps of a job wait for, if it is not their turn yet.

        Asked now and then, where the engine ``outlives``.
        """
        return ""

    def read(self, line: str) -> Event | None:
        """Return what a line of its program means for the progress, if anything."""
        for kind, pattern in self.events:
            if match := pattern.search(line):
                return Event(kind, match["name"], match["step"])
        return None

    def engine_reason(self, folder: JobFolder, step: str) -> str:  # noqa: ARG002 - others do
        """Return what the engine has to say of a failure, as a sentence, or nothing.

        Args:
            folder: The files of the job.
            step: The failed step for people; empty where none has failed.
        """
        return ""

    def step_lines(self, folder: JobFolder, name: str) -> list[str]:
        """Return the last lines of a failed execution of a step."""
        return _tail(dict(folder.step_logs()).get(name))

    def why_it_failed(
        self, tracker: Tracker, folder: JobFolder, exit_code: int
    ) -> tuple[str, int]:
        """Return why the job failed, in one sentence, and the fitting HTTP status.

        The status is 400 where a step refused what it was given, 500 where something
        broke. A step that ends with a line ``error: <sentence>`` has said it itself;
        then comes what the engine knows, and last the end of what was said.
        """
        lines = {name: self.step_lines(folder, name) for name in tracker.failed}
        for name, title in tracker.failed.items():
            if sentence := _own_words(lines[name]):
                return _shortened(f"{title} failed: {sentence}"), 400
        name, title = next(iter(tracker.failed.items()), ("", ""))
        sentence = (
            self._missing_program(folder, title or "A step")
            or self.engine_reason(folder, title)
            or self._last_lines(folder, title, lines.get(name, []), exit_code)
        )
        return _shortened(sentence), 500

    def _missing_program(self, folder: JobFolder, title: str) -> str:
        if match := first(_NOT_FOUND, folder.log):
            return (
                f"{title} failed: the program {match['program']!r} is not installed "
                "where the step ran. The lab runs steps as plain programs, without "
                "containers."
            )
        return ""

    def _last_lines(
        self, folder: JobFolder, title: str, lines: list[str], exit_code: int
    ) -> str:
        if title:
            last = " / ".join(lines[-3:])
            return f"{title} failed: {last or 'it said nothing on stderr'}"
        last = " / ".join(_tail(folder.log)[-3:])
        return f"The runner ended with code {exit_code}. {last}".strip()


def _own_words(lines: Iterable[str]) -> str:
    """Return what a step said itself, with a line ``error: <sentence>``."""
    found = [match for line in lines if (match := _OWN_WORDS.match(line))]
    return found[-1]["sentence"].strip() if found else ""


def first(pattern: re.Pattern[str], log: Path) -> re.Match[str] | None:
    """Return the first match of a pattern in the lines of a log."""
    return next(filter(None, map(pattern.search, lines_of(log))), None)


def lines_of(path: Path) -> Iterator[str]:
    """Read the lines of a log from its beginning, without empty ones."""
    try:
        with path.open("rb") as stream:
            left = _MOST_BYTES
            while left > 0 and (line := stream.readline(left)):
                left -= len(line)
                if text := line.decode("utf-8", "replace").rstrip():
                    yield text
    except OSError:
        return


def _tail(path: Path | None) -> list[str]:
    """Return the last lines of a log, without empty ones."""
    if path is None:
        return []
    try:
        with path.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _shortened(sentence: str) -> str:
    """Return a sentence that fits into a status message."""
    if len(sentence) > _LONGEST:
        return sentence[: _LONGEST - 1] + "…"
    return sentence
