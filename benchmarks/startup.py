"""What it costs to import the package and to have an App on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import Row, in_new_python, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_BARE = "import ipywidgets, ipyleaflet, httpx"
_APP = "import sys, ogc_widgets as ogc; ogc.App(sys.argv[1], 'water-bodies')"


def rows() -> Iterator[Row]:
    """Measure."""
    import ogc_widgets as ogc

    nothing, ours, other = seconds(
        in_new_python("pass"),
        in_new_python("import ogc_widgets"),
        in_new_python("import ipyleaflet"),
    )
    yield Row(
        "import ogc_widgets / import ipyleaflet", ours - nothing, other - nothing, 0.25
    )
    with ogc.lab() as lab:
        ours, other = seconds(in_new_python(_APP, lab.url), in_new_python(_BARE))
    yield Row("start to App / bare ipywidgets + ipyleaflet + httpx", ours, other, 1.5)
