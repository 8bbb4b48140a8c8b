"""A batch goes on after a kill at any step: nothing twice, nothing forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from jobs_server import JobsServer
from waiting import wait_for, wait_for_silence

import ogc_widgets as ogc
from ogc_widgets.client.batches.batch_file import BatchFile
from ogc_widgets.client.batches.recent import recent_batches

# What ends the process at a step, of the third request where there is one.
DIE = """
    import os, signal
    import ogc_widgets as ogc
    from ogc_widgets.client.batches import schedule
    from ogc_widgets.client.execution import Execution
    from ogc_widgets.client.http.connection import Connection

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def die_after(owner, name, number=1):
        whole = getattr(owner, name)
        calls = []
        async def call(*args, **kwargs):
            done = await whole(*args, **kwargs)
            calls.append(done)
            if len(calls) == number:
                die()
            return done
        setattr(owner, name, call)

    def die_before(owner, name, number=1):
        whole = getattr(owner, name)
        calls = []
        def call(*args, **kwargs):
            calls.append(args)
            if len(calls) == number:
                die()
            return whole(*args, **kwargs)
        setattr(owner, name, call)

    def watch(batch, state):
        async def written():
            await batch.aio.book.flush()
            die()
        def look(indexes):
            if any(batch.entries[index].state == state for index in indexes):
                from ogc_widgets.client.http.loop import start_task
                start_task(written())
        batch.watch(look)
"""
RUN = """
    client = ogc.Client({url!r})
    client.process("p")
    {before}
    batch = client.execute_many("p", [{{"n": n}} for n in range(6)], at_once=2)
    {after}
    batch.wait()
"""
# Step to what ends the process there; before and after the batch is begun.
STEPS = {
    "written, not sent": ('die_before(schedule.Schedule, "resume")', ""),
    "sending noted, not sent": ('die_before(Execution, "_submit", 3)', ""),
    "sent, answer not read": ('die_after(Connection, "ask_once", 3)', ""),
    "answered": ('die_before(schedule, "until_ended", 3)', ""),
    "running": ("", 'watch(batch, "running")'),
    "ended": ("", 'watch(batch, "successful")'),
}


def killed(script, **values):
    """Run a program that is expected to kill itself."""
    code = textwrap.dedent(DIE) + textwrap.dedent(script).format(**values)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("step", STEPS)
def test_batch_goes_on_after_a_kill(step):
    before, after = STEPS[step]
    with JobsServer() as server:
        killed(RUN, url=server.url, before=before, after=after)
        # What had left arrives, whether or not anybody waits for the answer.
        wait_for_silence(lambda: len(server.received))
        (found,) = recent_batches()
        assert sum(found.counts.values()) == 6
        with ogc.Client(server.url) as client:
            batch = found.resume(client).wait(60)
            batch.look()
            for entry in batch.wait(60).entries:
                if entry.state == "unknown":
                    # Noted and not sent, which only whoever has looked can say.
                    assert step != "sent, answer not read" or entry.index != 2
                    assert "shows no new job" in entry.error
                    assert entry.inputs not in server.sent
                    batch.send_again(entry.index)
            assert batch.wait(60).counts == {"successful": 6}
            assert [job.results().outputs["n"] for job in batch.jobs] == [*range(6)]
    assert sorted(one["n"] for one in server.sent) == [*range(6)]


LEAVE = """
    import ogc_widgets as ogc
    client = ogc.Client({url!r})
    batch = client.execute_many("p", [{{"n": n}} for n in range(12)], at_once=2)
    while not batch.counts.get("successful"):
        pass
"""


def test_program_that_does_not_wait_ends_quietly_and_its_batch_goes_on_later():
    with JobsServer() as server:
        code = textwrap.dedent(LEAVE).format(url=server.url)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
        )
        assert (done.returncode, done.stderr) == (0, "")
        (found,) = recent_batches()
        assert found.counts["waiting"] > 0
        with ogc.Client(server.url) as client:
            batch = found.resume(client).wait(60, progress=False)
            batch.look()
            batch.wait(60, progress=False)
            assert set(batch.counts) <= {"successful", "unknown"}
    sent = sorted(one["n"] for one in server.sent)
    assert len(sent) == len({*sent}) == batch.counts["successful"]


# A check of the whole, as people use it: 60 is what the promise names.
JOBS = int(os.environ.get("OGCW_TEST_BATCH", "12"))
ON_THE_LAB = """
    import ogc_widgets as ogc
    client = ogc.Client({url!r})
    inputs = [{{"message": "killed " + str(n)}} for n in range({jobs})]
    client.execute_many("echo", inputs, at_once=4).wait()
"""


def test_batch_on_the_lab_is_complete_after_a_kill_in_the_middle(lab_server):
    code = textwrap.dedent(ON_THE_LAB).format(url=lab_server.url, jobs=JOBS)
    with subprocess.Popen([sys.executable, "-c", code]) as kernel:
        wait_for(recent_batches, lambda: kernel.poll())
        (found,) = recent_batches()
        wait_for(
            lambda: BatchFile(found.path).summary()[1].get("successful", 0) >= JOBS // 3
        )
        kernel.kill()
    (found,) = recent_batches()
    assert not found.is_ended
    with ogc.Client(lab_server.url) as client:
        batch = found.resume(client).wait(120)
        batch.look()
        batch.wait(60)
        for entry in batch.entries:
            if entry.state == "unknown":  # noted, and not sent
                assert "shows no new job" in entry.error
                batch.send_again(entry.index)
        assert batch.wait(60).counts == {"successful": JOBS}
        assert len({entry.job_id for entry in batch.entries}) == JOBS
        asked = [
            job.request().inputs["message"]
            for job in client.iter_jobs(process_id="echo", since=found.created_at)
        ]
        mine = [message for message in asked if message.startswith("killed ")]
        assert sorted(mine) == sorted(f"killed {n}" for n in range(JOBS))
