"""What is sent is what was drawn, chosen and typed: an App in JupyterLab."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from app_screen import AppScreen
from playwright.sync_api import expect
from raw_server import RawServer, answer
from waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_window import LabPage

NUMBERS = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}
PROCESS = {
    "id": "extract",
    "version": "1",
    "title": "Extract",
    "jobControlOptions": ["sync-execute"],
    "inputs": {
        "area": {"title": "Geographical area", "schema": NUMBERS},
        "window": {
            "title": "Climate region",
            "description": "Bounding box as [North, West, South, East] in degrees",
            "schema": {**NUMBERS, "default": [72, -25, 33, 45]},
        },
    },
    "outputs": {"done": {"schema": {"type": "string"}}},
}
BOX = [5, 40, 6, 41]


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Describes one process and keeps what it was sent."""
    answers = {
        "/": {"title": "One process", "links": []},
        "/conformance": {"conformsTo": []},
        "/processes": {"processes": [{"id": "extract", "version": "1"}], "links": []},
        "/processes/extract": PROCESS,
        "/processes/extract/execution": {"done": "yes"},
    }

    def behave(_: Any, received: Any) -> bytes:
        found = answers.get(received.path.partition("?")[0])
        return answer(found) if found is not None else answer({}, 404)

    with RawServer(behave) as server:
        yield server


def open_app(lab_page: LabPage, server: RawServer) -> AppScreen:
    lab_page.show(
        f"import ogc_widgets as ogc\napp = ogc.App({server.origin!r})\napp", width=1080
    )
    return AppScreen(lab_page)


def sent(server: RawServer) -> Any:
    return json.loads(server.requests("POST")[-1].body)


def test_box_is_sent_in_the_order_that_was_chosen_below_the_field(
    lab_page: LabPage, server: RawServer
) -> None:
    screen = open_app(lab_page, server)
    app = screen.app
    window = app.locator(".ogcw-f-block").filter(has_text="Climate region")
    expect(window.get_by_role("textbox")).to_have_value("72, -25, 33, 45")
    expect(window).to_contain_text("Sent as numbers: north, west, south, east")

    area = app.locator(".ogcw-f-block").filter(has_text="Geographical area")
    order = area.get_by_role("combobox", name="How Geographical area is sent")
    expect(area).to_contain_text("Several orders are possible")
    expect(order).to_be_visible()
    screen.draw_box(start=(0.4, 0.4), end=(0.6, 0.6))
    expect(area.locator(".ogcw-f-error")).to_contain_text("Choose the order")
    west, south, east, north = lab_page.python("app.map.bbox")
    lab_page.screenshot("area-order-asked", of=app)

    app.get_by_role("button", name="Run", exact=True).click()
    assert not server.requests("POST")
    order.select_option(label="list of numbers: north, west, south, east")
    expect(area).to_contain_text("Sent as numbers: north, west, south, east")
    expect(area.locator(".ogcw-f-error")).to_be_empty()
    text = area.get_by_role("textbox")
    wanted = [north, west, south, east]
    wait_for(lambda: [float(n) for n in text.input_value().split(",")] == wanted)
    assert lab_page.python("app.map.bbox") == [west, south, east, north]
    lab_page.screenshot("area-order-chosen", of=app)

    app.get_by_role("button", name="Run", exact=True).click()
    lab_page.wait_python("app.job is not None and app.job.status.is_finished")
    assert sent(server)["inputs"] == {
        "area": [north, west, south, east],
        "window": [72, -25, 33, 45],
    }


def test_what_the_server_forgot_goes_where_the_user_says(
    lab_page: LabPage, server: RawServer
) -> None:
    app = open_app(lab_page, server).app
    lab_page.execute("app.form.inputs['area'] = [41, 5, 40, 6]")
    group = app.get_by_role("group", name="What the server forgot")
    app.get_by_role("button", name="Add what the server forgot").click()
    lab_page.page.keyboard.type("workspace")
    group.get_by_label("Value of the extra input").fill("mine")
    app.get_by_role("button", name="Add another").click()
    lab_page.page.keyboard.type("queue")
    group.get_by_label("Value of the extra input").last.fill("fast")
    group.get_by_label("Where it goes").last.select_option(label="beside inputs")
    lab_page.wait_python("dict(app.form.extra) == {'queue': 'fast'}")
    lab_page.screenshot("extra-members", of=app)

    app.get_by_role("button", name="JSON", exact=True).click()
    request = app.get_by_label("Request", exact=True)
    expect(request).to_contain_text('"queue": "fast"')
    shown = request.inner_text().partition("\n\n")[2]
    app.get_by_role("button", name="Form", exact=True).click()
    expect(group.get_by_label("Where it goes").last).to_have_value("beside")
    app.get_by_role("button", name="Run", exact=True).click()
    lab_page.wait_python("app.job is not None and app.job.status.is_finished")
    assert sent(server) == json.loads(shown)
    assert sent(server)["queue"] == "fast"
    assert sent(server)["inputs"]["workspace"] == "mine"

    # The results take the place of the form.
    results = app.get_by_role("button", name="Results", exact=True)
    expect(results).to_have_attribute("aria-pressed", "true")
    app.get_by_role("button", name="Form", exact=True).click()
    app.get_by_role("button", name="Reset", exact=True).click()
    expect(group).to_be_hidden()
    lab_page.wait_python("app.form.extra == {}")
