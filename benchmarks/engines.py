"""What a job costs on each engine of the lab as it grows: water-bodies for many items.

    python benchmarks/engines.py            # 1 and 10 items
    python benchmarks/engines.py 1 10 100   # the last on Slurm takes many minutes

All items are the same small part of one scene, so that a step takes little and what is
measured is what comes with it. Beside them is the bare ``cwltool --parallel``. The
Slurm is one of our own on this machine (``tests/lab/local_slurm.py``), so its jobs
share the processors with the others, as no cluster's do. Not a part of ``run.py``: it
takes long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from lab_jobs import cwltool

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "lab"))
from local_slurm import MissingSlurmError, local_slurm

import ogc_widgets as ogc

if TYPE_CHECKING:
    from ogc_widgets.lab import Lab

_AREA = "-121.05,40.10,-121.00,40.15"
_ENGINES = ("cwltool", "toil", "slurm")
_FINISHED = {"successful", "failed", "dismissed"}


def run(http: httpx.Client, lab: Lab, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run water-bodies and return the last status."""
    answer = http.post(
        f"{lab.url}/processes/water-bodies/execution",
        json={"inputs": inputs},
        headers={"Prefer": "respond-async"},
    ).raise_for_status()
    while True:
        status: dict[str, Any] = http.get(answer.headers["Location"]).json()
        if status["status"] in _FINISHED:
            break
        time.sleep(0.5)
    if status["status"] != "successful":
        raise RuntimeError(status["message"])
    return status


def seconds_of(status: dict[str, Any]) -> float:
    """Return the seconds from accepted to finished."""
    times = (datetime.fromisoformat(status[key]) for key in ("created", "finished"))
    created, finished = times
    return (finished - created).total_seconds()


def main(counts: list[int]) -> None:
    """Measure and print, one line as soon as it is known."""
    print(
        f"{'items':>5} {'engine':<18} {'seconds':>8} {'steps':>6} {'s/step more':>12}"
    )
    with ExitStack() as stack:
        try:
            os.environ |= stack.enter_context(local_slurm()).environment
            engines = [*_ENGINES]
        except MissingSlurmError as missing:
            print(f"SLURM IS LEFT OUT: {missing}")
            engines = [*_ENGINES[:-1]]
        http = stack.enter_context(httpx.Client(timeout=60))
        # Toil keeps sockets in the folder of a job, so its path must be short.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        labs = {
            name: stack.enter_context(ogc.lab(engine=name, data=folder / name))
            for name in engines
        }
        address = next(iter(labs.values())).url
        package = http.get(f"{address}/processes/water-bodies/package").text
        for count in counts:
            scene = next(iter(labs.values())).scenes[0]
            inputs = {"stac_items": [scene] * count, "aoi": _AREA}
            bare = cwltool("water-bodies", package, inputs, "--parallel")()
            steps = 0
            print(f"{count:5} {'cwltool --parallel':<18} {bare:8.1f}", flush=True)
            for name, lab in labs.items():
                try:
                    status = run(http, lab, inputs)
                except (RuntimeError, httpx.HTTPError, subprocess.SubprocessError) as e:
                    print(f"{count:5} {name:<18} {e}", flush=True)
                    continue
                if not steps:  # the embedded cwltool has a log for each
                    related = [e for e in status["links"] if e["rel"] == "related"]
                    steps = len(related) - 1
                took = seconds_of(status)
                more = (took - bare) / steps
                print(
                    f"{count:5} {name:<18} {took:8.1f} {steps:6} {more:12.2f}",
                    flush=True,
                )
    print(f"load of this machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 10])
