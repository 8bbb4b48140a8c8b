"""A landscape out of nothing: mountains, valleys, lakes and rivers.

The place is the northern Sierra Nevada around Lake Almanor, California, where the
lakes lie roughly where the real ones do. Everything else is noise from a fixed seed,
so that every call gives the same landscape.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]

PIXEL = 80.0
"""Side of a pixel in metres."""

WEST, SOUTH, EAST, NORTH = 632_960.0, 4_406_480.0, 695_520.0, 4_486_800.0
"""The landscape's edges in metres, UTM zone 10 N (EPSG:32610)."""

_SHAPE = (round((NORTH - SOUTH) / PIXEL), round((EAST - WEST) / PIXEL))
_NOISE_SHAPE = (1_080, 864)  # a little more, or opposite edges would match
_SEED = 8  # of a few, the one whose lakes look most like the real ones
_COARSE = 3  # pixels per cell of the grid on which water finds its way


class _Hollow(NamedTuple):
    """An elliptic hollow; lengths in metres."""

    x: float
    y: float
    long: float
    short: float
    turn: float  # of the long side, degrees counter-clockwise from east
    floor: float
    level: float = -np.inf  # of the full lake, above sea


_LAKES = (
    _Hollow(654_500, 4_457_500, 9_000, 4_200, 118, 1_330, 1_372),
    _Hollow(660_500, 4_451_500, 4_600, 3_000, 30, 1_335, 1_372),
    _Hollow(676_500, 4_461_500, 5_400, 2_400, 155, 1_490, 1_507),
    _Hollow(656_900, 4_443_000, 4_300, 1_100, 100, 1_235, 1_262),
    _Hollow(652_500, 4_417_500, 3_600, 1_900, 35, 1_535, 1_572),
    _Hollow(643_600, 4_476_500, 2_300, 1_300, 10, 1_930, 1_951),
    _Hollow(684_300, 4_476_000, 1_700, 1_300, 70, 1_705, 1_722),
    _Hollow(640_900, 4_434_500, 1_500, 900, 50, 1_790, 1_806),
    _Hollow(684_500, 4_446_500, 1_200, 800, 20, 1_640, 1_656),
)

_MEADOWS = (
    _Hollow(679_500, 4_436_500, 7_000, 3_600, 140, 1_080),
    _Hollow(674_500, 4_421_500, 4_800, 2_400, 165, 1_045),
)


@dataclass(frozen=True)
class Landscape:
    """What does not change with the seasons; grids of one shape, north up.

    Attributes:
        height: Metres above sea.
        level: Level of the full lake whose hollow a pixel lies in; -inf elsewhere.
        river: Share of a pixel that is river, 0 to 1.
        meadow: Closeness to the floor of a wide valley, 0 to 1.
    """

    height: Grid
    level: Grid
    river: Grid
    meadow: Grid
    _noises: dict[int, Grid] = field(default_factory=dict, repr=False)

    def noise(self, salt: int, longest: float, steepness: float) -> Grid:
        """Return noise of mean 0 and standard deviation 1 on this landscape.

        Args:
            salt: Chooses one of many independent fields.
            longest: Longest wave in metres.
            steepness: How much weaker short waves are than long ones; 0 is white.
        """
        if salt not in self._noises:
            self._noises[salt] = _noise(salt, longest, steepness)
        return self._noises[salt]


def landscape() -> Landscape:
    """Return the landscape."""
    y, x = _coordinates()
    base = _noise(1, 40_000, 2.6)
    ridges = 1 - np.abs(_noise(2, 16_000, 2.5)) / 1.3
    # The land rises from the canyons in the south-west to the volcanoes in the north.
    slope = 350 * (y - SOUTH) / (NORTH - SOUTH) + 120 * (x - WEST) / (EAST - WEST)
    height = 1_270 + slope + 220 * base + 300 * ridges + 26 * _noise(3, 4_000, 1.9)
    ragged = np.clip(1 + 0.3 * _noise(4, 6_000, 2.3), 0.3, 2)
    meadow = np.zeros(_SHAPE)
    for valley in _MEADOWS:
        near = _closeness(x, y, valley, ragged)
        floor = valley.floor + 0.03 * (height - valley.floor)
        height = height * (1 - near) + floor * near
        meadow = np.maximum(meadow, near)
    smooth = _blur(height, 5)
    level = np.full(_SHAPE, -np.inf)
    for lake in _LAKES:
        near = _closeness(x, y, lake, ragged)
        bed = lake.floor + 0.05 * (smooth - lake.floor)
        height = height * (1 - near) + bed * near
        level = np.where(near > 0.25, np.maximum(level, lake.level), level)
    flow, paths = _drainage(height, level)
    rain = np.log1p(flow)
    depth = _enlarge(16 * rain + 22 * _blur(rain, 1.5) + 30 * _blur(rain, 4))
    wet = np.clip(_blur(np.isfinite(level).astype(float), 6) * 1.5, 0, 1)
    height = height - depth * (1 - np.maximum(0.85 * meadow, wet))
    return Landscape(height, level, _draw(paths), meadow)


def _coordinates() -> tuple[Grid, Grid]:
    rows, columns = _SHAPE
    y = NORTH - PIXEL * (np.arange(rows) + 0.5)
    x = WEST + PIXEL * (np.arange(columns) + 0.5)
    return y[:, None].astype("float64"), x[None, :].astype("float64")


