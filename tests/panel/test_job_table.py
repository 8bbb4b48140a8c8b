import asyncio
from datetime import UTC, datetime

import pytest
from counting import counts, is_back
from waiting import wait_for

from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import DeadlineError, ProblemError
from ogc_widgets.panel import JobTable
from ogc_widgets.protocol import Capabilities, Conformance

from .fake_list import FakeServer, document, job_id


@pytest.fixture
def server():
    states = ["running", "accepted", "failed", "successful"]
    return FakeServer([document(n, states[n % 4]) for n in range(35)])


@pytest.fixture
def table(server):
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    yield table
    table.close()


def say(table, kind, **members):
    table._receive(table, {"type": kind, **members}, [])


def shown(table):
    return [row["id"] for row in table.state["rows"]]


def loaded(table):
    return lambda: table.state["loading_for"] is None


def test_first_page_has_the_newest_jobs_and_only_they_were_asked_for(table, server):
    assert shown(table) == [job_id(n) for n in range(10)]
    assert server.limits == [11]
    assert table.state["more"] is True


def test_jobs_are_newest_first_when_the_server_lists_the_oldest_first():
    server = FakeServer([document(n) for n in (5, 4, 3)])
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    assert shown(table) == [job_id(3), job_id(4), job_id(5)]
    table.close()


def test_jobs_keep_the_order_of_the_server_when_one_has_no_time():
    server = FakeServer([document(5), document(4, created=None), document(3)])
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    assert shown(table) == [job_id(5), job_id(4), job_id(3)]
    table.close()


def test_older_page_is_loaded_when_it_is_asked_for(table, server):
    say(table, "page", to=2)
    wait_for(loaded(table))
    assert shown(table) == [job_id(n) for n in range(10, 20)]
    assert server.limits == [11, 11]


def test_last_page_says_that_there_is_no_more(table):
    table.page = 4
    wait_for(loaded(table))
    assert shown(table) == [job_id(n) for n in range(30, 35)]
    assert table.state["more"] is False
    assert table.state["pages"] == 4


def test_row_tells_state_process_time_and_message():
    times = {"started": "2024-10-22T04:18:54Z", "finished": "2024-10-22T04:22:25Z"}
    server = FakeServer([document(1, "failed", message="no\nspace", **times)])
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    row = table.state["rows"][0]
    assert row["word"] == "Failed"
    assert row["process"] == "water-bodies"
    assert row["created"] == "2024-10-22 23:58Z"
    assert row["duration"] == 211
    assert row["message"] == "no"
    table.close()


def test_slow_list_holds_up_nothing_and_says_how_long_it_takes(server):
    server.hold = asyncio.Event()
    table = JobTable(server)
    assert table.state["loading_for"] is not None
    assert table.state["is_loaded"] is False

    async def let_go():
        server.hold.set()

    run(let_go)
    wait_for(lambda: table.state["is_loaded"])
    assert table.state["loading_for"] is None
    table.close()


def test_error_of_the_list_is_shown_in_place_and_the_rows_stay(table, server):
    server.fault = DeadlineError("No answer in 30 s.", advice="Try again later.")
    table.refresh()
    wait_for(loaded(table))
    assert "No answer in 30 s." in table.state["note"]["text"]
    assert len(shown(table)) == 10
    server.fault = None
    table.refresh()
    wait_for(lambda: table.state["note"] is None and loaded(table)())


def test_only_unfinished_jobs_of_the_visible_page_are_watched(table):
    def watched():
        return [job.id for job in table._jobs if job.watchers]

    assert watched() == []
    say(table, "visible", on=True)
    assert watched() == [job_id(n) for n in (0, 1, 4, 5, 8, 9)]
    say(table, "page", to=2)
    wait_for(lambda: len(table._jobs) == 22 and loaded(table)())
    assert watched() == [job_id(n) for n in (12, 13, 16, 17)]
    say(table, "visible", on=False)
    assert watched() == []


def test_row_follows_its_job_while_it_is_visible(table):
    say(table, "visible", on=True)
    table._jobs[0].show(progress=62, message="Otsu")
    assert table.state["rows"][0]["percent"] == 62
    assert table.state["rows"][0]["message"] == "Otsu"


def test_filter_finds_words_of_process_id_and_message(table, server):
    server.documents[17]["message"] = "Otsu threshold"
    table.filter("WATER otsu")
    wait_for(loaded(table))
    assert shown(table) == [job_id(17)]
    table.filter(job_id(3)[:8])
    wait_for(loaded(table))
    assert shown(table) == [job_id(3)]


def test_filter_by_status_searches_all_jobs_of_the_server(table):
    say(table, "filter", text="", status="failed", process_id="", hours=0)
    wait_for(loaded(table))
    assert shown(table) == [job_id(n) for n in range(2, 35, 4)]
    assert table.state["found"] == 9


def test_filter_by_process_keeps_the_other_processes_in_the_choice(server):
    server.documents[3]["processID"] = "echo"
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    table.filter(process_id="echo")
    wait_for(loaded(table))
    assert shown(table) == [job_id(3)]
    assert table.state["processes"] == ["echo", "water-bodies"]
    table.close()


