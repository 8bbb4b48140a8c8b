"""A raster on the map: seen at once, sharper when zoomed in, with values on a click."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from at_rest import at_rest
from PIL import Image
from playwright.sync_api import expect
from waiting import wait_for

if TYPE_CHECKING:
    from lab_window import LabPage

pytest.importorskip("rio_tiler", reason="the extra raster is not installed")

MASK = """
import numpy as np, rasterio
import ogc_widgets as ogc
from ogc_widgets.area.area import Area
from ogc_widgets.client.results.job_results import Asset
from rasterio.transform import from_bounds

box = -121.4, 39.8, -120.7, 40.5
mask = np.full((1024, 1024), 1, "uint8")
mask[:256] = 0
with rasterio.open("mask.tif", "w", driver="GTiff", width=1024, height=1024, count=1,
                   dtype="uint8", crs="EPSG:4326", tiled=True,
                   transform=from_bounds(*box, 1024, 1024)) as file:
    file.write(mask, 1)

class Results:
    items = [{"type": "Feature", "id": "lake", "bbox": list(box), "properties": {},
              "geometry": Area.box(*box).geometry,
              "assets": {"data": {"classification:classes": [
                  {"value": 0, "name": "land", "color_hint": "C8C0A0"},
                  {"value": 1, "name": "water", "color_hint": "1050C0"}]}}}]
    def assets(self, item):
        return [Asset("data", "", "image/tiff; application=geotiff", "mask.tif",
                      ("data",), 9, True, "")]
    def open(self, item, key):
        return "mask.tif"

m = ogc.ResultsMap(Results())
m
"""

TWO = """
import numpy as np, rasterio
import ogc_widgets as ogc
from ogc_widgets.area.area import Area
from ogc_widgets.client.results.job_results import assets_of
from rasterio.transform import from_bounds

box = -121.4, 39.8, -120.7, 40.5
water = [{"value": 0, "name": "land", "color_hint": "C8C0A0"},
         {"value": 1, "name": "water", "color_hint": "1050C0"}]

def item(name, day, value):
    with rasterio.open(f"{name}.tif", "w", driver="GTiff", width=256, height=256,
                       count=1, dtype="uint8", crs="EPSG:4326",
                       transform=from_bounds(*box, 256, 256)) as file:
        file.write(np.full((256, 256), value, "uint8"), 1)
    return {"type": "Feature", "id": name, "bbox": list(box),
            "properties": {"datetime": day}, "geometry": Area.box(*box).geometry,
            "assets": {"data": {"href": f"https://h/{name}.tif", "roles": ["data"],
                                "classification:classes": water}}}

class Results:
    items = [item("late", "2022-05-12T00:00:00Z", 1),
             item("early", "2021-07-18T00:00:00Z", 0)]
    def assets(self, item):
        return assets_of(item, lambda *_: "")
    def open(self, item, key):
        return item["id"] + ".tif"

