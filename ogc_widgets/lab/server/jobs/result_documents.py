"""Turn the CWL output object of a job into OGC results."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from ogc_widgets.lab.server.stac.result_items import (
    feature_collection,
    find_catalog,
    media_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.lab.server.values import Json

# A larger file is sent as a link even where its value was asked for.
_INLINE_BYTES = 16 * 2**20


@dataclass(frozen=True)
class ResultAddresses:
    """Addresses below one job, for the links in its results."""

    job_url: str
    outputs: Path

    def file(self, path: Path) -> str:
        """Return the URL of a result file or folder."""
        below = path.resolve().relative_to(self.outputs.resolve()).as_posix()
        return f"{self.job_url}/files/{quote(below)}"

    def output(self, name: str) -> str:
        """Return the URL of one output."""
        return f"{self.job_url}/results/{quote(name, safe='')}"


@dataclass(frozen=True)
class Raw:
    """One output as it is: a file, or a body."""

    media_type: str
    body: bytes = b""
    path: Path | None = None


def results_document(
    outputs: Mapping[str, Any],
    addresses: ResultAddresses,
    modes: Mapping[str, str | None],
) -> dict[str, Any]:
    """Return the results document of the standard.

    Args:
        outputs: The CWL output object, only the outputs that are wanted.
        addresses: Where the files can be fetched.
        modes: Output id to ``reference`` or ``value``, where the client said which.
    """
    return {
        name: _reference(name, value, addresses)
        if modes.get(name) == "reference"
        else _inline(value, addresses, files_too=modes.get(name) == "value")
        for name, value in outputs.items()
        if value is not None
    }


def raw_output(value: Json, addresses: ResultAddresses) -> Raw:
    """Return one output without the document around it."""
    if _is(value, "File"):
        path = _path(value)
        return Raw(media_type(path), path=path)
    if isinstance(value, str):
        return Raw("text/plain; charset=utf-8", value.encode())
    inline, kind = _inline(value, addresses, files_too=False), "application/json"
    if isinstance(inline, dict) and "value" in inline:
        inline, kind = inline["value"], inline.get("mediaType", kind)
    return Raw(kind, json.dumps(inline).encode())


def _reference(name: str, value: Json, addresses: ResultAddresses) -> Json:
    files = value if isinstance(value, list) else [value]
    if files and all(_is(each, "File") for each in files):
        links = [_link(each, addresses) for each in files]
        return links if isinstance(value, list) else links[0]
    kind = "text/plain" if isinstance(value, str) else "application/json"
    if _is(value, "Directory") and find_catalog(_path(value)):
        kind = "application/geo+json"
    return {"href": addresses.output(name), "type": kind}


def _inline(
    value: Json, addresses: ResultAddresses, *, files_too: bool, inner: bool = False
) -> Json:
    """Return a value as the document carries it: the outermost object is qualified."""
    if _is(value, "File"):
        return _file_value(value, addresses) if files_too else _link(value, addresses)
    if _is(value, "Directory"):
        return _directory(value, addresses)
    if isinstance(value, list):
        return [
            _inline(each, addresses, files_too=files_too, inner=inner) for each in value
        ]
    if isinstance(value, dict):
        record = {
            key: _inline(each, addresses, files_too=False, inner=True)
            for key, each in value.items()
        }
        return record if inner else {"value": record}
    return value


def _directory(value: Mapping[str, Any], addresses: ResultAddresses) -> dict[str, Any]:
    folder = _path(value)
    catalog = find_catalog(folder)
    if catalog is None:
        return {
            "href": addresses.file(folder) + "/",
            "type": "application/json",
            "title": f"Files of {value.get('basename') or folder.name}",
        }
    items = feature_collection(catalog, addresses.outputs, addresses.file)
    return {"value": items, "mediaType": "application/geo+json"}


def _link(value: Mapping[str, Any], addresses: ResultAddresses) -> dict[str, Any]:
    path = _path(value)
    return {
        "href": addresses.file(path),
        "type": media_type(path),
        "title": str(value.get("basename") or path.name),
        **({"length": value["size"]} if "size" in value else {}),
    }


def _file_value(value: Mapping[str, Any], addresses: ResultAddresses) -> dict[str, Any]:
    path = _path(value)
    if path.stat().st_size > _INLINE_BYTES:
        return _link(value, addresses)
    kind, content = media_type(path), path.read_bytes()
    short = kind.split(";")[0]
    with suppress(ValueError):  # it is not what its name says
        if short in {"application/json", "application/geo+json"}:
            return {"value": json.loads(content), "mediaType": kind}
        if short.startswith("text/"):
            return {"value": content.decode(), "mediaType": short}
    encoded = base64.b64encode(content).decode()
    return {"value": encoded, "mediaType": kind, "encoding": "base64"}


def _is(value: Json, kind: str) -> bool:
    return isinstance(value, dict) and value.get("class") == kind


def _path(value: Mapping[str, Any]) -> Path:
    location = str(value.get("path") or value.get("location"))
    return Path(unquote(urlsplit(location).path) if ":" in location else location)
