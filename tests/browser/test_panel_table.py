import re

import pytest
from job_table_states import CANARY, ROWS, STATES, row, state, traits
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.panel import JobTable


@pytest.fixture
def page(still_page):
    """Time stands still on the page until a test lets it run."""
    return still_page


def show(page, name="jobs", **options):
    show_view(page, JobTable, traits(name), **options)
    put(page, STATES[name])


def put(page, shown, **others):
    changes = {"state": {**shown, "sequence": page.evaluate("() => Math.random()")}}
    page.evaluate("changes => model.put(changes)", {**changes, **others})


def sent(page, kind):
    return page.evaluate(
        "kind => model.sent.filter((message) => message.type === kind)", kind
    )


def line(page, number):
    return page.locator("#view tbody tr").nth(number)


@pytest.mark.parametrize("width", [700, 1100])
def test_table_keeps_its_height_and_stays_inside_its_cell(page, width):
    show(page, width=width)
    view = page.locator("#view")
    heights = {}
    for name, shown in STATES.items():
        put(page, shown)
        heights[name] = view.evaluate("e => e.offsetHeight")
        assert view.evaluate("e => e.scrollWidth <= e.clientWidth"), name
        assert page.locator(".ogcw-list-foot, .ogcw-list-bar").evaluate_all(
            "all => all.every((e) => e.scrollWidth <= e.clientWidth + 1)"
        ), name
    assert len(set(heights.values())) == 1, heights


@pytest.mark.parametrize("width", [700, 1100])
def test_actions_and_the_question_are_never_cut_off(page, width):
    show(page, width=width)
    for name in ("stop", "delete"):
        page.get_by_role("button", name=f"{name} ").first.click()
        cells = page.locator("td.ogcw-jobs-c6")
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
        assert cells.evaluate_all(cut) == 0


def test_running_job_is_stopped_only_after_a_question(page):
    show(page)
    first = line(page, 0)
    first.get_by_role("button", name="stop").click()
    expect(first.get_by_role("button", name="stop it")).to_be_focused()
    assert sent(page, "remove") == []
    first.get_by_role("button", name="stop it").click()
    assert sent(page, "remove") == [{"type": "remove", "job_id": ROWS[0]["id"]}]


def test_question_goes_with_escape_and_gives_the_focus_back(page):
    show(page)
    line(page, 2).get_by_role("button", name="delete").press("Enter")
    page.keyboard.press("Escape")
    expect(line(page, 2).get_by_role("button", name="delete")).to_be_focused()
    assert sent(page, "remove") == []


def test_question_and_focus_stay_when_a_row_changes(page):
    show(page)
    line(page, 2).get_by_role("button", name="delete").click()
    put(page, state([row(1, "running", percent=70), *ROWS[1:]]))
    expect(line(page, 2).get_by_role("button", name="delete it")).to_be_focused()


def test_open_selects_the_row_and_results_are_offered_for_successful_jobs(page):
    show(page)
    line(page, 3).get_by_role("button", name="open").click()
    assert sent(page, "attach") == [{"type": "attach", "job_id": ROWS[3]["id"]}]
    put(page, STATES["jobs"], selected_job_id=ROWS[3]["id"])
    expect(line(page, 3)).to_have_attribute("aria-selected", "true")
    assert line(page, 3).get_by_role("button", name="results").count() == 0
    put(page, state(with_results=True))
    line(page, 2).get_by_role("button", name="results").click()
    assert len(sent(page, "results")) == 1


def test_filter_is_sent_when_typing_has_paused(page):
    show(page)
    page.get_by_label("Filter by process, id or message").press_sequentially("ots")
    assert sent(page, "filter") == []
    page.clock.run_for(300)
    wanted = {"text": "ots", "status": "", "process_id": "", "hours": 0}
    assert sent(page, "filter") == [{"type": "filter", **wanted}]
    page.get_by_label("Filter by time").select_option("last 24 hours")
    page.get_by_label("Filter by process", exact=True).select_option("echo")
    assert sent(page, "filter")[-1] == {
        "type": "filter",
        **wanted,
        "process_id": "echo",
        "hours": 24,
    }


def test_text_being_typed_is_not_overwritten_by_a_state(page):
    show(page)
    box = page.get_by_label("Filter by process, id or message")
    box.press_sequentially("otsu")
    put(page, STATES["jobs"])
    expect(box).to_have_value("otsu")


