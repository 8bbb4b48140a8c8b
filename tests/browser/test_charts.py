"""Charts on the page: drawn, pointed at, stepped through, read and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from axe import grave_violations
from chart_page import show_chart, update_chart
from playwright.sync_api import expect

from ogc_widgets.charts import Axis, Chart, ChartData, Choice

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = 86_400_000.0
START = 18_628 * DAY  # 2021-01-01
DATE, WATER = Axis("date", kind="time"), Axis("share of water", "%")

# Pixels of the canvas that are not white and not grey, by column.
COLOURED = """() => {
  const canvas = document.querySelector(".uplot canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const found = [];
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b, a] = data.slice(at, at + 4);
    if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 60) {
      found.push([(at / 4) % width, Math.floor(at / 4 / width)]);
    }
  }
  return found;
}"""


def monthly(values: np.ndarray, *, named: bool = True) -> ChartData:
    count = len(values)
    names = tuple(f"scene {at}" for at in range(count)) if named else ()
    x = START + np.arange(count) * 30 * DAY
    return ChartData(x, values, DATE, WATER, names=names)


def water(count: int = 24) -> Chart:
    chart = Chart()
    chart.show(monthly(7 + 3 * np.sin(np.arange(count) / 3)), title="Share of water")
    return chart


def answer_names(page: Page, chart: Chart) -> None:
    page.wait_for_function("model.sent.some(m => m.type === 'names')")
    assert chart.data is not None
    page.evaluate(
        """(text) => model.tell("msg:custom", {type: "names"},
             [new DataView(new TextEncoder().encode(text).buffer)])""",
        "\n".join(chart.data.names),
    )


def test_points_are_where_their_values_are_and_a_click_selects_one(page: Page) -> None:
    chart = Chart()
    chart.show(monthly(np.array([2.0, 8.0, 5.0])))
    show_chart(page, chart)
    plot = page.locator(".u-over").bounding_box()
    assert plot is not None
    said = page.locator(".ogcw-chart-said")
    page.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + 30)
    expect(said).to_have_text("2021-01-31  8 %")
    ring = page.locator(".ogcw-chart-ring:not(.ogcw-chart-chosen)").bounding_box()
    assert ring is not None
    assert ring["y"] < plot["y"] + 20, "the largest value is at the top"
    page.mouse.click(plot["x"] + plot["width"] - 12, plot["y"] + 30)
    assert page.evaluate("model.get('selected')") == 2
    page.mouse.move(0, 0)
    expect(said).to_have_text("2021-03-02  5 %")
    page.evaluate("model.put({selected: -1})")
    expect(said).to_be_hidden()


def test_arrow_keys_step_through_and_say_what_they_are_at(page: Page) -> None:
    chart = Chart()
    chart.show(monthly(np.array([2.0, np.nan, 5.0]), named=False))
    show_chart(page, chart)
    picture = page.get_by_role("application")
    expect(picture).to_have_accessible_name(
        "Chart of share of water by date, 2021-01-01 to 2021-03-02: 2 values, "
        "2 % to 5 %. Arrow keys step through them."
    )
    picture.focus()
    told = page.locator("[aria-live=polite]")
    for key, row, words in (
        ("ArrowRight", 0, "2021-01-01  2 %"),
        ("ArrowRight", 2, "2021-03-02  5 %"),
        ("ArrowRight", 2, "2021-03-02  5 %"),
        ("Home", 0, "2021-01-01  2 %"),
    ):
        picture.press(key)
        assert page.evaluate("model.get('selected')") == row
        expect(told).to_have_text(words)


def test_of_several_lines_the_one_that_is_looked_at_has_a_colour(page: Page) -> None:
    chart = Chart()
    x = START + np.array([0, 30, 60, 0, 30, 60]) * DAY
    values = np.array([2.0, 3.0, 4.0, 8.0, 7.0, 9.0])
    lines = {"lines": ("Davis", "Butt"), "line_of": np.array([0, 0, 0, 1, 1, 1])}
    chart.show(ChartData(x, values, DATE, WATER, **lines))
    show_chart(page, chart)
    assert page.evaluate(COLOURED) == [], "nothing is looked at: all are grey"
    picture = page.get_by_role("application")
    picture.focus()
    told = page.locator("[aria-live=polite]")
    for key, words in (
        ("Home", "2021-01-01  Davis 2 %"),
        ("ArrowRight", "2021-01-31  Davis 3 %"),
        ("ArrowUp", "2021-01-31  Butt 7 %"),
        ("ArrowRight", "2021-03-02  Butt 9 %"),
        ("ArrowRight", "2021-03-02  Butt 9 %"),
    ):
        picture.press(key)
        expect(told).to_have_text(words)
    height = page.evaluate("document.querySelector('.uplot canvas').height")
    upper = {y < height / 2 for _, y in page.evaluate(COLOURED)}
    assert upper == {True}, "the lower line is grey"


def test_what_is_not_kept_is_left_out_and_colours_are_those_of_the_points(
    page: Page,
) -> None:
    chart = water()
    show_chart(page, chart)
    everything = page.evaluate(COLOURED)
    # Of the first half only the points are kept, so the axis is another one.
    chart.keep(np.arange(24) < 12)
    update_chart(page, chart)
    expect(page.get_by_role("application")).to_have_accessible_name(
        "Chart of share of water by date, 2021-01-01 to 2021-11-27: 12 values, "
        "5.5 % to 10 %. Arrow keys step through them."
    )
    assert page.evaluate(COLOURED) != everything
    chart.keep(None)
    chart.paint(np.zeros(24, dtype=np.uint8), ["#ff0000"])
    update_chart(page, chart)
    page.wait_for_function(
        """() => {
          const canvas = document.querySelector(".uplot canvas");
          const { data } = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
          let red = 0;
          for (let at = 0; at < data.length; at += 4)
            red += data[at] > 240 && data[at + 1] < 20 && data[at + 3] > 250;
          return red > 24 * 20;
        }"""
    )


@pytest.mark.parametrize("mark", ["points", "line"])
def test_outlier_among_very_many_points_is_drawn(page: Page, mark: str) -> None:
    count = 100_000
    y = np.random.default_rng(2).normal(0, 1, count)
    y[70_000] = 90
    chart = Chart()
    x = START + np.arange(count) * 3_600_000.0
    chart.show(ChartData(x, y, DATE, WATER, mark))  # type: ignore[arg-type] # of a test
    show_chart(page, chart)
    expect(page.get_by_text("100,000 points")).to_be_visible()
    plot = page.locator(".u-over").bounding_box()
    frame = page.locator(".uplot canvas").bounding_box()
    assert plot is not None
    assert frame is not None
    top = [at for at in page.evaluate(COLOURED) if at[1] < 20]
    wanted = plot["x"] - frame["x"] + plot["width"] * 0.7
    assert top
    assert all(abs(column - wanted) < 8 for column, _ in top)


def test_table_has_what_the_chart_shows_and_is_there_for_screen_readers(
    page: Page,
) -> None:
    chart = water()
    show_chart(page, chart)
    # Behind the picture, for those who do not see it.
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(25)
    expect(page.get_by_role("caption")).to_have_text("24 rows")
    page.get_by_role("button", name="as table").click()
    answer_names(page, chart)
    expect(table.get_by_role("columnheader")).to_have_text(
        ["item", "date", "share of water"]
    )
    first = table.get_by_role("row").nth(1)
    expect(first.get_by_role("cell")).to_have_text(["scene 0", "2021-01-01", "7 %"])
    expect(page.get_by_role("application")).to_be_hidden()
    first.click()
    assert page.evaluate("model.get('selected')") == 0
    expect(first).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="as chart").click()
    expect(page.get_by_role("application")).to_be_visible()


def test_table_of_very_many_points_has_few_rows_on_the_page(page: Page) -> None:
    chart = Chart()
    count = 50_000
    chart.show(ChartData(np.arange(count) * 1.0, np.arange(count) * 2.0, WATER, WATER))
    show_chart(page, chart)
    expect(page.get_by_role("caption")).to_contain_text("The first 100 of 50,000 rows")
    page.get_by_role("button", name="as table").click()
    page.locator(".ogcw-chart-rows").evaluate("one => { one.scrollTop = 1e9; }")
    last = page.get_by_role("row").last
    expect(last.get_by_role("cell").last).to_have_text("99\u202f998 %")
    expect(last).to_be_in_viewport()
    assert page.locator("tr").count() < 60


def test_data_is_copied_as_lines_with_tabs(page: Page) -> None:
    chart = Chart()
    chart.show(monthly(np.array([2.125, np.nan, 5.0])))
    chart.keep(np.array([True, True, False]))
    show_chart(page, chart)
    page.evaluate(
        """Object.defineProperty(navigator, "clipboard", {configurable: true, value:
             {writeText: async (text) => { window.copied = text; }}})"""
    )
    page.get_by_role("button", name="copy data").click()
    answer_names(page, chart)
    page.wait_for_function("window.copied")
    assert page.evaluate("window.copied") == (
        "item\tdate\tshare of water (%)\n"
        "scene 0\t2021-01-01\t2.125\nscene 1\t2021-01-31\t"
    )


def test_chart_is_as_large_as_its_box_and_follows_the_theme(page: Page) -> None:
    chart = water()
    show_chart(page, chart, width=700)
    canvas = page.locator(".uplot canvas")
    before = page.evaluate(COLOURED)
    page.evaluate("() => { document.getElementById('view').style.width = '400px'; }")
    page.wait_for_function(
        "document.querySelector('.uplot canvas').getBoundingClientRect().width < 400"
    )
    box, frame = canvas.bounding_box(), page.locator("#view").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["height"] > 110
    assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    page.evaluate("() => { document.getElementById('view').style.width = '700px'; }")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.wait_for_function(f"(before) => ({COLOURED})().length !== before", arg=0)
    assert page.evaluate(COLOURED) != before


def test_what_is_going_on_is_said_and_can_be_stopped(page: Page) -> None:
    chart = water()
    chart.say("12 of 24 read", is_working=True)
    show_chart(page, chart)
    expect(page.get_by_role("status")).to_have_text("12 of 24 read")
    page.get_by_role("button", name="stop").click()
    assert page.evaluate("model.sent.some(m => m.type === 'stop')")
    chart.say("")
    update_chart(page, chart)
    expect(page.get_by_role("button", name="stop")).to_be_hidden()


def test_choice_is_told_and_what_cannot_be_chosen_says_why(page: Page) -> None:
    chart = Chart()
    options = (
        ("date", "by date", ""),
        ("item", "by item", ""),
        ("line", "along the line", "draw a line first"),
    )
    chart.show(
        monthly(np.array([1.0, 2.0])),
        choices=[Choice("by", "Share of water by", "date", options)],
    )
    show_chart(page, chart)
    choice = page.get_by_label("Share of water by", exact=True)
    expect(choice.get_by_role("option")).to_have_text(
        ["by date", "by item", "along the line (draw a line first)"]
    )
    expect(choice.get_by_role("option").last).to_be_disabled()
    choice.select_option("by item")
    told = page.evaluate("model.sent.filter(m => m.type === 'choose')")
    assert told == [{"type": "choose", "name": "by", "value": "item"}]


def test_chart_without_values_says_so_and_an_empty_one_takes_no_room(
    page: Page,
) -> None:
    chart = Chart()
    chart.show(monthly(np.full(3, np.nan)))
    show_chart(page, chart)
    expect(page.get_by_text("There are no values to draw.")).to_be_visible()
    expect(page.get_by_role("button", name="copy data")).to_be_hidden()
    chart.show(None)
    update_chart(page, chart)
    expect(page.locator("#view")).to_be_hidden()
    chart.show(monthly(np.array([1.0, 2.0])))
    update_chart(page, chart)
    expect(page.locator(".uplot canvas")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chart_is_read_without_a_fault(page: Page, theme: str) -> None:
    chart = water()
    chart.selected = 3
    show_chart(page, chart, theme=theme)
    assert grave_violations(page, "#view") == []
    page.get_by_role("button", name="as table").click()
    assert grave_violations(page, "#view") == []


def test_names_of_a_server_are_text(page: Page) -> None:
    hostile = "<img src=x onerror='window.harm = 1'>"
    chart = Chart()
    y, item = np.array([1.0, 2.0]), Axis(hostile, kind="category")
    up = Axis(hostile, hostile[:20])
    data = ChartData(np.array([1.0, 2]), y, item, up, "bars", names=(hostile, "b"))
    chart.show(data, title=hostile)
    chart.selected = 0
    show_chart(page, chart)
    page.get_by_role("button", name="as table").click()
    answer_names(page, chart)
    expect(page.get_by_role("cell", name=hostile).first).to_be_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.harm") is None
