"""The list of recent jobs loses nothing, is private, and is no reason not to run."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap

import pytest

from ogc_widgets.client.jobs import ledger
from ogc_widgets.client.jobs.ledger import ledger_path, note_answer, note_sending


def submit(process_id="p", job_id="j"):
    key = note_sending("https://srv.test/api?token=zebra", process_id)
    url = f"https://srv.test/api/jobs/{job_id}?token=zebra"
    note_answer(key, "answered", job_id=job_id, url=url)


def ids():
    return [job.job_id for job in ledger.recent_jobs()]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_submission_that_was_not_answered_is_listed_as_being_sent():
    note_sending("https://srv.test/api", "p")
    (job,) = ledger.recent_jobs()
    assert (job.process_id, job.job_id, job.state) == ("p", "", "sending")


@pytest.mark.parametrize("left", [1, 20, 90])
def test_next_record_is_whole_when_a_full_disk_has_cut_the_one_before(left):
    submit(job_id="first")
    path = ledger_path()
    note_sending("https://srv.test/api", "cut")
    whole = path.read_bytes()
    last = len(whole.splitlines(keepends=True)[-1])
    path.write_bytes(whole[: len(whole) - last + left])
    submit(job_id="second")
    with pytest.warns(UserWarning, match="One line of the list"):
        assert ids() == ["second", "first"]


def test_query_of_an_address_is_never_kept():
    submit()
    assert "zebra" not in ledger_path().read_text()


@pytest.fixture
def _open_to_all():
    """New files may be read by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_to_all")
def test_ledger_is_private_from_the_first_record_on_and_made_so_again():
    submit()
    path = ledger_path()
    for _ in range(2):
        assert mode(path) == 0o600
        assert mode(path.parent) == 0o700
        path.chmod(0o644)
        path.parent.chmod(0o755)
        submit()


@pytest.mark.usefixtures("_open_to_all")
def test_ledger_is_private_and_on_the_disk_before_a_shorter_one_takes_its_place(
    monkeypatch,
):
    monkeypatch.setattr(ledger, "_MOST_BYTES", 1)
    submit()
    path = ledger_path()
    whole, synced, seen = path.read_bytes(), [], []
    replace = type(path).replace

    def sync(descriptor):
        synced.append(os.fstat(descriptor).st_size)

    def look_and_replace(shorter, target):
        seen.append((mode(shorter), synced[-1:]))
        return replace(shorter, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(type(path), "replace", look_and_replace)
    note_sending("https://srv.test/api", "p")
    assert seen == [(0o600, [len(whole)])]


def test_ledger_stays_private_when_it_is_shortened(monkeypatch):
    monkeypatch.setattr(ledger, "_MOST_BYTES", 2_000)
    monkeypatch.setattr(ledger, "_KEPT_LINES", 4)
    os.umask(0)
    try:
        submit(job_id="first")
        path = ledger_path()
        path.with_suffix(".tmp").touch(0o666)
        path.parent.chmod(0o755)
        path.chmod(0o644)
        for number in range(20):
            submit(job_id=f"j{number}")
        assert mode(path) == 0o600
        assert mode(path.parent) == 0o700
    finally:
        os.umask(0o022)
    assert path.stat().st_size < 2_500
    assert ids()[:2] == ["j19", "j18"]
    assert "first" not in ids()


@pytest.mark.parametrize("trouble", ["no home", "read-only", "full"])
def test_process_runs_when_the_ledger_cannot_be_kept(lab_server, tmp_path, trouble):
    script = textwrap.dedent(
        f"""
        import os, pathlib, warnings
        import ogc_widgets as ogc
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
        else:
            real = os.write
            def write(descriptor, data):
                if b'"key"' in data:
                    raise OSError(28, "No space left on device")
                return real(descriptor, data)
            os.write = write
        client = ogc.Client({lab_server.url!r})
        job = client.execute("echo", {{"message": "m"}}).wait(60)
        assert job.results().outputs == {{"message": "m"}}
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert ogc.recent_jobs() == []
        assert "cannot be kept here" in str(said[0].message), said
        print("ran")
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "ran\n", done.stderr
