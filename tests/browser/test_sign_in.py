"""The sign-in box in Chromium: by itself, and on protected servers in JupyterLab."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import httpx
import pytest
import sign_in_states
from app_screen import AppScreen
from oidc_provider import NOTEBOOK, STUDENT
from panel_states import traits as panel_traits
from playwright.sync_api import expect
from raw_server import RawServer, answer
from view_page import show_view

from ogc_widgets.lab import lab
from ogc_widgets.panel import JobPanel, SignIn

HOSTILE = "<img src=x onerror='window.__xss=1'>"


def show(page, name, **options):
    show_view(page, SignIn, sign_in_states.traits(name), **options)


def put(page, name, number=1, **changes):
    state = sign_in_states.traits(name)["sign_in"]
    page.evaluate(
        "state => model.put({ sign_in: state })", {**state, **changes, "number": number}
    )


def sent(page):
    return page.evaluate("model.sent")


def test_token_is_sent_once_and_the_field_is_emptied(page):
    show(page, "token and password")
    field = page.get_by_label("Token", exact=True)
    expect(field).to_have_attribute("type", "password")
    field.fill("my token")
    field.press("Enter")
    assert sent(page) == [{"type": "sign_in", "way": 0, "secret": "my token"}]
    # Beside the content, which kernels write into their log.
    assert page.evaluate("model.contents") == [{"type": "sign_in", "way": 0}]
    expect(field).to_have_value("")
    # While the server is asked, Enter sends nothing more; the field keeps the focus.
    put(page, "checking", 2)
    expect(page.get_by_role("button", name="Signing in")).to_be_disabled()
    expect(field).to_be_focused()
    field.press("Enter")
    assert len(sent(page)) == 1
    put(page, "not accepted", 3)
    expect(page.get_by_role("alert").first).to_contain_text("did not accept")
    expect(field).to_be_focused()


def test_everything_can_be_done_with_the_keyboard(page):
    show(page, "token and password")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="User and password")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("User", exact=True)).to_be_focused()
    page.keyboard.type("student")
    page.keyboard.press("Tab")
    page.keyboard.type("water")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    assert sent(page) == [
        {"type": "sign_in", "way": 1, "user": "student", "secret": "water"}
    ]
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page.get_by_label("User", exact=True)).to_have_value("student")


def test_code_is_shown_with_its_page_and_its_time(still_page):
    page = still_page
    show(page, "code")
    page.get_by_role("button", name="Get a code").click()
    assert sent(page) == [{"type": "sign_in", "way": 0}]
    put(page, "code to type", 2)
    link = page.get_by_role("link")
    expect(link).to_be_focused()
    expect(link).to_have_text("https://login.example.org/device")
    expect(link).to_have_attribute(
        "href", "https://login.example.org/device?user_code=WDJB-MJHT"
    )
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".ogcw-signin-code")).to_have_text("WDJB-MJHT")
    expect(page.locator(".ogcw-signin-left")).to_contain_text("valid for 9:58")
    page.clock.run_for(8_000)
    expect(page.locator(".ogcw-signin-left")).to_contain_text("valid for 9:50")
    page.clock.run_for(600_000)
    expect(page.locator(".ogcw-signin-left")).to_contain_text("no longer valid")
    page.get_by_role("button", name="Cancel").click()
    assert sent(page)[-1] == {"type": "sign_in_stop"}


def test_words_of_a_server_are_words(page):
    show(page, "token and password")
    way = {"kind": "api-key", "label": HOSTILE, "header": HOSTILE, "host": HOSTILE}
    put(page, "not accepted", 2, ways=[way, way], server=HOSTILE, problem=HOSTILE)
    expect(page.get_by_role("alert").first).to_have_text(HOSTILE)
    assert page.locator("#view img").count() == 0
    assert page.evaluate("window.__xss") is None


@pytest.mark.parametrize("width", [700, 1100])
@pytest.mark.parametrize(
    "name", ["token and password", "not accepted", "code", "code to type", "password"]
)
def test_box_fits_into_the_panel_of_the_job_and_nothing_jumps(page, name, width):
    start = {**panel_traits("sign-in"), "sign_in": {}}
    show_view(page, JobPanel, start, width=width)
    state = {**start["state"], "sequence": 2}
    page.evaluate("state => model.put({ state })", state)
    body = page.locator(".ogcw-job-body")
    before = page.locator("#view").evaluate("e => e.offsetHeight")
    put(page, name)
    expect(page.locator(".ogcw-job-guest")).to_be_visible()
    expect(page.locator(".ogcw-job-note")).to_be_hidden()
    assert page.locator("#view").evaluate("e => e.offsetHeight") == before
    inside = page.locator(".ogcw-job-guest")
    assert inside.evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    assert body.is_visible()


# -- in JupyterLab, on protected servers -----------------------------------------------


def leaks(window, secrets):
    """Where any of these secrets is: the notebook, the state of widgets, the page."""
    window.save()
    file = Path(window.lab.root / window.path).read_text(encoding="utf-8")
    places = {
        "notebook": file,
        "page": window.page.content(),
        "models": window.python(
            "{k: str({n: v for n, v in w.get_state().items() if n not in"
            " ('_esm', '_css')}) for k, w in"
            " __import__('ipywidgets').widgets.widget._instances.items()}"
        ),
        "embedded": window.python(
            "__import__('ipywidgets.embed', fromlist=['x']).embed_data([app])"
        ),
        "output": window.python(
            "[repr(app), str(app._repr_mimebundle_()[0]), repr(app.client),"
            " repr(vars(app.client.aio)), repr(app.job), repr(vars(app.job.aio)),"
            " app.panel.report_text(), repr(ogc.recent_jobs())]"
        ),
        "history": window.python(
            "__import__('ogc_widgets.client.history.store', fromlist=['x'])"
            ".history_path().read_bytes().decode('latin-1')"
        ),
    }
    return [
        place
        for place, text in places.items()
        if any(secret in json.dumps(text) for secret in secrets)
    ]


# One scene, which is done in half the time of two.
FILL = """app.form.inputs = {{
    "aoi": "-121.399,39.834,-120.74,40.472", "stac_items": {scenes!r}
}}"""


@contextlib.contextmanager
def door(server, accepted):
    """A door in front of a lab server that opens for one token, which may change."""
    scheme, _, host = server.url.rpartition("/acme")[0].partition("//")
    kept = ("accept", "content-type", "prefer", "range")
    inside = httpx.Client(base_url=f"{scheme}//{host}", trust_env=False, timeout=120)

    def behave(_connection, received):
        if received.headers.get("authorization") != f"Bearer {accepted[0]}":
            fields = {"WWW-Authenticate": "Bearer"}
            return answer({"title": "No good token"}, 401, fields)
        passed = {k: v for k, v in received.headers.items() if k in kept}
        # Under this name the server writes its links.
        passed["host"] = outside.origin.partition("//")[2]
        try:
            said = inside.request(
                received.method, received.path, headers=passed, content=received.body
            )
        except (httpx.HTTPError, RuntimeError):  # the test is over, and the door closed
            return None
        names = "Content-Type", "Content-Range", "Location"
        fields = {name: said.headers.get(name) for name in names}
        return answer(status=said.status_code, headers=fields, body=said.content)

    with inside, RawServer(behave) as outside:
        path = server.url.partition("//")[2].partition("/")[2]
        yield f"{outside.origin}/{path}"


# Everything that any logger of the kernel says, its own and those made later.
HEAR_ALL = """
import logging
heard = logging.FileHandler({path!r}, encoding="utf-8")
for log in [get_ipython().kernel.log, *map(logging.getLogger, ("", *logging.root.manager.loggerDict))]:
    log.setLevel(logging.DEBUG)
    getattr(log, "logger", log).addHandler(heard)
