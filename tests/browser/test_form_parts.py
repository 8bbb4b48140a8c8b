"""Fields inside of fields, and code: what opens, what applies, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from form_states import field, text_of_code
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from form_page import Form


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("xml", "<a>\n <b></a>", "Line 2, column 5: <b> is open here, not <a>"),
        ("xml", "<a>x & y</a>", "Line 1, column 6: a bare & is written &amp;"),
        ("xml", '<?xml version="1.0"?>\n<a b="1 > 0"><!-- & --><c/></a>', ""),
        ("yaml", "a:\n\tb: 1", "Line 2, column 1: indent with spaces, not with tabs"),
        ("cwl", "a:\n    b: 1\n  c: 2", "Line 3, column 3: this lines up with nothing"),
        ("cwl", "a:\n- b: 1\n  c: |\n    x\n   y\n", ""),
        ("json", '{"a": 1,}', "Line 1, column 9"),
    ],
)
def test_faulty_line_is_pointed_out_when_code_has_a_fault(
    open_form: Callable[..., Form], language: str, text: str, said: str
) -> None:
    form = open_form([text_of_code(language)], drafts={"x": text})
    fault = form.page.locator(".ogcw-f-fault")
    if not said:
        expect(fault).to_be_hidden()
        return
    expect(fault).to_contain_text(said)
    expect(form.page.locator(".ogcw-f-band-on")).to_be_visible()


NESTED = field(
    "object",
    "x",
    required=True,
    fields=[
        field("text", "a", required=True),
        field("object", "b", fields=[field("text", "c"), field("text", "d")]),
    ],
)


def test_optional_object_is_opened_when_somebody_wants_it(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([NESTED])
    button = form.page.get_by_role("button", name="b", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(form.page.locator("#view")).to_contain_text("not set")
    button.click()
    form.box("c").fill("1")
    assert form.draft("x") == {"b": {"c": "1"}}
    button.click()
    expect(form.page.locator("#view")).to_contain_text("1 of 2 set")


def test_closed_object_opens_when_python_points_into_it(
    open_form: Callable[..., Form],
) -> None:
    form = open_form([NESTED])
    form.put(focus_request={"path": "x/b/d", "n": 1})
    expect(form.box("d")).to_be_focused()


def test_members_come_and_go_when_a_condition_changes(
    open_form: Callable[..., Form],
) -> None:
    members = [field("text", "a"), field("text", "b", conditional=True)]
    form = open_form(
        [field("object", "x", required=True, fields=members)],
        member_states={"x": {"required": [], "hidden": ["b"]}},
    )
    expect(form.box("b")).to_be_hidden()
    form.put(member_states={"x": {"required": ["b"], "hidden": []}})
    expect(form.box("b")).to_be_visible()
    star = form.page.locator(".ogcw-f-block .ogcw-f-block", has_text="b")
    expect(star.locator(".ogcw-required").last).to_be_visible()


def test_members_of_any_name_are_added_beside_described_ones(
    open_form: Callable[..., Form],
) -> None:
    item = field("number", "")
    form = open_form(
        [field("object", "x", required=True, fields=[field("text", "a")], item=item)]
    )
    form.box("a").fill("1")
    form.page.get_by_role("button", name="+ Add a name and value").click()
    form.page.get_by_placeholder("name").fill("z")
    form.page.locator(".ogcw-f-maprow input").last.fill("2")
    assert form.draft("x") == {"a": "1", "": [["z", "2"]]}


def test_way_back_to_the_field_is_there_when_the_json_is_wrong(
    open_form: Callable[..., Form],
) -> None:
    form = open_form(
        [field("choice", "x", options=["a", "b"], required=True)],
        drafts={"x": {"json": '"c"'}},
        shown_errors={"x": "Choose one of a, b."},
    )
    expect(form.error("x")).to_be_visible()
    form.page.get_by_role("button", name="Back to the field").click()
    form.page.get_by_text("b", exact=True).click()
    assert form.draft("x") == 1
