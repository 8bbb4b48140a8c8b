"""Outputs as files: which of them are any, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ogc_widgets.client.results.file_names import name_in_url, safe_filename
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol.answers.result_values import is_spatial
from ogc_widgets.protocol.links import split_address
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

_WEB = ("http", "https", "s3")
# A text as short as this, on one line and of no media type, is a value.
_SHORT = 1_000


@dataclass(frozen=True)
class LeftOut:
    """Something that was not downloaded.

    Attributes:
        name: Output id, or item id and asset key.
        why: One sentence for people.
        is_file: Whether it is a file, and not a value that is in ``results.outputs``.
    """

    name: str
    why: str
    is_file: bool = True

    def __str__(self) -> str:
        return f"{clean(self.name, limit=80)}: {self.why}"


class Downloaded(list[Path]):
    """The paths of what was downloaded.

    Attributes:
        left_out: What was not, and why.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[LeftOut] = []

    def __repr__(self) -> str:
        told = "".join(f"\nleft out {one}" for one in self.left_out)
        return super().__repr__() + told


@dataclass(frozen=True)
class OutputFile:
    """One file that an output is, or one of several.

    Attributes:
        name: What to call it.
        media_type: Its media type, or ``""``.
        data: Its bytes; ``None`` for a reference.
        href: Its address; ``""`` where the bytes are here.
        members: What the server says about a reference.
    """

    name: str
    media_type: str
    data: bytes | None = None
    href: str = ""
    members: Mapping[str, Any] | None = None


def files_of(output_id: str, value: object, media_type: str) -> list[OutputFile]:
    """Return the files that an output is; none for a single value.

    Args:
        output_id: Its name.
        value: Its value in ``results.outputs``.
        media_type: Its media type, or ``""``.
    """
    stem = safe_filename(output_id, "output")
    if isinstance(value, list) and value and all(map(_is_file_alone, value)):
        return [
            file
            for number, one in enumerate(value, 1)
            for file in _files(f"{stem} {number}", one, media_type)
        ]
    return list(_files(stem, value, media_type))


def _is_file_alone(value: object) -> bool:
    return isinstance(value, bytes) or bool(_href(value))


def _files(stem: str, value: object, kind: str) -> Iterator[OutputFile]:
    href = _href(value)
    if href:
        members = value if isinstance(value, Mapping) else {}
        said = members.get("type")
        kind = said if isinstance(said, str) and "/" in said else kind
        yield OutputFile(
            _name_of_reference(stem, href, kind), kind, None, href, members
        )
    elif isinstance(value, bytes):
        ending = media.extension(kind) or media.extension(media.sniff(value)) or ".bin"
        yield OutputFile(stem + ending, kind or media.sniff(value), value)
    elif isinstance(value, str):
        if kind or "\n" in value or len(value) > _SHORT:
            guess = ".xml" if value.lstrip().startswith("<") else ".txt"
            ending = media.extension(kind) or guess
            yield OutputFile(stem + ending, kind, value.encode("utf-8", "replace"))
    elif isinstance(value, (Mapping, list)) and value:
        data = dump_json(value, is_lenient=True).encode("utf-8", "replace")
        is_stac = isinstance(value, Mapping) and "stac_version" in value
        is_geojson = isinstance(value, Mapping) and is_spatial(value) and not is_stac
        kind = kind or ("application/geo+json" if is_geojson else "application/json")
        yield OutputFile(stem + (".geojson" if is_geojson else ".json"), kind, data)


def _href(value: object) -> str:
    """The address that a value is, or holds; ``""`` where there is none."""
    if isinstance(value, Mapping):
        href = value.get("href")
        return href if isinstance(href, str) and not is_spatial(value) else ""
    is_address = isinstance(value, str) and len(value.split()) == 1
    if (
        is_address
        and split_address(str(value)[:20]).scheme in _WEB
        and "://" in str(value)
    ):
        return str(value).strip()
    return ""


def _name_of_reference(stem: str, href: str, kind: str) -> str:
    name = safe_filename(name_in_url(href), "")
    return name if Path(name).suffix else stem + media.extension(kind)
