"""The scripts of the views, each once in a kernel, on a page and in a saved notebook.

The sources are in ``js/``; ``make js`` bundles them into ``static/``. They go to the
page packed, as bytes: a third of the text, and of what a saved notebook holds.
"""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import ipywidgets
import traitlets

STATIC = Path(__file__).parents[1] / "static"

# What anywidget runs for each view: it finds the view's script by `_scripts`.
LOADER = (STATIC / "load.js").read_text(encoding="utf-8")

SHARED = "view"
"""Name of the script that all views share."""

_lock = threading.Lock()
_made: dict[str, Script] = {}


class Script(ipywidgets.Widget):
    """One script, as a model that any number of views refer to.

    Were it a trait of each view, a saved notebook would hold it once for each.
    """

    packed = traitlets.Bytes(read_only=True).tag(sync=True)
    """Its text, by gzip."""

    def __init__(self, name: str) -> None:
        self.set_trait("packed", packed(f"{name}.js"))
        super().__init__()


def packed(name: str) -> bytes:
    """A file of ``static/`` as the page gets it."""
    # The same bytes each time, so that a notebook that is saved again stays the same.
    return gzip.compress((STATIC / name).read_bytes(), compresslevel=6, mtime=0)


def scripts_of(view: str) -> tuple[Script, Script]:
    """The shared script and that of a view."""
    return _script(SHARED), _script(view)


def _script(name: str) -> Script:
    with _lock:
        # Somebody may have closed all widgets.
        if name not in _made or _made[name].comm is None:
            _made[name] = Script(name)
        return _made[name]
