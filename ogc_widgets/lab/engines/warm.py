"""What each child of the warm process finds loaded; imported by nobody else.

Of the second that cwltool needs for a small package, nine tenths go into importing
it and reading the schemas of CWL. Here that is done once.
"""

from __future__ import annotations

import gc

from cwltool.process import get_schema

from ogc_widgets.lab.engines import cwlrun, describe, programs
from ogc_widgets.lab.network import refuse_link_local

__all__ = ["cwlrun", "describe", "programs"]

refuse_link_local()
get_schema("v1.2")
get_schema("v1.0")  # tells cwltool what a File is, in a package of any version
# The children share what is loaded until they write to it; the collector would.
gc.freeze()
