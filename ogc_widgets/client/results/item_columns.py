"""What items can be compared by: their dates and numbers, as columns over all of them.

Map, table and charts show the same columns, so what is worth showing is decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_COLUMNS: Final = 12
_LOOKED_AT: Final = 2_000
_FEW: Final = 50
INPUTS: Final = "inputs:"
"""How properties begin that say what the job of an item was asked for."""
LABEL: Final = f"{INPUTS}label"
"""All of that in words."""
# Extensions that describe the sensor or the grid, not the result.
_TECHNICAL: Final = pattern(
    r"(proj|file|view|sat|sar|mgrs|grid|raster|processing|storage|s2|landsat|gsd|"
    r"platform|created|updated|datetime|start_datetime|end_datetime|constellation)\b"
)
_UNITS: Final = {
    "percent": "%",
    "pct": "%",
    "ha": "ha",
    "km": "km",
    "km2": "km²",
    "m2": "m²",
    "m3": "m³",
    "mm": "mm",
    "celsius": "°C",
    "kelvin": "K",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_PERCENT: Final = frozenset({"eo:cloud_cover", "eo:snow_cover"})


@dataclass(frozen=True)
class ItemColumn:
    """A numeric property of all items.

    Attributes:
        key: Its name in ``properties``.
        title: For people, without the unit.
        unit: As ``%`` or ``km²``; ``""`` if nothing says it.
        values: One for each item, NaN where it has none.
    """

    key: str
    title: str
    unit: str
    values: NDArray[np.float64]

    def text(self, value: float) -> str:
        """Write a value with its unit, as ``4.4 %``; empty for NaN."""
        if value != value:  # NaN
            return ""
        number = short_number(value)
        return f"{number} {self.unit}" if self.unit else number

    def at(self, number: int) -> str:
        """The value of an item in words."""
        return self.text(float(self.values[number]))


@dataclass(frozen=True)
class ItemWords:
    """What the job of each item was asked for, in words (``inputs:<id>``).

    Attributes:
        key: Its name in ``properties``.
        title: For people.
        values: One for each item, ``""`` where it has none.
    """

    key: str
    title: str
    values: tuple[str, ...]

    def at(self, number: int) -> str:
        """What an item says."""
        return self.values[number]


@dataclass(frozen=True)
class ItemColumns:
    """Columns over all items, in their order.

    Attributes:
        names: Ids as map and table have them.
        dates: Milliseconds since 1970 in UTC; NaN where an item has no date. Of a
            period it is the start.
        numeric: Numeric properties worth showing, the most telling ones first.
        words: Of items of a batch, what their jobs were asked for and others not.
    """

    names: tuple[str, ...]
    dates: NDArray[np.float64]
    numeric: tuple[ItemColumn, ...]
    words: tuple[ItemWords, ...] = ()

    @classmethod
    def of(
        cls,
        items: Sequence[Mapping[str, Any]],
        names: Sequence[str],
        titles: Mapping[str, str] = MappingProxyType({}),
    ) -> ItemColumns:
        """Read the columns of items; what is no date and no number counts as none.

        Args:
            items: STAC items or other features, as dicts.
            names: Their ids.
            titles: What people call some properties, by their names.
        """
        import numpy as np

        facts = reading.member_of_each(items, "properties")
        if {*map(type, facts)} != {dict}:
            facts = [*map(properties_of, items)]
        when = reading.member_of_each(facts, "datetime")
        if not all(when):
            when = [one.get("datetime") or one.get("start_datetime") for one in facts]
        try:
            dates = [(datetime.fromisoformat(one) - _EPOCH) / _MS for one in when]
        except (TypeError, ValueError):  # as nearly none are
            dates = [*map(_milliseconds, when)]
        keys = _keys_worth_showing(facts)[:_MOST_COLUMNS]
        found = [
            ItemColumn(
                key,
                titles.get(key) or column_title(key),
                unit_of(key),
                _values(facts, key),
            )
            for key in keys
        ]
        # Where all are the same there is nothing to compare.
        found.sort(key=_is_constant)
        return cls(
            tuple(names), np.array(dates), tuple(found), tuple(_words(facts, titles))
        )

    @cached_property
    def places(self) -> dict[str, int]:
        """At which place each item stands, by its id."""
        return {name: at for at, name in enumerate(self.names)}

    def number(self, key: str) -> ItemColumn:
        """Return the column of a property.

        Raises:
            InputError: There is none of that name.
        """
        for column in self.numeric:
            if column.key == key:
                return column
        known = clean(", ".join(column.key for column in self.numeric), limit=300)
        raise InputError(
            f"The items have no numbers {clean(key, limit=60)!r}.",
            advice=f"They have: {known}." if known else "",
        )


def properties_of(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Properties of an item; empty where they are no object."""
    facts = item.get("properties")
    return facts if isinstance(facts, Mapping) else {}


