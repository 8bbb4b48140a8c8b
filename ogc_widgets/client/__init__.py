"""The only part of the package that opens a connection.

:class:`Client` has plain blocking calls, :class:`AsyncClient` the same verbs to await.
"""

from ogc_widgets.client import auth
from ogc_widgets.client.batches.abatch import AsyncBatch
from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.batches.entries import BatchEntry
from ogc_widgets.client.client import AsyncClient, Client
from ogc_widgets.client.history.recent import RecentJob, RecentJobs, recent_jobs
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.client.jobs.job import Job
from ogc_widgets.client.jobs.step_logs import LogFile
from ogc_widgets.client.results.assets import Asset
from ogc_widgets.client.results.files.object_store import S3
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.client.stac.catalogue import search_items

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
