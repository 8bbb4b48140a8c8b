"""The card "On the map": its fields, the histogram with handles, faults in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe import grave_violations
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.map.rasters.settings import RasterSettings

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIELDS = {
    "kind": "band", "band": 1, "bands": [3, 2, 1], "expression": "(b1-b2)/(b1+b2)",
    "colours": "ylgnbu", "stretch": "percentiles", "low": -0.31, "high": 0.58,
    "nodata": "file", "number": "",
}  # fmt: skip
STATE = {
    "is_there": True, "busy": "", "errors": {}, "title": "index",
    "label": "12 May 2022", "beside": "",
    "assets": [["data", "water mask"], ["index", "index"]], "asset": "index",
    "band_names": [[1, "NDWI"], [2, "red"], [3, "nir"]], "has_classes": False,
    "nodata_said": "NaN", "opacity": 0.8, "fields": FIELDS, "legend": "ramp",
    "classes": [], "nodata_share": 0.035, "axis": [-1.0, 1.0],
    "bars": [{"counts": [1, 5, 9, 20, 14, 6, 3, 1], "colour": ""}], "alike": 2,
    "others": [["early", "18 Jul 2021, early"]], "code": "raster = ...",
}  # fmt: skip
MAPS = [
    {"name": "ylgnbu", "words": "yellow to blue", "stops": ["#ffffd9", "#081d58"]},
    {"name": "magma", "words": "black to white", "stops": ["#000004", "#fcfdbf"]},
]


def show_card(
    page: Page, *, width: int = 450, theme: str = "light", **state: Any
) -> None:
    traits = {
        "state": {**STATE, **state},
        "colour_maps": MAPS,
        "shows_first": True,
        "for_all": True,
    }
    show_view(page, RasterSettings, traits, width=width, theme=theme)


def put(page: Page, **state: Any) -> None:
    page.evaluate(
        "changes => model.put({ state: { ...model.get('state'), ...changes } })", state
    )


def changes(page: Page) -> list[tuple[str, Any]]:
    sent = page.evaluate("model.sent.filter(m => m.type === 'change')")
    return [(one["name"], one["value"]) for one in sent]


def test_ends_of_the_colours_are_moved_with_keys_and_with_the_mouse(page: Page) -> None:
    show_card(page)
    first = page.get_by_role("slider", name="Value of the first colour")
    expect(first).to_have_attribute("aria-valuetext", "−0.31")
    first.focus()
    first.press("ArrowRight")
    page.wait_for_function("model.sent.some(m => m.type === 'change')")
    # One of a hundred steps from -1 to 1.
    assert changes(page) == [("range", [-0.29, 0.58])]

    last = page.get_by_role("slider", name="Value of the last colour")
    whole = page.locator(".ogcw-stretch").bounding_box()
    grip = last.bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(whole["x"] + whole["width"] * 0.6, grip["y"] + 5, steps=4)
    # What Python says of an earlier place does not take the handle away.
    put(page, fields={**FIELDS, "low": -0.29, "stretch": "hand"})
    page.mouse.up()
    name, (low, high) = changes(page)[-1]
    assert (name, low) == ("range", -0.29)
    assert high == pytest.approx(0.2, abs=0.01)


def test_wrong_expression_keeps_its_text_and_says_what_is_wrong(page: Page) -> None:
    show_card(page, fields={**FIELDS, "kind": "expression"})
    box = page.get_by_role("textbox", name="Expression")
    expect(box).to_have_value("(b1-b2)/(b1+b2)")
    box.fill("(b1-b9)/2")
    box.press("Enter")
    assert changes(page) == [("expression", "(b1-b9)/2")]
    put(
        page,
        errors={"expression": "There is no band 9."},
        fields={**FIELDS, "kind": "expression", "expression": "(b1-b9)/2"},
    )
    expect(box).to_have_value("(b1-b9)/2")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(
        page.get_by_role("alert").filter(has_text="There is no band 9.")
    ).to_be_visible()


def test_colour_map_is_chosen_with_keys(page: Page) -> None:
    show_card(page)
    button = page.get_by_role("button", name="yellow to blue")
    button.focus()
    button.press("ArrowDown")
    expect(page.get_by_role("option", name="yellow to blue")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert changes(page) == [("colours", "magma")]
    expect(button).to_be_focused()
    page.get_by_role("button", name="Colours the other way round").click()
    assert changes(page)[-1] == ("colours", "ylgnbu_r")


def test_fields_keep_the_focus_when_something_else_changes(page: Page) -> None:
    show_card(page, fields={**FIELDS, "nodata": "number", "number": "0"})
    number = page.get_by_role("textbox", name="Number that stands for no data")
    number.fill("25")
    put(page, opacity=0.5)
    expect(number).to_be_focused()
    expect(number).to_have_value("25")


def test_shares_of_classes_are_a_bar_and_words(page: Page) -> None:
    classes = [
        {"label": "land", "colour": "#cbc3ae", "share": 0.871},
        {"label": "water", "colour": "#1f5fbf", "share": 0.094},
    ]
    show_card(page, legend="classes", classes=classes, axis=[], bars=[],
              fields={**FIELDS, "colours": "classes"})  # fmt: skip
    row = page.get_by_role("group", name="Classes")
    expect(row.get_by_role("listitem")).to_have_text(
        ["land 87.1 %", "water 9.4 %", "no data 3.5 %"]
    )
    widths = [
        one.bounding_box()["width"]
        for one in page.locator(".ogcw-settings-bar > span").all()
    ]
    assert widths[1] / widths[0] == pytest.approx(0.094 / 0.871, rel=0.05)
    expect(page.locator(".ogcw-stretch")).to_be_hidden()


def test_other_item_is_compared_and_the_comparison_ends(page: Page) -> None:
    show_card(page)
    page.get_by_label("Compare with").select_option("early")
    put(page, beside="18 Jul 2021")
    expect(page.get_by_text("12 May 2022 beside 18 Jul 2021")).to_be_visible()
    page.get_by_role("button", name="end comparison").click()
    sent = page.evaluate("model.sent.filter(m => m.type === 'compare')")
    assert [one["item_id"] for one in sent] == ["early", ""]


def test_empty_card_says_what_will_stand_there(page: Page) -> None:
    show_card(page, is_there=False)
    expect(page.get_by_text("Nothing is shown yet")).to_be_visible()
    page.get_by_label("show the first result at once").uncheck()
    assert page.evaluate("model.get('shows_first')") is False


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [450, 700])
def test_card_has_room_and_names_for_everything(
    page: Page, width: int, theme: str
) -> None:
    show_card(page, width=width, theme=theme, fields={**FIELDS, "kind": "bands"})
    card = page.locator(".ogcw-settings")
    assert card.evaluate("one => one.scrollWidth <= one.clientWidth")
    rows = page.locator(".ogcw-settings-body")
    assert rows.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert grave_violations(page, ".ogcw-settings") == []
