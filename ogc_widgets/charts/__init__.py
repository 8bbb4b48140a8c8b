"""Charts: drawn on the page by uPlot, and here as still pictures."""

from ogc_widgets.charts.chart import Chart, Choice
from ogc_widgets.charts.data import Axis, ChartData, histogram

__all__ = ["Axis", "Chart", "ChartData", "Choice", "histogram"]
