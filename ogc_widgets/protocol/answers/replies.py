"""Answers of a server, and what one means that refuses.

Neither the code nor the media type is trusted alone: servers answer JSON as
``text/html``, ``null`` for a created job, and results where a job was asked for.
Gateways do not answer 401: they redirect to a page with a form, and answer 200 there.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from functools import cached_property
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
from ogc_widgets.patterns import pattern
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.documents.problems import Problem
from ogc_widgets.protocol.links import (
    WEB_SCHEMES,
    Link,
    absolute,
    header_links,
    read_links,
    without_query,
)
from ogc_widgets.protocol.media_types import is_html, is_page
from ogc_widgets.protocol.notices import notice, silent
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ogc_widgets.protocol.json_type import JsonValue

LONGEST_RETRY_AFTER_S = 300.0
_LONGEST_REFUSAL_S = 86_400.0

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
_HANDED_ON = pattern(
    rb"timed? ?-?out|\breset\b|disconnect|connection closed|backend fetch failed",
    re.IGNORECASE,
)

# A server that answers 403 has understood the request and does not do it (RFC 9110,
# 15.5.4). Many mean "sign in"; others want a licence to be accepted, count a quota, or
# are a firewall. These say so.
_ASKS = pattern(
    r"not (?:logged|signed) in\b|\b(?:log|sign)[ -]?in\b|authenticat|credential"
    r"|anonymous|\btokens?\b|\b(?:missing|invalid|expired|no|access|api)[ -]?key\b",
    re.IGNORECASE,
)
_EXPLAINS = pattern(
    r"licen[cs]e|\bterms\b|\baccept|agreement|consent|quota|limit|exceed|too many"
    r"|credits?\b|budget|billing|payment|subscri|\bplan\b|firewall|\bwaf\b|block"
    r"|reject|reference #|(?:support|ray|incident|request) id|\bip\b|\bcountry|region"
    r"|proxy|suspend|disabled|maintenance|embargo|read[ -]only|policy|captcha|robot",
    re.IGNORECASE,
)
_ADDRESS = pattern(r"\bhttps?://\S+")
# Who has signed in, and is told this, is somebody who may not.
_RIGHTS = pattern(
    r"permission|privilege|\brights?\b|\broles?\b|\bscopes?\b|not allowed|may not\b",
    re.IGNORECASE,
)
_ANCHOR = pattern(r"<a\s[^>]{0,500}?href\s*=\s*[\"']([^\"'\s]{1,1000})", re.IGNORECASE)
# The kind of a problem is the address of a page on it (RFC 9457, 3.1.1).
_MEMBERS = ("help", "link", "url", "more_info", "moreInfo", "documentation", "type")
_NO_HELP = frozenset({"self", "monitor", "up", "alternate"})

_PASSWORD = pattern(rb"<input[^>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)
_LOGIN_WORDS = pattern(
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

    @cached_property
    def problem(self) -> Problem:
        """What it says if it is a refusal."""
        return Problem.from_json(self.json_or_none())

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
        if self.body.strip():
            with contextlib.suppress(ProtocolError), silent():
                return self.json()
        return None

    def excerpt(self, limit: int = 200) -> str:
        """The words of a page for people; ``""`` for a document."""
        if self.problem.raw is not None:
            return ""
        page = self.body[:4_000].decode("utf-8", errors="replace")
        tags = r"<(style|script)\b.*?(?:</\1[^>]*>|\Z)|<[^>]*(?:>|\Z)"
        words = re.sub(tags, " ", page, flags=re.DOTALL | re.IGNORECASE)
        return clean(words, limit=limit)


def retry_after_s(
    headers: Mapping[str, str], longest_s: float = LONGEST_RETRY_AFTER_S
) -> float | None:
    """Read ``Retry-After``: seconds, or a date compared with the server's own clock.

    Args:
        headers: Those of an answer.
        longest_s: The longest that is believed; who only looks again may do so sooner.

    Returns:
        Seconds from 0 to ``longest_s``; ``None`` where the header is missing or makes
        no sense.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,12}(\.\d+)?", value):
        return min(float(value), longest_s)
    when, now = (reading.http_date(one) for one in (value, headers.get("date", "")))
    if when is None or now is None:
        return None
    return min(max((when - now).total_seconds(), 0.0), longest_s)


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
    document = reply.problem.raw
    kind = _ERROR_OF_KIND.get(reply.problem.kind, ProblemError)
    if kind is ProblemError and asks_to_sign_in(reply):
        kind = SignInError
    elif kind is ProblemError and reply.status_code in (404, 410):
        kind = missing
    said = clean(reply.problem.summary, limit=1_000) or reply.excerpt()
    if reply.status_code == 403 and kind is ProblemError:
        link = next(_help_links(reply), "")
        if link and link not in said:
            advice = f"See {clean(link, limit=500)}"
    end = f": {said}" if said else "."
    return kind(
        f"The server answered {reply.status_code} to {reply.where}{end}",
        status_code=reply.status_code,
        problem=document if isinstance(document, dict) else None,
        safe=safe,
        advice=advice or _advice(reply),
        retry_after_s=retry_after_s(reply.headers, _LONGEST_REFUSAL_S),
    )


def asks_to_sign_in(reply: Reply) -> bool:
    """Whether a refusal means that the user should sign in, or as somebody else."""
    problem = reply.problem
    if reply.status_code != 403 or problem.kind == "immutableprocess":
        return reply.status_code == 401
    if "www-authenticate" in reply.headers:
        return True
    # The kind as words: LicenceNotAccepted as its server wrote it.
    named = f"{problem.type} {problem.title}"
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])|[/#_-]", " ", named)
    said = f"{kind} {problem.summary} {reply.excerpt(1_000)}"
    said = _ADDRESS.sub(" ", said)
    explains = bool(_EXPLAINS.search(said))
    if _ASKS.search(said):
        # "The quota of this API key is used up" against "of anonymous users".
        return not (explains and reply.has_credentials)
    # Without a reason that people could read, it is the usual one; and tokens end.
    return not (explains or (reply.has_credentials and _RIGHTS.search(said)))


def _help_links(reply: Reply) -> Iterator[str]:
    """The addresses at which a refusal says more, the best first."""
    document = reply.problem.raw
    for link in (*read_links(document, reply.url), *reply.links):
        if link.relation not in _NO_HELP:
            yield link.href
    said = [absolute(reading.mapping(document).get(name)) for name in _MEMBERS]
    # A kind that the standard names is explained nowhere else.
    urls = [url for url in said if "opengis.net" not in url]
    if document is None:
        page = reply.body[:20_000].decode("utf-8", errors="replace")
        urls = [absolute(found[1], reply.url) for found in _ANCHOR.finditer(page)]
    yield from (url for url in urls if url.partition(":")[0] in WEB_SCHEMES)


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
    """Tell a page to sign in from the document that was asked for at an address.

    Raises:
        SignInError: The answer is such a page.
    """
    is_web_page = is_html(reply.content_type) or is_page(reply.body)
    if reply.status_code >= 400 or not is_web_page:
        return
    is_elsewhere = reply.url.partition("?")[0] != url.partition("?")[0]
    has_password = _PASSWORD.search(reply.body) is not None
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
