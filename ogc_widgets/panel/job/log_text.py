"""Messages and logs of jobs, for reading: what happened, and as a terminal shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ogc_widgets.patterns import pattern
from ogc_widgets.protocol.text import clean

_TRACEBACK = pattern(r"^\s*Traceback \(most recent call last\):", re.MULTILINE)
_ERROR = pattern(
    r"(error|exception)\b|\b(traceback|fatal|segmentation fault|killed)\b",
    re.IGNORECASE,
)
# Lines that carry the words above and tell of no failure at all.
_HARMLESS = pattern(
    r"\b(no|0|zero|without)\s+(errors?|exceptions?)\b|\berrors?\s*[:=]\s*0\b",
    re.IGNORECASE,
)

_TERMINAL = pattern(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
)


@dataclass(frozen=True)
class Failure:
    """A failure told in two parts.

    Attributes:
        lead: What happened, for reading; may have several lines.
        details: The server's traceback, word for word; empty if there is none.
    """

    lead: str
    details: str = ""


def read_failure(message: str) -> Failure:
    """Split a failed job's message into what happened and the traceback.

    Servers that run Python put the whole traceback into ``message``: its last line
    says what happened, the rest is for whoever wrote the process.
    """
    text = message.strip()
    found = _TRACEBACK.search(text)
    if found is None:
        return Failure(text)
    before = text[: found.start()].strip()
    last = _conclusion(text[found.start() :])
    lead = "\n".join(part for part in (before.rstrip(":"), last) if part)
    return Failure(lead or text.splitlines()[-1].strip(), text)


def _conclusion(traceback: str) -> str:
    """The exception line of a traceback, with the lines that continue it."""
    lines = traceback.splitlines()
    last_frame = max(
        (i for i, line in enumerate(lines) if line.startswith((" ", "\t"))), default=0
    )
    rest = [line.strip() for line in lines[last_frame + 1 :] if line.strip()]
    if not rest:
        rest = [line.strip() for line in lines if line.strip()][-1:]
    return "\n".join(rest)


def first_error_line(text: str) -> int | None:
    """Index of the first line that tells of an error, counted from 0; None if none."""
    for index, line in enumerate(text.split("\n")):
        if _ERROR.search(line) and not _HARMLESS.search(line):
            return index
    return None


def log_lines(text: str) -> str:
    """A log as a terminal would show it, without colours or controls.

    Progress bars rewrite their line with carriage returns; only the last state of
    such a line is kept.
    """
    plain = _TERMINAL.sub("", text).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n")]
    return clean("\n".join(lines), limit=len(text) + 1, lines=True)
