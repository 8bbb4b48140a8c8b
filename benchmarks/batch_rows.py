"""What a table of 500 jobs costs while four of them change in each second."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import comm
from comm.base_comm import BaseComm
from jupyter_client.session import Session
from measure import Row

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "batches"))

from fake_batch import FakeBatch, many  # found by the line above

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOBS = 500
_CHANGES_PER_S = 4
_SETTLE_S = 3.0
_WATCH_S = 30.0
_SEEN_ROWS = 14
_CORE_SHARE = 0.10
_BYTES_PER_S = 5_000


class _Wire(BaseComm):
    """Counts the bytes of each message as a kernel sends it."""

    session = Session(key=b"benchmark")
    sent = 0

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,  # noqa: ANN401 # JSON
        metadata: Any = None,  # noqa: ANN401 # JSON
        buffers: Any = None,  # noqa: ANN401 # bytes
        **keys: Any,  # noqa: ANN401 # of the library
    ) -> None:
        content = {"data": data, "comm_id": self.comm_id, **keys}
        message = self.session.msg(msg_type, content, metadata=metadata)
        parts = [*self.session.serialize(message), *(buffers or ())]
        _Wire.sent += sum(len(part) for part in parts)


def rows() -> Iterator[Row]:
    """Measure: processor seconds and bytes per second, with a page that looks on."""
    comm.create_comm = _Wire
    from ogc_widgets.batches.batch_view import BatchView

    batch: Any = many(_JOBS)
    view = BatchView(batch, on_open=lambda _index: None)
    for message in (
        {"type": "hello"},
        {"type": "rows", "page": "p", "first": 0, "count": 20},
        {"type": "visible", "page": "p", "first": 0, "count": _SEEN_ROWS},
    ):
        view._receive(None, message, None)  # noqa: SLF001 # as a page sends it
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(batch, stop), daemon=True)
    worker.start()
    time.sleep(_SETTLE_S)
    began, used, sent = time.perf_counter(), time.process_time(), _Wire.sent
    time.sleep(_WATCH_S)
    took = time.perf_counter() - began
    share, per_s = (time.process_time() - used) / took, (_Wire.sent - sent) / took
    stop.set()
    worker.join()
    view.close()
    name = f"{_JOBS} jobs in a table, {_CHANGES_PER_S} changes a second"
    yield Row(f"{name} / one core", share, 1.0, _CORE_SHARE, "")
    yield Row(f"{name}: bytes a second / 5 kB", per_s, _BYTES_PER_S, 1.0, "B")


def _work(batch: FakeBatch, stop: threading.Event) -> None:
    """Move on the jobs in the rows that are seen: each is sent, runs, and ends."""
    turn = 0
    while not stop.wait(1 / _CHANGES_PER_S):
        index, step = turn % _SEEN_ROWS, turn // _SEEN_ROWS
        state = ("accepted", "running", "running", "running", "successful")[step % 5]
        progress = step % 5 * 24 if state == "running" else None
        batch.put(index, state=state, progress=progress, message=f"part {step} of 9")
        turn += 1