def _noise(salt: int, longest: float, steepness: float) -> Grid:
    """Filter white noise so that its power falls with the wave number."""
    rows, columns = _NOISE_SHAPE
    white = np.random.default_rng([_SEED, salt]).random((rows, columns)) - 0.5
    spectrum = np.fft.rfft2(white)
    wave = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    first = PIXEL / longest
    spectrum *= (wave**2 + first**2) ** (-steepness / 2)
    waves = np.fft.irfft2(spectrum, s=(rows, columns))[: _SHAPE[0], : _SHAPE[1]]
    waves -= waves.mean()
    result: Grid = waves / waves.std()
    return result


def _blur(grid: Grid, radius: float) -> Grid:
    """Blur with a Gaussian of a radius in cells."""
    edge = int(4 * radius) + 1
    padded = np.pad(grid, edge, mode="edge")
    down, right = padded.shape
    wave2 = np.fft.fftfreq(down)[:, None] ** 2 + np.fft.rfftfreq(right)[None, :] ** 2
    spectrum = np.fft.rfft2(padded) * np.exp(-2 * (np.pi * radius) ** 2 * wave2)
    result: Grid = np.fft.irfft2(spectrum, s=padded.shape)[edge:-edge, edge:-edge]
    return result


def _closeness(x: Grid, y: Grid, hollow: _Hollow, ragged: Grid) -> Grid:
    """Return 1 inside a ragged ellipse, falling smoothly to 0 around it."""
    angle = np.deg2rad(hollow.turn)
    dx, dy = x - hollow.x, y - hollow.y
    along = (dx * np.cos(angle) + dy * np.sin(angle)) / hollow.long
    across = (-dx * np.sin(angle) + dy * np.cos(angle)) / hollow.short
    distance = np.hypot(along, across) * ragged
    result: Grid = 1 / (1 + np.exp(np.minimum((distance - 1) * 6, 50)))
    return result


def _drainage(
    height: Grid, level: Grid
) -> tuple[Grid, list[list[tuple[float, float]]]]:
    """Let rain run off; return the flow and the courses of the larger rivers.

    Priority flood (Barnes et al. 2014): cells are visited from the edge inwards, the
    lowest first, so that each knows the neighbour through which its water leaves.

    Returns:
        Flow in cells on the coarse grid, and courses as lists of (row, column) in
        pixels, each from its spring to the edge or to another river.
    """
    rows, columns = (size // _COARSE for size in _SHAPE)
    cut = height[: rows * _COARSE, : columns * _COARSE]
    mean = cut.reshape(rows, _COARSE, columns, _COARSE).mean(axis=(1, 3))
    pool = level[: rows * _COARSE : _COARSE, : columns * _COARSE : _COARSE]
    # Rough ground: on smooth slopes all water would run in the same eight directions.
    rough = np.random.default_rng([_SEED, 6]).random(mean.shape)
    ground = np.maximum(mean + 28 * rough, pool).ravel().tolist()
    outlet = [-1] * (rows * columns)
    order: list[int] = []
    heap = [
        (ground[cell], cell)
        for cell in range(rows * columns)
        if cell // columns in (0, rows - 1) or cell % columns in (0, columns - 1)
    ]
    seen = bytearray(rows * columns)
    for _, cell in heap:
        seen[cell] = 1
    heapq.heapify(heap)
    steps = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]
    while heap:
        surface, cell = heapq.heappop(heap)
        order.append(cell)
        row, column = divmod(cell, columns)
        for down, right in steps:
            r, c = row + down, column + right
            if 0 <= r < rows and 0 <= c < columns and not seen[r * columns + c]:
                near = r * columns + c
                seen[near] = 1
                outlet[near] = cell
                heapq.heappush(heap, (max(surface, ground[near]), near))
    flow = [1.0] * (rows * columns)
    for cell in reversed(order):
        if outlet[cell] >= 0:
            flow[outlet[cell]] += flow[cell]
    paths = _courses(flow, outlet, columns)
    return np.array(flow).reshape(rows, columns), paths


def _courses(
    flow: list[float], outlet: list[int], columns: int
) -> list[list[tuple[float, float]]]:
    """Follow every river of some size downstream, the largest first."""
    large = [cell for cell, amount in enumerate(flow) if amount >= 900]
    fed = {outlet[cell] for cell in large}
    known: set[int] = set()
    paths = []
    for cell in (cell for cell in large if cell not in fed):
        path = []
        while cell >= 0:
            row, column = divmod(cell, columns)
            path.append(((row + 0.5) * _COARSE, (column + 0.5) * _COARSE))
            if cell in known:
                break
            known.add(cell)
            cell = outlet[cell]
        paths.append(path)
    return paths


def _draw(paths: list[list[tuple[float, float]]]) -> Grid:
    """Draw the rivers as smooth lines; return the share of water in each pixel."""
    canvas = np.zeros(_SHAPE)
    for path in paths:
        points = np.array(path)
        for _ in range(8):  # soften the eight directions of the coarse grid
            points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        steps = np.arange(0, len(points) - 1, 0.05)
        rows = np.interp(steps, np.arange(len(points)), points[:, 0])
        columns = np.interp(steps, np.arange(len(points)), points[:, 1])
        inside = (rows < _SHAPE[0]) & (columns < _SHAPE[1])
        canvas[rows[inside].astype(int), columns[inside].astype(int)] = 1
    return np.clip(1.35 * _blur(canvas, 0.45), 0, 1)


def _enlarge(coarse: Grid) -> Grid:
    """Bring a coarse grid to the pixels with linear interpolation."""

    def along(size: int, lines: Grid) -> Grid:
        places = (np.arange(size) + 0.5) / _COARSE - 0.5
        known = np.arange(lines.shape[1])
        return np.stack([np.interp(places, known, line) for line in lines])

    rows, columns = _SHAPE
    return along(columns, along(rows, coarse.T).T)
