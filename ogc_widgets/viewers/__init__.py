"""What came out of a job, each output in a viewer of its own kind.

The widgets are loaded when they are first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.viewers.registry import register_viewer
    from ogc_widgets.viewers.results_stage import ResultsStage

_HOME_OF = {
    "ResultsStage": "ogc_widgets.viewers.results_stage",
    "register_viewer": "ogc_widgets.viewers.registry",
}

__all__ = ["ResultsStage", "register_viewer"]


__getattr__ = loader(__name__, _HOME_OF)
