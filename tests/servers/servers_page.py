"""docs/servers.md: what came of every verb on every server in the last whole run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contract import VERBS, WORKS, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).resolve().parents[2] / "docs" / "servers.md"

_HEAD = """\
# Servers

What each verb does on each server, as the tests have seen it. This page is written by
`make servers`, which runs them all; do not change it by hand.

- **Run**: the server itself was started on the machine that ran the tests.
- **Replayed**: the answers of such a server, recorded request by request, were given
  over a real socket. "not recorded" names the request that nobody sent when it was
  recorded, or whose answer nobody waited for.
- **Stood in for**: a server made for the tests spoke the dialect, over a real socket,
  with the documents that such servers have given where there were any.

A server that is not on this page works as well, if it keeps to the standard or errs in
a way that one of these errs in: nothing here depends on the name of a server. The tests
also try servers that mix these dialects in ways nobody has built.

A sentence in place of "works" is what you read when you try it.
"""

Outcomes = dict[str, dict[str, str]]


def section(subject: Subject, outcomes: Mapping[str, str], *, version: str) -> str:
    """The part of the page about one server.

    Args:
        subject: The server.
        outcomes: Verb to what came of it.
        version: Its version, in words.
    """
    rows = [f"| {verb} | {outcomes[verb]} |" for verb in VERBS]
    return "\n".join(
        [f"## {subject.name}", "", version, "", *_table("verb", "result"), *rows, ""]
    )


def _table(*titles: str) -> list[str]:
    return [f"| {' | '.join(titles)} |", f"| {' | '.join('---' for _ in titles)} |"]


def in_words(subject: Subject) -> str:
    """How the server was tried; the only line that changes with a new version."""
    if subject.version == "recorded":
        return "Stood in for."
    if subject.version == "replayed":
        return "Replayed."
    return f"Run, version {subject.version}."


def page(subjects: list[Subject], outcomes: Outcomes) -> str:
    """The whole page."""
    overview = [
        f"| {subject.name} | {in_words(subject).rstrip('.')} | "
        f"{sum(result == WORKS for result in outcomes[subject.key].values())} of "
        f"{len(VERBS)} |"
        for subject in subjects
    ]
    sections = [
        section(subject, outcomes[subject.key], version=in_words(subject))
        for subject in subjects
    ]
    return "\n".join(
        [_HEAD, *_table("server", "how", "verbs that work"), *overview, "", *sections]
    )


def without_versions(text: str) -> str:
    """The page without what changes when a server is released."""
    return "\n".join(
        line for line in text.splitlines() if not line.startswith("Run, version")
    )
