"""The only part of the package that opens a connection.

:class:`Client` has plain blocking calls, :class:`AsyncClient` the same verbs to await.
"""

from ogc_widgets.client import auth
from ogc_widgets.client.aclient import AsyncClient
from ogc_widgets.client.ajob import AsyncJob
from ogc_widgets.client.catalogue import search_items
from ogc_widgets.client.client import Client
from ogc_widgets.client.history import RecentJob, recent_jobs
from ogc_widgets.client.job import Job
from ogc_widgets.client.logs import LogFile
from ogc_widgets.client.objectstore import S3
from ogc_widgets.client.results import Asset, Results

__all__ = [
    "S3",
    "Asset",
    "AsyncClient",
    "AsyncJob",
    "Client",
    "Job",
    "LogFile",
    "RecentJob",
    "Results",
    "auth",
    "recent_jobs",
    "search_items",
]
