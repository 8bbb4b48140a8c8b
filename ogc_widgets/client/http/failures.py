"""What went wrong with a connection, in words for people and without secrets."""

from __future__ import annotations

import os
import re
import ssl
from typing import TYPE_CHECKING

from ogc_widgets.client.http.wires.exchange import SilentError, UnreachableError
from ogc_widgets.errors import ConnectionFailedError, DeadlineError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_widgets.client.http.wires.exchange import WireError

_ADVICE = "Check the address, and that the server runs and can be reached from here."
_PROXY_ADVICE = (
    "Check the address and the proxy settings (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."
)
_CERTIFICATE_ADVICE = (
    'If you trust the server, pass its CA file: Client(url, verify="/path/to/ca.pem").'
)

_ERRNO = re.compile(r"\[Errno (\d+)\]")


def in_plain_words(
    error: WireError, where: str, silence_s: float, redact: Callable[[str], str]
) -> TransportError:
    """Make an error of ours of what happened to a connection.

    Args:
        error: What happened.
        where: Method and address of the request.
        silence_s: How long it waits for more.
        redact: Blanks out secrets.

    Returns:
        A ``ConnectionFailedError`` if the request never left.
    """
    if isinstance(error, SilentError):
        return DeadlineError(
            f"Silence for {silence_s:g} s from {where}.",
            advice="Try again; the server may be busy.",
        )
    # It may quote what could not be read.
    reason = redact(_reason(error))
    if not isinstance(error, UnreachableError):
        return TransportError(
            f"The connection broke before a complete answer to {where}: {reason}.",
            advice="Try again.",
        )
    advice = _ADVICE
    if error.is_setting:
        advice = _PROXY_ADVICE
    elif "certificate" in reason:
        advice = _CERTIFICATE_ADVICE
    return ConnectionFailedError(
        f"No connection for {where}: {reason}.", safe="Nothing was sent.", advice=advice
    )


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
        if isinstance(cause, OSError) and (number := _ERRNO.search(str(cause))):
            return os.strerror(int(number[1]))  # of the first of several addresses
    said = next(filter(None, map(str, causes)), "") or type(causes[-1]).__name__
    return said.rstrip(".")
