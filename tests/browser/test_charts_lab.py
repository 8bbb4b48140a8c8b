"""The chart of results in JupyterLab: one selection with the table, and rasters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from at_rest import at_rest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

pytest.importorskip("rasterio", reason="the extra raster is not installed")

ITEMS = """
import math
import numpy as np, rasterio
import ogc_widgets as ogc
from ogc_widgets.area.area import Area
from ogc_widgets.client.results.files.result_files import Asset
from rasterio.transform import from_bounds

box = -121.4, 39.8, -120.7, 40.5

class Results:
    note = ""
    days = [f"{2021 + n // 12}-{n % 12 + 1:02}-12" for n in range(24)]
    items = [{"type": "Feature", "id": f"S2A_10TFK_{n:02}", "bbox": list(box),
              "geometry": Area.box(*box).geometry,
              "properties": {"datetime": f"{day}T19:00:00Z",
                             "water:percent": round(7 + 3.3 * math.sin(n / 3), 1),
                             "water:area_km2": 250 + 9.5 * n},
              "assets": {"data": {"classification:classes": [
                  {"value": 0, "name": "land"}, {"value": 1, "name": "water"}]}}}
             for n, day in enumerate(days)]
    def assets(self, item):
        return [Asset("data", "", "image/tiff; application=geotiff",
                      f"{item['id']}.tif", ("data",), 9, True, "")]
    def open(self, item, key):
        return f"{item['id']}.tif"

for n, item in enumerate(Results.items):
    mask = np.zeros((1, 64, 64), "uint8")
    mask[0, :, : 8 + n] = 1
    with rasterio.open(f"{item['id']}.tif", "w", driver="GTiff", width=64, height=64,
                       count=1, dtype="uint8", crs="EPSG:4326",
                       transform=from_bounds(*box, 64, 64)) as file:
        file.write(mask)

m = ogc.ResultsMap(Results(), previews_first=False)
m.map.bbox = [-121.4, 39.9, -121.05, 40.4]
m
"""


@pytest.mark.timeout(180)
def test_chart_selects_with_the_table_and_reads_what_is_inside_the_area(
    lab_page: LabPage,
) -> None:
    lab_page.show(ITEMS)
    page = lab_page.page
    chart = page.locator(".ogcw-chart-view")
    chart.scroll_into_view_if_needed()
    picture = chart.get_by_role("application")
    expect(picture).to_have_accessible_name(
        "Chart of water by date, 2021-01-12 to 2022-12-12: 24 values, 3.7 % to 10.3 %. "
        "Arrow keys step through them."
    )
    lab_page.screenshot("chart", of=lab_page.output())
    plot = at_rest(chart.locator(".u-over"))
    page.mouse.click(plot["x"] + plot["width"] - 8, plot["y"] + 40)
    expect(page.locator(".ogcw-items-view tr[aria-selected=true]")).to_contain_text(
        "S2A_10TFK_23"
    )
    picture.press("ArrowLeft")
    expect(page.locator(".ogcw-items-view tr[aria-selected=true]")).to_contain_text(
        "S2A_10TFK_22"
    )

    chart.get_by_label("How it is shown").select_option("distribution")
    expect(picture).to_have_accessible_name(
        re.compile("^Chart of items by water, .*: .* values, .* to .*")
    )
    lab_page.screenshot("chart-distribution", of=lab_page.output())

    # Half of the rasters is inside: of 32 columns 8 are water in the first one, and one
    # more in each of the others.
    chart.get_by_label("What the chart shows").select_option("inside the area")
    expect(chart.get_by_label("What of the values")).to_have_value("class 1")
    expect(chart.locator(".ogcw-chart-note")).to_be_hidden()
    expect(picture).to_have_accessible_name(
        re.compile(
            "^Chart of share of water by date, 2021-01-12 to 2022-12-12: 24 values, "
            r"2[45][.\d]* % to 9[67][.\d]* %\."
        )
    )
    lab_page.screenshot("chart-inside", of=lab_page.output())

    # A line that is drawn for the chart leaves the area as it is.
    items = page.locator(".ogcw-items-view")
    items.locator("tbody tr[data-id]").first.click()
    items.get_by_role("button", name="preview").first.click()
    source = chart.get_by_label("What the chart shows")
    expect(source.get_by_role("option", name="along the line")).to_be_enabled()
    source.select_option("along the line")
    expect(chart.get_by_text("Draw the line on the map.")).to_be_visible()
    # The map is told in another message.
    expect(page.get_by_role("button", name="Draw the line that")).to_have_attribute(
        "aria-pressed", "true"
    )
    area_map = page.locator(".ogcw-map .leaflet-container")
    area_map.scroll_into_view_if_needed()
    box = at_rest(area_map)
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + box["width"] / 2 - 60, middle)
    page.mouse.dblclick(box["x"] + box["width"] / 2 + 60, middle + 20)
    expect(picture).to_have_accessible_name(re.compile("by distance"))
    expect(page.get_by_text("line of the chart")).to_be_visible()
    expect(page.locator(".ogcw-map-along")).to_have_attribute("d", re.compile("^M"))
    lab_page.screenshot("chart-along", of=lab_page.output())
    assert lab_page.python("(m.map.bbox, m.map.line['type'])") == [
        [-121.4, 39.9, -121.05, 40.4],
        "LineString",
    ]
