"""The table of items on a page, answered by the widget itself."""

from __future__ import annotations

import pytest
from axe import grave_violations
from live_view import LiveView
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.map.items_table import ItemsTable

COUNT = 20_000


def item(n):
    properties = {
        "datetime": f"20{n % 20:02}-{n % 12 + 1:02}-01T00:00:00Z",
        "water:percent": (n * 7919) % COUNT / 200,
    }
    return {"id": f"item {n}", "properties": properties, "assets": {}}


@pytest.fixture(scope="module")
def items():
    return [item(n) for n in range(COUNT)]


@pytest.fixture
def table(items):
    widget = ItemsTable()
    widget.show(items, lambda _item: [])
    yield widget
    widget.close()


def ids(page):
    lines = page.locator("tr[data-id]")
    return lines.evaluate_all("all => all.map((one) => one.dataset.id)")


def seen(page):
    """Ids of the rows that are in the frame, below the head."""
    return page.evaluate("""() => {
      const scroll = document.querySelector(".ogcw-items-scroll");
      const frame = scroll.getBoundingClientRect();
      return [...document.querySelectorAll("tr[data-id]")].filter((line) => {
        const box = line.getBoundingClientRect();
        return box.top >= frame.top + 27 && box.bottom <= frame.bottom + 1;
      }).map((line) => line.dataset.id);
    }""")


def test_page_has_the_rows_that_are_seen_and_reaches_all(page, table):
    view = LiveView(page, table)
    grid = page.get_by_role("grid", name="Result items")
    expect(grid).to_have_attribute("aria-rowcount", str(COUNT + 1))
    assert len(ids(page)) < 60
    grid.focus()
    page.keyboard.press("End")
    view.pump()
    assert table.selected == f"item {COUNT - 1}"
    assert seen(page)[-1] == f"item {COUNT - 1}"
    last = page.locator("tr[aria-selected=true]")
    expect(last).to_have_attribute("aria-rowindex", str(COUNT + 1))
    expect(grid).to_have_attribute("aria-activedescendant", last.get_attribute("id"))
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    view.pump()
    assert table.selected == f"item {COUNT - 13}"
    assert f"item {COUNT - 13}" in seen(page)
    page.locator(".ogcw-items-scroll").evaluate("one => { one.scrollTop = 5000 * 28 }")
    view.pump()
    assert seen(page)[0] == "item 5000"
    # Selected elsewhere, as on the map.
    table.selected = "item 12345"
    view.pump()
    assert "item 12345" in seen(page)


def test_first_rows_are_there_where_nobody_answers(page, table):
    # As on a page that was exported: no word comes from Python.
    names = table.trait_names(sync=True)
    state = {
        name: one for name, one in table.get_state(names).items() if name[0] != "_"
    }
    show_view(page, ItemsTable, {**state, "ticked": None})
    assert seen(page)[0] == "item 0"
    page.locator(".ogcw-items-scroll").evaluate("one => { one.scrollTop = 60 * 28 }")
    expect(page.locator("tr[data-id='item 60']")).to_be_visible()


def test_press_on_a_head_sorts_up_down_and_as_they_came(page, table):
    view = LiveView(page, table)
    head = page.get_by_role("columnheader", name="water")
    numbers = [(n * 7919) % COUNT for n in range(COUNT)]
    lowest, highest = numbers.index(0), numbers.index(COUNT - 1)
    for order, first in [
        ("ascending", lowest),
        ("descending", highest),
        ("none", 0),
    ]:
        head.get_by_role("button").click()
        view.pump()
        expect(head).to_have_attribute("aria-sort", order)
        assert seen(page)[0] == f"item {first}"


