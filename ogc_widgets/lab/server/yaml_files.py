"""Documents that lie beside the code as YAML, because they never change."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_widgets.lab.server.values import Json


def read_yaml(path: Path) -> Json:
    """Return the content of a file, to be changed freely."""
    return deepcopy(_read(path))


def read_document(path: Path, name: str, address: str) -> dict[str, Any]:
    """Return one of the documents in a file, with its links below an address."""
    document: dict[str, Any] = read_yaml(path)[name]
    for link in document.get("links", ()):
        link["href"] = address + link["href"]
        link.setdefault("type", "application/json")
    return document


@lru_cache(maxsize=8)
def _read(path: Path) -> Json:
    return YAML(typ="safe", pure=True).load(path)
