import re

import pytest
from panel_states import AGAIN, FAILED_LOG, ID, LOG, STATES, log, state, traits
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.panel import JobPanel

CANARY = "<img src=x onerror='window.__xss=1'>"


@pytest.fixture
def page(still_page):
    """Time stands still on the page until a test lets it run."""
    return still_page


def show(page, name="running", **options):
    show_view(page, JobPanel, traits(name), **options)
    put(page, *STATES[name])


def put(page, shown, opened=None):
    """What a message of the kernel does."""
    changes = {"state": {**shown, "sequence": page.evaluate("() => Math.random()")}}
    if opened is not None:
        changes["log_view"] = opened
    page.evaluate("changes => model.put(changes)", changes)


def sent(page, kind):
    return page.evaluate(
        "kind => model.sent.filter((message) => message.type === kind)", kind
    )


def view(page):
    return page.locator("#view")


@pytest.mark.parametrize("width", [700, 1100])
def test_no_state_changes_the_height_or_runs_over_the_edge(page, width):
    show(page, "idle", width=width)
    heights, over = {}, {}
    for name, (shown, opened) in STATES.items():
        put(page, shown, opened)
        heights[name] = view(page).evaluate("e => e.offsetHeight")
        over[name] = view(page).evaluate(
            """e => [...e.querySelectorAll(
              ".ogcw-job-head, .ogcw-job-line, .ogcw-job-middle, .ogcw-job-tools")]
              .filter((part) => part.scrollWidth > part.clientWidth + 1)
              .map((part) => part.className)"""
        )
    assert len(set(heights.values())) == 1, heights
    assert not any(over.values()), over


@pytest.mark.parametrize("width", [700, 1100])
def test_stop_question_fits_into_the_line_of_the_button(page, width):
    show(page, "reconnecting", width=width)
    before = view(page).evaluate("e => e.offsetHeight")
    page.get_by_role("button", name="Stop").click()
    assert view(page).evaluate("e => e.offsetHeight") == before
    head = page.locator(".ogcw-job-head")
    assert head.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_times_tick_in_the_page_without_a_message(page):
    show(page, "running")
    expect(page.locator(".ogcw-job-facts")).to_contain_text("0:46")
    expect(page.locator(".ogcw-job-facts")).to_contain_text("checked 2 s ago")
    page.clock.run_for(10_000)
    expect(page.locator(".ogcw-job-facts")).to_contain_text("0:56")
    expect(page.locator(".ogcw-job-facts")).to_contain_text("checked 12 s ago")
    assert page.evaluate("() => model.sent.length") == 1


@pytest.mark.parametrize("name", ["idle", "running"])
def test_page_is_left_alone_where_nothing_has_changed(page, name):
    show(page, name)
    page.evaluate("""() => {
      window.changes = [];
      const seen = new MutationObserver((records) => window.changes.push(
        ...records.map(({ type, target }) => `${type} ${target.nodeName}`)));
      const all = { attributes: true, characterData: true, childList: true };
      seen.observe(document.querySelector("#view"), { ...all, subtree: true });
    }""")
    page.clock.run_for(3_000)
    changes = page.evaluate("() => Promise.resolve().then(() => window.changes)")
    # A running job's times tick, each in its own text; nothing is made anew for it.
    assert set(changes) == ({"characterData #text"} if name == "running" else set())


def test_reconnecting_counts_down_and_then_says_that_it_tries(page):
    show(page, "reconnecting")
    line = page.locator(".ogcw-job-said")
    expect(line).to_have_text(
        "No answer for 20 s, trying again in 8 s. The job keeps running on the server."
    )
    page.clock.run_for(5_000)
    # The seconds may change a moment before or after those of the clock.
    counting = re.compile(r"No answer for 2[45] s, trying again in [34] s\.")
    expect(line).to_contain_text(counting)
    page.clock.run_for(6_000)
    expect(line).to_contain_text(re.compile(r"No answer for 3[01] s, trying again now"))


def test_times_stand_still_when_the_job_has_ended(page):
    show(page, "successful")
    page.clock.run_for(10_000)
    expect(page.locator(".ogcw-job-facts")).to_contain_text("0:46")


