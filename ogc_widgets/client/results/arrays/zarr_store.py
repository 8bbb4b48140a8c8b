"""Zarr below an address, or in a zip archive, as a store that zarr reads.

The package's connection reads it: with the credentials of the server, from its object
store, behind a hub.
"""

from __future__ import annotations

import asyncio
import posixpath
import zipfile
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast
from urllib.parse import quote

from zarr.abc.store import (
    OffsetByteRequest,
    RangeByteRequest,
    Store,
    SuffixByteRequest,
)

from ogc_widgets.client.http.loop import on_loop
from ogc_widgets.client.results.files.object_store import MissingObjectError
from ogc_widgets.client.results.files.remote_file import source_at
from ogc_widgets.errors import InputError, ProblemError
from ogc_widgets.protocol.links import split_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from typing import IO

    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

    from ogc_widgets.client.http.connection import Connection
    from ogc_widgets.client.results.files.remote_file import RemoteFile

_MOST_AT_ONCE = 8
_MISSING = (404, 410)


class Members(Protocol):
    """Files by their names."""

    @property
    def names(self) -> frozenset[str] | None:
        """All there are; None where they cannot be listed."""

    async def read(self, name: str) -> bytes | None:
        """Read one; None where there is none of that name."""


class Folder:
    """Files below an address, of the web or of an object store.

    Args:
        connection: What reads them.
        url: The address; its query, such as a signature, goes along with each.
    """

    names = None

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        parts = split_address(url)
        self._url = parts._replace(path=parts.path.rstrip("/"))
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)

    @on_loop
    async def read(self, name: str) -> bytes | None:
        """Read one; see :class:`Members`."""
        path = f"{self._url.path}/{quote(name)}"
        source = source_at(self._connection, self._url._replace(path=path).geturl())
        async with self._room:
            try:
                return await source.whole()
            except MissingObjectError:
                return None
            except ProblemError as error:
                if error.status_code in _MISSING:
                    return None
                raise


class Archive:
    """Files of a zip archive.

    Args:
        file: The archive.
        name: What to call it in messages.

    Raises:
        InputError: It is none.
    """

    def __init__(self, file: RemoteFile, name: str) -> None:
        try:
            self._zip = zipfile.ZipFile(cast("IO[bytes]", file))
        except zipfile.BadZipFile as error:
            raise InputError(f"{name} is no zip archive, or is incomplete.") from error
        every = [one for one in self._zip.namelist() if not one.endswith("/")]
        # Some archives hold the folder itself, and not only what is in it.
        roots = [
            posixpath.dirname(one)
            for one in every
            if posixpath.basename(one) in ("zarr.json", ".zgroup", ".zmetadata")
        ]
        if not roots:
            raise InputError(f"There is no Zarr in the archive {name}.")
        root = min(roots, key=len)
        self._start = f"{root}/" if root else ""
        self.names: frozenset[str] | None = frozenset(
            one.removeprefix(self._start)
            for one in every
            if one.startswith(self._start)
        )
        # An archive is read by one thread at a time.
        self._turn = asyncio.Lock()

    async def read(self, name: str) -> bytes | None:
        """Read one; see :class:`Members`."""
        if name not in (self.names or ()):
            return None
        async with self._turn:
            return await asyncio.to_thread(self._zip.read, self._start + name)


class ReadStore(Store):
    """A store of zarr that is only read.

    Args:
        members: Its files.
    """

    supports_writes = False
    supports_deletes = False
    supports_listing = True

    def __init__(self, members: Members) -> None:
        super().__init__(read_only=True)
        self._members = members

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadStore) and other._members is self._members

    def __hash__(self) -> int:
        return id(self._members)

    async def get(
        self,
        key: str,
        prototype: BufferPrototype,
        byte_range: ByteRequest | None = None,
    ) -> Buffer | None:
        """A file, or a part of it."""
        data = await self._members.read(key)
        if data is None:
            return None
        if isinstance(byte_range, RangeByteRequest):
            data = data[byte_range.start : byte_range.end]
        elif isinstance(byte_range, OffsetByteRequest):
            data = data[byte_range.offset :]
        elif isinstance(byte_range, SuffixByteRequest):
            data = data[-byte_range.suffix :]
        return prototype.buffer.from_bytes(data)

    async def get_partial_values(
        self,
        prototype: BufferPrototype,
        key_ranges: Iterable[tuple[str, ByteRequest | None]],
    ) -> list[Buffer | None]:
        """Parts of files."""
        return [await self.get(key, prototype, part) for key, part in key_ranges]

    async def exists(self, key: str) -> bool:
        """Whether there is a file."""
        if self._members.names is not None:
            return key in self._members.names
        return await self._members.read(key) is not None

    async def set(self, key: str, value: Buffer) -> NoReturn:  # noqa: ARG002 # as the base class
        """Not here."""
        raise InputError("Results are only read.")

    async def delete(self, key: str) -> NoReturn:  # noqa: ARG002 # as the base class
        """Not here."""
        raise InputError("Results are only read.")

    async def list(self) -> AsyncIterator[str]:
        """All files, where they can be listed."""
        for name in sorted(self._members.names or ()):
            yield name

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Files whose names begin so."""
        async for name in self.list():
            if name.startswith(prefix):
                yield name

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Files and folders in a folder."""
        start = f"{prefix.rstrip('/')}/" if prefix else ""
        seen: dict[str, Any] = {}
        async for name in self.list_prefix(start):
            seen[name.removeprefix(start).partition("/")[0]] = None
        for one in seen:
            yield one
