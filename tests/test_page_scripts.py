"""The scripts of the page: checked, tested, and bundled as the package carries them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ogc_widgets.view.scripts import STATIC

JS = Path(__file__).resolve().parents[1] / "js"


def run_deno(*arguments: str) -> str:
    beside = Path(sys.executable).parent / "deno"
    program = str(beside) if beside.exists() else shutil.which("deno")
    if program is None:
        pytest.skip("there is no deno")
    done = subprocess.run(
        [program, *arguments],
        cwd=JS,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    said = done.stdout + done.stderr
    if done.returncode and "error sending request for url" in said:
        pytest.skip("the bundler is not here and cannot be fetched")
    assert done.returncode == 0, said
    return said


@pytest.mark.parametrize(
    "step",
    [("fmt", "--check"), ("lint",), ("check", "."), ("test",)],
    ids=lambda step: step[0],
)
def test_sources_hold(step: tuple[str, ...]) -> None:
    run_deno(*step)


def test_bundles_are_those_of_the_sources(tmp_path: Path) -> None:
    run_deno("task", "bundle", str(tmp_path))
    fresh = {path.name: path.read_bytes() for path in tmp_path.glob("*.js")}
    committed = {path.name: path.read_bytes() for path in STATIC.glob("*.js")}
    assert fresh.keys() == committed.keys()
    stale = [name for name in fresh if fresh[name] != committed[name]]
    assert not stale, "run `make js`"


def test_no_key_has_the_page_arrange_a_whole_app_anew() -> None:
    # What is hidden changes with each key. A rule that asks for that from above has all
    # that is below the asking element styled again: 20 ms in a large form.
    asking = re.compile(r":has\((?P<what>[^{}]*?)\)[^{}]*\{")
    for sheet in JS.rglob("*.css"):
        text = re.sub(
            r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        for rule in asking.finditer(text):
            assert "[hidden]" not in rule[0], sheet.name
            assert not rule["what"].endswith("*"), sheet.name


def test_library_in_a_bundle_has_its_licence_and_no_sink() -> None:
    bundle = (STATIC / "chart.js").read_text(encoding="utf-8")
    assert "uPlot" in bundle
    assert "The MIT License" in bundle
    assert "Permission is hereby granted" in bundle
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "new Function"):
        assert sink not in bundle
