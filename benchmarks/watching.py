"""What watching 200 jobs at once costs, in requests at a time and in processor time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from loopback import loopback
from measure import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOBS = 200
_SETTLE_S = 5.0
_WATCH_S = 30.0
_CORE_SHARE = 0.25


def rows() -> Iterator[Row]:
    """Measure: processor seconds per second, for the second half minute of a watch."""
    import ogc_widgets as ogc

    told = threading.Event()
    with loopback() as url, ogc.Client(url) as client:
        jobs = [client.job("job-0") for _ in range(_JOBS)]
        stops = [job.watch(lambda _view: told.set()) for job in jobs]
        time.sleep(_SETTLE_S)
        share = _share_of_a_core()
        for stop in stops:
            stop()
    yield Row(f"{_JOBS} jobs watched / one core", share, 1.0, _CORE_SHARE, "")


def _share_of_a_core() -> float:
    usage: Any = time.process_time
    start, used = time.perf_counter(), usage()
    time.sleep(_WATCH_S)
    return float((usage() - used) / (time.perf_counter() - start))
