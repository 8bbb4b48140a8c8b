"""What becomes of an app when the cell that made it is run again.

The later app takes its place: it offers what was typed in the earlier one, and the
earlier one is closed as soon as no page shows it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit
from weakref import WeakSet, ref

from ogc_widgets.view.cells import CellRun, current_run, may_be_seen

if TYPE_CHECKING:
    from ogc_widgets.app.other_inputs import Kept


class Replaceable(Protocol):
    """What is asked of an app, which is a box of widgets, when a later one comes."""

    def to_take_over(self) -> Kept | None:
        """What the later one can offer."""

    def close(self) -> None:
        """Close it; its jobs go on."""


_made: list[_Made] = []
_replaced: WeakSet[Replaceable] = WeakSet()


class _Made(NamedTuple):
    run: CellRun
    server: str
    process_id: str | None
    app: ref[Replaceable]


def take_place(app: Replaceable, url: str, process_id: str | None) -> Kept | None:
    """Let an app take the place of the one that an earlier run of its cell has made.

    Args:
        app: The app that is being made.
        url: Address of its server.
        process_id: The process that it was asked for.

    Returns:
        What can be taken over, where the earlier one was made for the same server and
        process.
    """
    run = current_run()
    if run is None:
        return None
    server = _server_of(url)
    kept: Kept | None = None
    for made in [one for one in _made if one.run.cell == run.cell]:
        earlier = made.app()
        if earlier is not None and made.run == run:
            continue
        _made.remove(made)
        if earlier is None:
            continue
        _replaced.add(earlier)
        is_same = (made.server, made.process_id) == (server, process_id)
        if kept is None and is_same:
            kept = earlier.to_take_over()
    _made.append(_Made(run, server, process_id, ref(app)))
    close_unseen()
    return kept


def close_unseen() -> None:
    """Close the replaced apps that no page shows any more; their jobs go on."""
    for app in tuple(_replaced):
        if not may_be_seen(app):
            app.close()
            _replaced.discard(app)


def _server_of(url: str) -> str:
    """What is the same of a server; one of this machine may have another port now."""
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return parts.path if is_here else url
