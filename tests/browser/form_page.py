"""A form on a page without a kernel, and fixtures that open one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from form_states import OF_INPUTS, inputs, traits
from view_page import show_view
from waiting import PATIENCE_S

from ogc_widgets.form.form import ProcessForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator, Page

Spec = dict[str, Any]


class Form:
    """A form on the page and the messages that it sends."""

    def __init__(self, page: Page, spec: list[Spec], **changes: Any) -> None:
        self.page = page
        self._spec = spec
        self._of_inputs = {k: changes[k] for k in OF_INPUTS & changes.keys()}
        options = {k: changes.pop(k) for k in ("width", "theme") if k in changes}
        show_view(page, ProcessForm, traits(spec, **changes), **options)

    def sent(self, kind: str = "edit") -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.page.evaluate("model.sent")
        return [message for message in messages if message["type"] == kind]

    def draft(self, key: str) -> Any:
        """The draft of an input as Python knows it from the messages."""
        drafts = [message["draft"] for message in self.sent() if message["id"] == key]
        assert drafts, f"nothing was sent for {key}"
        return drafts[-1]

    def put(self, **changes: Any) -> None:
        """What Python says; with ``turn`` it has set the drafts itself."""
        of_inputs = {k: changes.pop(k) for k in OF_INPUTS & changes.keys()}
        if of_inputs:
            self._of_inputs |= of_inputs
            changes |= inputs(self._spec, **self._of_inputs)
        self.page.evaluate("(changes) => model.put(changes)", changes)

    def box(self, name: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^{re.escape(name)}(\s\*)?$"))

    def block(self, label: str) -> Locator:
        words = self.page.locator(".ogcw-f-label", has_text=label)
        return self.page.locator(".ogcw-f-block").filter(has=words).last

    def error(self, label: str) -> Locator:
        return self.block(label).locator(".ogcw-f-error")

    def screen(self) -> list[Any]:
        """What can be seen: every control with its value, every chip, in order."""
        seen: list[Any] = self.page.evaluate(
            """() => [...document.querySelectorAll(
              '#view input, #view textarea, #view select, #view .ogcw-f-chip')]
              .filter((e) => e.checkVisibility())
              .map((e) => [e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent
                ?? '', e.type === 'checkbox' || e.type === 'radio' ? e.checked
                : e.value ?? e.textContent])"""
        )
        return seen


@pytest.fixture(scope="module")
def form_window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    yield page
    context.close()


@pytest.fixture
def open_form(form_window: Page) -> Iterator[Callable[..., Form]]:
    errors: list[str] = []

    def note(error: Any) -> None:
        errors.append(str(error))

    form_window.on("pageerror", note)
    yield lambda spec, **changes: Form(form_window, spec, **changes)
    form_window.remove_listener("pageerror", note)
    assert not errors
