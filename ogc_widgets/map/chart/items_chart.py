"""The chart of result items: it follows the selection, the filter and the colours.

What it shows is a property of the items, or is read from their rasters: the values
inside the area on the map, or along the line that was drawn on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import traitlets

from ogc_widgets.charts import Axis, Chart, ChartData, Choice
from ogc_widgets.errors import InputError, OgcError
from ogc_widgets.map.chart.of_items import (
    AREA,
    LINE,
    WAYS,
    By,
    Drawn,
    bin_steps,
    choice_of_lines,
    choice_of_source,
    choice_of_way,
    drawn_of,
    left_out,
    lines_of,
    ways,
)
from ogc_widgets.map.chart.raster_values import (
    AreaSeries,
    along,
    chosen_of,
    has_rasters,
    name_of,
)
from ogc_widgets.map.colours import GREY, RAMP, colour_scale
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogc_widgets.charts.data import Rows
    from ogc_widgets.client.results.item_columns import ItemColumn, ItemColumns

_FEWEST: Final = 2
_CHOOSE: Final = "Choose above what is read from the rasters."
_DRAW: Final = "Draw the line on the map."


class ItemsChart(Chart):
    """Numbers of items, by date, by item, or how often they are.

    Args:
        results: Where ``columns``, ``kept``, ``colour_by`` and ``selected`` are, the
            ``map`` and the ``previews``: a :class:`ogc_widgets.ResultsMap`.
    """

    of = traitlets.Unicode("")
    """The property that is shown; or ``"inside the area"``, ``"along the line"``."""
    by = traitlets.Unicode("")
    """How: ``"date"``, ``"item"`` or ``"distribution"``."""
    lines = traitlets.Unicode(None, allow_none=True)
    """By what one line is told from another by date, as ``"inputs:aoi"``, where items
    are of a batch; ``""`` for one line, None for what suits."""
    measure = traitlets.Unicode("")
    """What of the values inside the area: ``"mean"``, ``"class 1"``, ..."""

    def __init__(self, results: Any) -> None:  # noqa: ANN401 # which holds this
        self._from = results
        self._items: Sequence[Mapping[str, Any]] = ()
        self._drawn: Drawn | None = None
        self._order: Rows | None = None
        self._inside: AreaSeries | None = None
        self._has_rasters = False
        super().__init__(choose=self._choose, stop=self._stop)
        self._reading = self._latest()
        self._stops = {
            "columns": self._begin,
            "kept": self._keep,
            "colour_by": self._colour,
            "selected": self._select,
        }
        for name, follow in self._stops.items():
            self._from.observe(follow, name)
        self._from.map.observe(self._map_changed, ["geometry", "line"])
        self._from.previews.observe(self._map_changed, "shown")
        self._begin()

    def _let_go(self) -> None:
        for name, follow in self._stops.items():
            self._from.unobserve(follow, name)
        self._from.map.unobserve(self._map_changed, ["geometry", "line"])
        self._from.previews.unobserve(self._map_changed, "shown")

    # -- what is shown ----------------------------------------------------------------

    @property
    def _columns(self) -> ItemColumns | None:
        columns: ItemColumns | None = self._from.columns
        return columns

    @property
    def _column(self) -> ItemColumn | None:
        """The property that is shown."""
        columns = self._columns
        known = () if columns is None else columns.numeric
        return next((one for one in known if one.key == self.of), None)

    def _begin(self, _change: object = None) -> None:
        """Show the most telling property of other items."""
        columns = self._columns
        self._reading.stop()
        self._from.map.take_line(on=False)
        self._order = self._inside = self._drawn = None
        self._items = [] if columns is None else self._from.items
        self._has_rasters = has_rasters(self._from.results, self._items)
        is_worth = columns is not None and len(self._items) >= _FEWEST
        with publishing(self):
            if columns is None or not is_worth:
                self.show(None)
            elif columns.numeric:
                keys = [one.key for one in columns.numeric]
                # Who looks at one property goes on to look at it in the next results.
                is_read = self.of in (AREA, LINE) and not self._why_not(self.of)
                self.of = self.of if is_read or self.of in keys else keys[0]
                self._draw()
            elif self._has_rasters:
                self.of = ""
                self._offer()
            else:
                self.show(None)

    @traitlets.validate("of")
    def _valid_of(self, proposal: Any) -> str:  # noqa: ANN401 # of traitlets
        key: str = proposal["value"]
        if key in (AREA, LINE):
            if why := self._why_not(key):
                raise InputError(f"There are no values {key}: {why}.")
        elif key and self._columns is not None:
            self._columns.number(key)
        return key

    @traitlets.validate("by")
    def _valid_by(self, proposal: Any) -> str:  # noqa: ANN401 # of traitlets
        by: str = proposal["value"]
        if by not in WAYS:
            raise InputError(f"Items are charted by {', '.join(WAYS)}, not {by!r}.")
        return by

    @traitlets.observe("of", "by", "lines", "measure")
    def _changed(self, _change: object) -> None:
        if not self.is_empty:
            self._draw()

    def _choose(self, name: str, value: str) -> None:
        if name == "of":
            self.of = value
        elif name == "by":
            self.by = value
        elif name == "lines":
            self.lines = value
        elif name == "measure":
            self.measure = value

    @property
    def _sources(self) -> Choice:
        """What can be shown: properties, and what rasters are read for."""
        read = (AREA, LINE) if self._has_rasters else ()
        why_not = {source: self._why_not(source) for source in read}
        return choice_of_source(self.of, self._columns, why_not)

    def _why_not(self, source: str) -> str:
        """Why values of rasters cannot be read now; empty if they can."""
        if not self._has_rasters:
            return "the items have no rasters"
        if source == AREA:
            area = self._from.map.area
            return "" if area is not None and area.covers else "draw an area first"
        return "" if self._rasters else "show a raster first"

    def _draw(self) -> None:
        """Draw what is to be shown anew, with its head."""
        self._reading.stop()
        self._from.map.take_line(on=self.of == LINE)
        if self.of == AREA:
            self._draw_area()
        elif self.of == LINE:
            self._draw_line()
        elif self.of:
            self._draw_property()
        else:
            self._offer()

    def _draw_property(self) -> None:
        columns, column = self._columns, self._column
        if columns is None or column is None:
            return
        found = ways(columns, column)
        by: By = next((one for one in found if one == self.by), found[0])
        kept = self._from.kept
        several = lines_of(columns, column) if by == "date" else []
        keys = [one.key for one in several]
        wanted = self.lines if self.lines in ("", *keys) else next(iter(keys), "")
        lines = next((one for one in several if one.key == wanted), None)
        self._drawn = drawn_of(
            columns, column, by, kept=kept, order=self._order, lines=lines
        )
        choices = [self._sources, choice_of_way(by, found)]
        if several:
            choices.append(choice_of_lines(wanted, several))
        with publishing(self):
            self.show(self._drawn.data, choices=choices)
            if kept is not None and not self._drawn.is_filtered:
                self.keep(kept)
            self._paint()
            self._mark()
            self.say(left_out(columns, column, by))

    # -- what is read from rasters -----------------------------------------------------

    @property
    def _rasters(self) -> list[Any]:
        """What lies on the map and has values, the upper first."""
        shown = self._from.previews.shown
        return [one for one in shown if one.raster is not None][::-1]

    def _offer(self, words: str = _CHOOSE) -> None:
        """Show the choices alone, with words in the place of the chart."""
        nothing = ChartData(np.zeros(0), np.zeros(0), Axis(""), Axis(""))
        self._drawn = None
        with publishing(self):
            self.show(nothing, choices=[self._sources])
            self.empty = words
            self.say("")

    def _draw_area(self) -> None:
        """Chart what was read inside the area, and read what is missing."""
        area, columns = self._from.map.area, self._columns
        if columns is None or area is None:
            return
        styles = (one.style for one in self._rasters)
        style = next((one for one in styles if one and one.channels == 1), None)
        series = self._inside
        if series is None or not series.is_of(area, self._items, style):
            series = AreaSeries(self._from.results, self._items, area, style)
            self._inside = series
        kept = self._from.kept
        numbers = np.arange(len(self._items)) if kept is None else np.flatnonzero(kept)
        wanted = chosen_of(numbers.tolist(), columns.dates)

        def told(*, is_over: bool = False) -> None:
            with publishing(self):
                if self._inside is series and not self._closed:
                    self._show_area(series, wanted, len(numbers), is_over=is_over)

        async def work() -> None:
            await series.fill(wanted, told)

        is_over = not series.missing(wanted)
        told(is_over=is_over)
        if not is_over:
            self._reading.start(work, lambda _read: told(is_over=True))

    def _show_area(
        self, series: AreaSeries, wanted: list[int], of: int, *, is_over: bool
    ) -> None:
        columns = self._columns
        if columns is None or self.of != AREA:
            return
        measures = series.measures
        known = [value for value, _ in measures]
        measure = self.measure if self.measure in known else known[0]
        self._drawn = series.drawn(wanted, measure, columns.dates)
        options = tuple((value, words, "") for value, words in measures)
        choice = Choice("measure", "What of the values", measure, options)
        self.show(self._drawn.data, choices=(self._sources, choice))
        left = len(series.missing(wanted))
        self.empty = "" if is_over else "The rasters are being read."
        self._paint()
        self._mark()
        parts = [] if is_over else [f"{len(wanted) - left:,} of {len(wanted):,} read"]
        if of > len(wanted):
            parts.append(f"{len(wanted):,} of {of:,} items, evenly apart in time")
        if faults := [series.faults[one] for one in wanted if one in series.faults]:
            self.last_error = faults[0]
            parts.append(f"{len(faults):,} could not be read: {faults[0]}")
        self.say(", ".join(parts), is_working=not is_over)

    def _draw_line(self) -> None:
        """Read what lies on the map along the line, and chart it."""
        line, rasters = self._from.map.line, self._rasters
        if line is None:
            self._offer(_DRAW)
        if line is None or not rasters:
            return
        names = [name_of(one.item_id, self._columns) for one in rasters]

        async def work() -> tuple[Drawn, list[OgcError]]:
            return await along(line["coordinates"], rasters, names)

        def done(found: tuple[Drawn, list[OgcError]]) -> None:
            self._drawn, faults = found
            self.show(self._drawn.data, choices=[self._sources])
            self.empty = ""
            self.say(f"{len(faults)} could not be read: {faults[0]}" if faults else "")

        def failed(error: OgcError) -> None:
            self.last_error = error
            self._offer(str(error))

        self._offer("The rasters are being read.")
        self.say("reading…", is_working=True)
        self._reading.start(work, done, failed)

    def _stop(self) -> None:
        """End the reading; what was read stays."""
        self._reading.stop()
        words = str(self.note["text"])
        self.say(f"{words}, stopped" if words else "")

    def _map_changed(self, change: Any) -> None:  # noqa: ANN401 # of traitlets
        """Follow the area, the line, and the rasters on the map."""
        if self.is_empty or not self._has_rasters:
            return
        with publishing(self):
            self.choices = [self._sources.to_json(), *self.choices[1:]]
        if self.of not in (AREA, LINE):
            return
        columns = self._columns
        if self._why_not(self.of):
            self.of = columns.numeric[0].key if columns and columns.numeric else ""
        elif change["name"] != {AREA: "line", LINE: "geometry"}[self.of]:
            self._draw()

    # -- what it follows --------------------------------------------------------------

    def list_by(self, order: Rows | None) -> None:
        """Show bars in the order in which the table lists the items."""
        before, self._order = self._order, order
        if before is not None and order is not None and np.array_equal(before, order):
            return
        is_property = self.of not in (AREA, LINE)
        if self._drawn and is_property and self._drawn.data.across.kind == "category":
            self._draw()

    def _keep(self, _change: object) -> None:
        if self._drawn is None or self.of == LINE:
            return
        if self._drawn.is_filtered:
            self._draw()
        else:
            self.keep(self._from.kept)

    def _colour(self, _change: object) -> None:
        if self._drawn is not None:
            self._paint()

    def _paint(self) -> None:
        """Give points the colours that the items have on the map."""
        columns, drawn = self._columns, self._drawn
        key = self._from.colour_by
        scale = colour_scale(columns, key) if columns is not None and key else None
        # Of several lines the one that is looked at has a colour.
        if scale is None or drawn is None or drawn.data.lines:
            self.paint(None)
        elif drawn.items is not None:
            self.paint(scale.steps[drawn.items], [*RAMP, GREY])
        elif key == self.of and self._column is not None:
            self.paint(bin_steps(drawn, self._column, scale.steps), [*RAMP, GREY])
        else:
            self.paint(None)

    def _select(self, _change: object) -> None:
        if self._drawn is not None:
            with publishing(self):
                self._mark()

    def _mark(self) -> None:
        columns, drawn = self._columns, self._drawn
        if columns is None or drawn is None:
            return
        name = self._from.selected
        at = columns.places.get(name, -1) if name else -1
        self.selected = drawn.point_of(at, self._column)

    @traitlets.observe("selected")
    def _selected_here(self, _change: object) -> None:
        """Select the item of the point; a bin is that of many."""
        columns, drawn = self._columns, self._drawn
        if columns is None or drawn is None or drawn.items is None:
            return
        if 0 <= self.selected < len(drawn.items):
            self._from.selected = columns.names[int(drawn.items[self.selected])]
