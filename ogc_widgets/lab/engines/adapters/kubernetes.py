"""Toil on Kubernetes: every step is a job of the cluster.

Written from Toil's documents, and tested against recorded commands only. The lab's data
folder has to be on a file system that all nodes have under the same path.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.adapters.toil import ToilEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.lab.engines.engine import EngineJob, JobFolder
    from ogc_widgets.lab.engines.programs import Running


class KubernetesEngine(ToilEngine):
    """Toil, whose workers are jobs of a Kubernetes cluster.

    The image that has Toil and the programs of the steps is what Toil reads in
    ``TOIL_APPLIANCE_SELF``.
    """

    batch_system = "kubernetes"

    def check(self) -> None:
        """Make sure that Toil, its client of Kubernetes and kubectl are there.

        Raises:
            InputError: Something is not.
        """
        super().check()
        check_kubectl(self.batch_system)
        if find_spec("kubernetes") is None:
            raise InputError(
                "The engine kubernetes needs Toil's client of Kubernetes.",
                advice='pip install "toil[cwl,kubernetes]", beside the lab.',
            )

    def command(
        self, job: EngineJob, *more: str, first: Sequence[str] = ()
    ) -> list[str]:
        """Return the arguments of Toil."""
        folder = job.folder
        return super().command(
            job,
            # Names what is made for this job, so that it can be found again.
            *("--kubernetesOwner", _owner(folder)),
            # Pods get the folder of Toil's store and files where the lab has it.
            *("--kubernetesHostPath", str(folder.temporary)),
            *more,
            first=first,
        )

    async def _go_on(self, job: EngineJob) -> Running:
        await self.end(job.folder)  # or it would be done twice
        return await super()._go_on(job)

    async def end(self, folder: JobFolder) -> None:
        """Delete the jobs that the cluster has of a job, with their pods."""
        await asyncio.to_thread(_delete_jobs, f"job.batch/{_owner(folder)}-toil-")


def check_kubectl(engine: str) -> None:
    """Make sure that kubectl is there, which ends what a job has on a cluster.

    Raises:
        InputError: It is not.
    """
    if shutil.which("kubectl") is None:
        raise InputError(
            f"The engine {engine} needs kubectl, which cannot be found.",
            advice="Install it, and give it access to the cluster.",
        )


def kubectl(*arguments: str) -> str:
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
    names = kubectl("get", "jobs", "--output=name").split()
    if ours := [name for name in names if name.startswith(prefix)]:
        kubectl("delete", "--ignore-not-found", "--cascade=foreground", *ours)
