"""Which jobs are wanted: asked of the server where it can, decided here in any case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol, TypeVar

from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.watching import phase_of

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.status import StatusInfo


class HasStatus(Protocol):
    """Anything with a job status."""

    @property
    def status(self) -> StatusInfo:
        """The status."""


J = TypeVar("J", bound=HasStatus)

STATUSES = ("accepted", "running", "successful", "failed", "dismissed")


@dataclass(frozen=True)
class JobQuery:
    """Which jobs are wanted.

    Attributes:
        process_id: Only jobs of this process, or ``""``.
        statuses: Only jobs of these states; all of them if empty.
        since: Only jobs created at this time or later, by the server's clock.
        text: Words that stand in the process, the id or the message; case is ignored.
    """

    process_id: str = ""
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    text: str = ""

    @classmethod
    def of(
        cls,
        process_id: str | None = None,
        status: str | Iterable[str] | None = None,
        since: datetime | None = None,
        text: str = "",
    ) -> JobQuery:
        """Make a query of what people pass.

        Raises:
            InputError: There is no such status, or the time has no date.
        """
        several = (status,) if isinstance(status, str) else status or ()
        words = tuple(several) if isinstance(several, Iterable) else (several,)
        statuses = tuple(word for word in words if word)
        for word in statuses:
            if word not in STATUSES:
                raise InputError(
                    f"There is no status {clean(word, limit=60)!r}.",
                    advice=f"One of: {', '.join(STATUSES)}.",
                )
        if since is not None and not isinstance(since, datetime):
            raise InputError(
                "since must be a datetime.",
                advice="For example: datetime.now(UTC) - timedelta(days=1)",
            )
        if since is not None and since.tzinfo is None:
            since = since.astimezone()
        return cls(process_id or "", statuses, since, text)

    @property
    def parameters(self) -> dict[str, str]:
        """The query members of the standard; the text can only be searched here."""
        found = {}
        if self.process_id:
            found["processID"] = self.process_id
        if self.statuses:
            found["status"] = ",".join(self.statuses)
        if self.since:
            moment = self.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            found["datetime"] = f"{moment}/.."
        return found

    def accepts(self, status: StatusInfo) -> bool:
        """Whether a job is wanted; what the server does not say counts for it."""
        if self.process_id and status.process_id not in (self.process_id, ""):
            return False
        if self.statuses and phase_of(status) not in self.statuses:
            return False
        created = status.created or status.started
        if self.since and created and created < self.since:
            return False
        if not self.text:
            return True
        places = f"{status.process_id}\n{status.job_id}\n{status.message}".casefold()
        return all(word in places for word in self.text.casefold().split())


def newest_first(jobs: Iterable[J]) -> list[J]:
    """Sort jobs, the newest first; in the server's order where it tells no times."""
    listed = list(jobs)
    moments = [m for job in listed if (m := _created(job.status)) is not None]
    if len(moments) < len(listed):
        return listed
    pairs = zip(moments, listed, strict=True)
    # Equal moments keep the server's order, in reverse too.
    return [job for _, job in sorted(pairs, key=itemgetter(0), reverse=True)]


def is_oldest_first(statuses: Iterable[StatusInfo]) -> bool:
    """Whether a page of jobs begins with the oldest."""
    moments = list(filter(None, map(_created, statuses)))
    return len(moments) > 1 and moments[0] < moments[-1]


def is_older(statuses: Iterable[StatusInfo], others: Iterable[StatusInfo]) -> bool:
    """Whether the newest of some jobs is older than the newest of others."""
    newest, other = (
        max(filter(None, map(_created, listed)), default=None)
        for listed in (statuses, others)
    )
    return newest is not None and other is not None and newest < other


def _created(status: StatusInfo) -> datetime | None:
    return status.created or status.started
