"""Make the example scenes in a process of their own.

``python -m ogc_widgets.lab.scenes.make_scenes FOLDER`` prints the item files as JSON.
On a new machine this computes for some seconds: a server that is told to stop must
not wait for it, and need not hold the libraries for it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ogc_widgets.lab.scenes.scenes import ensure_scenes


def main(folder: str) -> int:
    """Make the scenes unless they are there, and say where."""
    json.dump([str(path) for path in ensure_scenes(Path(folder))], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
