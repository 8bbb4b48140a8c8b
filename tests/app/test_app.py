"""The app as its Python twins show it, on a real lab server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from raw_server import answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    InvalidInputsError,
    NoSuchJobError,
    NoSuchProcessError,
)
from ogc_widgets.panel import ServerCard

if TYPE_CHECKING:
    from ogc_widgets.app import App
    from ogc_widgets.lab import Lab

AOI = "-121.2,39.9,-121.1,40"
BOX = [-121.3, 39.9, -121.0, 40.2]


def results_of(app: App) -> Any:
    """Wait until the results are on the screen, a moment after the trait is set."""
    wait_for(lambda: app.results is not None and app._stage.head.summary)
    return app.results


def press(view: Any, kind: str, **members: Any) -> None:
    """What a click on the page sends."""
    view._receive(view, {"type": kind, **members}, None)


def jobs_of(app: App) -> list[str]:
    return [job.id for job in app.client.jobs()]


def test_showing_an_app_starts_no_job(app: App) -> None:
    before = jobs_of(app)
    app._repr_mimebundle_()
    assert app.job is None
    assert jobs_of(app) == before


def test_the_address_of_a_process_opens_it(lab_server: Lab) -> None:
    address = f"{lab_server.url}/processes/echo/execution"
    for process_id, opened in ((None, "echo"), ("water-bodies", "water-bodies")):
        app = ogc.App(address, process_id)
        assert app.process.id == opened
        app.close()
    with pytest.raises(NoSuchProcessError):
        ogc.App(f"{lab_server.url}/processes/gone")


@pytest.mark.parametrize("below", ["", "/results", "/logs"])
def test_the_address_of_a_job_shows_it(lab_server: Lab, below: str) -> None:
    with ogc.Client(lab_server.url) as client:
        job = client.execute("echo", {"message": "a"}).wait(progress=False)
        app = ogc.App(f"{job.url}{below}")
        assert (app.job.id, app.process.id) == (job.id, "echo")
        wait_for(lambda: app.form.inputs == {"message": "a"})
        assert results_of(app)["message"] == "a"
        app.close()
        app = ogc.App(job.url, "water-bodies")
        assert (app.job, app.process.id) == (None, "water-bodies")
        app.close()
        with pytest.raises(NoSuchJobError):
            ogc.App(f"{lab_server.url}/jobs/gone")


def test_awaitable_faces_are_taken_or_refused(app: App) -> None:
    job = app.client.execute("echo", {"message": "a"}).wait(progress=False)
    panel = ogc.JobPanel(job.aio)
    wait_for(lambda: panel.state["kind"] == "successful")
    panel.close()
    app.job = job.aio
    assert app.job.results()["message"] == "a"
    with pytest.raises(InputError, match="not an AsyncClient"):
        ogc.App(app.client.aio)


def test_run_refuses_and_marks_the_fields_when_inputs_are_missing(app: App) -> None:
    before = jobs_of(app)
    with pytest.raises(InvalidInputsError) as caught:
        app.run()
    assert set(caught.value.errors) == {"aoi", "stac_items"}
    assert set(app.form.shown_errors) == {"aoi", "stac_items"}
    assert [problem["path"] for problem in app.run_bar.problems] == [
        "aoi",
        "stac_items",
    ]
    assert jobs_of(app) == before


def test_pressing_run_leads_to_the_first_problem_when_inputs_are_missing(
    app: App,
) -> None:
    press(app.header, "tab", name="json")
    press(app.run_bar, "run")
    assert app.header.tab == "form"
    assert app.form.focus_request["path"] == "aoi"
    assert app.panel.state["kind"] == "invalid"


def test_the_word_invalid_goes_away_when_the_form_is_right(
    app: App, lab_server: Lab
) -> None:
    press(app.run_bar, "run")
    app.form.inputs = {"aoi": "1,2,3,4", "stac_items": lab_server.scenes}
    assert app.panel.state["kind"] == "idle"
    assert app.run_bar.problems == []


def test_run_brings_results_to_map_and_table(filled: App) -> None:
    job = filled.run()
    assert filled.job is job
    assert job.wait(timeout_s=90).status.status == "successful"
    results = results_of(filled)
    assert len(results.items) == 1
    assert filled.map.footprints.ids == (results.items[0]["id"],)
    assert [row["id"] for row in filled._stage.results_map.table.rows()] == [
        results.items[0]["id"]
    ]


def test_pressing_run_twice_starts_one_job(filled: App) -> None:
    before = jobs_of(filled)
    press(filled.run_bar, "run")
    press(filled.run_bar, "run")
    job = wait_for(lambda: filled.job)
    assert set(jobs_of(filled)) - set(before) == {job.id}
    job.dismiss()


def test_another_run_takes_the_old_results_off_the_screen(filled: App) -> None:
    filled.run().wait(timeout_s=90)
    results_of(filled)
    job = filled.run()
    assert filled.results is None
    assert filled.map.footprints.ids == ()
    job.dismiss()


def test_drawing_fills_the_field_and_typing_moves_the_shape(app: App) -> None:
    app.map.bbox = BOX
    assert app.form.inputs["aoi"] == "-121.3,39.9,-121,40.2"
    app.form.inputs["aoi"] = "5,45,6,46"
    assert app.map.bbox == [5, 45, 6, 46]
    del app.form.inputs["aoi"]
    assert app.map.geometry is None


def test_the_shape_stays_while_the_text_is_half_typed(app: App) -> None:
    app.map.bbox = BOX
    for text in ("-121.3,39.9,-121,", "-121.3,39"):
        draft = {**app.form.drafts["aoi"], "text": text}
        press(app.form, "edit", id="aoi", draft=draft)
    assert "aoi" not in app.form.inputs
    assert app.map.bbox == BOX


def test_the_page_asks_to_draw_and_the_map_gets_ready(app: App) -> None:
    press(app.form, "area_action", id="aoi", action="draw")
    assert app.form.active_area == "aoi"
    assert app.map.drawing == "rectangle"
    app.map.bbox = BOX
    assert app.form.active_area == ""


def test_scenes_in_the_form_are_outlined_on_the_map(app: App, lab_server: Lab) -> None:
    drawn = threading.Event()
    app.map._overlay.observe(
        lambda change: len(change["new"]) == 2 and drawn.set(), "context"
    )
    app.form.inputs = {"stac_items": lab_server.scenes}
    assert drawn.wait(60)


def test_json_tab_shows_the_request_that_run_sends(filled: App) -> None:
    press(filled.header, "tab", name="json")
    text = filled.code.blocks[0]["text"]
    head, _, body = text.partition("\n\n")
    assert head.splitlines()[0].endswith("/processes/water-bodies/execution")
    assert "Prefer: respond-async" in head.splitlines()
    assert json.loads(body)["inputs"] == dict(filled.form.inputs)


def test_a_choice_of_outputs_is_shown_and_sent(app: App) -> None:
    app.choose("echo")
    chosen = app.process.outputs
    app.form.outputs = list(chosen)[:1]
    press(app.header, "tab", name="json")
    _, _, body = app.code.blocks[0]["text"].partition("\n\n")
    assert json.loads(body)["outputs"] == {next(iter(chosen)): {}}
    press(app.header, "tab", name="code")
    for block in app.code.blocks:
        assert "outputs" in block["text"]
    app.form.outputs = {}
    for block in app.code.blocks:
        assert "outputs" not in block["text"].replace("results.outputs", "")


def test_members_beside_the_inputs_are_shown_sent_and_kept() -> None:
    answers = {
        ("POST", "/api/processes/p/execution"): lambda *_: answer(
            {"jobID": "j", "status": "running"}, 201
        ),
        ("GET", "/api/jobs/j"): lambda *_: answer({"jobID": "j", "status": "running"}),
    }
    with processes_server(answers) as server:
        app = ogc.App(f"{server.origin}/api", "p")
        for tab in ("json", "code"):
            press(app.header, "tab", name=tab)
            app.form.extra = {"queue": f"fast-{tab}"}
            for block in app.code.blocks:
                assert f"fast-{tab}" in block["text"]
        app._opener.open(
            app._opener.server
        )  # as when another process is opened, and this one again
        assert app.form.extra == {"queue": "fast-code"}
        app.run()
        press(app.run_bar, "run")
        wait_for(lambda: len(server.requests("POST")) == 2)
        for request in server.requests("POST"):
            body = json.loads(request.body)
            assert (body["queue"], body["inputs"]) == ("fast-code", {})
        app.close()


def test_the_server_is_asked_for_the_outputs_that_the_form_shows(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.choose("echo")
    asked: list[Any] = []
    execute = app.client.execute

    def listen(*args: Any, outputs: Any = None, **kwargs: Any) -> Any:
        asked.append(outputs)
        return execute(*args, outputs=outputs, **kwargs)

    monkeypatch.setattr(app.client, "execute", listen)
    app.form.inputs = dict.fromkeys(app.form.errors, "héllo")
    name = next(iter(app.process.outputs))
    app.run().wait(timeout_s=60)
    app.form.outputs = [name]
    app.run().wait(timeout_s=60)
    app.run(outputs={}).wait(timeout_s=60)
    assert asked == [None, {name: {}}, {}]


def test_code_tab_follows_the_form(filled: App) -> None:
    press(filled.header, "tab", name="code")
    assert [b["label"] for b in filled.code.blocks] == ["ogc_widgets", "httpx", "cURL"]
    filled.form.inputs["aoi"] = "7,8,9,10"
    assert all("7,8,9,10" in block["text"] for block in filled.code.blocks)


@pytest.mark.parametrize("kind", ["ogc_widgets", "httpx", "cURL"])
def test_code_that_was_copied_runs_the_same_job_and_reads_its_results(
    lab_server: Lab, canary: str, kind: str
) -> None:
    client = ogc.Client(lab_server.url, auth=canary)
    app = ogc.App(client, "water-bodies")
    app.form.inputs = {"aoi": AOI, "stac_items": lab_server.scenes[:1]}
    press(app.header, "tab", name="code")
    code = next(b["text"] for b in app.code.blocks if b["label"] == kind)
    before = jobs_of(app)
    program = ["bash", "-ec", code] if kind == "cURL" else [sys.executable, "-c", code]
    if shutil.which(program[0]) is None or (
        kind == "cURL" and not shutil.which("curl")
    ):
        pytest.skip("this machine has no bash or no curl")
    ran = subprocess.run(
        program,
        env={**os.environ, "TOKEN": canary},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    (started,) = set(jobs_of(app)) - set(before)
    job = client.job(started)
    # The code has waited for it.
    assert job.status.status == "successful"
    (item,) = job.results().items
    assert kind == "ogc_widgets" or item["id"] in ran.stdout
    app.close()
    client.close()


def test_code_shows_a_placeholder_in_place_of_the_token(
    lab_server: Lab, canary: str
) -> None:
    client = ogc.Client(lab_server.url, auth=canary)
    app = ogc.App(client, "water-bodies")
    for tab in ("json", "code"):
        press(app.header, "tab", name=tab)
        text = "".join(block["text"] for block in app.code.blocks)
        assert canary not in text
        assert "$TOKEN" in text
    app.close()
    client.close()


def test_setting_job_attaches_to_one_that_was_started_elsewhere(
    filled: App, lab_server: Lab
) -> None:
    client = ogc.Client(lab_server.url)
    started = client.execute("water-bodies", filled.form.inputs)
    filled.job = filled.client.job(started.id)
    assert len(results_of(filled).items) == 1
    client.close()


def test_jobs_tab_lists_the_jobs_of_the_server_and_opens_one(
    filled: App, lab_server: Lab
) -> None:
    other = ogc.Client(lab_server.url)
    job = other.execute("echo", {"message": "from elsewhere"}, mode="async")
    press(filled.header, "tab", name="jobs")
    table = filled._jobs.table
    assert table is not None
    wait_for(lambda: job.id in {one.id for one in table.jobs})
    press(table, "attach", job_id=job.id)
    assert filled.job is not None
    assert filled.job.id == job.id
    assert table.selected_job_id == job.id
    other.close()


def test_jobs_are_not_asked_for_before_their_tab_is_opened(app: App) -> None:
    assert app._jobs.table is None


def test_running_a_job_again_fills_the_form_with_its_inputs(filled: App) -> None:
    first = filled.run()
    first.wait(timeout_s=90)
    filled.choose("echo")
    press(filled.header, "tab", name="jobs")
    table = filled._jobs.table
    assert table is not None
    wait_for(lambda: first.id in {one.id for one in table.jobs})
    press(table, "run_again", job_id=first.id)
    wait_for(lambda: filled.job is not None and filled.job.id != first.id)
    assert filled.process.id == "water-bodies"
    assert dict(filled.form.inputs) == dict(first.inputs or {})
    assert filled.job.wait(timeout_s=90).status.status == "successful"


def test_closing_the_app_leaves_the_job_running(lab_server: Lab) -> None:
    app = ogc.App(lab_server.url, "water-bodies")
    app.form.inputs = {"aoi": "-121.2,39.9,-121.1,40", "stac_items": lab_server.scenes}
    job = app.run()
    app.close()
    client = ogc.Client(lab_server.url)
    again = client.job(job.id)
    assert again.wait(timeout_s=90).status.status == "successful"
    client.close()


def test_inputs_of_both_processes_are_kept_when_choosing_another(app: App) -> None:
    app.map.bbox = BOX
    inputs = dict(app.form.inputs)
    water_bodies = app.process
    app.process = "echo"
    assert app.process.id == "echo"
    assert "aoi" not in app.form.fields
    app.process = water_bodies
    assert dict(app.form.inputs) == inputs
    assert app.map.bbox == BOX


def test_outputs_that_are_no_items_are_listed(app: App) -> None:
    app.choose("echo")
    with pytest.raises(InvalidInputsError) as caught:
        app.run()
    app.form.inputs = dict.fromkeys(caught.value.errors, "héllo")
    app.run().wait(timeout_s=60)
    results_of(app)
    chips = app._stage.head.chips
    assert {chip["kind"] for chip in chips} == {"value"}
    assert "héllo" in app._stage.viewer.text


def test_a_refusal_of_the_server_stands_at_the_field(
    app: App, lab_server: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the form cannot know: the server's own rule, here on the number of items.
    app.form.inputs = {"aoi": "1,2,3,4", "stac_items": lab_server.scenes}
    monkeypatch.setattr(
        app.form, "require_valid", lambda: {"aoi": 5, "stac_items": lab_server.scenes}
    )
    with pytest.raises(ogc_problem()):
        app.run()
    assert "aoi" in app.form.shown_errors
    assert app.form.inputs["stac_items"] == lab_server.scenes


def ogc_problem() -> type[Exception]:
    from ogc_widgets.errors import ProblemError

    return ProblemError


def test_an_unknown_process_is_said_so(lab_server: Lab) -> None:
    with pytest.raises(NoSuchProcessError):
        ogc.App(lab_server.url, "no-such-process")


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(ConnectionFailedError, match=r"127\.0\.0\.1:9"):
        ogc.App("http://127.0.0.1:9/ogc-api")


def test_a_saved_notebook_says_what_was_in_the_app(filled: App) -> None:
    data, _ = filled._repr_mimebundle_()
    assert "-121.2,39.9,-121.1,40" in data["text/html"]
    assert data["text/plain"].startswith("Water bodies form: 2 of 4 inputs set")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_server_card_opens_and_closes_with_the_name_of_the_server(app):
    before = app.children
    app.header._receive(app.header, {"type": "card", "name": "server"}, [])
    (card,) = app.children[1].children
    assert isinstance(card, ServerCard)
    # A page would make anew what stands behind a part that comes or goes.
    assert app.children == before
    app.header._receive(app.header, {"type": "card", "name": "server"}, [])
    assert app.children[1].children == ()
    assert card._closed


def test_example_of_the_server_fills_form_and_map_and_can_be_run(
    app: App, lab_server: Lab
) -> None:
    assert app.run_bar.has_example
    before = jobs_of(app)
    press(app.run_bar, "example")
    assert app.form.inputs["stac_items"] == lab_server.scenes
    west, south, east, north = map(float, app.form.inputs["aoi"].split(","))
    assert app.map.bbox == [west, south, east, north]
    assert not app.run_bar.has_example, "it is in the form, so it is not offered"
    assert jobs_of(app) == before, "filling in runs nothing"
    app.form.require_valid()
    press(app.run_bar, "reset")
    assert app.run_bar.has_example


def test_three_lines_work_and_leave_quietly_when_nothing_is_closed() -> None:
    code = """