def test_times_stand_still_in_a_saved_notebook_without_a_kernel(page):
    show_view(page, JobPanel, traits("running"))
    page.clock.run_for(60_000)
    expect(page.locator(".ogcw-job-facts")).to_contain_text("0:46")
    expect(page.locator(".ogcw-job-said")).to_have_text(
        "Last known state: the kernel does not answer."
    )
    page.get_by_role("button", name="copy the line to watch it again").wait_for()
    assert page.get_by_role("button", name="Stop").count() == 0
    assert len(sent(page, "hello")) == 1
    put(page, *STATES["running"])
    expect(page.locator(".ogcw-job-said")).to_have_text("Otsu threshold, item 2 of 2")


def test_kernel_that_is_gone_leaves_the_line_that_watches_the_job_again(page):
    show(page, "running-no-log-open")
    page.clock.run_for(3_000)
    page.evaluate("""() => {
      model.send = () => { throw new Error("Cannot send"); };
      model.tell("comm_live_update");
    }""")
    page.clock.run_for(10_000)
    expect(page.locator(".ogcw-job-facts")).to_contain_text("0:49")
    expect(page.locator(".ogcw-job-note")).to_contain_text(AGAIN)
    assert page.get_by_role("button", name="Stop").count() == 0


def test_stop_asks_once_and_sends_it_only_when_confirmed(page):
    show(page, "running")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".ogcw-job-act")).to_contain_text("Stop job?")
    expect(page.get_by_role("button", name="Stop it")).to_be_focused()
    assert sent(page, "stop") == []
    page.get_by_role("button", name="Stop it").click()
    assert sent(page, "stop") == [{"type": "stop"}]
    # The kernel may be busy: the page answers at once, and cannot send it twice.
    expect(page.get_by_role("button", name="Stopping")).to_be_disabled()
    put(page, *STATES["cancelling"])
    expect(page.locator(".ogcw-job-word")).to_have_text("Cancelling")
    put(page, *STATES["dismissed"])
    expect(page.locator(".ogcw-job-word")).to_have_text("Dismissed")
    expect(page.locator(".ogcw-job-act")).to_be_empty()


@pytest.mark.parametrize("how", ["button", "escape"])
def test_keep_running_sends_nothing_and_gives_the_focus_back(page, how):
    show(page, "running")
    page.get_by_role("button", name="Stop").press("Enter")
    if how == "button":
        page.get_by_role("button", name="Keep running").click()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    assert sent(page, "stop") == []


def test_question_stays_when_a_status_arrives_meanwhile(page):
    show(page, "running")
    page.get_by_role("button", name="Stop").click()
    put(page, *STATES["running-no-log-open"])
    expect(page.get_by_role("button", name="Stop it")).to_be_focused()


def test_server_that_cannot_cancel_offers_to_stop_watching(page):
    show(page, "cannot-cancel")
    name = "Stop watching (this server cannot cancel jobs)"
    page.get_by_role("button", name=name).click()
    assert sent(page, "unwatch") == [{"type": "unwatch"}]
    put(page, *STATES["unwatched"])
    page.get_by_role("button", name="Watch again").click()
    assert len(sent(page, "watch")) == 1


def test_check_now_is_offered_when_checking_is_paused(page):
    show(page, "paused")
    page.get_by_role("button", name="Check now").click()
    assert len(sent(page, "check")) == 1


def test_chip_opens_and_closes_the_log_of_its_step(page):
    show(page, "running-no-log-open")
    chip = page.get_by_role("button", name="Log of crop, done, 4 executions")
    chip.click()
    assert sent(page, "open_log") == [
        {"type": "open_log", "step": "crop", "number": None}
    ]
    put(page, STATES["running-no-log-open"][0], log("crop", 4, LOG))
    expect(page.get_by_role("region", name="Log of crop")).to_contain_text("window 39")
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    assert len(sent(page, "close_log")) == 1


def test_executions_of_a_step_can_be_chosen(page):
    show(page, "reconnecting")
    choice = page.get_by_label("Execution of the step")
    expect(choice).to_have_value("4")
    choice.select_option("2 of 4")
    assert sent(page, "open_log")[-1] == {
        "type": "open_log",
        "step": "crop",
        "number": 2,
    }


