"""Calrissian: every step is a pod beside the lab's own pod.

Written from Calrissian's documents, and tested against recorded commands only. The lab
runs in a pod (docs/lab/kubernetes.yaml) whose data folder is a volume that several pods
can write at once; Calrissian mounts it in each pod of a step as the lab has it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.adapters.cwltool import cwltool_reason
from ogc_widgets.lab.engines.adapters.kubernetes import check_kubectl, kubectl
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder
from ogc_widgets.lab.engines.programs import Running, start_command
from ogc_widgets.lab.engines.progress import Event

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.progress import EventKind

_LABEL = "ogc-widgets/job"
_POD = "CALRISSIAN_POD_NAME"
# Names of pods are those of executions, in the letters that Kubernetes allows.
_NAME = r"(?P<name>(?P<step>\S+)-pod-\w+) with id"
_LINES: dict[EventKind, re.Pattern[str]] = {
    "started": re.compile(f"Created k8s pod name {_NAME}"),
    "succeeded": re.compile(f"Handling terminated pod name {_NAME}"),
}


class CalrissianEngine(Engine):
    """Calrissian in the cluster that the lab runs in."""

    outlives = True

    def check(self) -> None:
        """Make sure that this is a pod with Calrissian and kubectl.

        Raises:
            InputError: It is not.
        """
        if shutil.which("calrissian") is None:
            raise InputError(
                "The engine calrissian needs the program calrissian, which cannot be "
                "found.",
                advice="pip install calrissian, in an environment of its own.",
            )
        check_kubectl("calrissian")
        if not os.environ.get(_POD):
            raise InputError(
                f"The engine calrissian needs the name of this pod in {_POD}.",
                advice="Run the lab in the cluster, as docs/lab/kubernetes.yaml does.",
            )

    async def start(self, job: EngineJob) -> Running:
        """Start a job."""
        folder = job.folder
        labels = folder.path / "labels.yaml"
        # JSON is YAML, too.
        labels.write_text(json.dumps({_LABEL: folder.path.name}), encoding="utf-8")
        line = [
            *("calrissian", "--verbose", "--max-ram", "16G", "--max-cores", "8"),
            *("--pod-labels", str(labels)),
            *("--tmpdir-prefix", f"{folder.temporary}/"),
            *("--tmp-outdir-prefix", f"{folder.temporary}/"),
            *self.options,
            *job.arguments,
        ]
        with folder.output_object.open("wb") as stdout:
            return await start_command(line, cwd=folder.path, stdout=stdout)

    async def end(self, folder: JobFolder) -> None:
        """Delete the pods that the cluster has of a job."""
        selector = f"--selector={_LABEL}={folder.path.name}"
        await asyncio.to_thread(kubectl, "delete", "pods", selector)

    def read(self, line: str) -> Event | None:
        """Return what a line means for the progress."""
        for kind, pattern in _LINES.items():
            if match := pattern.search(line):
                return Event(kind, match["name"], match["step"].replace("-", "_"))
        return None

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return the first error, which is cwltool's."""
        return "" if step else cwltool_reason(folder)
