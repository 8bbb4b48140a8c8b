"""Files from the server: written beside their place, checked, then put there whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from typing import IO, TYPE_CHECKING

from ogc_widgets.client.results.object_store import S3_ADVICE, is_object
from ogc_widgets.errors import (
    InputError,
    ProtocolError,
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
    from collections.abc import Iterator
    from pathlib import Path

    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.output_files import ResultFile

_SHOWN = 64_000
_TRIES = 4
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
# multihash codes of the STAC file extension that hashlib knows.
_HASHES = {"11": "sha1", "12": "sha256", "13": "sha512"}
_TEXT_STARTS = (b"<!doctype", b"<html", b"<?xml")
_BINARY = ("tiff", "image/", "zip", "netcdf", "octet-stream", "hdf", "parquet", "gzip")


def save(data: bytes, path: Path) -> Path:
    """Write a file that appears only when it is whole.

    Raises:
        InputError: The folder cannot be written.
    """
    with _in_place_of(path) as part:
        _forget(_note_of(part))
        part.write_bytes(data)
    return path


async def download(client: Connection, wanted: ResultFile, path: Path) -> Path:
    """Download one file to a path that appears only when the file is whole.

    An interrupted download is continued where the server can prove that the file is
    still the same (a strong ETag); otherwise it starts over. A file that is there stays
    until the new one is whole.

    Raises:
        ServerError: It could not be downloaded, or is not what it should be.
        InputError: The folder cannot be written.
    """
    with _in_place_of(path) as part:
        fetch = _fetch_object if is_object(wanted.url) else _fetch_with_retries
        length = await fetch(client, wanted, part)
        _check(wanted, part, length)
    return path


@contextlib.contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """Give a part to write, and put it in its place when that went well.

    A part that can be continued later is kept, with the note that says how. Another
    program may be at the same file: then this one has a part of its own.
    """
    shared = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with shared.open("ab") as file:
            is_shared = _lock(file) and _is_still(file, shared)
            own = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
            part = shared if is_shared else own
            try:
                yield part
                with part.open("rb+") as written:  # to the disk before it is in place
                    os.fsync(written.fileno())
                part.replace(path)
                _forget(_note_of(part))
            except (OSError, ProtocolError):
                _forget(_note_of(part))
                raise
            finally:
                if not (is_shared and _note_of(part).exists()):
                    _forget(part, _note_of(part))
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be saved: {error.strerror or error}.",
            safe="No file was changed.",
            advice="Choose a folder that you can write to and that has enough room.",
        ) from error


def _note_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; False if somebody else has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
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


async def _fetch_object(client: Connection, wanted: ResultFile, part: Path) -> int:
    if client.s3 is None:
        raise InputError(f"{wanted.name} is in an object store.", advice=S3_ADVICE)
    source = client.s3.open(wanted.url)
    length = await source.size()
    _forget(_note_of(part))  # an object is not continued
    with part.open("wb") as file:
        async for chunk in source.stream():
            file.write(chunk)
    return length


async def _fetch_with_retries(
    client: Connection, wanted: ResultFile, part: Path
) -> int | None:
    for _ in range(_TRIES - 1):
        with contextlib.suppress(TransportError):
            return await _fetch(client, wanted, part)
    return await _fetch(client, wanted, part)


async def _fetch(client: Connection, wanted: ResultFile, part: Path) -> int | None:
    """Fetch what is missing; return the length the whole should have, if known."""
    where, note = without_query(wanted.url), _note_of(part)
    etag, have = _resumable(part, wanted.url)
    headers = {"Accept": wanted.accept}
    if etag and have:
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    request = requests.Request("GET", wanted.url, headers)
    async with client.stream(request) as stream:
        if stream.status_code == 416:
            _forget(part, note)
            raise TransportError(f"{where} has changed meanwhile.")
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
                    f"The server sent another part of {where} than it was asked for.",
                    advice="Try again.",
                )
            have = 0
        with part.open("ab" if have else "wb") as file:
            if not have:
                _remember(note, wanted.url, given)
            async for chunk in stream.chunks():
                file.write(chunk)
        if total is None and stream.length is not None:
            total = have + stream.length
        return total


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


def _resumable(part: Path, url: str) -> tuple[str, int]:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(_note_of(part).read_text("utf-8"))
        if known["url_sha256"] == hashlib.sha256(url.encode()).hexdigest():
            return str(known["etag"]), part.stat().st_size
    return "", 0


def _check(wanted: ResultFile, part: Path, length: int | None) -> None:
    """Compare what arrived with what was declared; raise if it is something else."""
    size = part.stat().st_size
    where = without_query(wanted.url)
    operators = "Try again; if it stays so, tell the server's operators."
    for expected in (length, wanted.size):
        if expected is not None and size != expected:
            raise ProtocolError(
                f"{where} has {size:,} bytes instead of {expected:,}.",
                safe="No file was changed.",
                advice=operators,
            )
    with part.open("rb") as file:
        start = file.read(_SHOWN)
    try:
        refuse_login_page(wanted.url, Reply(200, {}, start, wanted.url))
    except SignInError:
        _forget(part, _note_of(part))
        raise
    is_page = start[:64].lstrip().lower().startswith(_TEXT_STARTS)
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
            advice=operators,
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
