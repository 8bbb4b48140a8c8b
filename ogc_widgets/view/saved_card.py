"""The card of a widget in an output of its own, which follows the widget.

A live view cannot be displayed again without being made anew, which loses where one was
in it. The card beside it can, as often as there is something new to say, so that a
notebook holds what was true when it was saved. It stands before the live view; pages of
Jupyter show it only where the view could not be made, as without the kernel it came
from. The rules for this are part of the card: when it is needed, no script is there.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakKeyDictionary

from ogc_widgets.client.http.loop import follow, has_ended, submit
from ogc_widgets.view.front_end import is_run_by_a_program, shell

if TYPE_CHECKING:
    from collections.abc import Mapping

_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_SOON_S: Final = 1.0
_AT_MOST_EVERY_S: Final = 4.0
_AT_LATEST_S: Final = 10.0  # while something goes on changing, such as a filter
_WAIT_FOR_PICTURES_S: Final = 15.0

# When a page of Jupyter shows the card. Elsewhere, as on the page of a repository,
# the rules are left out, and the card is always seen.
_NO_KERNEL: Final = "The live view needs a kernel: run the cell to see it."

_CHILD: Final = ".jp-OutputArea-child"
_OUTPUT: Final = f"{_CHILD} > .jp-OutputArea-output"
_CARD: Final = f"{_CHILD}:has(.ogcw-card)"
# JupyterLab gives this class to the output itself only where it found no model.
_NO_MODEL: Final = f".jp-NotebookPanel {_CARD} + {_OUTPUT}.jupyter-widgets"

_RULES: Final = (
    # The view lives: in JupyterLab and Notebook, and on exported pages. A box of
    # ipywidgets has its class, a view of ours alone has ours.
    f"{_CARD}:has(+ {_OUTPUT} > :is(.jupyter-widgets, .ogcw)),"
    f"{_CARD}:has(+ {_OUTPUT} > .widget-subarea > *)"
    "{display:none}",
    # It is not there yet; without a kernel it never will be.
    f".jp-NotebookPanel {_CARD}"
    f":not(:has(+ {_OUTPUT}:is(.jupyter-widgets, .jp-RenderedText)))"
    "{animation:ogcw-card 5s}",
    "@keyframes ogcw-card{from,to{position:absolute;visibility:hidden}}",
    # It will not come: what to do in place of "Error displaying widget".
    f"{_NO_MODEL}{{visibility:hidden;line-height:0}}",
    f"{_NO_MODEL}::after{{content:'{_NO_KERNEL}';visibility:visible;display:block;"
    "line-height:1.6;opacity:.7}",
    ".ogcw-card :is(td,th):not([align=right]){text-align:left!important}",
    "[data-jp-theme-light=false] .ogcw-card img{filter:brightness(.85)}",
)
_STYLE: Final = f"<style>{''.join(_RULES)}</style>"


class HasCard(Protocol):
    """A widget with a card; see ``NotesDisplay``."""

    comm: Any
    model_id: str

    def _card_(self) -> tuple[str, str] | None: ...


# What each displayed widget says in the notebook.
_said: WeakKeyDictionary[HasCard, tuple[str, str]] = WeakKeyDictionary()
_coming: set[concurrent.futures.Future[None]] = set()
_lock = threading.Lock()
_is_due = False
_is_changed = False
_said_at = 0.0
_changed_at = 0.0
_shells: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def display_with_card(
    widget: HasCard, bundle: Mapping[str, Any], metadata: Mapping[str, Any]
) -> None:
    """Display the card of a widget, and then its live view.

    Only the place of the card is made before the view: while its pictures are drawn,
    the page draws the view.

    Args:
        widget: The widget.
        bundle: The live view, as widgets give it.
        metadata: As they give it.
    """
    nothing = "", ""
    with _lock:
        _said[widget] = nothing
    _publish(widget, nothing)
    running = shell()
    live = {_VIEW: bundle[_VIEW], "text/plain": _NO_KERNEL}
    running.display_pub.publish(live, dict(metadata))
    if running not in _shells:
        _shells[running] = True
        running.events.register("post_run_cell", _cell_ended)
    _say_of(widget, nothing)


def card_may_have_changed() -> None:
    """Say so of all cards, soon; from any thread."""
    global _is_due, _is_changed, _changed_at  # one for all widgets of the process
    _is_changed, _changed_at = True, time.monotonic()
    with _lock:
        if _is_due or not _said or has_ended():
            return
        _is_due = True
        wait_s = max(_SOON_S, _said_at + _AT_MOST_EVERY_S - time.monotonic())

    async def work() -> None:
        await asyncio.sleep(wait_s)
        latest = time.monotonic() + _AT_LATEST_S
        # Quiet is waited for, which no event tells of.
        while time.monotonic() < min(latest, _changed_at + _SOON_S):  # noqa: ASYNC110 # see above
            await asyncio.sleep(_SOON_S / 2)
        await asyncio.to_thread(_say)

    follow(submit(work), _done)


def _done(future: concurrent.futures.Future[None]) -> None:
    future.result()


def card_waits_for(future: concurrent.futures.Future[Any]) -> None:
    """Let a notebook that a program runs wait for something, such as a picture.

    Args:
        future: Something that was started, and is followed already.
    """
    ended: concurrent.futures.Future[None] = concurrent.futures.Future()
    with _lock:
        _coming.add(ended)

    def end(_future: concurrent.futures.Future[Any]) -> None:
        with _lock:
            _coming.discard(ended)
        ended.set_result(None)

    future.add_done_callback(end)


def _cell_ended(*_result: object) -> None:
    """A program reads what was displayed until the cell ends, and nothing later."""
    if not _said or not is_run_by_a_program():
        return
    until = time.monotonic() + _WAIT_FOR_PICTURES_S
    while _coming and time.monotonic() < until:
        concurrent.futures.wait([*_coming], timeout=until - time.monotonic())
    if _is_changed:
        _say()


def _say() -> None:
    """Display the cards again that say something else than before."""
    global _is_due, _is_changed
    with _lock:
        _is_due = _is_changed = False
        displayed = [*_said.items()]
    for widget, before in displayed:
        if widget.comm is None:  # closed; what it said last stays
            with _lock:
                _said.pop(widget, None)
        else:
            _say_of(widget, before)


def _say_of(widget: HasCard, before: tuple[str, str]) -> None:
    global _said_at
    card = widget._card_()
    if card is None or card == before:
        return
    with _lock:
        _said[widget] = card
    _publish(widget, card, update=True)
    _said_at = time.monotonic()


def _publish(widget: HasCard, card: tuple[str, str], *, update: bool = False) -> None:
    text, html = card
    inside = f'{_STYLE}<div class="ogcw-card">{html}</div>'
    shell().display_pub.publish(
        {"text/plain": text, "text/html": inside},
        transient={"display_id": f"ogcw-{widget.model_id}"},
        update=update,
    )
