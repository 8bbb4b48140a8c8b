"""Oddities of servers: told once where somebody can hear it, kept as evidence.

A poller reads the same document again and again with nobody to hear it, so it reads in
silence; the oddities of a server were told when the document was first read. Whoever
collects evidence hears all of them.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import DialectWarning, OgcWarning, StrictError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    Hearer = Callable[[str], None]
    Ignored = type[OgcWarning] | str

_is_silent: ContextVar[bool] = ContextVar("is_silent", default=False)
_ignored: ContextVar[tuple[Ignored, ...] | None] = ContextVar("ignored", default=None)
_hearer: ContextVar[Hearer | None] = ContextVar("hearer", default=None)


@dataclass(frozen=True)
class Oddity:
    """Something that a server does differently from the standard.

    Attributes:
        sentence: What it is, one sentence.
        where: The request or the member that shows it, or ``""``.
    """

    sentence: str
    where: str = ""

    def __str__(self) -> str:
        return self.sentence


@contextmanager
def _held(variable: ContextVar[Any], value: object) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def silent() -> AbstractContextManager[None]:
    """Give no warnings and raise no errors for oddities in this task or thread."""
    return _held(_is_silent, value=True)


def strict(
    ignore: Ignored | Iterable[Ignored] = (),
) -> AbstractContextManager[None]:
    """Raise an error where this package would warn and go on.

    ::

        with ogc.strict():
            client.processes()

    A job is never lost to it: the answer to an execute request and the documents that
    a watcher reads are still taken as they are.

    Args:
        ignore: Oddities to let pass in silence: warning classes of
            :mod:`ogc_widgets.errors`, or words that stand in the message.
    """
    ignored = (ignore,) if isinstance(ignore, (str, type)) else tuple(ignore)
    return _held(_ignored, ignored)


def tell(hearer: Hearer) -> None:
    """From here on, let oddities found in this task be told to a function as well.

    Whatever is read after an answer of a server, in the same task, is about that
    server; so its client calls this with every request.
    """
    _hearer.set(hearer)


@contextmanager
def heard() -> Iterator[list[str]]:
    """Give the oddities that are told in the block, which are told as always."""
    told: list[str] = []
    others = _hearer.get()

    def hear(message: str) -> None:
        told.append(message)
        if others is not None:
            others(message)

    with _held(_hearer, hear):
        yield told


def own_context() -> Context:
    """Return a context that holds what was said here, and nothing of anybody else.

    A kernel keeps the cell that runs in the context. What goes on after that cell, in
    another thread, must not say for ever that it belongs to it.
    """
    context = Context()
    kept: tuple[ContextVar[Any], ...] = (_is_silent, _ignored, _hearer)
    for variable in kept:
        context.run(variable.set, variable.get())
    return context


def notice(message: str, category: type[OgcWarning] = DialectWarning) -> None:
    """Say that a server is off the standard and that this package went on.

    Raises:
        StrictError: Inside :func:`strict`.
    """
    message = printable(message)
    hearer = _hearer.get()
    if hearer is not None:
        hearer(message)
    if _is_silent.get():
        return
    ignored = _ignored.get()
    if ignored is None:
        warnings.warn(message, category, stacklevel=3)
        return
    for item in ignored:
        if item in message if isinstance(item, str) else issubclass(category, item):
            return
    advice = "Without ogc.strict() this would be a warning."
    raise StrictError(message, advice=advice, category=category)
