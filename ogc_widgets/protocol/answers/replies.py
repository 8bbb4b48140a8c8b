"""Replies to read: what a status code, its headers and its body mean together.

Neither the code nor the media type is trusted alone: servers answer JSON as
``text/html``, ``null`` for a created job, and results where a job was asked for.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from ogc_widgets.errors import (
    NoSuchJobError,
    NoSuchProcessError,
    ProblemError,
    ProtocolError,
    ResultsGoneError,
    ResultsNotReadyError,
    SignInError,
)
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.answers.refusals import help_link, kind_words, wants_sign_in
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.links import (
    Link,
    header_links,
    without_query,
)
from ogc_widgets.protocol.media_types import is_html, is_page
from ogc_widgets.protocol.notices import notice, silent
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.json_type import JsonValue

LONGEST_RETRY_AFTER_S = 300.0

_ERROR_OF_KIND: dict[str, type[ProblemError]] = {
    "nosuchjob": NoSuchJobError,
    "nosuchprocess": NoSuchProcessError,
    "resultnotready": ResultsNotReadyError,
    "resultsnotready": ResultsNotReadyError,
    "resultnotavailable": ResultsGoneError,
    "resultsnotavailable": ResultsGoneError,
}

# With these a server says that it has done nothing.
_NOT_DONE = frozenset({501, 503, 505, 511, 521, 523, 525, 526})
# Some gateways say 503 also of a request that they have handed on.
_HANDED_ON = re.compile(
    rb"timed? ?-?out|\breset\b|disconnect|connection closed|backend fetch failed",
    re.IGNORECASE,
)


# Gateways do not answer 401: they redirect to a page with a form, and answer 200.
_PASSWORD = re.compile(rb"<input[^>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_WORDS = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|sso|saml2?|oauth2?|oidc|openid-connect|cas|"
    r"authorize|authenticate|idp|shibboleth|keycloak)(?:[/._-]|$)",
    re.IGNORECASE,
)
# What a request for a token or an assertion has in its query (RFC 6749, SAML 2.0, CAS).
_LOGIN_QUERY = frozenset({"client_id", "SAMLRequest", "redirect_uri"})


@dataclass(frozen=True)
class Reply:
    """A complete answer.

    Attributes:
        status_code: HTTP status code.
        headers: Header names in lower case to values.
        body: The decoded body.
        url: Address that answered, after redirects.
        method: Method of the request.
        has_credentials: Whether the request said who the user is.
    """

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""
    method: str = "GET"
    has_credentials: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether the status code is one of success."""
        return 200 <= self.status_code < 300

    @property
    def content_type(self) -> str:
        """The media type with its parameters, or ``""``."""
        return self.headers.get("content-type", "")

    @property
    def where(self) -> str:
        """Method and address for messages, without the query."""
        return f"{self.method} {without_query(self.url)}"

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of the ``Link`` header."""
        return header_links(self.headers.get("link", ""), self.url)

    def json(self) -> JsonValue:
        """Read the body as JSON, whatever its media type says.

        Raises:
            ProtocolError: It is not JSON.
        """
        where = without_query(self.url)
        value = parse_json(self.body, source=where, content_type=self.content_type)
        if "json" not in self.content_type.lower():
            said = clean(self.content_type, limit=80) or "nothing"
            notice(f"The answer from {where} is JSON, but its media type says {said}.")
        return value

    def json_or_none(self) -> JsonValue:
        """Read the body as JSON; ``None`` if it is empty or something else."""
        if not self.body.strip():
            return None
        with contextlib.suppress(ProtocolError), silent():
            return self.json()
        return None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After``: seconds, or a date compared with the server's own clock.

    Returns:
        Seconds from 0 to 300; ``None`` where the header is missing or makes no sense.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,12}(\.\d+)?", value):
        return min(float(value), LONGEST_RETRY_AFTER_S)
    when, now = (reading.http_date(one) for one in (value, headers.get("date", "")))
    if when is None or now is None:
        return None
    return min(max((when - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def problem_error(
    reply: Reply,
    *,
    missing: type[ProblemError] = ProblemError,
    safe: str = "",
    advice: str = "",
) -> ProblemError:
    """Make the error for an answer that is not one of success.

    Args:
        reply: The answer.
        missing: What a plain 404 or 410 means here.
        safe: What has not been lost or changed.
        advice: What to do next, where the status code does not say.
    """
    document = reply.json_or_none()
    problem = Problem.from_json(document)
    kind = _ERROR_OF_KIND.get(problem.kind)
    if kind is None:
        if asks_to_sign_in(reply):
            kind = SignInError
        elif reply.status_code in (404, 410):
            kind = missing
        else:
            kind = ProblemError
    said = clean(problem.summary, limit=1_000) or _excerpt(reply, document)
    if reply.status_code == 403 and kind is ProblemError:
        link = help_link(document, reply.body, reply.headers, reply.url)
        if link and link not in said:
            advice = f"See {clean(link, limit=500)}"
    end = f": {said}" if said else "."
    return kind(
        f"The server answered {reply.status_code} to {reply.where}{end}",
        status_code=reply.status_code,
        problem=document if isinstance(document, dict) else None,
        safe=safe,
        advice=advice or _advice(reply),
    )


def asks_to_sign_in(reply: Reply) -> bool:
    """Whether a refusal means that the user should sign in, or as somebody else."""
    if reply.status_code != 403:
        return reply.status_code == 401
    document = reply.json_or_none()
    problem = Problem.from_json(document)
    if problem.kind == "immutableprocess":
        return False
    page = _excerpt(reply, document, limit=1_000)
    said = f"{kind_words(problem)} {problem.summary} {page}"
    return wants_sign_in(said, reply.headers, has_credentials=reply.has_credentials)


def _excerpt(reply: Reply, document: object, *, limit: int = 200) -> str:
    if document is not None or not reply.body.strip():
        return ""
    page = reply.body[:4_000].decode("utf-8", errors="replace")
    # A page for people: its words are enough.
    words = re.sub(r"<(style|script)\b.*?(?:</\1[^>]*>|\Z)|<[^>]*(?:>|\Z)", " ", page,
                   flags=re.DOTALL | re.IGNORECASE)  # fmt: skip
    return clean(words, limit=limit)


def _advice(reply: Reply) -> str:
    match reply.status_code:
        case 403 if not asks_to_sign_in(reply):
            return (
                "Signing in does not change this: do what the server says, or ask the "
                "people who run it."
            )
        case 401 | 403:
            return "Sign in: client.sign_in(token), or in a box: ogc.SignIn(client)."
        case 404 | 410:
            return "Check the address and the id."
        case 413:
            return "Send large inputs by reference (a link) instead of by value."
        case 429 | 503:
            wait = retry_after_s(reply.headers)
            when = f"in {wait:.0f} s" if wait else "in a while"
            return f"The server is busy: try again {when}."
    if reply.status_code >= 500:
        return "The fault is on the server; its operators can find it in their log."
    return ""


def may_have_worked(reply: Reply) -> bool:
    """Whether the server may have done what was asked, although it says otherwise.

    A 5xx means that something broke, before or after it was done (RFC 9110, 15.6).
    Only a 503 with its own meaning, and codes of those who could not even try, say
    that it was not.
    """
    if reply.status_code == 503 and "retry-after" not in reply.headers:
        return bool(_HANDED_ON.search(reply.body[:4_000]))
    return reply.status_code >= 500 and reply.status_code not in _NOT_DONE


def unexpected_page(reply: Reply, wanted: str) -> ProtocolError:
    """Make the error for a server that does not look like the right one."""
    return ProtocolError(
        f"{reply.where} is not {wanted} of an OGC API - Processes server.",
        advice="Pass the address of the landing page, for example "
        "https://example.org/acme/ogc-api",
    )


def is_login_address(url: str) -> bool:
    """Whether an address looks like that of a page to sign in."""
    parts = urlsplit(url)
    names = f"{parts.hostname or ''}{parts.path}"
    return bool(
        _LOGIN_WORDS.search(names) or _LOGIN_QUERY & parse_qs(parts.query).keys()
    )


def refuse_login_page(url: str, reply: Reply) -> None:
    """Tell a page to sign in from the document that was asked for.

    Args:
        url: The address that was asked.
        reply: The answer, after redirects.

    Raises:
        SignInError: The answer is such a page.
    """
    if reply.status_code >= 400 or not (
        is_html(reply.content_type) or is_page(reply.body)
    ):
        return
    is_elsewhere = reply.url.partition("?")[0] != url.partition("?")[0]
    has_password = bool(_PASSWORD.search(reply.body))
    if has_password or (is_elsewhere and is_login_address(reply.url)):
        raise sign_in_page_error(reply.url, status_code=reply.status_code)


def sign_in_page_error(url: str, *, status_code: int) -> SignInError:
    """Return the error of a request that ended at a page to sign in."""
    host = clean(urlsplit(url).hostname, limit=100)
    return SignInError(
        f"The server wants you to sign in: it answered with a sign-in page on {host}.",
        status_code=status_code,
        safe="Jobs on the server go on.",
        advice="Sign in with a token: Client(url, auth=...). If you did, it has ended.",
    )
