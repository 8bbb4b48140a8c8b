"""The history loses nothing, is private, and is no reason not to run."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
import warnings

import pytest

from ogc_widgets.client.history import store as store_module
from ogc_widgets.client.history.notes import note_answer, note_sending
from ogc_widgets.client.history.recent import recent_jobs
from ogc_widgets.client.history.store import history_path, store


def submit(process_id="p", job_id="j"):
    key = note_sending("https://srv.test/api?token=zebra", process_id)
    url = f"https://srv.test/api/jobs/{job_id}?token=zebra"
    note_answer(key, "answered", job_id=job_id, url=url)


def ids():
    return [job.job_id for job in recent_jobs(10**6)]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _no_trouble_of_other_tests():
    yield
    store.trouble = ""
    store.news()


def test_submission_that_was_not_answered_is_listed_as_being_sent():
    note_sending("https://srv.test/api", "p")
    (job,) = recent_jobs()
    assert (job.process_id, job.job_id, job.state) == ("p", "", "sending")


_KERNEL = """
    import sys
    from ogc_widgets.client.history.notes import note_answer, note_sending
    for number in range(10**6):
        key = note_sending("https://srv.test/api", sys.argv[1])
        print(key, flush=True)
        note_answer(key, "answered", job_id=key, url="https://srv.test/jobs/" + key)
        print(key, flush=True)
"""


def test_nothing_is_lost_when_kernels_that_write_at_once_are_killed():
    noted, answered = set(), set()
    for _ in range(2):
        kernels = [
            subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(_KERNEL), str(number)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(2)
        ]
        for kernel in kernels:
            kernel.stdout.readline()  # it writes by now
        time.sleep(random.uniform(0.05, 0.3))  # killed anywhere
        for kernel in kernels:
            kernel.kill()
        for kernel in kernels:
            said = kernel.communicate()[0].split()
            noted.update(said)
            answered.update(key for key in said if said.count(key) == 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ids()
    assert answered <= set(found)
    # Of each there is at least that it was sent.
    assert len(found) >= len(noted) > 20
    assert len(set(filter(None, found))) == len([one for one in found if one])


def test_what_can_be_read_is_saved_and_the_rest_kept_when_the_file_is_damaged():
    submit(job_id="first")
    for number in range(2_000):
        store.later(
            (
                "INSERT INTO jobs (id, server, process, job_id, state) VALUES "
                "(:id, 1, 2, :job_id, 'answered')",
                {"id": number << 20, "job_id": f"j{number}"},
            )
        )
    submit(job_id="last")
    path = history_path()
    whole = path.read_bytes()
    middle, size = len(whole) // 8192 * 4096, 10 * 4096
    path.write_bytes(whole[:middle] + b"\xff" * size + whole[middle + size :])
    with pytest.warns(UserWarning, match="was damaged: 1.* of its entries were saved"):
        ids()
    submit(job_id="next")
    kept = ids()
    assert kept[:2] == ["next", "last"]
    assert kept[-1] == "j0"
    assert 1_000 < len(kept) < 2_003
    (aside,) = path.parent.glob("*.damaged-*.sqlite")
    assert mode(aside) == 0o600


def test_new_file_is_begun_when_another_is_in_its_place():
    path = history_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database, but as long as its head is" * 100)
    submit(job_id="first")
    with pytest.warns(UserWarning, match="was damaged: 0 of its entries") as heard:
        assert [job.job_id for job in recent_jobs()] == ["first"]
    assert heard[0].filename == __file__  # where it was asked for
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once
        assert ids() == ["first"]


def test_what_could_not_be_written_follows_when_the_file_was_locked(
    monkeypatch, caplog
):
    monkeypatch.setattr(store_module, "_PATIENCE_S", 0.05)
    submit(job_id="first")
    with contextlib.closing(sqlite3.connect(history_path())) as other:
        other.execute("BEGIN EXCLUSIVE")
        submit(job_id="second")
        with pytest.warns(UserWarning, match="cannot be kept here: database is locked"):
            assert ids() == []
        assert caplog.text.count("database is locked") == 1
    submit(job_id="third")
    assert ids() == ["third", "second", "first"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_child_of_a_fork_keeps_a_history_whatever_its_parent_was_doing():
    script = """
        import os, threading
        from ogc_widgets.client.history import notes
        from ogc_widgets.client.history.recent import recent_jobs
        from ogc_widgets.client.history.store import store
        key = notes.note_sending("https://srv.test", "p")
        notes.note_answer(key, "answered", job_id="j", url="https://srv.test/jobs/j")
        # As where a thread is about to write what was heard.
        holds, may_end = threading.Event(), threading.Event()
        def hold():
            with store._lock, notes._lock:
                holds.set()
                may_end.wait()
        thread = threading.Thread(target=hold)
        thread.start()
        holds.wait()
        child = os.fork()
        if child == 0:
            import faulthandler
            faulthandler.dump_traceback_later(20, exit=True)
            url = "https://srv.test/jobs/j"
            notes.note_heard("j", url, "successful").result(10)
            os._exit(0 if recent_jobs()[0].state == "successful" else 2)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        may_end.set()
        thread.join()
        print(code)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_half_of_a_character_holds_up_nothing():
    key = note_sending("https://srv.test/api", "p\ud800")
    note_answer(key, "answered", job_id="j\ud800", url="https://srv.test/jobs/1")
    submit(job_id="next")
    assert ids() == ["next", "j\ufffd"]
    assert not store.trouble


