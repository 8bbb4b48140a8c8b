"""cwltool, from the process that has it loaded; with a log for every step."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ogc_widgets.lab.engines import reasons
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder, passed_on
from ogc_widgets.lab.engines.programs import Running, start_module
from ogc_widgets.lab.engines.progress import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.lab.engines.progress import EventKind

# "[job crop_2]" is the second execution of step crop.
_STARTED = re.compile(r"\[job (?P<name>\S+)\] \S+\$ ")
_COMPLETED = re.compile(r"\[job (?P<name>\S+)\] completed (?P<status>\w+)")
_ERROR = re.compile(r"^(?:ERROR|CRITICAL)\s+(?P<text>.*)$")
_NEXT_ENTRY = re.compile(r"^(INFO|WARNING|ERROR|DEBUG)\b")
_MOST_LINES = 6  # of one error


class CwltoolEngine(Engine):
    """cwltool on this machine."""

    async def start(self, job: EngineJob) -> Running:
        """Start a job."""
        folder = job.folder
        line = [str(folder.logs), str(job.parallel)]
        line += ["--no-container", "--skip-schemas", "--disable-color"]
        line += ["--no-doc-cache", "--tmpdir-prefix", f"{folder.temporary}{os.sep}"]
        for name in passed_on():
            line += ["--preserve-environment", name]
        line += [*self.options, *job.arguments]
        with folder.output_object.open("wb") as stdout:
            return await start_module("cwlrun", line, cwd=folder.path, stdout=stdout)

    def read(self, line: str) -> Event | None:
        """Return what a line means for the progress."""
        return read_cwltool(line)

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return cwltool's first error where no step has failed."""
        return "" if step else cwltool_reason(folder)


def read_cwltool(line: str) -> Event | None:
    """Read a line of cwltool."""
    if match := _STARTED.search(line):
        return Event("started", match["name"], match["name"])
    if match := _COMPLETED.search(line):
        succeeded = match["status"] == "success"
        kind: EventKind = "succeeded" if succeeded else "failed"
        return Event(kind, match["name"], match["name"])
    return None


def cwltool_reason(folder: JobFolder) -> str:
    """Return cwltool's first error with the lines that belong to it, as a sentence."""
    lines = reasons.lines_of(folder.log)
    for line in lines:
        if match := _ERROR.match(line):
            words = " ".join([match["text"].strip(), *_rest_of_entry(lines)])
            return f"The package could not be run: {words.strip()}"
    return ""


def _rest_of_entry(lines: Iterator[str]) -> Iterator[str]:
    for _, line in zip(range(_MOST_LINES - 1), lines, strict=False):
        if _NEXT_ENTRY.match(line):
            return
        yield line.strip()
