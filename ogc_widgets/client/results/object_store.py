"""Object stores (``s3://``): opened with credentials passed for that, and only those.

Results of processing servers often lie in an S3-compatible store whose address the
notebook cannot guess. :class:`S3` says where it is and what opens it. Nothing is looked
up in the environment, in files of other tools or from the machine's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

from ogc_widgets.errors import InputError, MissingExtraError, TransportError
from ogc_widgets.protocol.links import WEB_SCHEMES, split_address
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
        self.endpoint = endpoint or f"https://s3.{region}.amazonaws.com"
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

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Yield the bytes of an object, piece by piece.

        Args:
            url: ``s3://bucket/key``, or ``s3://host:port/bucket/key``.

        Raises:
            TransportError: The store refused, or did not answer.
        """
        import obstore

        store, key = self._find(url)
        try:
            answer = await obstore.get_async(store, key)
            async for chunk in answer.stream(_CHUNK_BYTES):
                yield bytes(chunk)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise _refused(url, self.endpoint, error) from None

    async def size(self, url: str) -> int:
        """Ask for the size of an object in bytes.

        Raises:
            TransportError: The store refused, or did not answer.
        """
        import obstore

        store, key = self._find(url)
        try:
            return int((await obstore.head_async(store, key))["size"])
        except (obstore.exceptions.BaseError, OSError) as error:
            raise _refused(url, self.endpoint, error) from None

    async def read(self, url: str, start: int, length: int) -> bytes:
        """Read a part of an object.

        Raises:
            TransportError: The store refused, or did not answer.
        """
        import obstore

        store, key = self._find(url)
        try:
            return bytes(
                await obstore.get_range_async(store, key, start=start, length=length)
            )
        except (obstore.exceptions.BaseError, OSError) as error:
            raise _refused(url, self.endpoint, error) from None

    def _find(self, url: str) -> tuple[Any, str]:
        bucket, key = bucket_and_key(url)
        if bucket not in self._stores:
            self._stores[bucket] = self._open(bucket)
        return self._stores[bucket], key

    def _open(self, bucket: str) -> Any:  # noqa: ANN401 # obstore may be missing
        from datetime import timedelta

        try:
            from obstore.store import S3Store
        except ImportError:
            raise MissingExtraError("Opening s3:// addresses", "s3") from None
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


def _refused(url: str, endpoint: str, error: Exception) -> TransportError:
    """Say in words what the store said; its own text may hold signed addresses."""
    import obstore.exceptions as kinds

    bucket, key = bucket_and_key(url)
    where = f"{clean(bucket, limit=60)}/{clean(key, limit=120)} at {endpoint}"
    if isinstance(error, kinds.NotFoundError | FileNotFoundError):
        return TransportError(
            f"There is no {where}.", advice="Check the endpoint: ogc.S3(endpoint, ...)."
        )
    if isinstance(error, kinds.PermissionDeniedError | kinds.UnauthenticatedError):
        return TransportError(
            f"The object store does not let you read {where}.",
            advice=S3_ADVICE,
        )
    return TransportError(
        f"The object store did not give {where}.",
        advice="Check the endpoint, and that it can be reached from here.",
    )
