"""Limits that make a hostile description cost one field instead of the notebook."""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 32
MAX_NODES: Final = 2_000
MAX_OPTIONS: Final = 10_000
# All inputs of one description together; what comes later is shown as JSON.
MAX_NODES_OF_FORM: Final = 10_000


class TooLargeError(Exception):
    """The schema is over the limits; the input becomes a JSON field."""
