"""A shared lab: whose job is next, how much one may ask for, which old jobs go."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from people import People
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import InputError, ProblemError, SignInError
from ogc_widgets.lab import lab
from ogc_widgets.lab.server.jobs import keeping
from ogc_widgets.lab.server.jobs.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab_api import Api

CWL = {"Content-Type": "application/cwl+yaml"}
MEGABYTES = """cwlVersion: v1.2
class: CommandLineTool
id: megabytes
baseCommand: [sh, -c, 'head -c "$0" /dev/zero > made']
inputs: {bytes: {type: int, inputBinding: {}}}
outputs: {out: {type: File, outputBinding: {glob: made}}}
"""
DAY_S = 86_400


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    those = People(tmp_path / "tokens", "anna", "ben")
    yield those
    those.close()


def order_of(turns: Turns, number: int) -> list[str]:
    """The owners of the next jobs, of which each ends before the next begins."""

    async def take() -> list[str]:
        taken = []
        for _ in range(number):
            async with asyncio.timeout(60):
                owner, _ = await turns.take()
            taken.append(owner)
            turns.ended(owner)
        return taken

    return asyncio.run(take())


def test_people_take_turns_whoever_has_more_jobs() -> None:
    turns = Turns()
    for number in range(100):
        turns.put("anna", f"a{number}")
    assert order_of(turns, 2) == ["anna", "anna"]
    for name in ("ben", "carl"):
        for number in range(2):
            turns.put(name, f"{name}{number}")
    assert order_of(turns, 6) == ["ben", "carl", "anna", "ben", "carl", "anna"]
    assert (len(turns), turns.waiting("anna"), turns.waiting("ben")) == (96, 96, 0)


def test_jobs_of_one_person_run_in_their_order_and_side_by_side_up_to_the_limit() -> (
    None
):
    async def take() -> None:
        turns = Turns(jobs_each=2)
        for number in range(4):
            turns.put("anna", f"a{number}")
        turns.drop("anna", "a1")
        assert await turns.take() == ("anna", "a0")
        assert await turns.take() == ("anna", "a2")
        waiting = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        turns.put("ben", "b0")
        # Others pass by who has as many as may run.
        assert await waiting == ("ben", "b0")
        waiting = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        turns.ended("anna")
        assert await waiting == ("anna", "a3")

    asyncio.run(take())


def test_a_job_too_many_is_refused_and_others_are_served(people: People) -> None:
    with lab(tokens=people.file, workers=2, jobs_each=1, waiting_each=2) as server:
        anna, ben = (people.enter(server, name) for name in people.token)
        pause = {"message": "a", "pauses": [400]}
        running = anna.start("echo", pause)
        anna.follow(running, lambda status: status["status"] == "running")
        waiting = [anna.start("echo", pause) for _ in range(2)]
        with ogc.Client(server.url, auth=people.token["anna"]) as client:
            with pytest.raises(ProblemError) as caught:
                client.execute("echo", {"message": "too many"}, mode="async")
            error = caught.value
            assert error.status_code == 429
            assert error.retry_after_s
            assert "2 of your jobs wait and 1 run; 2 may wait" in error.what
            assert "No job was started" in error.safe
        # The second worker is free, and not for her.
        ben.run("echo", {"message": "b"})
        assert {anna.get(job).json()["status"] for job in waiting} == {"accepted"}
        assert anna.delete(waiting[0]).json()["status"] == "dismissed"
        waiting[0] = anna.start("echo", {"message": "in its place"})
        # She has more turns when hers have ended.
        for job in (running, waiting[1]):
            anna.delete(job)
        assert anna.follow(waiting[0])[-1]["status"] == "successful"


def test_who_has_used_up_the_disk_is_told_what_to_remove(people: People) -> None:
    with lab(tokens=people.file, gb_each=0.002) as server:
        anna, ben = (people.enter(server, name) for name in people.token)
        ben.post("/processes", content=MEGABYTES, headers=CWL).raise_for_status()
        large = anna.run("megabytes", {"bytes": 2_500_000})
        small = anna.get("/jobs").json()["numberMatched"]
        assert small == 1
        with ogc.Client(server.url, auth=people.token["anna"]) as client:
            with pytest.raises(ProblemError) as caught:
                client.execute("echo", {"message": "a"}, mode="async")
            error = caught.value
            assert error.status_code == 403
            assert not isinstance(error, SignInError)
            assert "take 2.5 MB" in error.what
            assert "0.002 GB" in error.what
            assert large.removeprefix("/jobs/") in error.what
            assert "No job was started" in error.safe
            ben.run("echo", {"message": "b"})
            client.job(server.url + large).dismiss()
            assert anna.get("/jobs").json()["numberMatched"] == 0
            assert client.execute("echo", {"message": "a"}).wait(60).results()


def age(data: Path, job: str, seconds: float) -> None:
    """Make a job end earlier than it did."""
    with closing(sqlite3.connect(data / "jobs.sqlite")) as db, db:
        db.execute(
            "UPDATE jobs SET finished = ?, size_bytes = NULL WHERE job_id = ?",
            (time.time() - seconds, job.removeprefix("/jobs/")),
        )


def test_old_jobs_are_removed_at_the_start_and_running_ones_never(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    with lab(data=tmp_path, workers=1) as server:
        api = connect(server.url)
        assert "removed" not in api.get("/").json()["description"]
        old, young = (api.run("echo", {"message": "a"}) for _ in range(2))
        running = api.start("echo", {"message": "a", "pauses": [400]})
        waiting = api.start("echo", {"message": "a"})
        api.follow(running, lambda status: status["status"] == "running")
    age(tmp_path, old, 31 * DAY_S)
    age(tmp_path, young, 29 * DAY_S)
    with lab(data=tmp_path, workers=1, keep_days=30) as server:
        api = connect(server.url)
        assert "removed 30 days after" in api.get("/").json()["description"]
        wait_for(lambda: api.get(old).status_code == 404)
        problem = api.get(f"{old}/results").json()
        assert problem["type"].endswith("/no-such-job")
        assert "removed 30 days after their end" in problem["detail"]
        wait_for(lambda: not (tmp_path / old[1:]).exists())
        assert api.get(f"{young}/results").json() == {"message": "a"}
        for _ in range(2):  # looked for, and then remembered
            titles = {link.get("title") for link in api.get(young).json()["links"]}
            assert "Job log" in titles
            assert any(str(title).startswith("Tool log") for title in titles)
        assert api.follow(waiting)[-1]["status"] == "successful"


def test_oldest_jobs_make_room_and_new_ones_stay(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    with lab(data=tmp_path, workers=1) as server:
        api = connect(server.url)
        api.post("/processes", content=MEGABYTES, headers=CWL).raise_for_status()
        jobs = [api.run("megabytes", {"bytes": 2_000_000}) for _ in range(4)]
    for number, job in enumerate(jobs[:3]):
        age(tmp_path, job, (20 - number) * DAY_S)
    with lab(data=tmp_path, workers=1, keep_gb=0.005) as server:
        api = connect(server.url)
        wait_for(lambda: api.get("/jobs").json()["numberMatched"] == 2)
        assert [api.get(job).status_code for job in jobs] == [404, 404, 200, 200]
        # Its results may not have been fetched yet.
        new = api.run("megabytes", {"bytes": 4_000_000})
        refused = api.post(
            "/processes/echo/execution", json={"inputs": {"message": "a"}}
        )
        assert refused.status_code == 403
        assert "more than 0.005 GB" in refused.json()["detail"]
        assert [api.get(job).status_code for job in (*jobs[2:], new)] == [404, 200, 200]
        assert api.delete(new).status_code == 200
        api.run("echo", {"message": "a"})


def test_removing_goes_on_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []

    class Faulty(keeping.Keeping):
        async def tidy(self) -> None:
            times.append(1)
            if len(times) < 3:
                raise OSError
            raise asyncio.CancelledError

    monkeypatch.setattr(keeping, "_EVERY_S", 0)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Faulty(None, None, None).run())  # type: ignore[arg-type]
    assert len(times) == 3


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_limit_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="gb_each is"):
        lab(gb_each=value)
