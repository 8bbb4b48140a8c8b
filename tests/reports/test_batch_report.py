"""The report of a batch: every job, what differs, what failed and why."""

from __future__ import annotations

import json

from hostile_texts import TEXTS
from raw_server import RawServer, answer
from report_page import Page

from ogc_widgets.client import Client

BOX = {"type": "object", "allOf": [{"format": "ogc-bbox"}]}


def server_of_lakes(word):
    """Ends each job at once: those of a lake that is called like a fault fail."""
    process = {
        "id": "p", "title": word, "jobControlOptions": ["async-execute"],
        "inputs": {
            "area": {"title": "Area", "schema": BOX},
            "day": {"title": "Day", "schema": {"type": "string"}},
            "bands": {"title": word, "schema": {"type": "string"}},
            "key": {"schema": {"type": "string", "format": "password"}},
        },
        "outputs": {
            "depth": {"title": "Depth", "schema": {"type": "number", "uom": "m"}}
        },
    }  # fmt: skip
    jobs = []

    def behave(_connection, received):
        path = received.path.partition("?")[0].removeprefix("/api")
        if received.method == "POST":
            jobs.append(json.loads(received.body)["inputs"])
            created = {"jobID": f"j{len(jobs)}", "status": "accepted"}
            return answer(created, 201, {"Location": f"/api/jobs/j{len(jobs)}"})
        if path.endswith("/results"):
            return answer({"depth": 4.25})
        if path.startswith("/jobs/"):
            day = jobs[int(path.removeprefix("/jobs/j")) - 1]["day"]
            ended = {"status": "failed", "message": word} if day == "no" else {}
            return answer({"jobID": path[6:], "status": "successful", **ended})
        documents = {
            "": {"title": "Raw", "links": []},
            "/processes": {"processes": [process]},
            "/processes/p": process,
        }
        return answer(documents.get(path, {}), 200 if path in documents else 404)

    return RawServer(behave)


def report_of(tmp_path, word, inputs, **options):
    with server_of_lakes(word) as server, Client(f"{server.origin}/api") as client:
        batch = client.execute_many("p", inputs, **options).wait(progress=False)
        path = batch.report(tmp_path / "batch.html")
        batch.close()
    return Page(path)


def test_report_of_a_batch_says_what_differs_and_why_some_failed(tmp_path):
    boxes = [{"bbox": [n, 50, n + 1, 51]} for n in (7, 9)]
    days = ("2021-06-03", "2022-06-03", "no")
    inputs = [{"area": b, "day": day, "bands": "nir"} for b in boxes for day in days]
    labels = [f"{name}, {day}" for name in ("Davis", "Almanor") for day in days]
    page = report_of(
        tmp_path, "too dark", inputs, title="Two lakes", labels=labels, at_once=3
    )
    assert "Two lakes 6 jobs of too dark" in page.text
    assert "4 successful 2 failed" in page.text
    assert "2 areas × 3 values of Day = 6 jobs" in page.text
    assert "Day 2021-06-03, 2022-06-03, no" in page.text
    assert "The same for all too dark bands nir" in page.text
    assert "2 jobs: Davis, no, Almanor, no too dark" in page.text
    assert "5 Almanor 2022-06-03 4.25 successful" in page.text
    assert "Depth in m" in page.text
    (map_,) = page.images[:1]
    assert map_["alt"] == "Map of 2 areas"
    assert "client.execute_many(" in page.text


def test_words_of_servers_and_of_inputs_are_words(tmp_path):
    inputs = [{"day": "no" if n % 9 == 0 else text} for n, text in enumerate(TEXTS)]
    page = report_of(tmp_path, TEXTS[0], inputs, title=TEXTS[7], labels=TEXTS)
    assert page.tags.count("tr") > len(TEXTS)


def test_report_of_a_batch_holds_no_secrets(tmp_path):
    link, words = "https://h/a.tif?sig=sig-77aa", "too dark with hunter2"
    inputs = [
        {"day": day, "key": f"hunter{n}"} for n, day in enumerate(["1", "2", "no"])
    ]
    labels = [link, "hunter1", "c"]
    page = report_of(tmp_path, f"{words} of {link}", inputs, labels=labels)
    assert "too dark with *** of https://h/a.tif?***" in page.text
    for one in ("hunter0", "hunter1", "hunter2", "sig-77aa"):
        assert one not in page.html


def test_report_of_very_many_jobs_is_bounded(tmp_path):
    inputs = [{"day": "no", "bands": f"{n}" + "x" * 2_000} for n in range(40)]
    page = report_of(tmp_path, "y" * 20_000, inputs, at_once=20)
    assert len(page.html) < 300_000
    assert "ogc.recent_batches()" in page.text
