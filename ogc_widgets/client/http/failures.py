"""What went wrong with a connection, in words for people and without secrets."""

from __future__ import annotations

import contextlib
import os
import ssl
from typing import TYPE_CHECKING

from ogc_widgets.errors import ConnectionFailedError, DeadlineError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ADVICE = "Check the address, and that the server runs and can be reached from here."
_PROXY_ADVICE = (
    "Check the address and the proxy settings (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."
)
_CERTIFICATE_ADVICE = (
    'If you trust the server, pass its CA file: Client(url, verify="/path/to/ca.pem").'
)


@contextlib.contextmanager
def in_plain_words(
    where: str, silence_s: float, redact: Callable[[str], str]
) -> Iterator[None]:
    """Turn what httpx raises into errors of ours.

    Args:
        where: Method and address of the request.
        silence_s: How long it waits for more.
        redact: Blanks out secrets.

    Raises:
        TransportError: No complete answer; ``ConnectionFailedError`` if the request
            never left.
    """
    import httpx

    unusable = (httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)
    unreachable = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    try:
        yield
    except (*unreachable, *unusable) as error:
        reason = _reason(error)
        advice = _ADVICE
        if isinstance(error, unusable):
            advice = _PROXY_ADVICE
        elif "certificate" in reason:
            advice = _CERTIFICATE_ADVICE
        raise ConnectionFailedError(
            f"No connection for {where}: {reason}.",
            safe="Nothing was sent.",
            advice=advice,
        ) from error
    except httpx.TimeoutException as error:
        raise DeadlineError(
            f"Silence for {silence_s:g} s from {where}.",
            advice="Try again; the server may be busy.",
        ) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        # It may quote the line of the answer that could not be read.
        reason = redact(_reason(error))
        raise TransportError(
            f"The connection broke before a complete answer to {where}: {reason}.",
            advice="Try again.",
        ) from (error if reason == _reason(error) else None)


def _reason(error: Exception) -> str:
    causes: list[BaseException] = [error]
    while (below := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(below)
    for cause in reversed(causes):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted ({cause.verify_message})"
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.errno:
            # asyncio's own words for a refused connection name only the address.
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    return str(error).rstrip(".") or type(error).__name__
