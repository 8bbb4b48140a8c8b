"""What the environment of a process says about connections: proxies, certificates.

Where it is of no use, httpx and ssl fail with errors of whichever library could not
read it. Here each becomes a sentence that names the variable. None of it holds up a
server on this machine.
"""

from __future__ import annotations

import contextlib
import functools
import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.addresses import read_ip
from ogc_widgets.protocol.links import origin, without_query
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

Verify = bool | str | os.PathLike[str] | ssl.SSLContext

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")


@functools.lru_cache
def is_loopback(url: str) -> bool:
    """Whether an address is one of this machine itself."""
    known = origin(url)
    host = known[1] if known else ""
    ip = read_ip(host)
    return host == "localhost" or (ip is not None and ip.is_loopback)


def has_proxies() -> bool:
    """Whether the environment, or the system, names a proxy for anything."""
    from urllib.request import getproxies  # loads much

    named = getproxies()
    return any(named.get(one) for one in ("http", "https", "all"))


def ssl_context(verify: Verify, *, is_here: bool) -> ssl.SSLContext:
    """Return how certificates are checked, for connections that speak HTTP/1.1."""
    context = _context(verify, is_here=is_here)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _context(verify: Verify, *, is_here: bool) -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    if verify is False:
        unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        return unchecked
    if isinstance(verify, str | os.PathLike):
        path = Path(verify).expanduser()
        try:
            if path.is_dir():
                return ssl.create_default_context(capath=path)
            return ssl.create_default_context(cafile=path)
        except OSError as error:
            raise InputError(
                f"{path} cannot be used as a CA file: {error.strerror or error}.",
                safe="Nothing was sent.",
                advice="Pass the path of a PEM file: Client(url, verify=path).",
            ) from None
    if verify is not True:
        raise InputError(
            f"verify is True, False, the path of a CA file, or an SSL context, not "
            f"{verify!r}.",
            safe="Nothing was sent.",
        )
    try:
        return _default_context(tuple(os.environ.get(name) for name in _CERTIFICATES))
    except OSError as error:  # ssl.SSLError is one, too
        if is_here:
            return _default_context(None)
        set_ones = [name for name in _CERTIFICATES if os.environ.get(name)]
        names = " and ".join(set_ones) or "The certificates of this machine"
        raise InputError(
            f"{names} cannot be used: {error.strerror or error}.",
            safe="Nothing was sent.",
            advice="Let it name a PEM file that is there, or unset it.",
        ) from None


@functools.lru_cache(4)
def _default_context(environment: tuple[str | None, ...] | None) -> ssl.SSLContext:
    file, folder = environment or (None, None)
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


@contextlib.contextmanager
def usable_proxies() -> Iterator[None]:
    """Name the variable, where one names a proxy that cannot be used."""
    import httpx

    try:
        yield
    except InputError:
        raise
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        name, value = _culprit()
        where = f" ({clean(without_query(value), limit=80)})" if value else ""
        what = f"{name} does not name a proxy that can be used{where}."
        advice = "It should look like http://proxy.example.org:3128. Or unset it."
        if isinstance(error, ImportError):
            what = f"{name} names a SOCKS proxy{where}, for which a package is missing."
            advice = 'Install it with: pip install "httpx[socks]". Or unset it.'
        raise InputError(what, safe="Nothing was sent.", advice=advice) from None


def _culprit() -> tuple[str, str]:
    """The variable that httpx cannot use, and its value."""
    import httpx

    for name in (*_PROXIES, *map(str.lower, _PROXIES)):
        value = os.environ.get(name, "")
        address = value if "://" in value else f"http://{value}"
        try:
            httpx.AsyncHTTPTransport(verify=False, proxy=address if value else None)
        except (ImportError, ValueError, httpx.InvalidURL):
            return name, address
    return "NO_PROXY", ""
