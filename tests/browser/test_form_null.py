"""Null chosen by hand, and thousands of options searched, on the form's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from ogc_widgets.form import reduce_process
from ogc_widgets.form.drafts.codec import from_draft, initial_draft
from ogc_widgets.form.page.spec import spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from form_page import Form

    from ogc_widgets.form import Field


DATE = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
NUMBER = {"type": ["number", "null"]}


def opened(
    open_form: Callable[..., Form], schema: Any, **said: Any
) -> tuple[Form, Field]:
    """A form with one input "x" as Python would start it."""
    inputs = {"x": {"schema": schema, "minOccurs": 1, **said}}
    fields = reduce_process({"id": "p", "inputs": inputs})
    drafts = {key: initial_draft(field) for key, field in fields.items()}
    form = open_form([spec(field) for field in fields.values()], drafts=drafts)
    return form, fields["x"]


def value(form: Form, field: Field) -> Any:
    """What Python makes of what the page sent last."""
    sent, errors = from_draft(field, form.draft("x"))
    assert errors == {}
    return sent


def test_an_end_of_an_interval_is_left_open_by_keyboard(
    open_form: Callable[..., Form],
) -> None:
    period = {"type": "array", "items": DATE, "minItems": 2, "maxItems": 2}
    form, field = opened(open_form, period)
    form.box("1").fill("2021-01-01")
    leave = form.page.get_by_role("button", name="Send no value for x, 2")
    leave.focus()
    form.page.keyboard.press("Enter")
    assert value(form, field) == ["2021-01-01", None]
    back = form.page.get_by_role("button", name="x, 2: no value is sent. Enter a value")
    expect(back).to_be_focused()
    form.page.keyboard.press("Enter")
    expect(form.box("2")).to_be_focused()
    form.page.keyboard.type("2021-02-01")
    assert value(form, field) == ["2021-01-01", "2021-02-01"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array", "items": NUMBER, "minItems": 2}, [None, 5]),
        ({"type": "array", "items": {"enum": ["a", "b", None]}, "minItems": 2}, None),
    ],
    ids=["numbers", "choices"],
)
def test_a_row_of_a_list_holds_no_value_when_it_is_said_with_the_mouse(
    open_form: Callable[..., Form], schema: Any, expected: Any
) -> None:
    form, field = opened(open_form, schema)
    form.page.get_by_role("button", name="Send no value for x, item 1").click()
    if expected is None:
        form.page.get_by_text("a", exact=True).last.click()
        expected = [None, "a"]
    else:
        form.page.get_by_label("x, item 2", exact=True).fill("5")
    assert value(form, field) == expected


def test_a_member_and_a_name_hold_no_value_when_it_is_chosen(
    open_form: Callable[..., Form],
) -> None:
    schema = {
        "type": "object",
        "required": ["end"],
        "properties": {"end": DATE},
        "additionalProperties": NUMBER,
    }
    form, field = opened(open_form, schema)
    form.page.get_by_role("button", name="Send no value for x: end").click()
    form.page.get_by_role("button", name="+ Add a name and value").click()
    form.page.get_by_placeholder("name").fill("limit")
    form.page.get_by_role("button", name="Send no value for x: other members").click()
    assert value(form, field) == {"end": None, "limit": None}


def test_null_is_in_the_menu_when_an_input_may_be_left_out(
    open_form: Callable[..., Form],
) -> None:
    form, field = opened(open_form, NUMBER, minOccurs=0)
    expect(form.page.get_by_role("button", name="Send no value for x")).to_have_count(0)
    block = form.block("x")
    form.box("x").fill("3")
    block.get_by_role("button", name="Field options").click()
    form.page.get_by_role("button", name="Send no value (null)").click()
    assert value(form, field) is None
    expect(block).to_contain_text("no value (null)")
    block.get_by_role("button", name="Enter a value").click()
    # What was typed before is there again.
    assert value(form, field) == 3


def test_null_from_python_is_shown_as_no_value(open_form: Callable[..., Form]) -> None:
    form, _ = opened(open_form, DATE)
    form.put(drafts={"x": {"json": "null"}}, turn=1)
    expect(form.block("x")).to_contain_text("no value (null)")
    form.put(drafts={"x": "2021-01-01"}, turn=2)
    expect(form.box("x")).to_have_value("2021-01-01")


CODES = [f"EPSG:{code} zone {code % 60}" for code in range(2_000, 12_000)]


def test_ten_thousand_options_are_searched_by_keyboard_and_mouse(
    open_form: Callable[..., Form],
) -> None:
    form, field = opened(open_form, {"type": "string", "enum": CODES})
    box = form.page.get_by_role("combobox", name="x")
    expect(box).to_have_attribute(
        "placeholder", "Choose: type to search 10,000 options"
    )
    box.click()
    taken_ms = form.page.evaluate(
        """() => {
          const box = document.querySelector('[role=combobox]');
          const begun = performance.now();
          for (const text of ['e', 'ep', 'eps', '1', '11', 'zone 7', '']) {
            box.value = text;
            box.dispatchEvent(new Event('input', {bubbles: true}));
          }
          return performance.now() - begun;
        }"""
    )
    assert taken_ms < 7 * 300  # what a key may take on a busy machine
    form.page.keyboard.type("zone 11 11111")
    expect(form.page.get_by_role("option")).to_have_count(1)
    form.page.keyboard.press("Enter")
    expect(box).to_have_value("EPSG:11111 zone 11")
    assert value(form, field) == "EPSG:11111 zone 11"
    box.fill("epsg:117")
    # Those that begin with it, and no list that nobody can read.
    assert form.page.get_by_role("option").count() == 100
    form.page.get_by_role("option", name="EPSG:11755 zone 55").click()
    assert value(form, field) == "EPSG:11755 zone 55"


def test_one_tick_takes_the_place_of_the_other_when_a_list_holds_one(
    open_form: Callable[..., Form],
) -> None:
    method = {"type": "array", "items": {"enum": ["otsu", "mean"]}, "maxItems": 1}
    form, field = opened(open_form, method)
    form.page.get_by_label("otsu").check()
    form.page.get_by_label("mean").check()
    assert value(form, field) == ["mean"]


def test_several_of_ten_thousand_options_are_picked(
    open_form: Callable[..., Form],
) -> None:
    several = {"type": "array", "items": {"type": "string", "enum": CODES}}
    form, field = opened(open_form, several)
    box = form.page.get_by_role("combobox", name="Add to x")
    for text in ("2001", "11999 zone"):
        box.fill(text)
        form.page.keyboard.press("Enter")
    assert value(form, field) == ["EPSG:2001 zone 21", "EPSG:11999 zone 59"]
    box.fill("epsg:2001")
    expect(form.page.get_by_text("Nothing matches.")).to_be_visible()
