import asyncio
import json
import threading

import pytest
from counting import counts, is_back
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import (
    ConnectionFailedError,
    DeadlineError,
    ProblemError,
    SubmissionUnknownError,
)
from ogc_widgets.panel import JobPanel
from ogc_widgets.protocol import Process
from ogc_widgets.view.base import publishing

from .fake_job import ID, FakeJob, view_of

CANARY = "<img src=x onerror='window.__xss=1'>"


@pytest.fixture
def job():
    return FakeJob(inputs={"aoi": "-121,39,-120,40", "api_token": "s3cr3t"})


@pytest.fixture
def panel(job):
    panel = JobPanel(job)
    yield panel
    panel.close()


def answered(panel):
    return lambda: panel.state["kind"] != "cancelling"


def test_panel_shows_nothing_run_yet_when_there_is_no_job():
    panel = JobPanel()
    assert panel.state["kind"] == "idle"
    assert panel.job is None
    panel.close()


def test_panel_shows_what_the_job_says_from_the_loop_thread(panel, job):
    job.show(view_of("running", progress=23, message="execution submitted"))
    assert panel.state["percent"] == 23
    assert panel.state["message"] == "execution submitted"
    assert panel.state["job"]["short"] == "bfafdb8e"


def test_panel_sends_one_state_for_one_view(panel, job):
    seen = []
    panel.observe(lambda change: seen.append(change["new"]["percent"]), "state")
    job.show(view_of("running", progress=5))
    job.show(view_of("running", progress=6))
    assert seen == [5, 6]


def test_submitting_counts_time_and_the_job_goes_on_counting(job):
    panel = JobPanel()
    panel.submitting("Sending 3 inputs.")
    assert panel.state["message"] == "Sending 3 inputs."
    assert panel.state["ticking"] is True
    before = panel.state["elapsed"]
    panel.job = job
    assert panel.state["elapsed"] >= before
    panel.close()


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 problem in the form"), (3, "3 problems in the form")]
)
def test_invalid_says_how_many_problems_and_that_nothing_was_sent(count, words):
    panel = JobPanel()
    panel.invalid(count)
    assert panel.state["message"].startswith(words)
    assert "nothing was sent" in panel.state["message"]
    panel.close()


def test_refused_submission_is_told_with_what_is_safe_and_what_to_do():
    panel = JobPanel()
    error = ConnectionFailedError("Refused.", safe="Nothing was sent.", advice="Wait.")
    panel.not_started(error)
    assert panel.state["word"] == "Not started"
    assert panel.state["message"] == "Refused."
    assert panel.state["failure"]["lead"] == "Refused.\nNothing was sent.\nWait."
    panel.close()


def test_submission_of_unknown_fate_is_never_called_not_sent():
    panel = JobPanel()
    panel.not_started(SubmissionUnknownError("No answer in 60 s."))
    assert panel.state["word"] == "Not known"
    assert "not known whether the job started" in panel.state["failure"]["lead"]
    panel.close()


def test_progress_never_goes_back_without_saying_so(panel, job):
    job.show(view_of(progress=62))
    job.show(view_of(progress=20))
    assert panel.state["percent"] == 20
    assert "back from 62 % to 20 %" in panel.state["notice"]["parts"][0]
    job.show(view_of(progress=30))
    assert panel.state["notice"] is None


def test_switching_to_another_job_forgets_the_first_one(panel, job):
    job.show(view_of(progress=62, logs=("node_crop",)))
    other = FakeJob(view_of("accepted"))
    panel.job = other
    job.show(view_of(progress=70))
    assert job.watchers == []
    assert panel.state["word"] == "Accepted"
    assert panel.state["steps"] == []


def test_reset_leaves_the_job_running_and_shows_nothing(panel, job):
    panel.reset()
    assert panel.state["kind"] == "idle"
    assert job.dismissals == 0
    assert job.watchers == []


def test_stop_asks_the_server_and_then_shows_what_it_says(panel, job):
    states = []
    panel.observe(lambda change: states.append(change["new"]["kind"]), "state")
    job.answer_to_dismiss = view_of("dismissed", message="stopped")
    panel.stop()
    wait_for(lambda: panel.state["kind"] == "dismissed")
    assert states[0] == "cancelling"
    assert panel.state["message"] == "stopped"
    assert job.dismissals == 1


def test_stop_is_sent_once_when_it_is_asked_for_twice(panel, job):
    panel.stop()
    panel.stop()
    wait_for(lambda: job.dismissals)
    assert panel.state["kind"] == "cancelling"
    assert job.dismissals == 1


def test_cancelling_says_that_the_server_was_told_until_the_job_ends(panel, job):
    panel.stop()
    wait_for(lambda: "was told" in panel.state["notice"]["parts"][0])
    assert panel.state["kind"] == "cancelling"
    job.show(view_of("dismissed", message="stopped"))
    assert panel.state["notice"] is None


