"""The command that runs a package, and the files that it works with."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Where the files of one job are.

    Attributes:
        path: The folder.
        package: The package as it was when the job was accepted.
        inputs: The inputs as the runner gets them.
        staged: Files that came inside the execute request.
        outputs: Result files.
        output_object: What the runner printed: the CWL output object.
        logs: One log per step execution.
        log: What the runner itself said.
        temporary: Working folders of the steps; removed at the end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package = path / "package.cwl"
        self.inputs = path / "inputs.json"
        self.staged = path / STAGED
        self.outputs = path / "outputs"
        self.output_object = path / "outputs.json"
        self.logs = path / "logs"
        self.log = path / "job.log"
        self.temporary = path / "tmp"

    def step_logs(self) -> list[tuple[str, Path]]:
        """Return (name, path) of every step log so far, in order of start."""
        try:
            names = (self.logs / "index").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return self._foreign_logs()
        return [(name, self.logs / f"{name}.log") for name in names if name]

    def _foreign_logs(self) -> list[tuple[str, Path]]:
        """Return the logs that a runner with --log-dir keeps: a folder per step."""
        found: list[tuple[float, str, Path]] = []
        for path in self.logs.glob("*/*"):
            with contextlib.suppress(OSError):  # it may be moved meanwhile
                found.append((path.stat().st_mtime, path.parent.name, path))
        # A step may keep stdout and stderr; the one that was written last is its log.
        latest = {name: (written, path) for written, name, path in sorted(found)}
        return [
            (name, path)
            for name, (_, path) in sorted(latest.items(), key=lambda each: each[1])
        ]


def foreign_command(
    runner: Sequence[str], folder: JobFolder, workflow: str
) -> list[str]:
    """Return the command line of a runner that is not the embedded one.

    Args:
        runner: The command; ``{logs}`` in it is the folder for logs of the job.
        folder: Files of the job.
        workflow: Which process of the package to run; empty for its only one.
    """
    line = [word.replace("{logs}", str(folder.logs)) for word in runner]
    return [*line, *_common_arguments(folder, workflow)]


def embedded_arguments(folder: JobFolder, workflow: str, *, parallel: int) -> list[str]:
    """Return the arguments of ``cwlrun``; ``parallel`` steps may run at a time."""
    line = [str(folder.logs), str(parallel)]
    line += ["--no-container", "--skip-schemas", "--disable-color", "--no-doc-cache"]
    line += ["--tmpdir-prefix", f"{folder.temporary}{os.sep}"]
    for name in _PASSED_ON:
        if name in os.environ:
            line += ["--preserve-environment", name]
    return [*line, *_common_arguments(folder, workflow)]


def _common_arguments(folder: JobFolder, workflow: str) -> list[str]:
    """Return the arguments that every CWL runner understands."""
    package = f"{folder.package}#{workflow}" if workflow else str(folder.package)
    return ["--outdir", str(folder.outputs), package, str(folder.inputs)]


def environment() -> dict[str, str]:
    """Return the runner's environment: ours, with our programs first on PATH."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{path}",
        "PYTHONUNBUFFERED": "1",
    }
