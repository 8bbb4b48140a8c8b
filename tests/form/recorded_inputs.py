"""The inputs of recorded descriptions as they came, whichever shape they have."""

from __future__ import annotations

from typing import Any

from ogc_widgets.protocol.documents import descriptions
from ogc_widgets.protocol.notices import silent


def inputs_of(description: dict[str, Any]) -> dict[str, Any]:
    """Input id to its description."""
    with silent():
        found = descriptions.inputs_of(description)
    return {key: described.raw for key, described in found.items()}
