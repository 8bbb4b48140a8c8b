"""Halves of characters in a server's texts: shown as a mark, sent back as they came.

Whatever leaves for the page is packed here as a kernel packs its messages.
"""

from __future__ import annotations

import json
from functools import partial

import comm
import ipywidgets
import pytest
from jupyter_client.session import json_packer
from panel.fake_job import FakeJob, log_link, view_of
from panel.fake_list import FakeServer, document
from raw_server import answer, processes_server
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.form import register_field
from ogc_widgets.map import ResultsMap
from ogc_widgets.panel import JobPanel, JobTable
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.view.halves import to_page

HALF = "\ud800"
OTHER = "\udfff"

DESCRIPTION = {
    "id": "p",
    "title": "t",
    "description": "d",
    "keywords": ["k"],
    "jobControlOptions": ["async-execute"],
    "metadata": [{"title": "m", "href": "http://srv.test/m", "role": "r"}],
    "links": [{"href": "http://srv.test/l", "rel": "about", "title": "l"}],
    "inputs": {
        "color": {
            "title": "c",
            "description": "cd",
            "schema": {"type": "string", "enum": ["a", "b"], "default": "a"},
        },
        "word": {"schema": {"type": "string", "default": "w", "examples": ["e"]}},
        "many": {"schema": {"type": "array", "items": {"enum": ["x", "y"]}}},
        "thing": {
            "schema": {
                "type": "object",
                "properties": {"part": {"type": "string", "title": "pt"}},
            }
        },
    },
    "outputs": {"out": {"title": "ot", "schema": {"type": "string"}}},
}
STATUS = {
    "jobID": "j",
    "processID": "p",
    "type": "process",
    "status": "failed",
    "message": "m",
    "created": "2026-01-01T00:00:00Z",
    "links": [log_link("node_crop")],
    "exceptions": [{"type": "about:blank", "title": "et", "detail": "ed"}],
}
ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "item",
    "collection": "c",
    "geometry": {"type": "Point", "coordinates": [1, 2]},
    "bbox": [1, 2, 1, 2],
    "properties": {"datetime": "2026-01-01T00:00:00Z", "title": "t", "area": 3},
    "links": [{"href": "http://srv.test/i", "rel": "self", "title": "l"}],
    "assets": {
        "data": {"href": "http://srv.test/d.tif", "title": "a", "roles": ["data"]},
        "quicklook": {"href": "http://srv.test/q.png", "type": "image/png"},
    },
}


# Members whose own names are words of the server.
NAMING = {"inputs", "outputs", "properties", "assets"}


def halved(value, is_naming=False):
    """One copy for each text of the server in a document, with half of a character."""
    if isinstance(value, dict):
        for key, member in value.items():
            if is_naming:
                yield {k + HALF * (k == key): v for k, v in value.items()}
            for other in halved(member, key in NAMING and isinstance(member, dict)):
                yield {**value, key: other}
    elif isinstance(value, list):
        for n, member in enumerate(value):
            for other in halved(member):
                yield [*value[:n], other, *value[n + 1 :]]
    elif isinstance(value, str):
        yield value + HALF


class Kernel:
    """Has everything that was sent to the page, and says it as the page would."""

    def __init__(self):
        self.messages = []
        self.faults = []
        self.state = {}

    def publish(self, channel, _kind, data=None, metadata=None, buffers=None, **keys):
        try:
            packed = json_packer(data)
            packed.decode("utf-8")
        except UnicodeError as error:
            self.faults.append(error)
            raise
        said = json.loads(packed)
        self.messages.append(said)
        self.state.setdefault(channel.comm_id, {}).update(said.get("state", {}))

    def on_page(self, view):
        return self.state[view.comm.comm_id]

    def say(self, view, kind, **members):
        content = json.loads(json.dumps({"type": kind, **members}))
        data = {"method": "custom", "content": content}
        view._handle_msg({"content": {"data": data}, "buffers": []})

    def put(self, view, **state):
        state = json.loads(json.dumps(state))
        data = {"method": "update", "state": state}
        view._handle_msg({"content": {"data": data}, "buffers": []})

    def shows(self, *views):
        """Whether nothing was lost on the way to the page, reprs of views included."""
        for view in views:
            json_packer(view._repr_mimebundle_()[0]).decode()
        return not self.faults


@pytest.fixture
def kernel(monkeypatch):
    kernel = Kernel()

    def publish(channel, *arguments, **members):
        kernel.publish(channel, *arguments, **members)

    monkeypatch.setattr(comm.DummyComm, "publish_msg", publish)
    return kernel


pytestmark = pytest.mark.filterwarnings("ignore::ogc_widgets.errors.OgcWarning")


