"""The history of a machine with 200,000 entries: shown, searched, added to."""

from __future__ import annotations

import os
import random
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Row, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ENTRIES = 200_000
_LIMIT_MS = 50.0
_SUBMISSIONS = 50
_NOTING_MS = 5.0


def rows() -> Iterator[Row]:
    """Compare with 50 ms of the processor, however busy the machine is."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        _fill()
        wanted: dict[str, dict[str, str]] = {
            "newest": {},
            "of a process": {"process": "process-7"},
            "of a server": {"server": "server3.example"},
            "of a day": {"since": "2024-06-01", "until": "2024-06-01"},
            "text in a few": {"text": "lake 12345"},
            "text in none": {"text": "nothing like this"},
        }
        for name, search in wanted.items():
            task = _timed(partial(_search, search), clock=time.process_time)
            (took,) = seconds(task)
            named = f"recent_jobs(), {name} / {_LIMIT_MS:.0f} ms"
            yield Row(named, 1000 * took, _LIMIT_MS, 1.0, "ms")
        (took,) = seconds(_timed(_submit, _SUBMISSIONS, clock=time.process_time))
        named = f"a submission noted / {_NOTING_MS:.0f} ms"
        yield Row(named, 1000 * took, _NOTING_MS, 1.0, "ms")
        plain = Path(folder) / "plain.jsonl"
        ours, other = seconds(
            _timed(_submit, _SUBMISSIONS),
            _timed(lambda: _append(plain), _SUBMISSIONS),
        )
        named = "a submission on the disk / two lines of a file on the disk"
        yield Row(named, 1000 * ours, 1000 * other, None, "ms")


def _timed(
    call: Callable[[], object],
    times: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Callable[[], float]:
    def task() -> float:
        start = clock()
        for _ in range(times):
            call()
        return (clock() - start) / times

    return task


def _search(wanted: Mapping[str, Any]) -> object:
    import ogc_widgets as ogc

    return ogc.recent_jobs(**wanted)


def _submit() -> None:
    from ogc_widgets.client.history.notes import note_answer, note_sending

    key = note_sending("https://server3.example.org/ogc-api", "process-7")
    note_answer(key, "answered", job_id=key, url=f"https://server3.example.org/{key}")


def _append(path: Path) -> None:
    for line in (b'{"state": "sending"}\n', b'{"state": "answered"}\n'):
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def _fill() -> None:
    """Write entries as they come together in some years."""
    from ogc_widgets.client.history.store import store

    chance = random.Random(1)
    began_ms, step_ms = 1_700_000_000_000, 400_000
    named = "INSERT INTO names (kind, name) VALUES (:kind, :name)"
    for number in range(12):
        name = f"https://server{number}.example.org/ogc-api"
        store.later((named, {"kind": "server", "name": name}))
    for number in range(60):
        store.later((named, {"kind": "process", "name": f"process-{number}"}))
    for number in range(_ENTRIES):
        server = chance.randrange(12)
        url = f"https://server{server}.example.org/ogc-api"
        job_id = f"{chance.getrandbits(128):032x}"
        store.later(
            (
                "INSERT INTO jobs VALUES (:id, :server, :process, :job_id, :url, "
                "'successful', :took_s, :note)",
                {
                    "id": (began_ms + number * step_ms) << 20,
                    "server": server + 1,
                    "process": chance.randrange(60) + 13,
                    "job_id": job_id,
                    "url": f"{url}/jobs/{job_id}",
                    "took_s": chance.uniform(1, 4000),
                    "note": "" if number % 100 else f"lake {number}",
                },
            )
        )
        if number % 5000 == 0:
            store.flush()
    store.flush()