def test_filter_by_time_leaves_out_what_was_created_earlier(server):
    server.documents.insert(0, document(50, created=datetime.now(UTC).isoformat()))
    table = JobTable(server)
    table.filter(hours=24)
    wait_for(loaded(table))
    assert shown(table) == [job_id(50)]
    table.close()


def test_page_that_is_asked_for_while_a_filter_loads_is_one_of_the_filter(
    table, server
):
    server.hold = asyncio.Event()
    table.filter(status="failed")
    table.page = 1

    async def let_go():
        server.hold.set()

    run(let_go)
    wait_for(loaded(table))
    assert shown(table)[0] == job_id(2)


def test_job_runs_again_with_the_same_inputs_when_they_are_known(server):
    server.documents[2]["inputs"] = {"aoi": "1,2,3,4"}
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    say(table, "run_again", job_id=job_id(2))
    wait_for(lambda: "new" in shown(table))
    assert server.executed == [("water-bodies", {"aoi": "1,2,3,4"})]
    assert table.selected_job_id == "new"
    table.close()


def test_run_again_is_left_to_who_wants_to_do_it(server):
    server.documents[2]["inputs"] = {"aoi": "1,2,3,4"}
    table = JobTable(server)
    got = []
    table.on_run_again(lambda process_id, inputs: got.append((process_id, inputs)))
    wait_for(lambda: table.state["is_loaded"])
    table.run_again(job_id(2))
    wait_for(lambda: got)
    assert got == [("water-bodies", {"aoi": "1,2,3,4"})]
    assert server.executed == []
    table.close()


def test_run_again_is_no_longer_offered_when_the_inputs_are_not_known(table, server):
    assert table.state["rows"][2]["again"] is True
    table.run_again(job_id(2))
    wait_for(lambda: table.state["note"])
    assert "started elsewhere" in table.state["note"]["text"]
    assert table.state["rows"][2]["again"] is False
    assert server.executed == []


def test_attach_selects_the_job_and_hands_it_over(table):
    got = []
    table.on_attach(got.append)
    say(table, "attach", job_id=job_id(2))
    assert table.selected_job_id == job_id(2)
    assert got[0].id == job_id(2)


def test_results_are_offered_only_where_somebody_takes_them(table):
    assert table.state["with_results"] is False
    got = []
    table.on_results(got.append)
    assert table.state["with_results"] is True
    assert [row["results"] for row in table.state["rows"]][:4] == [
        False,
        False,
        False,
        True,
    ]
    say(table, "results", job_id=job_id(3))
    assert got[0].id == job_id(3)


def test_running_job_is_stopped_on_the_server_and_stays_in_the_list(table, server):
    say(table, "visible", on=True)
    say(table, "remove", job_id=job_id(0))
    wait_for(lambda: table.state["rows"][0]["kind"] == "dismissed")
    assert server.dismissed == [job_id(0)]


def test_finished_job_is_deleted_on_the_server_and_leaves_the_list(table, server):
    table.remove(job_id(2))
    wait_for(lambda: job_id(2) not in shown(table))
    assert server.dismissed == [job_id(2)]


def test_refused_deletion_is_told_and_the_row_stays(table, server):
    server.answer_to_dismiss = ProblemError("DELETE is refused (403).", status_code=403)
    table.remove(job_id(2))
    wait_for(lambda: table.state["note"])
    assert "not deleted. DELETE is refused (403)." in table.state["note"]["text"]
    assert table.state["rows"][2]["busy"] == ""


def test_server_that_cannot_cancel_is_told_plainly(table, server):
    server.answer_to_dismiss = ProblemError("No.", status_code=405)
    table.remove(job_id(0))
    wait_for(lambda: table.state["note"])
    assert "cannot cancel jobs (it answered 405)" in table.state["note"]["text"]


def test_empty_server_has_an_empty_list():
    table = JobTable(FakeServer([]))
    wait_for(lambda: table.state["is_loaded"])
    assert table.state["rows"] == []
    assert table.state["more"] is False
    table.close()


def test_nothing_is_left_after_a_hundred_tables(server):
    def cycle():
        table = JobTable(server)
        say(table, "visible", on=True)
        table.close()

    cycle()
    before = counts()
    for _ in range(100):
        cycle()
    wait_for(lambda: is_back(before), counts)


def test_row_says_why_when_the_server_cannot_cancel_jobs():
    server = FakeServer([document(1, "running")])
    table = JobTable(server)
    wait_for(lambda: table.state["is_loaded"])
    assert table.state["rows"][0]["cannot"] == ""
    declared = Conformance(("http://x.test/ogcapi-processes-1/1.0/conf/core",))
    table._jobs[0].capabilities = Capabilities.of(declared)
    say(table, "hello")
    assert table.state["rows"][0]["cannot"] == "This server cannot cancel jobs."
    table.close()


def test_rows_and_card_say_whose_jobs_they_are_where_the_server_says_it():
    server = FakeServer([document(0, owner="Ada <b>"), document(1)])
    table = JobTable(server)
    say(table, "visible", on=True)
    wait_for(lambda: shown(table))
    assert [row["owner"] for row in table.state["rows"]] == ["Ada <b>", ""]
    assert "<td>Ada &lt;b&gt;</td>" in table._card_()[1]
    server.documents = [document(1)]
    table.refresh()
    wait_for(loaded(table))
    assert "owner" not in table._card_()[1]
    table.close()
