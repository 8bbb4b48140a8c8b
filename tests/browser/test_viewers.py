"""Outputs as chips, and the viewers of text, JSON and single values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.viewers.outputs_view import OutputsView
from ogc_widgets.viewers.text_viewer import TextViewer
from ogc_widgets.viewers.tree_viewer import TreeViewer
from ogc_widgets.viewers.value_viewer import ValueViewer

if TYPE_CHECKING:
    from playwright.sync_api import Page

HEAD = {
    "title": "Log", "kind": "text", "facts": [], "size": 4_000, "href": "",
    "code": "results.outputs['log']", "has_file": True, "is_loading": False,
}  # fmt: skip


def tell(page: Page, **content: Any) -> None:
    page.evaluate("content => model.tell('msg:custom', content)", content)


def sent(page: Page, kind: str) -> list[dict[str, Any]]:
    return page.evaluate("kind => model.sent.filter(m => m.type === kind)", kind)


def chips(count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"o{n}", "title": f"Output number {n}", "kind": "value", "count": None}
        for n in range(count)
    ]


@pytest.mark.parametrize("width", [1100, 420])
def test_every_output_can_be_chosen_whether_it_has_room_or_not(
    page: Page, width: int
) -> None:
    traits = {"summary": "8 outputs", "chips": chips(8), "chosen": "o0"}
    show_view(page, OutputsView, traits, width=width)
    row = page.locator(".ogcw-outputs-row")
    more = page.get_by_label("More outputs")
    expect(page.get_by_role("tab", selected=True)).to_have_text("Output number 0")
    assert row.evaluate("one => one.scrollWidth <= one.clientWidth")
    if width < 1100:
        more.select_option("Output number 7")
        expect(page.get_by_role("tab", selected=True)).to_have_text("Output number 7")
        assert page.evaluate("model.get('chosen')") == "o7"
        assert row.evaluate("one => one.scrollWidth <= one.clientWidth")
    first = page.get_by_role("tab").first
    first.focus()
    first.press("ArrowRight")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()


def test_only_the_lines_that_are_seen_are_asked_for(page: Page) -> None:
    show_view(page, TextViewer, {**HEAD, "total": 1_000_000, "longest": 30})
    (asked,) = sent(page, "lines")
    assert asked == {"type": "lines", "first": 0, "count": 100}
    tell(page, type="rows", first=0, rows=[f"line {n}" for n in range(100)])
    expect(page.get_by_text("line 3", exact=True)).to_be_visible()
    page.get_by_role("button", name="end").click()
    expect(page.locator(".ogcw-text-line").last).to_be_visible()
    last = sent(page, "lines")[-1]
    assert last["first"] == 999_900
    tell(page, type="rows", first=999_900, rows=[f"late {n}" for n in range(100)])
    expect(page.get_by_text("late 99", exact=True)).to_be_in_viewport()


def test_line_that_was_found_is_brought_into_view(page: Page) -> None:
    show_view(page, TextViewer, {**HEAD, "total": 5_000, "longest": 30})
    page.get_by_label("Find in the text").fill("water")
    page.wait_for_function("model.sent.some(m => m.type === 'find')")
    assert sent(page, "find") == [{"type": "find", "text": "water", "after": -1}]
    tell(page, type="found", line=4_321)
    expect(page.get_by_role("status")).to_have_text("line 4322")
    tell(page, type="rows", first=4_300, rows=[f"l {n}" for n in range(4300, 4400)])
    expect(page.locator(".ogcw-text-found")).to_have_text("l 4321")
    expect(page.locator(".ogcw-text-found")).to_be_in_viewport()


def branch(key: str, kind: str, text: str, count: int = 0) -> dict[str, Any]:
    return {"key": key, "kind": kind, "text": text, "count": count}


def test_branch_is_asked_for_when_it_is_opened_and_keys_move_in_the_tree(
    page: Page,
) -> None:
    head = {**HEAD, "kind": "JSON", "title": "Report"}
    root = branch("", "object", "2 members", 2)
    show_view(page, TreeViewer, {**head, "root": root})
    assert sent(page, "branches") == [{"type": "branches", "path": [], "first": 0}]
    rows = [branch("method", "text", "otsu"), branch("bands", "list", "2 entries", 2)]
    tell(page, type="branches", path=[], first=0, rows=rows)
    bands = page.get_by_role("treeitem", name="bands: 2 entries")
    expect(bands).to_have_attribute("aria-expanded", "false")
    page.get_by_role("treeitem").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(bands).to_be_focused()
    page.keyboard.press("ArrowRight")
    assert sent(page, "branches")[-1]["path"] == [1]
    tell(page, type="branches", path=[1], first=0, rows=[branch("0", "text", "green")])
    expect(page.get_by_text('"green"')).to_be_visible()
    expect(page.get_by_role("button", name="1 more")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text('"green"')).to_be_hidden()


def test_number_is_large_with_its_unit(page: Page) -> None:
    head = {**HEAD, "kind": "number", "title": "Share of water", "has_file": False}
    show_view(
        page, ValueViewer,
        {**head, "text": "9.4", "copied": "9.4", "unit": "%", "note": "share_of_water"},
    )  # fmt: skip
    number = page.locator(".ogcw-value-text")
    expect(number).to_have_text("9.4")
    assert number.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 36
    expect(page.get_by_role("button", name="download")).to_be_hidden()
