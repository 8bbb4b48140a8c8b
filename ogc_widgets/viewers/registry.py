"""Viewers of your own: ``@register_viewer`` for a kind, a media type or a predicate.

A viewer is a function that gets the ``Content`` of an output (its value, or what reads
its file) and returns any widget::

    @ogc_widgets.register_viewer(media_type="text/csv")
    def lines(output):
        text = output.open().read().decode()
        return ipywidgets.IntText(len(text.splitlines()), description="lines")

It is called when its output is first chosen, in a thread of its own: it may read the
output, and take its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ogc_widgets.client.results.content import Content
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.media_types import bare

MakeViewer = Callable[[Content], Any]
Predicate = Callable[[Content], bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Registration:
    """What a registered viewer is for, and what makes its widget."""

    make: MakeViewer
    kind: str
    media_type: str
    output_id: str
    when: Predicate | None


# One registry per Python process, by design; later ones are asked first.
_registered: list[_Registration] = []


def register_viewer(
    *,
    kind: str = "",
    media_type: str = "",
    output_id: str = "",
    when: Predicate | None = None,
) -> Callable[[MakeViewer], MakeViewer]:
    """Show certain outputs in a widget of your own.

    Args:
        kind: What the output is to look at, such as "table"; see :data:`Content.kind
            <ogc_widgets.client.results.content.Kind>`.
        media_type: Its media type, without parameters.
        output_id: Its id.
        when: Called with the content; true if the viewer fits.

    Returns:
        A decorator for a function that takes the content and returns a widget. All
        conditions given must hold; later registrations are asked first. The function
        gets an attribute ``unregister``.

    Raises:
        InputError: No condition was given, so it would take over every output.
    """
    if not (kind or media_type or output_id or when):
        raise InputError(
            "register_viewer needs at least one condition.",
            advice='For example: @register_viewer(media_type="text/csv")',
        )

    def decorate(make: MakeViewer) -> MakeViewer:
        one = _Registration(make, kind, media_type, output_id, when)
        _registered.insert(0, one)

        def unregister() -> None:
            if one in _registered:
                _registered.remove(one)

        make.unregister = unregister  # type: ignore[attr-defined] # a function has none
        return make

    return decorate


def registered_for(content: Content) -> MakeViewer | None:
    """What makes the viewer of an output, if somebody registered it."""
    for one in tuple(_registered):
        if (
            (not one.kind or one.kind == content.kind)
            and (not one.media_type or bare(one.media_type) == bare(content.media_type))
            and (not one.output_id or one.output_id == content.id)
            and (one.when is None or _holds(one.when, content))
        ):
            return one.make
    return None


def _holds(when: Predicate, content: Content) -> bool:
    try:
        return bool(when(content))
    except Exception:  # noqa: BLE001 # a user's predicate must not take the results down
        return False
