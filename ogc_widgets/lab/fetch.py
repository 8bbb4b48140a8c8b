"""Read a small document from another server, or say in a few words why not."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from ogc_widgets.lab.settings import LOOPBACK_HOSTS

_TIMEOUT_S = 30
_LARGEST_MIB = 16  # real items and packages have a few kilobytes


class UnreachableError(Exception):
    """A document could not be read; the text is the reason, without a full stop."""


def fetch(address: str, accept: str) -> bytes:
    """Return the document at an address. Blocks, so a server calls it in a thread.

    Args:
        address: An http or https address.
        accept: Media types that are wanted.

    Raises:
        UnreachableError: There is no such document, or it is too large.
    """
    try:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise UnreachableError("it is not an http or https address")
        request = urllib.request.Request(  # noqa: S310 - the scheme has been checked
            address, headers={"Accept": accept}
        )
        with _opener(address).open(request, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read((_LARGEST_MIB << 20) + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise UnreachableError(f"the server answered {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise UnreachableError(f"no answer in {_TIMEOUT_S} s") from None
        words = getattr(reason, "strerror", None) or str(reason) or "no answer"
        raise UnreachableError(words.rstrip(".")) from None
    if len(content) > _LARGEST_MIB << 20:
        raise UnreachableError(f"it is larger than {_LARGEST_MIB} MiB")
    return content


def _opener(address: str) -> urllib.request.OpenerDirector:
    if urlsplit(address).hostname in LOOPBACK_HOSTS:
        # A site's web proxy cannot reach this machine's own loopback.
        return urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener()
