"""Why a job failed: which texts of servers say it, and which say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ogc_widgets.protocol.documents.documents import Problem

if TYPE_CHECKING:
    from ogc_widgets.protocol.answers.replies import Reply

# That it failed is known; that it was accepted was said before it failed.
_SAYS_NOTHING = re.compile(
    r"""(?: (?:the|your|an?)\s+ )?
    (?: job|process|service|execution|request )?
    [\s:]* (?: (?:execution|status|is|was|has|been|internal|server|unknown|an)[\s:]+ )*
    (?: failed|failure|error|exception|unknown|accepted|running|queued|submitted
      |started|pending|created|dismissed )
    (?: \s+occurr?ed )?
    | (?:no\s+message|no\s+reason)(?:\s+provided)? | none | null | n/?a | not\s+found
    | job\s?results\s?failed | job\ results\ not\ available\ because\ execution\ failed
    | .*\baccepted\ to\ run\ your\ service""",
    re.IGNORECASE | re.VERBOSE,
)
# With these a server says no more than that there are no results.
_KINDS = frozenset(
    f"{word}not{what}"
    for word in ("result", "results")
    for what in ("ready", "available")
)
_SILENT = frozenset({401, 403, 404, 405, 406, 410, 429, 501, 503})


def says_nothing(text: str) -> bool:
    """Whether a message of a failed job tells no more than its state, or less."""
    plain = text.strip(" \t\r\n.!")
    return not plain or bool(_SAYS_NOTHING.fullmatch(plain))


def reason_in(reply: Reply) -> str:
    """Read why a job failed from what stands in the place of its results.

    Servers answer with a problem document, some of them with status 200 (ZOO-Project),
    or with a list of exceptions (Weaver).

    Returns:
        The reason, not cleaned; ``""`` where there is none.
    """
    document = reply.json_or_none()
    if reply.status_code in _SILENT or document is None:
        return ""
    if isinstance(document, list) and all(isinstance(one, str) for one in document):
        return "\n".join(document)
    problem = Problem.from_json(document)
    if reply.is_ok and not _is_problem(document):
        return ""
    if problem.kind in _KINDS:
        return ""
    body = [text for text in (problem.detail, problem.cause) if not says_nothing(text)]
    said = [problem.title, *body] if not says_nothing(problem.title) else body
    return ": ".join(text.rstrip(" .:") for text in dict.fromkeys(said)) if body else ""


def _is_problem(document: object) -> bool:
    if isinstance(document, list):
        return bool(document) and _is_problem(document[0])
    if not isinstance(document, Mapping):
        return False
    names = {str(name).lower() for name in document}
    says = names & {"detail", "description", "message", "text", "cause"}
    return bool(says and names & {"title", "type", "code", "status", "exception"})


def told(message: str, reason: str, *, is_stale: bool) -> str:
    """Put together what a server says of a failure.

    Args:
        message: The message of the status.
        reason: What stands in the place of the results, or ``""``.
        is_stale: Whether the message was there before the failure.
    """
    if says_nothing(message):
        return reason
    if not reason or _plain(reason) in _plain(message):
        return message
    if is_stale or _plain(message) in _plain(reason):
        return reason
    return f"{message}\n{reason}"


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" .").casefold()
