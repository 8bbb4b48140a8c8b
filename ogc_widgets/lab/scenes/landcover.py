"""How a landscape looks from above on one day, in four bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ogc_widgets.lab.scenes.terrain import NORTH, PIXEL, WEST, Landscape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ogc_widgets.lab.scenes.terrain import Grid

BANDS = ("blue", "green", "red", "nir")

_STEP = 8  # stored numbers are multiples of this: the files get half as large


class Season(NamedTuple):
    """What differs between two days."""

    salt: int  # of the sensor's noise
    lake_drop: float  # metres below the full lake
    snow_line: float  # metres above sea
    green: float  # 0 when the grass is dry, 1 when it is fresh
    river: float  # width of the rivers, 1 for the usual
    sun_azimuth: float  # degrees clockwise from north
    sun_elevation: float  # degrees above the horizon


# Surface reflectance times 10,000 in blue, green, red and near infrared.
_FOREST = (240, 410, 290, 2_150)
_BRUSH = (480, 690, 780, 1_950)
_GRASS_DRY = (720, 1_080, 1_420, 2_450)
_GRASS_FRESH = (380, 820, 520, 3_700)
_ROCK = (1_050, 1_300, 1_500, 2_050)
_SHORE = (1_250, 1_560, 1_780, 2_250)
_DEEP = (370, 330, 190, 90)
_SHALLOW = (560, 690, 430, 160)
_SNOW = (7_700, 7_600, 7_700, 8_700)


def reflectance(land: Landscape, season: Season) -> NDArray[np.uint16]:
    """Return surface reflectance times 10,000.

    Returns:
        Array of shape (4, rows, columns), bands in the order of ``BANDS``; never 0,
        which means no data.
    """
    height = land.height
    light = _light(height, season)
    steep = np.hypot(*np.gradient(height, PIXEL))
    forest = _ramp(
        land.noise(21, 9_000, 1.7) * 0.6
        + land.noise(22, 900, 1.0) * 0.25
        - land.meadow * 9
        - np.clip((height - 2_050) / 160, 0, 4)
        + 0.8,
        1.6,
    )
    cleared = _ramp(land.noise(23, 1_500, 0.9) - 1.45, 0.15) * 0.75
    rock = _ramp((height - 2_060) / 150 + steep * 2.2 - 1.6, 0.5)
    grass = _spectrum(_GRASS_DRY) * (1 - season.green) + (
        _spectrum(_GRASS_FRESH) * season.green
    )
    grass = grass * (1 + 0.22 * _fields(land))
    ground = _mix(_spectrum(_BRUSH), grass, np.clip(land.meadow * 1.3, 0.12, 1))
    ground = _mix(ground, _spectrum(_ROCK), rock)
    image = _mix(ground, _spectrum(_FOREST), forest * (1 - cleared) * (1 - 0.7 * rock))
    image = image * (1 + 0.05 * land.noise(24, 600, 0.6)) * light
    snow = _ramp(
        (height - season.snow_line) / 90
        + 0.8 * land.noise(25, 3_500, 1.5)
        - 2.0 * (light - 1),
        0.8,
    ) * (1 - 0.45 * forest)
    image = _mix(image, _spectrum(_SNOW) * np.clip(light, 0.55, 1.1), snow)
    image = _with_water(image, land, season)
    noise = np.random.default_rng([season.salt]).random(image.shape) - 0.5
    image = image + np.array([150, 80, 45, 20])[:, None, None] + 45 * noise
    stored = np.clip(np.rint(image / _STEP) * _STEP, _STEP, 10_000)
    result: NDArray[np.uint16] = stored.astype("uint16")
    return result


def _with_water(image: Grid, land: Landscape, season: Season) -> Grid:
    """Fill the lakes to the level of the day, and draw the rivers."""
    full = land.level - land.height  # metres of water in the full lake
    depth = full - season.lake_drop
    # Pixels on the shore are part water; wet ground ends a little above it.
    water = np.clip(depth / 1.2 + 0.5, 0, 1)
    bare = np.clip(full / 1.2 + 0.5, 0, 1)
    image = _mix(image, _spectrum(_SHORE), bare)
    image = _mix(image, _spectrum(_SHALLOW), np.clip(land.river * season.river, 0, 1))
    clear = np.clip(depth / 14, 0, 1)
    surface = _mix(_spectrum(_SHALLOW), _spectrum(_DEEP), clear)
    waves = 1 + 0.05 * land.noise(26, 3_000, 1.2)
    return _mix(image, surface * waves, water)


def _light(height: Grid, season: Season) -> Grid:
    """Return how bright the sun makes each slope, 1 for level ground."""
    down, right = np.gradient(height * 1.9, PIXEL)  # rows run south
    azimuth, zenith = np.deg2rad([season.sun_azimuth, 90 - season.sun_elevation])
    east, north = np.sin(azimuth) * np.sin(zenith), np.cos(azimuth) * np.sin(zenith)
    cosine = (-right * east + down * north + np.cos(zenith)) / np.sqrt(
        1 + right**2 + down**2
    )
    result: Grid = np.clip(cosine / np.cos(zenith), 0.3, 1.6)
    return result


def _fields(land: Landscape) -> Grid:
    """Return a patchwork of fields, -1 to 1, on the floors of the wide valleys."""
    rows, columns = land.height.shape
    x = WEST + PIXEL * np.arange(columns)[None, :]
    y = NORTH - PIXEL * np.arange(rows)[:, None]
    along = np.floor((x * 0.94 + y * 0.34) / 640).astype(int)
    across = np.floor((y * 0.94 - x * 0.34) / 400).astype(int)
    table = np.random.default_rng([31]).random((61, 67)) * 2 - 1
    shade = table[along % 61, across % 67]
    result: Grid = np.where(land.meadow > 0.6, shade, 0.0)
    return result


def _ramp(value: Grid, width: float) -> Grid:
    """Turn a field into a share: 0 far below zero, 1 far above."""
    result: Grid = 1 / (1 + np.exp(np.clip(-4 * value / width, -30, 30)))
    return result


def _mix(first: Grid, second: Grid, share: Grid) -> Grid:
    return first + (second - first) * share


def _spectrum(values: tuple[int, int, int, int]) -> Grid:
    return np.array(values, dtype="float64")[:, None, None]
