"""Say why a job failed, in one sentence for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogc_widgets.lab.engines.progress import Tracker, step_title

if TYPE_CHECKING:
    from pathlib import Path

    from ogc_widgets.lab.engines.runner import JobFolder

_TAIL_BYTES = 64 * 1024
_LONGEST = 1000
_ERROR_LINE = re.compile(r"^error:\s*(?P<sentence>.+)$", re.IGNORECASE)
_NOT_FOUND = re.compile(r"^ERROR '(?P<program>[^']+)' not found")
_RUNNER_ERROR = re.compile(r"^(?:ERROR|CRITICAL)\s+(?P<text>.*)$")


def why_it_failed(
    folder: JobFolder, tracker: Tracker, exit_code: int
) -> tuple[str, int]:
    """Return why a job failed, and the HTTP status code that fits.

    The code is 400 where a step refused what it was given, 500 where something broke.

    A step that ends with a line ``error: <sentence>`` has said it itself. Otherwise
    the step's name and its last lines, or what the runner said.
    """
    logs = dict(folder.step_logs())
    titles = {name: step_title(tracker.step_of(name)) for name in tracker.failed}
    for name, title in titles.items():
        if sentence := _own_words(_tail(logs.get(name))):
            return _failure(f"{title} failed: {sentence}", 400)
    runner_lines = _tail(folder.log)
    name, title = next(iter(titles.items()), ("", "A step"))
    for line in runner_lines:
        if match := _NOT_FOUND.match(line):
            return _failure(
                f"{title} failed: the program {match['program']!r} is not installed "
                "here. The lab runs steps as plain programs, without containers."
            )
    if name:
        last = " / ".join(_tail(logs.get(name))[-3:])
        return _failure(f"{title} failed: {last or 'it said nothing on stderr'}")
    if text := _runner_words(runner_lines):
        return _failure(f"The package could not be run: {text}")
    last = " / ".join(runner_lines[-3:])
    return _failure(f"The runner ended with code {exit_code}. {last}".strip())


def _own_words(lines: list[str]) -> str:
    for line in reversed(lines):
        if match := _ERROR_LINE.match(line):
            return match["sentence"].strip()
    return ""


def _runner_words(lines: list[str]) -> str:
    """Return the runner's first error with the lines that belong to it."""
    for index, line in enumerate(lines):
        if match := _RUNNER_ERROR.match(line):
            more = []
            for follower in lines[index + 1 : index + 6]:
                if re.match(r"^(INFO|WARNING|ERROR|DEBUG)\b", follower):
                    break
                more.append(follower.strip())
            return " ".join([match["text"].strip(), *more]).strip()
    return ""


def _tail(path: Path | None) -> list[str]:
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


def _failure(text: str, code: int = 500) -> tuple[str, int]:
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return short, code
