"""Numbers of a raster, for charts and for a click: here, along a line, in an area."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ogc_widgets.area.area import Area
from ogc_widgets.errors import InputError
from ogc_widgets.raster.warping import from_web_map, to_web_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogc_widgets.area.boxes import Box, Geometry
    from ogc_widgets.raster.bands import Range
    from ogc_widgets.raster.sampling import Pixels
    from ogc_widgets.raster.style import Style

STEPS: Final = 256
"""Points of a line at which values are read."""


@dataclass(frozen=True)
class BandValue:
    """The value of one band at a place.

    Attributes:
        index: Number of the band, from 1.
        name: Its name.
        value: None where there is none.
        unit: Its unit, or ``""``.
        label: What the value stands for, where it is a class.
    """

    index: int
    name: str
    value: float | None
    unit: str = ""
    label: str = ""


@dataclass(frozen=True)
class Histogram:
    """How often the values of a band are.

    Attributes:
        counts: Pixels in each of the bins.
        edges: Where the bins begin and end: one more than bins.
        low: Smallest value.
        high: Largest value.
        percentiles: The values of 2 and 98 percent.
        nodata_share: Share of the pixels without a value, 0 to 1.
    """

    counts: tuple[int, ...]
    edges: tuple[float, ...]
    low: float | None
    high: float | None
    percentiles: tuple[float, float] | None
    nodata_share: float

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for the page."""
        return asdict(self)


@dataclass(frozen=True)
class Profile:
    """Values along a line.

    Attributes:
        metres: Way from the start of the line, of each point.
        values: The value there, or None.
        places: Longitude and latitude of each point.
    """

    metres: tuple[float, ...]
    values: tuple[float | None, ...]
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class AreaValues:
    """What the values inside an area are like; every part counts by its true size.

    Attributes:
        mean: Their mean, and so on; None where the area holds no value.
        shares: Share of each value of a band of whole numbers, 0 to 1, the largest
            first; at most 64.
        known_share: Share of the area that has a value, 0 to 1.
    """

    mean: float | None
    std: float | None
    low: float | None
    high: float | None
    median: float | None
    shares: tuple[tuple[float, float], ...]
    known_share: float


def histogram_of(
    values: np.ma.MaskedArray[Any, Any], bins: int, between: Range | None = None
) -> Histogram:
    """Count values in equal bins, from the smallest to the largest if left out."""
    known = values.compressed().astype("float64")
    missing = 1 - known.size / values.size
    if not known.size:
        return Histogram((), (), None, None, None, missing)
    counts, edges = np.histogram(known, bins=bins, range=between)
    low, high = np.percentile(known, (2, 98))
    return Histogram(
        counts=tuple(counts.tolist()),
        edges=tuple(edges.tolist()),
        low=float(known.min()),
        high=float(known.max()),
        percentiles=(float(low), float(high)),
        nodata_share=float(missing),
    )


def points_along(line: Sequence[Sequence[float]]) -> tuple[list[Any], list[float]]:
    """Points at equal steps of the way along a line on the Earth, and their metres.

    Args:
        line: Longitude and latitude of each corner; longitudes may run past 180.
    """
    from pyproj import Geod

    earth = Geod(ellps="WGS84")
    corners = [(float(corner[0]), float(corner[1])) for corner in line]
    lengths = [earth.inv(*start, *end)[2] for start, end in pairwise(corners)]
    whole = sum(lengths)
    places: list[Any] = []
    metres: list[float] = []
    for number in range(STEPS):
        way = whole * number / (STEPS - 1)
        metres.append(way)
        at = 0
        while at < len(lengths) - 1 and way > lengths[at]:
            way -= lengths[at]
            at += 1
        share = min(1.0, way / lengths[at]) if lengths[at] else 0.0
        # Straight on the map, as it was drawn.
        (x0, y0), (x1, y1) = corners[at], corners[at + 1]
        places.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    return places, metres


