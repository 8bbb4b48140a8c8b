"""The deploy panel as Python sees it, on a real lab server."""

from __future__ import annotations

import importlib.util

import pytest
from counting import counts, is_back
from replay import replay
from waiting import wait_for

from ogc_widgets.app import App
from ogc_widgets.client import Client
from ogc_widgets.deploy import DeployPanel
from ogc_widgets.errors import InputError, NoSuchProcessError

pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)

HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: panel-hello
label: {label}
baseCommand: [echo, hello]
inputs:
  area: {{type: string, label: Area of interest}}
  times: {{type: int, default: 1}}
outputs: {{out: stdout}}
"""


def press(view, kind, **members):
    """What a click on the page sends."""
    view._receive(view, {"type": kind, **members}, None)


@pytest.fixture
def client(lab_server):
    with Client(lab_server.url) as client:
        yield client
        if "panel-hello" in [process.id for process in client.processes()]:
            client.undeploy("panel-hello")


@pytest.fixture
def panel(client):
    panel = DeployPanel(client)
    yield panel
    panel.close()


def looked(panel):
    wait_for(lambda: panel.state["check"] is not None)
    return panel.state["check"]


def settled(panel):
    wait_for(lambda: not panel.state["busy"])
    return panel.state


def listed(panel):
    return [process["id"] for process in panel.state["processes"] or ()]


def test_nothing_is_sent_by_choosing_a_package(panel, client):
    panel.package = HELLO.format(label="Hello")
    check = looked(panel)
    assert check["process_id"] == "panel-hello"
    assert [(one["id"], one["takes"], one["needed"]) for one in check["inputs"]] == [
        ("area", "text: west,south,east,north", "required"),
        ("times", "whole number", "optional"),
    ]
    with pytest.raises(NoSuchProcessError):
        client.process("panel-hello")


def test_package_is_deployed_replaced_on_request_and_removed(panel, client):
    changed = []
    panel.on_change(changed.append)
    press(panel, "file", name="hello.cwl", text=HELLO.format(label="Hello"))
    looked(panel)
    press(panel, "deploy")
    assert settled(panel)["note"]["text"] == "panel-hello is deployed."
    wait_for(lambda: "panel-hello" in listed(panel))
    assert client.process("panel-hello").title == "Hello"

    press(panel, "file", name="hello.cwl", text=HELLO.format(label="Louder"))
    looked(panel)
    press(panel, "deploy")
    state = settled(panel)
    assert (state["question"], state["note"]) == ("panel-hello", None)
    assert client.process("panel-hello").title == "Hello"
    press(panel, "replace")
    assert settled(panel)["note"]["text"] == "panel-hello is replaced."
    assert client.process("panel-hello").title == "Louder"

    press(panel, "undeploy", process_id="panel-hello")
    settled(panel)
    wait_for(lambda: "panel-hello" not in listed(panel))
    with pytest.raises(NoSuchProcessError):
        client.process("panel-hello")
    wait_for(lambda: len(changed) == 3)
    assert changed == ["panel-hello"] * 3


def test_old_process_is_kept_when_the_user_says_so(panel, client):
    client.deploy(HELLO.format(label="Hello"))
    panel.package = HELLO.format(label="Louder")
    looked(panel)
    panel.deploy()
    assert settled(panel)["question"] == "panel-hello"
    press(panel, "keep")
    assert panel.state["question"] == ""
    assert client.process("panel-hello").title == "Hello"


def test_process_in_the_way_is_found_without_the_libraries_too(
    panel, client, monkeypatch
):
    client.deploy(HELLO.format(label="Hello"))
    panel.refresh()
    wait_for(lambda: "panel-hello" in listed(panel))
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "cwl2ogc" else find(name, *rest),
    )
    panel.package = HELLO.format(label="Louder")
    assert "pip install" in looked(panel)["note"]
    panel.deploy()
    assert settled(panel)["question"] == "panel-hello"


def test_processes_of_the_server_itself_are_not_offered_for_removal(panel):
    wait_for(lambda: panel.state["processes"] is not None)
    assert "echo" not in listed(panel)
    assert panel.state["fixed"] >= 1
    panel.undeploy("echo")
    note = settled(panel)["note"]
    assert note["tone"] == "bad"
    assert "No process was changed" in note["text"]


def test_what_is_wrong_with_a_package_is_shown_before_it_is_sent(panel):
    press(panel, "source", name="text")
    press(panel, "text", text="cwlVersion: v1.2\nclass: Wrkflow\n")
    assert "Wrkflow" in looked(panel)["problem"]
    press(panel, "text", text="cwlVersion: v1.2\nclass: CommandLineTool\n"
          "id: fixed\nbaseCommand: 'true'\ninputs: {}\noutputs: {}\n")  # fmt: skip
    assert looked(panel)["problem"] == ""
    assert panel.state["check"]["process_id"] == "fixed"
    press(panel, "address", text="not an address")
    assert "not a web address" in panel.state["note"]["text"]
    with pytest.raises(InputError):
        panel.deploy()


def test_only_the_last_of_several_packages_is_shown(panel):
    for number in range(5):
        panel.package = HELLO.format(label=f"Hello {number}")
    assert looked(panel)["title"] == "Hello 4"


def test_file_of_one_line_is_never_the_path_of_another(panel, tmp_path):
    secret = tmp_path / "secret.cwl"
    secret.write_text(HELLO.format(label="Secret"))
    press(panel, "file", name="x", text=str(secret))
    assert "Secret" not in str(looked(panel))


def test_saved_notebook_says_what_was_looked_at_without_markup_of_others(panel):
    data, _ = panel._repr_mimebundle_()
    assert data["text/plain"] == "Deploy panel: no package looked at"
    panel.package = HELLO.format(label="Hello").replace("Area of", "<b>Area</b> of")
    looked(panel)
    data, _ = panel._repr_mimebundle_()
    assert data["text/plain"].endswith("for the process panel-hello")
    assert "&lt;b&gt;Area&lt;/b&gt; of interest" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_server_that_cannot_deploy_says_so(started_without_part_2):
    with Client(started_without_part_2.url) as client:
        panel = DeployPanel(client, HELLO.format(label="Hello"))
        looked(panel)
        wait_for(lambda: panel.state["processes"] is not None)
        panel.deploy()
        note = settled(panel)["note"]
        assert "This server does not let you deploy processes." in note["text"]
        panel.close()


@pytest.fixture
def started_without_part_2():
    from dialects import Dialect
    from scripted_server import ScriptedServer

    with ScriptedServer(Dialect()) as server:
        yield server


# -- in the app ----------------------------------------------------------------------


@pytest.fixture
def app(client):
    app = App(client, "echo")
    yield app
    app.close()


def chosen(app):
    return [process["id"] for process in app.header.processes]


def shown_parts(app):
    return [part for box in app.children for part in getattr(box, "children", ())]


def test_app_lists_what_was_deployed_in_its_panel_and_opens_it(app):
    assert app.header.can_deploy
    press(app.header, "card", name="deploy")
    panel = app._cards.card
    assert panel in shown_parts(app)
    panel.package = HELLO.format(label="Hello")
    looked(panel)
    form = app.form
    panel.deploy()
    wait_for(lambda: "panel-hello" in chosen(app))
    # The form of the open process stays as it was.
    assert app.form is form
    press(panel, "open", process_id="panel-hello")
    wait_for(lambda: app.form is not form and panel not in shown_parts(app))
    assert app.process.id == "panel-hello"
    assert list(app.form.fields) == ["area", "times"]
    assert app._cards.card is None


def test_app_shows_the_new_form_when_the_open_process_was_replaced(app, client):
    client.deploy(HELLO.format(label="Hello"))
    app.refresh()
    app.choose("panel-hello")
    app.form.inputs = {"area": "1,2,3,4"}
    louder = HELLO.format(label="Louder").replace("times:", "often:")
    client.replace("panel-hello", louder)
    app.refresh()
    assert list(app.form.fields) == ["area", "often"]
    assert app.form.inputs["area"] == "1,2,3,4"
    client.undeploy("panel-hello")
    app.refresh()
    assert app.process.id != "panel-hello"
    assert "panel-hello" not in chosen(app)


def test_one_card_is_open_at_a_time_and_all_go_with_the_app(app):
    before = {"threads": counts()["threads"]}
    press(app.header, "card", name="server")
    press(app.header, "card", name="deploy")
    assert app.header.card == "deploy"
    assert isinstance(app._cards.card, DeployPanel)
    press(app.header, "card", name="deploy")
    assert app._cards.card is None
    press(app.header, "card", name="deploy")
    panel = app._cards.card
    app.close()
    assert panel.comm is None
    wait_for(lambda: is_back(before), counts)


def test_panel_lists_the_process_when_deploying_broke_and_it_is_there():
    changed = []
    with (
        replay("zoo-dru-deploy-500-but-deployed", "zoo-kernel-2026-07") as server,
        Client(server.url) as client,
    ):
        panel = DeployPanel(client, server.exchanges[1].body.encode())
        panel.on_change(changed.append)
        wait_for(lambda: panel.state["processes"] is not None)
        panel.deploy()
        wait_for(lambda: changed)
        note = panel.state["note"]["text"]
        ids = [one["id"] for one in panel.state["processes"]]
        panel.close()
    # The room is small: this is what it begins with.
    assert note.startswith("water-bodies is new on the server")
    assert "No process was changed" not in note
    assert "water-bodies" in ids