def test_query_of_an_address_is_never_kept():
    submit()
    assert b"zebra" not in history_path().read_bytes()


def test_what_is_forgotten_is_not_left_in_the_file():
    submit("walrus")
    submit("other")
    recent_jobs()[1].note = "with the heron"
    (job,) = recent_jobs(process="walrus")
    job.forget()
    left = history_path().read_bytes()
    assert b"walrus" not in left
    assert b"heron" not in left
    assert [job.process_id for job in recent_jobs()] == ["other"]


@pytest.fixture
def _open_to_all():
    """New files may be read by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_to_all")
def test_history_is_private_from_the_first_record_on_and_made_so_again():
    submit()
    path = history_path()
    for _ in range(2):
        assert mode(path) == 0o600
        assert mode(path.parent) == 0o700
        path.chmod(0o644)
        path.parent.chmod(0o755)
        submit()
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM jobs")  # and waits to be committed
        assert mode(path.with_name(f"{path.name}-journal")) == 0o600


@pytest.mark.parametrize("trouble", ["no home", "read-only", "full", "locked"])
def test_process_runs_when_the_history_cannot_be_kept(lab_server, tmp_path, trouble):
    script = textwrap.dedent(
        f"""
        import os, pathlib, resource, sqlite3, warnings
        import ogc_widgets as ogc
        from ogc_widgets.client.history.store import history_path
        trouble = {trouble!r}
        if trouble == "no home":
            for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
                os.environ.pop(name, None)
            import pwd
            def nobody(_number): raise KeyError("no such user")
            pwd.getpwuid = nobody
        elif trouble == "read-only":
            # root may write anywhere, but not below a file
            pathlib.Path({str(tmp_path)!r}, "file").touch()
            os.environ["XDG_DATA_HOME"] = str(pathlib.Path({str(tmp_path)!r}, "file"))
        elif trouble == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        else:
            history_path().parent.mkdir(parents=True)
            other = sqlite3.connect(history_path())
            other.execute("BEGIN EXCLUSIVE")
        client = ogc.Client({lab_server.url!r})
        job = client.execute("echo", {{"message": "m"}}).wait(60)
        assert job.results().outputs == {{"message": "m"}}
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert list(ogc.recent_jobs()) == []
        assert "cannot be kept here" in str(said[0].message), said
        print("ran")
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "ran\n", done.stderr
    assert done.stderr.count("cannot be kept here") == 1
