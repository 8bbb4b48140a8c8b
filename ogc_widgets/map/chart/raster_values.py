"""Values of rasters for the chart: inside an area, and along a line on the map.

Of each item the same is read: the band, or the expression, that is looked at. What was
read of one area is kept while it is the one that is charted; what one item is at fault
with costs that item.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.charts import Axis, ChartData
from ogc_widgets.charts.data import MAX_SERIES
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.chart.of_items import Drawn
from ogc_widgets.raster import assets_for_map, open_raster
from ogc_widgets.raster.colours import CLASSES
from ogc_widgets.raster.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ogc_widgets.area.area import Area
    from ogc_widgets.charts.data import Numbers
    from ogc_widgets.client.results.item_columns import ItemColumns
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.raster.info import RasterInfo
    from ogc_widgets.raster.raster import Raster
    from ogc_widgets.raster.values import AreaValues, Profile


MOST_ITEMS: Final = 200
"""Rasters that are read; of more items those that are evenly apart in time."""
AT_ONCE: Final = 3
"""Rasters that are read at the same time."""
_MOST_CLASSES: Final = 12
MEAN, MEDIAN, LOW, HIGH = "mean", "median", "low", "high"
_MEASURES: Final = {
    MEAN: "mean",
    MEDIAN: "median",
    LOW: "lowest value",
    HIGH: "highest value",
}
_CLASS: Final = "class "
_KM: Final = 10_000
"""Metres from which on a line is measured in kilometres."""


@dataclass(frozen=True)
class _Read:
    """What one raster said."""

    values: AreaValues
    band: str
    unit: str
    classes: tuple[tuple[float, str], ...]


def has_rasters(results: Any, items: Sequence[Mapping[str, Any]]) -> bool:  # noqa: ANN401 # of a job, or whatever was shown
    """Whether some of the first items have rasters that a kernel can read."""
    if not callable(getattr(results, "assets", None)):
        return False
    return any(
        choice.box is None
        for item in items[:10]
        for choice in assets_for_map(item, results.assets(item))
    )


def one_channel(style: Style | None, info: RasterInfo) -> Style:
    """What is read of a raster: what is drawn, if that is one band; else one band."""
    if style is not None and style.channels == 1:
        wanted = Style(style.bands, style.expression, nodata=style.nodata)
        try:
            wanted.check(info)
        except InputError:
            pass  # a raster of another kind
        else:
            return wanted
    classified = (band.index for band in info.bands if band.classes)
    return Style((next(classified, 1),))


@dataclass
class AreaSeries:
    """Values of items inside one area.

    Args:
        results: Where the files of the items are.
        items: The items, by their numbers.
        area: The area.
        style: How a raster of them is drawn on the map, or None.
    """

    results: Results
    items: Sequence[Mapping[str, Any]]
    area: Area
    style: Style | None = None
    read: dict[int, _Read] = field(default_factory=dict)
    faults: dict[int, OgcError] = field(default_factory=dict)

    def is_of(
        self, area: Area, items: Sequence[Mapping[str, Any]], style: Style | None
    ) -> bool:
        """Whether what was read is what would be read now."""
        before, now = (one and one.values_read for one in (self.style, style))
        return self.area == area and self.items is items and before == now

    def missing(self, numbers: Sequence[int]) -> list[int]:
        """Which of some items have not been read."""
        return [n for n in numbers if n not in self.read and n not in self.faults]

    async def fill(
        self, numbers: Sequence[int], told: Callable[[], object] = lambda: None
    ) -> None:
        """Read items that have not been read."""
        left = self.missing(numbers)[::-1]

        async def work() -> None:
            while left:
                number = left.pop()
                try:
                    found = await asyncio.to_thread(self._read_one, number)
                except OgcError as error:
                    self.faults[number] = error
                except Exception as error:  # noqa: BLE001 # of a library, for one file
                    self.faults[number] = InputError(str(error) or repr(error))
                else:
                    self.read[number] = found
                told()

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    def _read_one(self, number: int) -> _Read:
        with self._open(self.items[number]) as raster:
            style = one_channel(self.style, raster.info)
            band = raster.info.band(style.bands[0])
            is_band = not style.expression
            return _Read(
                raster.values_inside(self.area, style),
                band.name if is_band else style.expression,
                band.unit if is_band else "",
                # Whether numbers are labels is seen in the pixels of one raster.
                _classes_of(raster, style, looks=not self.read) if is_band else (),
            )

    def _open(self, item: Mapping[str, Any]) -> Raster:
        """Open the best raster of an item; a picture has no values."""
        first: OgcError | None = None
        for choice in assets_for_map(item, self.results.assets(item)):
            if choice.box is not None:
                continue
            try:
                files = [self.results.open(item, key) for key in choice.keys]
                return open_raster(files, about=choice.about)
            except OgcError as error:
                first = first or error
        raise first or InputError("This item has no raster.")

    # -- as a chart -------------------------------------------------------------------

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        """What can be charted, the most telling first: value and words."""
        classes: dict[float, str] = {}
        for one in list(self.read.values()):
            classes.update(one.classes)
        shares = [
            (f"{_CLASS}{value:g}", f"share of {label}")
            for value, label in sorted(classes.items(), reverse=True)[:_MOST_CLASSES]
        ]
        # The mean of labels says nothing.
        return tuple(shares) if shares else tuple(_MEASURES.items())

    def drawn(self, numbers: Sequence[int], measure: str, dates: Numbers) -> Drawn:
        """Chart what has been read.

        Args:
            numbers: Items that are shown.
            measure: One of :attr:`measures`.
            dates: Of all items; where none has one, they stand beside each other.
        """
        shown = [number for number in numbers if number in self.read]
        first = next(iter(self.read.values()), None)
        words = dict(self.measures).get(measure, "")
        of = f" of {first.band}" if first and measure in _MEASURES else ""
        unit = "%" if measure.startswith(_CLASS) else first.unit if first else ""
        up = Axis(f"{words}{of}", unit)
        y = np.array([_measured(self.read[n], measure) for n in shown], dtype=float)
        names = tuple(str(self.items[n].get("id", "")) for n in shown)
        places = np.array(shown, dtype=int)
        when = dates[places]
        if np.isnan(dates).all():
            across, mark = Axis("item", kind="category"), "bars"
            when = np.arange(1.0, len(shown) + 1)
        else:
            across, mark = Axis("date", kind="time"), "line"
        data = ChartData(when, y, across, up, mark, names=names)  # type: ignore[arg-type] # one of two marks
        return Drawn(data, places, is_filtered=True)


def chosen_of(numbers: Sequence[int], dates: Numbers) -> list[int]:
    """Items to read: all, or of very many those that are evenly apart in time."""
    if len(numbers) <= MOST_ITEMS:
        return list(numbers)
    places = np.array(numbers)
    order = places[np.argsort(dates[places], kind="stable")]
    picked = np.linspace(0, len(order) - 1, MOST_ITEMS).round().astype(int)
    return [int(order[at]) for at in picked]


def _classes_of(
    raster: Raster, style: Style, *, looks: bool
) -> tuple[tuple[float, str], ...]:
    """Values that stand for something; none where numbers are measured.

    Args:
        raster: The raster.
        style: What is read of it.
        looks: Whether its pixels are looked at where the file does not say it.
    """
    band = raster.info.band(style.bands[0])
    found = [
        (one.value, one.label or f"{one.value:g}")
        for one in band.classes
        if not one.is_nodata
    ]
    if found:
        return tuple(found)
    if not (looks and band.is_integer) or raster.default_style().colours != CLASSES:
        return ()
    legend = raster.legend(Style(style.bands, colours=CLASSES, nodata=style.nodata))
    return tuple((one.value, one.label) for one in legend.entries)


def _measured(read: _Read, measure: str) -> float:
    values = read.values
    if measure.startswith(_CLASS):
        if values.mean is None:
            return float("nan")
        wanted = float(measure.removeprefix(_CLASS))
        return 100 * dict(values.shares).get(wanted, 0.0)
    found = getattr(values, measure, None)
    return float("nan") if found is None else float(found)


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
    """The day of an item where it has one of its own, else its id."""
    if columns is None or item_id not in columns.places:
        return item_id
    when = columns.dates[columns.places[item_id]]
    days = np.floor(columns.dates / 86_400_000)
    if np.isnan(when) or (days == when // 86_400_000).sum() > 1:
        return item_id
    return str(np.datetime64(int(when), "ms").astype("datetime64[D]"))
