"""Which part of the app is seen when: tabs, map, and steps and log of the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from raw_server import answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raw_server import RawServer

    from ogc_widgets.app import App
    from ogc_widgets.lab import Lab


def press(view: Any, kind: str, **members: Any) -> None:
    """What a click on the page sends."""
    view._receive(view, {"type": kind, **members}, None)


def marks(app: App) -> set[str]:
    """What the style sheet knows of what there is to see on the map."""
    classes = {"ogcw-app-drawn", "ogcw-app-placed"}
    return {one.removeprefix("ogcw-app-") for one in classes & {*app._dom_classes}}


class Job:
    """A job of the server below, which says how it is."""

    def __init__(self) -> None:
        self.status = "running"
        self.links: list[dict[str, str]] = []
        self.results: dict[str, Any] = {"n": 7}

    def log(self, name: str) -> None:
        link = {"href": f"/api/jobs/1/{name}.log", "rel": "related"}
        self.links.append({**link, "type": "text/plain", "title": f"{name}.log"})


@pytest.fixture
def job() -> Job:
    return Job()


@pytest.fixture
def server(job: Job) -> Iterator[RawServer]:
    text = {"schema": {"type": "string"}}
    process = {"id": "p", "inputs": {"a": text}, "outputs": {"n": {}}}

    def status(*_: Any) -> Any:
        known = {"jobID": "1", "processID": "p", "type": "process"}
        return answer({**known, "status": job.status, "links": job.links})

    behaviours = {
        ("GET", "/api/processes/p"): lambda *_: answer(process),
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            {"jobID": "1", "status": "running"}, 201
        ),
        ("GET", "/api/jobs/1"): status,
        ("GET", "/api/jobs/1/results"): lambda *_: answer(job.results),
        **{
            ("GET", f"/api/jobs/1/{name}.log"): lambda *_, name=name: answer(
                body=f"the log of {name}\n".encode()
            )
            for name in ("one", "two")
        },
    }
    with processes_server(behaviours) as made:
        yield made


@pytest.fixture
def small(server: RawServer) -> Iterator[App]:
    app = ogc.App(f"{server.origin}/api", "p")
    app.form.inputs = {"a": "x"}
    yield app
    app.close()


def end(app: App, job: Job, status: str = "successful") -> None:
    job.status = status
    app.job.refresh()
    wait_for(lambda: app.panel.state["kind"] == status)


def test_results_take_the_place_of_the_form_until_the_next_run(
    small: App, job: Job
) -> None:
    assert (small.header.tab, small.header.has_results) == ("form", False)
    small.run()
    assert small.header.tab == "form"
    end(small, job)
    wait_for(lambda: small.header.tab == "results")
    assert small.header.has_results
    job.status = "running"
    small.run()
    assert (small.header.tab, small.header.has_results) == ("form", False)


def test_who_looks_at_the_jobs_is_left_there_and_told(small: App, job: Job) -> None:
    small.run()
    press(small.header, "tab", name="jobs")
    end(small, job)
    wait_for(lambda: small.header.has_results)
    assert (small.header.tab, small.header.is_new) == ("jobs", True)
    press(small.header, "tab", name="results")
    assert not small.header.is_new


def test_who_fills_in_the_next_run_is_left_at_it(small: App, job: Job) -> None:
    small.run()
    small.form.inputs["a"] = "the next"
    end(small, job)
    wait_for(lambda: small.header.has_results)
    assert (small.header.tab, small.header.is_new) == ("form", True)


def test_results_that_cannot_be_read_say_so_in_their_tab(small: App, job: Job) -> None:
    job.results = None  # type: ignore[assignment] # no document at all
    small.run()
    end(small, job)
    wait_for(lambda: small.header.tab == "results")
    assert small._stage.head.problem or small._stage.head.summary


def test_output_that_was_looked_at_is_looked_at_again_after_the_next_run(
    small: App, job: Job
) -> None:
    job.results = {"n": 7, "words": "many"}
    head = small._stage.head
    small.run()
    end(small, job)
    wait_for(lambda: head.chosen == "n")
    head.chosen = "words"
    job.status = "running"
    small.run()
    assert head.chips == []
    end(small, job)
    wait_for(lambda: head.chips)
    assert head.chosen == "words"


def test_no_map_without_a_place_until_a_result_has_one(small: App, job: Job) -> None:
    assert marks(small) == set()
    point = {"type": "Point", "coordinates": [7, 51]}
    job.results = {"n": {"type": "Feature", "geometry": point, "properties": {}}}
    small.run()
    end(small, job)
    wait_for(lambda: marks(small) == {"drawn", "placed"})
    small.results = None
    assert marks(small) == set()
    small.map.bbox = [7, 51, 8, 52]
    assert marks(small) == {"placed"}


def test_below_the_map_is_nothing_where_there_are_no_results(app: App) -> None:
    point = {"type": "Point", "coordinates": [7, 51]}
    app.map.show_footprints([{"type": "Feature", "id": "a", "geometry": point}])
    assert marks(app) == {"placed"}
    assert app.boxes["strip"].children == ()


def test_process_that_wants_a_place_has_a_map(app: App) -> None:
    assert marks(app) == {"placed"}
    app.choose("echo")
    assert marks(app) == set()


def test_log_of_the_step_at_work_is_seen_without_a_press(small: App, job: Job) -> None:
    panel = small.panel
    assert not panel.is_open
    job.log("one")
    small.run()
    assert panel.is_open
    small.job.refresh()
    wait_for(lambda: "the log of one" in panel.log_view.get("text", ""))
    job.log("two")
    small.job.refresh()
    wait_for(lambda: "the log of two" in panel.log_view.get("text", ""))
    end(small, job)
    assert not panel.is_open
    panel.is_open = True  # as the page sets it
    assert "the log of two" in panel.log_view["text"]


def test_log_that_somebody_has_chosen_stays(small: App, job: Job) -> None:
    panel = small.panel
    job.log("one")
    job.log("two")
    small.run()
    small.job.refresh()
    wait_for(lambda: panel.log_view.get("step") == "two")
    panel.open_log("one")
    job.log("three")
    small.job.refresh()
    wait_for(lambda: "three" in panel.steps)
    assert panel.log_view["step"] == "one"


def test_failed_job_shows_its_log_beside_the_reason(small: App, job: Job) -> None:
    job.log("one")
    small.run()
    end(small, job, "failed")
    assert small.panel.is_open
    wait_for(lambda: "the log of one" in small.panel.log_view.get("text", ""))


def test_no_empty_box_where_the_server_gave_no_logs_before(
    small: App, job: Job
) -> None:
    small.run()
    assert small.panel.is_open, "there may be some"
    end(small, job)
    assert not small.panel.is_open
    job.status = "running"
    small.run()
    assert not small.panel.is_open
    job.log("one")
    small.job.refresh()
    wait_for(lambda: small.panel.is_open)


def test_what_was_not_started_says_why_without_a_press(
    small: App, server: RawServer
) -> None:
    server.behave = lambda *_: answer({"title": "no"}, 500)
    with pytest.raises(ogc.errors.ServerError):
        small.run()
    assert small.panel.is_open


def test_nothing_that_is_on_the_page_is_made_anew(app: App, lab_server: Lab) -> None:
    body, left = app.children[2], app.boxes["left"]
    before = app.children, body.children
    stage = app._stage
    press(app.header, "card", name="server")
    press(app.header, "tab", name="jobs")
    app.choose("echo")
    app.choose("water-bodies")
    assert (app.children, body.children) == before
    # What stands before the form stays as it was when another form comes.
    assert left.children[2] is app.boxes["results"]
    assert app.boxes["results"].children == (stage,)


def test_what_shows_results_is_made_while_the_job_runs(small: App, job: Job) -> None:
    assert small.boxes["results"].children == ()
    small.run()
    wait_for(lambda: small.boxes["results"].children)
    assert small.results is None
    end(small, job)
    wait_for(lambda: small.header.tab == "results")
    assert small.boxes["results"].children == (small._stage,)
    assert small.boxes["strip"].children == tuple(small._stage.strip)
