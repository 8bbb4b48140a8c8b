"""cwltool, from the process that has it loaded; with a log for every step."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ogc_widgets.lab.engines.engine import (
    Engine,
    EngineJob,
    JobFolder,
    lines_of,
    passed_on,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.lab.engines.engine import Events

# "[job crop_2]" is the second execution of step crop.
_JOB = r"\[job (?P<name>(?P<step>\S+))\] "
CWLTOOL_EVENTS: Events = (
    ("started", re.compile(rf"{_JOB}\S+\$ ")),
    ("succeeded", re.compile(rf"{_JOB}completed success\b")),
    ("failed", re.compile(rf"{_JOB}completed \w+")),
)
_ERROR = re.compile(r"^(?:ERROR|CRITICAL)\s+(?P<text>.*)$")
_NEXT_ENTRY = re.compile(r"^(INFO|WARNING|ERROR|DEBUG)\b")
_MOST_LINES = 6  # of one error


class CwltoolEngine(Engine):
    """cwltool on this machine."""

    events = CWLTOOL_EVENTS
    module = "cwlrun"

    def command(self, job: EngineJob) -> list[str]:
        """Return the arguments of ``cwlrun``."""
        folder = job.folder
        return [
            *(str(folder.logs), str(job.parallel)),
            *("--no-container", "--skip-schemas", "--disable-color", "--no-doc-cache"),
            *("--tmpdir-prefix", f"{folder.temporary}{os.sep}"),
            *(f"--preserve-environment={name}" for name in passed_on()),
            *self.options,
            *job.arguments,
        ]

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return cwltool's first error where no step has failed."""
        return cwltool_reason(folder, step)


def cwltool_reason(folder: JobFolder, step: str) -> str:
    """Return cwltool's first error with the lines that belong to it, as a sentence."""
    lines = iter(()) if step else lines_of(folder.log)
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