def test_stop_returns_at_once_when_the_server_takes_its_time(panel, job):
    held = threading.Event()

    async def slow():
        await asyncio.to_thread(held.wait, 10)
        raise DeadlineError("No answer in 60 s.")

    job.aio.dismiss = slow
    panel.stop()
    assert panel.state["word"] == "Cancelling"
    held.set()
    wait_for(answered(panel))
    assert "did not answer the request to stop in time" in str(panel.state["notice"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ProblemError("No.", status_code=405), "cannot cancel jobs (it answered 405)"),
        (ProblemError("No.", status_code=404), "answered 404"),
        (ProblemError("No.", status_code=409), "cannot be stopped any more"),
        (ProblemError("Not yours.", status_code=403), "Not yours."),
        (ConnectionFailedError("Connection refused."), "Connection refused."),
    ],
)
def test_refused_stop_is_told_plainly_and_the_job_goes_on(panel, job, error, words):
    job.answer_to_dismiss = error
    panel.stop()
    wait_for(answered(panel))
    assert words in panel.state["notice"]["parts"][0]
    assert panel.state["kind"] == "accepted"
    assert panel.last_error is None


def test_button_becomes_stop_watching_when_the_server_answers_405(panel, job):
    job.answer_to_dismiss = ProblemError("No.", status_code=405)
    panel.stop()
    hint = "Stop watching (this server cannot cancel jobs)"
    # While the server is asked there is nothing to press.
    wait_for(lambda: panel.state["stop"].get("hint") == hint)
    assert panel.can_stop is False
    panel.stop()
    assert panel.state["kind"] == "unwatched"
    assert job.watchers == []
    assert job.dismissals == 1


def test_watching_again_brings_the_state_of_now(panel, job):
    panel.stop_watching()
    job.view = view_of("running", progress=80)
    panel.watch_again()
    assert panel.state["percent"] == 80
    assert panel.state["kind"] == "running"


def test_reason_of_a_failure_is_fetched_when_the_status_gives_none(panel, job):
    job.show(view_of("failed"))
    wait_for(lambda: "No space left" in panel.state["message"])
    assert panel.state["failure"]["lead"] == "No space left on device"


def test_check_now_asks_the_server(panel, job):
    panel.check_now()
    wait_for(lambda: job.refreshes == 1)


def test_log_opens_with_its_text_and_first_error(panel, job):
    job.texts["crop", 2] = "start\nERROR outside\n"
    job.show(view_of(logs=("node_crop", "node_crop_2")))
    panel.open_log("crop", 2)
    wait_for(lambda: panel.log_view["text"])
    assert panel.log_view["text"] == "start\nERROR outside"
    assert panel.log_view["first_error"] == 1


def test_newest_execution_opens_when_no_number_is_given(panel, job):
    job.show(view_of(logs=("node_crop", "node_crop_2", "node_crop_3")))
    panel.open_log("crop")
    assert panel.log_view["number"] == 3


def test_opening_an_unknown_log_names_the_steps_there_are(panel, job):
    job.show(view_of(logs=("node_crop",)))
    with pytest.raises(ValueError, match="Steps with logs: crop"):
        panel.open_log("otsu")
    with pytest.raises(ValueError, match="execution 7"):
        panel.open_log("crop", 7)


def test_open_log_is_followed_while_the_job_runs(panel, job, monkeypatch):
    monkeypatch.setattr("ogc_widgets.panel.job.logs.FOLLOW_EVERY_S", 0.02)
    job.texts["crop", 1] = "one\n"
    job.show(view_of(logs=("node_crop",)))
    panel.open_log("crop")
    wait_for(lambda: panel.log_view["text"] == "one")
    job.texts["crop", 1] = "one\ntwo\n"
    wait_for(lambda: panel.log_view["text"] == "one\ntwo")


def test_open_log_is_read_once_more_when_the_job_has_ended(panel, job):
    job.texts["crop", 1] = "one\n"
    job.show(view_of(logs=("node_crop",)))
    panel.open_log("crop")
    wait_for(lambda: panel.log_view["text"] == "one")
    job.texts["crop", 1] = "one\nlast words\n"
    job.show(view_of("failed", logs=("node_crop",)))
    wait_for(lambda: panel.log_view["text"].endswith("last words"))


def test_log_keeps_its_text_when_it_cannot_be_fetched_again(panel, job, monkeypatch):
    monkeypatch.setattr("ogc_widgets.panel.job.logs.FOLLOW_EVERY_S", 0.02)
    job.texts["crop", 1] = "one\n"
    job.show(view_of(logs=("node_crop",)))
    panel.open_log("crop")
    wait_for(lambda: panel.log_view["text"] == "one")
    job.texts["crop", 1] = ConnectionFailedError("Connection refused.")
    wait_for(lambda: panel.log_view["bad"])
    assert panel.log_view["text"] == "one"
    assert "Connection refused." in panel.log_view["note"]


def test_empty_log_says_that_there_is_no_output_yet(panel, job):
    job.show(view_of(logs=("node_crop",)))
    panel.open_log("crop")
    wait_for(lambda: panel.log_view["note"] == "No output yet.")


