"""What ``recent_jobs()`` shows in a notebook, and what its page may ask for."""

from __future__ import annotations

import pytest
from dialects import Dialect
from fake_job import FakeJob
from ipywidgets.widgets.widget import _instances
from scripted_server import ScriptedServer
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.notes import note_answer, note_sending
from ogc_widgets.client.history.store import store
from ogc_widgets.lazy import from_above
from ogc_widgets.view.scripts import Script


def submit(process_id, number, server="https://one.test/api"):
    key = note_sending(server, process_id)
    note_answer(
        key, "answered", job_id=f"j{number}", url=f"{server}/jobs/j{number}?sig=canary"
    )


@pytest.fixture
def panel():
    made = from_above("HistoryPanel")(ogc.recent_jobs())
    yield made
    made.close()


def ask(table, kind, **members):
    """Send a message of the page; return what is sent back."""
    sent = []
    table.send = lambda content, buffers=None: sent.append(content)
    table._receive(None, {"type": kind, **members}, None)
    return sent


def jobs(table):
    return [row["job"] for row in table.state["rows"]]


def test_page_gets_the_rows_that_it_shows_and_the_numbers_of_the_others(request):
    for number in range(130):
        submit("otsu" if number % 2 else "ndvi", number)
    table = request.getfixturevalue("panel").table
    assert len(table.state["rows"]) == 100
    assert (table.state["count"], table.state["total"]) == (130, 130)
    told = ask(table, "rows", first=100, count=100)[0]
    assert [row["job"] for row in told["rows"]] == [f"j{29 - n}" for n in range(30)]
    assert "canary" not in repr(table.get_state())
    before = table.state["revision"]
    ask(table, "filter", text="", process="otsu", server="one.test", hours=1)
    wait_for(lambda: table.state["revision"] > before)
    assert (table.state["count"], table.state["total"]) == (65, 130)
    ask(table, "sort", by="submitted", ascending=True)
    wait_for(lambda: jobs(table)[0] == "j1")
    rows = ask(table, "rows", first=64, count=100)[0]["rows"]
    assert [row["job"] for row in rows] == ["j129"]
    ask(table, "sort", by="colour")
    assert "No column is called colour" in table.problem


def test_what_was_read_before_does_not_come_back_when_its_thread_was_slow(request):
    submit("otsu", 1)
    table = request.getfixturevalue("panel").table
    before = table._read_now()
    submit("ndvi", 2)
    table._refresh_rows(table._read_now())
    table._refresh_rows(before)
    assert jobs(table) == ["j2", "j1"]
    unfiltered = table._read_now()
    ask(table, "filter", process="otsu")
    wait_for(lambda: jobs(table) == ["j1"])
    table._refresh_rows(unfiltered)
    assert jobs(table) == ["j1"]


def test_note_is_kept_and_an_entry_is_forgotten(request):
    submit("otsu", 1)
    submit("ndvi", 2)
    table = request.getfixturevalue("panel").table
    first, second = table.state["rows"]
    ask(table, "note", entry_id=first["id"], words=" Davis, June ")
    assert ogc.recent_jobs()[0].note == "Davis, June"
    ask(table, "forget", entry_id=second["id"])
    wait_for(lambda: jobs(table) == ["j2"])
    assert len(ogc.recent_jobs()) == 1
    ask(table, "attach", entry_id=second["id"])
    assert "no longer in the list" in table.state["note"]["text"]


def test_job_is_shown_below_followed_read_and_run_again_with_kept_inputs(request):
    with ScriptedServer(Dialect()) as server, ogc.Client(server.url) as client:
        ogc.recent_jobs().keep_inputs = True
        client.execute("say", {"word": "hello"})
        panel = request.getfixturevalue("panel")
        table = panel.table
        (row,) = table.state["rows"]
        ask(table, "visible", on=True)
        ask(table, "attach", entry_id=row["id"])
        wait_for(lambda: len(panel.children) == 2)
        shown = panel.children[1]
        assert isinstance(shown, ogc.JobPanel)
        # What its panel hears stands in the table.
        wait_for(lambda: table.state["rows"][0]["kind"] == "successful")
        row = table.state["rows"][0]
        assert row["results"]
        ask(table, "results", entry_id=row["id"])
        wait_for(lambda: panel.children[1] is not shown)
        assert panel.results.outputs
        # One thing at a time is done with an entry; its end is told a moment later.
        wait_for(lambda: not table.state["busy"])
        first = panel.job
        ask(table, "run_again", entry_id=row["id"])
        # The entry is there before its request is sent, the job when it was answered.
        wait_for(lambda: panel.job is not first)
        wait_for(lambda: table.state["count"] == 2)
        assert len(server.requests("POST")) == 2
        assert panel.job.id in server.jobs
        # What is there is kept until the user says so.
        ask(table, "keep_inputs", on=False)
        wait_for(lambda: not table.state["keep_inputs"])
        assert table.state["kept"] == 2
        ask(table, "delete_inputs")
        wait_for(lambda: table.state["kept"] == 0)


def test_closed_history_leaves_nothing_behind(request):
    submit("otsu", 1)
    before, watchers = {*_instances}, len(store._watchers)
    made = from_above("HistoryPanel")(ogc.recent_jobs())
    made._show_job(FakeJob())
    made.close()
    left = [_instances[name] for name in {*_instances} - before]
    assert all(isinstance(one, Script) for one in left)  # which all views share
    assert len(store._watchers) == watchers


def test_server_that_wants_to_know_who_asks_gets_the_box_and_then_its_job(request):
    with ScriptedServer(Dialect()) as server:
        plain = server.behave

        def guard(connection, received):
            from raw_server import answer

            if received.headers.get("authorization") != "Bearer heron-and-egret":
                return answer({"title": "No"}, 401, {"WWW-Authenticate": "Bearer"})
            return plain(connection, received)

        server.behave = guard
        with ogc.Client(server.url, auth="heron-and-egret") as client:
            client.execute("say", {"word": "hello"})
        panel = request.getfixturevalue("panel")
        table = panel.table
        ask(table, "attach", entry_id=table.state["rows"][0]["id"])
        wait_for(lambda: table.sign_in and table.sign_in["busy"] == "")
        content = {"type": "sign_in", "way": 0}
        table._receive(None, content, [memoryview(b"heron-and-egret")])
        wait_for(lambda: len(panel.children) == 2)
        assert not table.sign_in
        assert "heron" not in repr(table.get_state())


def test_notebook_gets_a_table_and_a_terminal_lines():
    submit("otsu", 1)
    recent = ogc.recent_jobs()
    bundle, _ = recent._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<td>otsu</td>" in bundle["text/html"]
    assert "otsu  answered  https://one.test/api/jobs/j1>" in bundle["text/plain"]
    assert bundle["text/plain"] == repr(recent)
    assert repr(ogc.recent_jobs(process="none")).startswith("Nothing was submitted")
