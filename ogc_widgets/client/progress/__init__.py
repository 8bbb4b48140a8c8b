"""How far something is, said to whoever waits for it without a page."""

from ogc_widgets.client.progress.showing import Progress, showing, shown_while
from ogc_widgets.client.progress.steps import Step

__all__ = ["Progress", "Step", "showing", "shown_while"]
