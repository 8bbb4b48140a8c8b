"""Fixtures for tests in a real browser: Chromium, JupyterLab, and a window on it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromium
import pytest
from form_page import form_window, open_form  # noqa: F401 # fixtures of the form's tests
from jupyterlab_program import JupyterLab
from lab_window import LabPage
from playwright.sync_api import Browser, Page, expect, sync_playwright
from waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

# As long as for a click; other workers may keep the machine busy.
expect.set_options(timeout=1000 * PATIENCE_S)

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name but this machine's own can be looked up: tiles are blocked, nothing leaks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


_HAS_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            # Between us and what is asserted are a browser, JupyterLab, its server and
            # a kernel. What is ours fails twice; what failed once is listed at the end.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
    return report


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium.find()
    if path is None:
        reason = "no Chromium was found; install one, or set CHROMIUM to its path"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all browser tests; each test has its own window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def windows() -> Iterator[dict[str, Page]]:
    """The open windows without JupyterLab by their names."""
    opened: dict[str, Page] = {}
    yield opened
    for window in opened.values():
        window.context.close()


@contextlib.contextmanager
def _empty(page: Page) -> Iterator[None]:
    """An empty page in a window; asserts that no script on it raises an error."""
    errors: list[str] = []

    def note(error: Any) -> None:
        errors.append(str(error))

    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.on("pageerror", note)
    yield
    page.remove_listener("pageerror", note)
    page.emulate_media(reduced_motion="null")
    assert not errors


@pytest.fixture
def page(browser: Browser, windows: dict[str, Page]) -> Iterator[Page]:
    """An empty page, for one view without JupyterLab (see ``view_page``).

    The window is that of the tests before: most of them are over before a new one
    would be there. A test fails when a script on the page raised something that
    nothing caught.
    """
    if "page" not in windows:
        windows["page"] = browser.new_context().new_page()
    with _empty(windows["page"]):
        yield windows["page"]


@pytest.fixture
def still_page(browser: Browser, windows: dict[str, Page]) -> Iterator[Page]:
    """The same in a window where time stands still until ``page.clock.run_for``."""
    if "still" not in windows:
        windows["still"] = browser.new_context().new_page()
        clock = windows["still"].clock
        # An installed clock alone goes on by itself, so that a pause in typing is over
        # before the test has looked where the machine is busy.
        clock.install()
        clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    with _empty(windows["still"]):
        yield windows["still"]


@pytest.fixture(scope="session")
def jupyterlab(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], JupyterLab]]:
    """A function: base URL -> JupyterLab, started once for each base URL."""
    started: dict[str, JupyterLab] = {}

    def at(base_url: str = "/") -> JupyterLab:
        if base_url not in started:
            folder = tmp_path_factory.mktemp("lab")
            started[base_url] = JupyterLab(folder, base_url, forks=True)
        return started[base_url]

    yield at
    for server in started.values():
        server.close()


@pytest.fixture
def base_url() -> str:
    """Where JupyterLab lives; parametrise it to test a hub: "/user/someone/"."""
    return "/"


@pytest.fixture(scope="session")
def lab_windows() -> Iterator[dict[str, LabPage]]:
    """The open windows on JupyterLab by its base URL."""
    windows: dict[str, LabPage] = {}
    yield windows
    for window in windows.values():
        window.close()


@pytest.fixture
def lab_page(
    request: pytest.FixtureRequest,
    jupyterlab: Callable[[str], JupyterLab],
    browser: Browser,
    base_url: str,
    lab_windows: dict[str, LabPage],
) -> Iterator[LabPage]:
    """The window on JupyterLab, where each test opens a notebook of its own.

    To load JupyterLab takes longer than most tests; only after one that failed there is
    a new window. A test fails when a script on the page raised something that nothing
    caught.
    """
    window = lab_windows.get(base_url) or LabPage(jupyterlab(base_url), browser)
    lab_windows[base_url] = window
    window.begin()
    request.node.stash[_HAS_FAILED] = False
    yield window
    errors = [*window.script_errors]
    if errors or request.node.stash[_HAS_FAILED]:
        lab_windows.pop(base_url).close()
        window.lab.shut_down_kernels()
    assert not errors
