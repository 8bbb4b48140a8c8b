"""The chart beside the map: items by date, how often, one by one, and their rasters."""

from ogc_widgets.map.chart.items_chart import ItemsChart

__all__ = ["ItemsChart"]
