"""The lower edge of the app: it is dragged, and folds what stands above it."""

from __future__ import annotations

import traitlets

from ogc_widgets.view.base import View


class FrameView(View):
    """Says how high the app is, and whether the strip below the columns is seen."""

    _script = "frame"

    height = traitlets.Int(0, min=0).tag(sync=True)
    """Height of the app in CSS pixels; 0 for what this browser remembers."""
    folded = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the strip is folded away."""
