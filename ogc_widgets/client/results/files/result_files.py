"""Outputs and assets as files: which of them are any, and what opens them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogc_widgets.client.results.files.names import name_in_url, safe_filename
from ogc_widgets.client.results.files.object_store import S3_ADVICE
from ogc_widgets.client.results.files.opening import Opened, read_to_open
from ogc_widgets.client.results.files.remote_file import (
    BytesSource,
    RemoteFile,
    source_at,
)
from ogc_widgets.errors import InputError
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import media_types as media
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.result_values import (
    is_data_url,
    is_spatial,
    read_data_url,
)
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    absolute,
    find_link,
    is_private_host,
    read_links,
    same_origin,
    without_query,
)
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.remote_file import Source
    from ogc_widgets.protocol.json_type import JsonObject

_ADDRESS = pattern(r"\s*(?:https?|s3)://\S+\s*", re.IGNORECASE)
# A text as short as this, on one line and of no media type, is a value.
_SHORT = 1_000


@dataclass(frozen=True)
class ResultFile:
    """A file of the results, here or at an address.

    Attributes:
        name: What to call it.
        url: Its address; ``""`` where the bytes are here.
        media_type: Its media type as it is declared, or ``""``.
        data: Its bytes, if they are here.
        size: Its size in bytes as far as that is known, or ``None``.
        checksum: Its multihash in hexadecimal (``file:checksum``), or ``""``.
        accept: Which media types to ask for.
        members: What the server says about a reference.
        folder: Name of the folder that it goes into, in that of all; or ``""``.
        connection: What reads it where it has an address.
    """

    name: str
    url: str = ""
    media_type: str = ""
    data: bytes | None = None
    size: int | None = None
    checksum: str = ""
    accept: str = "*/*"
    members: JsonObject = field(default_factory=dict, repr=False)
    folder: str = ""
    connection: Connection | None = field(default=None, repr=False, compare=False)

    @property
    def known_size(self) -> int | None:
        """Its size in bytes where that is known without asking for it."""
        return self.size if self.data is None else len(self.data)

    @property
    def why_not(self) -> str:
        """One sentence for people if it cannot be read from here; else ``""``."""
        if not self.url or self.connection is None:
            return ""
        return why_not(self.connection, self.url, self.members)

    @property
    def source(self) -> Source:
        """Its bytes, to be read in parts; nothing is fetched before.

        Raises:
            InputError: It cannot be read from here.
        """
        if self.data is not None or self.connection is None:
            return BytesSource(self.data or b"")
        if why := self.why_not:
            raise InputError(f"{clean(self.name)!r} cannot be opened. {why}")
        return source_at(self.connection, self.url)

    def open(self) -> RemoteFile:
        """Open it where it lies, for libraries that read files in parts.

        Its calls wait for the server, so they are not for the loop's thread.

        Raises:
            InputError: It cannot be read from here.
        """
        return RemoteFile(self.source, safe_filename(self.name))

    async def aio_opened(self) -> Opened:
        """Read it to be shown in a browser, awaited in the loop of the package.

        Raises:
            InputError: It is too large, or cannot be read from here.
            ServerError: It could not be read, or is nothing that a browser shows.
        """
        return await read_to_open(self.source, self.media_type, self.name)


def why_not(connection: Connection, url: str, members: JsonObject) -> str:
    """Why a file cannot be read from here, given what the server says about it.

    ``""`` if it can.
    """
    if is_data_url(url):
        is_whole = _read_data_url(url) is not None
        return "" if is_whole else "The file stands in its address, which is damaged."
    if connection.asks_nobody:
        return "" if connection.keeps(url) else connection.asks_nobody
    scheme = urlsplit(url).scheme if absolute(url) else ""
    if scheme == "s3":
        if connection.s3 is not None:
            return ""
        said = reading.first(members, "storage:endpoint", "storage:platform")
        endpoint = reading.text(said)
        if "://" in endpoint and is_private_host(endpoint):
            place = clean(without_query(endpoint), limit=80)
            return (
                f"The file is in an object store whose address ({place}) only the "
                f"server can reach. Ask for its public one. {S3_ADVICE}"
            )
        return f"The file is in an object store (s3). {S3_ADVICE}"
    if not scheme:
        return "There is no address that can be opened, only a path."
    if scheme not in WEB_SCHEMES:
        return f"Files at {scheme}:// cannot be opened from here."
    if same_origin(url, connection.url):
        return ""
    if is_private_host(url) and connection.reach.is_public(connection.url):
        host = clean(urlsplit(url).hostname, limit=80)
        return f"Only machines near the server can reach {host}."
    return ""


def _read_data_url(url: str) -> tuple[bytes, str] | None:
    with silent():  # what is wrong with it is said where it is shown
        return read_data_url(url)


@dataclass(frozen=True)
class Asset:
    """A file of a STAC item.

    Attributes:
        key: Its name within the item.
        title: The server's title, not cleaned.
        type: Its media type, or ``""``.
        href: Its address, absolute where that can be known.
        roles: Its roles.
        size: Its size in bytes where the item gives it.
        reachable: Whether it can be read from here.
        why_not: One sentence for people if it cannot be.
    """

    key: str
    title: str
    type: str
    href: str
    roles: tuple[str, ...]
    size: int | None
    reachable: bool
    why_not: str


def assets_of(
    item: JsonObject, why_not: Callable[[str, JsonObject], str]
) -> list[Asset]:
    """The files of a STAC item.

    ``why_not`` says of an address, and of what the item says about it, why it cannot be
    read; ``""`` if it can.
    """
    itself = find_link(read_links(item), "self")
    found = []
    for key, one in reading.mapping(item.get("assets")).items():
        if not isinstance(one, Mapping):
            continue
        given = reading.text(one.get("href"))
        href = absolute(given, itself.href if itself else "") or given
        reason = why_not(href, {**reading.mapping(item.get("properties")), **one})
        asset = Asset(
            key=str(key),
            title=reading.text(one.get("title")),
            type=reading.text(one.get("type")),
            href=href,
            roles=reading.texts(one.get("roles")),
            size=reading.count(one.get("file:size")),
            reachable=not reason,
            why_not=reason,
        )
        found.append(asset)
    return found


def file_of_asset(
    item: JsonObject, asset: Asset, connection: Connection | None = None
) -> ResultFile:
    """The file that an asset of an item is, named by both."""
    item_id = safe_filename(item.get("id"), "item")
    data, kind = _read_data_url(asset.href) or (None, "")
    kind = asset.type or kind
    name = asset.key + media.extension(kind)
    if data is None:
        name = name_in_url(asset.href) or asset.key
    said = reading.mapping(reading.mapping(item.get("assets")).get(asset.key))
    return ResultFile(
        name=name if name.startswith(item_id) else f"{item_id}_{name}",
        url="" if data is not None else asset.href,
        media_type=kind,
        data=data,
        size=asset.size,
        checksum=reading.text(said.get("file:checksum")),
        members={**reading.mapping(item.get("properties")), **said},
        connection=connection,
    )


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


@dataclass(frozen=True)
class Wanted:
    """Something of the results that may be saved.

    Attributes:
        name: Output id, or item id and asset key.
        file: The file that it is, or None for a value.
        is_asset: Whether it is of an item, and not an output.
    """

    name: str
    file: ResultFile | None = None
    is_asset: bool = False

    @property
    def why_not(self) -> str:
        """One sentence for people if it cannot be saved; else ``""``."""
        if self.file is not None:
            return self.file.why_not
        return f"It is a value, not a file: results.outputs[{self.name!r}]."

    @property
    def left_out(self) -> LeftOut:
        """What is said of it if it is not saved."""
        return LeftOut(self.name, self.why_not, is_file=self.file is not None)


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


def files_of(
    output_id: str,
    value: object,
    media_type: str,
    connection: Connection | None = None,
) -> list[ResultFile]:
    """Return the files that an output is; none for a single value."""
    stem = safe_filename(output_id, "output")
    values = value if isinstance(value, list) else []
    if values and all(isinstance(one, bytes) or _href(one) for one in values):
        named = [(f"{stem} {number}", one) for number, one in enumerate(values, 1)]
    else:
        named = [(stem, value)]
    return [
        replace(file, connection=connection)
        for stem, one in named
        for file in _files(stem, one, media_type)
    ]


def _files(stem: str, value: object, kind: str) -> Iterator[ResultFile]:
    if href := _href(value):
        members = reading.mapping(value)
        said = members.get("type")
        kind = said if isinstance(said, str) and "/" in said else kind
        name = safe_filename(name_in_url(href), "")
        name = name if Path(name).suffix else stem + media.extension(kind)
        yield ResultFile(name, href, kind, members=members)
    elif isinstance(value, bytes):
        ending = media.extension(kind) or media.extension(media.sniff(value)) or ".bin"
        yield ResultFile(stem + ending, "", kind or media.sniff(value), value)
    elif isinstance(value, str):
        if kind or "\n" in value or len(value) > _SHORT:
            guess = ".xml" if value.lstrip().startswith("<") else ".txt"
            data = value.encode("utf-8", "replace")
            yield ResultFile(stem + (media.extension(kind) or guess), "", kind, data)
    elif isinstance(value, (Mapping, list)) and value:
        data = dump_json(value, is_lenient=True).encode("utf-8", "replace")
        members = reading.mapping(value)
        is_geojson = is_spatial(members) and "stac_version" not in members
        kind = kind or ("application/geo+json" if is_geojson else "application/json")
        ending = ".geojson" if is_geojson else ".json"
        yield ResultFile(stem + ending, "", kind, data)


def _href(value: object) -> str:
    """The address that a value is, or holds; ``""`` where there is none."""
    if isinstance(value, Mapping):
        href = value.get("href")
        return href if isinstance(href, str) and not is_spatial(value) else ""
    is_address = isinstance(value, str) and _ADDRESS.fullmatch(value)
    return str(value).strip() if is_address else ""