import gc
import ogc_widgets as ogc
app = ogc.App(ogc.lab().url)
app
gc.collect()
print([process.id for process in app.client.processes()][0])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("water-bodies\n", "")


def test_what_is_left_when_python_ends_is_not_closed_any_more() -> None:
    # Modules are gone by then; what closing needs of them cannot be had.
    code = """
import gc, os
import ogc_widgets as ogc
class Map(ogc.AreaMap):
    def close(self, write=os.write):
        write(1, b"closed ")
        super().close()
Map().close()
gc.disable()
Map()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"closed ", b"")


def test_as_many_footprints_are_promised_as_the_map_shows(app: App) -> None:
    items = [
        {
            "type": "Feature", "stac_version": "1.0.0", "id": f"item {number}",
            "geometry": number and {"type": "Point", "coordinates": [number / 100, 0]},
            "properties": {}, "links": [], "assets": {},
        }
        for number in range(600)
    ]  # fmt: skip
    app.results = SimpleNamespace(
        items=items, outputs={}, contents={}, assets=lambda _item: []
    )
    shown = app._stage.results_map
    assert (shown.drawn, shown.total) == (599, 600)
    assert app._stage.head.summary.startswith(
        "600 STAC items · 599 footprints on the map"
    )


def test_program_that_made_an_app_ends_without_a_word(lab_server: Lab) -> None:
    code = f"import ogc_widgets as ogc; ogc.App({lab_server.url!r})"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""


def test_cell_shows_in_a_line_what_a_widget_is(app, lab_server):
    assert repr(app) == f"<App water-bodies at {lab_server.url}>"
    assert repr(app.form) == "<ProcessForm water-bodies with 4 inputs>"
    assert repr(app.panel) == "<JobPanel>"
    assert repr(app.client.check_package({"cwlVersion": "v1.2"})).startswith(
        '<PackageCheck CWL v1.2 "'
    )
    card = app.client.server_card()
    assert repr(card) == card.markdown()
    app.close()
    assert repr(app).startswith("<App water-bodies")


def test_field_answers_a_key_before_what_stands_around_the_form(app, monkeypatch):
    told = []
    for name in ("form", "run_bar"):
        tell = partial(lambda name, keys: told.append((name, *keys)), name)
        monkeypatch.setattr(getattr(app, name), "send_state", tell)
    app.form._receive(None, {"type": "edit", "id": "aoi", "draft": {"text": "5"}}, None)
    number = list(app.form.fields).index("aoi")
    assert told[:2] == [("form", f"input_{number}"), ("run_bar", "problems")]
