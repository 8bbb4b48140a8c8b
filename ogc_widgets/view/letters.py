"""Texts in pictures that Pillow draws."""

from __future__ import annotations

import unicodedata
from typing import Final

_FOLDED: Final = str.maketrans({"–": "-", "—": "-", "−": "-", "ß": "ss", "ø": "o"})


def for_pillow(text: str) -> str:
    """A text in the letters that Pillow's own font has."""
    letters = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(one for one in letters if one.isascii() or one in "°±…")
