"""What stays of an app in a notebook: its card follows it, and is seen without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from lab_window import LabPage

ITEMS = (
    "items = [{'type': 'Feature', 'id': f'scene-{n}', 'assets': {},"
    " 'properties': {'datetime': '2022-05-12T00:00:00Z', 'water': n},"
    " 'geometry': {'type': 'Polygon', 'coordinates': [[[10 + n, 40], [11 + n, 40],"
    " [11 + n, 41], [10 + n, 41], [10 + n, 40]]]}} for n in range(3)]\n"
)


def card_in(notebook) -> str:
    (found,) = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    return found


def test_card_follows_the_widget_which_stays_as_it_is(lab_page: LabPage) -> None:
    lab_page.show(
        f"import ogc_widgets as ogc\n{ITEMS}shown = ogc.ResultsMap(items)\nshown"
    )
    page = lab_page.page
    view = page.locator(".ogcw-results-map")
    expect(view.get_by_text("scene-2")).to_be_visible()
    view.evaluate("node => { window.firstView = node; }")
    card = page.locator(".ogcw-card")
    expect(card).to_have_count(1)
    expect(card).to_be_hidden()
    lab_page.execute("shown.selected = 'scene-1'")
    expect(card).to_contain_text("selected scene-1")
    expect(card).to_be_hidden()
    assert view.evaluate("node => node === window.firstView && node.isConnected")
    assert "selected scene-1" in card_in(lab_page.save())


def test_card_is_seen_when_the_kernel_is_gone(lab_page: LabPage) -> None:
    lab_page.show(
        f"import ogc_widgets as ogc\n{ITEMS}shown = ogc.ResultsMap(items)\nshown"
    )
    page = lab_page.page
    expect(page.locator(".ogcw-results-map").get_by_text("scene-2")).to_be_visible()
    lab_page.save()
    path = lab_page.path
    lab_page.leave()
    for theme in ("light", "dark"):
        lab_page.open(path, theme=theme)
        card = page.locator(".ogcw-card")
        expect(card.get_by_role("img", name=re.compile("3 footprints"))).to_be_visible()
        expect(card.get_by_text("scene-2")).to_be_visible()
        expect(page.get_by_text("Error displaying widget")).to_be_hidden()
        lab_page.screenshot(f"dead-kernel-{theme}")
    lab_page.set_theme("light")
