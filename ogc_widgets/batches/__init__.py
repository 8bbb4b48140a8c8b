"""A batch on the screen: its bar and table, its areas and results on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.batches.batch_panel import BatchPanel
    from ogc_widgets.batches.recent import recent_batches

__all__ = ["BatchPanel", "recent_batches"]

_HOME_OF = {
    "BatchPanel": "ogc_widgets.batches.batch_panel",
    "recent_batches": "ogc_widgets.batches.recent",
}

__getattr__ = loader(__name__, _HOME_OF)
