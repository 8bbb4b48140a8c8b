"""Numbers of items as charts: by date, by item, and how often they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from ogc_widgets.charts import Axis, ChartData, Choice, histogram
from ogc_widgets.charts.data import bin_of
from ogc_widgets.client.results.item_columns import INPUTS, LABEL, ItemWords
from ogc_widgets.map.colours import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ogc_widgets.charts.data import Mask, Rows
    from ogc_widgets.client.results.item_columns import ItemColumn, ItemColumns


By: TypeAlias = Literal["date", "item", "distribution"]

MOST_ON_A_LINE: Final = 5_000
_ENOUGH: Final = 8  # values of which it is worth seeing how often they are
AREA: Final = "inside the area"
"""In place of a property: the values of rasters inside the area on the map."""
LINE: Final = "along the line"
"""In place of a property: the values of rasters along the line on the map."""
WAYS: Final = {"date": "by date", "item": "by item", "distribution": "distribution"}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A chart, and which items its points are.

    Attributes:
        data: What is drawn.
        items: Number of the item of each point; None where points are no items.
        is_filtered: Whether items that are not kept are left out already.
    """

    data: ChartData
    items: Rows | None
    is_filtered: bool = False

    def point_of(self, item: int, column: ItemColumn | None) -> int:
        """Number of the point that an item is, or whose bin it is in; -1 if none."""
        if item < 0:
            return -1
        if self.items is not None:
            found = np.flatnonzero(self.items == item)
            return int(found[0]) if len(found) else -1
        if column is not None:
            return bin_of(float(column.values[item]), self.data)
        return -1


def ways(columns: ItemColumns, column: ItemColumn) -> list[By]:
    """How a property can be shown, the most telling way first."""
    has_value = ~np.isnan(column.values)
    dates = np.unique(columns.dates[has_value & ~np.isnan(columns.dates)])
    found: list[By] = ["item"]
    if has_value.sum() >= _ENOUGH:
        found.append("distribution")
        # Very many bars beside each other say little.
        if has_value.sum() > MOST_ON_A_LINE:
            found.reverse()
    return ["date", *found] if len(dates) > 1 else found


def drawn_of(
    columns: ItemColumns,
    column: ItemColumn,
    by: By,
    *,
    kept: Mask | None = None,
    order: Rows | None = None,
    lines: ItemWords | None = None,
) -> Drawn:
    """Draw a property of items.

    Args:
        columns: Of all items.
        column: The property.
        by: How.
        kept: Which items count, for how often values are.
        order: Numbers of the items as the table lists them; None as they came.
        lines: What tells lines apart by date; None for one line.
    """
    up = Axis(column.title, column.unit)
    count = len(columns.names)
    if by == "distribution":
        values = column.values if kept is None else column.values[kept]
        return Drawn(histogram(values, up), None, is_filtered=True)
    items = np.arange(count)
    if by == "date":
        across = Axis("date", kind="time")
        if lines is not None:
            names, line_of = np.unique(lines.values, return_inverse=True)
            data = ChartData(
                columns.dates, column.values, across, up, "line",
                names=columns.names, lines=tuple(names.tolist()), line_of=line_of,
            )  # fmt: skip
            return Drawn(data, items)
        mark: Literal["line", "points"] = "line" if _is_line(columns) else "points"
        return Drawn(
            ChartData(
                columns.dates, column.values, across, up, mark, names=columns.names
            ),
            items,
        )
    places = np.full(count, np.nan)
    listed = items if order is None else order
    places[listed] = np.arange(1, len(listed) + 1)
    across = Axis("item", kind="category")
    return Drawn(
        ChartData(places, column.values, across, up, "bars", names=columns.names),
        items,
    )


def lines_of(columns: ItemColumns, column: ItemColumn) -> list[ItemWords]:
    """What tells lines by date apart, the best first: one has two dates or more."""
    asked = [*columns.words]
    for number in columns.numeric:
        if number.key.startswith(INPUTS):
            values = tuple(map(number.at, range(len(columns.names))))
            asked.append(ItemWords(number.key, number.title, values))
    has_point = ~np.isnan(column.values) & ~np.isnan(columns.dates)
    found = []
    for one in asked:
        names, line_of = np.unique(one.values, return_inverse=True)
        points = np.stack([line_of[has_point], columns.dates[has_point]])
        places = np.unique(points, axis=1)  # a line has one point of a date
        sizes = np.bincount(places[0].astype(int), minlength=len(names))
        if len(names) > 1 and (sizes > 1).any():
            doubled = points.shape[1] - places.shape[1]
            # An input says more shortly what all of them together say as well.
            found.append((doubled, -len(names), one.key == LABEL, one))
    found.sort(key=lambda each: each[:3])
    return [one for *_, one in found]


def _is_line(columns: ItemColumns) -> bool:
    """Whether items follow each other: few are of one date, and they are not too many.

    Many at one time are of many places: a line from one to the next says nothing.
    """
    dates = columns.dates[~np.isnan(columns.dates)]
    return len(dates) <= MOST_ON_A_LINE and len(np.unique(dates)) >= 0.9 * len(dates)


def bin_steps(
    drawn: Drawn, column: ItemColumn, steps: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Colour of each bin: that of the items in it, where all values have one scale."""
    found = np.full(len(drawn.data.x), NONE, dtype=np.uint8)
    has_value = ~np.isnan(column.values)
    order = np.argsort(column.values[has_value])
    values, colours = column.values[has_value][order], steps[has_value][order]
    if len(values):
        at = np.searchsorted(values, drawn.data.x).clip(0, len(values) - 1)
        found[:] = colours[at]
    return found


def left_out(columns: ItemColumns, column: ItemColumn, by: By) -> str:
    """What has no place in the chart, in words."""
    missing = int(np.isnan(column.values).sum())
    parts = []
    if missing:
        parts.append(f"{missing:,} without a value")
    if by == "date":
        dateless = int((np.isnan(columns.dates) & ~np.isnan(column.values)).sum())
        if dateless:
            parts.append(f"{dateless:,} without a date")
    return ", ".join(parts)


def choice_of_source(
    of: str, columns: ItemColumns | None, rasters: Mapping[str, str]
) -> Choice:
    """What is shown: a property, or what rasters are read for.

    Args:
        of: What is shown now.
        columns: The properties.
        rasters: Of :data:`AREA` and :data:`LINE` those that there are, and why their
            values cannot be read now, or ``""``.
    """
    known = () if columns is None else columns.numeric
    options = [(one.key, one.title, "") for one in known]
    if not known:
        options.append(("", "choose…", ""))
    options += [(source, source, why_not) for source, why_not in rasters.items()]
    return Choice("of", "What the chart shows", of, tuple(options))


def choice_of_way(by: By, found: Sequence[By]) -> Choice:
    """How a property is shown."""
    options = tuple((one, WAYS[one], "") for one in found)
    return Choice("by", "How it is shown", by, options)


def choice_of_lines(wanted: str, several: Sequence[ItemWords]) -> Choice:
    """By what one line is told from another."""
    options = [(one.key, _one_line(one), "") for one in several]
    options.append(("", "all together", ""))
    return Choice("lines", "What is one line", wanted, tuple(options))


def _one_line(by: ItemWords) -> str:
    return f"one line per {'job' if by.key == LABEL else by.title}"
