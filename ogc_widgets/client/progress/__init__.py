"""How far something is, said to whoever waits for it without a page."""

from ogc_widgets.client.progress.showing import Progress, showing
from ogc_widgets.client.progress.step import Step

__all__ = ["Progress", "Step", "showing"]
