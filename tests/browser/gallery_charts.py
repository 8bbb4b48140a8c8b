"""Draw charts of many kinds of numbers to pictures, to look at them.

Run ``python tests/browser/gallery_charts.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
from chart_page import show_chart
from playwright.sync_api import sync_playwright
from view_page import CHROMIUM, CHROMIUM_ARGS

from ogc_widgets.charts import Axis, Chart, ChartData, Choice, histogram
from ogc_widgets.map.colours import GREY, RAMP, STEPS

DAY: Final = 86_400_000.0
START: Final = 18_640 * DAY
DATE, WATER = Axis("date", kind="time"), Axis("share of water", "%")


def charts() -> dict[str, Chart]:
    """Each kind once, by name."""
    random = np.random.default_rng(3)
    months = START + np.arange(24) * 25 * DAY
    wave = 7 + 3 * np.sin(np.arange(24) / 3) + random.normal(0, 0.4, 24)
    gaps = wave.copy()
    gaps[[4, 5, 11, 20]] = np.nan
    outlier = random.normal(20, 3, 100_000)
    outlier[777] = 90
    item = Axis("item", kind="category")
    step = np.arange(256)
    along = np.stack([np.sin(step / 30), 2 * np.cos(step / 25)])
    hours = START + np.arange(40) * DAY / 16
    made = {
        "line": ChartData(months, wave, DATE, WATER),
        "two": ChartData(months[:2], wave[:2], DATE, WATER),
        "gaps": ChartData(months, gaps, DATE, WATER),
        "one-date": ChartData(np.full(24, START), wave, DATE, WATER, "points"),
        "hours": ChartData(hours, random.normal(5, 1, 40), DATE, WATER),
        "huge": ChartData(months, wave * 1e12, DATE, Axis("biomass", "kg")),
        "small": ChartData(months, wave * 1e-7, DATE, Axis("trace", "g")),
        "negative": ChartData(np.arange(1.0, 25), wave - 7, item, WATER, "bars"),
        "distribution": histogram(random.normal(20, 3, 5000), WATER),
        "along": ChartData(
            step / 20, along, Axis("distance", "km"), Axis("NDVI"),
            series=("2022-05-12", "2021-07-18"),
        ),
        "very-many": ChartData(
            START + np.sort(random.random(100_000)) * 3000 * DAY, outlier, DATE, WATER,
            "points",
        ),
        "empty": ChartData(months, np.full(24, np.nan), DATE, WATER),
    }  # fmt: skip
    return {name: _chart(name, data) for name, data in made.items()}


def _chart(name: str, data: ChartData) -> Chart:
    title = (
        "mean normalised difference of the vegetation" if name == "huge" else "water"
    )
    chart = Chart()
    of = (("a", title, ""), ("b", "area", ""))
    by = (("date", "by date", ""), ("distribution", "distribution", ""))
    chosen = "distribution" if name == "distribution" else "date"
    chart.show(
        data,
        choices=[Choice("of", "What", "a", of), Choice("by", "How", chosen, by)],
    )
    if name in ("line", "negative", "very-many"):
        values = data.y[0]
        part = (values - values.min()) / np.ptp(values)
        chart.paint((part * (STEPS - 1)).round().astype(np.uint8), [*RAMP, GREY])
    if name == "line":
        chart.selected = 17
    if name == "gaps":
        chart.say("12 of 24 read", is_working=True)
    return chart


def draw(folder: Path) -> None:
    """Draw all of them, in both themes and at three widths, and as still pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    every = charts()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS
        )
        page = browser.new_page()
        for theme in ("light", "dark"):
            for width in (400, 700, 1600):
                for name, chart in every.items():
                    show_chart(page, chart, width=width, theme=theme)
                    path = folder / f"chart-{name}-{theme}-{width}.png"
                    page.locator("#view").screenshot(path=path)
        browser.close()
    for name, chart in every.items():
        (folder / f"chart-{name}.svg").write_text(chart.svg(), encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
