"""The view of a batch on a page that its widget answers, without a kernel."""

import pytest
from fake_batch import entry, in_the_middle, many
from job_table_states import CANARY
from live_view import LiveView
from playwright.sync_api import expect

from ogc_widgets.batches.batch_view import BatchView


@pytest.fixture
def show(page):
    views = []

    def show(batch, **options):
        view = BatchView(batch, on_open=print, on_other_inputs=print)
        views.append(view)
        live = LiveView(page, view, **options)
        page.wait_for_function("() => model.sent.some((m) => m.type === 'visible')")
        live.pump()
        return live

    yield show
    for view in views:
        view.close()


def rows(page):
    return page.locator(".ogcw-batch-table tr[data-index]")


@pytest.mark.parametrize("width", [460, 1080])
def test_view_keeps_its_height_and_cuts_off_no_control(page, show, width):
    live = show(in_the_middle(), width=width)
    view = page.locator("#view")
    height = view.evaluate("e => e.offsetHeight")
    page.get_by_role("button", name="why").first.click()
    page.get_by_role("button", name="Stop all").click()
    live.pump()
    assert view.evaluate("e => e.offsetHeight") == height
    assert view.evaluate("e => e.scrollWidth <= e.clientWidth")
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    assert page.locator(".ogcw-batch-action, .ogcw-batch-foot").evaluate_all(cut) == 0


def test_page_has_only_the_rows_that_are_seen_and_gets_others_when_scrolled_to(
    page, show
):
    live = show(many(500))
    assert rows(page).count() < 40
    page.locator(".ogcw-batch-scroll").evaluate("e => e.scrollTo(0, e.scrollHeight)")
    # Once scrolling has settled.
    page.wait_for_function("model.sent.findLast((m) => m.first > 400)")
    live.pump()
    expect(rows(page).last).to_have_attribute("data-index", "499")
    expect(page.locator(".ogcw-batch-foot")).to_contain_text("to 500 of 500")


def test_rows_are_stepped_through_and_opened_by_keys(page, show):
    live = show(in_the_middle())
    page.locator(".ogcw-batch-table").press("Home")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.get('selected')") == 1
    page.keyboard.press("Enter")
    sent = page.evaluate("model.sent.filter((m) => m.type === 'open')")
    assert sent == [{"type": "open", "index": 1}]
    live.pump()
    expect(page.locator(".ogcw-batch-details")).to_contain_text("Little Grass")
    page.locator(".ogcw-batch-table").press("Escape")
    live.pump()
    expect(page.locator(".ogcw-batch-details")).to_be_hidden()


def test_count_lists_its_state_only_until_it_is_pressed_again(page, show):
    live = show(in_the_middle())
    failed = page.get_by_role("button", name="2 failed", exact=True)
    failed.click()
    live.pump()
    expect(rows(page)).to_have_count(2)
    expect(failed).to_have_attribute("aria-pressed", "true")
    failed.click()
    live.pump()
    expect(page.locator(".ogcw-batch-foot")).to_contain_text("of 60")


def test_what_may_run_twice_is_sent_only_after_a_question(page, show):
    live = show(in_the_middle())
    page.get_by_role("button", name="look Butt").click()
    live.pump()
    page.get_by_role("button", name="send again…").click()
    assert not page.evaluate("model.sent.some((m) => m.type === 'send_again')")
    page.get_by_role("button", name="send it again").click()
    sent = page.evaluate("model.sent.filter((m) => m.type === 'send_again')")
    assert sent == [{"type": "send_again", "index": 7}]


def test_hostile_text_is_shown_as_it_is(page, show):
    batch = many(2, title=CANARY)
    batch._entries = [
        entry(0, state="failed", error=CANARY, message=CANARY),
        entry(1, state="running", message=CANARY),
    ]
    live = show(batch)
    page.get_by_role("button", name="why").click()
    live.pump()
    expect(page.locator(".ogcw-batch-details")).to_contain_text("<img")
    assert page.locator("#view img").count() == 0
    assert page.evaluate("() => window.__xss") is None
