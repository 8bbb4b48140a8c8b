"""Several areas, files, text and keyboard: a form and its map in real JupyterLab."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from at_rest import at_rest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage
    from playwright.sync_api import Locator

SCREEN = """
import types, ipywidgets, ogc_widgets as ogc
from ogc_widgets.app.links.area_link import AreaLink
POLYGON = {"$ref": "https://geojson.org/schema/Polygon.json"}
CRS = "http://www.opengis.net/def/crs/"
BOX = {"type": "object", "format": "ogc-bbox", "properties": {
    "bbox": {"type": "array", "items": {"type": "number"}},
    "crs": {"type": "string", "enum": [CRS + "OGC/1.3/CRS84", CRS + "EPSG/0/32633"]}}}
form = ogc.ProcessForm({"id": "p", "version": "1", "inputs": {
    "aoi": {"title": "Area of interest", "schema": {"type": "string"}},
    "clip": {"title": "Clip region", "schema": POLYGON},
    "grid": {"title": "Grid", "schema": BOX},
}})
m = ogc.AreaMap(height="500px", basemap=None, center=(45.2, 14.3), zoom=8)
link = AreaLink(types.SimpleNamespace(map=m))
link.bind(form)
ipywidgets.GridBox([form, m],
    layout=ipywidgets.Layout(grid_template_columns="45% 55%", width="100%"))
"""
RESET = """
m.stop_drawing()
form.inputs = {}
m.active_area = "aoi"
m.map.center, m.map.zoom = (45.2, 14.3), 8
m.tell("")
"""


class Screen:
    """The form and the map beside it."""

    def __init__(self, window: LabPage) -> None:
        self.window = window
        self.page = window.page
        self.map = self.page.locator(".ogcw-map")
        self.page.locator(".ogcw-map-tools").wait_for()
        self.map.scroll_into_view_if_needed()

    def tool(self, name: str) -> Locator:
        return self.map.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = at_rest(self.map)
        return box["x"] + x, box["y"] + y

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*start))
        mouse.down()
        mouse.move(*self.at(*end), steps=5)
        mouse.up()

    def legend(self) -> Locator:
        return self.map.locator(".ogcw-map-legend-area")

    def inputs(self, condition: str) -> dict:
        self.window.wait_python(condition)
        return self.window.python("dict(form.inputs)")


@pytest.fixture
def screen(lab_page: LabPage) -> Screen:
    """The form and the map of one notebook, each time as at the start."""
    lab_page.show_once(SCREEN, width=1100)
    lab_page.execute(RESET)
    lab_page.page.keyboard.press("Escape")
    screen = Screen(lab_page)
    # The page has taken it over, wherever the test before has left form and map.
    lab_page.wait_python("abs(m.map.west + m.map.east - 28.6) < 0.01")
    for name in ("Area of interest", "Clip region", "Grid"):
        expect(screen.field(name)).to_have_value("")
    return screen


def test_each_area_is_drawn_for_the_field_that_has_the_focus(screen: Screen) -> None:
    screen.field("Area of interest").click()
    screen.tool("Draw a rectangle").click()
    screen.drag((150, 150), (330, 300))
    drawn = screen.inputs("'aoi' in form.inputs")["aoi"]
    screen.field("Clip region").click()
    expect(screen.legend().filter(has_text="Clip region")).to_have_attribute(
        "aria-pressed", "true"
    )
    screen.tool("Draw a polygon").click()
    for x, y in ((250, 200), (420, 180), (460, 330)):
        screen.page.mouse.click(*screen.at(x, y))
    screen.page.keyboard.press("Enter")
    inputs = screen.inputs("'clip' in form.inputs")
    assert inputs["aoi"] == drawn
    assert inputs["clip"]["type"] == "Polygon"
    # Both are on the map with their names; the one that is not edited is an outline.
    expect(screen.map.locator(".ogcw-map-name")).to_have_text(
        ["Area of interest", "Clip region"]
    )
    expect(screen.map.locator(".ogcw-map-other")).to_have_count(1)
    screen.window.screenshot("map-areas", of=screen.window.output())

    # A click into the outline, or on its name in the legend, goes back to it.
    screen.legend().filter(has_text="Area of interest").click()
    screen.window.wait_python("m.active_area == 'aoi'")
    expect(screen.page.locator(".ogcw-f-area-here")).to_have_count(1)
    screen.page.mouse.click(*screen.at(440, 310))
    screen.window.wait_python("m.active_area == 'clip'")


def test_area_is_drawn_moved_and_resized_with_the_keyboard_alone(
    screen: Screen,
) -> None:
    keyboard = screen.page.keyboard
    screen.tool("Draw a rectangle").focus()
    keyboard.press("Enter")
    for _ in range(3):
        keyboard.press("ArrowUp")
    said = screen.map.locator(".ogcw-map-hint")
    expect(said).to_have_text(re.compile(r"° N, .*° E\. Enter sets a corner\."))
    keyboard.press("Enter")
    for _ in range(5):
        keyboard.press("ArrowRight")
        keyboard.press("ArrowDown")
    screen.window.screenshot("map-keyboard", of=screen.window.output())
    keyboard.press("Enter")
    box = "[float(x) for x in form.inputs.get('aoi', '0,0,0,0').split(',')]"
    west, south, east, north = screen.window.wait_python(f"any({box}) and {box}")
    # Five steps of 16 pixels each way from the middle of the map.
    assert east - west == pytest.approx(5 * 16 * 360 / 256 / 2**8, rel=0.02)

    screen.tool("Change the area").focus()
    keyboard.press("Enter")
    keyboard.press("ArrowRight")
    screen.window.wait_python(f"{box}[0] > {west}")
    keyboard.press("Shift+ArrowUp")
    screen.window.wait_python(f"{box}[3] > {north}")
    assert screen.window.python(f"{box}[1]") == pytest.approx(south)
    keyboard.press("Escape")
    screen.window.wait_python("m.drawing == ''")


def test_area_comes_from_pasted_text_and_a_fault_is_said_there(screen: Screen) -> None:
    screen.tool("Area from text or a file").click()
    text = screen.map.get_by_label("Area as text")
    expect(text).to_be_focused()
    text.fill("13 45 nowhere")
    screen.map.get_by_role("button", name="Use this text").click()
    problem = screen.map.locator(".ogcw-map-said > .ogcw-error")
    expect(problem).to_contain_text("This is not an area.")
    assert screen.window.python("dict(form.inputs)") == {}
    text.fill("POLYGON((14 45, 15 45, 14.5 45.5, 14 45))")
    screen.page.keyboard.press("Control+Enter")
    assert screen.inputs("form.inputs") == {"aoi": "14,45,15,45.5"}
    expect(problem).to_be_hidden()
    expect(text).to_be_hidden()
    expect(screen.field("Area of interest")).to_have_value(
        "POLYGON((14 45,15 45,14.5 45.5,14 45))"
    )
    expect(screen.page.get_by_text("The box around the shape is sent.")).to_be_visible()


def test_area_comes_from_a_chosen_and_from_a_dropped_file(
    screen: Screen, tmp_path: Path
) -> None:
    ring = [[14, 45], [14.4, 45], [14.3, 45.4], [14, 45]]
    feature = {
        "type": "Feature",
        "properties": {"<b>": "<img src=x onerror=alert(1)>"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "<i>lake.geojson"
    # More than one message to the kernel.
    padding = " " * 3_500_000
    path.write_text(json.dumps(feature) + padding)
    screen.field("Clip region").click()
    screen.map.locator("input[type=file]").set_input_files(path)
    assert screen.inputs("form.inputs")["clip"]["coordinates"] == [ring]
    notice = screen.map.locator(".ogcw-map-notice")
    expect(notice).to_contain_text("The area of <i>lake.geojson.")
    notice.get_by_role("button", name="Close this note").click()
    expect(notice).to_be_hidden()

    dropped = screen.page.evaluate_handle(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.wkt"));
          return data;
        }""",
        "POLYGON((13.5 44.9, 14 44.9, 14 45.3, 13.5 44.9))",
    )
    screen.map.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(screen.map).to_have_class(re.compile("ogcw-map-dropping"))
    screen.map.dispatch_event("drop", {"dataTransfer": dropped})
    screen.window.wait_python(
        "form.inputs['clip']['coordinates'][0][0] == [13.5, 44.9]"
    )
    expect(screen.map).not_to_have_class(re.compile("ogcw-map-dropping"))


