"""The standard without I/O: documents, requests to send, replies to read.

Nothing here opens a socket, reads a clock or needs a third-party package.
"""

from ogc_widgets.api.capabilities import Capabilities, Capability
from ogc_widgets.api.conformance import Conformance, ConformanceClass
from ogc_widgets.api.documents import (
    JobList,
    LandingPage,
    Problem,
    StatusInfo,
)
from ogc_widgets.api.links import Link
from ogc_widgets.api.packages import PackageCheck
from ogc_widgets.api.processes import (
    InputDescription,
    OutputDescription,
    Process,
    ProcessList,
    ProcessSummary,
)
from ogc_widgets.api.submissions import DeployRequest, ExecuteRequest
from ogc_widgets.api.watching import JobView

__all__ = [
    "Capabilities",
    "Capability",
    "Conformance",
    "ConformanceClass",
    "DeployRequest",
    "ExecuteRequest",
    "InputDescription",
    "JobList",
    "JobView",
    "LandingPage",
    "Link",
    "OutputDescription",
    "PackageCheck",
    "Problem",
    "Process",
    "ProcessList",
    "ProcessSummary",
    "StatusInfo",
]
