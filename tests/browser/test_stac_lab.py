"""STAC items in real JupyterLab: pasted, checked, searched for and picked by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from lab_window import LabPage

    from ogc_widgets.lab import Lab

APP = "import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp"
BOX = "-121.399, 39.834, -120.74, 40.472"
IDS = ["S2A_10TFK_20220524_0_L2A", "S2B_10TFK_20210713_0_L2A"]

# The lab makes its scenes when they are first asked for; the machine may be busy.
PATIENCE_MS = 90_000

pytestmark = pytest.mark.timeout(600)


class ItemsScreen(AppScreen):
    """The field of STAC items of an App, and the search that it opens."""

    def __init__(self, window: LabPage) -> None:
        super().__init__(window)
        label = window.page.locator("legend", has_text="STAC items")
        self.field = self.app.locator(".ogcw-f-block").filter(has=label)
        self.faces = self.field.locator(".ogcw-f-stac-face:visible")
        self.search = self.app.locator(".ogcw-search")
        self.found = self.search.locator("li")

    def link(self, name: str) -> Locator:
        return self.field.get_by_role("button", name=name)

    def paste(self, text: str) -> None:
        """Paste into the first row, as Ctrl+V would."""
        self.field.get_by_role("textbox").first.evaluate(
            """(box, text) => {
              const data = new DataTransfer();
              data.setData("text/plain", text);
              box.focus();
              box.dispatchEvent(new ClipboardEvent("paste",
                { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            text,
        )

    def sent(self) -> list[str]:
        return self.python("app.form.inputs.get('stac_items', [])")


@pytest.fixture
def screen(lab_page: LabPage, lab_server: Lab) -> ItemsScreen:
    lab_page.page.set_viewport_size({"width": 1280, "height": 1100})
    lab_page.show(APP.format(url=lab_server.url), width=1100)
    screen = ItemsScreen(lab_page)
    expect(screen.area).to_be_visible()
    return screen


def test_rows_say_what_is_there_when_addresses_are_pasted(
    screen: ItemsScreen, lab_server: Lab
) -> None:
    first, second = lab_server.scenes
    missing = first.replace(".json", "-nothing.json")
    screen.paste(f"{first}\n{second}\n{missing}\n")
    expect(screen.faces).to_have_count(2, timeout=PATIENCE_MS)
    expect(screen.faces.nth(0)).to_contain_text(IDS[1])
    expect(screen.faces.nth(0)).to_contain_text("13 Jul 2021")
    expect(screen.faces.nth(1)).to_contain_text("24 May 2022")
    expect(screen.field).to_contain_text("The server has nothing at this address (404)")
    assert screen.sent() == [first, second, missing]
    expect(screen.app.locator(".ogcw-map-scene")).to_have_count(2)
    screen.window.screenshot("stac-pasted", of=screen.app)

    # A screen reader hears it, too; the address is one click away.
    box = screen.field.get_by_role("textbox").first
    expect(box).to_have_accessible_description(re.compile(f"{IDS[1]}, 13 Jul 2021"))
    box.click()
    expect(screen.faces).to_have_count(1)
    expect(box).to_have_value(first)
    box.press("Tab")
    expect(screen.faces).to_have_count(2)

    # The row under the mouse is marked on the map.
    screen.faces.nth(1).locator("xpath=..").hover()
    expect(screen.app.locator(".ogcw-map-marked")).to_have_count(1)
    screen.window.page.mouse.move(0, 0)
    expect(screen.app.locator(".ogcw-map-marked")).to_have_count(0)

    # It is advice: only the other field stands in the way.
    assert screen.python("app.form.errors") == {"aoi": "needs a value"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_items_are_found_in_the_drawn_box_and_picked_by_keyboard(
    lab_page: LabPage, lab_server: Lab, theme: str
) -> None:
    lab_page.page.set_viewport_size({"width": 1280, "height": 1100})
    width = 1100 if theme == "light" else 700
    lab_page.show(APP.format(url=lab_server.url), theme=theme, width=width)
    screen = ItemsScreen(lab_page)
    before = screen.python("len(app.client.jobs())")
    keyboard = lab_page.page.keyboard
    screen.area.fill(BOX)
    screen.area.press("Tab")
    screen.link("Search a STAC catalogue in this area").press("Enter")

    # One collection and an area: there is nothing to ask, so the search is made.
    expect(screen.found).to_have_count(2, timeout=PATIENCE_MS)
    expect(screen.search).to_contain_text("2 items")
    expect(screen.search.locator("img")).to_have_count(2)
    expect(screen.area).to_be_hidden()
    expect(screen.app.locator(".ogcw-map-scene")).to_have_count(2)
    lab_page.screenshot(f"stac-found-{theme}", of=screen.app)

    for name in IDS:
        box = screen.search.get_by_role("checkbox", name=re.compile(name))
        box.focus()
        keyboard.press("Space")
        expect(box).to_be_checked()
    expect(screen.app.locator(".ogcw-map-marked")).to_have_count(2)
    lab_page.screenshot(f"stac-picked-{theme}", of=screen.app)
    screen.search.get_by_role("button", name="Add 2 items").press("Enter")

    # Back in the form: both are there, and nothing was run.
    expect(screen.search).to_be_hidden()
    expect(screen.faces).to_have_count(2)
    expect(screen.link("Search a STAC catalogue in this area")).to_be_focused()
    assert screen.sent() == [
        f"{lab_server.stac}/collections/sentinel-2-l2a/items/{name}" for name in IDS
    ]
    lab_page.screenshot(f"stac-added-{theme}", of=screen.app)
    screen.button("JSON").click()
    for name in IDS:
        expect(screen.app.locator(".ogcw-app-left")).to_contain_text(f"/items/{name}")
    assert screen.python("app.job is None")
    assert screen.python("len(app.client.jobs())") == before


def test_search_says_why_when_there_is_nothing(
    screen: ItemsScreen, lab_server: Lab
) -> None:
    screen.area.fill("10, 50, 11, 51")
    screen.area.press("Tab")
    screen.link("Search a STAC catalogue in this area").click()
    expect(screen.search).to_contain_text("Nothing was found.", timeout=PATIENCE_MS)
    height = screen.app.bounding_box()["height"]
    screen.window.screenshot("stac-empty", of=screen.app)

    address = screen.search.get_by_role("combobox", name="Catalogue")
    for text, words in [
        (lab_server.url + "/nowhere", "There is no catalogue at this"),
        (lab_server.scenes[0], "but no STAC API"),
        ("http://127.0.0.1:9/stac", "127.0.0.1 does not answer"),
    ]:
        address.fill(text)
        address.press("Enter")
        expect(screen.search).to_contain_text(words)
    screen.window.screenshot("stac-no-catalogue", of=screen.app)
    # Nothing has moved what stands below the app.
    assert screen.app.bounding_box()["height"] == height
    address.press("Escape")
    expect(screen.area).to_be_visible()
    assert screen.sent() == []


def test_search_is_still_there_when_the_page_is_reloaded(screen: ItemsScreen) -> None:
    screen.area.fill(BOX)
    screen.area.press("Tab")
    screen.link("Search a STAC catalogue in this area").click()
    expect(screen.search.locator("img")).to_have_count(2, timeout=PATIENCE_MS)
    screen.found.first.click()
    screen.window.wait_python("app._search.view.picked")
    screen.window.reload()
    expect(screen.search.locator("img")).to_have_count(2)
    expect(screen.search.get_by_role("checkbox", name=IDS[0])).to_be_checked()
    expect(screen.area).to_be_hidden()
    screen.search.get_by_role("button", name="Add 1 item").click()
    expect(screen.faces).to_have_count(1)
    expect(screen.faces).to_contain_text(IDS[0])