def test_chips_appear_while_the_job_runs_and_keep_the_focus(page):
    show(page, "running-no-log-open")
    page.get_by_role("button", name="Log of crop").focus()
    put(
        page,
        state("running", progress=90, logs=("node_crop", "node_ndwi", "node_otsu")),
    )
    expect(page.get_by_role("button", name="Log of otsu, running")).to_be_visible()
    expect(page.get_by_role("button", name="Log of crop")).to_be_focused()


def top(page):
    return page.locator(".ogcw-job-log").evaluate("e => e.scrollTop")


def test_log_opens_at_its_end_and_follows_when_read_there(page):
    show(page, "running")
    at_end = top(page)
    assert at_end > 0
    put(page, STATES["running"][0], log("otsu", 2, LOG + "\nnew line\nand another"))
    assert top(page) > at_end


def test_log_keeps_the_lines_in_view_when_read_further_up(page):
    show(page, "running")
    page.locator(".ogcw-job-log").evaluate("e => { e.scrollTop = 100; }")
    put(page, STATES["running"][0], log("otsu", 2, LOG + "\nnew line" * 50))
    assert top(page) == 100


def test_selection_in_the_log_is_kept_when_nothing_is_new(page):
    show(page, "running")
    page.evaluate("""() => getSelection().selectAllChildren(
      document.querySelector(".ogcw-job-log"))""")
    put(page, *STATES["running"])
    assert "reading window 1 of 40" in page.evaluate("() => String(getSelection())")


def test_first_error_is_marked_and_jumped_to(page):
    early = FAILED_LOG + "\nmore" * 100
    show(page, "failed-with-log")
    put(page, STATES["failed-with-log"][0], log("otsu", 2, early, first_error=40))
    page.get_by_role("button", name="first error").click()
    mark = page.locator(".ogcw-job-error")
    expect(mark).to_have_text(
        "10:22:00 ERROR  window outside the raster: 0 of 5460 x 7205 pixels"
    )
    box, line = page.locator(".ogcw-job-log").bounding_box(), mark.bounding_box()
    assert box["y"] <= line["y"]
    assert line["y"] + line["height"] <= box["y"] + box["height"]
    expect(page.locator(".ogcw-job-log")).to_be_focused()
    assert page.locator(".ogcw-job-log").text_content() == early


def test_no_first_error_is_offered_when_there_is_none(page):
    show(page, "running")
    expect(page.get_by_role("button", name="first error")).to_be_hidden()


def test_failure_is_readable_and_the_traceback_folded(page):
    show(page, "failed")
    happened = page.get_by_role("region", name="What happened")
    expect(happened).to_contain_text("RuntimeError: The area of interest lies outside")
    expect(page.get_by_text("line 412, in water_bodies")).to_be_hidden()
    page.get_by_text("Details").click()
    expect(page.get_by_text("line 412, in water_bodies")).to_be_visible()


def test_open_details_stay_open_when_the_times_are_sent_anew(page):
    show(page, "failed")
    page.get_by_text("Details").click()
    put(page, *STATES["failed"])
    expect(page.get_by_text("line 412, in water_bodies")).to_be_visible()


def test_failure_can_be_read_again_after_a_log(page):
    show(page, "failed-with-log")
    page.get_by_role("button", name="What happened").click()
    assert len(sent(page, "close_log")) == 1


def test_only_the_status_sentence_is_live_and_it_does_not_tick(page):
    show(page, "reconnecting")
    live = page.locator("[aria-live], [role=status], [role=log], [role=timer]")
    live = live.filter(visible=True)
    assert live.count() == 1
    before = live.text_content()
    assert before == "Job bfafdb8e: Reconnecting. The job keeps running on the server."
    page.clock.run_for(7_000)
    assert live.text_content() == before


def test_focus_is_never_stolen_by_a_state(page):
    show(page, "idle")
    page.evaluate("""() => {
      const box = document.createElement("input");
      box.id = "elsewhere";
      document.body.append(box);
      box.focus();
    }""")
    for shown, opened in STATES.values():
        put(page, shown, opened)
    expect(page.locator("#elsewhere")).to_be_focused()


