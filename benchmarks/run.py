"""Speed as ratios, each measured side by side in one run on this machine."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 5
_BARE = "import ipywidgets, ipyleaflet, httpx"
_APP = "import sys, ogc_widgets as ogc; ogc.App(sys.argv[1], 'water-bodies')"


def seconds(code: str, *arguments: str) -> float:
    """Median wall-clock seconds of a new Python that runs the code."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, *arguments], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(name: str, ours: float, theirs: float, goal: float) -> None:
    """Print one line of the table."""
    ratio = ours / theirs
    word = "met" if ratio <= goal else "MISSED"
    print(
        f"{name:<58} {ours:7.3f} s {theirs:7.3f} s {ratio:6.2f}  <= {goal:.2f} {word}"
    )


def main() -> None:
    """Measure and print."""
    import ogc_widgets as ogc

    print(f"{'':<58} {'ours':>9} {'other':>9} {'ratio':>6}  goal")
    nothing = seconds("pass")
    row(
        "import ogc_widgets / import ipyleaflet",
        seconds("import ogc_widgets") - nothing,
        seconds("import ipyleaflet") - nothing,
        0.25,
    )
    with ogc.lab() as lab:
        row(
            "start to App / bare ipywidgets + ipyleaflet + httpx",
            seconds(_APP, lab.url),
            seconds(_BARE),
            1.5,
        )


if __name__ == "__main__":
    main()
