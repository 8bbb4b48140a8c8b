"""Read the STAC items of a result folder and make their links reachable."""

from __future__ import annotations

import json
import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ogc_widgets.lab.server.values import Json

_CATALOGS = ("catalog.json", "collection.json")
# Where an item sits in its catalogue means nothing once it is in a collection.
_STRUCTURAL = frozenset({"root", "parent", "self", "collection", "child", "item"})


def find_catalog(folder: Path) -> Path | None:
    """Return the STAC catalogue or collection of a folder, if it holds one."""
    for name in _CATALOGS:
        path = folder / name
        document = _read(path) if path.is_file() else None
        if document and document.get("type") in {"Catalog", "Collection"}:
            return path
    return None


def feature_collection(
    catalog: Path, root: Path, address: Callable[[Path], str]
) -> dict[str, Any]:
    """Return the items below a catalogue as one FeatureCollection.

    What lies outside of the folder ``root`` is neither read nor linked to.
    """
    items = _items_below(catalog, root.resolve(), address, set())
    return {"type": "FeatureCollection", "features": list(items)}


def _items_below(
    path: Path, root: Path, address: Callable[[Path], str], seen: set[Path]
) -> Iterator[dict[str, Any]]:
    path = path.resolve()
    if path in seen or not path.is_relative_to(root):
        return
    seen.add(path)
    document = _read(path) or {}
    if document.get("type") == "Feature":
        yield _reachable(document, path, root, address)
        return
    for link in document.get("links") or []:
        if isinstance(link, dict) and link.get("rel") in {"item", "child"}:
            target = _local(str(link.get("href", "")), path.parent)
            if target is not None:
                yield from _items_below(target, root, address, seen)


def _reachable(
    item: dict[str, Any], path: Path, root: Path, address: Callable[[Path], str]
) -> dict[str, Any]:
    def href(value: Json) -> Json:
        target = _local(str(value), path.parent)
        if target is not None:
            target = target.resolve()
            if target.is_relative_to(root) and target.is_file():
                return address(target)
        return value

    links = [
        {**link, "href": href(link.get("href"))}
        for link in item.get("links") or []
        if isinstance(link, dict) and link.get("rel") not in _STRUCTURAL
    ]
    links.insert(
        0, {"rel": "self", "type": "application/geo+json", "href": address(path)}
    )
    assets = {
        key: {**asset, "href": href(asset.get("href"))}
        for key, asset in (item.get("assets") or {}).items()
        if isinstance(asset, dict)
    }
    return {**item, "links": links, "assets": assets}


def _local(href: str, base: Path) -> Path | None:
    """Return the file that a relative, absolute or file: address means."""
    parts = urlsplit(href)
    if parts.scheme not in {"", "file"} or not parts.path:
        return None
    return base / unquote(parts.path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def media_type(path: Path) -> str:
    """Return the media type of a result or scene file."""
    if path.suffix.lower() in {".tif", ".tiff"}:
        return "image/tiff; application=geotiff"
    if path.suffix.lower() == ".geojson":
        return "application/geo+json"
    if path.suffix.lower() in {".log", ".cwl", ".txt"}:
        return "text/plain; charset=utf-8"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
