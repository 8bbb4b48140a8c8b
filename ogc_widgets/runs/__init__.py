"""A run as a file: saved, opened without its server, run again, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.runs.comparison import compare_runs
    from ogc_widgets.runs.differences import RunComparison
    from ogc_widgets.runs.opening import open_run
    from ogc_widgets.runs.run import Run

_HOME_OF = {
    "Run": "ogc_widgets.runs.run",
    "RunComparison": "ogc_widgets.runs.differences",
    "compare_runs": "ogc_widgets.runs.comparison",
    "open_run": "ogc_widgets.runs.opening",
}

__all__ = ["Run", "RunComparison", "compare_runs", "open_run"]

__getattr__ = loader(__name__, _HOME_OF)
