"""What the lab server adds to a job, beside the bare runner on the same package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from measure import Row, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROUNDS = 3
AREA = "-121.399,39.834,-120.74,40.472"  # both scenes of the lesson, nearly in full
_PROGRAMS = Path(sys.executable).parent
_FINISHED = {"successful", "failed", "dismissed"}


def rows() -> Iterator[Row]:
    """Measure: seconds from accepted to finished, and of the command line."""
    import ogc_widgets as ogc

    with ogc.lab() as lab, httpx.Client(timeout=60) as http:
        water = {"stac_items": lab.scenes, "aoi": AREA}
        for process, inputs in (("water-bodies", water), ("echo", {"message": "a"})):
            package = http.get(f"{lab.url}/processes/{process}/package").text
            ours, bare, parallel = seconds(
                _job(http, f"{lab.url}/processes/{process}", inputs),
                cwltool(process, package, inputs),
                cwltool(process, package, inputs, "--parallel"),
                rounds=_ROUNDS,
            )
            name = f"lab job {process} / cwltool --no-container"
            yield Row(name, ours, bare, 1.1)
            # For information: the lab runs steps side by side, too.
            yield Row(f"{name} --parallel", ours, parallel)


def _job(
    http: httpx.Client, process: str, inputs: dict[str, Any]
) -> Callable[[], float]:
    def task() -> float:
        answer = http.post(
            f"{process}/execution",
            json={"inputs": inputs},
            headers={"Prefer": "respond-async"},
        ).raise_for_status()
        while True:
            status = http.get(answer.headers["Location"]).raise_for_status().json()
            if status["status"] in _FINISHED:
                break
            time.sleep(0.5)  # as often as an attentive client asks
        if status["status"] != "successful":
            raise RuntimeError(status["message"])
        created, finished = (
            datetime.fromisoformat(status[key]) for key in ("created", "finished")
        )
        return (finished - created).total_seconds()

    return task


def cwltool(
    process: str, package: str, inputs: dict[str, Any], *options: str
) -> Callable[[], float]:
    """Return a task that runs a process of a package, and says how long it took."""

    def task() -> float:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "package.cwl").write_text(package, encoding="utf-8")
            (work / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
            line = [
                str(_PROGRAMS / "cwltool"),
                "--no-container",
                "--skip-schemas",  # would read a vocabulary from the internet
                *options,
                f"--outdir={work / 'out'}",
                f"package.cwl#{process}",
                "inputs.json",
            ]
            search = f"{_PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
            start = time.perf_counter()
            subprocess.run(
                line,
                cwd=work,
                env={**os.environ, "PATH": search},
                check=True,
                capture_output=True,
            )
            return time.perf_counter() - start

    return task
