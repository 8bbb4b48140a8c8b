"""What is wrong with options of a lab for several people."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ogc_widgets.errors import InputError
from ogc_widgets.lab.token_file import read_tokens

Number = TypeVar("Number", int, float)


def check_people(
    tokens: str | Path | None, oidc: str | None, admins: str | None
) -> None:
    """Make sure that tokens, issuer and admins fit together."""
    if tokens and oidc:
        raise InputError(
            "tokens and oidc were given; a name could then be two people.",
            advice="Use one of them. A token of one's own for all goes with both.",
        )
    if admins and not (tokens or oidc):
        raise InputError("admins has a meaning only together with tokens or oidc.")
    if tokens:
        read_tokens(Path(tokens).expanduser())


def outside_address(url: str | None) -> str:
    """Return the address of a web server in front, without a slash at its end."""
    parts = urlsplit(url or "")
    if url and (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise InputError(
            f"url is {url!r}; it must be an https address.",
            advice="Give what stands before /acme/ogc-api, such as "
            "https://lab.example.org",
        )
    return (url or "").rstrip("/")


def at_least_0(name: str, value: Number | None) -> Number:
    """Return a limit; 0, which is none, where it is not given."""
    if value is None:
        return 0
    if not 0 <= value < math.inf:
        raise InputError(f"{name} is {value}; it must be at least 0 (for any number).")
    return value
