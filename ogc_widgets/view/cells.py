"""Which cell of a notebook runs now, and which cells show a widget.

JupyterLab and Notebook send the id of the cell along with its code. Where nobody does,
as in a console, nothing is known, and nothing is taken for granted.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import ipywidgets
from ipywidgets.widgets import widget as widget_module

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import brief
from ogc_widgets.view.front_end import cell_of, keeps_outputs_apart, request
from ogc_widgets.view.saved_card import display_with_card

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class CellRun(NamedTuple):
    """One run of a cell.

    Attributes:
        cell: Id of the cell.
        request: Id of the message that ran it.
    """

    cell: str
    request: str


_latest: dict[str, CellRun] = {}
_shown_in: WeakKeyDictionary[ipywidgets.Widget, set[CellRun | None]] = (
    WeakKeyDictionary()
)


def current_run() -> CellRun | None:
    """The run of a cell that this is called from, ``None`` if that is not known."""
    message = request()
    cell = cell_of(message)
    message_id = (message.get("header") or {}).get("msg_id")
    if not (cell and isinstance(message_id, str)):
        return None
    run = CellRun(cell, message_id)
    _latest[cell] = run
    return run


class NotesDisplay(ipywidgets.Widget):
    """A widget that remembers which cells have displayed it, and has a card."""

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_"):
            self._refuse_in_vain(name, value, sys._getframe(1).f_globals)  # noqa: SLF001 # who sets it
        super().__setattr__(name, value)

    def _refuse_in_vain(
        self, name: str, value: object, there: Mapping[str, Any]
    ) -> None:
        """Refuse what a cell sets and nothing would follow, such as a mistyped name.

        Raises:
            InputError: There is no such name, or it is one of a method.
        """
        known = getattr(type(self), name, self)
        kind = type(self).__name__
        if isinstance(known, FunctionType) and not callable(value):
            raise InputError(
                f"{name} of {kind} is called, not set.",
                advice=f"For example: help({kind}.{name})",
            )
        is_cell = there.get("__name__") == "__main__" != type(self).__module__
        if known is self and is_cell and name not in self.__dict__:
            names = [one for one in dir(self) if not one.startswith("_")]
            close = get_close_matches(name, names, 1, cutoff=0.65)
            raise InputError(
                f"{kind} has no {name!r} to set.",
                advice=f"Did you mean {close[0]!r}?" if close else "",
            )

    def __repr__(self) -> str:
        return brief(self, *self._about())

    def _about(self) -> tuple[object, ...]:
        """Words that tell it from others of its kind."""
        return ()

    def _card_(self) -> tuple[str, str] | None:
        """Text and HTML of what a saved notebook says without a kernel, if anything."""
        return None

    def shows(self, subject: object) -> bool:  # noqa: ARG002 # for those that do
        """Whether it says how a job or a batch is doing."""
        return False

    def __del__(self) -> None:
        # When Python ends there is no page any more, and nothing can be imported.
        if not sys.is_finalizing():
            super().__del__()

    def close(self) -> None:
        """Close it, with its layout, which ipywidgets leaves behind."""
        layout = getattr(self, "layout", None)
        super().close()
        if layout is not None:
            layout.close()

    def _was_displayed(self) -> None:
        """Do what is to be done each time that it is displayed."""

    def _ipython_display_(self) -> None:
        """Display the card in an output of its own, where one hides the other.

        Raises:
            NotImplementedError: The live view and the card are to be one output; so
                IPython is told to ask for the bundle.
        """
        if not keeps_outputs_apart() or _goes_into_output():
            raise NotImplementedError
        if type(self)._card_ is NotesDisplay._card_:
            raise NotImplementedError
        display_with_card(self, *self._live_view())

    def _live_view(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        # What goes into an output widget is seen wherever that is shown.
        run = None if _goes_into_output() else current_run()
        _shown_in.setdefault(self, set()).add(run)
        self._was_displayed()
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return shown or {}, metadata

    def _repr_mimebundle_(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and the card for a saved notebook."""
        shown, metadata = self._live_view(**kwargs)
        if card := self._card_():
            texts = dict(zip(("text/plain", "text/html"), card, strict=True))
            shown = {**shown, **texts}
        return shown, metadata


def may_be_seen(box: ipywidgets.Box) -> bool:
    """Whether a page may show a box or something in it.

    That is so where one of them was displayed by a cell that has not been run again,
    or by nobody knows what, or stands in a box of somebody else. What was never
    displayed may still be.
    """
    own = set(_inside([box]))
    runs = {run for one in own for run in _shown_in.get(one, ())}
    if not runs or any(run is None or _latest[run.cell] == run for run in runs):
        return True
    return any(
        isinstance(one, ipywidgets.Box) and one not in own and own & {*one.children}
        for one in _every()
    )


def is_shown(subject: object) -> bool:
    """Whether the page shows a job or a batch: in a view that a cell has displayed.

    Args:
        subject: What views may show; see :meth:`NotesDisplay.shows`.
    """
    return any(
        isinstance(one, NotesDisplay) and one.shows(subject)
        for root, runs in [*_shown_in.items()]
        if root.comm is not None
        and any(run is None or _latest[run.cell] == run for run in runs)
        for one in _inside([root])
    )


def _goes_into_output() -> bool:
    """Whether what is displayed now goes into an output widget."""
    return any(isinstance(one, ipywidgets.Output) and one.msg_id for one in _every())


def _inside(widgets: Iterable[ipywidgets.Widget]) -> Iterable[ipywidgets.Widget]:
    for widget in widgets:
        yield widget
        if isinstance(widget, ipywidgets.Box):
            yield from _inside(widget.children)


def _every() -> list[ipywidgets.Widget]:
    """Every widget that is not closed."""
    return list(widget_module._instances.values())  # noqa: SLF001 # there is no public list
