"""Why a run failed, in one sentence: the first error, not the last lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# What a step says last when it cannot go on.
_OWN_WORDS = re.compile(r"^\s*error:\s*(?P<sentence>.+)$", re.IGNORECASE)
# Toil's logs of a failed run repeat themselves; the first error is well before this.
_MOST_BYTES = 8 * 2**20
_TAIL_BYTES = 64 * 1024
_LONGEST = 1000


def own_words(lines: Iterable[str]) -> str:
    """Return what a step said itself, with a line ``error: <sentence>``."""
    found = [match for line in lines if (match := _OWN_WORDS.match(line))]
    return found[-1]["sentence"].strip() if found else ""


def first(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str] | None:
    """Return the first match of a pattern in lines."""
    return next(filter(None, map(pattern.search, lines)), None)


def first_explained(
    lines: Iterable[str], explanations: Mapping[re.Pattern[str], str]
) -> str:
    """Return the sentence for the first line that one of the patterns knows.

    ``{name}`` in a sentence is the pattern's group of this name.
    """
    for line in lines:
        for pattern, sentence in explanations.items():
            if match := pattern.search(line):
                return sentence.format_map(match.groupdict())
    return ""


def lines_of(path: Path | None) -> Iterator[str]:
    """Read the lines of a log from its beginning, without empty ones."""
    if path is None:
        return
    try:
        with path.open("rb") as stream:
            left = _MOST_BYTES
            while left > 0 and (line := stream.readline(left)):
                left -= len(line)
                if text := line.decode("utf-8", "replace").rstrip():
                    yield text
    except OSError:
        return


def tail(path: Path | None) -> list[str]:
    """Return the last lines of a log, without empty ones."""
    if path is None:
        return []
    try:
        with path.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def shortened(sentence: str) -> str:
    """Return a sentence that fits into a status message."""
    if len(sentence) > _LONGEST:
        return sentence[: _LONGEST - 1] + "…"
    return sentence
