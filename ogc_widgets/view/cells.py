"""Which cell of a notebook runs now, and which cells show a widget.

JupyterLab and Notebook send the id of the cell along with its code. Where nobody does,
as in a console, nothing is known, and nothing is taken for granted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import ipywidgets
from ipywidgets.widgets import widget as widget_module

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    get_parent = getattr(getattr(shell, "kernel", None), "get_parent", dict)
    parent: Any = get_parent()
    if not isinstance(parent, dict):  # as kernels of other makers may have it
        return None
    cell = (parent.get("metadata") or {}).get("cellId")
    request = (parent.get("header") or {}).get("msg_id")
    if not (isinstance(cell, str) and cell and isinstance(request, str)):
        return None
    run = CellRun(cell, request)
    _latest[cell] = run
    return run


class NotesDisplay(ipywidgets.Widget):
    """A widget that remembers which cells have displayed it, and has a card."""

    def _card_(self) -> tuple[str, str] | None:
        """Text and HTML of what a saved notebook says without a kernel, if anything."""
        return None

    def _repr_mimebundle_(
        self, **kwargs: dict[Any, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and the card for a saved notebook."""
        run = current_run()
        if any(isinstance(one, ipywidgets.Output) and one.msg_id for one in _every()):
            run = None  # it goes into an output widget, wherever that is shown
        _shown_in.setdefault(self, set()).add(run)
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        shown, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if card := self._card_():
            texts = dict(zip(("text/plain", "text/html"), card, strict=True))
            shown = {**(shown or {}), **texts}
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


def _inside(widgets: Iterable[ipywidgets.Widget]) -> Iterable[ipywidgets.Widget]:
    for widget in widgets:
        yield widget
        if isinstance(widget, ipywidgets.Box):
            yield from _inside(widget.children)


def _every() -> list[ipywidgets.Widget]:
    """Every widget that is not closed."""
    return list(widget_module._instances.values())  # noqa: SLF001 # there is no public list
