"""Pages that want a person to sign in where a program asked for a document.

Gateways in front of a server do not answer 401: they redirect to a page with a form, on
the same server or on that of an identity provider, and answer 200 there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from ogc_widgets.errors import SignInError
from ogc_widgets.protocol.documents.result_values import is_page
from ogc_widgets.protocol.media_types import is_html
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from ogc_widgets.protocol.answers.replies import Reply

_PASSWORD = re.compile(rb"<input[^>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)
_WORDS = re.compile(
    r"(?:^|[/._-])(?:log-?in|sign-?in|sso|saml2?|oauth2?|oidc|openid-connect|cas|"
    r"authorize|authenticate|idp|shibboleth|keycloak)(?:[/._-]|$)",
    re.IGNORECASE,
)
# What a request for a token or an assertion has in its query (RFC 6749, SAML 2.0, CAS).
_QUERY = frozenset({"client_id", "SAMLRequest", "redirect_uri"})


def is_login_address(url: str) -> bool:
    """Whether an address looks like that of a page to sign in."""
    parts = urlsplit(url)
    names = f"{parts.hostname or ''}{parts.path}"
    return bool(_WORDS.search(names) or _QUERY & parse_qs(parts.query).keys())


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
