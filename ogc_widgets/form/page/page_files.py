"""The files that draw the form on the page, in the order in which they are joined."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ogc_widgets.view.base import SEARCH_BOX_SCRIPT, SEARCH_BOX_STYLE

_STATIC = Path(__file__).parent / "static"
_NAMES: Final = (
    "core",
    "text",
    "code",
    "choice",
    "place",
    "stac",
    "lists",
    "group",
    "union",
    "area",
    "special",
    "outputs",
    "sets",
    "form",
)

SCRIPT: Final = (SEARCH_BOX_SCRIPT, *(_STATIC / f"{name}.js" for name in _NAMES))
STYLE: Final = (SEARCH_BOX_STYLE, _STATIC / "form.css")