def test_everything_is_reached_with_the_tab_key_in_order(page):
    show(page, "failed-with-log")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent"
            )
        )
    names = [f"Copy job id {ID}", "What happened", "Log of crop, done, 4 executions"]
    names += ["Execution of the step", "first error", "copy log", "copy report"]
    places = [reached.index(name) for name in names]
    assert places == sorted(places)
    assert any(
        name.startswith("Log of normalized difference, Tool") for name in reached
    )


_CLIPBOARD = """() => Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { window.got = text; } } })"""


def test_full_id_is_copied(page):
    show(page, "running")
    page.evaluate(_CLIPBOARD)
    page.get_by_role("button", name=f"Copy job id {ID}").click()
    page.wait_for_function("() => window.got")
    assert page.evaluate("() => window.got") == ID


def test_report_is_copied_when_the_kernel_has_made_it(page):
    show(page, "failed")
    page.evaluate(_CLIPBOARD)
    page.get_by_role("button", name="copy report").click()
    ticket = sent(page, "report")[0]["ticket"]
    page.evaluate(
        "ticket => model.put({report_view: {ticket, text: 'the report'}})", ticket
    )
    page.wait_for_function("() => window.got === 'the report'")


def test_hostile_text_is_shown_as_it_is_and_never_run(page):
    shown = state(
        "failed",
        message=f"{CANARY}\n{CANARY}",
        logs=(CANARY,),
        around={"job_id": CANARY, "job_url": CANARY, "stop_note": CANARY},
    )
    shown |= {"word": CANARY, "announce": CANARY, "logs_note": CANARY}
    show(page, "idle")
    put(page, shown)
    put(page, shown, log(CANARY, 1, CANARY, title=CANARY, first_error=0))
    put(page, shown, log(CANARY, 1, "", note=CANARY))
    expect(page.locator(".ogcw-job-said")).to_contain_text("<img")
    page.clock.run_for(1_000)
    assert page.locator("#view img").count() == 0
    assert page.evaluate("() => window.__xss") is None


def test_unknown_progress_stands_still_but_looks_unknown_with_reduced_motion(page):
    page.emulate_media(reduced_motion="reduce")
    show(page, "running-unknown")
    fill = page.locator(".ogcw-job-fill")
    assert fill.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert fill.evaluate(
        "e => getComputedStyle(e).backgroundImage.includes('gradient')"
    )
    bar = page.get_by_role("progressbar")
    assert bar.get_attribute("aria-valuenow") is None


def test_known_progress_is_told_to_assistive_technology(page):
    show(page, "running")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "62")


def test_view_leaves_no_listener_and_no_timer_behind(page):
    show(page, "running")
    assert page.evaluate("() => model.listening()") > 0
    page.evaluate("() => cleanup()")
    before = page.locator(".ogcw-job-facts").text_content()
    page.clock.run_for(5_000)
    assert page.locator(".ogcw-job-facts").text_content() == before
    # The line for errors, shared by all views, ends with its model.
    assert page.evaluate("() => model.listening()") <= 1


def test_only_what_was_seen_under_way_on_this_page_is_told(page):
    show_view(page, JobPanel, traits("running"))  # as a saved notebook had it
    page.evaluate("document.hasFocus = () => false; document.title = 'n.ipynb'")
    ended, running = STATES["successful"][0], STATES["running"][0]
    put(page, ended)
    assert page.title() == "n.ipynb"
    put(page, {**running, "checked_ago": None})  # attached, and not asked for yet
    put(page, ended)
    assert page.title() == "n.ipynb"
    put(page, running)
    assert page.title() == "(62 %) n.ipynb"
    put(page, ended)
    assert page.title() == "(done) n.ipynb"
    page.evaluate("cleanup()")
    page.evaluate("delete document.hasFocus; window.dispatchEvent(new Event('focus'))")
    assert page.title() == "n.ipynb"


def test_bell_says_where_there_are_no_notifications(page):
    show_view(page, JobPanel, traits("running"))
    page.evaluate("delete window.Notification; delete window.AudioContext")
    bell = page.get_by_role("button", name="Tell me when it is done")
    bell.click()
    notification = page.get_by_label("by a notification")
    expect(notification).to_be_disabled()
    expect(notification).to_have_accessible_description(re.compile("https"))
    page.get_by_label("by a sound").check()  # of a page that cannot keep or play it
    page.keyboard.press("Escape")
    expect(bell).to_be_focused()
