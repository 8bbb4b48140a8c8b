"""Engines by name: how they are chosen, what they say, and Toil on this machine."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lab_api import own_seconds, sleepers
from waiting import wait_for

from ogc_widgets.errors import InputError, MissingExtraError
from ogc_widgets.lab import cli, lab
from ogc_widgets.lab.engines import toil
from ogc_widgets.lab.engines.by_name import engine_by_name
from ogc_widgets.lab.engines.engine import JobFolder
from ogc_widgets.lab.engines.progress import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_api import Api

AOI = "-121.1,40.0,-121.0,40.1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "slum"}, "cwltool, toil, slurm"),
        ({"engine": "toil", "runner": "cwltool"}, "exclude each other"),
        ({"engine_options": "--a", "runner": "cwltool"}, "exclude each other"),
        ({"engine": "toil", "engine_options": "--a 'b"}, "No closing quotation"),
    ],
)
def test_engine_is_refused_with_advice(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        lab(**options)


def test_what_an_engine_needs_is_said_before_a_server_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    command = ["lab", "--engine=slurm", "--engine-options=--slurmTime=1h"]
    assert cli.main([*command, f"--data={tmp_path}/lab"]) == 1
    said = capsys.readouterr().err
    assert "needs sbatch, squeue, scancel, scontrol" in said
    assert "slurm-client" in said
    monkeypatch.setattr(toil, "find_spec", lambda _: None)
    for engine in ("toil", "slurm"):
        with pytest.raises(MissingExtraError, match=r"ogc-widgets\[toil\]"):
            lab(engine=engine)
    assert not (tmp_path / "lab").exists()


def test_toil_runs_jobs_at_once_and_ends_what_is_stopped(
    tmp_path: Path,
    connect: Callable[[str], Api],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    assert find_spec("toil"), "the extra toil is a part of the extra test"
    locks = tmp_path / "locks"  # where Toil would put them
    locks.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(locks))
    # What a machine's /tmp is; sockets lie there too, whose paths have to be short.
    scratch = tempfile.mkdtemp(prefix="ogcw-")
    request.addfinalizer(partial(shutil.rmtree, scratch, ignore_errors=True))
    monkeypatch.setenv("TMPDIR", scratch)
    with lab(data=tmp_path, engine="toil", workers=2) as server:
        api = connect(server.url)
        api.deploy("asleep.cwl")
        good = api.start("water-bodies", {"stac_items": server.scenes[:1], "aoi": AOI})
        pause_s = own_seconds(4000)
        stopped = api.start("asleep", {"seconds": pause_s})
        wait_for(lambda: sleepers(pause_s))
        log = "/logs/asleep.log"
        assert api.get(stopped + log).text == "falling asleep\n"
        assert api.delete(stopped).json()["status"] == "dismissed"
        assert not sleepers(pause_s)
        seen = api.follow(good)
        assert seen[-1]["status"] == "successful", seen[-1]
        assert len({status["progress"] for status in seen}) >= 4
        assert any("crop" in s["message"] and "of 2" in s["message"] for s in seen)
        assert api.get(f"{good}/results").json()
        names = [link["title"] for link in seen[-1]["links"] if "log" in link["title"]]
        assert "Tool log water-bodies.0.otsu.log" in names
        # Its store and its temporary files, which are large, are gone.
        assert not (tmp_path / good.removeprefix("/") / "tmp").exists()
    assert not list(locks.iterdir())
    assert not [path for path in Path(scratch).rglob("*") if path.is_file()]


HEAD = "[2026-11-29T17:44:17+0000] [MainThread] [W] [toil.leader]"
FAILED = f"{HEAD} Job failed with exit value 1: 'CWLJob' water.0.crop kind-CWLJob/i v1"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Exit reason: MEMLIMIT"], "crop failed: it was ended because it used more"),
        (["Exit reason: TIMELIMIT"], "crop failed: it was ended because it took"),
        (
            ["A worker could not access the job store at '/x'. This usually means"],
            "The machines that run the steps do not see the folder of the job.",
        ),
        (
            [
                f"{HEAD} water.0.crop.stderr follows:",
                "=========>",
                "\tno such thing",
                "<=========",
                f"{HEAD} the end of it all",
            ],
            "crop failed: no such thing",
        ),
        (
            [
                "\t[2026-11-29T17:44:16+0000] [MainThread] [E] [cwltool] "
                "[job water.0.crop] Job error:",
                "\tError collecting output for parameter 'cropped'",
                "\t[2026-11-29T17:44:16+0000] [MainThread] [C] [toil.worker] Crashed",
            ],
            "crop failed: Error collecting output for parameter 'cropped'",
        ),
    ],
)
def test_reason_is_the_first_error_of_the_engine(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    engine, folder = engine_by_name("slurm"), JobFolder(tmp_path)
    tracker = Tracker({"crop": 2}, engine.read)
    said = [f"{HEAD} Issued job 'CWLJob' water.0.crop kind-CWLJob/i v1", FAILED, *lines]
    folder.log.write_text("\n".join(said))
    for line in said:
        tracker.feed(line)
    assert engine.why_it_failed(tracker, folder, 1)[0].startswith(message)


def test_step_that_is_tried_again_counts_once() -> None:
    engine = engine_by_name("toil")
    tracker = Tracker({"crop": 2}, engine.read)
    issued = f"{HEAD} Issued job 'CWLJob' water.0.crop kind-CWLJob/i v1"
    for line in (issued, FAILED, issued):
        tracker.feed(line)
    assert tracker.message == "crop 1 of 2"
    assert not tracker.failed
