"""Files from the server: written beside their place, checked, then put there whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
import secrets
import weakref
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from ogc_widgets.client.results.file_names import name_in_url, safe_filename
from ogc_widgets.client.results.object_store import S3_ADVICE, is_object
from ogc_widgets.errors import (
    InputError,
    OgcError,
    ProtocolError,
    ServerError,
    SignInError,
    TransportError,
    UnverifiedWarning,
)
from ogc_widgets.protocol.answers.replies import (
    Reply,
    is_login_address,
    problem_error,
    refuse_login_page,
    sign_in_page_error,
)
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.connection import Connection

_SHOWN = 64_000
_TRIES = 4
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
# multihash codes of the STAC file extension that hashlib knows.
_HASHES = {"11": "sha1", "12": "sha256", "13": "sha512"}
_TEXT_STARTS = (b"<!doctype", b"<html", b"<?xml")
_BINARY = ("tiff", "image/", "zip", "netcdf", "octet-stream", "hdf", "parquet", "gzip")


@dataclass(frozen=True)
class Wanted:
    """A file to download.

    Attributes:
        url: Its address.
        name: Name to save it under, made safe first.
        media_type: Its media type as the document declares it, or ``""``.
        size: Its size in bytes as the document declares it, or ``None``.
        checksum: Its multihash in hexadecimal (``file:checksum``), or ``""``.
        accept: Which media types to ask for.
    """

    url: str
    name: str
    media_type: str = ""
    size: int | None = None
    checksum: str = ""
    accept: str = "*/*"


def save(data: bytes, path: Path) -> Path:
    """Write a file that appears only when it is whole.

    Raises:
        InputError: The folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        _sync(part)
        part.replace(path)
    except OSError as error:
        _forget(part)
        raise _not_saved(path, error) from error
    return path


