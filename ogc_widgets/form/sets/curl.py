"""The body of a request in a cURL command, as tutorials and browsers write it."""

from __future__ import annotations

import re
import shlex
from typing import Final

from ogc_widgets.errors import InputError

_DATA: Final = frozenset({"-d", "--data", "--data-raw", "--data-binary", "--json"})
# A prompt of a shell may stand before it, or a variable that takes the answer.
_COMMAND: Final = re.compile(
    r"\s*(?:[$>!%]\s*|\w+=\$\(\s*)?curl(?:\.exe)?\s", re.IGNORECASE
)


def is_command(text: str) -> bool:
    """Whether a text is a cURL command."""
    return _COMMAND.match(text) is not None


def body_of(command: str) -> str:
    """What a cURL command sends.

    Raises:
        InputError: It sends nothing, or the content of a file.
    """
    for word, value in _options(_words(command)):
        if word not in _DATA:
            continue
        if value.startswith("@"):
            raise InputError(
                f"The command sends the file {value[1:]}, which is not in it.",
                advice="Paste the content of that file.",
            )
        return value
    raise InputError(
        "The command sends no request: it has no -d or --data.",
        advice="Paste the JSON body of the request.",
    )


def _words(command: str) -> list[str]:
    # A backslash, or a caret on Windows, at the end of a line continues it.
    joined = re.sub(r"[\\^]\r?\n", " ", command.strip().lstrip("$>!% "))
    joined = re.sub(r"\$'((?:[^'\\]|\\.)*)'", _ansi_quoted, joined)
    try:
        return shlex.split(joined)
    except ValueError:
        raise InputError(
            "The command is not complete: a quotation mark is not closed.",
            advice="Copy the whole command, or only the JSON body.",
        ) from None


def _ansi_quoted(found: re.Match[str]) -> str:
    """$'...' as the shell reads it, which is how browsers copy requests."""
    return shlex.quote(re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, found.group(1)))


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)


def _options(words: list[str]) -> list[tuple[str, str]]:
    pairs = list(zip(words, [*words[1:], ""], strict=True))
    glued = [(w.partition("=")[0], w.partition("=")[2]) for w in words if "=" in w]
    short = [("-d", w[2:]) for w in words if w.startswith("-d") and len(w) > 2]
    return [*pairs, *glued, *short]
