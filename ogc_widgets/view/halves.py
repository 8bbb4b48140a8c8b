r"""Halves of characters on their way to the page and back.

JSON can hold half of a surrogate pair (``"\ud800"``), the messages of a kernel cannot:
they are UTF-8, and one such text in a trait would keep all of it from the page. There a
half is U+FFFD, which is drawn as a mark, and two variation selectors, which are not
drawn and say which half it was. So an id that the page gives back is the one of the
server, and two different halves stay two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.patterns import pattern

if TYPE_CHECKING:
    import re

_FIRST_HALF = 0xD800
_FIRST_SELECTOR = 0xE0100
_NUMBERS = {int, float}
_HALF = pattern("[\ud800-\udfff]")
_SHOWN = pattern("\ufffd([\U000e0100-\U000e011f])([\U000e0100-\U000e013f])")


def to_page(value: Any) -> Any:  # noqa: ANN401 # whatever a trait or message holds
    """The same with every half of a character as the page has it."""
    return _each(value, lambda text: _HALF.sub(_show, text))


def from_page(value: Any) -> Any:  # noqa: ANN401 # whatever a trait or message holds
    """The same with every half of a character as the server gave it."""
    return _each(value, lambda text: _SHOWN.sub(_restore, text))


def _show(half: re.Match[str]) -> str:
    high, low = divmod(ord(half[0]) - _FIRST_HALF, 64)
    return f"\ufffd{chr(_FIRST_SELECTOR + high)}{chr(_FIRST_SELECTOR + low)}"


def _restore(shown: re.Match[str]) -> str:
    high, low = (ord(selector) - _FIRST_SELECTOR for selector in shown.groups())
    return chr(_FIRST_HALF + high * 64 + low)


def _each(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 # as above
    if isinstance(value, str):
        return value if value.isascii() else change(value)
    if isinstance(value, (list, tuple)):
        # Ids may be very many as well.
        if {*map(type, value)} == {str} and all(map(str.isascii, value)):
            return [*value]
        # Positions are left as they are: outlines have very many.
        return [
            one
            if type(one) is list and {*map(type, one)} <= _NUMBERS
            else _each(one, change)
            for one in value
        ]
    if isinstance(value, Mapping):
        return {_each(k, change): _each(v, change) for k, v in value.items()}
    return value