def date_of(properties: Mapping[str, Any]) -> str:
    """Day of an item as ``2021-07-13``, or both days of a period."""
    found = [
        match[0]
        for key in ("datetime", "start_datetime", "end_datetime")
        if (match := re.match(r"\d{4}-\d{2}-\d{2}", str(properties.get(key) or "")))
    ]
    if properties.get("datetime") and found:
        return found[0]
    return " to ".join(dict.fromkeys(found))


def short_number(value: float) -> str:
    """Write a number as people read it: ``4.4``, ``0.021``, ``12 345``."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u202f")
    if abs(value) >= 1e12:
        return f"{value:.3g}"
    if abs(value) >= 1000:
        return short_number(round(value))
    if abs(value) >= 0.1:
        text = f"{value:.{1 if abs(value) >= 1 else 2}f}"
        return text.rstrip("0").rstrip(".")
    return f"{value:.2g}"


def unit_of(key: str) -> str:
    """Unit that the name of a property says: ``km²`` for ``water:area_km2``."""
    if key in _PERCENT:
        return "%"
    return _UNITS.get(re.split(r"[_:]", key.lower())[-1], "")


def column_title(key: str) -> str:
    """Name of a property for people: ``water area`` for ``water:area_km2``."""
    words = [word for word in re.split(r"[_:]", key) if word]
    if len(words) > 1 and words[-1].lower() in _UNITS:
        words.pop()
    if len(words) > 1 and words[0] in {"eo", "ml", "stats", "inputs"}:
        words.pop(0)
    return clean(" ".join(words), limit=24)


def _keys_worth_showing(facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Properties that are numbers in every second item or more."""
    some = facts[:: max(1, len(facts) // _LOOKED_AT)]
    counts = Counter(
        key for one in some for key, value in one.items() if reading.is_finite(value)
    )
    frequent = [str(key) for key, count in counts.items() if count * 2 >= len(some)]
    return sorted((key for key in frequent if not _TECHNICAL.match(key)), key=_telling)


def _telling(key: str) -> tuple[int, str]:
    lowered = key.lower()
    if lowered.startswith("eo:"):
        return 2, lowered
    if lowered.startswith(INPUTS):
        return 4, lowered
    if re.search(r"percent|pct|share|fraction", lowered):
        return 0, lowered
    return (1 if re.search(r"area|count|mean|km2|ha$", lowered) else 3), lowered


def _values(facts: Sequence[Mapping[str, Any]], key: str) -> NDArray[np.float64]:
    import numpy as np

    nan = float("nan")
    found = reading.member_of_each(facts, key)
    if {*map(type, found)} == {float}:
        values = np.array(found)
        return np.where(np.isfinite(values), values, nan)
    return np.array([float(one) if reading.is_finite(one) else nan for one in found])


def _words(
    facts: Sequence[Mapping[str, Any]], titles: Mapping[str, str]
) -> Iterator[ItemWords]:
    """What was asked for in words, of that in which items differ."""
    keys = dict.fromkeys(key for one in facts[:_FEW] for key in one)
    for key in [str(key) for key in keys if str(key).startswith(INPUTS)]:
        found = reading.member_of_each(facts, key)
        values = tuple(clean(one, limit=80) if one is not None else "" for one in found)
        has_words = any(isinstance(one, str) for one in found)
        if has_words and len({*values}) > 1:
            yield ItemWords(key, titles.get(key) or column_title(key), values)


def _is_constant(column: ItemColumn) -> bool:
    import numpy as np

    values = column.values[~np.isnan(column.values)]
    return bool((values == values[:1]).all())


def _milliseconds(text: object) -> float:
    if not isinstance(text, str):
        return float("nan")
    # The day alone is better than nothing where the time is none, as in 23:59:60.
    for part in (text, text[:10]):
        try:
            found = datetime.fromisoformat(part.upper())
        except ValueError:
            continue
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return (found - _EPOCH) / _MS
    return float("nan")
