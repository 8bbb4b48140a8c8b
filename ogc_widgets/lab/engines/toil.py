"""Toil on this machine, and what its other batch systems share with it."""

from __future__ import annotations

import asyncio
import re
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ogc_widgets.errors import MissingExtraError
from ogc_widgets.lab.engines.engine import (
    Engine,
    EngineJob,
    JobFolder,
    first,
    lines_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ogc_widgets.lab.engines.engine import Events
    from ogc_widgets.lab.engines.programs import Running

# The names of executions are paths through the workflow: water-bodies.0.crop. Those of
# a nested scatter may be the same.
_NAME = r"(?P<name>(?:\S*\.)?(?P<step>[^\s.]+))"
TOIL_EVENTS: Events = (
    ("started", re.compile(rf"Issued job 'CWLJob' {_NAME} ")),
    ("succeeded", re.compile(rf"CWL step complete: {_NAME}")),
    ("failed", re.compile(rf"Job failed with exit value .*: 'CWLJob' {_NAME} ")),
)
_FOLLOWS = re.compile(r"\] (?P<name>\S+)\.(?:stderr|stdout) follows:$")
_BEGIN, _END = "=========>", "<========="
_BEGUN = "shared/rootJobStoreID"  # in the store, once a run can go on from it
_ITS_ERROR = " "  # no name of an execution
_ERROR = re.compile(r"^\[\S+\] \[[^]]*\] \[[EC]\] \[\S+\] (?P<text>.+)$")
_EXCEPTION = re.compile(
    r"^\t?[A-Za-z_][\w.]*(?:Error|Exception|Resources): (?P<text>.+)$"
)
_EXPLAINED = {
    re.compile(r"(?P<program>_toil_\w+): (?:command )?not found"): (
        "The machines that run the steps do not find {program!r}, a program of Toil. "
        "Install Python and ogc-widgets[toil] in a folder that all of them see under "
        "the same name."
    ),
    re.compile(r"A worker could not access the job store at '(?P<store>[^']*)'"): (
        "The machines that run the steps do not see the folder of the job. Give the "
        "lab one that all of them share, with --data."
    ),
    re.compile(r"Exit reason: MEMLIMIT"): (
        "{step} failed: it was ended because it used more memory than it had asked for "
        "(ResourceRequirement of the package)."
    ),
    re.compile(r"Exit reason: (?:TIMELIMIT|MAXJOBDURATION)"): (
        "{step} failed: it was ended because it took longer than it may."
    ),
    re.compile(r"is requesting (?P<asked>.*), more than .*"): (
        "The package could not be run: a step asks for {asked}, more than there is."
    ),
}


class ToilEngine(Engine):
    """Toil, whose workers are processes of this machine."""

    events = TOIL_EVENTS
    module = "toilrun"
    outlives = True  # its store of the job does
    batch_system = "single_machine"

    def check(self) -> None:
        """Make sure that Toil is installed beside the lab."""
        if find_spec("toil") is None:
            raise MissingExtraError(f"The engine {self.batch_system}", "toil")

    async def launch(self, job: EngineJob, line: Sequence[str]) -> Running:
        """Start Toil, with the folder that it does not make."""
        job.folder.batch_logs.mkdir(exist_ok=True)
        return await super().launch(job, line)

    async def take_up(self, job: EngineJob) -> Running:
        """Go on where the store of the job stands: what had ended is not run again."""
        folder = job.folder
        await asyncio.to_thread(_empty, folder.outputs)
        if (self.store(folder) / _BEGUN).exists():
            return await self.go_on(job)
        await asyncio.to_thread(shutil.rmtree, self.store(folder), ignore_errors=True)
        return await self.start(job)

    async def go_on(self, job: EngineJob, *more: str) -> Running:
        """Go on with what is in the store."""
        return await self.launch(job, self.command(job, "--restart", *more))

    def store(self, folder: JobFolder) -> Path:
        """Return where Toil keeps the state of a job: each has one of its own."""
        return folder.temporary / "store"

    def command(self, job: EngineJob, *more: str) -> list[str]:
        """Return the arguments of Toil."""
        folder = job.folder
        return [
            *("--jobStore", str(self.store(folder)), *more),
            # The lab removes it, when it has noted how the job has ended.
            *("--clean", "never", "--batchSystem", self.batch_system),
            *("--workDir", str(folder.temporary), "--log-dir", str(folder.logs)),
            *("--batchLogsDir", str(folder.batch_logs)),
            # Names of variables to keep, it forgets.
            *("--no-container", "--preserve-entire-environment"),
            # What a step refuses, it refuses a second time.
            *("--retryCount", "0", "--logColors", "False", "--disableProgress"),
            *self.places(folder),
            *self.options,
            *job.arguments,
        ]

    def places(self, folder: JobFolder) -> list[str]:
        """Return where locks lie: with the rest, so that they go with it."""
        return ["--coordinationDir", str(folder.temporary)]

    def step_lines(self, folder: JobFolder, name: str) -> list[str]:
        """Return what a step said; what has no log of its own, Toil says."""
        return super().step_lines(folder, name) or _printed(folder, name)

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return Toil's first error."""
        return toil_reason(folder, step)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def toil_reason(folder: JobFolder, step: str) -> str:
    """Return what Toil says first that explains a failure, as a sentence."""
    places = [*sorted(folder.batch_logs.glob("*")), folder.log]
    for pattern, sentence in _EXPLAINED.items():
        for path in places:
            if match := first(pattern, path):
                found = {**match.groupdict(), "step": step or "A step"}
                return sentence.format_map(found)
    if step:
        return ""
    for pattern in (_EXCEPTION, _ERROR):
        if match := first(pattern, folder.log):
            return f"The package could not be run: {match['text']}"
    return ""


def _printed(folder: JobFolder, name: str) -> list[str]:
    """Return what Toil's log has of a failed step: its words, or else its error."""
    printed: list[str] = []
    errors: list[str] = []
    inside = ""
    for line in lines_of(folder.log):
        if match := _FOLLOWS.search(line):
            inside = match["name"]
        elif line == _END:
            inside = ""
        elif inside == name and line != _BEGIN:
            printed.append(line.strip())
        elif f"[E] [cwltool] [job {name}]" in line:
            inside = _ITS_ERROR
        elif inside == _ITS_ERROR:
            errors.append(line.strip())
            inside = ""
    return printed or errors[:1]
