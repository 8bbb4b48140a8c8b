from __future__ import annotations

import csv
import io
import itertools
from threading import Thread

import pytest
from fake_batch import FakeBatch, entry, in_the_middle, many
from waiting import wait_for

from ogc_widgets.batches.batch_view import BatchView
from ogc_widgets.errors import InputError
from ogc_widgets.view.base import publishing


class Watched(BatchView):
    """A view whose messages to the page are kept."""

    def __init__(self, *args, **kwargs):
        self.sent = []
        super().__init__(*args, **kwargs)

    def send(self, content, buffers=None):
        self.sent.append(content)

    def press(self, **message):
        self._receive(None, message, None)

    def rows_sent(self, kind):
        told = [one for one in self.sent if one["type"] == kind]
        return list(itertools.chain.from_iterable(one["rows"] for one in told))


@pytest.fixture
def make():
    views = []

    def make(batch, **options):
        views.append(Watched(batch, **options))
        return views[-1]

    yield make
    for view in views:
        view.close()


def open_page(view, first=0, count=13, page="p"):
    view.press(type="rows", page=page, first=0, count=20)
    view.press(type="visible", page=page, first=first, count=count)
    view.sent.clear()


def test_state_says_what_the_batch_is_and_how_far_it_is(make):
    state = make(in_the_middle()).state
    assert state["sum"] == "12 areas × 5 dates = 60 jobs, 4 at once"
    assert state["left"] == "about 3 min left"
    assert [(group, n) for group, _, n in state["counts"]] == [
        *(("successful", 37), ("failed", 2), ("unknown", 1)),
        *(("running", 4), ("waiting", 16)),
    ]
    assert state["first_error"] == "“no scene covers the area” (Davis, 2021-06-03)."
    assert [one["title"] for one in state["columns"]] == ["aoi", "date"]


def test_page_gets_the_rows_that_it_asked_for_and_then_what_changes_of_them(make):
    batch = many(500)
    view = make(batch)
    view.press(type="rows", page="p", first=0, count=20)
    rows = view.rows_sent("rows")
    assert [row[0] for row in rows] == list(range(20))
    assert rows[3][-1] == ["Frenchman", "2021-06-03"]
    view.press(type="visible", page="p", first=0, count=13)
    view.sent.clear()
    batch.put(3, 400, state="running", progress=10)
    wait_for(lambda: view.rows_sent("changed"))
    # The one that is seen, at its place and without its cells; not the one that is not.
    assert [row[:4] for row in view.rows_sent("changed")] == [[3, 3, "running", 10]]


def test_rows_that_changed_while_nobody_saw_them_come_when_they_are_scrolled_to(make):
    batch = many(60)
    view = make(batch)
    view.press(type="rows", page="p", first=0, count=20)
    view.press(type="visible", page="p", first=0, count=5)
    view.sent.clear()
    batch.put(10, state="running", progress=5)
    wait_for(lambda: view.state["counts"][0][2] == 1)
    assert not view.rows_sent("changed")
    view.press(type="visible", page="p", first=8, count=5)
    assert [row[0] for row in view.rows_sent("changed")] == [10]


def test_nothing_is_sent_while_no_page_shows_it_until_it_has_ended(make):
    batch = many(3)
    view = make(batch)
    open_page(view)
    view.press(type="visible", page="p", count=0)
    before = view.state
    batch.put(0, state="running", progress=50)
    wait_for(lambda: not view._is_due)
    assert view.state == before
    batch.put(0, state="successful", progress=None)  # as the title of the tab says
    wait_for(lambda: view.state["told"]["percent"] == 33)
    assert view.state["told"]["state"] == "running"
    batch.put(1, state="successful", progress=None)
    batch.put(2, state="failed")
    wait_for(lambda: view.state["ended"])
    assert view.state["told"] == {
        "id": "b1",
        "state": "failed",
        "percent": 100,
        "outcome": "2 successful, 1 failed",
    }
    assert not view.rows_sent("changed")


def test_two_pages_each_get_their_own_rows(make):
    batch = many(60)
    view = make(batch)
    open_page(view, page="a")
    view.press(type="rows", page="b", first=40, count=20)
    view.press(type="visible", page="b", first=40, count=13)
    view.sent.clear()
    batch.put(2, 45, state="running", progress=1)
    wait_for(lambda: len(view.sent) == 2)
    told = {one["page"]: [row[0] for row in one["rows"]] for one in view.sent}
    assert told == {"a": [2], "b": [45]}


def test_table_is_sorted_and_filtered(make):
    view = make(in_the_middle())
    view.filter("running")
    assert [one["label"] for one in view.rows] == [
        "Frenchman, 2021-06-03",
        "Oroville, 2021-06-03",
        "Almanor, 2021-06-03",
        "Concow, 2021-06-03",
    ]
    view.sort("inputs:aoi")
    assert view.rows[0]["inputs:aoi"] == "Almanor"
    view.filter()
    view.sort("state", descending=True)
    assert view.rows[0]["state"] == "waiting"
    with pytest.raises(InputError, match="no column 'water'"):
        view.sort("water")
    with pytest.raises(InputError, match="no state 'done'"):
        view.filter("done")


