"""Run OGC API - Processes from a notebook.

The names are loaded when they are first used (PEP 562), so that importing the package
costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.app import App
    from ogc_widgets.batches import BatchPanel, recent_batches
    from ogc_widgets.client import (
        S3,
        AsyncClient,
        Client,
        auth,
        recent_jobs,
        search_items,
    )
    from ogc_widgets.deploy import DeployPanel
    from ogc_widgets.form import ProcessForm, register_field
    from ogc_widgets.lab import lab
    from ogc_widgets.map import AreaMap, ResultsMap
    from ogc_widgets.panel import JobPanel, JobTable, ServerCard, SignIn
    from ogc_widgets.protocol.notices import strict
    from ogc_widgets.runs import compare_runs, open_run
    from ogc_widgets.viewers import register_viewer

__version__ = "0.1.0"

_HOME_OF = {
    "S3": "ogc_widgets.client",
    "App": "ogc_widgets.app",
    "AreaMap": "ogc_widgets.map",
    "AsyncClient": "ogc_widgets.client",
    "BatchPanel": "ogc_widgets.batches",
    "Client": "ogc_widgets.client",
    "DeployPanel": "ogc_widgets.deploy",
    "JobPanel": "ogc_widgets.panel",
    "JobTable": "ogc_widgets.panel",
    "ProcessForm": "ogc_widgets.form",
    "ResultsMap": "ogc_widgets.map",
    "ServerCard": "ogc_widgets.panel",
    "SignIn": "ogc_widgets.panel",
    "auth": "ogc_widgets.client",
    "compare_runs": "ogc_widgets.runs",
    "lab": "ogc_widgets.lab",
    "open_run": "ogc_widgets.runs",
    "recent_batches": "ogc_widgets.batches",
    "recent_jobs": "ogc_widgets.client",
    "register_field": "ogc_widgets.form",
    "register_viewer": "ogc_widgets.viewers",
    "search_items": "ogc_widgets.client",
    "strict": "ogc_widgets.protocol.notices",
}

__all__ = [
    "S3",
    "App",
    "AreaMap",
    "AsyncClient",
    "BatchPanel",
    "Client",
    "DeployPanel",
    "JobPanel",
    "JobTable",
    "ProcessForm",
    "ResultsMap",
    "ServerCard",
    "SignIn",
    "auth",
    "compare_runs",
    "lab",
    "open_run",
    "recent_batches",
    "recent_jobs",
    "register_field",
    "register_viewer",
    "search_items",
    "strict",
]


__getattr__ = loader(__name__, _HOME_OF)


def __dir__() -> list[str]:
    return __all__  # what completion offers
