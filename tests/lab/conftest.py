"""Clients of the lab server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from lab_api import Api
from local_slurm import LocalSlurm, MissingSlurmError, local_slurm
from waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogc_widgets.lab import Lab


@pytest.fixture
def connect() -> Iterator[Callable[[str], Api]]:
    """Make clients of servers that a test starts itself."""
    made: list[Api] = []

    def make(url: str) -> Api:
        made.append(Api(url))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture
def api(lab_server: Lab, connect: Callable[[str], Api]) -> Api:
    """A client of the lab server that all tests share."""
    return connect(lab_server.url)


@pytest.fixture(scope="session")
def started_slurm() -> Iterator[LocalSlurm]:
    """A Slurm on this machine, for the whole run."""
    try:
        with local_slurm() as started:
            yield started
    except MissingSlurmError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(f"THE TESTS ON SLURM ARE LEFT OUT: {missing}")


@pytest.fixture
def slurm(
    started_slurm: LocalSlurm, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalSlurm]:
    """The Slurm of this run, which programs that the test starts find, too.

    What the test has left on it ends with the test.
    """
    for name, value in started_slurm.environment.items():
        monkeypatch.setenv(name, value)
    yield started_slurm
    if jobs := started_slurm.jobs():
        started_slurm.ask("scancel", *map(str, jobs))
        wait_for(lambda: not started_slurm.jobs())
