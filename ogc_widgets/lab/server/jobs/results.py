"""Turn the CWL output object of a job into OGC results."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote, unquote, urlsplit

from ogc_widgets.lab.server.jobs.files import media_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A larger file is sent as a link even where its value was asked for.
_INLINE_BYTES = 16 * 2**20
_CATALOGS = ("catalog.json", "collection.json")
# Where an item sits in its catalogue means nothing once it is in a collection.
_STRUCTURAL = frozenset({"root", "parent", "self", "collection", "child", "item"})


@dataclass(frozen=True)
class Raw:
    """One output as it is: a file, a body, or the address where it is."""

    media_type: str
    body: bytes = b""
    path: Path | None = None
    address: str = ""


class Results:
    """The results of one job, with addresses at which their files can be fetched."""

    def __init__(self, job_url: str, folder: Path) -> None:
        self._job_url = job_url
        self._folder = folder.resolve()

    def document(
        self, outputs: Mapping[str, Any], modes: Mapping[str, str | None]
    ) -> dict[str, Any]:
        """Return the results document of the standard for the outputs that are wanted.

        The modes are ``reference`` or ``value``, where the client said which.
        """
        return {
            name: self._reference(name, value)
            if modes.get(name) == "reference"
            else self._inline(value, files_too=modes.get(name) == "value")
            for name, value in outputs.items()
            if value is not None
        }

    def raw_outputs(
        self, outputs: Mapping[str, Any], modes: Mapping[str, str | None]
    ) -> dict[str, Raw]:
        """Return the outputs that there are, each as it is or where it is."""
        return {
            name: self._raw_reference(name, value)
            if modes.get(name) == "reference"
            else self.raw(value)
            for name, value in outputs.items()
            if value is not None
        }

    def _raw_reference(self, name: str, value: object) -> Raw:
        found = self._reference(name, value)
        if isinstance(found, list):  # of files: their list has one address, too
            found = self._own_reference(name, "application/json")
        return Raw(found["type"], address=found["href"])

    def raw(self, value: object) -> Raw:
        """Return one output without the document around it."""
        if _is(value, "File"):
            path = _path(value)
            return Raw(media_type(path), path=path)
        if isinstance(value, str):
            return Raw("text/plain; charset=utf-8", value.encode())
        inline, kind = self._inline(value), "application/json"
        if isinstance(inline, dict) and "value" in inline:
            inline, kind = inline["value"], inline.get("mediaType", kind)
        return Raw(kind, json.dumps(inline).encode())

    def _address(self, path: Path) -> str:
        below = path.resolve().relative_to(self._folder).as_posix()
        return f"{self._job_url}/files/{quote(below)}"

    def _own_reference(self, name: str, kind: str) -> dict[str, Any]:
        return {"href": f"{self._job_url}/results/{quote(name, safe='')}", "type": kind}

    def _reference(
        self, name: str, value: object
    ) -> dict[str, Any] | list[dict[str, Any]]:
        listed = value if isinstance(value, list) else [value]
        links = [self._link(each) for each in listed if _is(each, "File")]
        if links and len(links) == len(listed):
            return links if isinstance(value, list) else links[0]
        kind = "text/plain" if isinstance(value, str) else "application/json"
        if _is(value, "Directory") and _find_catalog(_path(value)):
            kind = "application/geo+json"
        return self._own_reference(name, kind)

    def _inline(
        self, value: object, *, files_too: bool = False, inner: bool = False
    ) -> object:
        """Return a value as the document carries it: the outermost object qualified."""
        if _is(value, "File"):
            return self._file_value(value) if files_too else self._link(value)
        if _is(value, "Directory"):
            return self._directory(value)
        if isinstance(value, list):
            return [
                self._inline(each, files_too=files_too, inner=inner) for each in value
            ]
        if isinstance(value, dict):
            record = {
                key: self._inline(each, inner=True) for key, each in value.items()
            }
            return record if inner else {"value": record}
        return value

    def _directory(self, value: Mapping[str, Any]) -> dict[str, Any]:
        folder = _path(value)
        catalog = _find_catalog(folder)
        if catalog is None:
            return {
                "href": self._address(folder) + "/",
                "type": "application/json",
                "title": f"Files of {value.get('basename') or folder.name}",
            }
        items = list(self._items_below(catalog, set()))
        return {
            "value": {"type": "FeatureCollection", "features": items},
            "mediaType": "application/geo+json",
        }

    def _link(self, value: Mapping[str, Any]) -> dict[str, Any]:
        path = _path(value)
        return {
            "href": self._address(path),
            "type": media_type(path),
            "title": str(value.get("basename") or path.name),
            **({"length": value["size"]} if "size" in value else {}),
        }

    def _file_value(self, value: Mapping[str, Any]) -> dict[str, Any]:
        path = _path(value)
        if path.stat().st_size > _INLINE_BYTES:
            return self._link(value)
        kind, content = media_type(path), path.read_bytes()
        short = kind.split(";")[0]
        with suppress(ValueError):  # it is not what its name says
            if short in {"application/json", "application/geo+json"}:
                return {"value": json.loads(content), "mediaType": kind}
            if short.startswith("text/"):
                return {"value": content.decode(), "mediaType": short}
        encoded = base64.b64encode(content).decode()
        return {"value": encoded, "mediaType": kind, "encoding": "base64"}

    def _items_below(self, path: Path, seen: set[Path]) -> Iterator[dict[str, Any]]:
        """Read the STAC items below a catalogue; nothing outside of our folder."""
        path = path.resolve()
        if path in seen or not path.is_relative_to(self._folder):
            return
        seen.add(path)
        document = _read(path)
        if document.get("type") == "Feature":
            yield self._reachable(document, path)
            return
        for link in document.get("links") or []:
            if isinstance(link, dict) and link.get("rel") in {"item", "child"}:
                target = _local(str(link.get("href", "")), path.parent)
                if target is not None:
                    yield from self._items_below(target, seen)

    def _reachable(self, item: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return an item with addresses in the place of paths."""

        def href(value: object) -> object:
            target = _local(str(value), path.parent)
            if target is not None:
                target = target.resolve()
                if target.is_relative_to(self._folder) and target.is_file():
                    return self._address(target)
            return value

        links: list[dict[str, Any]] = [
            {"rel": "self", "type": "application/geo+json", "href": self._address(path)}
        ]
        links += [
            {**link, "href": href(link.get("href"))}
            for link in item.get("links") or []
            if isinstance(link, dict) and link.get("rel") not in _STRUCTURAL
        ]
        assets = {
            key: {**asset, "href": href(asset.get("href"))}
            for key, asset in (item.get("assets") or {}).items()
            if isinstance(asset, dict)
        }
        return {**item, "links": links, "assets": assets}


def _find_catalog(folder: Path) -> Path | None:
    """Return the STAC catalogue or collection of a folder, if it holds one."""
    for name in _CATALOGS:
        if _read(folder / name).get("type") in {"Catalog", "Collection"}:
            return folder / name
    return None


def _local(href: str, base: Path) -> Path | None:
    """Return the file that a relative, absolute or file: address means."""
    parts = urlsplit(href)
    if parts.scheme not in {"", "file"} or not parts.path:
        return None
    return base / unquote(parts.path)


def _read(path: Path) -> dict[str, Any]:
    """Return the object in a file; an empty one where there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _is(value: object, kind: str) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and value.get("class") == kind


def _path(value: Mapping[str, Any]) -> Path:
    location = str(value.get("path") or value.get("location"))
    return Path(unquote(urlsplit(location).path) if ":" in location else location)
