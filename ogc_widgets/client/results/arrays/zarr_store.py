"""Zarr below an address, or in a zip archive, as a store that zarr reads.

The package's connection reads it: with the credentials of the server, from its object
store, behind a hub.
"""

from __future__ import annotations

import asyncio
import posixpath
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fsspec.asyn import AsyncFileSystem
from fsspec.implementations.asyn_wrapper import AsyncFileSystemWrapper
from fsspec.implementations.zip import ZipFileSystem
from zarr.storage import FsspecStore

from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.results.files.object_store import MissingObjectError
from ogc_widgets.client.results.files.remote_file import source_at
from ogc_widgets.errors import InputError, ProblemError
from ogc_widgets.protocol.links import split_address

if TYPE_CHECKING:
    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.remote_file import RemoteFile

_MOST_AT_ONCE = 8
_MISSING = (404, 410)
_HEADS = frozenset({"zarr.json", ".zgroup", ".zmetadata"})


def below(connection: Connection, url: str) -> FsspecStore:
    """Files below an address, of the web or of an object store, which cannot be listed.

    The query of the address, such as a signature, goes along with each.
    """
    return FsspecStore(_Folder(connection, url), read_only=True)


def in_archive(file: RemoteFile, name: str) -> FsspecStore:
    """Files of a zip archive, or of the folder in it.

    Raises:
        InputError: It is none, or holds no Zarr.
    """
    try:
        archive = ZipFileSystem(file)
    except zipfile.BadZipFile as error:
        raise InputError(f"{name} is no zip archive, or is incomplete.") from error
    folders = [posixpath.split(one) for one in archive.find("")]
    roots = [folder for folder, head in folders if head in _HEADS]
    if not roots:
        raise InputError(f"There is no Zarr in the archive {name}.")
    return FsspecStore(
        AsyncFileSystemWrapper(archive, asynchronous=True),
        read_only=True,
        path=min(roots, key=len) or "/",
        allowed_exceptions=(FileNotFoundError, KeyError),
    )


class _Folder(AsyncFileSystem):  # type: ignore[misc] # fsspec has no types
    cachable = False

    def __init__(self, connection: Connection, url: str) -> None:
        super().__init__(asynchronous=True)
        self._connection = connection
        parts = split_address(url)
        self._url = parts._replace(path=parts.path.rstrip("/"))
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)

    async def _cat_file(
        self,
        path: str,
        start: int | None = None,
        end: int | None = None,
        **_more: object,
    ) -> bytes:
        return (await self._read(path))[start:end]

    async def _info(self, path: str, **_more: object) -> dict[str, Any]:
        size = len(await self._read(path))
        return {"name": path, "size": size, "type": "file"}

    async def _ls(self, _path: str, **_more: object) -> list[str]:
        return []

    @on_loop
    async def _read(self, name: str) -> bytes:
        path = f"{self._url.path}/{quote(name.lstrip('/'))}"
        source = source_at(self._connection, self._url._replace(path=path).geturl())
        async with self._room:
            try:
                return await source.whole()
            except MissingObjectError as error:
                raise FileNotFoundError(name) from error
            except ProblemError as error:
                if error.status_code in _MISSING:
                    raise FileNotFoundError(name) from error
                raise
