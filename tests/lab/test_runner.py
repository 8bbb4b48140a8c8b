"""Another command than the embedded cwltool runs the packages."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogc_widgets.lab import lab
from ogc_widgets.lab.engines.by_name import engine_by_name
from ogc_widgets.lab.engines.progress import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_api import Api

# Packages name vocabularies that are on the internet.
CWLTOOL = f"{Path(sys.executable).with_name('cwltool')} --no-container --skip-schemas"


def logs(status: dict[str, Any]) -> dict[str, str]:
    return {
        link["title"]: link["href"]
        for link in status["links"]
        if link["rel"] == "related"
    }


def test_plain_cwltool_runs_a_package_with_progress_and_logs(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    with lab(data=tmp_path, runner=f"{CWLTOOL} --log-dir {{logs}}") as server:
        api = connect(server.url)
        api.deploy("chain.cwl")
        inputs = {"words": ["one", "three"], "pause": 0.2}
        job = api.start("chain", inputs)
        seen = api.follow(job)
        assert seen[-1]["status"] == "successful", seen[-1]
        assert len({status["progress"] for status in seen}) >= 4
        assert any("count 2 of 4" in status["message"] for status in seen)
        found = logs(seen[-1])
        assert list(found)[-1] == "Job log"
        # Only tools that keep a file of what they print have a log here.
        assert "Tool log node_join.log" in found
        for address in found.values():
            assert api.http.get(address).status_code == 200
        text = api.http.get(found["Job log"]).text
        assert "completed success" in text
        assert "\x1b" not in text
        assert api.get(f"{job}/results").status_code == 200


def test_message_says_why_when_a_step_fails_in_plain_cwltool(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    with lab(data=tmp_path, runner=CWLTOOL) as server:
        api = connect(server.url)
        inputs = {"stac_items": [f"{server.url}/nothing"], "aoi": "1,2,3,4"}
        last = api.follow(api.start("water-bodies", inputs))[-1]
        assert last["status"] == "failed"
        assert last["message"].startswith("crop failed")


def test_script_is_a_runner_when_it_prints_the_output_object(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    script = tmp_path / "my runner"
    script.write_text(
        f"""#!{sys.executable}
import json, sys
assert sys.argv[1] == "--quick" and sys.argv[2] == "--outdir"
package, inputs = sys.argv[4:]
print(json.dumps({{"message": json.load(open(inputs))["message"].upper()}}))
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    with lab(data=tmp_path / "lab", runner=[str(script), "--quick"]) as server:
        api = connect(server.url)
        job = api.run("echo", {"message": "loud"})
        assert api.get(f"{job}/results").json() == {"message": "LOUD"}


def test_job_fails_with_a_reason_when_the_runner_does(
    tmp_path: Path, connect: Callable[[str], Api]
) -> None:
    # Does what the job says; --outdir, a folder and the package come before its inputs.
    script = 'eval "$(sed \'s/.*"message": "\\(.*\\)".*/\\1/\' "$3")"'
    with lab(data=tmp_path, runner=["sh", "-c", script]) as server:
        api = connect(server.url)
        for said, words in (
            ("exit 3", "code 3"),
            ("echo not json", "code 0"),
            ("echo ERROR sad >&2; exit 1", "sad"),
        ):
            last = api.follow(api.start("echo", {"message": said}))[-1]
            assert last["status"] == "failed"
            assert words in last["message"]


def test_progress_is_read_from_the_lines_of_toil() -> None:
    tracker = Tracker({"node_crop": 2, "stac": 1}, engine_by_name("toil").read)
    head = "[2026-11-25T08:12:00+0000] [MainThread] [I] [toil.leader]"
    tail = "kind-CWLJob/instance-x v1 with job batch system ID: 3"
    seen = []
    for line in (
        f"{head} Issued job 'CWLJob' water.0.crop {tail}",
        f"{head} Issued job 'CWLJob' water.0.crop {tail}",
        f"{head} Got message from job: CWL step complete: water.0.crop",
        f"{head} Got message from job: CWL step complete: water.0.crop",
        f"{head} Issued job 'CWLJob' water.stac {tail}",
        f"{head} Got message from job: CWL step complete: water.stac",
    ):
        assert tracker.feed(line)
        seen.append((tracker.percent, tracker.message))
    assert seen == [
        (0, "crop 1 of 2"),
        (0, "crop 2 of 2"),
        (33, "crop 2 of 2"),
        (66, "crop 2 of 2 done"),
        (66, "stac"),
        (99, "stac done"),
    ]
