"""The Slurm that the tests of engines use: jobs run side by side, and nothing stays."""

from __future__ import annotations

import psutil
from lab_api import own_seconds, sleepers
from local_slurm import local_slurm
from waiting import wait_for


def test_jobs_run_side_by_side(slurm) -> None:
    pauses = [own_seconds(400) for _ in range(3)]
    for pause_s in pauses:
        slurm.ask("sbatch", "--output=/dev/null", f"--wrap=exec sleep {pause_s}")
    wait_for(lambda: all(map(sleepers, pauses)))
    slurm.ask("scancel", *map(str, slurm.jobs()))
    wait_for(lambda: not any(map(sleepers, pauses)))
    wait_for(lambda: not slurm.jobs())


def test_second_one_knows_nothing_of_the_first_and_takes_its_jobs_with_it(
    slurm,
) -> None:
    pause_s = own_seconds(400)
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    with local_slurm(slots=1) as other:
        other.ask("sbatch", "--output=/dev/null", f"--wrap=setsid sleep {pause_s}")
        wait_for(lambda: sleepers(pause_s))
        assert list(other.jobs().values()) == ["wrap"]
        assert not slurm.jobs()
    assert not other.folder.exists()
    assert not sleepers(pause_s)
    after = {each.pid for each in psutil.Process().children(recursive=True)}
    assert after <= before
