"""Keep the lab and its jobs from link-local addresses.

Behind 169.254.169.254 and the like, a cloud tells a machine its own secrets. A package
or a STAC item may name such an address, by number, by a name that leads there, or by a
redirect. So every connection that Python makes is judged, by the address that it goes
to in the end.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from typing import Any

_REASON = "it leads to a link-local address, where machines keep secrets of their own"
# The same service over IPv6, in a range that is not link-local.
_METADATA = ipaddress.ip_address("fd00:ec2::254")


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
