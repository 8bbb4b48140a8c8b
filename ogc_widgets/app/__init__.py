"""The app: form, map, live job and results of one process on one screen."""

from ogc_widgets.app.app import App

__all__ = ["App"]
