"""Fixtures for tests in a real browser: Chromium, JupyterLab, and a window on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import chromium
import pytest
from form_page import form_window, open_form  # noqa: F401 # fixtures of the form's tests
from lab_window import JupyterLab, LabPage, lab_page_on
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# As long as for a click; other workers may keep the machine busy.
expect.set_options(timeout=30_000)

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page, for one view without JupyterLab (see ``view_page``).

    A test fails when a script on the page raised something that nothing caught.
    """
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


@pytest.fixture(scope="session")
def jupyterlab(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], JupyterLab]]:
    """A function: base URL -> JupyterLab, started once for each base URL."""
    started: dict[str, JupyterLab] = {}

    def at(base_url: str = "/") -> JupyterLab:
        if base_url not in started:
            started[base_url] = JupyterLab(tmp_path_factory.mktemp("lab"), base_url)
        return started[base_url]

    yield at
    for server in started.values():
        server.close()


@pytest.fixture
def base_url() -> str:
    """Where JupyterLab lives; parametrise it to test a hub: "/user/someone/"."""
    return "/"


@pytest.fixture
def lab_page(
    jupyterlab: Callable[[str], JupyterLab], browser: Browser, base_url: str
) -> Iterator[LabPage]:
    """A window of its own on JupyterLab; closed afterwards with its kernels.

    A test fails when a script on the page raised something that nothing caught.
    """
    with lab_page_on(jupyterlab(base_url), browser) as window:
        yield window
        assert not window.script_errors
