"""A batch in the app and in a cell, on the real lab server."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from ipywidgets.widgets.widget import _instances
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.app.links import batch_link
from ogc_widgets.client.batches.recent import recent_batches
from ogc_widgets.view.scripts import Script

WORDS = ("one", "two", "three", "four")


@pytest.fixture
def app(lab_server):
    app = ogc.App(lab_server.url, "echo")
    yield app
    app.close()


@pytest.fixture
def batch(app):
    """Four jobs, of which the server refuses the third."""
    inputs = [{"message": word} for word in WORDS]
    inputs[2]["message"] = 3
    made = app.client.execute_many("echo", inputs, title="Words", labels=WORDS)
    yield made
    made.close()


def test_batch_has_a_tab_while_it_is_shown(app, batch):
    header = app.header
    assert header.batch_count == 0
    app.show_batch(batch)
    batch.wait(60)
    # Those of all jobs, as they come: three of four are there.
    wait_for(lambda: app.results is not None and len(app.results.table("jobs")) == 3)
    assert (header.tab, header.batch_count) == ("batch", 4)
    view = app._batch_link.view
    assert [one["title"] for one in view.state["columns"]] == [
        app.process.inputs["message"].title
    ]
    app.batch = None
    assert (header.tab, header.batch_count, app.results) == ("form", 0, None)


def test_row_opens_its_job_in_the_app(app, batch):
    app.show_batch(batch)
    batch.wait(60)
    app._batch_link.view._receive(None, {"type": "open", "index": 1}, None)
    assert app.job.id == batch.entries[1].job_id
    wait_for(lambda: app.results is not None and app.header.tab == "results")
    wait_for(lambda: app.form.inputs.get("message") == "two")


def test_failed_one_is_sent_again_with_other_inputs(app, batch):
    app.show_batch(batch)
    batch.wait(60)
    assert [one.state for one in batch.entries].count("failed") == 1
    view = app._batch_link.view
    view._receive(None, {"type": "other_inputs", "index": -1}, None)
    header = app.header
    assert header.tab == "form"
    assert header.batch_offer["take"] == "Run it again with these"
    assert app.form.inputs["message"] == 3
    header._receive(None, {"type": "batch_offer", "take": True}, None)
    assert header.tab == "form"  # it is still wrong, and still offered
    assert header.batch_offer
    app.form.inputs["message"] = "drei"
    header._receive(None, {"type": "batch_offer", "take": True}, None)
    assert (header.tab, header.batch_offer) == ("batch", {})
    batch.wait(60)
    assert batch.entries[2].state == "successful"
    assert [one.inputs["message"] for one in batch.entries] == [
        *("one", "two", "drei", "four")
    ]


@pytest.fixture
def interrupted(lab_server):
    """A batch of a kernel that has ended in the middle."""
    with ogc.Client(lab_server.url) as client:
        inputs = [{"message": "a", "pauses": [0.2] * n} for n in range(6)]
        batch = client.execute_many("echo", inputs, at_once=1, title="Pauses")
        wait_for(lambda: batch.counts.get("successful", 0) >= 1)
        batch.close()


def test_app_takes_up_again_what_was_interrupted(interrupted, app):
    header = app.header
    wait_for(lambda: header.batch_offer)
    assert header.batch_offer["text"].startswith(
        "A batch of 6 jobs (Pauses) was interrupted: "
    )
    header._receive(None, {"type": "batch_offer", "take": True}, None)
    wait_for(lambda: app.batch is not None)
    app.batch.wait(60)
    # The kernel may have ended while one was on its way: that one is not sent again.
    assert app.batch.counts["successful"] >= 5
    assert {one.state for one in app.batch.entries} <= {"successful", "unknown"}
    assert [one.attempt for one in app.batch.entries] == [1] * 6
    app.batch.close()


def test_batches_are_looked_for_with_each_process_and_not_with_each_key(
    app, monkeypatch
):
    looks = []

    def look(work):
        looks.append(work)
        return Future()

    monkeypatch.setattr(batch_link, "submit", look)
    for text in ("w", "wa", "wat"):
        app.form._receive(None, {"type": "edit", "id": "message", "draft": text}, None)
    assert (app.form.inputs["message"], looks) == ("wat", [])
    app.choose("water-bodies")
    wait_for(lambda: len(looks) == 1)


def test_app_says_nothing_of_a_batch_of_another_process(interrupted, lab_server):
    app = ogc.App(lab_server.url, "water-bodies")
    found = recent_batches()
    assert [one.is_running for one in found] == [False]
    wait_for(lambda: app._batch_link is not None)
    app.choose("echo")
    wait_for(lambda: app.header.batch_offer)
    app.choose("water-bodies")
    wait_for(lambda: not app.header.batch_offer)
    app.close()


def test_recent_batches_are_a_sequence_and_in_a_notebook_a_table(interrupted):
    before = {*_instances}
    recent = ogc.recent_batches()
    assert [one.title for one in recent] == ["Pauses"]
    assert "Pauses  interrupted: " in repr(recent)
    assert {*_instances} == before, "Python alone needs no widget"
    bundle, _ = recent._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == repr(recent)
    assert "<td>Pauses</td>" in bundle["text/html"]
    panel = recent._shown()
    table = panel.table
    (row,) = table.state["rows"]
    assert (row["state"], row["total"]) == ("interrupted", 6)

    def press(kind, batch_id=row["id"]):
        table._receive(None, {"type": kind, "id": batch_id}, None)

    press("resume")
    batch = panel.panel.batch
    assert table.state["rows"][0]["state"] == "runs"
    press("forget")
    assert "runs" in table.state["note"]["text"]
    batch.wait(60)
    batch.close()
    press("forget", "of another page")
    assert "no longer in the list" in table.state["note"]["text"]
    assert len(ogc.recent_batches()) == 1
    press("forget")
    assert (list(ogc.recent_batches()), table.state["rows"]) == ([], [])
    panel.close()
    left = [_instances[name] for name in {*_instances} - before]
    assert all(isinstance(one, Script) for one in left)  # which all views share


def test_batch_alone_in_a_cell_opens_its_jobs(app, batch):
    panel = ogc.BatchPanel(batch)
    batch.wait(60)
    panel.view._receive(None, {"type": "open", "index": 0}, None)
    assert panel.panel.job.id == batch.entries[0].job_id
    assert "3 successful, 1 failed" in panel._card_()[0]
    panel.close()
