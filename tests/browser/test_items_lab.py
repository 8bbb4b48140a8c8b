"""One filter and one scale of colours for map and table, in real JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from at_rest import at_rest
from playwright.sync_api import expect
from waiting import wait_for

if TYPE_CHECKING:
    from lab_window import LabPage

# A field of boxes: the further east, the later and the wetter; none lie on each other.
MANY = """
import datetime as dt
import ogc_widgets as ogc

def item(n):
    column, row = n % 200, n // 200
    x, y = column * .2 - 20, row * .2
    day = dt.datetime(2021, 1, 1) + dt.timedelta(days=3 * column)
    ring = [[x, y], [x + .15, y], [x + .15, y + .15], [x, y + .15], [x, y]]
    facts = {"datetime": day.isoformat() + "Z", "water:percent": column / 20}
    return {"type": "Feature", "id": f"{column:03}/{row:03}", "properties": facts,
            "geometry": {"type": "Polygon", "coordinates": [ring]}}

m = ogc.ResultsMap([item(n) for n in range(20_000)])
m
"""
# The colours of a canvas, without those that are hardly seen.
COLOURS = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const found = {};
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 120) found[[data[i], data[i + 1], data[i + 2]]] = true;
    }
    return Object.keys(found).map((one) => one.split(",").map(Number));
}"""
WEST, EAST = (0xBF, 0x9B, 0x0B), (0x5B, 0x53, 0xC6)  # the ends of the ramp


def near(colours: list[list[int]], wanted: tuple[int, ...]) -> bool:
    return any(
        sum(abs(a - b) for a, b in zip(one, wanted, strict=True)) < 30
        for one in colours
    )


def test_what_is_kept_and_its_colours_are_the_same_on_map_and_in_table(
    lab_page: LabPage,
) -> None:
    lab_page.show(MANY, width=900)
    page = lab_page.page
    canvas = page.locator(".ogcw-map-items")
    expect(canvas).to_have_attribute("data-drawn", "20000")
    assert lab_page.python("m.colour_by") == "water:percent"
    # The colours are a message of their own.
    wait_for(lambda: near(canvas.evaluate(COLOURS), WEST))
    assert near(canvas.evaluate(COLOURS), EAST)

    # The later half: its window is dragged from the left end to the middle.
    field = page.locator(".ogcw-histogram-field")
    field.scroll_into_view_if_needed()
    box = at_rest(field)
    page.mouse.move(box["x"], box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10, steps=12)
    page.mouse.up()
    expect(page.get_by_text("10,000 of 20,000 items")).to_be_visible()
    expect(canvas).to_have_attribute("data-drawn", "10000")
    assert lab_page.python("int(m.kept.sum())") == 10_000
    wait_for(lambda: not near(canvas.evaluate(COLOURS), WEST))
    first = page.locator(".ogcw-items-table tr[data-id]").first
    expect(first).to_have_attribute("data-id", "100/000")
    lab_page.screenshot("items-filtered", of=lab_page.output())

    # A click where nothing is drawn any more selects nothing.
    lab_page.execute("m.map.map.center, m.map.map.zoom = (10.08, -11.92), 9")
    expect(canvas).to_have_attribute("data-drawn", "0")
    page.locator(".ogcw-map").scroll_into_view_if_needed()
    spot = at_rest(page.locator(".ogcw-map"))
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    assert lab_page.python("m.selected") == ""

    page.get_by_role("button", name="show all items again").click()
    expect(canvas).not_to_have_attribute("data-drawn", "0")
    assert lab_page.python("m.kept is None")
    page.locator(".ogcw-map").scroll_into_view_if_needed()
    spot = at_rest(page.locator(".ogcw-map"))
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    assert lab_page.wait_python("m.selected") == "040/050"
    expect(page.locator(".ogcw-items-table tr[aria-selected=true]")).to_be_in_viewport()

    # By date, from the map; then set in Python.
    page.get_by_label("Colour by").select_option("date")
    assert lab_page.wait_python("m.colour_by == 'date'")
    expect(page.locator(".ogcw-map-colour-ends")).to_have_text("2021-01-012022-08-21")
    lab_page.execute("m.kept = m.columns.number('water:percent').values < 1")
    expect(page.get_by_text("2,000 of 20,000 items")).to_be_visible()
    expect(page.get_by_text("chosen in Python")).to_be_visible()
    lab_page.screenshot("items-chosen", of=lab_page.output())
