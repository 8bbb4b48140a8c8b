"""What can be chosen above the chart of items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ogc_widgets.charts import Choice
from ogc_widgets.client.results.item_columns import LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.client.results.item_columns import ItemColumns, ItemWords
    from ogc_widgets.map.chart.of_items import By

AREA: Final = "inside the area"
"""In place of a property: the values of rasters inside the area on the map."""
LINE: Final = "along the line"
"""In place of a property: the values of rasters along the line on the map."""
WAYS: Final = {"date": "by date", "item": "by item", "distribution": "distribution"}


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
