"""What it costs to import the package, to have an App, and to have a lab server."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from measure import Row, in_new_python, seconds
from own_process import served_by

if TYPE_CHECKING:
    from collections.abc import Iterator

_BARE = "import ipywidgets, ipyleaflet, httpx"
_APP = "import sys, ogc_widgets as ogc; ogc.App(sys.argv[1], 'water-bodies')"


def _lab() -> float:
    import ogc_widgets as ogc

    start = time.perf_counter()
    with ogc.lab() as lab, urlopen(lab.url):
        return time.perf_counter() - start


def _hello() -> float:
    start = time.perf_counter()
    hello = Path(__file__).parent / "hello.py"
    with served_by(str(hello)) as url, urlopen(url):
        return time.perf_counter() - start


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
    yield Row("start to App / bare ipywidgets + ipyleaflet + httpx", ours, other, 1.3)
    ours, other = seconds(_lab, _hello)
    yield Row("lab() to its first answer / bare uvicorn + starlette", ours, other)
    yield Row("lab() to its first answer / 1.0 s", ours, 1.0, 1.0)
