"""A batch on a server that is busy, refuses, says nothing, or lets its jobs wait."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import shutil
import subprocess
import sys
import textwrap
import threading

import pytest
from jobs_server import PROCESS, JobsServer
from raw_server import answer, drop
from waiting import wait_for, wait_for_silence

import ogc_widgets as ogc
from ogc_widgets.client import AsyncJob
from ogc_widgets.client.batches.batch_file import BatchFile
from ogc_widgets.client.batches.recent import recent_batches
from ogc_widgets.client.batches.running import RunLock
from ogc_widgets.errors import InputError, JobTimeoutError, ServerError


def numbered(count):
    return [{"n": n} for n in range(count)]


@contextlib.contextmanager
def batch_on(server, inputs, **how):
    """A batch that is on its way."""
    with ogc.Client(server.url) as client:
        batch = client.execute_many("p", inputs, **how)
        try:
            yield batch
        finally:
            batch.close()


@contextlib.contextmanager
def served(first=(), **how):
    with JobsServer(first, **how) as server:
        yield server


def refused(status, detail="", **headers):
    return answer({"detail": detail}, status=status, headers=headers)


# -- how many, and when


def test_no_more_go_on_at_once_than_are_allowed():
    with served(held=True) as server, batch_on(server, numbered(8), at_once=3) as batch:
        wait_for(lambda: batch.counts.get("running") == 3)
        assert wait_for_silence(lambda: len(server.posts)) == 3
        batch.at_once = 5
        wait_for(lambda: batch.counts.get("running") == 5)
        assert wait_for_silence(lambda: len(server.posts)) == 5
        server.held = False
        assert batch.wait(60).counts == {"successful": 8}
        assert server.most_going == 5
        assert sorted(one["n"] for one in server.sent) == list(range(8))


@pytest.mark.parametrize("status", [429, 503])
def test_busy_server_is_left_alone_for_as_long_as_it_says(status):
    busy = refused(status, "slow down", **{"Retry-After": "1"})
    with served([busy] * 3) as server, batch_on(server, numbered(6)) as batch:
        wait_for(lambda: "slow down" in batch.trouble)
        assert batch.wait(60).counts == {"successful": 6}
        assert batch.trouble == ""
        times = [at for at, _ in server.posts]
    # At first all four went at once; after the refusals nothing for a second.
    assert len(server.posts) == 6 + 3
    assert times[4] - times[2] >= 1
    assert all(entry.attempt == 1 for entry in batch.entries)
    assert len(server.jobs) == 6


def test_server_that_stays_busy_is_asked_by_one_request_at_a_time():
    busy = refused(429, **{"Retry-After": "0.1"})
    with served([busy] * 7) as server, batch_on(server, numbered(4)) as batch:
        assert batch.wait(60).counts == {"successful": 4}
        # Four at once, three more alone, and then those that were taken.
        assert len(server.posts) == 4 + 3 + 4


def test_room_that_a_job_leaves_is_used_where_the_server_does_not_say_when(monkeypatch):
    monkeypatch.setattr("ogc_widgets.client.batches.pace._FIRST_HOLD_S", 600.0)
    full = refused(429, "two at a time")
    said = [None, None, full, full]
    with served(said, held=True) as server, batch_on(server, numbered(4)) as batch:
        wait_for(lambda: "two at a time" in batch.trouble and len(server.posts) == 4)
        server.held = False
        assert batch.wait(60).counts == {"successful": 4}


def test_paused_batch_sends_nothing_new_and_stopped_one_dismisses_what_runs():
    with served(held=True) as server, batch_on(server, numbered(5), at_once=2) as batch:
        wait_for(lambda: batch.counts.get("running") == 2)
        batch.pause()
        assert batch.is_paused
        server.held = False
        wait_for(lambda: batch.counts == {"waiting": 3, "successful": 2})
        assert wait_for_silence(lambda: len(server.posts)) == 2
        server.held = True
        batch.resume()
        wait_for(lambda: batch.counts.get("running") == 2)
        batch.stop()
        assert batch.counts == {"successful": 2, "dismissed": 3}
        assert batch.is_ended
        assert len(server.posts) == 4
        server.held = False
        for wrong in (None, "4", 2.5, [True]):
            with pytest.raises(InputError, match="whole number"):
                batch.retry(wrong)
        batch.retry(4)
        assert batch.wait(60).entries[4].state == "successful"


def test_stopped_batch_sends_nothing_again_that_was_refused_meanwhile():
    gate = threading.Event()
    busy = refused(429, **{"Retry-After": "0.1"})

    def hold(*_):
        gate.wait(60)
        return busy

    with served([hold]) as server, batch_on(server, numbered(3), at_once=1) as batch:
        wait_for(lambda: len(server.posts) == 1)
        stopping = threading.Thread(target=batch.stop)
        stopping.start()
        wait_for(lambda: batch.counts == {"sending": 1, "dismissed": 2})
        gate.set()
        stopping.join()
        assert batch.counts == {"dismissed": 3}
        assert wait_for_silence(lambda: len(server.posts)) == 1


def test_batch_that_is_closed_while_it_sends_knows_what_became_of_it():
    gate = threading.Event()

    def hold(*_):
        gate.wait(60)
        return server.accept({"n": 0})

    with served([hold], held=True) as server:
        with batch_on(server, numbered(2), at_once=1) as batch:
            wait_for(lambda: batch.counts.get("sending"))
            threading.Timer(0.2, gate.set).start()
        found = recent_batches()[0].counts
        assert found["waiting"] == found.get("accepted", 0) + found.get("running", 0)


def test_batch_that_is_being_closed_does_not_begin_anything():
    gate = threading.Event()

    def hold(*_):
        gate.wait(60)
        return server.accept({"n": 0})

    with (
        served([hold], held=True) as server,
        batch_on(server, numbered(3), at_once=1) as batch,
    ):
        wait_for(lambda: len(server.posts) == 1)
        closing = threading.Thread(target=batch.close)
        closing.start()
        wait_for(lambda: batch.is_paused)
        with pytest.raises(InputError, match="being closed"):
            batch.resume()
        gate.set()
        closing.join()
        assert not batch.is_running
        assert batch.counts["waiting"] == 2
        assert wait_for_silence(lambda: len(server.posts)) == 1
        batch.resume()
        server.held = False
        assert batch.wait(60).counts == {"successful": 3}


def test_paused_batch_that_no_variable_holds_is_still_there():
    with served([refused(401)]) as server:
        batch = ogc.Client(server.url).execute_many("p", numbered(2), at_once=1)
        wait_for(lambda: batch.schedule.is_stuck)
        del batch
        gc.collect()
        (found,) = recent_batches()
        assert found.is_running
        batch = found.open()
        batch.resume()
        assert batch.wait(60).counts == {"successful": 2}
        batch.close()


def test_waiting_ends_when_patience_does_and_the_batch_goes_on():
    with served(held=True) as server, batch_on(server, numbered(1)) as batch:
        with pytest.raises(JobTimeoutError, match=r"0\.1 s"):
            batch.wait(0.1)
        server.held = False
        assert batch.wait(60).is_ended


# -- what goes wrong


def test_refused_request_says_why_and_is_sent_again_only_when_that_is_wished():
    bad = refused(422, "n is too large")
    with served([bad]) as server, batch_on(server, numbered(3), at_once=1) as batch:
        batch.wait(60)
        assert batch.counts == {"successful": 2, "failed": 1}
        assert "n is too large" in batch.entries[0].error
        assert batch.first_error == batch.entries[0].error
        batch.retry_failed({"n": 7})
        batch.wait(60)
        assert batch.counts == {"successful": 3}
        assert batch.entries[0].attempt == 2
        assert [one["n"] for one in server.sent] == [0, 1, 2, 7]


def test_job_that_fails_says_why_in_the_words_of_the_server():
    with served(held=True) as server, batch_on(server, numbered(1)) as batch:
        wait_for(lambda: batch.counts.get("running"))
        # A half of a character, as in a text that was cut, is written down as well.
        server.jobs["j0"] |= {"status": "failed", "message": "no cloud-free sc\ud83c"}
        batch.wait(60)
        assert batch.entries[0].error.startswith("no cloud-free sc")


def test_batch_waits_for_a_sign_in_and_loses_nothing():
    refusing = served([refused(401)])
    with refusing as server, batch_on(server, numbered(3), at_once=1) as batch:
        with pytest.raises(ServerError, match="401"):
            batch.wait(60)
        assert batch.is_paused
        assert batch.counts == {"waiting": 3}
        batch.resume()
        assert batch.wait(60).counts == {"successful": 3}


def test_requests_wait_while_the_server_cannot_be_reached():
    with served() as server:
        client = ogc.Client(server.url)
        client.process("p")
    with client:
        batch = client.execute_many("p", numbered(2))
        wait_for(lambda: "No connection" in batch.trouble)
        wait_for(lambda: batch.counts == {"waiting": 2})
        batch.close()


def test_batch_stops_before_it_sends_what_it_cannot_write_down(monkeypatch):
    whole = BatchFile.write

    def full(self, entries, *rest):
        if any(entry.state == "sending" for entry in entries):
            raise OSError(28, "No space left on device")
        return whole(self, entries, *rest)

    monkeypatch.setattr(BatchFile, "write", full)
    with served() as server, batch_on(server, numbered(2), at_once=1) as batch:
        with pytest.raises(ServerError, match="No space left"):
            batch.wait(60)
        assert server.posts == []
        monkeypatch.undo()
        batch.resume()
        assert batch.wait(60).counts == {"successful": 2}


def test_end_of_a_batch_that_cannot_be_written_down_is_said_and_written_later(
    monkeypatch,
):
    whole = BatchFile.write

    def full(self, entries, *rest):
        if any(entry.state == "successful" for entry in entries):
            raise OSError(28, "No space left on device")
        return whole(self, entries, *rest)

    with served(held=True) as server, batch_on(server, numbered(1)) as batch:
        with monkeypatch.context() as patched:
            patched.setattr(BatchFile, "write", full)
            server.held = False
            assert batch.wait(60).counts == {"successful": 1}
            assert "No space left" in batch.trouble
        batch.close()
        assert recent_batches()[0].counts == {"successful": 1}


def test_batch_whose_folder_is_gone_says_so_before_it_sends():
    with served() as server, batch_on(server, numbered(1)) as batch:
        batch.wait(60)
        wait_for(lambda: not batch.is_running)
        shutil.rmtree(batch.where.parent)
        with pytest.raises(InputError, match="cannot go on from its file: No such"):
            batch.retry([0])
        assert len(server.posts) == 1


def test_batch_on_a_full_disk_is_given_back(monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    lock = RunLock(tmp_path / "b.sqlite")
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        lock.take()
    assert RunLock(tmp_path / "b.sqlite").is_taken()
    lock.give_back()
    assert not RunLock(tmp_path / "b.sqlite").is_taken()


def test_batch_can_be_taken_while_somebody_looks_whether_it_is(monkeypatch, tmp_path):
    looking, lock = RunLock(tmp_path / "b.sqlite"), RunLock(tmp_path / "b.sqlite")
    looking.take()
    with monkeypatch.context() as patched:
        patched.setattr("time.sleep", lambda _: looking.give_back())
        lock.take()
    lock.give_back()


# -- fates that are not known


@contextlib.contextmanager
def unknown_first(inputs=2, **how):
    """A batch whose first request was heard and not answered."""
    with (
        served([drop], **how) as server,
        batch_on(server, numbered(inputs), at_once=1) as batch,
    ):
        batch.wait(60)
        assert batch.counts == {"successful": inputs - 1, "unknown": 1}
        yield server, batch


def test_request_without_an_answer_stands_apart_and_is_never_sent_again_by_itself():
    with unknown_first() as (server, batch):
        assert batch.is_ended
        batch.retry_failed()
        with pytest.raises(InputError, match="not known whether"):
            batch.retry([0])
        batch.look()
        assert "shows no new job" in batch.entries[0].error
        assert len(server.posts) == 2
        batch.send_again(0)
        assert batch.wait(60).counts == {"successful": 2}
        with pytest.raises(InputError, match="is known"):
            batch.send_again(0)


def test_only_new_job_with_the_very_inputs_is_taken():
    with unknown_first() as (server, batch):
        server.new_job({"n": 5})
        server.new_job({"n": 0}, created="2020-01-01T00:00:00Z")
        mine = server.new_job({"n": 0})
        batch.look()
        assert batch.wait(60).counts == {"successful": 2}
        assert batch.entries[0].job_id == mine
        assert len(server.posts) == 2


@pytest.fixture
def look_slowly(monkeypatch):
    """Looks, does something before anything is found, and returns when all is done."""
    is_looking, go_on = threading.Event(), threading.Event()
    whole = AsyncJob.request

    async def slow(job):
        is_looking.set()
        await asyncio.to_thread(go_on.wait, 60)
        return await whole(job)

    def look(batch, meanwhile):
        monkeypatch.setattr(AsyncJob, "request", slow)
        looking = threading.Thread(target=batch.look)
        looking.start()
        try:
            assert is_looking.wait(60)
            meanwhile()
        finally:
            go_on.set()
            looking.join()

    return look


def test_job_that_is_found_after_the_batch_was_closed_is_left_alone(look_slowly):
    with unknown_first() as (server, batch):
        server.new_job({"n": 0})
        look_slowly(batch, batch.close)
        assert not batch.is_running
        assert batch.counts["unknown"] == 1
        batch.look()
        assert batch.wait(60).counts == {"successful": 2}


def test_nothing_is_said_of_a_request_that_was_sent_again_while_one_looked(look_slowly):
    with unknown_first() as (server, batch):
        server.new_job({"n": 9})

        def send_again():
            batch.send_again(0)
            batch.wait(60)

        look_slowly(batch, send_again)
        assert batch.entries[0].state == "successful"
        assert batch.entries[0].error == ""


@pytest.mark.parametrize("tells", [True, False])
def test_job_is_not_taken_where_another_may_be_the_one(tells):
    with unknown_first() as (server, batch):
        server.tells_inputs = tells
        names = [server.new_job({"n": 0}), server.new_job({"n": 0})]
        batch.look()
        assert batch.entries[0].state == "unknown"
        said = "More than one new job" if tells else "does not say"
        assert said in batch.entries[0].error
        batch.adopt(0, names[1])
        assert batch.wait(60).entries[0].job_id == names[1]
        with pytest.raises(InputError, match="is known"):
            batch.adopt(0, names[0])


# -- what is kept


def test_jobs_that_have_ended_are_not_kept_in_memory():
    with served() as server, batch_on(server, numbered(30), at_once=5) as batch:
        batch.wait(60)
        gc.collect()
        kept = [one for one in gc.get_objects() if isinstance(one, AsyncJob)]
        mine = [job for job in kept if job.url.startswith(server.url)]
        assert len(mine) <= 1
        assert batch.job(3) is not None
        assert batch.job(3).status.status == "successful"
        assert batch.job(3).results().outputs == {"n": 3}


def test_answer_that_made_no_job_is_kept_as_long_as_the_batch():
    at_once = answer({"n": 5})
    with served([at_once]) as server, batch_on(server, numbered(1)) as batch:
        (job,) = list(batch)
        assert (job.id, job.results().outputs) == ("", {"n": 5})
        assert batch.job(0).results().outputs == {"n": 5}


def test_results_are_those_of_the_last_attempt_also_where_there_is_no_job():
    at_once = [answer({"n": 5}), answer({"n": 6})]
    with served(at_once) as server, batch_on(server, numbered(1)) as batch:
        batch.wait(60)
        assert batch.results().outputs["jobs"][0]["n"] == 5
        batch.retry([0])
        batch.wait(60)
        assert batch.results().outputs["jobs"][0]["n"] == 6


SECRET = {
    **PROCESS,
    "inputs": {
        "n": {"schema": {"type": "integer"}},
        "key": {"schema": {"type": "string", "format": "password"}},
    },
}


def test_secret_inputs_are_not_written_and_are_asked_for_again(canary):
    inputs = [{"n": n, "key": canary} for n in range(3)]
    with served(process=SECRET, held=True) as server:
        with batch_on(server, inputs, at_once=1) as batch:
            wait_for(lambda: batch.counts.get("running"))
        assert canary.encode() not in batch.where.read_bytes()
        del batch
        gc.collect()
        server.held = False
        (found,) = recent_batches()
        with pytest.raises(InputError, match="secret and not kept: key"):
            found.resume()
        with pytest.raises(InputError, match="3 requests, and inputs are given for 1"):
            found.resume(inputs=[{"key": canary}])
        batch = found.resume(inputs={"key": canary})
        assert batch.wait(60).counts == {"successful": 3}
        assert [one["key"] for one in server.sent] == [canary] * 3


OPEN_IT = """
    from ogc_widgets.client.batches.recent import recent_batches
    (found,) = recent_batches()
    batch = found.open()
    assert batch.counts["waiting"] == 2, batch.counts
    for change in (batch.resume, batch.retry_failed, batch.stop, found.forget):
        try:
            change()
        except ValueError as error:
            print(error.what)
"""


def test_second_kernel_sees_a_batch_that_runs_and_leaves_it_alone():
    with served(held=True) as server, batch_on(server, numbered(4), at_once=2) as batch:
        wait_for(lambda: batch.counts.get("running") == 2)
        wait_for(lambda: recent_batches()[0].counts.get("running") == 2)
        said = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(OPEN_IT)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        here = f"runs in another kernel or program (process {os.getpid()})"
        assert said.stdout.count(here) == 4, said.stderr
        server.held = False
        assert batch.wait(60).counts == {"successful": 4}
        assert len(server.posts) == 4
        with pytest.raises(InputError, match="the client of"):
            recent_batches()[0].open(ogc.Client("http://127.0.0.1:9/other"))
