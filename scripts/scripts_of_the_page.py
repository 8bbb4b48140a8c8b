"""Format, lint, check and test the scripts in js/, and bundle them for the package.

``python scripts/scripts_of_the_page.py`` writes ``ogc_widgets/static/``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

JS = Path(__file__).resolve().parents[1] / "js"
STEPS = (
    ("fmt", "--quiet"),
    ("lint", "--quiet"),
    ("check", "--quiet", "."),
    ("test", "--quiet"),
    ("task", "--quiet", "bundle"),
)


def deno() -> str:
    """The program that came with the package ``deno``, or the one on the path."""
    beside = Path(sys.executable).parent / "deno"
    return str(beside) if beside.exists() else "deno"


def main() -> int:
    """Do all steps; stop at the first that fails."""
    for step in STEPS:
        done = subprocess.run([deno(), *step], cwd=JS, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
