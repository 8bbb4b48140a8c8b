"""A view on a page whose messages the widget itself answers, without a kernel."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from view_page import show_view

if TYPE_CHECKING:
    from ogc_widgets.view.base import View

# Bytes go to the page as views into a buffer, as ipywidgets sends them.
_PUT = """([traits, told]) => {
  const read = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(read);
    if (!("base64!" in value)) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, read(v)]));
    }
    const bytes = Uint8Array.from(atob(value["base64!"]), (c) => c.charCodeAt(0));
    return new DataView(bytes.buffer);
  };
  if (Object.keys(traits).length) model.put(read(traits));
  for (const message of told) model.tell("msg:custom", message, []);
}"""


_FRAME = "() => new Promise((f) => requestAnimationFrame(() => setTimeout(f)))"


class LiveView:
    """A widget and its view, between which :meth:`pump` carries what was said.

    Args:
        page: A page of Playwright; it is filled with the view.
        widget: The widget.
        options: For :func:`view_page.show_view`.
    """

    def __init__(self, page: Any, widget: View, **options: Any) -> None:
        self.page, self.widget = page, widget
        self._heard = 0
        self._sent: list[Any] = []
        self._known: dict[str, Any] = {}
        widget.send = lambda content, buffers=None: self._sent.append(content)  # type: ignore[method-assign] # there is no comm
        state = self._state()
        plain = {k: v for k, v in state.items() if not _has_bytes(v)}
        empty: dict[str, Any] = {name: {} for name in state.keys() - plain.keys()}
        show_view(page, type(widget), {**plain, **empty}, **options)
        self._known = plain
        self.pump()

    def _state(self) -> dict[str, Any]:
        others = ("_", "layout", "tabbable", "tooltip")
        return {
            name: _page_value(getattr(self.widget, name))
            for name in sorted(self.widget.keys)
            if not name.startswith(others)
        }

    def pump(self) -> None:
        """Carry messages and traits to and fro until nothing more is said."""
        while True:
            # What happened on the page, such as a scroll, may ask for something.
            self.page.evaluate(_FRAME)
            messages = self.page.evaluate("from => model.sent.slice(from)", self._heard)
            self._heard += len(messages)
            for name in ("selected", "colour_by"):
                if self.widget.has_trait(name):
                    here = self.page.evaluate("name => model.get(name)", name)
                    if here != self._known.get(name):
                        self._known[name] = here
                        setattr(self.widget, name, here)
            for message in messages:
                self.widget._receive(None, message, [])
            state = self._state()
            changes = {k: v for k, v in state.items() if v != self._known.get(k)}
            self._known = state
            told, self._sent = self._sent, []
            if not (messages or changes or told):
                return
            self.page.evaluate(_PUT, [changes, told])


def _page_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64!": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _page_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_page_value(one) for one in value]
    return value


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return "base64!" in value or any(map(_has_bytes, value.values()))
    return isinstance(value, list) and any(map(_has_bytes, value))