def test_another_system_is_chosen_under_the_field_and_said_in_words(
    screen: Screen,
) -> None:
    screen.field("Grid").fill("14, 45, 14.5, 45.4")
    screen.window.wait_python("'grid' in form.inputs")
    screen.page.get_by_role("button", name="Change how Grid is sent").click()
    system = screen.page.get_by_role(
        "combobox", name="Coordinate reference system of Grid"
    )
    system.select_option("EPSG:32633")
    sent = screen.inputs("form.inputs['grid']['crs'].endswith('32633')")["grid"]
    assert 4.2e5 < sent["bbox"][0] < sent["bbox"][2] < 4.7e5
    assert 4.98e6 < sent["bbox"][1] < sent["bbox"][3] < 5.04e6
    expect(
        screen.page.get_by_text("min x, min y, max x, max y in metres (EPSG:32633)")
    ).to_be_visible()
    # Numbers in metres are taken as they are, and the map follows them.
    screen.field("Grid").fill("399960, 4990200, 509760, 5100000")
    assert screen.inputs("form.inputs['grid']['bbox'][0] == 399960")["grid"] == {
        "bbox": [399960, 4990200, 509760, 5100000],
        "crs": "http://www.opengis.net/def/crs/EPSG/0/32633",
    }
    screen.window.wait_python("13 < m.bbox[0] < 14 and 46 < m.bbox[3] < 47")


def test_every_button_of_the_map_has_a_name(screen: Screen) -> None:
    buttons = screen.map.get_by_role("button")
    buttons.nth(9).wait_for()
    names = buttons.evaluate_all(
        """(buttons) => buttons.filter((button) => button.checkVisibility()).map(
          (button) => button.getAttribute("aria-label") || button.textContent)"""
    )
    assert all(name.strip() for name in names)
    assert len(set(names)) == len(names)