def test_range_is_ticked_with_shift_and_all_that_are_listed_by_the_head(page, table):
    view = LiveView(page, table)
    boxes = page.locator("tr[data-id] input")
    boxes.nth(1).click()
    view.pump()
    boxes.nth(4).click(modifiers=["Shift"])
    view.pump()
    assert table.checked == [f"item {n}" for n in range(1, 5)]
    assert [boxes.nth(n).is_checked() for n in range(6)] == [False, *[True] * 4, False]
    expect(page.get_by_text("4 selected")).to_be_visible()
    everything = page.get_by_label("tick all listed items")
    assert everything.evaluate("one => one.indeterminate")
    page.get_by_label("Find items by their id").fill("item 1999")
    view.pump()
    assert table.count == 11
    everything.check()
    view.pump()
    assert len(table.checked) == 15
    page.get_by_role("button", name="clear the selection").click()
    view.pump()
    assert table.checked == []
    expect(page.locator(".ogcw-items-foot")).to_be_hidden()


def test_window_of_the_histogram_is_dragged_by_its_ends_and_its_middle(page, table):
    view = LiveView(page, table)
    page.get_by_label("Filter by").select_option("water:percent")
    view.pump()
    field = page.locator(".ogcw-histogram-field").bounding_box()

    def drag(start, end):
        y = field["y"] + 20
        page.mouse.move(field["x"] + start * field["width"], y)
        page.mouse.down()
        page.mouse.move(field["x"] + end * field["width"], y, steps=5)
        page.mouse.up()
        view.pump()

    def kept():
        low, high = table.filter["ranges"]["water:percent"]
        return round(low / 100, 2), round(high / 100, 2)

    drag(0, 0.25)
    drag(1, 0.75)
    assert kept() == (0.25, 0.75)
    assert table.count == pytest.approx(COUNT / 2, rel=0.03)
    count = f"{table.count:,} of 20,000 items"
    expect(page.get_by_text(count)).to_be_visible()
    drag(0.5, 0.6)
    assert kept() == (0.35, 0.85)
    drag(0.05, 0.1)  # beside it: another one
    assert kept() == (0.05, 0.1)
    expect(page.locator(".ogcw-filter-words")).to_have_text("5 to 10 %")
    page.get_by_role("slider", name="highest water").press("ArrowRight")
    view.pump()
    assert kept() == (0.05, 0.12)
    # What the histogram does not show stays a condition, and can be taken away.
    page.get_by_label("Filter by").select_option("date")
    view.pump()
    page.get_by_role("button", name="water 5 to 12").click()
    view.pump()
    assert table.count == COUNT


def test_old_rows_stay_until_others_come(page, table):
    view = LiveView(page, table)
    page.locator(".ogcw-items-scroll").evaluate("one => { one.scrollTop = 5000 * 28 }")
    view.pump()
    before = ids(page)
    assert "item 5000" in before
    page.evaluate("revision => model.put({ revision })", table.revision + 1)
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert ids(page) == before
    page.get_by_role("columnheader", name="item").get_by_role("button").click()
    view.pump()
    assert "item 5000" not in ids(page)


def test_page_that_nobody_answers_has_the_first_rows(page, table):
    view = LiveView(page, table)
    page.evaluate("window.noKernel = true")
    asked = "() => model.sent.filter((one) => one.type === 'rows').length"
    page.locator(".ogcw-items-scroll").evaluate("one => { one.scrollTop = 80 * 28 }")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert seen(page)[0] == "item 80"
    assert page.evaluate(asked) == 0
    assert view.widget is table


def test_narrow_table_has_fewer_columns_and_keeps_the_colour(page, table):
    table.colour("water:percent")

    def titles(width):
        LiveView(page, table, width=width)
        heads = page.locator("th[data-by]").evaluate_all(
            "all => all.map((one) => one.dataset.by)"
        )
        row = page.locator("tr[data-id]").first
        dotted = row.locator("td:has(.ogcw-items-dot)").inner_text()
        return heads, dotted

    first = table.rows(0, 1)[0]
    assert titles(700) == (["id", "date", "water:percent"], first["numbers"][0])
    assert titles(300) == (["id", "date"], first["label"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_table_can_be_used_with_a_screen_reader(page, table, theme):
    view = LiveView(page, table, width=450, theme=theme)
    table.selected = "item 3"
    table.colour("water:percent")
    view.pump()
    page.get_by_role("button", name="files of item 3").click()
    view.pump()
    assert grave_violations(page, "#view") == []
