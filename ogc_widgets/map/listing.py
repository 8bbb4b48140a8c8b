"""Items in the order and choice in which they are listed, and ticked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.client.results.item_columns import (
    INPUTS,
    LABEL,
    ItemWords,
    date_of,
    properties_of,
)
from ogc_widgets.map.colours import DATE, ColourScale, colour_scale
from ogc_widgets.map.filter import ItemFilter
from ogc_widgets.map.rows import row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ogc_widgets.client.results.item_columns import ItemColumn, ItemColumns
    from ogc_widgets.map.filter import Conditions
    from ogc_widgets.map.rows import AssetsOf

ID: Final = "id"
"""In place of the key of a property: by id."""
_MOST_NUMBERS: Final = 6  # columns
_LOOKED_AT: Final = 300
_NARROWEST, _WIDEST = 4, 40  # signs
_WIDEST_WORDS: Final = 18
_MOST_NAMED: Final = 50  # items in a line of code


@dataclass(frozen=True)
class Listed:
    """How items are listed, apart from the items: which, ticked, and sorted."""

    conditions: Conditions
    checked: tuple[str, ...]
    by: str
    descending: bool


class ItemList:
    """Items as a list that is sorted, filtered and ticked.

    Args:
        items: STAC items as dicts.
        columns: Their dates and numbers.
        assets_of: Gives the assets of an item.

    Attributes:
        filter: Which are listed; :meth:`arrange` after it has changed.
        by: What they are sorted by: a property, ``"date"``, ``"id"``, or ``""`` as
            they came.
        descending: Whether the highest comes first.
        rows: Number of the item in each row.
        ticked: For each item whether it is ticked.
    """

    def __init__(
        self,
        items: Sequence[Mapping[str, Any]],
        columns: ItemColumns,
        assets_of: AssetsOf,
    ) -> None:
        import numpy as np

        self.items = items
        self.columns = columns
        self.filter = ItemFilter(columns)
        self.by, self.descending = "", False
        self.ticked: NDArray[np.bool_] = np.zeros(len(items), dtype=np.bool_)
        self.words = [one for one in columns.words if not _is_said(one, items)]
        self.numeric: Sequence[ItemColumn] = _first_of(columns)
        self._assets_of = assets_of
        self._scale: ColourScale | None = None
        self._order: NDArray[np.intp] = np.arange(len(items))
        self.rows: NDArray[np.intp] = self._order

    # -- order and choice ------------------------------------------------------------

    def sort(self, by: str, *, descending: bool = False) -> None:
        """Sort by a property, ``"date"`` or ``"id"``, or as they came.

        Items without a value come last; those with the same one stay as they came.

        Raises:
            InputError: There are no numbers of that name.
        """
        import numpy as np

        names = self.columns.names
        if not by:
            self._order = np.arange(len(names))
        elif words := self._words_of(by):
            folded = [name.casefold() for name in words]
            order = sorted(
                range(len(names)), key=folded.__getitem__, reverse=descending
            )
            self._order = np.array(order, dtype=np.intp)
        else:
            is_date = by == DATE
            values = self.columns.dates if is_date else self.columns.number(by).values
            # Not a number comes last either way.
            self._order = np.argsort(-values if descending else values, kind="stable")
        self.by, self.descending = by, bool(by) and descending
        self.arrange()

    def _words_of(self, by: str) -> Sequence[str]:
        """What items are called or say, where they are sorted by words."""
        if by == ID:
            return self.columns.names
        return next((one.values for one in self.words if one.key == by), ())

    def arrange(self) -> NDArray[np.bool_] | None:
        """List what the filter keeps, in order; returns its mask."""
        kept = self.filter.kept()
        self.rows = self._order if kept is None else self._order[kept[self._order]]
        return kept

    def row_of(self, name: str) -> int:
        """The row of an item, or -1 where it is not listed."""
        import numpy as np

        found = np.flatnonzero(self.rows == self.number_of(name)).tolist()
        return found[0] if found else -1

    def number_of(self, name: str) -> int:
        """The number of an item among all, or -1."""
        return self.columns.places.get(name, -1) if name else -1

    def take_over(self, before: Listed) -> None:
        """Filter, sort and tick these items as earlier ones, by their ids."""
        self.filter.take_over(before.conditions)
        self.check(before.checked)
        known = {ID, DATE, *(one.key for one in self.columns.numeric)}
        known |= {one.key for one in self.words}
        if before.by in known:
            self.sort(before.by, descending=before.descending)
        self.arrange()

    def listed(self) -> Listed:
        """How they are listed, for :meth:`take_over` by other items."""
        ticked = tuple(self.checked)
        return Listed(self.filter.conditions(), ticked, self.by, self.descending)

    # -- what is shown ---------------------------------------------------------------

    def colour(self, key: str) -> None:
        """Give rows the colours of a property, of ``"date"``, or none with ``""``."""
        self._scale = colour_scale(self.columns, key) if key else None
        first = _first_of(self.columns)
        if key and key != DATE and key not in [column.key for column in first[:2]]:
            # Narrow tables have two columns of numbers: this is one of them.
            one = self.columns.number(key)
            first = [
                *first[:1],
                one,
                *(column for column in first[1:] if column != one),
            ]
        self.numeric = first[:_MOST_NUMBERS]

    @property
    def shown(self) -> list[ItemColumn | ItemWords]:
        """The columns beside id and date."""
        return [*self.words, *self.numeric]

    def heads(self) -> list[dict[str, Any]]:
        """``{"by", "title", "width", "text"}`` of each column, the width in signs."""
        import numpy as np

        step = max(1, len(self.items) // _LOOKED_AT)
        names = self.columns.names[::step]
        found: list[dict[str, Any]] = [
            {"by": ID, "title": "item", "width": _width(names)}
        ]
        dates = [date_of(properties_of(item)) for item in self.items[::step]]
        if any(dates) or not np.isnan(self.columns.dates).all():
            found.append({"by": DATE, "title": "date", "width": _width(dates)})
        for column in self.shown:
            width = _width([column.at(n) for n in range(0, len(self.items), step)])
            is_text = isinstance(column, ItemWords)
            found.append(
                {
                    "by": column.key,
                    "title": column.title,
                    "width": min(width, _WIDEST_WORDS) if is_text else width,
                    "text": is_text,
                }
            )
        return found

    def part(self, first: int, count: int) -> list[dict[str, Any]]:
        """Some rows for the page; see :func:`ogc_widgets.map.rows.row_of`."""
        return [self.row(at) for at in self.rows[first : first + count].tolist()]

    def row(self, at: int) -> dict[str, Any]:
        """The row of one item, by its number among all."""
        item = self.items[at]
        assets = self._assets_of(item)
        row = row_of(at, item, self.columns, self.shown, assets)
        return {**row, "colour": self._scale.colour(at) if self._scale else ""}

    # -- what is ticked --------------------------------------------------------------

    def tick(self, first: int, last: int, *, on: bool) -> None:
        """Tick the items of some rows, the last one too, or take their ticks away."""
        self.ticked[self.rows[first : last + 1]] = on

    @property
    def checked(self) -> list[str]:
        """Ids of the items that are ticked, in the order in which they came."""
        names = self.columns.names
        return [names[at] for at in self.ticked.nonzero()[0].tolist()]

    def check(self, names: Iterable[str]) -> None:
        """Tick these items and no others; unknown names are left out."""
        self.ticked[:] = False
        places = self.columns.places
        self.ticked[[places[name] for name in names if name in places]] = True

    def bits(self) -> bytes:
        """A bit for each item: whether it is ticked; the lowest first."""
        import numpy as np

        return np.packbits(self.ticked, bitorder="little").tobytes()

    def ticks(self) -> dict[str, Any]:
        """How many are ticked, and whether ``"all"`` of those listed, some or none."""
        listed = self.ticked[self.rows]
        some = "some" if listed.any() else "none"
        every = bool(len(listed)) and bool(listed.all())
        return {"count": int(self.ticked.sum()), "listed": "all" if every else some}

    def code(self, source: str) -> str:
        """Python that gives the items that are ticked."""
        numbers = self.ticked.nonzero()[0].tolist()
        if len(numbers) == len(self.items):
            return f"items = {source}"
        ids = [self.items[at].get("id") for at in numbers]
        names = [self.columns.names[at] for at in numbers]
        if len(ids) > _MOST_NAMED or ids != names:  # some have no id, or share one
            return f"chosen = {_runs(numbers)}\nitems = [{source}[n] for n in chosen]"
        return (
            f"chosen = {ids!r}\n"
            f'items = [item for item in {source} if item["id"] in chosen]'
        )


def _is_said(words: ItemWords, items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether id or date say the same: the label, and a date that was asked for."""
    return words.key == LABEL or all(
        day == date_of(properties_of(item))
        for day, item in zip(words.values, items, strict=True)
    )


def _first_of(columns: ItemColumns) -> list[ItemColumn]:
    """The columns of numbers that are shown: first those that jobs were asked for."""
    asked = sorted(columns.numeric, key=lambda one: not one.key.startswith(INPUTS))
    return asked[:_MOST_NUMBERS]


def _width(texts: Iterable[str]) -> int:
    lengths = sorted(map(len, texts)) or [0]
    # A few that are very long are cut.
    return min(max(lengths[int((len(lengths) - 1) * 0.98)], _NARROWEST), _WIDEST)


def _runs(numbers: Sequence[int]) -> str:
    """Numbers as Python writes them shortly: ``[*range(0, 9), 12]``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1][1] += 1
        else:
            runs.append([number, number + 1])
    words = [
        f"*range({start}, {end})"
        if end - start > 2
        else ", ".join(map(str, range(start, end)))
        for start, end in runs
    ]
    return f"[{', '.join(words)}]"
