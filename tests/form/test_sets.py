"""Sets of inputs: saved, loaded, compared, and pasted from a tutorial."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ogc_widgets.errors import InputError
from ogc_widgets.form import ProcessForm
from ogc_widgets.protocol.requests.requests import execute_request
from ogc_widgets.protocol.requests.snippets import as_curl

if TYPE_CHECKING:
    from pathlib import Path

PROCESS = {
    "id": "water",
    "inputs": {
        "epsg": {"title": "EPSG code", "schema": {"enum": ["EPSG:4326", "EPSG:3857"]}},
        "size": {"schema": {"type": "integer"}, "minOccurs": 0},
        "token": {"schema": {"type": "string", "format": "password"}, "minOccurs": 0},
    },
    "outputs": {"a": {}, "b": {}},
}
INPUTS = {"epsg": "EPSG:4326", "size": 2**60 + 1}


@pytest.fixture
def form() -> ProcessForm:
    return ProcessForm(PROCESS)


def test_a_saved_set_comes_back_whole(form: ProcessForm, tmp_path: Path) -> None:
    form.inputs = {**INPUTS, "workspace": "mine"}
    form.outputs = ["b"]
    path = form.save_inputs(tmp_path / "run.json")
    other = ProcessForm(PROCESS)
    other.load_inputs(path)
    assert other.inputs == form.inputs
    assert other.outputs == {"b": {}}
    assert other.extra == {}
    # The file is an execute request: any client can send it.
    assert json.loads(path.read_text("utf-8"))["inputs"]["epsg"] == "EPSG:4326"


def test_members_beside_the_inputs_are_saved_loaded_and_compared(
    form: ProcessForm, tmp_path: Path
) -> None:
    form.inputs = {**INPUTS, "queue": "input"}
    form.extra = {"queue": "fast", "subscriber": {"successUri": "http://a.org"}}
    path = form.save_inputs(tmp_path / "run.json")
    assert json.loads(path.read_text("utf-8"))["queue"] == "fast"
    other = ProcessForm(PROCESS)
    rows = {row.id: row.texts() for row in other.compare_inputs(form)}
    assert rows["queue (beside inputs)"] == ("not set", "fast")
    other.load_inputs(path)
    assert (other.inputs, other.extra) == (form.inputs, form.extra)
    assert "Beside the inputs: queue, subscriber" in other.set_words
    assert not other.compare_inputs(path)

    other.load_request({"inputs": INPUTS})
    assert other.extra == {}
    text = path.read_text("utf-8")
    other._receive(None, {"type": "compare", "secret": text, "name": "run"}, [])
    other._receive(None, {"type": "take", "id": "queue (beside inputs)"}, [])
    assert other.extra == {"queue": "fast"}
    assert other.inputs == INPUTS


def test_passwords_are_not_saved_and_not_overwritten_with_a_mark(
    form: ProcessForm, tmp_path: Path
) -> None:
    form.inputs = {**INPUTS, "token": "hush"}
    path = form.save_inputs(tmp_path / "run.json")
    assert "hush" not in path.read_text("utf-8")
    assert "token" not in json.loads(path.read_text("utf-8"))["inputs"]
    form.load_request({"inputs": {**INPUTS, "token": "$SECRET"}})
    assert form.inputs == INPUTS
    assert "enter them again" in form.set_words


@pytest.mark.parametrize(
    "text",
    [
        '{"inputs": {"epsg": "EPSG:3857"}, "outputs": {"a": {}}}',
        """curl -X POST 'http://a.org/execution' \\
          -H 'Content-Type: application/json' -H "Prefer: respond-async" \\
          -d '{"inputs": {"epsg": "EPSG:3857"}, "outputs": {"a": {}}}'""",
        'curl http://a.org --json "{\\"inputs\\": {\\"epsg\\": \\"EPSG:3857\\"},'
        ' \\"outputs\\": {\\"a\\": {}}}"',
        '$ curl http://a.org --data-raw=$\'{"inputs": {"epsg": "EPSG\\u003a3857"},\\n'
        ' "outputs": {"a": {}}}\'',
        'curl http://a.org -d\'{"inputs": [{"id": "epsg", "data": "EPSG:3857"}],'
        ' "outputs": [{"id": "a"}]}\'',
        as_curl(
            execute_request(
                "http://a.org/processes/p", {"epsg": "EPSG:3857"}, {"a": {}}
            ),
            {"Authorization": "Bearer $TOKEN"},
        ),
    ],
)
def test_the_form_fills_when_a_request_is_pasted(form: ProcessForm, text: str) -> None:
    form.load_request(text)
    assert form.inputs == {"epsg": "EPSG:3857"}
    assert form.outputs == {"a": {}}


def test_the_errors_are_named_when_a_pasted_request_has_some(form: ProcessForm) -> None:
    form.load_request('{"inputs": {"epsg": "4326", "size": "big", "queue": "fast"}}')
    assert set(form.shown_errors) == {"epsg", "size"}
    assert form.inputs["queue"] == "fast"
    assert "queue" in form.set_words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "not valid JSON"),
        ("[1]", "no id"),
        ("7", "no inputs"),
        ("curl http://a.org", "sends no request"),
        ("curl http://a.org -d @body.json", "body.json"),
        ("curl http://a.org -d '{", "quotation mark"),
    ],
)
def test_what_is_wrong_is_said_when_the_text_is_no_request(
    form: ProcessForm, text: str, message: str
) -> None:
    form.inputs = INPUTS
    with pytest.raises(InputError, match=message):
        form.load_request(text)
    assert form.inputs == INPUTS


def test_a_file_that_is_not_there_is_said_so(form: ProcessForm, tmp_path: Path) -> None:
    said = r"none\.json cannot be read: No such file or directory\.\n"
    with pytest.raises(InputError, match=said):
        form.load_inputs(tmp_path / "none.json")
    with pytest.raises(InputError, match=r"not dict\.\n.*form\.load_request"):
        form.load_inputs({"message": "x"})


def test_a_comparison_lists_what_differs(form: ProcessForm, tmp_path: Path) -> None:
    form.inputs = {**INPUTS, "token": "hush"}
    path = tmp_path / "lesson.json"
    path.write_text('{"inputs": {"epsg": "EPSG:3857", "queue": "fast"}}', "utf-8")
    found = form.compare_inputs(path)
    rows = {row.id: row.texts() for row in found}
    assert rows == {
        "epsg": ("EPSG:4326", "EPSG:3857"),
        "size": (str(2**60 + 1), "not set"),
        "queue": ("not set", "fast"),
    }
    assert "lesson.json" in repr(found)
    assert "hush" not in repr(found) + found._repr_html_()


def test_passwords_of_the_other_set_are_not_shown(form: ProcessForm) -> None:
    text = '{"inputs": {"token": "hush", "size": 1}}'
    said(form, type="compare", name="b.json", secret=text)
    assert [row["id"] for row in form.comparison["rows"]] == ["size"]
    assert "hush" not in repr(form.get_state()) + repr(form.compare_inputs(text))


def test_a_comparison_is_false_when_nothing_differs(form: ProcessForm) -> None:
    form.inputs = INPUTS
    other = ProcessForm(PROCESS, INPUTS)
    assert not form.compare_inputs(other)
    assert not form.compare_inputs({"inputs": INPUTS})
    form.inputs["size"] = 1
    assert form.compare_inputs(other)


def test_words_of_others_stay_text_in_a_comparison(form: ProcessForm) -> None:
    found = form.compare_inputs({"inputs": {"<b>": "<script>"}})
    assert "<script>" not in found._repr_html_()
    assert "<b>" not in found._repr_html_()


def said(form: ProcessForm, **message: Any) -> None:
    """A message of the page."""
    form._receive(form, message, [])


def test_one_input_is_taken_over_when_the_page_asks_for_it(form: ProcessForm) -> None:
    form.inputs = INPUTS
    text = '{"inputs": {"epsg": "EPSG:3857"}}'
    said(form, type="compare", name="b.json", secret=text)
    assert [row["id"] for row in form.comparison["rows"]] == ["epsg", "size"]
    said(form, type="take", id="epsg")
    said(form, type="take", id="size")
    assert form.inputs == {"epsg": "EPSG:3857"}
    assert form.comparison["rows"] == []


def test_comparison_follows_the_form_and_ends_when_another_set_is_loaded(
    form: ProcessForm,
) -> None:
    form.inputs = INPUTS
    text = '{"inputs": {"epsg": "EPSG:3857"}}'
    said(form, type="compare", name="b.json", secret=text)
    form.inputs["epsg"] = "EPSG:3857"
    assert [row["id"] for row in form.comparison["rows"]] == ["size"]
    form.inputs["size"] = 7
    assert form.comparison["rows"][0]["here"] == "7"
    said(form, type="request", secret='{"inputs": {"epsg": "EPSG:4326"}}')
    assert form.comparison == {}


def test_the_page_gets_a_file_without_passwords_when_it_saves(
    form: ProcessForm,
) -> None:
    form.inputs = {**INPUTS, "token": "hush"}
    said(form, type="save_inputs")
    assert form.set_file["name"] == "water-inputs.json"
    assert json.loads(form.set_file["text"]) == {"process": "water", "inputs": INPUTS}


def test_the_page_is_told_when_a_pasted_text_is_no_request(form: ProcessForm) -> None:
    said(form, type="request", secret="hello")
    assert "not valid JSON" in form.problem
    said(form, type="request", secret=json.dumps({"inputs": INPUTS}))
    assert form.problem == ""
    assert form.inputs == INPUTS