def _sync(part: Path) -> None:
    """Bring a file to the disk before it takes the place of an earlier one."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _not_saved(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path.name} cannot be saved: {error.strerror or error}.",
        safe="No file was changed.",
        advice="Choose a folder that you can write to and that has enough room.",
    )


async def download(client: Connection, wanted: Wanted, path: Path) -> Path:
    """Download one file to a path that appears only when the file is whole.

    An interrupted download is continued where the server can prove that the file is
    still the same (a strong ETag); otherwise it starts over.

    Args:
        client: Whose connections and credentials are used; the latter go to the
            server's own origin only.
        wanted: What to download.
        path: Where to put it. A file that is there stays until the new one is whole.

    Raises:
        ServerError: It could not be downloaded, or is not what it should be.
        InputError: The folder cannot be written.
    """
    async with _turn_for(path):
        return await _download(client, wanted, path)


def _turn_for(path: Path) -> _Turn:
    """The lock of a path: downloads to it share a part of a file."""
    key = (id(asyncio.get_running_loop()), str(path.absolute()))
    turn = _turns.get(key)
    if turn is None:
        turn = _turns[key] = _Turn()
    return turn


class _Turn(asyncio.Lock):
    """A lock that can be referenced weakly."""


_turns: weakref.WeakValueDictionary[tuple[int, str], _Turn] = (
    weakref.WeakValueDictionary()
)


async def _download(client: Connection, wanted: Wanted, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _own_part(path) as part:
            await _fetch_whole(client, wanted, part)
            part.replace(path)
    except OSError as error:
        if isinstance(error, OgcError):
            raise
        raise _not_saved(path, error) from error
    return path


async def _fetch_whole(client: Connection, wanted: Wanted, part: Path) -> None:
    """Fetch a file into a part, which is kept where it can be continued."""
    note = _note_of(part)
    try:
        fetch = _fetch_object if is_object(wanted.url) else _with_retries
        length = await fetch(client, wanted, part, note)
        _check(wanted, part, length)
        _sync(part)
    except (OSError, ProtocolError) as error:
        if isinstance(error, ProtocolError) or not isinstance(error, OgcError):
            _forget(part, note)
        raise
    except ServerError:
        if is_object(wanted.url):  # which is not continued
            _forget(part)
        raise
    _forget(note)


def _note_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


@contextlib.contextmanager
def _own_part(path: Path) -> Iterator[Path]:
    """Name the file that a download is collected in, which nobody else works on.

    Another program may be at the same download: then this one has a part of its own,
    which is not continued later.
    """
    part = path.with_name(f".{path.name}.part")
    with part.open("ab") as file:
        is_shared = _hold(file) and _is_still(file, part)
        if not is_shared:
            part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            yield part
        finally:
            if not is_shared:
                _forget(part, _note_of(part))
            elif part.exists() and not part.stat().st_size:
                _forget(part)


def _hold(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; False if somebody else has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Whether an open file has not been moved to its place meanwhile."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _forget(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


async def _fetch_object(
    client: Connection, wanted: Wanted, part: Path, _note: Path
) -> int | None:
    if client.s3 is None:
        raise InputError(f"{wanted.name} is in an object store.", advice=S3_ADVICE)
    length = await client.s3.size(wanted.url)
    with part.open("wb") as file:
        async for chunk in client.s3.stream(wanted.url):
            file.write(chunk)
    return length


async def _with_retries(
    client: Connection, wanted: Wanted, part: Path, note: Path
) -> int | None:
    for tries_left in reversed(range(_TRIES)):
        try:
            return await _fetch(client, wanted, part, note)
        except TransportError:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


async def _fetch(
    client: Connection, wanted: Wanted, part: Path, note: Path
) -> int | None:
    """Fetch what is missing; return the length the whole should have, if known."""
    etag, have = _resumable(part, note, wanted.url)
    headers = {"Accept": wanted.accept}
    if etag and have:
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    request = requests.Request("GET", wanted.url, headers)
    async with client.stream(request) as stream:
        if stream.status_code == 416:
            _forget(part, note)
            raise TransportError(f"{without_query(wanted.url)} has changed meanwhile.")
        if stream.status_code not in (200, 206):
            reply = await client.reply_of(stream, "GET")
            raise problem_error(reply, safe="No file was changed.")
        is_elsewhere = stream.url.partition("?")[0] != wanted.url.partition("?")[0]
        is_html = "html" in stream.headers.get("content-type", "").lower()
        if is_elsewhere and is_html and is_login_address(stream.url):
            raise sign_in_page_error(stream.url, status_code=stream.status_code)
        start, total = _place_of(stream)
        given = stream.headers.get("etag", "")
        if start != have or (start and given not in ("", etag)):
            if stream.status_code == 206:
                # Not the part that was asked for, or of another file: from anew.
                _forget(part, note)
                raise TransportError(
                    f"The server sent another part of {without_query(wanted.url)} than "
                    "it was asked for.",
                    advice="Try again.",
                )
            have = 0
        if not have:
            _remember(note, wanted.url, given)
        length = stream.length
        with part.open("ab" if have else "wb") as file:
            async for chunk in stream.chunks():
                file.write(chunk)
    if total is not None:
        return total
    return None if length is None else have + length


def _place_of(stream: Stream) -> tuple[int, int | None]:
    """Where a body begins in its file, and how long the file is, if that is said.

    A part (206) that does not say which it is (RFC 9110, section 14.4) is none that can
    be used, and so begins nowhere.
    """
    if stream.status_code != 206:
        return 0, None
    match = _CONTENT_RANGE.fullmatch(stream.headers.get("content-range", "").strip())
    if match is None:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _remember(note: Path, url: str, etag: str) -> None:
    # Weak ones (W/"...") promise nothing about bytes; others cannot be sent back.
    if etag.startswith('"') and etag.isascii():
        key = hashlib.sha256(url.encode()).hexdigest()
        note.write_text(json.dumps({"url_sha256": key, "etag": etag}), "utf-8")
    else:
        _forget(note)


def _resumable(part: Path, note: Path, url: str) -> tuple[str, int]:
    try:
        known = json.loads(note.read_text("utf-8"))
        if known["url_sha256"] == hashlib.sha256(url.encode()).hexdigest():
            return str(known["etag"]), part.stat().st_size
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "", 0


def _check(wanted: Wanted, part: Path, length: int | None) -> None:
    """Compare what arrived with what was declared.

    Raises:
        ProtocolError: It is something else.
    """
    size = part.stat().st_size
    where = without_query(wanted.url)
    for expected in (length, wanted.size):
        if expected is not None and size != expected:
            raise ProtocolError(
                f"{where} has {size:,} bytes instead of {expected:,}.",
                safe="No file was changed.",
                advice="Try again; if it stays so, tell the server's operators.",
            )
    with part.open("rb") as file:
        start = file.read(_SHOWN)
    try:
        refuse_login_page(wanted.url, Reply(200, {}, start, wanted.url))
    except SignInError:
        _forget(part)
        raise
    start = start[:64].lstrip().lower()
    is_page = start.startswith(_TEXT_STARTS)
    if is_page and any(kind in wanted.media_type.lower() for kind in _BINARY):
        raise ProtocolError(
            f"{where} is a web page, not {wanted.media_type}.",
            safe="It was not saved.",
            advice="You may have to sign in to download from there.",
        )
    verified = _matches(wanted.checksum, part)
    if verified is False:
        raise ProtocolError(
            f"{where} does not have the checksum that the item gives.",
            safe="No file was changed.",
            advice="Try again; if it stays so, tell the server's operators.",
        )
    if length is None and wanted.size is None and verified is None:
        notice(
            f"{where} came without a length or checksum; it may be incomplete.",
            UnverifiedWarning,
        )


def _matches(checksum: str, part: Path) -> bool | None:
    name = _HASHES.get(checksum[:2].lower())
    if name is None:
        return None
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, name).hexdigest()
    return digest == checksum[4:].lower()


def asset_file(item: Mapping[str, Any], key: str, asset: Mapping[str, Any]) -> Wanted:
    """Say how an asset of a STAC item is downloaded and named."""
    href = str(asset.get("href", ""))
    item_id = safe_filename(item.get("id"), "item")
    size = asset.get("file:size")
    return Wanted(
        url=href,
        name=_asset_name(item_id, name_in_url(href) or key),
        media_type=str(asset.get("type") or ""),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        checksum=str(asset.get("file:checksum") or ""),
    )


def _asset_name(item_id: str, name: str) -> str:
    """Items often have assets of the same name, so the item is part of it."""
    return name if name.startswith(item_id) else f"{item_id}_{name}"
