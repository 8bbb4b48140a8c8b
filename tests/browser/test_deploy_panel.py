"""The deploy panel: one page alone, and JupyterLab with a real server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe import grave_violations
from deploy_states import CANARY, STATES, traits
from playwright.sync_api import expect
from view_page import show_view

from ogc_widgets.client import Client
from ogc_widgets.deploy import DeployPanel

if TYPE_CHECKING:
    from lab_window import LabPage

HELLO = """cwlVersion: v1.2
class: CommandLineTool
id: browser-hello
label: {label}
baseCommand: [echo, hello]
inputs:
  area: {{type: string, label: Area of interest}}
outputs: {{out: stdout}}
"""


def put(page, shown):
    page.evaluate("changes => model.put(changes)", {"state": shown})


def sent(page, kind):
    return page.evaluate(
        "kind => model.sent.filter((message) => message.type === kind)", kind
    )


@pytest.mark.parametrize("width", [700, 1100])
def test_panel_keeps_its_height_and_stays_inside_its_cell(page, width):
    show_view(page, DeployPanel, traits("empty"), width=width)
    view = page.locator("#view")
    heights = {}
    for name, shown in STATES.items():
        put(page, shown)
        heights[name] = view.evaluate("e => e.offsetHeight")
        assert view.evaluate("e => e.scrollWidth <= e.clientWidth"), name
    assert len(set(heights.values())) == 1, heights
    assert page.evaluate("() => window.__xss") is None
    put(page, STATES["looked"])
    expect(view.get_by_text(CANARY, exact=True)).to_be_visible()


def test_process_is_removed_only_after_a_question(page):
    show_view(page, DeployPanel, traits("looked"))
    page.get_by_role("button", name="remove water-bodies", exact=True).click()
    assert sent(page, "undeploy") == []
    page.keyboard.press("Escape")
    first = page.get_by_role("button", name="remove water-bodies", exact=True)
    first.press("Enter")
    page.get_by_role("button", name="remove it water-bodies").click()
    assert sent(page, "undeploy") == [
        {"type": "undeploy", "process_id": "water-bodies"}
    ]


def test_text_is_sent_when_the_typing_has_stopped(still_page):
    page = still_page
    show_view(page, DeployPanel, traits("invalid"))
    box = page.get_by_label("The package", exact=True)
    box.fill("")
    box.press_sequentially("cwlVersion: v1.2")
    assert sent(page, "text") == []
    page.clock.run_for(1_000)
    assert [one["text"] for one in sent(page, "text")] == ["cwlVersion: v1.2"]


def test_last_letter_is_sent_when_deploy_is_pressed_at_once(page):
    show_view(page, DeployPanel, traits("invalid"))
    page.get_by_label("The package", exact=True).fill("cwlVersion: v1.1")
    page.get_by_role("button", name="Deploy all the same").click()
    told = page.evaluate("() => model.sent.filter((one) => one.type !== 'hello')")
    assert told == [{"type": "text", "text": "cwlVersion: v1.1"}, {"type": "deploy"}]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_of_axe_in_any_state(page, theme):
    show_view(page, DeployPanel, traits("empty"), theme=theme)
    for name, shown in STATES.items():
        put(page, shown)
        assert grave_violations(page, "#view") == [], name
    put(page, STATES["looked"])
    page.get_by_role("button", name="remove water-bodies", exact=True).click()
    assert grave_violations(page, "#view") == []


def test_everything_can_be_reached_by_keyboard(page):
    show_view(page, DeployPanel, traits("looked"))
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => { const e = document.activeElement;
                return e.getAttribute('aria-label') || e.textContent; }"""
            )
        )
    assert {
        "File", "Address", "Text", "Package file", "Deploy",
        "Part of the package that becomes the process", "open water-bodies",
        "remove water-bodies",
    } <= set(reached)  # fmt: skip


@pytest.fixture
def window(lab_page: LabPage, lab_server):
    lab_page.page.set_viewport_size({"width": 1280, "height": 1200})
    lab_page.show(
        f"import ogc_widgets as ogc\napp = ogc.App({lab_server.url!r}, 'echo')\napp",
        width=1000,
    )
    yield lab_page
    with Client(lab_server.url) as client:
        if "browser-hello" in [process.id for process in client.processes()]:
            client.undeploy("browser-hello")


def choose(window: LabPage, tmp_path, label: str) -> None:
    path = tmp_path / "hello.cwl"
    path.write_text(HELLO.format(label=label))
    with window.page.expect_file_chooser() as chooser:
        window.page.locator(".ogcw-deploy-pick").click()
    chooser.value.set_files(path)


def test_package_is_deployed_replaced_opened_and_removed_with_the_mouse(
    window: LabPage, tmp_path, lab_server
):
    page = window.page
    app = page.locator(".ogcw-app")
    app.get_by_role("button", name="Deploy …").click()
    panel = page.locator(".ogcw-deploy")
    expect(panel).to_be_visible()
    window.screenshot("deploy-1-empty", of=panel)

    # What it is shows before anything is sent.
    choose(window, tmp_path, "Hello")
    check = panel.locator(".ogcw-deploy-check")
    expect(check).to_contain_text("becomes browser-hello: Hello", timeout=60_000)
    expect(check.locator("tbody tr")).to_have_text(
        re.compile(r"Area of interest\s*text: west,south,east,north\s*required")
    )
    window.screenshot("deploy-2-looked", of=panel)
    with Client(lab_server.url) as client:
        assert "browser-hello" not in [one.id for one in client.processes()]

        panel.get_by_role("button", name="Deploy", exact=True).click()
        expect(panel).to_contain_text("browser-hello is deployed.", timeout=60_000)
        row = panel.locator("tr[data-row=browser-hello]")
        expect(row).to_contain_text("Hello")
        options = app.locator(".ogcw-header-chooser option")
        expect(options.filter(has_text="Hello")).to_have_count(1)
        assert client.process("browser-hello").title == "Hello"

        # The same once more: the server has it already.
        choose(window, tmp_path, "Louder")
        expect(check).to_contain_text("browser-hello: Louder", timeout=60_000)
        panel.get_by_role("button", name="Deploy", exact=True).click()
        expect(panel).to_contain_text("There is already a process", timeout=60_000)
        window.screenshot("deploy-3-conflict", of=panel)
        panel.get_by_role("button", name="Replace it").click()
        expect(panel).to_contain_text("browser-hello is replaced.", timeout=60_000)
        expect(row).to_contain_text("Louder")
        assert client.process("browser-hello").title == "Louder"
        window.screenshot("deploy-4-replaced", of=panel)

        # It can be opened like any other, and its form is the one that was shown.
        panel.get_by_role("button", name="open browser-hello").click()
        expect(app.locator(".ogcw-header-title")).to_have_text("Louder")
        expect(app.get_by_label("Area of interest").first).to_be_visible()
        assert window.python("list(app.form.fields)") == ["area"]
        expect(panel).to_have_count(0)
        window.screenshot("deploy-5-opened", of=app)

        app.get_by_role("button", name="Deploy …").click()
        panel.get_by_role("button", name="remove browser-hello", exact=True).click()
        window.screenshot("deploy-6-sure", of=panel)
        panel.get_by_role("button", name="remove it browser-hello").click()
        expect(panel).to_contain_text("removed from the server", timeout=60_000)
        expect(row).to_have_count(0)
        expect(app.locator(".ogcw-header-title")).not_to_have_text("Louder")
        assert "browser-hello" not in [one.id for one in client.processes()]
