"""IP addresses as hosts of links: in every spelling, and where they lead to."""

from __future__ import annotations

import ipaddress

from ogc_widgets.patterns import pattern

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMBER = pattern(r"0[xX][0-9a-fA-F]+|[0-9]+")
# IPv6 addresses that hold one of IPv4 (RFC 6052, RFC 4291 section 2.5.5.1).
_HOLD_IPV4 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96")))
# Where clouds tell a machine its secrets, beside the link-local addresses.
_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192",
         "168.63.129.16"),
    )
)  # fmt: skip


def read_ip(host: str) -> IP | None:
    """Read a host as systems do when they connect.

    ``127.1``, ``0x7f.1`` and ``2130706433`` are ``127.0.0.1`` (POSIX, ``inet_addr``),
    and an IPv4 address in one of IPv6 is what is reached in the end.

    Returns:
        ``None`` for a name.
    """
    try:
        ip = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return _old_spelling(host)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    held = ip.ipv4_mapped or ip.sixtofour
    if held is None and any(ip in network for network in _HOLD_IPV4):
        held = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return held or ip


def is_public(ip: IP) -> bool:
    """Whether an address is the same machine for everybody."""
    return ip.is_global and not ip.is_multicast and not is_metadata(ip)


def is_metadata(ip: IP) -> bool:
    """Whether an address is link-local, or one where clouds tell machines secrets."""
    return ip.is_link_local or ip in _METADATA


def _old_spelling(host: str) -> IP | None:
    parts = host.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        *first, last = map(_number, parts)
        value = last
        for place, number in enumerate(first):
            value += number << 8 * (3 - place)
        fits = last < 1 << 8 * (4 - len(first)) and all(one < 256 for one in first)
        return ipaddress.IPv4Address(value) if fits else None
    except ValueError:  # such as 08, which is no octal number
        return None


def _number(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return int(text, 8) if text.startswith("0") else int(text)
