"""Who asks: a person whose token says who they are, or anybody."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from ogc_widgets.errors import InputError
from ogc_widgets.lab.server.problems import Problem
from ogc_widgets.lab.token_file import hashed, read_tokens

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """Whom a request is from.

    Attributes:
        id: What their jobs and processes are kept under.
        name: What others call them.
        is_admin: Whether they see and may end everything.
    """

    id: str
    name: str = ""
    is_admin: bool = False

    def may_change(self, owner: str) -> bool:
        """Whether something that belongs to somebody is theirs, or all is."""
        return self.is_admin or owner == self.id


EVERYBODY = Person("", is_admin=True)
"""Whom a request is from where there are no people, or one token for all."""


class BadTokenError(Exception):
    """A token is not good; the text says why, as a sentence."""


class TokenFile:
    """The people in a file of tokens, which is read again when it has changed."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._stamp: tuple[int, ...] | None = None
        self._people: dict[str, str] = {}

    def name_of(self, token: str) -> str:
        """Return whose token it is; empty where it is nobody's.

        Raises:
            Problem: The file has become unusable.
        """
        try:
            known = self._path.stat()
            stamp: tuple[int, ...] | None = (
                *(known.st_mtime_ns, known.st_size),
                *(known.st_ino, known.st_mode),
            )
        except OSError:
            stamp = None
        if stamp is None or stamp != self._stamp:
            try:
                self._people = read_tokens(self._path)
            except InputError as error:
                _log.warning("%s", error)
                raise Problem(
                    "cannot-sign-in",
                    reason="The people who run this server have to mend its file of "
                    "tokens; its log says how.",
                    headers={"Retry-After": "10"},
                ) from None
            self._stamp = stamp
        return self._people.get(hashed(token), "")
