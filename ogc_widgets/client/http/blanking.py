"""Secrets blanked out: in answers that repeat them, and in log lines of httpx.

It is done to the bytes of an answer of any status, before anything is read from it, so
that nothing that is shown, logged, kept or raised can hold them. Files are left alone.
"""

from __future__ import annotations

import functools
import logging
import re
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.links import origin, without_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ogc_widgets.protocol.answers.replies import Reply

BLANK = "***"

# A shorter one may be a part of any word, and is blanked out nowhere.
SHORTEST = 6
# From here on it is no word that stands in documents by chance. A shorter one, such as
# "sentinel", is left in ids, links and values, which have to be sent back as they are.
_NO_WORD = 16
# Members that are there for people to read.
_WORDS = pattern(
    rb'("(?:title|description|message|detail|details|summary|abstract|reason|error|'
    rb'exception|cause|name|text|logs?|stdout|stderr|traceback|type|instance)"\s*:\s*)'
    rb'("[^"\\]*+(?:\\.[^"\\]*+)*+"|\[[^\[\]{}]*+\])'
)
_DOCUMENT = pattern(r"json|xml|html|text|yaml|multipart|form")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_WORKING_HEADERS = frozenset({"location", "content-location", "link"})


def _spelled(char: str) -> str:
    """A pattern for a character as JSON, HTML, addresses or Python may write it."""
    if char.isascii() and char.isalnum():
        return char
    raw = char.encode("utf-8", "surrogatepass")
    utf16 = char.encode("utf-16-be", "surrogatepass").hex()
    units = [utf16[start : start + 4] for start in range(0, len(utf16), 4)]
    # JSON in JSON in JSON; without an end, many backslashes would take minutes.
    ways = [
        r"\\{0,8}" + re.escape(raw).decode("latin-1"),
        "(?i:" + "".join(f"%{byte:02x}" for byte in raw) + ")",
        "(?i:" + "".join(rf"\\{{1,8}}u{unit}" for unit in units) + ")",
        f"(?i:&#(?:{ord(char)}|x0{{0,4}}{ord(char):x});)",
    ]
    ways += [r"\+"] if char == " " else []
    ways += [_HTML[char]] if char in _HTML else []
    return f"(?:{'|'.join(ways)})"


def _without(body: bytes, secret: str) -> bytes:
    # Letters and digits are written as they are: a look for those alone is quick.
    run = max(re.findall(r"[A-Za-z0-9]*", secret), key=len)
    if run.encode() not in body:
        return body
    pattern = "".join(map(_spelled, secret)).encode("latin-1")
    return re.sub(pattern, BLANK.encode(), body)


def blanked_bytes(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return bytes with ``***`` in place of secrets, however they are written."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            body = _without(body, secret)
    return body


def blanked(text: str, secrets: Iterable[str]) -> str:
    """Return a text with ``***`` in place of secrets that a server may have echoed."""
    body = blanked_bytes(text.encode("utf-8", "surrogatepass"), secrets)
    return body.decode("utf-8", "surrogatepass")


def blanked_headers(
    headers: Mapping[str, str], secrets: Iterable[str]
) -> dict[str, str]:
    """Return headers with ``***`` in place of secrets; links in them still work."""
    return {
        name: value if name in _WORKING_HEADERS else blanked(value, secrets)
        for name, value in headers.items()
    }


def blanked_reply(reply: Reply, secrets: Iterable[str]) -> Reply:
    """Return an answer with ``***`` in place of secrets, but for those in files."""
    secrets = set(secrets)
    if not secrets:
        return reply
    no_words = {secret for secret in secrets if len(secret) >= _NO_WORD}
    body = reply.body
    if not reply.is_ok:
        body = blanked_bytes(body, secrets)
    elif _is_document(reply):
        body = blanked_bytes(body, no_words)
        words = secrets - no_words
        if blanked_bytes(body, words) != body:
            body = _WORDS.sub(lambda m: m[1] + blanked_bytes(m[2], words), body)
    return replace(
        reply,
        body=body,
        headers={
            name: blanked(value, no_words)
            for name, value in blanked_headers(reply.headers, secrets).items()
        },
        url=_below_its_origin(reply.url, no_words),
    )


def _is_document(reply: Reply) -> bool:
    kind = reply.content_type.lower()
    looks_like_one = reply.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<")
    return not kind or bool(_DOCUMENT.search(kind)) or looks_like_one


def _below_its_origin(url: str, secrets: Iterable[str]) -> str:
    said = blanked(url, secrets)
    return said if origin(said) == origin(url) else url


# What takes secrets out of words about the requests of this task; None for others'.
_redact: ContextVar[Callable[[str], str] | None] = ContextVar("redact", default=None)


def keep_logs_quiet(redact: Callable[[str], str]) -> None:
    """Keep queries, user-info, headers and secrets out of log lines of this task."""
    _redact.set(redact)
    _put_filter_on()


@functools.cache
def _put_filter_on() -> None:
    for name in ("", ".connection", ".http11", ".http2", ".proxy", ".socks"):
        logging.getLogger(f"httpcore{name}").addFilter(_QuietFilter())
    logging.getLogger("httpx").addFilter(_QuietFilter())


class _QuietFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        redact = _redact.get()
        if redact is None:
            return True
        if record.name.startswith("httpcore"):
            return False  # they hold whole requests and all headers
        if isinstance(record.args, tuple):
            # Addresses, and words that the server has chosen.
            record.args = tuple(
                redact(without_query(str(item)))
                if type(item).__name__ == "URL"
                else redact(item)
                if isinstance(item, str)
                else item
                for item in record.args
            )
        return True