m = ogc.ResultsMap(Results(), previews_first=False)
m.compare("late", "early")
m
"""

BLUE = """async () => {
  let blue = 0;
  for (const tile of document.querySelectorAll(".ogcw-map-rasters image")) {
    const image = new Image();
    image.src = tile.getAttribute("href");
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 256;
    const draw = canvas.getContext("2d");
    draw.drawImage(image, 0, 0);
    const { data } = draw.getImageData(0, 0, 256, 256);
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, a] = data.slice(at, at + 4);
      if (a > 200 && b > 150 && r < 60 && g < 120) blue += 1;
    }
  }
  return blue;
}"""
HREFS = """() => [...document.querySelectorAll(".ogcw-map-rasters image")]
  .map((tile) => tile.getAttribute("href"))"""


@pytest.mark.timeout(180)
def test_mask_is_seen_without_a_press_and_finer_when_zoomed_in(
    lab_page: LabPage,
) -> None:
    lab_page.show(MASK)
    page = lab_page.page
    tiles = page.locator(".ogcw-map-rasters image")
    tiles.first.wait_for(state="attached", timeout=60_000)
    page.wait_for_function(f"async () => (await ({BLUE})()) > 10_000")
    expect(page.locator(".ogcw-map-raster-stills image")).to_have_count(0)
    legend = page.locator(".ogcw-map-raster-legend")
    expect(legend).to_contain_text("water")
    expect(page.locator(".ogcw-map-unfilled")).to_have_count(1)

    before = page.evaluate(HREFS)
    side = tiles.first.get_attribute("width")
    page.get_by_role("button", name="Zoom in", exact=True).click()
    page.wait_for_function(
        f"(before) => {{ const now = ({HREFS})();"
        " return now.length > 0 && now.every((one) => !before.includes(one)); }",
        arg=before,
    )
    assert tiles.first.get_attribute("width") == side == "256"
    page.wait_for_function(f"async () => (await ({BLUE})()) > 10_000")

    page.locator(".ogcw-map").scroll_into_view_if_needed()
    where = at_rest(page.locator(".ogcw-map"))
    page.mouse.click(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    expect(page.locator(".ogcw-map-values")).to_contain_text("water (1)")
    lab_page.screenshot("map-raster", of=lab_page.output())

    page.get_by_role("button", name="hide preview of lake").click()
    expect(tiles).to_have_count(0)


@pytest.mark.timeout(180)
def test_small_picture_is_seen_where_no_tiles_come(lab_page: LabPage) -> None:
    # As on a page that was exported, where nobody sends tiles.
    silent = MASK.replace(
        "\nm\n", "\nm.map._overlay.handle(tile=lambda **_: None)\nm\n"
    )
    lab_page.show(silent)
    page = lab_page.page
    small = page.locator(".ogcw-map-raster-stills image")
    expect(small).to_have_count(1)
    assert page.locator(".ogcw-map-rasters image").count() == 0
    for_small = BLUE.replace(".ogcw-map-rasters", ".ogcw-map-raster-stills")
    page.wait_for_function(f"async () => (await ({for_small})()) > 10_000")
    assert len(small.get_attribute("href")) < 70_000
    lab_page.screenshot("raster-without-tiles", of=lab_page.output())


def on_map(window: LabPage, right: float) -> tuple[float, float]:
    """A place on the map, so far from its middle; the notebook may have scrolled."""
    box = window.page.locator(".ogcw-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + 60


def colour_at(window: LabPage, right: float) -> tuple[int, ...]:
    """What is seen there."""
    shot = Image.open(io.BytesIO(window.page.screenshot())).convert("RGB")
    x, y = on_map(window, right)
    return shot.getpixel((round(x), round(y)))


WATER, LAND = (0x10, 0x50, 0xC0), (0xC8, 0xC0, 0xA0)


@pytest.mark.timeout(180)
def test_line_is_dragged_between_two_items_and_both_are_read(lab_page: LabPage) -> None:
    lab_page.show(TWO)
    page = lab_page.page
    line = page.get_by_role("slider", name="Line between 18 Jul 2021 and 12 May 2022")
    line.wait_for(timeout=60_000)
    tiles = page.locator(".ogcw-map-rasters image")
    page.wait_for_function(
        "document.querySelectorAll('.ogcw-map-rasters image').length > 1"
    )
    page.locator(".ogcw-map").scroll_into_view_if_needed()
    wait_for(lambda: colour_at(lab_page, 30) == WATER)
    wait_for(lambda: colour_at(lab_page, -30) == LAND)

    before = page.evaluate(HREFS)
    grip = at_rest(line)
    page.mouse.move(grip["x"] + 16, grip["y"] + 16)
    page.mouse.down()
    page.mouse.move(grip["x"] + 76, grip["y"] + 16, steps=3)
    page.mouse.up()
    wait_for(lambda: colour_at(lab_page, 30) == LAND)
    line.press("Home")
    expect(line).to_have_attribute("aria-valuenow", "0")
    wait_for(lambda: colour_at(lab_page, -30) == WATER)
    # Cut, not fetched again.
    assert {*before} <= {*page.evaluate(HREFS)}

    page.mouse.click(*on_map(lab_page, 0))
    values = page.locator(".ogcw-map-values")
    expect(values).to_contain_text("18 Jul 2021land (0)")
    expect(values).to_contain_text("12 May 2022water (1)")
    expect(page.locator(".ogcw-map-read")).to_have_count(1)
    lab_page.screenshot("map-swipe", of=lab_page.output())
    page.keyboard.press("Escape")
    expect(values).to_be_hidden()
    page.get_by_role("button", name="End the comparison").click()
    expect(line).to_be_hidden()
    wait_for(lambda: colour_at(lab_page, -30) == WATER)

    # Drawn in another way, without a moment in which nothing is there.
    page.evaluate("""() => {
      window.least = Infinity;
      const group = document.querySelector(".ogcw-map-rasters");
      new MutationObserver(() => {
        const count = group.querySelectorAll("image").length;
        window.least = Math.min(window.least, count);
      }).observe(group, { childList: true, subtree: true });
    }""")
    count = tiles.count()
    page.get_by_role("button", name="a colour for each value").click()
    page.get_by_role("option", name="white to black").click()
    wait_for(lambda: colour_at(lab_page, 0) != WATER)
    assert page.evaluate("window.least") >= count
