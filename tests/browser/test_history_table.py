"""The table of what was submitted from this machine, on a page that it answers."""

from __future__ import annotations

import pytest
from axe import grave_violations
from live_view import LiveView
from playwright.sync_api import expect
from waiting import wait_for

import ogc_widgets as ogc
from ogc_widgets.client.history.notes import note_answer, note_sending
from ogc_widgets.client.history.store import store
from ogc_widgets.panel.history_table import HistoryTable

SERVERS = ("https://one.test/ogc-api", "https://two.test/a/rather/long/path/ogc-api")


@pytest.fixture
def table(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(store, "flush", lambda: None)  # all are written at once
        for number in range(250):
            key = note_sending(SERVERS[number % 2], "otsu" if number % 3 else "ndvi")
            url = f"{SERVERS[number % 2]}/jobs/j{number}"
            note_answer(key, "successful", job_id=f"j{number}", url=url)
    store.flush()
    opened = []
    made = HistoryTable(
        ogc.recent_jobs().search, on_attach=opened.append, on_results=opened.append
    )
    yield made
    made.close()


def lines(page):
    return page.locator("#view tbody tr[data-row]")


def until(view, condition):
    """Carry what was said, and what comes of it."""
    view.pump()
    wait_for(condition)
    view.pump()


def noted(number):
    return ogc.recent_jobs()[number].note


@pytest.mark.parametrize("width", [700, 1080])
def test_nothing_is_cut_and_rows_come_when_they_are_scrolled_to(page, table, width):
    view = LiveView(page, table, width=width)
    cut = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length"
    for name in ("actions", "submitted", "took"):
        cells = page.locator(f"#view td.ogcw-history-{name}:visible")
        assert cells.evaluate_all(cut) == 0, name
    assert page.locator(".ogcw-list-bar, .ogcw-list-foot").evaluate_all(cut) == 0
    assert not grave_violations(page, "#view")
    height = page.locator("#view").evaluate("e => e.offsetHeight")
    page.locator(".ogcw-history-scroll").evaluate("e => e.scrollTop = e.scrollHeight")
    view.pump()
    expect(lines(page).last).to_have_attribute("aria-rowindex", "251")
    expect(lines(page).last).to_contain_text("ndvi")
    page.get_by_label("Filter by process", exact=True).select_option("ndvi")
    until(view, lambda: table.state["count"] == 84)
    expect(page.locator(".ogcw-list-count")).to_have_text("84 of 250 jobs")
    expect(lines(page).first).to_have_attribute("aria-rowindex", "2")
    assert page.locator("#view").evaluate("e => e.offsetHeight") == height


def test_what_is_heard_of_jobs_is_asked_for_where_somebody_looks(page, table):
    view = LiveView(page, table, width=1080)
    scroll = page.locator(".ogcw-history-scroll")
    scroll.evaluate("e => e.scrollTop = e.scrollHeight")
    view.pump()
    expect(lines(page).last).to_have_attribute("aria-rowindex", "251")
    scroll.evaluate("e => e.scrollTop = 0")
    view.pump()
    asked, answer = [], table._on_rows
    table._on_rows = lambda first, count: (asked.append(first), answer(first, count))
    table._refresh_rows(table._read_now())
    view.pump()
    assert 200 not in asked
    ogc.recent_jobs(250)[249].note = "the oldest"
    scroll.evaluate("e => e.scrollTop = e.scrollHeight")
    view.pump()
    note = lines(page).last.get_by_role("textbox")
    expect(note).to_have_value("the oldest")
    ogc.recent_jobs(250)[249].note = "heard of"
    table._refresh_rows(table._read_now())
    view.pump()
    expect(note).to_have_value("heard of")


def test_note_is_typed_where_it_stands_and_stays_while_rows_change(page, table):
    view = LiveView(page, table, width=1080)
    first = lines(page).first.get_by_role("textbox")
    first.fill("Davis")
    table._refresh_rows(table._read_now())
    view.pump()
    expect(first).to_have_value("Davis")
    first.press("Enter")
    view.pump()
    assert noted(0) == "Davis"
    table._refresh_rows(table._read_now())
    view.pump()
    expect(first).to_have_value("Davis")


def test_entry_is_forgotten_after_a_question_by_keyboard(page, table):
    view = LiveView(page, table, width=1080)
    forget = lines(page).first.get_by_role("button", name="forget")
    forget.press("Enter")
    expect(page.get_by_role("button", name="forget it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(forget).to_be_focused()
    forget.press("Enter")
    page.keyboard.press("Enter")
    until(view, lambda: table.state["count"] == 249)
    assert store.read("SELECT count(*) FROM jobs") == [(249,)]


def test_deleting_kept_inputs_is_offered_when_they_are_no_longer_kept(page, table):
    store.write(("INSERT INTO inputs SELECT id, '{}' FROM jobs LIMIT 3", {}))
    ogc.recent_jobs().keep_inputs = True
    table.refresh()
    view = LiveView(page, table, width=700)
    box = page.get_by_label("keep the inputs of jobs")
    until(view, lambda: table.state["kept"] == 3)
    expect(box).to_be_checked()
    box.uncheck()
    until(view, lambda: not table.state["keep_inputs"])
    expect(page.get_by_text("Delete the inputs of 3 jobs?")).to_be_visible()
    page.get_by_role("button", name="delete them").click()
    until(view, lambda: table.state["kept"] == 0)
    expect(box).not_to_be_checked()
    assert store.read("SELECT count(*) FROM inputs") == [(0,)]