def summed_up(
    values: np.ma.MaskedArray[Any, Any], inside: np.ndarray[Any, Any], box: Box
) -> AreaValues:
    """Sum up the values of a band in the grid of the web map.

    Args:
        values: Rows from north to south.
        inside: Which of them are in the area.
        box: Where they lie, in metres of the web map.
    """
    rows = values.shape[0]
    step = (box[3] - box[1]) / rows
    lats = [from_web_map(0, box[3] - (row + 0.5) * step)[1] for row in range(rows)]
    # A web map enlarges areas by the square of this.
    true_size = np.array([math.cos(math.radians(lat)) ** 2 for lat in lats])
    weights = np.broadcast_to(true_size[:, None], values.shape)[inside]
    chosen = values[inside]
    holes = np.ma.getmaskarray(chosen)
    whole = float(weights.sum())
    known, weights = chosen.data[~holes], weights[~holes]
    weight = float(weights.sum())
    if not weight:
        return AreaValues(None, None, None, None, None, (), 0.0)
    numbers = known.astype("float64")
    mean = float(np.average(numbers, weights=weights))
    spread = float(np.average((numbers - mean) ** 2, weights=weights)) ** 0.5
    order = np.argsort(numbers)
    middle = int(np.searchsorted(np.cumsum(weights[order]), weight / 2))
    return AreaValues(
        mean=mean,
        std=spread,
        low=float(numbers.min()),
        high=float(numbers.max()),
        median=float(numbers[order][min(middle, numbers.size - 1)]),
        shares=_shares(known, weights, weight) if known.dtype.kind in "iub" else (),
        known_share=weight / whole,
    )


def _shares(
    known: np.ndarray[Any, Any], weights: np.ndarray[Any, Any], weight: float
) -> tuple[tuple[float, float], ...]:

    values, places = np.unique(known, return_inverse=True)
    sums = np.bincount(places.ravel(), weights=weights) / weight
    pairs = zip(values.tolist(), sums.tolist(), strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])
    return tuple((float(value), float(share)) for value, share in ranked[:64])


def along(pixels: Pixels, line: Sequence[Sequence[float]], style: Style) -> Profile:
    """See :meth:`ogc_widgets.raster.Raster.values_along`."""
    if len(line) < 2:
        raise InputError("A line has at least two corners.")
    places, metres = points_along(line)
    points = [to_web_map(*place) for place in places]
    pixel = pixels.pixel_m()
    left = min(x for x, _ in points) - pixel
    right = max(x for x, _ in points) + pixel
    bottom = min(y for _, y in points) - pixel
    top = max(y for _, y in points) + pixel
    size, zoom = pixels.size_of((left, bottom, right, top), 2048)
    image = pixels.image(style, (left, bottom, right, top), size, zoom, is_exact=True)
    read = image.array[0]
    holes = np.ma.getmaskarray(read)
    found: list[float | None] = []
    for x, y in points:
        column = min(size[0] - 1, int((x - left) / (right - left) * size[0]))
        row = min(size[1] - 1, int((top - y) / (top - bottom) * size[1]))
        is_hole = bool(holes[row, column])
        found.append(None if is_hole else float(read.data[row, column]))
    return Profile(tuple(metres), tuple(found), tuple(places))


def inside(pixels: Pixels, area: Area | Geometry, style: Style) -> AreaValues:
    """See :meth:`ogc_widgets.raster.Raster.values_inside`."""
    import shapely
    from rasterio.features import geometry_mask
    from rasterio.transform import from_bounds

    place = area if isinstance(area, Area) else Area.drawn(dict(area))
    outline = shapely.geometry.shape(place.outline)
    if outline.area == 0:
        raise InputError("Values are summed up inside an area: this has no inside.")
    flat = shapely.transform(
        outline,
        lambda corners: [to_web_map(*corner) for corner in corners.tolist()],
    )
    left, bottom, right, top = map(float, flat.bounds)
    size, zoom = pixels.size_of((left, bottom, right, top), 1024)
    box = (left, bottom, right, top)
    image = pixels.image(style, box, size, zoom, is_exact=True)
    grid = from_bounds(*box, *size)
    inside = geometry_mask([flat], (size[1], size[0]), grid, invert=True)
    if not inside.any():
        inside = geometry_mask(
            [flat], (size[1], size[0]), grid, invert=True, all_touched=True
        )
    return summed_up(image.array[0], inside, box)
