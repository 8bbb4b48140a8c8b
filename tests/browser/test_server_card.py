"""The card of a server on the page: read, copied, and harmless."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.panel import ServerCard
from ogc_widgets.protocol import Capabilities, Conformance, LandingPage, ProcessSummary
from ogc_widgets.protocol.notices import Oddity
from ogc_widgets.protocol.server_report import report

CANARY = "<img src=x onerror='window.__xss=1'>"
CLASSES = ("core", "json", "job-list", "callback")


def state(title="ZOO-Project with DRU", **members):
    base = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
    declared = Conformance(tuple(f"{base}/{name}" for name in CLASSES))
    link = {"rel": "self", "href": "http://localhost:8080/acme/ogc-api"}
    landing = LandingPage.from_json({"title": title, "links": [link]})
    processes = [
        ProcessSummary("water-bodies", job_control_options=("async-execute",)),
        ProcessSummary("echo", version="2.0.0"),
    ]
    card = report(
        "https://zoo.example.org/acme/ogc-api",
        Capabilities.of(declared, landing, processes),
        landing=landing,
        conformance=declared,
        processes=processes,
        headers={"server": "Apache/2.4.41 (Ubuntu)", "x-powered-by": "ZOO-Project-DRU"},
        oddities=[
            Oddity(
                "The answer to an accepted request has no Location header.",
                "POST /acme/ogc-api/processes/water-bodies/execution",
            )
        ],
        made_by="ogc_widgets",
    )
    sections = [
        {
            "heading": heading,
            "facts": [
                {"label": one.label, "text": one.text, "seen": one.evidence}
                for one in facts
            ],
        }
        for heading, facts in card.sections
    ]
    return {"title": card.title, "url": card.url, "is_reading": False, "error": "",
            "markdown": card.markdown(), "sections": sections, **members}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1100])
def test_card_stays_inside_its_cell(page, width, theme, tmp_path):
    show_view(page, ServerCard, {"state": state()}, width=width, theme=theme)
    view = page.locator("#view")
    assert view.evaluate("e => e.scrollWidth <= e.clientWidth")
    expect(view).to_contain_text("Cancel jobs")
    expect(view).to_contain_text("no conformance class dismiss")
    page.screenshot(path=tmp_path / f"server-{theme}-{width}.png")


def test_card_is_copied_as_markdown(still_page):
    page = still_page  # the button says so for a moment only
    shown = state()
    show_view(page, ServerCard, {"state": shown})
    page.evaluate(
        "() => { Object.defineProperty(navigator, 'clipboard', { value:"
        " { writeText: async (text) => { window.copied = text; } } }); }"
    )
    page.get_by_role("button", name="Copy for the operators").click()
    expect(page.get_by_role("button", name="copied")).to_be_visible()
    assert page.evaluate("() => window.copied") == shown["markdown"]


def test_card_can_be_written_again(page):
    show_view(page, ServerCard, {"state": state(is_reading=True)})
    expect(page.get_by_role("status")).to_have_text("Looking…")
    page.get_by_role("button", name="look again").click()
    assert page.evaluate("() => model.sent") == [{"type": "refresh"}]


def test_error_is_told_and_nothing_can_be_copied(page):
    empty = {"url": "http://x.test", "error": "No connection.", "sections": []}
    show_view(page, ServerCard, {"state": empty})
    expect(page.get_by_role("alert").first).to_have_text("No connection.")
    expect(page.get_by_role("button", name="Copy")).to_be_disabled()


def test_words_of_the_server_are_only_words(page):
    show_view(page, ServerCard, {"state": state(title=CANARY)})
    expect(page.locator("h3")).to_have_text(CANARY)
    page.wait_for_timeout(100)
    assert page.evaluate("() => window.__xss") is None
