"""Requests to a server that is silent for 35 s, all at the same time.

A program of its own: waiting is all that it does, so it is begun when the tests are,
and its outcome is read when its test comes: a file, with "borne" in it when all went as
it should.
"""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SILENCE_S = 35


def begin(outcome: Path) -> subprocess.Popen[bytes]:
    """Begin it, as a program; the file is there when it has ended."""
    return subprocess.Popen([sys.executable, __file__, str(outcome)])


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    from raw_server import answer, processes_server

    import ogc_widgets as ogc
    from ogc_widgets.errors import DeadlineError

    def slowly(said):
        def behave(_connection, _received):
            time.sleep(SILENCE_S)
            return said

        return behave

    done = {"jobID": "j", "processID": "p", "status": "successful"}
    behaviours = {
        ("POST", "/api/processes/p/execution"): slowly(answer({"out": 1})),
        ("GET", "/api/jobs"): slowly(answer({"jobs": [], "links": []})),
        ("GET", "/api/jobs/j"): lambda *_: answer(done),
        ("GET", "/api/jobs/j/results"): slowly(answer({"out": 2})),
    }
    with (
        processes_server(behaviours) as server,
        ogc.Client(f"{server.origin}/api", timeout_s=60) as client,
        ogc.Client(f"{server.origin}/api") as hasty,
        ThreadPoolExecutor(4) as pool,
    ):
        started = time.monotonic()
        job = client.job("j")
        at_once = pool.submit(client.execute, "p", {}, mode="sync")
        listed = pool.submit(client.jobs)
        results = pool.submit(job.results)
        # A client of usual patience: half a minute for results.
        cut = pool.submit(hasty.job("j").results)
        assert at_once.result().results().outputs == {"out": 1}
        assert listed.result() == []
        assert results.result().outputs == {"out": 2}
        assert isinstance(cut.exception(), DeadlineError)
        assert time.monotonic() - started > SILENCE_S - 1


if __name__ == "__main__":
    try:
        main()
    except Exception:  # noqa: BLE001 # the test shows whatever it is
        said = traceback.format_exc()
    else:
        said = "borne"
    outcome = Path(sys.argv[1])
    part = outcome.with_suffix(".part")
    part.write_text(said, "utf-8")
    part.rename(outcome)