def test_form_is_shown_when_half_a_character_stands_in_the_description(kernel):
    for description in halved(DESCRIPTION):
        form = ogc.ProcessForm(description)
        form.show_server_errors({"title": HALF, "detail": f"color{HALF}"})
        assert kernel.shows(form), description
        assert len(kernel.on_page(form)["spec"]) == len(DESCRIPTION["inputs"])
        form.close()


def test_choice_goes_back_as_it_came_when_options_differ_in_half_a_character(kernel):
    name = f"in{HALF}"
    options = [f"a{HALF}", f"a{OTHER}", "a\ufffd"]
    described = {"id": "p", "inputs": {name: {"schema": {"enum": options}}}}
    form = ogc.ProcessForm(described)
    (spec,) = kernel.on_page(form)["spec"]
    assert all(one.startswith("a\ufffd") for one in spec["options"])
    assert spec["key"].startswith("in\ufffd")
    for number, option in enumerate(options):
        kernel.say(form, "edit", id=spec["key"], draft=number)
        assert form.inputs == {name: option}
        body = execute_request("http://srv.test/", form.inputs).body
        assert json.loads(body)["inputs"] == {name: option}
    assert form.last_error is None
    assert kernel.shows(form)
    form.close()


def test_typed_half_is_sent_when_the_page_says_it_in_either_way(kernel):
    form = ogc.ProcessForm({"id": "p", "inputs": {"x": {"schema": {"type": "string"}}}})
    for said in (f"a{HALF}", to_page(f"a{HALF}")):
        kernel.say(form, "edit", id="x", draft=said)
        assert form.inputs == {"x": f"a{HALF}"}
    kernel.put(form, drafts={"x": f"b{OTHER}"})
    assert kernel.shows(form)
    form.close()


def test_widget_of_a_user_shows_half_a_character_and_gives_it_back(kernel):
    make = register_field(format="own")(lambda _field: ipywidgets.Text())
    try:
        schema = {"type": "string", "format": "own", "default": f"a{HALF}"}
        form = ogc.ProcessForm({"id": "p", "inputs": {"x": {"schema": schema}}})
    finally:
        make.unregister()
    (text,) = form.slots
    assert form.inputs == {"x": f"a{HALF}"}
    text.value += "b"
    assert form.inputs == {"x": f"a{HALF}b"}
    assert kernel.shows(form)
    form.close()


def test_panel_is_shown_when_half_a_character_stands_in_the_status(kernel):
    for status in halved(STATUS):
        job = FakeJob(view_of(**{"phase": "failed", **status}))
        job.id = status["jobID"]
        job.texts = {("node_crop", 0): f"log{HALF}"}
        job.why_failed = f"why{HALF}"
        panel = JobPanel(job)
        for step in panel.steps:
            kernel.say(panel, "open_log", step=to_page(step))
            wait_for(lambda panel=panel: panel.log_view.get("state") != "loading")
        assert kernel.shows(panel), status
        report = panel.report_text()
        assert "why" in report or "m" in report
        kernel.say(panel, "report", ticket="1")
        wait_for(lambda panel=panel: kernel.on_page(panel).get("report_view"))
        assert kernel.shows(panel)
        panel.close()


def test_table_keeps_its_rows_when_half_a_character_stands_in_one(kernel):
    for status in halved(STATUS):
        server = FakeServer(
            [status, document(1), {**document(2), "jobID": f"j{OTHER}"}]
        )
        table = JobTable(server)
        shown = partial(kernel.on_page, table)
        wait_for(lambda shown=shown: shown()["state"]["is_loaded"])
        rows = shown()["state"]["rows"]
        assert len(rows) == 3, status
        attached = []
        table.on_attach(lambda job, attached=attached: attached.append(job.id))
        for row in rows:
            kernel.say(table, "attach", job_id=row["id"])
        assert attached == [job["jobID"] for job in server.documents]
        assert kernel.shows(table), status
        table.close()


def test_map_and_items_are_shown_when_half_a_character_stands_in_one(kernel):
    for item in halved(ITEM):
        items = [item, {**ITEM, "id": f"item{OTHER}"}, {**ITEM, "id": "good"}]
        shown = ResultsMap(items)
        rows = to_page(shown.table.rows())
        assert len({row["id"] for row in rows}) == 3, item
        kernel.put(shown.table, selected=rows[0]["id"])
        assert shown.selected == rows[0]["id"] or HALF in shown.selected
        assert kernel.shows(shown, shown.map, shown.table, shown.map._overlay), item
        shown.close()


