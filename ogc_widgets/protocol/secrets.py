"""What is a secret, or may be one: in values, in descriptions, in signed links."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.links import split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogc_widgets.protocol.documents.processes import Process

_SECRET_NAME = pattern(
    r"passw|passphrase|secret|token|credential|api.?key|access.?key|authorization",
    re.IGNORECASE,
)
# How the ids and titles of inputs end that take one: apiKey, "Access token".
_TAKES_SECRET = pattern(
    r"\b(passw(or)?d|passphrase|pwd|secret|token|credentials?|"
    r"(api|access|secret|private|account|auth) ?key|apikey)$"
)
_CAMEL = pattern(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
# Who describes one of these means no secret: it is known, or of another form.
_NO_SECRET = frozenset(
    {"default", "enum", "const", "oneOf", "anyOf", "contentMediaType"}
)
_QUERY = pattern(r"(?<=[\w/])\?[^\s\"'<>]+")
_IS_SECRET = pattern(r"writeonly|password", re.IGNORECASE)
# Members that hold values, in which "password" is a word like others.
_VALUES = frozenset({"default", "example", "examples", "enum", "const"})
_USER_INFO = pattern(r"(?<=://)[^/\s@]+@")
# Members of a query that identify somebody, beside the names above.
_SIGNING = pattern(r"^(key|sig|auth|jwt|code|session|.*signature|.*key-pair-id)$")
# What no word, date or number looks like: letters and digits without an end.
_RANDOM = pattern(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{24,}")


def without_secrets(value: object) -> object:
    """A copy of a JSON value with secrets replaced by ``***``.

    Secret are the values of names that say so, the query part of addresses (signed
    links carry their key there) and user names with passwords in addresses.
    """
    return _copied(value, lambda text: without_keys(text) if "://" in text else text)


def _copied(
    value: object, change: Callable[[str], str], *, by_name: bool = True
) -> object:
    """A copy with changed texts, and without the values of names that are secret."""
    if isinstance(value, Mapping):
        return {
            key: "***"
            if by_name and _SECRET_NAME.search(str(key))
            else _copied(member, change, by_name=by_name)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [_copied(member, change, by_name=by_name) for member in value]
    return change(value) if isinstance(value, str) else value


def without_keys(text: str) -> str:
    """A text with ``***`` in place of queries and users in the addresses in it."""
    return _USER_INFO.sub("***@", _QUERY.sub("?***", text))


def takes_secret(schema: Mapping[str, Any], *names: str) -> bool:
    """Whether a plain text takes a secret by its name, as no format says that it does.

    Args:
        schema: Its schema.
        names: Its id and its title.
    """
    kind = schema.get("type")
    is_text = "string" in (kind if isinstance(kind, list) else [kind])
    if not is_text or schema.get("format") or _NO_SECRET & schema.keys():
        return False
    words = (_CAMEL.sub(" ", name).strip().lower() for name in names)
    return any(map(_TAKES_SECRET.search, words))


def describes_secret(description: object) -> bool:
    """Whether a description, or any part of it, may be that of a secret."""
    if isinstance(description, Mapping):
        return any(
            value == "password"  # a format, or a wish how it is to be shown
            or (value is True and _IS_SECRET.search(str(key)))
            or _is_named_secret(str(key), value)
            or describes_secret(value)
            for key, value in description.items()
            if key not in _VALUES or isinstance(value, Mapping)
        )
    if isinstance(description, list | tuple):
        return any(map(describes_secret, description))
    return False


def _is_named_secret(name: str, described: object) -> bool:
    if not isinstance(described, Mapping):
        return False
    inner = described.get("schema")
    schema = inner if isinstance(inner, Mapping) else described
    titles = [one.get("title") for one in (described, schema)]
    return takes_secret(schema, name, *(one for one in titles if type(one) is str))


def secret_inputs(process: Process | None) -> frozenset[str]:
    """Ids of the inputs that are, or have in them, something not to be written down."""
    described = process.inputs if process is not None else {}
    return frozenset(
        name for name, one in described.items() if describes_secret({name: one.raw})
    )


def shown_inputs(inputs: Mapping[str, Any], process: Process | None) -> dict[str, Any]:
    """Inputs as they may be shown to others.

    Args:
        inputs: What was sent.
        process: The process, which says what is secret.
    """
    secret = secret_inputs(process)
    shown: Any = without_secrets(
        {name: "***" if name in secret else one for name, one in inputs.items()}
    )
    return dict(shown)


def secret_texts(inputs: Mapping[str, Any], process: Process | None) -> frozenset[str]:
    """Texts in inputs that are described as secret: servers repeat them elsewhere."""
    secret = secret_inputs(process)
    return frozenset(
        text
        for name, value in inputs.items()
        if name in secret
        for text in _texts_in(value)
    )


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(one)


def to_keep(value: object, *, by_name: bool = True) -> object:
    """A copy of a JSON value to be kept and used again, without secrets.

    Other than in :func:`without_secrets`, nothing is cut, and the query of an address
    stays unless it is signed or holds a secret: a search is nothing without it.

    Args:
        value: The value.
        by_name: Whether names tell secrets; not in descriptions, where they are those
            of inputs.
    """
    return _copied(value, text_to_keep, by_name=by_name)


def text_to_keep(text: str) -> str:
    """A text to be kept, in which no address has a user or a query with a secret."""
    return _USER_INFO.sub("***@", _QUERY.sub(_kept_query, text))


def _kept_query(found: re.Match[str]) -> str:
    query = found[0]
    if is_signed(f"https://x/{query}"):
        return "?***"
    is_secret = any(
        _SECRET_NAME.search(name)
        or _SIGNING.match(name.lower())
        or _RANDOM.fullmatch(value)
        for name, value in parse_qsl(query[1:].partition("#")[0])
    )
    return "?***" if is_secret else query


# -- links that are signed for some time, as object stores give them -------------------

AGAIN: Final = "Ask for the results again."
# How long a link lasts, from when, by the prefix of Amazon's scheme and of Google's.
_SCHEMES: Final = (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires"))
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_SHORT_DAY: Final = timedelta(hours=20)


def signed_until(url: str) -> tuple[datetime | None, int | None]:
    """Until when a link is signed, and for how many seconds; None where unknown."""
    query = {name.lower(): value for name, value in parse_qsl(split_address(url).query)}
    with contextlib.suppress(ValueError, OverflowError, OSError):
        for start, span in _SCHEMES:
            if start in query and span in query:
                begin = datetime.strptime(query[start], "%Y%m%dT%H%M%S%z")
                seconds = int(query[span])
                return begin + timedelta(seconds=seconds), seconds
        if "expires" in query and ("signature" in query or "key-pair-id" in query):
            return datetime.fromtimestamp(int(query["expires"]), UTC), None
        if "se" in query and "sig" in query:
            until = datetime.fromisoformat(query["se"])
            return until if until.tzinfo else until.replace(tzinfo=UTC), None
    return None, None


def is_signed(url: str) -> bool:
    """Whether a link is one of those that run out."""
    return signed_until(url)[0] is not None


def why_it_ended(url: str, now: datetime | None = None) -> str:
    """Say of a link that gave nothing whether its time is over, and what to do."""
    now = now or datetime.now(UTC)
    until, seconds = signed_until(url)
    if until is None:
        return f"The link may have run out. {AGAIN}"
    if until > now:
        return AGAIN
    day = "" if now - until < _SHORT_DAY else f"{until:%d %B} "
    span = f"for {_span(seconds)}, " if seconds else ""
    return (
        f"The link has run out: it was signed {span}until {day}{until:%H:%M} UTC. "
        f"{AGAIN}"
    )


def _span(seconds: int) -> str:
    size, unit = next(
        (one for one in _UNITS if seconds >= one[0] and seconds % one[0] == 0),
        (1, "second"),
    )
    count = seconds // size
    return f"one {unit}" if count == 1 else f"{count:,} {unit}s"
