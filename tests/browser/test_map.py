"""Drawing and looking at results with the mouse, in real JupyterLab, tiles blocked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from at_rest import at_rest
from playwright.sync_api import expect
from waiting import wait_for

if TYPE_CHECKING:
    from lab_window import LabPage
    from playwright.sync_api import Locator

AREA = """
import ogc_widgets as ogc
seen = []
m = ogc.AreaMap(center=(45, 10), zoom=5)
m.observe(lambda change: seen.append(change["new"]), "bbox")
m
"""
RESET = """
m.stop_drawing()
m.geometry = None
seen.clear()
"""
# As the page says: 900 by 440 pixels around 10 east, 45 north.
AT_THE_START = (
    "abs(m.map.west + m.map.east - 20) < 0.1 and abs(m.map.north - 51.6) < 0.3"
    " and abs(m.map.east - m.map.west - 39.5) < 0.3"
)
RESULTS = """
import asyncio, pathlib, struct, zlib
import ogc_widgets as ogc
from ogc_widgets.client.results.job_results import Asset
from ogc_widgets.errors import InputError

def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

rows = b"".join(b"\\0" + bytes((20, 90, 200, 255)) * 16 for _ in range(16))
png = (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 6, 0, 0, 0))
       + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
ring = [[-121.4, 39.8], [-120.7, 39.85], [-120.75, 40.5], [-121.35, 40.45], [-121.4, 39.8]]

def item(name, day, water):
    return {"type": "Feature", "id": name, "bbox": [-121.4, 39.8, -120.7, 40.5],
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"datetime": day, "water:percent": water,
                           "style": {"color": "red"}, "<img src=x onerror=alert(1)>": 1},
            "assets": {"data": {}, "look": {}}}

class Results:
    items = [item("S2B_10TFK_20210713_0_L2A", "2021-07-13T19:00:00Z", 3.12),
             item("<img src=x onerror='window.__xss=1'>", "2022-05-24T19:00:00Z", 4.4),
             item("S2A_in_a_store", "2022-06-24T19:00:00Z", 4)]
    def assets(self, item):
        if item["id"].startswith("S2A"):
            why = "The file is in an object store (s3): copy the path."
            return [Asset("data", "", "image/tiff", "s3://b/k.tif", ("data",), 5, False, why)]
        return [Asset("data", "", "image/tiff; application=geotiff",
                      "http://127.0.0.1:9/w.tif", ("data",), 1234567, True, ""),
                Asset("look", "", "image/png", "http://127.0.0.1:9/w.png", ("thumbnail",), 99, True, "")]
    def open(self, item, key):
        raise InputError("It is no raster.")
    async def aio_download(self, folder, *, items, assets):
        path = pathlib.Path(folder) / f"water_{assets[0]}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png)
        return [path]

m = ogc.ResultsMap(Results(), previews_first=False)
m
"""  # noqa: E501

# Red, green, blue and opacity of a canvas at a place of the page.
PIXEL = """(canvas, [x, y]) => {
    const box = canvas.getBoundingClientRect();
    const [column, row] = [(x - box.x) / box.width, (y - box.y) / box.height];
    const [width, height] = [canvas.width, canvas.height];
    const { data } = canvas.getContext("2d").getImageData(
        Math.round(column * width), Math.round(row * height), 1, 1);
    return [...data];
}"""
# Whether the canvas lies under all of the map.
COVERS = """() => {
    const [map, canvas] = [".ogcw-map", ".ogcw-map-items"].map((name) =>
        document.querySelector(name).getBoundingClientRect());
    return canvas.left <= map.left && canvas.right >= map.right;
}"""
MANY = """
import ogc_widgets as ogc
m = ogc.AreaMap(basemap=None, center=(0, 180), zoom=2, height="500px")
def quadrangle(x, y):
    ring = [[x, y], [x + 1, y + .2], [x + .8, y + .9], [x - .2, y + .7], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}
