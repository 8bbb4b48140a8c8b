from __future__ import annotations

import numpy as np
import pytest

from ogc_widgets.client.results.item_columns import ItemColumn, ItemColumns
from ogc_widgets.map.colours import DATE, GREY, NONE, RAMP, colour_scale

NAN = float("nan")


def columns(values, unit="%"):
    made = np.array(values, dtype=float)
    names = tuple(str(n) for n in range(len(made)))
    column = ItemColumn("water", "water", unit, made)
    return ItemColumns(names, made * 86_400_000, (column,))


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_ends_have_the_ends_of_the_ramp_and_nothing_is_grey():
    scale = colour_scale(columns([3, 11, NAN, 7]), "water")
    first, last, none, middle = map(scale.colour, range(4))
    assert (first, last, none) == (RAMP[0], RAMP[-1], GREY)
    assert middle in RAMP[10:14]
    assert (scale.low, scale.high) == ("3 %", "11 %")
    assert scale.steps[2] == NONE


def test_few_outliers_among_many_do_not_take_the_ramp():
    values = [*np.linspace(0, 10, 200), 1e9]
    scale = colour_scale(columns(values), "water")
    assert len({*scale.steps[:200].tolist()}) == len(RAMP)
    assert scale.high.startswith("≥ ")
    assert scale.steps[-1] == len(RAMP) - 1


def test_days_are_the_ends_of_a_scale_by_date():
    scale = colour_scale(columns([0, 31, NAN]), DATE)
    assert (scale.low, scale.high) == ("1970-01-01", "1970-02-01")


@pytest.mark.parametrize("values", [[5], [5, 5, NAN], [0] * 60 + [1]])
def test_values_that_are_the_same_have_a_colour(values):
    scale = colour_scale(columns(values), "water")
    colours = [*map(scale.colour, range(len(values)))]
    assert set(colours[: values.count(values[0])]) == {RAMP[0]}


def test_no_values_have_no_scale():
    assert colour_scale(columns([NAN, NAN]), "water") is None
    assert colour_scale(columns([]), "water") is None


def test_ramp_is_seen_in_both_themes_and_gets_darker_all_the_way():
    shades = [luminance(colour) for colour in RAMP]
    assert shades == sorted(shades, reverse=True)
    light, dark = luminance("#ffffff"), luminance("#111111")
    for shade in [*shades, luminance(GREY)]:
        assert (light + 0.05) / (shade + 0.05) > 2.5
        assert (shade + 0.05) / (dark + 0.05) > 2.5
