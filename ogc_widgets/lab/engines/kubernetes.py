"""Engines whose steps run on Kubernetes: Toil, or Calrissian in the lab's own pod.

Written from the documents of both, and tested against recorded commands only. For Toil
the lab's data folder has to be on a file system that all nodes have under the same
path. With Calrissian the lab runs in a pod (docs/lab/kubernetes.yaml) whose data folder
is a volume that several pods can write at once; it is mounted in each pod of a step as
the lab has it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.cwltool import cwltool_reason
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder
from ogc_widgets.lab.engines.toil import ToilEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ogc_widgets.lab.engines.programs import Running
    from ogc_widgets.lab.engines.progress import Event


_LABEL = "ogc-widgets/job"
_POD = "CALRISSIAN_POD_NAME"
# Names of pods are those of executions, in the letters that Kubernetes allows.
_NAME = r"(?P<name>(?P<step>\S+)-pod-\w+) with id"


class KubernetesEngine(ToilEngine):
    """Toil, whose workers are jobs of a Kubernetes cluster.

    The image that has Toil and the programs of the steps is what Toil reads in
    ``TOIL_APPLIANCE_SELF``.
    """

    batch_system = "kubernetes"

    def check(self) -> None:
        """Make sure that Toil, its client of Kubernetes and kubectl are there."""
        super().check()
        _check_kubectl(self.batch_system)
        if find_spec("kubernetes") is None:
            raise InputError(
                "The engine kubernetes needs Toil's client of Kubernetes.",
                advice='pip install "toil[cwl,kubernetes]", beside the lab.',
            )

    def command(self, job: EngineJob, *more: str) -> list[str]:
        """Return the arguments of Toil."""
        folder = job.folder
        return super().command(
            job,
            # Names what is made for this job, so that it can be found again.
            *("--kubernetesOwner", _owner(folder)),
            # Pods get the folder of Toil's store and files where the lab has it.
            *("--kubernetesHostPath", str(folder.temporary)),
            *more,
        )

    async def go_on(self, job: EngineJob, *more: str) -> Running:
        """Go on when nothing of it is left on the cluster, or it is done twice."""
        await self.end(job.folder)
        return await super().go_on(job, *more)

    async def end(self, folder: JobFolder) -> None:
        """Delete the jobs that the cluster has of a job, with their pods."""
        await asyncio.to_thread(_delete_jobs, f"job.batch/{_owner(folder)}-toil-")


class CalrissianEngine(Engine):
    """Calrissian in the cluster that the lab runs in."""

    events = (
        ("started", re.compile(f"Created k8s pod name {_NAME}")),
        ("succeeded", re.compile(f"Handling terminated pod name {_NAME}")),
    )
    outlives = True

    def check(self) -> None:
        """Make sure that this is a pod with Calrissian and kubectl."""
        if shutil.which("calrissian") is None:
            raise InputError(
                "The engine calrissian needs the program calrissian, which cannot be "
                "found.",
                advice="pip install calrissian, in an environment of its own.",
            )
        _check_kubectl("calrissian")
        if not os.environ.get(_POD):
            raise InputError(
                f"The engine calrissian needs the name of this pod in {_POD}.",
                advice="Run the lab in the cluster, as docs/lab/kubernetes.yaml does.",
            )

    def command(self, job: EngineJob) -> list[str]:
        """Return the command line."""
        folder = job.folder
        return [
            *("calrissian", "--verbose", "--max-ram", "16G", "--max-cores", "8"),
            *("--pod-labels", str(_labels(folder))),
            *("--tmpdir-prefix", f"{folder.temporary}/"),
            *("--tmp-outdir-prefix", f"{folder.temporary}/"),
            *self.options,
            *job.arguments,
        ]

    async def launch(self, job: EngineJob, line: Sequence[str]) -> Running:
        """Start Calrissian, with the labels that its pods get."""
        folder = job.folder
        # JSON is YAML, too.
        words = json.dumps({_LABEL: folder.path.name})
        _labels(folder).write_text(words, encoding="utf-8")
        return await super().launch(job, line)

    async def end(self, folder: JobFolder) -> None:
        """Delete the pods that the cluster has of a job."""
        selector = f"--selector={_LABEL}={folder.path.name}"
        await asyncio.to_thread(_kubectl, "delete", "pods", selector)

    def read(self, line: str) -> Event | None:
        """Return what a line means, with the step as the package calls it."""
        event = super().read(line)
        return event and replace(event, step=event.step.replace("-", "_"))

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return the first error, which is cwltool's."""
        return cwltool_reason(folder, step)


def _labels(folder: JobFolder) -> Path:
    return folder.path / "labels.yaml"


def _check_kubectl(engine: str) -> None:
    """Make sure that kubectl is there, which ends what a job has on a cluster.

    Raises:
        InputError: It is not.
    """
    if shutil.which("kubectl") is None:
        raise InputError(
            f"The engine {engine} needs kubectl, which cannot be found.",
            advice="Install it, and give it access to the cluster.",
        )


def _kubectl(*arguments: str) -> str:
    """Run kubectl and return what it prints.

    Raises:
        OSError: It did not work.
    """
    done = subprocess.run(  # noqa: S603 - as it was installed
        ["kubectl", *arguments],  # noqa: S607 - as above
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr.strip() or "kubectl did not work")
    return done.stdout


def _owner(folder: JobFolder) -> str:
    # Toil adds 43 characters and a number, and a name may have 63.
    return f"lab{folder.path.name.replace('-', '')[:12]}"


def _delete_jobs(prefix: str) -> None:
    names = _kubectl("get", "jobs", "--output=name").split()
    if ours := [name for name in names if name.startswith(prefix)]:
        _kubectl("delete", "--ignore-not-found", "--cascade=foreground", *ours)
