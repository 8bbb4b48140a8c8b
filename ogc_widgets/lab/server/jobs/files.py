"""Serve files with ranges and validators, and logs that still grow."""

from __future__ import annotations

import asyncio
import mimetypes
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from ogc_widgets.lab.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PIECE_BYTES = 256 * 1024
_TEXT = "text/plain; charset=utf-8"
_MEDIA_TYPES = {
    **dict.fromkeys((".tif", ".tiff"), "image/tiff; application=geotiff"),
    **dict.fromkeys((".log", ".cwl", ".txt"), _TEXT),
    ".geojson": "application/geo+json",
}


def media_type(path: Path) -> str:
    """Return the media type of a result or scene file."""
    known = _MEDIA_TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def below(root: Path, relative: str) -> Path:
    """Return a path below a folder."""
    try:
        path = (root / relative).resolve(strict=True)
    except (OSError, ValueError):  # not there, too long, or with a zero byte
        raise Problem("no-such-file", path=relative) from None
    if not path.is_relative_to(root.resolve()):
        raise Problem("no-such-file", path=relative)
    return path


def send_file(request: Request, path: Path, relative: str) -> Response:
    """Answer with a file, a part of it, 304, or a folder's list of files.

    Reads the folder, so it is called in a thread.
    """
    if path.is_dir():
        return JSONResponse(_listing(request, path))
    if not path.is_file():
        raise Problem("no-such-file", path=relative)
    response = FileResponse(path, media_type=media_type(path), stat_result=path.stat())
    response.headers["Cache-Control"] = "no-cache"
    known = request.headers.get("if-none-match", "")
    if response.headers["etag"] in {tag.strip() for tag in known.split(",")}:
        return Response(status_code=304, headers={"ETag": response.headers["etag"]})
    return response


def _listing(request: Request, folder: Path) -> dict[str, Any]:
    base = str(request.url.replace(query="")).rstrip("/")
    files: list[dict[str, Any]] = []
    for path in sorted(folder.iterdir()):
        entry = {"name": path.name, "href": f"{base}/{quote(path.name)}"}
        if path.is_dir():
            files.append({**entry, "href": f"{entry['href']}/"})
        else:
            size = path.stat().st_size
            files.append({**entry, "type": media_type(path), "length": size})
    return {"files": files}


async def send_log(request: Request, path: Path) -> Response:
    """Answer with the text of a log as it is at this moment, or a part of it.

    A log grows while it is sent, so its length is that of one moment; it may be far
    larger than memory, so it is sent in pieces.
    """
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
    except FileNotFoundError:
        size = 0  # the step has only just started
    start, end, status = 0, size, 200
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if match is not None and any(match.groups()):
        first, last = match.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(size, int(last) + 1) if first and last else size
        if start >= end:
            raise Problem(
                "no-such-part",
                size=size,
                headers={"Content-Range": f"bytes */{size}"},
            )
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        status = 206
    headers["Content-Length"] = str(end - start)
    pieces = _pieces(path, start, end)
    return StreamingResponse(pieces, status, headers=headers, media_type=_TEXT)


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    if start >= end:
        return
    with path.open("rb") as stream:
        stream.seek(start)
        while start < end and (piece := stream.read(min(_PIECE_BYTES, end - start))):
            start += len(piece)
            yield piece
