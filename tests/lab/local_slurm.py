"""A Slurm of our own on this machine, without a service and without anything in /etc.

    with local_slurm() as slurm:
        subprocess.run(["sbatch", ...], env={**os.environ, **slurm.environment})

``scripts/servers.py slurm`` installs the programs: Debian's packages ``slurm-wlm`` and
``munge``. One node, which is this machine, has more processors than there are, so that
jobs run side by side. Several can run at a time: each has its own folder, key, socket
and ports.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).resolve().parents[1] / "servers"))
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "scancel", "squeue")
_SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
_START_S = 60

_SLURM_CONF = """\
ClusterName=ogcw{controller}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
# Processors are counted, memory is not; a job that asks for more than the node has is
# refused all the same.
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# The node says that it has more than there is.
SlurmdParameters=config_overrides
# Jobs start at once, end soon after scancel, and are remembered long enough for Toil,
# which asks scontrol what became of them.
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
KillWait=1
MinJobAge=600
NodeName={host} NodeAddr=127.0.0.1 CPUs={slots} RealMemory={memory_mib} State=UNKNOWN
PartitionName=lab Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class MissingSlurmError(Exception):
    """Slurm or munge is not installed on this machine."""


@dataclass(frozen=True)
class LocalSlurm:
    """A running Slurm.

    Attributes:
        folder: Where all of it is, logs included.
    """

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the programs of Slurm need to find this one."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def jobs(self) -> dict[int, str]:
        """The jobs that wait or run, by number, with their names."""
        lines = self.ask("squeue", "--noheader", "--format=%i %j").splitlines()
        words = [line.split(maxsplit=1) for line in lines]
        return {int(number): name for number, name in words}

    def ask(self, *command: str) -> str:
        """Run a program of Slurm and return what it prints."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@contextmanager
def local_slurm(slots: int = 8, memory_mib: int = 16_000) -> Iterator[LocalSlurm]:
    """Start a Slurm, and end it with all that its jobs have started.

    Args:
        slots: Processors of the node: how many jobs of one run side by side.
        memory_mib: Memory of the node, in MiB.

    Raises:
        MissingSlurmError: It is not installed.
        RuntimeError: It does not start; the text has what its programs said.
    """
    missing = [name for name in _PROGRAMS if not shutil.which(name, path=_SEARCH)]
    if missing:
        raise MissingSlurmError(
            f"{', '.join(missing)} not installed: run python scripts/servers.py slurm"
        )
    # Not in a folder of pytest: the path of a socket may have 107 characters only.
    with tempfile.TemporaryDirectory(prefix="slurm-") as path, ExitStack() as stack:
        folder = Path(path)
        folder.chmod(0o711)  # munged wants everybody to be able to reach its socket
        _write_files(folder, slots, memory_mib)
        slurm = LocalSlurm(folder)
        started: list[subprocess.Popen[bytes]] = []

        def start(*command: str) -> None:
            started.append(stack.enter_context(_daemon(slurm, command)))

        socket_path = f"{folder}/munge.socket"
        # --force: the folder for temporary files may be anybody's.
        munged = ["munged", "--foreground", "--force", "--socket", socket_path]
        for option in ("key", "pid", "log", "seed"):
            munged += [f"--{option}-file", f"{folder}/munge.{option}"]
        start(*munged)
        _wait_until(
            lambda: _succeeds(slurm, "munge", "--no-input", "--socket", socket_path),
            slurm,
            started,
        )
        start("slurmctld", "-D", "-f", slurm.environment["SLURM_CONF"])
        start("slurmd", "-D", "-f", slurm.environment["SLURM_CONF"])
        _wait_until(
            lambda: _succeeds(slurm, "sinfo", "--noheader", says=b"idle"),
            slurm,
            started,
        )
        yield slurm


def _write_files(folder: Path, slots: int, memory_mib: int) -> None:
    key = folder / "munge.key"
    key.touch(0o600)
    key.write_bytes(secrets.token_bytes(64))
    for name in ("state", "spool"):
        (folder / name).mkdir()
    text = _SLURM_CONF.format(
        folder=folder,
        host=socket.gethostname().partition(".")[0],
        user=getpass.getuser(),
        controller=free_port(),
        node=free_port(),
        slots=slots,
        memory_mib=memory_mib,
    )
    (folder / "slurm.conf").write_text(text, encoding="utf-8")


@contextmanager
def _daemon(
    slurm: LocalSlurm, command: tuple[str, ...]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that ends with us, as does all that it has started.

    The lab's own supervisor: what has left the program's session, as Slurm's jobs do,
    ends too, also when we are killed.
    """
    with (slurm.folder / f"{command[0]}.out").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ogc_widgets.lab.engines.supervise", *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **slurm.environment, "PATH": _SEARCH},
            cwd=slurm.folder,
            start_new_session=True,
        )
    with process:
        try:
            yield process
        finally:
            process.communicate()  # closes the leash, and waits


def _succeeds(slurm: LocalSlurm, *command: str, says: bytes = b"") -> bool:
    done = subprocess.run(
        command,
        env={**os.environ, **slurm.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return done.returncode == 0 and says in done.stdout


def _wait_until(
    is_up: Callable[[], bool],
    slurm: LocalSlurm,
    started: list[subprocess.Popen[bytes]],
) -> None:
    end = time.monotonic() + _START_S
    while not is_up():
        if any(each.poll() is not None for each in started) or time.monotonic() > end:
            logs = sorted(slurm.folder.glob("*.out"))
            said = "\n".join(log.read_text("utf-8", "replace")[-2000:] for log in logs)
            raise RuntimeError(f"Slurm does not start: {said}")
        time.sleep(0.05)
