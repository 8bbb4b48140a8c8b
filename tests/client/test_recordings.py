"""Recorded exchanges that once went wrong, replayed; each is in some test."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from raw_server import answer
from replay import CASES, replay

from ogc_widgets.client import Client
from ogc_widgets.errors import SubmissionUnknownError

TESTS = Path(__file__).resolve().parents[1]


def test_new_job_alone_is_named_when_the_list_of_weaver_gives_ids():
    with replay("weaver-sync-unknown-candidates", "weaver-2026-08") as server:
        newest, older = "06eb876b", "586b1c37"
        recorded = server.behave

        def behave(connection, received):
            # Nobody asked for these two when it was recorded.
            for start, ago_s in ((newest, 0), (older, 3600)):
                if f"/jobs/{start}" in received.path:
                    created = datetime.now(UTC) - timedelta(seconds=ago_s)
                    job_id = received.path.rpartition("/")[2]
                    return answer(
                        {"jobID": job_id, "status": "running",
                         "processID": "remote-slow", "created": created.isoformat()}
                    )  # fmt: skip
            return recorded(connection, received)

        server.behave = behave
        with Client(server.url) as client:
            with pytest.raises(SubmissionUnknownError) as caught:
                client.execute("remote-slow", {"seconds": [25]}, mode="sync")
            assert [job.id[:8] for job in caught.value.candidates] == [newest]
            assert caught.value.candidates[0].process_id == "remote-slow"
        assert len(server.requests("POST")) == 1
        assert server.bodies("/execution")[0]["inputs"] == {"seconds": [25]}
        assert server.unmatched == []


def test_answer_of_a_long_run_arrives_when_the_patience_for_other_requests_is_short():
    """Nobody waited for it when it was recorded; it comes after a silence."""
    with replay("zoo-sync-40s-cut-at-30", "zoo-kernel-2026-07") as server:
        recorded = server.behave

        def behave(connection, received):
            if received.method == "POST":
                time.sleep(3)
                return answer({"Result": "slept 40 seconds"})
            return recorded(connection, received)

        server.behave = behave
        with Client(server.url, timeout_s=2.5) as client:
            job = client.execute("slowjob", {"seconds": 40}, mode="sync")
            assert job.results().outputs == {"Result": "slept 40 seconds"}
        assert len(server.requests("POST")) == 1


@pytest.mark.skipif(not CASES.is_dir(), reason="no recordings beside the repository")
def test_every_recording_is_replayed_by_a_test():
    text = "".join(path.read_text("utf-8") for path in TESTS.rglob("*.py"))
    folders = [CASES / "recordings", CASES / "conversations"]
    names = sorted(path.stem for one in folders for path in one.glob("*.json"))
    assert names
    assert [name for name in names if f'"{name}"' not in text] == []
