"""What a 403 means: sign in, or something that no credentials change.

A server that answers 403 has understood the request and does not do it (RFC 9110,
15.5.4). Many mean "sign in"; others want a licence to be accepted, count a quota, or
are a firewall. These say so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogc_widgets.protocol.links import WEB_SCHEMES, absolute, header_links, read_links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.protocol.documents.problems import Problem

_ASKS = re.compile(
    r"not (?:logged|signed) in\b|\b(?:log|sign)[ -]?in\b|authenticat|credential"
    r"|anonymous|\btokens?\b|\b(?:missing|invalid|expired|no|access|api)[ -]?key\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"licen[cs]e|\bterms\b|\baccept|agreement|consent|quota|limit|exceed|too many"
    r"|credits?\b|budget|billing|payment|subscri|\bplan\b|firewall|\bwaf\b|block"
    r"|reject|reference #|(?:support|ray|incident|request) id|\bip\b|\bcountry|region"
    r"|proxy|suspend|disabled|maintenance|embargo|read[ -]only|policy|captcha|robot",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\bhttps?://\S+")
# Who has signed in, and is told this, is somebody who may not.
_RIGHTS = re.compile(
    r"permission|privilege|\brights?\b|\broles?\b|\bscopes?\b|not allowed|may not\b",
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"<a\s[^>]{0,500}?href\s*=\s*[\"']([^\"'\s]{1,1000})", re.IGNORECASE
)
# The kind of a problem is the address of a page on it (RFC 9457, 3.1.1).
_MEMBERS = ("help", "link", "url", "more_info", "moreInfo", "documentation", "type")
_NO_HELP = frozenset({"self", "monitor", "up", "alternate"})


def wants_sign_in(
    said: str, headers: Mapping[str, str], *, has_credentials: bool
) -> bool:
    """Whether other credentials may help with a 403.

    Args:
        said: All that the server says, with the kind of the problem.
        headers: Its headers.
        has_credentials: Whether the request had any.
    """
    if "www-authenticate" in headers:
        return True
    said = _ADDRESS.sub(" ", said)
    explains = bool(_EXPLAINS.search(said))
    if _ASKS.search(said):
        # "The quota of this API key is used up" against "of anonymous users".
        return not (explains and has_credentials)
    if explains:
        return False
    # Without a reason that people could read, it is the usual one; and tokens end.
    return not (has_credentials and _RIGHTS.search(said))


def help_link(
    document: object, body: bytes, headers: Mapping[str, str], url: str
) -> str:
    """Return the address at which a refusal says more, or ``""``."""
    links = list(header_links(headers.get("link", ""), url))
    if isinstance(document, dict):
        links[:0] = read_links(document, url)
    for link in links:
        if link.relation not in _NO_HELP:
            return link.href
    if isinstance(document, dict):
        for name in _MEMBERS:
            # A kind that the standard names is explained nowhere else.
            if (href := absolute(document.get(name))) and "opengis.net" not in href:
                return href if href.partition(":")[0] in WEB_SCHEMES else ""
    if document is None:
        page = body[:20_000].decode("utf-8", errors="replace")
        for found in _ANCHOR.finditer(page):
            href = absolute(found[1], url)
            if href.partition(":")[0] in WEB_SCHEMES:
                return href
    return ""


def kind_words(problem: Problem) -> str:
    """The kind of a problem as words: ``LicenceNotAccepted`` as its server wrote it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[/#_-]", " ", f"{problem.type} {problem.title}")
