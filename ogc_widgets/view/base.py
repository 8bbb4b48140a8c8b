"""One widget, one script: the base class of the views drawn by this package.

Plain ipywidgets cannot tie an error text to its control, follow a clock without a
message per second, or copy to the clipboard, and it needs four models for a labelled
text box. Every view here is therefore a single anywidget model whose state is plain
JSON and whose script builds the page from text nodes only: no string from a server is
ever parsed as HTML.
"""

from __future__ import annotations

import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import ipywidgets
import traitlets

from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.view.halves import from_page, to_page
from ogc_widgets.view.scripts import LOADER, scripts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_publish_lock = threading.RLock()


@contextmanager
def publishing(*widgets: ipywidgets.Widget) -> Iterator[None]:
    """Change traits of widgets from any thread: one lock, one message each."""
    with _publish_lock:
        if not widgets:
            yield
            return
        with widgets[0].hold_sync(), publishing(*widgets[1:]):
            yield


class View(NotesDisplay, anywidget.AnyWidget):
    """Base of the views; a subclass names its script, which brings its style sheet.

    Messages from the page have the form ``{"type": "...", ...}`` and call the method
    ``_on_<type>`` with the other members as keyword arguments. The member ``secret``
    comes as a buffer: kernels write the content of every message into their log. An
    exception in such a method is kept in ``last_error`` and shown by the page, never
    lost in a log.
    """

    _script: ClassVar[str]
    """Name of a script in ``static/``."""
    _esm: ClassVar[str] = LOADER

    _scripts = traitlets.Tuple().tag(sync=True, **ipywidgets.widget_serialization)
    problem = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **kwargs: object) -> None:
        self.last_error: BaseException | None = None
        super().__init__(_scripts=scripts_of(self._script), **kwargs)
        self.on_msg(self._receive)

    # Everything that goes to the page or comes from it passes through these three and
    # _receive.

    def get_state(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 # as ipywidgets has it
        """What the page is told, when it opens and later."""
        state: dict[str, Any] = to_page(super().get_state(*args, **kwargs))
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page says of its traits."""
        super().set_state(from_page(sync_data))

    def _send(self, msg: object, buffers: Any = None) -> None:  # noqa: ANN401 # as ipywidgets has it
        super()._send(to_page(msg), buffers)

    def _receive(
        self, _widget: object, content: object, buffers: Sequence[memoryview] | None
    ) -> None:
        content = from_page(content)
        if not isinstance(content, dict) or not isinstance(content.get("type"), str):
            return
        arguments = {key: value for key, value in content.items() if key != "type"}
        if buffers:
            secret = bytes(buffers[0]).decode("utf-8", errors="replace")
            arguments["secret"] = from_page(secret)
        handler = self._handler(content["type"])
        if handler is not None:
            self._guard(handler, **arguments)
        # The page waits for a word: without one it says that the kernel is silent.
        super().send({"type": "heard"})

    def _card(self) -> tuple[str, str] | None:
        """Text and HTML of what a saved notebook says without a kernel, if anything."""
        return None

    def _repr_mimebundle_(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and the card for a saved notebook."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        card = self._card()
        if card is not None:
            texts = dict(zip(("text/plain", "text/html"), card, strict=True))
            shown = {**(shown or {}), **texts}
        return shown, metadata

    def _handler(self, kind: str) -> Callable[..., object] | None:
        """What takes messages of a kind; a view may keep these methods in a part."""
        return getattr(self, f"_on_{kind}", None)

    def _guard(self, handler: Callable[..., object], **arguments: object) -> None:
        """Call a handler; show what it raises instead of losing it."""
        try:
            handler(**arguments)
        except Exception as error:  # noqa: BLE001 # a callback must not kill the app
            self.report(error)

    def report(self, error: BaseException) -> None:
        """Show an error in the view and keep it in ``last_error``."""
        self.last_error = error
        text = str(error) or traceback.format_exception_only(error)[-1].strip()
        with publishing(self):
            self.problem = text

    def close(self) -> None:
        """Close the view together with its layout, which ipywidgets leaves behind."""
        layout = self.layout
        super().close()
        if layout is not None:
            layout.close()
