"""What is a secret, or may be one: in values and in descriptions."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|api.?key|access.?key|authorization",
    re.IGNORECASE,
)
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
_IS_SECRET = re.compile(r"writeonly|password", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")


def without_secrets(value: object) -> object:
    """A copy of a JSON value with secrets replaced by ``***``.

    Secret are the values of names that say so, the query part of addresses (signed
    links carry their key there) and user names with passwords in addresses.
    """
    if isinstance(value, Mapping):
        return {
            key: "***" if _SECRET_NAME.search(str(key)) else without_secrets(member)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(member) for member in value]
    if not isinstance(value, str) or "://" not in value:
        return value
    return without_keys(value)


def without_keys(text: str) -> str:
    """A text with ``***`` in place of queries and users in the addresses in it."""
    return _USER_INFO.sub("***@", _QUERY.sub("?***", text))


def describes_secret(description: object) -> bool:
    """Whether a description, or any part of it, may be that of a secret."""
    if isinstance(description, Mapping):
        return any(
            value == "password"  # a format, or a wish how it is to be shown
            or (value is True and _IS_SECRET.search(str(key)))
            or describes_secret(value)
            for key, value in description.items()
        )
    if isinstance(description, list | tuple):
        return any(map(describes_secret, description))
    return False
