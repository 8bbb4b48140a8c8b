"""The standard without I/O: documents, requests to send, replies to read.

Nothing here opens a socket, reads a clock or needs a third-party package.
"""

from ogc_widgets.protocol.documents.descriptions import (
    InputDescription,
    OutputDescription,
)
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.documents.processes import (
    Process,
    ProcessSummary,
)
from ogc_widgets.protocol.documents.server import (
    Capabilities,
    Capability,
    Conformance,
    ConformanceClass,
    LandingPage,
)
from ogc_widgets.protocol.documents.status import StatusInfo
from ogc_widgets.protocol.links import Link
from ogc_widgets.protocol.requests.packages import PackageCheck
from ogc_widgets.protocol.requests.requests import ExecuteRequest
from ogc_widgets.protocol.watching import JobView

__all__ = [
    "Capabilities",
    "Capability",
    "Conformance",
    "ConformanceClass",
    "ExecuteRequest",
    "InputDescription",
    "JobView",
    "LandingPage",
    "Link",
    "OutputDescription",
    "PackageCheck",
    "Problem",
    "Process",
    "ProcessSummary",
    "StatusInfo",
]
