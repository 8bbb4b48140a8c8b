"""Logs for reading: what a terminal would have shown, as plain lines."""

from __future__ import annotations

import re

from ogc_widgets.protocol.text import clean

_TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
)


def log_lines(text: str) -> str:
    """A log as a terminal would show it, without colours or controls.

    Progress bars rewrite their line with carriage returns; only the last state of
    such a line is kept.
    """
    plain = _TERMINAL.sub("", text).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n")]
    return clean("\n".join(lines), limit=len(text) + 1, lines=True)
