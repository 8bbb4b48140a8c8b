"""axe-core, the checker for accessibility, from npm into a folder that git ignores."""

from __future__ import annotations

import contextlib
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

_VERSION = "4"
_FOLDER = Path(__file__).resolve().parents[2] / ".make" / "axe-core"
_SCRIPT = _FOLDER / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")


@functools.cache
def _script() -> tuple[str, str]:
    """The script, or why there is none."""
    if not _SCRIPT.exists():
        npm = shutil.which("npm")
        if npm is None:
            return "", "npm, which brings axe-core, is not installed"
        _FOLDER.parent.mkdir(parents=True, exist_ok=True)
        # In its place when it is whole: several workers may bring it at once.
        made_in = Path(tempfile.mkdtemp(dir=_FOLDER.parent))
        command = [npm, "install", "--prefix", str(made_in), "--no-audit", "--no-fund"]
        try:
            made = subprocess.run(
                [*command, "--silent", f"axe-core@{_VERSION}"],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "", "npm did not bring axe-core in two minutes"
        with contextlib.suppress(OSError):
            if not made.returncode:
                made_in.rename(_FOLDER)
        shutil.rmtree(made_in, ignore_errors=True)
        if not _SCRIPT.exists():
            return "", f"npm could not bring axe-core: {made.stderr.strip()[:300]}"
    return _SCRIPT.read_text(encoding="utf-8"), ""


def grave_violations(page: Any, within: str) -> list[str]:
    """What axe-core calls serious or critical in a part of a page.

    Args:
        page: The page.
        within: CSS selector of the part.

    Returns:
        Rule, explanation and the elements, one text for each rule.
    """
    script, reason = _script()
    if reason:
        pytest.skip(reason)
    page.evaluate(script)
    found = page.evaluate(
        """async (within) => {
          // Colours are right once nothing fades in any more.
          await Promise.all(document.getAnimations().map((a) => a.finished));
          // It tells of what is in order in one node for each rule: in all nodes that
          // takes longer than to look at them.
          const found = await axe.run(within, { resultTypes: ["violations"] });
          return { violations: found.violations, looked: found.passes.length };
        }""",
        within,
    )
    assert found["looked"], "axe-core looked at nothing"
    return [
        f"{one['id']}: {one['help']}\n"
        + "\n".join(f"  {node['html'][:200]}" for node in one["nodes"][:5])
        for one in found["violations"]
        if one["impact"] in _GRAVE
    ]
