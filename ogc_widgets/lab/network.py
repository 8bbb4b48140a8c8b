"""What the lab and its jobs may reach, and how they read a small document.

Behind 169.254.169.254 and the like, a cloud tells a machine its own secrets. A package
or a STAC item may name such an address, by number, by a name that leads there, or by a
redirect. So every connection that Python makes is judged, by the address that it goes
to in the end.
"""

from __future__ import annotations

import errno
import http.client
import ipaddress
import socket
import sys
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from ogc_widgets.lab.settings import LOOPBACK_HOSTS

_REASON = "it leads to a link-local address, where machines keep secrets of their own"
# The same service over IPv6, in a range that is not link-local.
_METADATA = ipaddress.ip_address("fd00:ec2::254")
_TIMEOUT_S = 30
_LARGEST_MIB = 16  # real items and packages have a few kilobytes


def refuse_link_local() -> None:
    """Refuse connections of this process to link-local addresses from now on."""
    sys.addaudithook(_judge)


def check_host(host: str) -> None:
    """Refuse a host that leads to a link-local address.

    For libraries that make their connections outside of Python.

    Raises:
        PermissionError: It does.
    """
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return  # whoever connects will say so
    for *_, address in found:
        _check(address)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _check(arguments[1])


def _check(address: object) -> None:
    if not isinstance(address, tuple):
        return  # a socket file
    try:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return  # a name: it is looked up, and then connected to by number
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_link_local or ip == _METADATA:
        raise PermissionError(errno.EACCES, _REASON)


class UnreachableError(Exception):
    """A document could not be read; the text is the reason, without a full stop."""


def fetch(address: str, accept: str) -> bytes:
    """Return the document at an address. Blocks, so a server calls it in a thread.

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
