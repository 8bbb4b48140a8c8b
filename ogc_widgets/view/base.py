"""One widget, one script: the base class of the views drawn by this package.

Plain ipywidgets cannot tie an error text to its control, follow a clock without a
message per second, or copy to the clipboard, and it needs four models for a labelled
text box. Every view here is therefore a single anywidget model whose state is plain
JSON and whose script builds the page from text nodes only: no string from a server is
ever parsed as HTML.
"""

from __future__ import annotations

import json
import threading
import traceback
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.view.halves import from_page, to_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import ipywidgets

STATIC = Path(__file__).parent / "static"

# A box that searches, for the views that have one.
SEARCH_BOX_SCRIPT = STATIC / "search_box.js"
SEARCH_BOX_STYLE = STATIC / "search_box.css"

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
    """Base of the views; a subclass names its script and style sheet.

    A subclass sets ``_script`` and ``_style`` to files beside it; each may be several
    files, which are joined in the order given. The shared helpers (``static/base.js``)
    and tokens (``static/theme.css``) are put in front of them.

    Messages from the page have the form ``{"type": "...", ...}`` and call the method
    ``_on_<type>`` with the other members as keyword arguments. The member ``secret``
    comes as a buffer: kernels write the content of every message into their log. An
    exception in such a method is kept in ``last_error`` and shown by the page, never
    lost in a log.
    """

    _script: ClassVar[Path | tuple[Path, ...]]
    _style: ClassVar[Path | tuple[Path, ...]]

    problem = traitlets.Unicode("").tag(sync=True)

    def __init_subclass__(cls, **kwargs: dict[Any, Any]) -> None:
        if "_script" in cls.__dict__:
            cls._esm = "\n".join([_shared(), *_parts(cls._script)])
            cls._css = "\n".join(_parts(cls._style))
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: object) -> None:
        self.last_error: BaseException | None = None
        super().__init__(**kwargs)
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
        handler = getattr(self, f"_on_{content['type']}", None)
        if handler is not None:
            self._guard(handler, **arguments)
        # The page waits for a word: without one it says that the kernel is silent.
        super().send({"type": "heard"})

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


def _parts(files: Path | tuple[Path, ...]) -> list[str]:
    return [_read(file) for file in (files if isinstance(files, tuple) else (files,))]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _shared() -> str:
    """The helpers, and the theme, which the first view on a page puts into it.

    Were the theme a part of every style sheet, that of one view would come after, and
    undo, the own rules of another.
    """
    theme = json.dumps(_read(STATIC / "theme.css"))
    return f"{_read(STATIC / 'base.js')}\nuseTheme({theme});"
