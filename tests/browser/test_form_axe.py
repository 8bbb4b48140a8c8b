"""No serious finding of axe-core in any kind of field, empty, filled or faulty."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest
from axe import grave_violations
from form_examples import EXAMPLES
from form_page import Form
from form_states import ALL_KINDS, FILLED, state_of

from ogc_widgets.form import ProcessForm

if TYPE_CHECKING:
    from playwright.sync_api import Page

FAULTY = {
    **{spec["key"]: "This cannot be sent." for spec in ALL_KINDS[:22]},
    "years/1": "Must be a whole number.",
    "options/inner/flag": "Must be yes.",
    "tags/year": "Too long.",
}


def opened(form: Form) -> Form:
    """The form with everything unfolded."""
    for _ in range(3):  # what is unfolded may hold more that is folded
        form.page.evaluate(
            """async () => {
              for (const e of document.querySelectorAll('#view details')) e.open = true;
              await new Promise((done) => setTimeout(done));
              for (const e of document.querySelectorAll(
                '#view .ogcw-f-fold[aria-expanded=false]')) e.click();
            }"""
        )
    return form


@functools.cache
def of_examples(*, filled: bool) -> dict[str, Any]:
    """The state of a form with all examples."""
    names = {example.name: example for example in EXAMPLES}
    form = ProcessForm(
        {
            "id": "p",
            "inputs": {name: example.input for name, example in names.items()},
            "outputs": {"a": {}, "b": {}},
            "outputTransmission": ["value", "reference"],
        }
    )
    if filled:
        form.inputs = {name: example.value for name, example in names.items()}
        form.inputs["workspace"] = "mine"
        form.sets.on_compare('{"inputs": {"text": "other"}}', "lesson.json")
    else:
        form.show_errors()
    return state_of(form)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("filled", [True, False], ids=["filled", "faulty"])
def test_examples_have_no_serious_finding(
    form_window: Page, theme: str, *, filled: bool
) -> None:
    state = of_examples(filled=filled)
    form = opened(Form(form_window, **state, theme=theme))
    assert grave_violations(form.page, "#view") == []


@pytest.mark.parametrize(
    "changes",
    [{}, {"drafts": FILLED}, {"drafts": FILLED, "shown_errors": FAULTY}],
    ids=["empty", "filled", "faulty"],
)
def test_all_kinds_have_no_serious_finding(
    form_window: Page, changes: dict[str, Any]
) -> None:
    form = opened(Form(form_window, ALL_KINDS, **changes))
    assert grave_violations(form.page, "#view") == []


def test_open_menus_and_lists_have_no_serious_finding(form_window: Page) -> None:
    form = Form(form_window, ALL_KINDS, drafts=FILLED)
    form.page.get_by_role("button", name="Field options").first.click()
    assert grave_violations(form.page, "#view") == []
    form.page.keyboard.press("Escape")
    form.page.get_by_role("combobox", name="Coordinate system").press("ArrowDown")
    assert grave_violations(form.page, "#view") == []
