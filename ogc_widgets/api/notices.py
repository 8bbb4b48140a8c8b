"""Warnings of this package, given once where somebody can see them.

A poller reads the same document again and again with nobody to hear it, so it reads in
silence; the oddities of a server were told when the document was first read.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ogc_widgets.errors import DialectWarning, OgcWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

_is_silent: ContextVar[bool] = ContextVar("is_silent", default=False)


@contextmanager
def silent() -> Iterator[None]:
    """Give no warnings in this task or thread."""
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def notice(message: str, category: type[OgcWarning] = DialectWarning) -> None:
    """Say that a server is off the standard and that this package went on."""
    if not _is_silent.get():
        warnings.warn(message, category, stacklevel=3)
