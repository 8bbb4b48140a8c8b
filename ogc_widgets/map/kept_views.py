"""How items were looked at, for when the same ones are shown again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.map.listing import Listed

_MOST: Final = 4  # outputs of one job between which somebody goes to and fro
_COMPARED: Final = 3


@dataclass(frozen=True)
class ItemsView:
    """How some items are looked at.

    Attributes:
        source: Which job or batch they are of; None where that is not known.
        names: Their ids.
        first: Some of the items, to know them again.
        listed: Filter, order and ticks.
        colour_by: What they are coloured by.
        selected: Id of the selected one.
    """

    source: object
    names: frozenset[str]
    first: Mapping[str, Any]
    listed: Listed
    colour_by: str
    selected: str

    @classmethod
    def of(
        cls,
        source: object,
        items: Mapping[str, Any],
        listed: Listed,
        *,
        colour_by: str,
        selected: str,
    ) -> ItemsView:
        """Note how items are looked at; the items themselves are not kept."""
        first = dict(islice(items.items(), _COMPARED))
        return cls(source, frozenset(items), first, listed, colour_by, selected)

    def is_of(self, source: object, items: Mapping[str, Any]) -> bool:
        """Whether these are the same items, or some of them.

        Another run of a process often gives items of the same ids: those are others.
        """
        if source is not None and source == self.source:
            return not self.names.isdisjoint(items)
        return any(items.get(name) == one for name, one in self.first.items())


class KeptViews:
    """The last few views, the latest first."""

    def __init__(self) -> None:
        self._views: deque[ItemsView] = deque(maxlen=_MOST)

    def keep(self, view: ItemsView) -> None:
        """Note how items are looked at that are about to go."""
        for one in [*self._views]:
            if (one.source, one.first) == (view.source, view.first):
                self._views.remove(one)
        self._views.appendleft(view)

    def of(self, source: object, items: Mapping[str, Any]) -> ItemsView | None:
        """How these items were looked at, if they were."""
        return next((one for one in self._views if one.is_of(source, items)), None)

    def forget(self) -> None:
        """Begin anew, with other results."""
        self._views.clear()
