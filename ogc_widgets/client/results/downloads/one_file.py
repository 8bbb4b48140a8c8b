"""One file from a server or an object store: fetched, checked, put in its place."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from ogc_widgets.client.results.downloads.part_files import (
    forget,
    in_place_of,
    need_room,
    note_of,
    remember,
    resumable,
    sync,
)
from ogc_widgets.client.results.files.object_store import S3_ADVICE, is_object
from ogc_widgets.errors import (
    InputError,
    ProtocolError,
    SignInError,
    TransportError,
    UnverifiedWarning,
)
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.answers.replies import (
    Reply,
    is_login_address,
    problem_error,
    refuse_login_page,
    retry_after_s,
    sign_in_page_error,
)
from ogc_widgets.protocol.links import without_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.requests import requests

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ogc_widgets.client.http.body import Stream
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.result_files import ResultFile

Progress: TypeAlias = Callable[[int, "int | None"], object]
"""Called with the bytes that are there, and those of the whole if that is known."""
Rest: TypeAlias = Callable[[float], Awaitable[object]]
"""Waits so many seconds, because a server said that it is busy."""

_OPERATORS = "Try again; if it stays so, tell the server's operators."
_SHOWN = 64_000
_TRIES = 4
_BUSY = frozenset({429, 503})
# What is waited where a server says that it is busy, and not for how long.
_BUSY_DELAYS_S = (1.0, 2.0, 4.0, 8.0, 16.0)
_CONTENT_RANGE = pattern(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
# multihash codes of the STAC file extension that hashlib knows.
_HASHES = {"11": "sha1", "12": "sha256", "13": "sha512"}
_TEXT_STARTS = (b"<!doctype", b"<html", b"<?xml")
_BINARY = ("tiff", "image/", "zip", "netcdf", "octet-stream", "hdf", "parquet", "gzip")


async def download(
    client: Connection,
    wanted: ResultFile,
    path: Path,
    progress: Progress = lambda _done, _total: None,
    rest: Rest = asyncio.sleep,
) -> Path:
    """Download one file to a path that appears only when the file is whole.

    An interrupted download is continued where the server can prove that the file is
    still the same (a strong ETag); otherwise it starts over. A file that is there stays
    until the new one is whole. ``rest`` waits for a server that is busy.

    Raises:
        ServerError: It could not be downloaded, or is not what it should be.
        InputError: The folder cannot be written.
    """
    with in_place_of(path) as part:
        is_stored = is_object(wanted.url) and not client.keeps(wanted.url)
        fetch = _fetch_object if is_stored else _fetch
        length = await _patiently(client, wanted, part, progress, fetch, rest)
        verified = await asyncio.to_thread(_matches, wanted.checksum, part)
        _check(wanted, part, length, verified=verified)
        await asyncio.to_thread(sync, part)
    return path


class _BusyError(Exception):
    """The server is busy, and asks for some time."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status_code)
        self.asked_s = retry_after_s(reply.headers)
        self.error = problem_error(reply, safe="No file was changed.")


async def _patiently(
    client: Connection,
    wanted: ResultFile,
    part: Path,
    progress: Progress,
    fetch: Callable[[Connection, ResultFile, Path, Progress], Awaitable[int | None]],
    rest: Rest,
) -> int | None:
    """Fetch with what patience is of use; return the length of the whole, if known."""
    breaks, rests = _TRIES - 1, list(_BUSY_DELAYS_S)
    while True:
        try:
            return await fetch(client, wanted, part, progress)
        except _BusyError as busy:
            if not rests:
                raise busy.error from None
            delay_s = rests.pop(0)
            asked_s = busy.asked_s
            await rest(delay_s if asked_s is None else asked_s)
        except TransportError:
            if not breaks:
                raise
            breaks -= 1


async def _fetch_object(
    client: Connection, wanted: ResultFile, part: Path, progress: Progress
) -> int:
    if client.s3 is None:
        raise InputError(f"{wanted.name} is in an object store.", advice=S3_ADVICE)
    source = client.s3.open(wanted.url)
    length, etag = await source.facts()
    known, have = resumable(part, wanted.url)
    if known != etag or have >= length:
        have = 0
    _go_on(wanted, part, have, length)
    if not have:
        remember(part, wanted.url, etag)
    chunks = source.stream(have, etag)
    await _write(chunks, wanted, part, progress, have=have, total=length)
    return length


async def _fetch(
    client: Connection, wanted: ResultFile, part: Path, progress: Progress
) -> int | None:
    """Fetch what is missing; return the length the whole should have, if known."""
    where = without_query(wanted.url)
    etag, have = resumable(part, wanted.url)
    headers = {"Accept": wanted.accept}
    if etag and have:
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    request = requests.Request("GET", wanted.url, headers)
    async with client.stream(request) as stream:
        if stream.status_code == 416:
            forget(part, note_of(part))
            raise TransportError(f"{where} has changed meanwhile.")
        if stream.status_code not in (200, 206):
            reply = await client.reply_of(stream, "GET")
            if reply.status_code in _BUSY:
                raise _BusyError(reply)
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
                forget(part, note_of(part))
                raise TransportError(
                    f"The server sent another part of {where} than it was asked for.",
                    advice="Try again.",
                )
            have = 0
        if total is None and stream.length is not None:
            total = have + stream.length
        _go_on(wanted, part, have, total)
        if not have:
            remember(part, wanted.url, given)
        chunks = stream.chunks()
        await _write(chunks, wanted, part, progress, have=have, total=total)
        return total


def _go_on(wanted: ResultFile, part: Path, have: int, total: int | None) -> None:
    """Go on with a part, or begin anew where nothing of it can be used."""
    if not have:
        forget(note_of(part))
        part.write_bytes(b"")
    if total is not None:
        need_room(part.parent, wanted.name, total - have)


async def _write(
    chunks: AsyncIterator[bytes],
    wanted: ResultFile,
    part: Path,
    progress: Progress,
    *,
    have: int,
    total: int | None,
) -> None:
    """Add to a part what comes, and no more than there should be."""
    most = wanted.size if total is None else total
    progress(have, most)
    with part.open("ab") as file:
        async for chunk in chunks:
            file.write(chunk)
            have += len(chunk)
            if most is not None and have > most:
                raise ProtocolError(
                    f"{without_query(wanted.url)} has more than the {most:,} bytes "
                    "that it should have.",
                    safe="No file was changed.",
                    advice=_OPERATORS,
                )
            progress(have, most)


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


def _check(
    wanted: ResultFile, part: Path, length: int | None, *, verified: bool | None
) -> None:
    """Compare what arrived with what was declared; raise if it is something else."""
    size = part.stat().st_size
    where = without_query(wanted.url)
    for expected in (length, wanted.size):
        if expected is not None and size != expected:
            raise ProtocolError(
                f"{where} has {size:,} bytes instead of {expected:,}.",
                safe="No file was changed.",
                advice=_OPERATORS,
            )
    with part.open("rb") as file:
        start = file.read(_SHOWN)
    try:
        refuse_login_page(wanted.url, Reply(200, {}, start, wanted.url))
    except SignInError:
        forget(part, note_of(part))
        raise
    is_page = start[:64].lstrip().lower().startswith(_TEXT_STARTS)
    if is_page and any(kind in wanted.media_type.lower() for kind in _BINARY):
        raise ProtocolError(
            f"{where} is a web page, not {wanted.media_type}.",
            safe="It was not saved.",
            advice="You may have to sign in to download from there.",
        )
    if verified is False:
        raise ProtocolError(
            f"{where} does not have the checksum that the item gives.",
            safe="No file was changed.",
            advice=_OPERATORS,
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
