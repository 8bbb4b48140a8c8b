"""Rows of tables stay when something else changes: a pointer may be on them."""

import pytest
from deploy_states import traits as deploy_traits
from live_view import LiveView
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.client.results.files.result_files import Asset
from ogc_widgets.deploy import DeployPanel
from ogc_widgets.map.items_table import ItemsTable
from ogc_widgets.panel.item_search import ItemSearch
from ogc_widgets.viewers.outputs_view import OutputsView


def put(page, **changes):
    page.evaluate("changes => model.put(changes)", changes)


@pytest.fixture
def stays(page):
    """A function: what must stay -> a check that it has."""

    def watch(locator):
        before = locator.element_handle()
        return lambda: before.evaluate("e => e.isConnected")

    return watch


def items(*names):
    shown = [{"id": name, "assets": {}} for name in names]
    asset = Asset("data", "", "image/tiff", "https://x.org/a.tif", (), None, True, "")
    return shown, lambda _item: [asset]


@pytest.fixture
def table():
    widget = ItemsTable(on_preview=print, on_download=print)
    widget.show(*items("a", "b"))
    yield widget
    widget.close()


def test_buttons_of_an_item_stay_when_another_is_busy(page, stays, table):
    view = LiveView(page, table)
    page.locator("tr[data-id=a]").click()
    view.pump()
    preview = page.get_by_role("button", name="preview of a")
    preview.focus()
    stayed = stays(preview)
    table.working("b", "downloading 3 MB")
    table.note("a", "Saved.")
    view.pump()
    expect(page.get_by_role("status").filter(has_text="downloading")).to_have_count(1)
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert stayed()
    expect(preview).to_be_focused()


def test_button_changes_its_name_when_its_item_is_previewed(page, table):
    view = LiveView(page, table)
    table.previewed = ["a"]
    view.pump()
    expect(page.get_by_role("button", name="hide preview of a")).to_be_visible()
    table.show([], lambda _item: [])
    view.pump()
    assert page.locator("tr[data-id]").count() == 0


SEARCH = {
    "is_open": True,
    "opened": 1,
    "label": "",
    "address": "",
    "offers": [],
    "catalogue": {},
    "has_area": False,
    "phase": "done",
    "words": "",
    "picked": [],
    "query": {"collection": "", "start": "", "end": "", "clouds": ""},
    "marked": "",
    "has_more": False,
    "takes_one": False,
}


def found(*names):
    return [{"key": n, "id": n, "date": "2026-07-04", "clouds": ""} for n in names]


def test_box_of_a_found_item_stays_when_more_are_found(page, stays):
    show_view(page, ItemSearch, {**SEARCH, "rows": found("a", "b")})
    box = page.get_by_role("checkbox", name="b 2026")
    box.check()
    stayed = stays(box)
    put(page, rows=found("b", "c", "d"))
    assert page.locator(".ogcw-search-row").count() == 3
    assert stayed()
    expect(box).to_be_checked()


def test_chip_of_an_output_stays_when_another_arrives(page, stays):
    def output(name):
        return {"id": name, "title": name.upper(), "kind": "value", "count": None}

    shown = {"summary": "1 output", "chips": [output("a")], "kept": []}
    show_view(page, OutputsView, shown)
    stayed = stays(page.get_by_role("tab", name="A"))
    put(page, summary="2 outputs", chips=[output("a"), output("b")])
    expect(page.get_by_role("tab", name="B")).to_be_visible()
    assert stayed()


def test_process_stays_when_another_is_deployed(page, stays):
    shown = deploy_traits("invalid")
    show_view(page, DeployPanel, shown)
    first, *_ = rows = shown["state"]["processes"]
    stayed = stays(page.get_by_role("button", name=f"remove {first['id']}"))
    new = {**first, "id": "brand-new", "title": "Brand new"}
    put(page, state={**shown["state"], "processes": [new, *rows]})
    expect(page.get_by_role("button", name="remove brand-new")).to_be_visible()
    assert stayed()
