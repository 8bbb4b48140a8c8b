"""Values of the rasters that lie on the map, along a line that was drawn on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.charts import Axis, ChartData
from ogc_widgets.charts.data import MAX_SERIES
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.chart.area_values import one_channel
from ogc_widgets.map.chart.of_items import Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.client.results.item_columns import ItemColumns
    from ogc_widgets.raster.values import Profile

_KM: Final = 10_000
"""Metres from which on a line is measured in kilometres."""


async def along(
    line: Sequence[Any], shown: Sequence[Any], names: Sequence[str]
) -> tuple[Drawn, list[OgcError]]:
    """Read rasters along a line.

    Args:
        line: Its corners.
        shown: What lies on the map, each with ``raster`` and ``style``; the first
            eight rasters are read.
        names: What each of them is called.

    Returns:
        Values by the way from the start of the line, and what went wrong.

    Raises:
        OgcError: None could be read.
    """
    rasters = [
        (one, name)
        for one, name in zip(shown, names, strict=True)
        if one.raster is not None
    ][:MAX_SERIES]
    found: list[tuple[str, str, str, Profile]] = []
    faults: list[OgcError] = []
    for one, name in rasters:
        raster = one.raster
        style = one_channel(one.style, raster.info)
        try:
            profile = await asyncio.to_thread(raster.values_along, line, style)
        except OgcError as error:
            faults.append(error)
            continue
        except Exception as error:  # noqa: BLE001 # of a library, for one file
            faults.append(InputError(str(error) or repr(error)))
            continue
        band = raster.info.band(style.bands[0])
        title = style.expression or band.name
        found.append((name, title, "" if style.expression else band.unit, profile))
    if not found:
        raise faults[0] if faults else InputError("No raster lies on the map.")
    metres = np.array(found[0][3].metres)
    is_far = metres[-1] >= _KM
    x = metres / 1000 if is_far else metres
    y = np.array([profile.values for *_, profile in found], dtype=float)
    _, title, unit, _ = found[0]
    series = tuple(name for name, *_ in found) if len(found) > 1 else ("",)
    across = Axis("distance", "km" if is_far else "m")
    return Drawn(
        ChartData(x, y, across, Axis(title, unit), series=series), None
    ), faults


def name_of(item_id: str, columns: ItemColumns | None) -> str:
    """The day of an item where it has one of its own, else its id.

    Args:
        item_id: Id of the item.
        columns: Dates of all items.
    """
    if columns is None or item_id not in columns.places:
        return item_id
    when = columns.dates[columns.places[item_id]]
    days = np.floor(columns.dates / 86_400_000)
    if np.isnan(when) or (days == when // 86_400_000).sum() > 1:
        return item_id
    return str(np.datetime64(int(when), "ms").astype("datetime64[D]"))
