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
from contextlib import contextmanager, suppress
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar
from uuid import uuid4

import anywidget
import ipywidgets
import traitlets

from ogc_widgets.client.http.loop import follow, submit
from ogc_widgets.errors import OgcError
from ogc_widgets.view.cells import NotesDisplay
from ogc_widgets.view.halves import from_page, to_page
from ogc_widgets.view.saved_card import card_may_have_changed
from ogc_widgets.view.scripts import LOADER, scripts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
    from concurrent.futures import Future

T = TypeVar("T")

_MOST_ROWS: Final = 500  # in one message

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


class Latest:
    """One thing at a time: a new one ends the one before, whose result is dropped.

    Args:
        start: Starts it; see ``View._start``.
    """

    def __init__(self, start: Callable[..., Future[Any]]) -> None:
        self._start = start
        self._turn = 0
        self._future: Future[Any] | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is something to wait for."""
        return self._future is not None and not self._future.done()

    def start(
        self,
        work: Callable[[], Coroutine[Any, Any, Any]],
        done: Callable[[Any], object] = lambda _result: None,
        failed: Callable[[OgcError], object] | None = None,
    ) -> None:
        """Start work; the arguments are those of ``View._start``."""
        self.stop()
        turn = self._turn
        self._future = self._start(
            work, done, failed, is_wanted=lambda: turn == self._turn
        )

    def stop(self) -> None:
        """End what is going on."""
        self._turn += 1
        future, self._future = self._future, None
        if future is not None:
            future.cancel()


def _as_the_page_says(_data: object, subshell_id: str | None) -> str | None:
    return subshell_id


class View(NotesDisplay, anywidget.AnyWidget):
    """Base of the views; a subclass names its script, which brings its style sheet.

    Messages from the page have the form ``{"type": "...", ...}``. Each calls what was
    given to :meth:`handle` for its type, or the method ``_on_<type>``, with the other
    members as keyword arguments. The member ``secret`` comes as a buffer: kernels write
    the content of every message into their log. An exception in a handler, or in work
    that nobody waits for, is kept in ``last_error`` and shown by the page, never lost
    in a log.
    """

    _script: ClassVar[str]
    """Name of a script in ``static/``."""
    # What anywidget would add to each view, in a class of its own for each.
    _esm = traitlets.Unicode(LOADER).tag(sync=True)
    _anywidget_id = traitlets.Unicode().tag(sync=True)

    _id = traitlets.Unicode().tag(sync=True)
    """Its ``model_id``, which anywidget does not tell the script."""
    _scripts = traitlets.Tuple().tag(sync=True, **ipywidgets.widget_serialization)
    problem = traitlets.Unicode("").tag(sync=True)

    _closed = True  # until it is made, as when what it is to show is refused
    _latest_works: tuple[Latest, ...] = ()
    _handlers: Mapping[str, Callable[..., object]] = MappingProxyType({})

    def __init__(self, **kwargs: object) -> None:
        self.last_error: BaseException | None = None
        self._closed = False
        name = uuid4().hex
        super().__init__(
            model_id=name, _id=name, _scripts=scripts_of(self._script), **kwargs
        )
        self.on_msg(self._receive)

    def open(self) -> None:
        """Open the way to the page: what it says comes in the order in which it does.

        ipykernel (7.4, ``comm.py``) hands a message to the subshell that spoke last on
        its comm, whichever the page names: after a cell has run, a press of Run would
        overtake a choice made before it, or wait until the next cell has ended.
        """
        super().open()
        comm: Any = self.comm
        comm._reply_subshell_for = _as_the_page_says  # noqa: SLF001 # see above

    @traitlets.default("_anywidget_id")
    def _name_of_class(self) -> str:
        return f"{type(self).__module__}.{type(self).__name__}"

    def add_traits(self, **traits: Any) -> None:  # noqa: ANN401 # traits of any type
        """Add those that the class does not have."""
        if new := {k: one for k, one in traits.items() if not self.has_trait(k)}:
            super().add_traits(**new)

    def handle(self, **handlers: Callable[..., object]) -> None:
        """Call these with what messages of the type that is their name hold."""
        self._handlers = {**self._handlers, **handlers}

    # Everything that goes to the page or comes from it passes through these three and
    # _receive.

    def get_state(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 # as ipywidgets has it
        """What the page is told, when it opens and later."""
        state: dict[str, Any] = to_page(super().get_state(*args, **kwargs))
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page says of its traits."""
        super().set_state(from_page(sync_data))

    def send_state(self, key: Any = None) -> None:  # noqa: ANN401 # as ipywidgets has it
        """Tell the page, and what a saved notebook says."""
        super().send_state(key)
        card_may_have_changed()

    def _send(self, msg: object, buffers: Any = None) -> None:  # noqa: ANN401 # as ipywidgets has it
        # What is told of the state comes from get_state.
        is_state = isinstance(msg, dict) and msg.get("method") == "update"
        super()._send(msg if is_state else to_page(msg), buffers)

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
            try:
                handler(**arguments)
            except Exception as error:  # noqa: BLE001 # a callback must not kill the app
                self.report(error)
        # The page waits for a word: without one it says that the kernel is silent.
        super().send({"type": "heard"})

    def _handler(self, kind: str) -> Callable[..., object] | None:
        """What takes messages of a kind; a view may keep these methods in a part."""
        return self._handlers.get(kind) or getattr(self, f"_on_{kind}", None)

    # -- work that nobody waits for ---------------------------------------------------

    def _start(
        self,
        work: Callable[[], Coroutine[Any, Any, T]],
        done: Callable[[T], object] = lambda _result: None,
        failed: Callable[[OgcError], object] | None = None,
        *,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Future[T]:
        """Start work in the loop thread.

        Args:
            work: A coroutine function.
            done: Called with the result, while the view is open, in ``publishing()``.
            failed: The same with an error of this package; the view reports it if left
                out, as it does with all others.
            is_wanted: Whether the result still is.

        Returns:
            A future; cancelling it cancels the work.
        """

        def finish(future: Future[T]) -> None:
            try:
                tell = partial(done, future.result())
            except OgcError as error:
                if failed is None:
                    raise
                tell = partial(failed, error)
            with publishing(self):
                if is_wanted() and not self._closed:
                    tell()

        return follow(submit(work), finish, self._report_late)

    def _report_late(self, error: BaseException) -> None:
        if not self._closed:
            self.report(error)

    def _latest(self) -> Latest:
        """One place for work in which only the latest counts; it ends with the view."""
        place = Latest(self._start)
        self._latest_works = (*self._latest_works, place)
        return place

    def report(self, error: BaseException) -> None:
        """Show an error in the view and keep it in ``last_error``."""
        self.last_error = error
        text = str(error) or traceback.format_exception_only(error)[-1].strip()
        with publishing(self):
            self.problem = text

    def close(self) -> None:
        """Close the view; nothing on a server is touched."""
        if not self._closed:
            self._closed = True
            # A view that is collected at exit finds that the loop has been closed.
            with suppress(RuntimeError):
                for place in self._latest_works:
                    place.stop()
                self._let_go()
        super().close()

    def _let_go(self) -> None:
        """End what the view listens to; called once, when it is closed."""


class StateView(View):
    """A view whose page draws one trait, made anew whenever something has changed."""

    state: Any = traitlets.Dict().tag(sync=True)
    """What the page draws; its ``sequence`` counts up."""

    def _state(self) -> dict[str, Any]:
        """What there is to draw now."""
        raise NotImplementedError

    def _publish(self) -> None:
        """Draw it, unless the view is closed; from any thread."""
        with publishing(self):
            if not self._closed:
                sequence = self.state.get("sequence", 0) + 1
                self.state = {**self._state(), "sequence": sequence}

    def _on_hello(self) -> None:
        """A page was opened: its copy of the state may be old, and times in it are."""
        self._publish()


class RowsView(View):
    """A view of very many rows, of which the page gets those that it shows.

    It asks for them when they are scrolled to: ``js/view/rows_window.js``.
    """

    revision: Any = 0
    """Counts up when other rows are listed, or in another order."""

    def _rows(self, first: int, count: int) -> Sequence[object]:
        """Rows for the page, so many from a place on."""
        raise NotImplementedError

    def _on_rows(self, first: int, count: int) -> None:
        first, count = max(0, int(first)), min(max(0, int(count)), _MOST_ROWS)
        # Before they are read: the page asks again for what is older than its list.
        told = {"type": "rows", "first": first, "revision": self.revision}
        self.send({**told, "rows": self._rows(first, count)})


class OpenedView(View):
    """A view that is opened in place of another one, and left again."""

    is_open = traitlets.Bool(default_value=False).tag(sync=True)
    opened = traitlets.Int(0).tag(sync=True)
    """Counts up each time that it is opened."""
    focused = traitlets.Int(0).tag(sync=True)
    """For which opening the page has put the cursor into it."""

    def _come(self) -> None:
        """Come on the screen."""
        with publishing(self):
            self.is_open = True
            self.opened += 1

    def hide(self) -> None:
        """Leave the screen; everything is kept for the next time."""
        self.is_open = False
