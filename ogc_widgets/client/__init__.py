"""The only part of the package that opens a connection.

:class:`Client` has plain blocking calls, :class:`AsyncClient` the same verbs to await.
The names are loaded when they are first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.client import auth
    from ogc_widgets.client.batches.abatch import AsyncBatch
    from ogc_widgets.client.batches.batch import Batch
    from ogc_widgets.client.batches.entries import BatchEntry
    from ogc_widgets.client.client import AsyncClient, Client
    from ogc_widgets.client.history.recent import RecentJob, RecentJobs, recent_jobs
    from ogc_widgets.client.jobs.ajob import AsyncJob
    from ogc_widgets.client.jobs.job import Job
    from ogc_widgets.client.jobs.step_logs import LogFile
    from ogc_widgets.client.results.files.object_store import S3
    from ogc_widgets.client.results.files.result_files import Asset
    from ogc_widgets.client.results.job_results import Results
    from ogc_widgets.client.stac.catalogue import search_items

_HOME_OF = {
    "S3": "ogc_widgets.client.results.files.object_store",
    "Asset": "ogc_widgets.client.results.files.result_files",
    "AsyncBatch": "ogc_widgets.client.batches.abatch",
    "AsyncClient": "ogc_widgets.client.client",
    "AsyncJob": "ogc_widgets.client.jobs.ajob",
    "Batch": "ogc_widgets.client.batches.batch",
    "BatchEntry": "ogc_widgets.client.batches.entries",
    "Client": "ogc_widgets.client.client",
    "Job": "ogc_widgets.client.jobs.job",
    "LogFile": "ogc_widgets.client.jobs.step_logs",
    "RecentJob": "ogc_widgets.client.history.recent",
    "RecentJobs": "ogc_widgets.client.history.recent",
    "Results": "ogc_widgets.client.results.job_results",
    "auth": "ogc_widgets.client.auth",
    "recent_jobs": "ogc_widgets.client.history.recent",
    "search_items": "ogc_widgets.client.stac.catalogue",
}

__all__ = [
    "S3",
    "Asset",
    "AsyncBatch",
    "AsyncClient",
    "AsyncJob",
    "Batch",
    "BatchEntry",
    "Client",
    "Job",
    "LogFile",
    "RecentJob",
    "RecentJobs",
    "Results",
    "auth",
    "recent_jobs",
    "search_items",
]


__getattr__ = loader(__name__, _HOME_OF)
