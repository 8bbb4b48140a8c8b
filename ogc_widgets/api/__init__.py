"""The standard without I/O: documents, requests to send, replies to read.

Nothing here opens a socket, reads a clock or needs a third-party package.
"""

from ogc_widgets.api.documents import (
    Conformance,
    JobList,
    LandingPage,
    Problem,
    StatusInfo,
)
from ogc_widgets.api.links import Link
from ogc_widgets.api.processes import (
    InputDescription,
    OutputDescription,
    Process,
    ProcessList,
    ProcessSummary,
)
from ogc_widgets.api.watching import JobView

__all__ = [
    "Conformance",
    "InputDescription",
    "JobList",
    "JobView",
    "LandingPage",
    "Link",
    "OutputDescription",
    "Problem",
    "Process",
    "ProcessList",
    "ProcessSummary",
    "StatusInfo",
]
