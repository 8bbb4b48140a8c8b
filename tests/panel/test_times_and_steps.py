import pytest

from ogc_widgets.client.jobs.times import Stopwatch
from ogc_widgets.panel.job.logs import StepBook, links_of
from ogc_widgets.protocol import JobView, StatusInfo


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def view_of(phase, **members):
    status = StatusInfo.from_json({"jobID": "j1", "status": phase, **members})
    return JobView(phase=phase, status=status)


def test_elapsed_runs_from_submission_even_when_the_server_clock_is_a_day_off():
    clock = Clock()
    watch = Stopwatch(clock)
    watch.start()
    clock.now += 5
    watch.see(view_of("running", created="2031-01-01T00:00:00Z"))
    assert watch.seconds == 5


def test_elapsed_begins_with_the_age_that_the_server_tells_when_attached_later():
    watch = Stopwatch(Clock())
    watch.see(
        view_of(
            "running",
            created="2024-10-22T04:18:54Z",
            updated="2024-10-22T04:20:54Z",
        )
    )
    assert watch.seconds == 120


def test_elapsed_is_the_duration_of_the_server_when_the_job_has_finished():
    clock = Clock()
    watch = Stopwatch(clock)
    watch.start()
    clock.now += 300
    watch.see(
        view_of(
            "successful",
            started="2024-10-22T04:18:54.378Z",
            finished="2024-10-22T04:22:25.378Z",
        )
    )
    clock.now += 60
    assert watch.seconds == 211


def test_elapsed_stands_still_when_a_finished_job_has_no_times():
    clock = Clock()
    watch = Stopwatch(clock)
    watch.start()
    clock.now += 46
    watch.see(view_of("failed"))
    clock.now += 60
    assert watch.seconds == 46


def test_elapsed_is_not_guessed_when_only_one_of_the_times_has_a_zone():
    watch = Stopwatch(Clock())
    watch.see(
        view_of(
            "running", created="2024-10-22T04:18:54", updated="2024-10-22T04:20:54Z"
        )
    )
    assert watch.seconds in {0, 120}


def logs_of(*names):
    links = [
        {
            "href": f"http://h/temp/{name}.log",
            "rel": "related",
            "type": "text/plain",
            "title": f"Tool log {name}.log",
        }
        for name in names
    ]
    return links_of(view_of("running", links=links))


def test_steps_are_grouped_with_the_executions_in_order():
    book = StepBook()
    book.see(logs_of("node_crop_2", "node_crop", "node_otsu", "node_crop_3"))
    assert book.numbers() == {"crop": [1, 2, 3], "otsu": [1]}


def test_steps_keep_the_order_of_appearance_when_the_server_sorts_by_name():
    book = StepBook()
    book.see(logs_of("node_zonal"))
    book.see(logs_of("node_average", "node_zonal"))
    assert list(book.numbers()) == ["zonal", "average"]


@pytest.mark.parametrize(
    ("phase", "marks"),
    [
        ("running", ["done", "active"]),
        ("successful", ["done", "done"]),
        ("failed", ["done", "bad"]),
        ("dismissed", ["done", "ended"]),
    ],
)
def test_last_step_tells_how_far_the_job_came(phase, marks):
    book = StepBook()
    book.see(logs_of("node_crop", "node_otsu"))
    assert [step["state"] for step in book.states(phase)] == marks


def test_log_of_the_whole_job_is_not_taken_for_a_step():
    link = {"href": "http://h/jobs/j1/log", "rel": "related", "type": "text/plain"}
    link["title"] = "Job log"
    book = StepBook()
    book.see(links_of(view_of("running", links=[link])))
    book.see(logs_of("node_crop"))
    marks = {step["label"]: step["state"] for step in book.states("running")}
    assert marks == {"crop": "active", "Job": "whole"}
    assert list(marks) == ["crop", "Job"]
