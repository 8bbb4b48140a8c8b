"""Which inputs of a process are secret: told by their description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.processes import Process

# Values, which may have any members.
_VALUES = frozenset({"default", "example", "examples", "enum", "const"})


def secret_inputs(process: Process) -> frozenset[str]:
    """Ids of the inputs that are, or have in them, something not to be written down.

    A description says so by ``writeOnly``, by ``format: password``, or by a hint of
    that name to whoever makes a form of it.
    """
    return frozenset(
        name for name, one in process.inputs.items() if _is_secret(one.raw)
    )


def _is_secret(said: object) -> bool:
    if isinstance(said, list):
        return any(map(_is_secret, said))
    if not isinstance(said, Mapping):
        return False
    return (
        said.get("writeOnly") is True
        or said.get("password") is True
        or "password" in (said.get("format"), said.get("widget"))
        or any(_is_secret(one) for name, one in said.items() if name not in _VALUES)
    )