m.show_footprints([
    {"type": "Feature", "id": f"i{n}", "properties": {},
     "geometry": quadrangle(n % 200 * 1.7 - 170, n // 200 * .6 - 50)}
    for n in range(30_000)
], fit=False)
m
"""

STATES = """
import ogc_widgets as ogc
from ogc_widgets.area.area import Area
m = ogc.AreaMap(basemap=None, center=(40, 10), zoom=6, height="400px")
m.tools = []
clicked = []
areas = [Area.box(9 + n, 39.5, 9.8 + n, 40.5) for n in range(3)]
states = m.state_areas
names = ["Davis", "<b>Butt</b>", "Eagle"]
states.show(names, areas, ["waiting", "failed", "successful"])
states.on_click = clicked.append
m
"""


class OnMap:
    """The mouse on the map of a notebook; positions are pixels from its corner."""

    def __init__(self, window: LabPage) -> None:
        self.window = window
        self.page = window.page
        self.map = self.page.locator(".ogcw-map")
        self.page.locator(".ogcw-map-tools").wait_for()

    def tool(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = at_rest(self.map)
        return box["x"] + x, box["y"] + y

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*start))
        mouse.down()
        mouse.move(*self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), steps=3)
        mouse.move(*self.at(*end), steps=3)
        mouse.up()

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.at(x, y))


@pytest.fixture
def area(lab_page: LabPage) -> OnMap:
    """The map of one notebook, which no test moves, each time as at the start."""
    lab_page.show_once(AREA, width=900)
    lab_page.execute(RESET)
    on_map = OnMap(lab_page)
    lab_page.wait_python(AT_THE_START)
    expect(lab_page.page.locator(".ogcw-map-aoi")).to_have_attribute("d", "")
    return on_map


@pytest.fixture
def moved(lab_page: LabPage) -> OnMap:
    """The map of a notebook of its own: ipyleaflet does not always take a move back."""
    lab_page.show(AREA, width=900)
    return OnMap(lab_page)


def test_coasts_show_where_one_is_when_there_are_no_tiles(area: OnMap) -> None:
    area.page.get_by_text("No background map").wait_for()
    # The boot of Italy lies in view, and the sea off its western shore.
    italy, sea = "[43.2, 11.8]", "[42.0, 9.9]"
    under = f"""path => {{
        const map = document.querySelector(".leaflet-container");
        const point = path.ownerSVGElement.createSVGPoint();
        return [{italy}, {sea}].map(([lat, lng]) => {{
            // The map starts at 45 north, 10 east, where zoom 5 has 8192 pixels around.
            const y = (f) => Math.log(Math.tan(Math.PI / 4 + f * Math.PI / 360));
            const box = map.getBoundingClientRect();
            const k = 8192 / (2 * Math.PI);
            point.x = box.x + box.width / 2 + (lng - 10) * 8192 / 360;
            point.y = box.y + box.height / 2 - (y(lat) - y(45)) * k;
            const onPath = point.matrixTransform(path.getScreenCTM().inverse());
            return path.isPointInFill(onPath);
        }});
    }}"""
    coasts = area.page.locator(".ogcw-map-coasts")
    expect(coasts).to_have_attribute("d", re.compile("^M"))
    assert coasts.evaluate(under) == [True, False]


def test_area_is_drawn_changed_and_deleted_with_the_mouse(area: OnMap) -> None:
    window = area.window
    area.tool("Draw a rectangle").click()
    area.page.get_by_text("Drag a rectangle").wait_for()
    area.drag((300, 120), (500, 260))
    west, south, east, north = window.wait_python("m.bbox")
    # 900 by 440 pixels around 10 east, 45 north; zoom 5 has 8192 pixels to 360 degrees.
    assert west == pytest.approx(10 - 150 * 360 / 8192, abs=0.05)
    assert east == pytest.approx(10 + 50 * 360 / 8192, abs=0.05)
    assert south < 45 < north
    assert window.python("len(seen)") == 1, "one shape, one change"

    area.tool("Change the area").click()
    area.drag((500, 260), (560, 300))
    moved = window.wait_python("m.bbox if len(seen) == 2 else None")
    assert moved[0] == west
    assert moved[3] == north
    assert moved[2] == pytest.approx(east + 60 * 360 / 8192, abs=0.05)
    assert moved[1] < south
    area.page.keyboard.press("Escape")
    expect(area.page.locator(".ogcw-map-handle")).to_have_count(0)

    area.tool("Delete the area").click()
    assert window.wait_python(
        "len(seen) == 3 and m.geometry is None and m.bbox is None"
    )
    expect(area.page.locator(".ogcw-map-aoi")).to_have_attribute("d", "")
    expect(area.tool("Delete the area")).to_be_disabled()


def test_area_is_drawn_by_two_clicks_when_python_asks_for_it(area: OnMap) -> None:
    area.window.execute("m.start_drawing()")
    area.page.get_by_text("Drag a rectangle").wait_for()
    area.click(300, 120)
    area.click(420, 200)
    box = area.window.wait_python("m.bbox")
    assert box[2] - box[0] == pytest.approx(120 * 360 / 8192, abs=0.05)
    assert area.window.wait_python("m.drawing == ''")


def test_polygon_is_closed_on_its_first_corner_and_refused_when_it_crosses(
    area: OnMap,
) -> None:
    window = area.window
    area.tool("Draw a polygon").click()
    for corner in [(300, 100), (500, 120), (420, 300), (302, 103)]:
        area.click(*corner)
    assert window.wait_python("m.geometry and m.geometry['type']") == "Polygon"
    ring = window.python("m.geometry['coordinates'][0]")
    assert len(ring) == 4
    window.screenshot("map-polygon", of=area.map)

    area.tool("Draw a polygon").click()
    for corner in [(300, 100), (500, 300), (500, 100), (300, 300)]:
        area.click(*corner)
    area.page.keyboard.press("Enter")
    area.page.get_by_text("The outline of the area crosses itself.").wait_for()
    assert window.python("m.geometry['coordinates'][0]") == ring
    assert window.python("len(seen)") == 1

    area.tool("Draw a polygon").click()
    area.click(300, 100)
    area.page.keyboard.press("Escape")
    assert window.wait_python("m.drawing == ''")
    assert window.python("m.geometry['coordinates'][0]") == ring


def test_unreachable_tiles_and_moves_of_the_mouse_are_no_traffic_unless_asked_for(
    moved: OnMap,
) -> None:
    page, window = moved.page, moved.window
    page.get_by_text("No background map").wait_for()
    assert window.hosts <= {"tile.openstreetmap.org"}
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    window.execute(
        "told = []\nlistener = lambda **event: told.append(event['type'])\n"
        # Not as a user listens: this one does not ask for reports.
        "m.map._interaction_callbacks.register_callback(listener)"
    )
    before = window.python("m.map.center")
    page.mouse.move(*moved.at(100, 300))
    page.mouse.move(*moved.at(700, 320), steps=40)
    moved.drag((600, 300), (300, 200))
    window.wait_python(f"m.map.center != {before}")
    assert window.python("told") == []
    window.execute("m.map.on_interaction(listener)")
    left, top = moved.at(200, 300)

    def told_of_a_move() -> bool:
        for step in (0, 10):
            page.mouse.move(left + step, top)
        return "mousemove" in window.python("told")

    wait_for(told_of_a_move, lambda: "the listener is told nothing")
    assert [url for url in requests if "openstreetmap" in url] == []
    # Coordinates stand at the edges, so that one knows where one is.
    expect(page.locator(".ogcw-map-labels text").nth(4)).to_be_attached()
    moved.tool("Take the current view as the area").click()
    assert window.wait_python("m.bbox is not None")


def test_area_is_seen_and_comes_back_right_when_the_map_lies_over_the_antimeridian(
    moved: OnMap,
) -> None:
    window = moved.window
    window.execute("m.bbox = [178, -19, -178, -16]")
    # "Zoom to what is drawn" is done by itself: the box is one piece in the middle.
    outline = moved.page.locator(".ogcw-map-aoi")
    moved.page.wait_for_function(
        "() => document.querySelector('.ogcw-map-aoi').getBBox().width > 200"
    )
    assert outline.get_attribute("d").count("M") == 1
    assert window.python("m.geometry['type']") == "MultiPolygon"
    moved.tool("Change the area").click()
    middle, corner = at_rest(outline), at_rest(moved.map)
    x = middle["x"] - corner["x"] + middle["width"] / 2
    y = middle["y"] - corner["y"] + middle["height"] / 2
    moved.drag((x, y), (x + 40, y))
    west, _, east, _ = window.wait_python("m.bbox if m.bbox[0] != 178 else None")
    assert 178 < west < 180
    assert -178 < east < -176
    moved.page.keyboard.press("Escape")
    window.screenshot("map-antimeridian", of=moved.map)


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 700)])
def test_footprints_and_table_select_each_other(
    lab_page: LabPage, theme: str, width: int
) -> None:
    lab_page.show(RESULTS, theme=theme, width=width)
    results = OnMap(lab_page)
    page = lab_page.page
    rows = page.locator(".ogcw-items-table tbody tr[data-id]")
    expect(rows).to_have_count(3)
    assert results.map.bounding_box()["width"] == pytest.approx(width, abs=3)
    canvas = page.locator(".ogcw-map-items")
    expect(canvas).to_have_attribute("data-drawn", "3")

    rows.nth(1).locator("td").nth(1).click()
    assert lab_page.wait_python("m.selected") == "<img src=x onerror='window.__xss=1'>"
    page.locator(".ogcw-map-selected").wait_for(state="attached")

    # All three lie on each other: each click takes the next one.
    results.map.scroll_into_view_if_needed()
    first = at_rest(page.locator(".ogcw-map-selected"))
    spot = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2
    lab_page.execute("m.colour_by = ''")
    accent = (21, 101, 192) if theme == "light" else (100, 181, 246)
    inside = pytest.approx(accent, abs=6)
    wait_for(lambda: canvas.evaluate(PIXEL, spot)[:3] == inside)
    assert canvas.evaluate(PIXEL, (spot[0], first["y"] - 30))[3] == 0
    page.mouse.move(*spot)
    page.locator(".ogcw-map-tip", has_text="(2 of 3 here)").wait_for()
    for name in ("S2A_in_a_store", "S2B_10TFK_20210713_0_L2A"):
        page.mouse.click(*spot)
        assert lab_page.wait_python(f"m.selected == {name!r}")
    expect(rows.nth(0)).to_have_attribute("aria-selected", "true")

    page.get_by_role("grid", name="Result items").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    rows.nth(0).locator("td").nth(1).click()
    rows.nth(0).get_by_role("button", name="preview").click()
    page.locator(".ogcw-map-pictures image").wait_for(state="attached")
    rows.nth(0).get_by_role("button", name="files of").click()
    details = page.get_by_role("region", name="Selected item")
    opens = details.get_by_role("button", name=re.compile("^open "))
    opens.first.wait_for()
    rows.nth(2).get_by_role("button", name="files of").click()
    details.locator(".ogcw-items-why", has_text="object store").wait_for()
    assert opens.count() == 0
    assert page.evaluate("() => window.__xss === undefined")
    page.mouse.move(0, 0)
    lab_page.screenshot(f"map-results-{theme}-{width}", of=lab_page.output())


def test_everything_is_there_again_when_the_page_is_reloaded(
    lab_page: LabPage,
) -> None:
    lab_page.show(RESULTS, width=900)
    OnMap(lab_page)
    lab_page.execute("m.map.bbox = [-121.399, 39.834, -120.74, 40.472]")
    lab_page.execute("m.selected = 'S2A_in_a_store'")
    lab_page.page.locator(".ogcw-map-selected").wait_for(state="attached")
    lab_page.reload()
    OnMap(lab_page)
    page = lab_page.page
    page.wait_for_function(
        "() => document.querySelector('.ogcw-map-aoi')?.getBBox().width > 50"
    )
    expect(page.locator(".ogcw-map-selected")).to_have_count(1)
    expect(page.locator(".ogcw-items-table tr[aria-selected=true]")).to_have_count(1)


def test_very_many_footprints_are_drawn_found_and_there_after_a_reload(
    lab_page: LabPage,
) -> None:
    lab_page.show(MANY, width=900)
    results = OnMap(lab_page)
    page = lab_page.page
    canvas = page.locator(".ogcw-map-items")
    drawn = "canvas => Number(canvas.dataset.drawn)"
    # The map shows more than one world: some are drawn in two copies of it.
    wait_for(lambda: canvas.evaluate(drawn) > 30_000)
    # Over the land, between insides and edges of a batch's areas, under the area.
    layers = page.locator(".ogcw-map-canvas")
    order = "all => all.map((one) => [one.tagName, getComputedStyle(one).zIndex])"
    assert layers.evaluate_all(order) == [
        [tag, "200"] for tag in ("svg", *3 * ["CANVAS"], "svg")
    ]
    lab_page.screenshot("map-very-many", of=results.map)

    lab_page.execute("m.selected = 'i16900'")
    page.locator(".ogcw-map-selected").wait_for(state="attached")
    lab_page.execute("m.map.center, m.map.zoom = (0.4, 0.3), 8")
    page.wait_for_function(
        "() => document.querySelector('.ogcw-map-selected')?.getBBox().width > 100"
    )
    wait_for(lambda: 0 < canvas.evaluate(drawn) < 1000)
    results.click(450, 250)
    assert lab_page.wait_python("m.selected == 'i16700'")
    lab_page.screenshot("map-very-many-near", of=results.map)

    lab_page.reload()
    OnMap(lab_page)
    expect(page.locator(".ogcw-map-selected")).to_have_count(1)
    wait_for(lambda: canvas.evaluate(drawn) > 0)

    # However far it is dragged its edge is not seen, and what comes into view is drawn.
    page.mouse.move(*results.at(880, 250))
    page.mouse.down()
    page.mouse.move(*results.at(20, 250), steps=8)
    page.wait_for_function(COVERS)
    row = [results.at(x, 250) for x in range(600, 880, 40)]
    wait_for(lambda: any(canvas.evaluate(PIXEL, place)[3] for place in row))
    page.mouse.up()


def test_areas_have_the_colours_of_their_states_and_a_click_chooses_one(
    lab_page: LabPage,
) -> None:
    lab_page.show(STATES)
    OnMap(lab_page)
    page = lab_page.page
    names = page.locator(".ogcw-map-state-names text")
    expect(names).to_have_text(["Davis", "<b>Butt</b>", "Eagle"])
    inside = page.locator(".ogcw-map-states").first
    expect(inside).to_have_attribute("data-drawn", "3")

    # Inside the area whose name stands below it.
    name = at_rest(names.nth(1))
    spot = name["x"] + 8, name["y"] - 20

    red, green = (179, 38, 30), (46, 125, 50)
    assert inside.evaluate(PIXEL, spot)[:3] == pytest.approx(red, abs=8)
    page.mouse.move(*spot)
    expect(page.locator(".ogcw-map-tip")).to_have_text("<b>Butt</b>, failed")
    page.mouse.click(*spot)
    assert lab_page.wait_python("clicked == [1] and states.chosen == 1")
    page.locator(".ogcw-map-state-chosen path").first.wait_for(state="attached")
    lab_page.execute("states.colour(['successful'] * 3)")
    page.wait_for_function(
        f"""([x, y]) => {{
            const [red, green] = ({PIXEL})(
                document.querySelector(".ogcw-map-states"), [x, y]);
            return Math.abs(red - {green[0]}) < 8 && Math.abs(green - {green[1]}) < 8;
        }}""",
        arg=[*spot],
    )
