"""What runs the packages: the embedded cwltool, or any other command."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from ogc_widgets.lab.engines.programs import Running, start_command, start_module

if TYPE_CHECKING:
    from pathlib import Path

STAGED = "staged"
"""Where files of the execute request are, relative to the inputs document."""

# A step sees only PATH, HOME and TMPDIR unless told otherwise. These few decide
# whether it finds our programs, the network and its certificates.
_PASSED_ON = (
    *("LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)


class JobFolder:
    """Where the files of one job are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package = path / "package.cwl"  # as it was when the job was accepted
        self.inputs = path / "inputs.json"  # as the engine gets them
        self.staged = path / STAGED
        self.outputs = path / "outputs"  # result files
        self.output_object = path / "outputs.json"  # what the engine printed
        self.logs = path / "logs"  # one per step execution
        self.log = path / "job.log"  # what the engine itself said
        self.temporary = path / "tmp"  # of the steps; removed at the end

    def step_logs(self) -> list[tuple[str, Path]]:
        """Return (name, path) of every step log so far, in order of start."""
        try:
            names = (self.logs / "index").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return self._foreign_logs()
        return [(name, self.logs / f"{name}.log") for name in names if name]

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
class Task:
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


class Engine(Protocol):
    """Runs packages. What it says is read for progress, line by line."""

    async def start(self, task: Task) -> Running:
        """Start a job."""


class EmbeddedCwltool:
    """cwltool, from the process that has it loaded; with a log for every step."""

    async def start(self, task: Task) -> Running:
        """Start a job."""
        folder = task.folder
        line = [str(folder.logs), str(task.parallel)]
        line += ["--no-container", "--skip-schemas", "--disable-color"]
        line += ["--no-doc-cache", "--tmpdir-prefix", f"{folder.temporary}{os.sep}"]
        for name in _PASSED_ON:
            if name in os.environ:
                line += ["--preserve-environment", name]
        with folder.output_object.open("wb") as stdout:
            return await start_module(
                "cwlrun", [*line, *task.arguments], cwd=folder.path, stdout=stdout
            )


@dataclass(frozen=True)
class OtherCommand:
    """A command that takes what every CWL runner does.

    Attributes:
        command: The command; ``{logs}`` in it is the folder for logs of the job.
    """

    command: tuple[str, ...]

    async def start(self, task: Task) -> Running:
        """Start a job."""
        folder = task.folder
        line = [word.replace("{logs}", str(folder.logs)) for word in self.command]
        with folder.output_object.open("wb") as stdout:
            return await start_command(
                [*line, *task.arguments], cwd=folder.path, stdout=stdout
            )
