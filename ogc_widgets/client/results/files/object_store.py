"""Object stores (``s3://``): opened with credentials passed for that, and only those.

Results of processing servers often lie in an S3-compatible store whose address the
notebook cannot guess. :class:`S3` says where it is and what opens it. Nothing is looked
up in the environment, in files of other tools or from the machine's role.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

from ogc_widgets.errors import InputError, TransportError, need_extra
from ogc_widgets.protocol.links import WEB_SCHEMES, split_address
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_CONNECT_S = 10
# The whole of one object; a large one may take its time.
_TRANSFER_S = 3600
_CHUNK_BYTES = 2**20
S3_ADVICE = (
    "Say where the store is and what opens it: client.s3 = ogc.S3(endpoint, "
    "access_key_id=..., secret_access_key=...)."
)


class S3:
    """Where an S3-compatible object store is, and what opens it.

    ::

        client.s3 = ogc.S3("https://s3.example.org", access_key_id="...",
                           secret_access_key="...")

    Args:
        endpoint: Address of the store. Without it, that of Amazon in ``region``.
        access_key_id: Id of the key; without it, requests are anonymous, which public
            buckets allow.
        secret_access_key: The secret that belongs to it.
        session_token: For temporary keys.
        region: Region of the bucket; most other stores ignore it.

    Raises:
        InputError: The endpoint is no web address, or half of a key is missing.
    """

    def __init__(
        self,
        endpoint: str = "",
        *,
        access_key_id: str = "",
        secret_access_key: str = "",
        session_token: str = "",
        region: str = "us-east-1",
    ) -> None:
        self.endpoint = str(endpoint or f"https://s3.{region}.amazonaws.com")
        if split_address(self.endpoint).scheme not in WEB_SCHEMES:
            raise InputError(
                "The endpoint of an object store is a web address.",
                advice='For example: ogc.S3("https://s3.example.org")',
            )
        if bool(access_key_id) != bool(secret_access_key):
            raise InputError(
                "A key for an object store has two parts.",
                advice="Pass both access_key_id= and secret_access_key=, or neither.",
            )
        self.region = region
        self._key = (access_key_id, secret_access_key, session_token)
        self._stores: dict[str, Any] = {}

    def open(self, url: str) -> S3Object:
        """Return an object; nothing is asked before it is read.

        Raises:
            InputError: The address names no object.
            MissingExtraError: The extra ``s3`` is not installed.
        """
        bucket, key = bucket_and_key(url)
        if bucket not in self._stores:
            self._stores[bucket] = self._open(bucket)
        where = f"{clean(bucket, limit=60)}/{clean(key, limit=120)} at {self.endpoint}"
        return S3Object(self._stores[bucket], key, where)

    def _open(self, bucket: str) -> Any:  # noqa: ANN401 # obstore may be missing
        need_extra("Opening s3:// addresses", "s3", "obstore.store")
        from datetime import timedelta

        from obstore.store import S3Store

        key_id, secret, token = self._key
        # obstore fills what is left out from AWS_* variables, so nothing is left out.
        options: dict[str, Any] = {"skip_signature": True}
        if key_id:
            options = {
                "skip_signature": False,
                "credential_provider": lambda: {
                    "access_key_id": key_id,
                    "secret_access_key": secret,
                    "token": token or None,
                    "expires_at": None,
                },
            }
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            region=self.region,
            virtual_hosted_style_request=False,
            request_payer=False,
            client_options={
                "allow_http": self.endpoint.startswith("http:"),
                "connect_timeout": timedelta(seconds=_CONNECT_S),
                "timeout": timedelta(seconds=_TRANSFER_S),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
            **options,
        )

    def __repr__(self) -> str:
        who = "with a key" if self._key[0] else "anonymous"
        return f"<S3 {self.endpoint} {who}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials are not pickled; make a new S3 there.")


class MissingObjectError(TransportError):
    """There is no such object in the store."""


class S3Object:
    """An object, read whole or in parts.

    Every method raises :class:`~ogc_widgets.errors.TransportError` where the store
    refuses or does not answer.
    """

    def __init__(self, store: Any, key: str, where: str) -> None:  # noqa: ANN401 # see S3
        self._store = store
        self._key = key
        self._where = where

    async def size(self) -> int:
        """Ask for the size in bytes."""
        return (await self.facts())[0]

    async def facts(self) -> tuple[int, str]:
        """Ask for the size in bytes, and for what proves that it is the same file."""
        with self._words():
            known = await self._store.head_async(self._key)
        return int(known["size"]), str(known["e_tag"] or "")

    async def read(self, start: int, length: int) -> bytes:
        """Read a part."""
        with self._words():
            part = self._store.get_range_async(self._key, start=start, length=length)
            return bytes(await part)

    async def whole(self) -> bytes:
        """Read all of it, without asking for its size."""
        with self._words():
            return bytes(await (await self._store.get_async(self._key)).bytes_async())

    async def stream(self, start: int = 0, etag: str = "") -> AsyncIterator[bytes]:
        """Yield what comes from ``start`` on, piece by piece.

        Args:
            start: How many bytes of it are there already.
            etag: What proves that the rest is of the same file.
        """
        options: dict[str, Any] = {"if_match": etag} if etag else {}
        if start:
            options["range"] = {"offset": start}
        with self._words():
            found = await self._store.get_async(self._key, options=options)
            pieces = found.stream(_CHUNK_BYTES)
        while True:
            with self._words():
                piece = await anext(pieces, None)
            if piece is None:
                return
            yield bytes(piece)

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """Say in words what a store says; its own text may hold signed addresses."""
        import obstore.exceptions as kinds

        advice = "Check the endpoint, and that it can be reached from here."
        kind = TransportError
        try:
            yield
        except (kinds.NotFoundError, FileNotFoundError):
            what = f"There is no {self._where}."
            kind = MissingObjectError
            advice = "Check the endpoint: ogc.S3(endpoint, ...)."
        except (kinds.PermissionDeniedError, kinds.UnauthenticatedError):
            what = f"The object store does not let you read {self._where}."
            advice = S3_ADVICE
        except kinds.PreconditionError:
            what = f"{self._where} has changed meanwhile."
            advice = "Try again."
        except (kinds.BaseError, OSError):
            what = f"The object store did not give {self._where}."
        else:
            return
        raise kind(what, advice=advice)


def is_object(url: str) -> bool:
    """Whether an address is one of an object store."""
    return split_address(url).scheme == "s3"


def bucket_and_key(url: str) -> tuple[str, str]:
    """Split an address such as ``s3://bucket/key``.

    Some servers put their own host and port in front: ``s3://host:80/bucket/key``.

    Raises:
        InputError: It names no object.
    """
    parts = split_address(url)
    bucket, key = parts.netloc.rpartition("@")[2], parts.path.lstrip("/")
    if ":" in bucket:
        bucket, _, key = key.partition("/")
    if not is_object(url) or not bucket or not key:
        raise InputError(f"{clean(url, limit=120)!r} is not the address of an object.")
    return bucket, unquote(key)