"""  # noqa: E501 # one statement of the kernel


@pytest.mark.timeout(600)
def test_token_opens_the_app_and_another_one_lets_the_job_go_on(
    lab_page, lab_server, canary, tmp_path
):
    second = f"second{canary}"
    accepted = [canary]
    log = tmp_path / "kernel.log"
    with door(lab_server, accepted) as url:
        lab_page.show(
            HEAR_ALL.format(path=str(log)),
            f"import ogc_widgets as ogc\napp = ogc.App({url!r}, 'water-bodies')\napp",
            width=1100,
        )
        screen = AppScreen(lab_page)
        box = screen.app.locator(".ogcw-signin")
        field = box.get_by_label("Token", exact=True)
        field.click()
        lab_page.page.keyboard.type("wrong")
        lab_page.screenshot("signin-1-app", of=screen.app)
        box.get_by_role("button", name="Sign in", exact=True).click()
        expect(box.get_by_role("alert")).to_contain_text("did not accept")
        expect(field).to_be_focused()
        lab_page.page.keyboard.type(canary)
        lab_page.page.keyboard.press("Enter")
        expect(screen.button("Run")).to_be_visible(timeout=60_000)
        lab_page.execute(FILL.format(scenes=lab_server.scenes[:1]))
        expect(screen.area).to_have_value("-121.399, 39.834, -120.74, 40.472")
        lab_page.screenshot("signin-2-open", of=screen.app)
        screen.press_run()
        screen.wait_for_job("running")

        # The token has run out while the job runs.
        accepted[0] = second
        screen.wait_for_job("sign-in")
        box = screen.job.locator(".ogcw-signin")
        expect(box.get_by_label("Token", exact=True)).to_be_visible()
        lab_page.screenshot("signin-3-job", of=screen.app)
        box.get_by_label("Token", exact=True).click()
        lab_page.page.keyboard.type(second)
        lab_page.page.keyboard.press("Enter")
        expect(box).to_be_hidden(timeout=60_000)
        screen.wait_for_job("successful")
        expect(screen.rows).to_have_count(1)
        kinds = {line["kind"] for line in screen.lines()}
        assert "failed" not in kinds
        assert "lost" not in kinds
        said = log.read_text(encoding="utf-8")
        assert said.count("{'type': 'sign_in', 'way': 0}") >= 3
        assert canary not in said
        assert leaks(lab_page, [canary]) == []
        assert lab_page.hosts <= {"tile.openstreetmap.org"}


@pytest.mark.timeout(600)
def test_student_signs_in_on_another_page_and_the_token_is_renewed_in_mid_job(
    lab_page, provider
):
    provider.tokens_last(4)
    with lab(oidc=provider.issuer, audience="lab", workers=1) as server:
        lab_page.show(
            "import ogc_widgets as ogc\n"
            f"auth = ogc.auth.device({provider.issuer!r}, {NOTEBOOK!r})\n"
            f"app = ogc.App({server.url!r}, 'echo', auth=auth)\napp",
            width=1100,
        )
        screen = AppScreen(lab_page)
        box = screen.app.locator(".ogcw-signin")
        box.get_by_role("button", name="Get a code").click()
        expect(box.locator(".ogcw-signin-code")).to_be_visible()
        lab_page.screenshot("signin-4-code", of=screen.app)
        with lab_page.page.expect_popup() as opened:
            box.get_by_role("link").click()
        type_code_on(opened.value)
        expect(screen.button("Run")).to_be_visible(timeout=60_000)
        lab_page.execute("app.form.inputs = {'message': 'hello', 'pauses': [1.5] * 4}")
        before = lab_page.python("len(auth.known())")
        screen.press_run()
        screen.wait_for_job("successful")
        assert lab_page.wait_python("app.results is not None and app.results.outputs")
        # The job took longer than a token lasts; nobody had to do anything.
        lab_page.wait_python(f"len(auth.known()) > {before}")
        kinds = {line["kind"] for line in screen.lines()}
        assert "sign-in" not in kinds
        screen.button("Code").click()
        expect(screen.app.locator(".ogcw-app-left")).to_contain_text("TOKEN")
        assert leaks(lab_page, lab_page.python("list(auth.known())")) == []
        assert lab_page.hosts <= {"tile.openstreetmap.org"}
    provider.tokens_last(3600)


def type_code_on(page):
    """The code is filled in already; the student logs in and agrees."""
    page.get_by_label("Username").fill(STUDENT[0])
    page.get_by_label("Password").fill(STUDENT[1])
    page.get_by_role("button", name="Log in").click()
    deadline_s = time.monotonic() + 60
    while "device-grant-status" not in page.url and time.monotonic() < deadline_s:
        button = page.locator("form button, form input[type=submit]").first
        accept = page.locator("[value=accept]")
        (accept if accept.count() else button).first.click()
        page.wait_for_load_state()
    page.close()
