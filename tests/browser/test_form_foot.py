"""The foot of the form: which outputs, and whole sets of inputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from form_states import field
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from form_page import Form

TYPES = [{"id": "image/png", "label": "PNG"}, {"id": "image/tiff", "label": "TIFF"}]
MODES = [
    {"id": "value", "label": "in the results"},
    {"id": "reference", "label": "as an address"},
]
OPTIONS = [
    {"id": "a", "label": "Image", "media_types": TYPES, "modes": MODES},
    {"id": "b", "label": "Count", "media_types": [], "modes": []},
]
SPEC = [field("text", "x", required=True)]


def chosen(form: Form) -> Any:
    return form.sent("outputs")[-1]["outputs"]


def opened(open_form: Callable[..., Form], **changes: Any) -> Form:
    form = open_form(SPEC, output_options=OPTIONS, outputs={}, **changes)
    form.page.get_by_text("Outputs (").click()
    return form


def test_outputs_are_not_mentioned_when_there_is_no_choice(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(SPEC, output_options=[], outputs={})
    expect(form.page.get_by_text("Outputs (")).to_have_count(0)


def test_choice_of_outputs_is_said_as_the_request_says_it(
    open_form: Callable[..., Form],
) -> None:
    form = opened(open_form)
    form.page.get_by_label("Count").uncheck()
    assert chosen(form) == {"a": {}}
    form.page.get_by_label("Media type of Image").select_option("TIFF")
    form.page.get_by_label("Way to get of Image").select_option("as an address")
    assert chosen(form) == {
        "a": {"format": {"mediaType": "image/tiff"}, "transmissionMode": "reference"}
    }


def test_all_outputs_as_the_server_likes_are_not_mentioned_in_the_request(
    open_form: Callable[..., Form],
) -> None:
    form = opened(open_form)
    form.page.get_by_label("Count").uncheck()
    form.page.get_by_label("Count").check()
    assert chosen(form) == {}


def test_last_output_cannot_be_left_out(open_form: Callable[..., Form]) -> None:
    form = opened(open_form)
    form.page.get_by_label("Count").uncheck()
    form.page.get_by_label("Image").first.click()
    expect(form.page.get_by_label("Image").first).to_be_checked()
    expect(form.page.locator("#view")).to_contain_text("At least one output")
    assert chosen(form) == {"a": {}}


def test_what_python_asks_for_is_shown_and_kept(open_form: Callable[..., Form]) -> None:
    form = opened(open_form)
    kept = {"format": {"mediaType": "image/png", "encoding": "base64"}, "x": 1}
    form.put(outputs={"a": kept, "strange": {}})
    expect(form.page.get_by_label("Count")).not_to_be_checked()
    expect(form.page.get_by_label("Media type of Image")).to_have_value("image/png")
    form.page.get_by_label("Count").check()
    assert chosen(form) == {"a": kept, "b": {}, "strange": {}}


def test_form_is_filled_when_a_request_is_pasted_by_keyboard(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(SPEC)
    form.page.get_by_role("button", name="Paste a request").focus()
    form.page.keyboard.press("Enter")
    form.page.keyboard.type('{"inputs": {"x": "1"}}')
    form.page.keyboard.press("Tab")
    form.page.keyboard.press("Enter")
    assert form.sent("request") == [
        {"type": "request", "secret": '{"inputs": {"x": "1"}}'}
    ]
    form.put(set_words="Filled 1 input.")
    expect(form.page.get_by_role("status").filter(has_text="Filled")).to_be_visible()


def test_inputs_are_saved_to_a_file_and_loaded_from_one(
    open_form: Callable[..., Form], tmp_path: Path
) -> None:
    form = open_form(SPEC)
    form.page.get_by_role("button", name="Save the inputs as a file").click()
    assert form.sent("save_inputs")
    text = json.dumps({"inputs": {"x": "é"}})
    with form.page.expect_download() as download:
        form.put(set_file={"n": 1, "name": "p-inputs.json", "text": text})
    assert download.value.suggested_filename == "p-inputs.json"
    path = tmp_path / "p-inputs.json"
    download.value.save_as(path)
    with form.page.expect_file_chooser() as chooser:
        form.page.get_by_role("button", name="Load inputs from a file").click()
    chooser.value.set_files(path)
    form.page.wait_for_function("model.sent.some((m) => m.type === 'request')")
    assert form.sent("request") == [{"type": "request", "secret": text}]


def test_differences_from_a_file_are_listed_and_taken_over(
    open_form: Callable[..., Form], tmp_path: Path
) -> None:
    form = open_form(SPEC)
    path = tmp_path / "lesson.json"
    path.write_text("{}", encoding="utf-8")
    with form.page.expect_file_chooser() as chooser:
        form.page.get_by_role("button", name="Compare with the inputs").click()
    chooser.value.set_files(path)
    form.page.wait_for_function("model.sent.some((m) => m.type === 'compare')")
    assert form.sent("compare")[0]["name"] == "lesson.json"
    row = {"id": "x", "label": "x", "here": "not set", "there": "<i>1</i>"}
    form.put(comparison={"name": "lesson.json", "rows": [row]})
    expect(form.page.get_by_role("cell", name="<i>1</i>")).to_be_visible()
    form.page.get_by_role("button", name="Take x from lesson.json").click()
    assert form.sent("take") == [{"type": "take", "id": "x"}]
    form.put(comparison={"name": "lesson.json", "rows": []})
    expect(form.page.locator("#view")).to_contain_text("The same inputs as lesson")
