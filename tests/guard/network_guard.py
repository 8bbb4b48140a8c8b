"""No test may reach the internet: connections that leave the machine are refused.

An audit hook sees every connection and every look-up of a name that Python makes, in
this process and (through ``sitecustomize.py`` beside this file) in the Python programs
that tests start. A refusal is also written to a file, so that code which swallows the
exception is found at the end of the run.
"""

from __future__ import annotations

import os
import sys

# What few programs need is imported where it is used: tests start thousands of them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOG_VARIABLE = "OGCW_TEST_NETWORK_LOG"

# Names that can never exist (RFC 2606, RFC 6761), or only inside of somebody's cluster.
# Tests use them for servers that are not there; the look-up fails as it does on a
# machine without a network.
_NEVER = (
    *(".invalid", ".test", ".example", "example.com", "example.org", "example.net"),
    *(".cluster.local", "zookernel"),
)
# Nobody has this address (RFC 5737). Toil points a socket there, and sends nothing, to
# learn its own.
_NOBODY = "203.0.113.1"


class InternetBlockedError(RuntimeError):
    """A test tried to leave the machine."""


def is_local(host: object) -> bool:
    """Whether an address or name means this machine."""
    import ipaddress
    import socket

    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "":
        return True
    if not isinstance(host, str):
        return False
    if host in {"localhost", socket.gethostname()} or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:  # an old spelling, such as 127.1
            address = ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return False
    return address.is_loopback or address.is_unspecified


_installed: list[bool] = []


def install() -> None:
    """Refuse everything but loopback from now on."""
    if not _installed:  # a hook cannot be taken away, and would be called twice
        _installed.append(True)
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] == _NOBODY:
            import errno

            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(f"a connection to {address[0]}")
    elif event == "socket.getaddrinfo":
        import ipaddress
        import socket

        host = arguments[0]
        if is_local(host):
            return
        text = host.decode() if isinstance(host, bytes) else str(host)
        if text.endswith(_NEVER):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        try:
            ipaddress.ip_address(text)
        except ValueError:
            _refuse(f"a look-up of {text}")


def _refuse(what: str) -> None:
    log = os.environ.get(LOG_VARIABLE)
    if log:
        import traceback
        from pathlib import Path

        stack = "".join(traceback.format_stack(limit=12))
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{what} by {sys.argv[:3]}\n{stack}\n")
    raise InternetBlockedError(f"{what} was refused: tests stay on this machine")