def test_numbers_with_their_unit_are_sorted_as_numbers(make):
    batch = many(3, differing=("cloud", "level"))
    for index, number in enumerate((10, 9, 100)):
        batch.entries[index].inputs["cloud"] = {"value": number, "uom": "%"}
        batch.entries[index].inputs["level"] = [number] if index else number
    view = make(batch)
    for by in ("inputs:cloud", "inputs:level"):
        view.sort(by)
        assert [row["number"] for row in view.rows] == [1, 0, 2]


def test_pages_are_not_answered_while_other_rows_come(make):
    view = make(many(60))
    asked = Thread(
        target=view.press, kwargs={"type": "rows", "page": "p", "first": 0, "count": 20}
    )
    with publishing():
        asked.start()
        asked.join(0.3)
        assert not view.rows_sent("rows")
    asked.join()
    assert len(view.rows_sent("rows")) == 20


def test_filtered_row_goes_when_its_job_moves_on(make):
    batch = in_the_middle()
    view = make(batch)
    view.press(type="group", state="running")
    open_page(view)
    revision = view.state["revision"]
    batch.put(3, state="successful", progress=None)
    wait_for(lambda: view.state["revision"] > revision)
    assert view.state["listed"] == 3


def test_table_as_csv_has_the_inputs_that_differ_and_no_formula(make):
    odd = entry(0, state="failed", error="=HYPERLINK(1)")
    view = make(FakeBatch([odd, entry(13)]))
    first, second = csv.DictReader(io.StringIO(view.csv()))
    assert first["inputs:aoi"] == "Mountain Meadows"
    assert first["inputs:date"] == "2021-06-03"
    assert first["error"] == "'=HYPERLINK(1)"
    assert second["state"] == "waiting"


def test_report_goes_to_the_page_as_a_file(make):
    view = make(in_the_middle())
    view.press(type="report", ticket="t")
    wait_for(lambda: any(one["type"] == "part" for one in view.sent))
    (file,) = (one for one in view.sent if one["type"] == "file")
    assert (file["name"], file["media_type"]) == ("report.html", "text/html")
    view.press(type="enough", ticket="t")


def test_code_asks_for_the_same_again(make):
    asked = {}

    class Client:
        def __init__(self, url):
            asked["url"] = url

        def execute_many(self, process_id, inputs_list, **options):
            asked.update(options, process_id=process_id, inputs_list=inputs_list)
            return self

        def wait(self):
            asked["waited"] = True

    batch = in_the_middle()
    code = make(batch).code().replace("import ogc_widgets as ogc", "")
    exec(code, {"ogc": type("ogc", (), {"Client": Client})})
    assert asked["inputs_list"] == [one.inputs for one in batch.entries]
    assert asked["labels"] == [one.label for one in batch.entries]
    assert (asked["process_id"], asked["at_once"]) == ("water-bodies", 4)


def test_secret_input_is_in_no_column_and_no_text(make):
    batch = many(2, secrets=("key",), differing=("key", "date"))
    for index, word in enumerate(("hush-1", "hush-2")):
        batch.entries[index].inputs["key"] = word
    view = make(batch)
    view.press(type="rows", page="p", first=0, count=20)
    assert "hush" not in str(
        [view.state, view.first, view.sent, view.csv(), view.code()]
    )


def test_buttons_do_what_they_say(make):
    batch = in_the_middle()
    view = make(batch)
    for message in (
        *({"type": "pause"}, {"type": "resume"}, {"type": "stop"}),
        *({"type": "retry"}, {"type": "retry", "indexes": [5]}),
        *({"type": "look"}, {"type": "send_again", "index": 7}),
    ):
        view.press(**message)
    wait_for(lambda: len(batch.done) == 7)
    assert batch.done == [
        *(("pause",), ("resume",), ("stop",), ("retry_failed", None)),
        *(("retry", [5], None), ("look",), ("send_again", 7)),
    ]


def test_what_the_batch_refuses_is_said_and_not_lost(make):
    batch = in_the_middle()

    def refuse(*_args):
        raise InputError("It runs in another kernel.", safe="Nothing was sent.")

    batch.resume = refuse
    view = make(batch)
    view.press(type="resume")
    wait_for(lambda: view.state["note"])
    assert view.state["note"]["text"].startswith("It runs in another kernel.")


def test_row_says_why_it_failed_in_full(make):
    opened = []
    view = make(in_the_middle(), on_open=opened.append)
    view.selected = 5
    details = view.state["details"]
    assert details["name"] == "Davis, 2021-06-03"
    assert details["text"] == "no scene covers the area"
    assert details["undone"]
    view.press(type="open", index=5)
    assert opened == [5]
    view.selected = 7
    assert "may or may not have started it" in view.state["details"]["text"]


def test_saved_notebook_says_how_far_it_was(make):
    text, html = make(in_the_middle())._card_()
    assert text.startswith(
        "Batch of water-bodies: 37 successful, 2 failed, 1 not known"
    )
    assert "Mountain Meadows" in html
    assert "<script" not in html
