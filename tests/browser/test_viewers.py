"""Outputs as chips, and the viewers of all that has no place on the map."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.viewers.dataset_viewer import DatasetViewer
from ogc_widgets.viewers.outputs_view import OutputsView
from ogc_widgets.viewers.plain_viewers import PictureViewer, TextViewer, ValueViewer
from ogc_widgets.viewers.table_viewer import TableViewer
from ogc_widgets.viewers.tree_viewer import TreeViewer

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
    traits = {"summary": "8 outputs", "chips": chips(8), "chosen": "o0",
              "can_keep": False, "kept": []}  # fmt: skip
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
    (asked,) = sent(page, "rows")
    assert asked == {"type": "rows", "first": 0, "count": 100}
    tell(page, type="rows", first=0, rows=[f"line {n}" for n in range(100)])
    expect(page.get_by_text("line 3", exact=True)).to_be_visible()
    page.get_by_role("button", name="end").click()
    # A frame scrolls with the next picture of it only.
    page.wait_for_function("model.sent.at(-1).first === 999_900")
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


def table_rows(first: int, order: range) -> list[dict[str, Any]]:
    return [
        {"n": n, "cells": [f"lake {n}", str(n / 2)]} for n in order[first : first + 100]
    ]


def test_table_has_its_rows_where_they_are_seen_and_is_sorted_by_a_press(
    page: Page,
) -> None:
    columns = [
        {"name": "lake", "kind": "text", "width": 12},
        {"name": "km2", "kind": "number", "width": 8},
    ]
    traits = {"columns": columns, "total": 1_000_000, "order": {}, "about": "Parquet",
              "selects": True, "selected": -1}  # fmt: skip
    show_view(page, TableViewer, {**HEAD, **traits}, width=420)
    assert sent(page, "rows") == [{"type": "rows", "first": 0, "count": 100}]
    tell(page, type="rows", first=0, rows=table_rows(0, range(1_000_000)))
    expect(page.get_by_role("cell", name="lake 0")).to_be_visible()
    expect(page.get_by_text("1 to 13 of 1,000,000")).to_be_visible()
    number = page.get_by_role("cell", name="0.5", exact=True)
    text, cell = number.locator("bdi").bounding_box(), number.bounding_box()
    assert text["x"] + text["width"] > cell["x"] + cell["width"] - 20

    # The last row is wholly seen, below a head that stays.
    page.locator(".ogcw-rows-scroll").evaluate("one => { one.scrollTop = 1e9; }")
    page.wait_for_function("model.sent.at(-1).first === 999_900")
    tell(page, type="rows", first=999_900, rows=table_rows(999_900, range(1_000_000)))
    last = page.get_by_role("cell", name="lake 999999")
    expect(last).to_be_in_viewport()
    expect(page.get_by_text("of 1,000,000")).to_contain_text("to 1,000,000 of")
    frame = page.locator(".ogcw-rows-scroll").bounding_box()
    where = last.bounding_box()
    assert where["y"] + where["height"] <= frame["y"] + frame["height"] + 1
    assert where["y"] + where["height"] >= frame["y"] + frame["height"] - 2

    head = page.get_by_role("columnheader", name="km2")
    for descending, said in ((False, "ascending"), (True, "descending")):
        head.get_by_role("button").click()
        assert sent(page, "sort")[-1] == {
            "type": "sort", "column": 1, "descending": descending,
        }  # fmt: skip
        order = {"column": 1, "descending": descending}
        page.evaluate("order => model.put({order})", order)
        expect(head).to_have_attribute("aria-sort", said)
        assert sent(page, "rows")[-1]["first"] == 0
    head.get_by_role("button").click()
    assert sent(page, "sort")[-1]["column"] == -1
    expect(head.get_by_role("button")).to_be_focused()

    # Two presses before the first was answered are two presses.
    page.evaluate("model.put({order: {}})")
    head.get_by_role("button").dblclick()
    asked = [one["descending"] for one in sent(page, "sort")[-2:]]
    assert asked == [False, True]


def test_row_is_selected_by_a_click_and_by_arrows(page: Page) -> None:
    columns = [{"name": "lake", "kind": "text", "width": 12}]
    traits = {"columns": columns, "total": 100, "order": {}, "about": "",
              "selects": True, "selected": -1}  # fmt: skip
    show_view(page, TableViewer, {**HEAD, **traits})
    rows = [{"n": 99 - at, "cells": [f"lake {99 - at}"]} for at in range(100)]
    tell(page, type="rows", first=0, rows=rows)
    page.get_by_role("cell", name="lake 97").click()
    assert page.evaluate("model.get('selected')") == 97
    page.locator(".ogcw-rows-scroll").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.get('selected')") == 96
    expect(page.locator("tr[aria-selected=true]")).to_have_text("lake 96")


def give(page: Page, data: bytes, media_type: str) -> None:
    """What Python sends when the page asks for a picture."""
    page.evaluate(
        """([text, media_type]) => {
          model.put({media_type});
          const data = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
          model.tell("msg:custom", {type: "picture"}, [new DataView(data.buffer)]);
        }""",
        [base64.b64encode(data).decode(), media_type],
    )


def test_picture_is_fitted_in_until_its_full_size_is_wanted(page: Page) -> None:
    file = io.BytesIO()
    Image.new("RGB", (1600, 900), "green").save(file, "PNG")
    head = {**HEAD, "title": "Histogram", "kind": "PNG picture", "media_type": ""}
    show_view(page, PictureViewer, head, width=700)
    assert sent(page, "picture") == []
    give(page, file.getvalue(), "image/png")
    assert len(sent(page, "picture")) == 1
    image = page.get_by_role("img", name="Histogram")
    expect(image).to_be_visible()
    assert page.evaluate("model.get('facts')") == ["1,600 x 900"]
    assert image.bounding_box()["width"] < 700
    page.get_by_role("button", name="full size").click()
    assert image.bounding_box()["width"] == 1600
    assert page.locator("#view").evaluate("one => one.scrollWidth") == 700
    page.get_by_role("button", name="fit").click()
    give(page, file.getvalue()[:20], "image/png")
    expect(page.get_by_text("The picture is broken")).to_be_visible()
    expect(image).to_be_hidden()


def test_script_in_a_drawing_does_not_run(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    show_view(page, PictureViewer, {**HEAD, "title": "Drawing", "media_type": ""})
    drawing = b"""<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"
      onload="parent.harm = 1"><script>window.top.harm = 1; alert(1)</script>
      <image href="http://127.0.0.1:9/x.png" width="9" height="9"/>
      <rect width="80" height="40"/></svg>"""
    give(page, drawing, "image/svg+xml")
    expect(page.get_by_role("img", name="Drawing")).to_be_visible()
    assert page.evaluate("window.harm") is None
    assert not [url for url in asked if "127.0.0.1:9" in url]


def dataset_tree(page: Page) -> None:
    """What Python sends of a dataset when its tree is opened."""
    rows = [
        {**branch("coordinates", "object", "(3)", 3), "is_open": False},
        {**branch("variables", "object", "(2)", 2), "is_open": True},
        {**branch("attributes", "object", "(11)", 11), "is_open": False},
    ]
    tell(page, type="branches", path=[], first=0, rows=rows)
    words = "float32 (time, lat, lon) 2 m temperature, K"
    rows = [branch("t2m", "object", words, 4), branch("tp", "object", "float32", 4)]
    tell(page, type="branches", path=[1], first=0, rows=rows)


def test_slice_of_a_dataset_is_chosen_and_laid_on_the_map(page: Page) -> None:
    days = [f"2020-01-{day:02}" for day in range(1, 13)]
    dims = [
        {"name": "time", "size": 12, "labels": days},
        {"name": "level", "size": 5_000, "labels": []},
    ]
    variables = [{"name": "t2m", "dims": dims}, {"name": "tp", "dims": dims[:1]}]
    root = {
        **branch("", "object", "3 dimensions: time 12 · lat 721 · lon 1440", 3),
        "is_open": True,
    }
    traits = {"title": "Model run", "kind": "netCDF", "root": root,
              "variables": variables, "can_show": True, "shown": "", "why_not": "",
              "is_working": False}  # fmt: skip
    show_view(page, DatasetViewer, {**HEAD, **traits}, width=480)
    dataset_tree(page)
    t2m = page.get_by_role("treeitem", name="t2m: float32")
    expect(t2m).to_be_visible()
    expect(page.get_by_role("treeitem", name="variables: (2)")).to_have_attribute(
        "aria-expanded", "true"
    )
    page.get_by_label("Which of time").select_option("time 3 of 12, 2020-01-03")
    page.get_by_label("Which of level").fill("4000")
    button = page.get_by_role("button", name="Show on the map")
    button.click()
    assert sent(page, "lay") == [
        {"type": "lay", "variable": "t2m", "at": {"time": 2, "level": 3_999}}
    ]
    page.evaluate("model.put({is_working: true})")
    expect(page.get_by_role("button", name="Reading…")).to_be_visible()
    page.evaluate("model.put({is_working: false, shown: 't2m, 2020-01-03'})")
    expect(page.get_by_role("status").last).to_have_text("t2m, 2020-01-03")
    page.get_by_role("button", name="take it off").click()
    assert len(sent(page, "take_off")) == 1

    page.get_by_label("Variable").select_option("tp")
    expect(page.get_by_label("Which of level")).to_have_count(0)
    page.evaluate("model.put({can_show: false})")
    expect(button).to_be_hidden()


def test_failure_stands_in_place_of_the_rows_with_what_came(page: Page) -> None:
    traits = {"columns": [], "total": 0, "order": {}, "about": "", "selects": False,
              "selected": -1, "problem": "The link has run out.", "can_ask": True,
              "came": "<html><title>Sign in</title></html>"}  # fmt: skip
    show_view(page, TableViewer, {**HEAD, **traits})
    expect(page.get_by_text("no rows")).to_be_hidden()
    came = page.get_by_text("<html><title>Sign in")
    expect(came).to_be_hidden()
    page.get_by_role("button", name="show what came").click()
    expect(came).to_be_visible()
    page.get_by_role("button", name="Ask for the results again").click()
    assert sent(page, "ask") == [{"type": "ask"}]
    page.evaluate("model.put({problem: '', total: 1})")
    expect(came).to_be_hidden()
