"""How far something is at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

Tone: TypeAlias = Literal["work", "good", "warn", "bad", "idle"]


@dataclass(frozen=True, slots=True)
class Step:
    """How far something is, in words that are clean of what a terminal would obey.

    Attributes:
        state: A word or two: ``"running"``.
        message: What the server says, one line.
        detail: What changes all the time, such as counts; a log gets no line for it.
        share: How much is done, 0 to 1, only where that is known; a share of a job is
            what its server says.
        elapsed_s: Seconds since it began, if that is known; shown going on from there.
        tone: How it goes.
        is_ended: Whether nothing more will happen.
    """

    state: str
    message: str = ""
    detail: str = ""
    share: float | None = None
    elapsed_s: float | None = None
    tone: Tone = "work"
    is_ended: bool = False

    def words(self, *more: str) -> str:
        """State, what else is to be said of it, detail and message."""
        told = ", ".join(one for one in (self.state, *more, self.detail) if one)
        return f"{told}: {self.message}" if self.message else told

    @property
    def percent(self) -> int | None:
        """The share in whole per cent; 100 only when all is done."""
        return (
            None
            if self.share is None
            else int(min(1.0, max(0.0, self.share)) * 100 + 1e-9)
        )


class Shown(Protocol):
    """Where steps are shown: a line, a log, a bar."""

    def show(self, step: Step) -> None:
        """Show how far it is now."""

    def end(self, *, was_left: bool) -> None:
        """Show nothing more.

        Args:
            was_left: Whether nobody waits any longer for something that goes on.
        """
