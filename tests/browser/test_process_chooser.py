"""The process is found among many, and it is said when some may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from app_screen import AppScreen
from playwright.sync_api import expect
from raw_server import RawServer, answer
from view_page import show_view

from ogc_widgets.app.head_and_foot import HeaderView

if TYPE_CHECKING:
    from lab_window import LabPage
    from playwright.sync_api import Page

COUNT = 2_000
NOTE = "The server lists 3 of 40 processes; there may be more."


def process(number: int) -> dict[str, Any]:
    name = f"s2-water-{number:04}"
    return {"id": name, "version": "1", "title": f"Water of tile {number * 7}"}


def behave(_: Any, received: Any) -> bytes:
    """A server with 2,000 processes that gives ten unless it is asked for more."""
    parts = urlsplit(received.path)
    if parts.path == "/processes":
        limit = int(parse_qs(parts.query).get("limit", ["10"])[0])
        start = int(parse_qs(parts.query).get("offset", ["0"])[0])
        shown = range(COUNT)[start : start + limit]
        return answer({"processes": [process(one) for one in shown], "links": []})
    if parts.path.startswith("/processes/"):
        title = parts.path.removeprefix("/processes/s2-water-")
        schema = {"title": f"Input of {title}", "schema": {"type": "string"}}
        return answer({**process(int(title)), "inputs": {"x": schema}, "outputs": {}})
    return answer({"title": "Many", "links": [], "conformsTo": []})


def test_process_is_found_by_a_part_of_its_id_or_title_when_there_are_2000(
    lab_page: LabPage,
) -> None:
    with RawServer(behave) as server:
        lab_page.show(
            f"import ogc_widgets as ogc\napp = ogc.App({server.origin!r})\napp",
            width=1080,
        )
        screen = AppScreen(lab_page)
        title = screen.app.locator(".ogcw-header-title")
        expect(title).to_have_text("Water of tile 0")
        box = screen.app.get_by_role("combobox", name="Process")
        box.focus()
        lab_page.page.keyboard.type("water-178")
        options = screen.app.get_by_role("option")
        expect(options).to_have_count(10)
        lab_page.screenshot("chooser-open", of=screen.app)
        lab_page.page.keyboard.press("ArrowDown")
        lab_page.page.keyboard.press("Enter")
        expect(screen.app.get_by_label("Input of 1781")).to_be_visible()
        expect(title).to_have_text("Water of tile 12467")
        expect(box).to_have_value("Water of tile 12467")

        # The same with the mouse; words of the title in any order.
        box.click()
        lab_page.page.keyboard.type("tile 13993 water")
        options.get_by_text("s2-water-1999").click()
        expect(screen.app.get_by_label("Input of 1999")).to_be_visible()


def many(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Water of tile 0", "description": "", "server": "Many", "facts": [],
        "can_deploy": False, "card": "",
        "processes": [process(one) for one in range(COUNT)],
        "processes_note": "", "process_id": "s2-water-0000", "loading": False,
        "tab": "form", "offer": {}, "batch_offer": {}, "batch_count": 0, **changes,
    }  # fmt: skip


def test_name_comes_back_when_nothing_was_picked(page: Page) -> None:
    show_view(page, HeaderView, many())
    box = page.get_by_role("combobox", name="Process")
    box.click()
    expect(page.get_by_text("1,800 more: type to narrow down")).to_be_visible()
    page.keyboard.type("no such process")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("Water of tile 0")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert page.evaluate("() => model.sent") == []


@pytest.mark.parametrize("count", [1, 3, 40])
def test_list_that_may_be_cut_says_so_where_the_process_is_chosen(
    page: Page, count: int
) -> None:
    processes = [process(one) for one in range(count)]
    show_view(page, HeaderView, many(processes=processes, processes_note=NOTE))
    expect(page.get_by_text(NOTE)).to_be_visible()
