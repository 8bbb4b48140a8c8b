"""What a server is, can do and does differently, with the evidence, to pass on.

Made for two readers: somebody who wonders what to expect of a server, and its
operators, who need to know what was seen where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogc_widgets.protocol.links import find_link, without_query
from ogc_widgets.protocol.notices import Oddity
from ogc_widgets.protocol.text import clean, escape_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ogc_widgets.protocol.documents.processes import Process, ProcessSummary
    from ogc_widgets.protocol.documents.server import (
        Capabilities,
        Conformance,
        LandingPage,
    )

_PARTS = {
    1: ", Core",
    2: ", Deploy, Replace, Undeploy",
    3: ", Workflows and Chaining",
    4: ", Job Management",
}
_HEADINGS = {
    "facts": "What it is",
    "can": "What it can do",
    "cannot": "What it cannot do",
    "unsaid": "What it does not say",
    "differs": "What it does differently",
}
_CONTROL = frozenset({"sync-execute", "async-execute", "dismiss"})
_MOST_EXAMPLES = 3
_SHORT = 160
_LONG = 400


@dataclass(frozen=True)
class Fact:
    """One line about a server.

    Attributes:
        text: What is known; for people, without markup.
        evidence: Where it was seen: a header, link, conformance class or member.
        label: What it is about, or ``""``.
    """

    text: str
    evidence: str = ""
    label: str = ""


@dataclass(frozen=True, repr=False)
class ServerReport:
    """What is known about a server. Prints as text; a notebook shows it as a table.

    Attributes:
        title: The server's own name, or its host.
        url: The address in use.
        facts: What it is.
        can: What it can do.
        cannot: What it cannot do.
        unsaid: What it does not say.
        differs: What it does differently from the standard.
        made_by: The program that made this.
    """

    title: str
    url: str
    facts: tuple[Fact, ...]
    can: tuple[Fact, ...]
    cannot: tuple[Fact, ...]
    unsaid: tuple[Fact, ...]
    differs: tuple[Fact, ...]
    made_by: str = ""

    @property
    def sections(self) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
        """The parts with their headings; those without a line are left out."""
        parts = ((said, getattr(self, name)) for name, said in _HEADINGS.items())
        return tuple((heading, facts) for heading, facts in parts if facts)

    def markdown(self) -> str:
        """The report as Markdown, for an issue or an e-mail."""
        lines = [f"# {_plain(self.title)}", "", self.url]
        for heading, facts in self.sections:
            lines += ["", f"## {heading}", ""]
            for fact in facts:
                code = fact.evidence.replace("`", "'")
                label = f"{fact.label}: " if fact.label else ""
                seen = f" (`{code}`)" if code else ""
                lines.append(f"- {label}{_plain(fact.text)}{seen}")
        if self.made_by:
            lines += ["", f"Seen with {self.made_by}."]
        return "\n".join([*lines, ""])

    __str__ = __repr__ = _repr_markdown_ = markdown

    def html(self) -> str:
        """The report as an escaped table without styles."""
        rows = ""
        for heading, facts in self.sections:
            for fact in facts:
                text = f"{fact.label}: {fact.text}" if fact.label else fact.text
                seen = escape_html(fact.evidence, limit=_LONG)
                rows += (
                    f"<tr><th>{heading if fact is facts[0] else ''}</th>"
                    f"<td>{escape_html(text, limit=_LONG)}</td>"
                    f"<td><small>{seen}</small></td></tr>"
                )
        head = f"{escape_html(self.title)} ({escape_html(self.url, limit=_LONG)})"
        return f"<table><caption>{head}</caption><tbody>{rows}</tbody></table>"

    _repr_html_ = html


def report(
    url: str,
    capabilities: Capabilities,
    *,
    landing: LandingPage | None = None,
    conformance: Conformance | None = None,
    processes: Sequence[ProcessSummary] | None = None,
    descriptions: Iterable[Process] = (),
    headers: Mapping[str, str] | None = None,
    oddities: Iterable[Oddity] = (),
    made_by: str = "",
) -> ServerReport:
    """Write down what is known about a server.

    Args:
        url: The address in use.
        capabilities: What it can do.
        landing: Its landing page, if it has one.
        conformance: Its conformance declaration, if it could be read.
        processes: Its processes, if they could be listed.
        descriptions: The descriptions that were read.
        headers: Headers of an answer, for the software that it names.
        oddities: What was off the standard so far.
        made_by: The program that writes this.
    """
    host = url.partition("://")[2].partition("/")[0]
    told: dict[bool | None, list[Fact]] = {True: [], False: [], None: []}
    for one in capabilities:
        words = one.verb[0].upper() + one.verb[1:]
        told[one.available].append(Fact(words, clean(one.evidence, limit=_SHORT)))
    said = _differences(landing, conformance, processes, descriptions)
    return ServerReport(
        title=clean(landing.title if landing else "") or host,
        url=without_query(url),
        facts=tuple(_facts(landing, conformance, processes, headers or {})),
        can=tuple(told[True]),
        cannot=tuple(told[False]),
        unsaid=tuple(told[None]),
        differs=tuple(
            Fact(clean(odd.sentence, limit=_LONG), clean(odd.where, limit=_SHORT))
            for odd in (*said, *oddities)
        ),
        made_by=made_by,
    )


def _facts(
    landing: LandingPage | None,
    conformance: Conformance | None,
    processes: Sequence[ProcessSummary] | None,
    headers: Mapping[str, str],
) -> Iterator[Fact]:
    for name in ("x-powered-by", "server"):
        if value := clean(headers.get(name), limit=_SHORT):
            yield Fact(value, f"header {name.title()}", "Software")
    own = find_link(landing.links, "self") if landing else None
    if own:
        yield Fact(without_query(own.href), "link self", "Calls itself")
    for part, versions in (conformance.versions if conformance else {}).items():
        words = ", ".join(clean(version, limit=20) for version in versions)
        evidence = f"conformance classes ogcapi-processes-{part}"
        yield Fact(f"Part {part}{_PARTS.get(part, '')}: {words}", evidence, "Standard")
    if processes is not None:
        yield Fact(str(len(processes)), "list of processes", "Processes")


def _differences(
    landing: LandingPage | None,
    conformance: Conformance | None,
    processes: Sequence[ProcessSummary] | None,
    descriptions: Iterable[Process],
) -> Iterator[Oddity]:
    if landing is None:
        yield Oddity("It has no landing page; its resources were found by their paths.")
    else:
        for relation in ("conformance", "processes"):
            if find_link(landing.links, relation) is None:
                yield Oddity(f"Its landing page has no link {relation}.", "links")
    if conformance is None or not conformance.names:
        yield Oddity("It declares no conformance class of OGC API - Processes.")
    elif not conformance.has("core"):
        yield Oddity("It does not declare the conformance class core.", "conformsTo")
    listed = processes or ()
    no_version = [one.id for one in listed if not one.version]
    no_control = [one.id for one in listed if not one.job_control_options]
    lists = {"version": no_version, "jobControlOptions": no_control}
    for member, lacking in lists.items():
        if lacking:
            yield Oddity(
                f"{len(lacking)} of {len(listed)} processes have no {member}.",
                _some(lacking),
            )
    words = {word for one in listed for word in one.job_control_options} - _CONTROL
    if words:
        yield Oddity(
            "Its processes have job control options that the standard does not know.",
            f"jobControlOptions: {_some(sorted(words))}",
        )
    for process in descriptions:
        bare = [name for name, item in process.inputs.items() if not item.schema]
        if bare:
            yield Oddity(
                f"{len(bare)} of {len(process.inputs)} inputs of "
                f"{clean(process.id, limit=80)} have no schema.",
                _some(bare),
            )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(clean(name, limit=60) for name in names[:_MOST_EXAMPLES])
    return f"{shown}, …" if len(names) > _MOST_EXAMPLES else shown


def _plain(text: str) -> str:
    """Text that Markdown leaves alone: a server's words are not its markup."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>|#!~" else c for c in text)