def test_slow_list_says_how_long_it_takes_already(page):
    show(page, "first-load")
    expect(page.locator(".ogcw-jobs-loading")).to_have_text("still loading, 12 s")
    page.clock.run_for(48_000)
    # It counts once a second, and somewhere within one.
    loading = page.locator(".ogcw-jobs-loading")
    expect(loading).to_have_text(re.compile("still loading, (59|60) s"))
    expect(page.get_by_text("Loading the list of jobs…")).to_be_visible()


def test_pages_are_asked_for_and_end_where_the_list_ends(page):
    show(page)
    expect(page.get_by_role("button", name="newer")).to_be_disabled()
    page.get_by_role("button", name="older ›").click()
    assert sent(page, "page") == [{"type": "page", "to": 2}]
    put(page, state(page=3, more=False))
    expect(page.get_by_role("button", name="older ›")).to_be_disabled()
    expect(page.locator(".ogcw-list-foot")).to_contain_text("page 3 of 3")


def test_filter_without_a_match_says_so_once_all_was_looked_through(page):
    show(page, "no-match")
    expect(page.get_by_text("No job matches.")).to_be_visible()
    put(page, {**STATES["no-match"], "loading_for": 3.0})
    expect(page.get_by_text("Looking through the jobs…")).to_be_visible()


def test_job_is_run_again_only_after_a_question(page):
    show(page)
    line(page, 2).get_by_role("button", name="run again").click()
    assert sent(page, "run_again") == []
    line(page, 2).get_by_role("button", name="run it").click()
    assert sent(page, "run_again") == [{"type": "run_again", "job_id": ROWS[2]["id"]}]
    assert line(page, 0).get_by_role("button", name="run again").count() == 0


def test_kernel_is_told_when_the_table_goes_out_of_sight(page):
    show(page)
    page.wait_for_function("() => model.sent.some((m) => m.type === 'visible' && m.on)")
    page.evaluate("() => { document.getElementById('view').hidden = true; }")
    page.wait_for_function(
        "() => model.sent.filter((m) => m.type === 'visible').at(-1).on === false"
    )


def test_hostile_text_is_shown_as_it_is_and_never_run(page):
    show(page)
    hostile = row(1, "failed", message=CANARY, process=CANARY, word=CANARY, id=CANARY)
    put(page, state([hostile], note={"tone": "bad", "text": CANARY}))
    page.clock.run_for(1_000)
    assert page.locator("#view img").count() == 0
    assert page.evaluate("() => window.__xss") is None
    expect(line(page, 0)).to_contain_text("<img")


def test_times_are_shown_by_the_clock_of_whoever_looks(browser):
    context = browser.new_context(timezone_id="Asia/Kolkata")
    page = context.new_page()
    show(page)
    cell = line(page, 0).locator(".ogcw-jobs-c3")
    expect(cell).to_have_text("2024-10-22 10:28")
    expect(cell.locator("span")).to_have_attribute("title", "2024-10-22 04:58 UTC")
    context.close()


def test_button_under_the_pointer_stays_when_its_job_moves_on(page):
    show(page)
    stop = line(page, 0).get_by_role("button", name="stop")
    before = stop.element_handle()
    newer = row(9, "running", percent=1)
    put(page, state([newer, {**ROWS[0], "percent": 97, "message": "else"}, *ROWS[1:]]))
    expect(line(page, 1)).to_contain_text("97 %")
    expect(line(page, 1)).to_contain_text("else")
    assert before.evaluate(
        "e => e.closest('tr') === document.querySelectorAll('#view tbody tr')[1]"
    )


@pytest.mark.parametrize("width", [700, 1100])
def test_owners_have_a_column_as_soon_as_there_are_any(page, width):
    show(page, width=width)
    owners = page.locator(".ogcw-jobs-owner")
    expect(owners).to_have_count(0)
    jobs = STATES["jobs"]
    owned = [{**one, "owner": f"Person {n}"} for n, one in enumerate(jobs["rows"])]
    put(page, {**jobs, "rows": owned})
    expect(owners).to_have_text(["owner", *(one["owner"] for one in owned)])
    cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.locator("td.ogcw-jobs-c6").evaluate_all(cut) == 0
    expect(line(page, 0).locator(".ogcw-jobs-c5")).to_have_text(owned[0]["message"])
    put(page, jobs)
    expect(owners).to_have_count(0)