def test_closed_log_is_fetched_no_more(panel, job, monkeypatch):
    monkeypatch.setattr("ogc_widgets.panel.job.logs.FOLLOW_EVERY_S", 0.01)
    job.show(view_of(logs=("node_crop",)))
    panel.open_log("crop")
    wait_for(lambda: len(job.fetched) > 2)
    panel.close_log()
    job.show(job.view)
    count = len(job.fetched)
    threading.Event().wait(0.1)
    assert len(job.fetched) <= count + 1
    assert panel.log_view == {}


def test_report_has_all_that_operators_need_and_no_secret(panel, job):
    job.inputs["href"] = "https://user:pw@h/scene.tif?X-Amz-Signature=abcd"
    job.inputs["door"] = "hunter2"
    password = {"schema": {"type": "string", "format": "password"}}
    secret = {"id": "water-bodies", "inputs": {"door": password}}
    job.aio.discovery.known_processes["water-bodies"] = Process.from_json(secret)
    job.texts["crop", 1] = "fine\n"
    lines = [f"line {n}" for n in range(99)]
    job.texts["otsu", 1] = "\n".join([*lines, "run --door hunter2", "ERROR bad"])
    job.show(view_of("failed", message="it broke", logs=("node_otsu", "node_crop")))
    report = panel.report_text()
    for part in (ID, "water-bodies", "it broke", "-121,39,-120,40", "ERROR bad"):
        assert part in report
    assert "Log of otsu 1, last 40 lines" in report
    assert "line 61" in report
    assert "line 60\n" not in report
    for secret in ("s3cr3t", "abcd", "pw@", "hunter2"):
        assert secret not in report


def test_report_without_a_job_is_refused():
    panel = JobPanel()
    with pytest.raises(ValueError, match="no job"):
        panel.report_text()
    panel.close()


def test_page_gets_the_report_that_it_asked_for(panel, job):
    panel._receive(panel, {"type": "report", "ticket": "t1"}, [])
    wait_for(lambda: panel.report_view)
    assert panel.report_view["ticket"] == "t1"
    assert ID in panel.report_view["text"]


def test_error_in_a_message_of_the_page_is_shown_and_kept(panel, job):
    job.show(view_of("running", logs=("node_crop",)))
    panel._receive(panel, {"type": "open_log", "step": "crop", "number": 9}, [])
    assert "no log of step 'crop', execution 9" in panel.problem
    assert panel.last_error is not None


def test_times_are_sent_anew_when_a_page_is_opened(panel):
    before = panel.state["sequence"]
    panel._receive(panel, {"type": "hello"}, [])
    assert panel.state["sequence"] == before + 1


def test_closing_stops_watching_and_never_touches_the_job(job):
    panel = JobPanel(job)
    panel.close()
    panel.close()
    assert job.watchers == []
    assert job.dismissals == 0
    job.show(view_of("running", progress=99))


def test_panel_of_a_saved_notebook_tells_the_last_state_escaped(panel, job):
    job.show(view_of("failed", message=CANARY))
    data, _ = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "Job of process water-bodies: failed"
    assert "<img" not in data["text/html"]
    assert "&lt;img" in data["text/html"]
    assert ID in data["text/html"]


def test_saved_text_is_the_same_when_nothing_has_run():
    panel = JobPanel()
    data, _ = panel._repr_mimebundle_()
    assert data["text/plain"] == "Job panel: nothing run yet"
    panel.close()


def test_state_holds_no_inputs_of_the_job(panel, job):
    job.show(view_of("running", progress=1))
    saved = json.dumps({k: v for k, v in panel.get_state().items() if k[0] != "_"})
    assert "s3cr3t" not in saved


def test_no_deadlock_when_two_threads_publish_at_once(panel, job):
    """The kernel's thread holds the lock while the loop thread brings a view."""
    done = threading.Event()

    def tell():
        job.tell(view_of("running", progress=50))
        done.set()

    with publishing(panel):
        thread = threading.Thread(target=tell)
        thread.start()
        panel.job = None
        panel.job = job
    assert done.wait(60)
    thread.join()
    assert panel.state["percent"] == 50


def test_nothing_is_left_after_a_hundred_panels():
    job = FakeJob(view_of(logs=("node_crop",)))
    job.texts["crop", 1] = "text"

    def cycle():
        panel = JobPanel(job)
        panel.open_log("crop")
        panel.close()

    cycle()
    before = counts()
    for _ in range(100):
        cycle()
    assert job.watchers == []
    wait_for(lambda: is_back(before), counts)


def test_line_that_watches_again_is_given_only_where_it_can_work(panel, job):
    job.show(view_of("running"))
    assert "job(" in panel.state["job"]["again"]
    assert "Watch it again" in panel._repr_mimebundle_()[0]["text/html"]
    job.aio.ends_with_kernel = True  # as a job of ogc.lab() in this kernel does
    job.show(view_of("running", progress=5))
    assert panel.state["job"]["again"] == ""
    assert "Watch it again" not in panel._repr_mimebundle_()[0]["text/html"]


def test_job_of_a_lab_server_ends_with_the_process_that_started_it(lab_server):
    with ogc.Client(lab_server.url) as client:
        job = client.execute("echo", {"message": "x"}, mode="async")
        assert job.aio.ends_with_kernel
