"""What a status says of a job, and which of its links are logs."""

from __future__ import annotations

import pytest

from ogc_widgets.protocol.documents.status import StatusInfo, log_links
from ogc_widgets.protocol.notices import silent


@pytest.mark.parametrize(
    "names",
    [
        ("jobID", "status", "processID", "progress"),
        ("id", "jobStatus", "processId", "percentCompleted"),
        ("jobId", "state", "process_id", "progress"),
        ("job_id", "status", "processID", "progress"),
    ],
)
def test_status_is_read_under_every_name_of_its_members(names):
    job, status, process, progress = names
    said = {
        job: "j", status: "running", process: "p", progress: 7, "message": "half way",
        "created": "2026-01-01T00:00:00Z", "started": "2026-01-01T00:00:01Z",
        "updated": "2026-01-01T00:00:02Z", "finished": "2026-01-01T00:00:03Z",
        "links": [{"href": "/jobs/j/results", "rel": "results"}],
    }  # fmt: skip
    read = StatusInfo.from_json(said, "http://srv.test/jobs/j")
    assert (read.job_id, read.status, read.word) == ("j", "running", "running")
    assert (read.process_id, read.progress, read.message) == ("p", 7.0, "half way")
    times = (read.created, read.started, read.updated, read.finished)
    assert [time.second for time in times] == [0, 1, 2, 3]
    assert [link.href for link in read.links] == ["http://srv.test/jobs/j/results"]
    # The end that it tells does not end what still runs by its word.
    assert not read.is_finished


@pytest.mark.parametrize(
    ("status", "finished", "is_finished", "read"),
    [
        ("paused", None, False, "paused"),
        ("paused", "2026-01-01T00:00:00Z", True, "paused"),
        (None, None, False, "running"),
        ("succeeded", None, True, "successful"),
        ("created", None, False, "created"),
    ],
)
def test_word_outside_the_standard_ends_a_job_only_with_a_time(
    status, finished, is_finished, read
):
    with silent():
        job = StatusInfo.from_json({"id": 3, "status": status, "finished": finished})
    assert (job.job_id, job.status, job.is_finished) == ("3", read, is_finished)


@pytest.mark.parametrize(
    ("link", "log"),
    [
        ({"rel": "log", "href": "/a/node_crop.log"}, ("crop", 1)),
        ({"rel": "runlog", "href": "/a/node_crop_2.log"}, ("crop", 2)),
        ({"rel": "related", "href": "/a/x.txt", "type": "text/plain"}, ("x", 1)),
        ({"rel": "related", "href": "/a/x", "title": "Tool log crop"}, ("crop", 1)),
        ({"rel": "item", "href": "/a/x.out", "title": "crop logs"}, ("x", 1)),
        ({"href": "/a/logs", "title": "a log of all that we did"}, ("job", 1)),
        ({"rel": "logs", "href": "/jobs/abcdefgh/logs"}, ("job", 1)),
        ({"rel": "log", "href": "/a/abcdefgh-crop.log"}, ("crop", 1)),
        ({"rel": "log", "href": "/a/abcdefgh.log"}, ("job", 1)),
        ({"rel": "log", "href": "/a/b", "type": "text/html"}, None),
        ({"rel": "log", "href": "s3://a/b.log"}, None),
        ({"rel": "item", "href": "/a/x.txt", "type": "text/plain"}, None),
        ({"rel": "results", "href": "/a/x", "title": "crop log"}, None),
        ({"rel": "related", "href": "/a/x", "title": "catalogue"}, None),
    ],
)
def test_log_of_a_step_is_told_from_other_links(link, log):
    said = {"jobID": "abcdefgh", "status": "failed", "links": [link]}
    found = log_links(StatusInfo.from_json(said, "http://srv.test/"))
    assert [(one.step, one.number) for one in found] == ([log] if log else [])


def test_logs_of_the_same_name_are_runs_of_one_step_in_order():
    names = ["b_2.log", "a.log", "b_1.log", "x/a.log"]
    links = [{"rel": "log", "href": f"/{one}", "title": one} for one in names]
    said = {"jobID": "j", "status": "failed", "links": links}
    found = log_links(StatusInfo.from_json(said, "http://srv.test/"))
    assert [(one.step, one.number, one.title) for one in found] == [
        ("b", 1, "b_1.log"), ("b", 2, "b_2.log"), ("a", 1, "a.log"), ("a", 2, "x/a.log")
    ]  # fmt: skip
    assert found[0].url == "http://srv.test/b_1.log"
