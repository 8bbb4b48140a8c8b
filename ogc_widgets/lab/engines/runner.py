"""The command that runs a package, and the files that it works with."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.lab.server.processes.inputs import STAGED

if TYPE_CHECKING:
    from collections.abc import Sequence

# A step sees only PATH, HOME and TMPDIR unless told otherwise. These few decide
# whether it finds our programs, the network and its certificates.
_PASSED_ON = (
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GDAL_DATA",
    "PROJ_DATA",
)


@dataclass(frozen=True)
class JobFolder:
    """Where the files of one job are."""

    path: Path

    @property
    def package(self) -> Path:
        """The package as it was when the job was accepted."""
        return self.path / "package.cwl"

    @property
    def inputs(self) -> Path:
        """The inputs as the runner gets them."""
        return self.path / "inputs.json"

    @property
    def staged(self) -> Path:
        """Files that came inside the execute request."""
        return self.path / STAGED

    @property
    def outputs(self) -> Path:
        """Result files."""
        return self.path / "outputs"

    @property
    def output_object(self) -> Path:
        """What the runner printed: the CWL output object."""
        return self.path / "outputs.json"

    @property
    def logs(self) -> Path:
        """One log per step execution."""
        return self.path / "logs"

    @property
    def log(self) -> Path:
        """What the runner itself said."""
        return self.path / "job.log"

    @property
    def temporary(self) -> Path:
        """Working folders of the steps; removed at the end."""
        return self.path / "tmp"

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
    return [*line, *common_arguments(folder, workflow)]


def common_arguments(folder: JobFolder, workflow: str) -> list[str]:
    """Return the arguments that every CWL runner understands.

    Args:
        folder: Files of the job.
        workflow: Which process of the package to run; empty for its only one.
    """
    package = f"{folder.package}#{workflow}" if workflow else str(folder.package)
    return ["--outdir", str(folder.outputs), package, str(folder.inputs)]


def embedded_arguments(folder: JobFolder, workflow: str, *, parallel: int) -> list[str]:
    """Return the arguments of ``cwlrun`` for one job.

    Args:
        folder: Files of the job.
        workflow: Which process of the package to run; empty for its only one.
        parallel: How many steps may run at the same time.
    """
    passed_on = [
        option
        for name in _PASSED_ON
        if name in os.environ
        for option in ("--preserve-environment", name)
    ]
    return [
        str(folder.logs),
        str(parallel),
        "--no-container",
        "--skip-schemas",
        "--disable-color",
        "--no-doc-cache",
        "--tmpdir-prefix",
        f"{folder.temporary}{os.sep}",
        *passed_on,
        *common_arguments(folder, workflow),
    ]


def environment() -> dict[str, str]:
    """Return the runner's environment: ours, with our programs first on PATH."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{path}",
        "PYTHONUNBUFFERED": "1",
    }