def test_app_runs_when_all_names_of_the_server_hold_half_a_character(kernel, tmp_path):
    named = {one: f"{one}{HALF}" for one in ("p", "in", "out", "j", "item")}
    described = {
        "id": named["p"],
        "title": HALF,
        "jobControlOptions": ["async-execute"],
        "inputs": {named["in"]: {"schema": {"enum": [f"a{HALF}", f"a{OTHER}"]}}},
        "outputs": {named["out"]: {"title": HALF, "schema": {"type": "object"}}},
        "links": [{"href": f"http://srv.test/{HALF}", "rel": "about", "title": HALF}],
    }
    status = {
        "jobID": named["j"],
        "processID": named["p"],
        "status": "successful",
        "message": HALF,
        "created": "2026-01-01T00:00:00Z",
    }
    item = {**ITEM, "id": named["item"], "collection": f"c{HALF}", "assets": {}}
    items = [item, {**item, "id": "another"}]
    outputs = {
        named["out"]: {"type": "FeatureCollection", "features": items},
        f"text{HALF}": {"value": f"said {HALF}"},
    }
    process, job = "/api/processes/p%ED%A0%80", "/api/jobs/j%ED%A0%80"
    others = [{**status, "jobID": f"j{OTHER}", "processID": f"p{OTHER}"}]
    behaviours = {
        ("GET", "/api/processes"): {"processes": [described, {"id": "other"}]},
        ("GET", process): described,
        ("POST", f"{process}/execution"): status,
        ("GET", "/api/jobs"): {"jobs": [status, *others]},
        ("GET", job): status,
        ("GET", f"{job}/results"): outputs,
    }
    behaviours = {
        key: lambda *_, said=said, code=201 if key[0] == "POST" else 200: answer(
            said, code
        )
        for key, said in behaviours.items()
    }
    with processes_server(behaviours) as server:
        app = ogc.App(f"{server.origin}/api", named["p"])
        header = kernel.on_page(app.header)
        assert [one["id"] for one in header["processes"]][1:] == ["other"]
        kernel.say(app.header, "process", id=header["processes"][0]["id"])
        kernel.say(app.form, "edit", id=to_page(named["in"]), draft=1)
        for tab in ("json", "code"):
            kernel.say(app.header, "tab", name=tab)
            assert json.dumps(OTHER)[1:-1] in str(kernel.on_page(app.code)["blocks"])
        kernel.say(app.run_bar, "run")
        wait_for(lambda: app.results)
        (sent,) = server.requests("POST")
        assert sent.path == f"{process}/execution"
        assert json.loads(sent.body)["inputs"] == {named["in"]: f"a{OTHER}"}
        assert app.job.id == named["j"]
        items_table = app._stage.results_map.table
        wait_for(lambda: kernel.on_page(items_table).get("total") == 2)
        assert len(kernel.on_page(app._stage.head)["chips"]) == 2
        kernel.say(app.header, "tab", name="jobs")
        table = app._jobs.table
        wait_for(lambda: table.state["is_loaded"])
        wait_for(lambda: len(kernel.on_page(table)["state"]["rows"]) == 2)
        kernel.say(table, "filter", text="", status="", process_id=to_page(f"p{OTHER}"))
        wait_for(lambda: len(table.state["rows"]) == 1)
        card, listed = app.client.server_card(), app.client.processes()
        for shown in (app, app.job, app.results, card, listed, app.process):
            repr(shown).encode()
            str(shown).encode()
        views = (app.header, app.code, app.run_bar, app.form, app.panel, table)
        assert [one.last_error for one in views] == [None] * len(views)
        assert kernel.shows(app, *views)
        assert app.results.download(tmp_path)
        app.close()


def test_links_are_followed_when_half_a_character_stands_in_them():
    status = {**STATUS, "links": [{**log_link("a"), "href": f"/api/{HALF}/a.log"}]}
    next_page = {"rel": "next", "href": f"/api/jobs?page={HALF}"}

    def jobs(_connection, received):
        is_first = "page" not in received.path
        return answer({"jobs": [status], "links": [next_page] if is_first else []})

    behaviours = {
        ("GET", "/api/jobs"): jobs,
        ("GET", "/api/jobs/j"): lambda *_: answer(status),
        ("GET", "/api/%ED%A0%80/a.log"): lambda *_: answer(
            body=b"said", headers={"Content-Type": "text/plain"}
        ),
    }
    with (
        processes_server(behaviours) as server,
        ogc.Client(f"{server.origin}/api") as client,
    ):
        (log,) = client.job("j").logs()
        assert log.text() == "said"
        client.jobs(50)
        assert server.requests("GET", "/api/jobs?page=%ED%A0%80")


def test_words_can_be_printed_when_half_a_character_stands_in_them():
    error = ogc.errors.InvalidInputsError({HALF: HALF})
    str(error).encode()
    str(error.args).encode()
    with pytest.warns(ogc.errors.OgcWarning) as warned:
        notice(f"The member {HALF} is odd.")
    str(warned[0].message).encode()
