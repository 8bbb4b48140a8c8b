"""A server's list of jobs whose contents and delays the test decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.api import Capabilities, JobView, StatusInfo
from ogc_widgets.client.loop import run

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_FINAL = {"successful", "failed", "dismissed"}


class ListedJob:
    """Has the members of an awaitable job that the table uses."""

    def __init__(self, server: FakeServer, document: dict[str, Any]) -> None:
        self.server = server
        self.id = document["jobID"]
        self.url = f"http://localhost/jobs/{self.id}"
        self.capabilities = Capabilities()
        self.watchers: list[Callable[[JobView], None]] = []
        self.set(document)

    def set(self, document: dict[str, Any]) -> None:
        status = StatusInfo.from_json(document)
        phase = status.status if status.status in {*_FINAL, "accepted"} else "running"
        self.process_id = status.process_id
        self.status = status
        self.view = JobView(phase=phase, status=status)

    def watch(self, callback: Callable[[JobView], None]) -> Callable[[], None]:
        self.watchers.append(callback)
        callback(self.view)
        return lambda: self.watchers.remove(callback)

    def show(self, **members: Any) -> None:
        """A new status, told from the loop thread."""

        async def tell() -> None:
            self.set({**self.status.raw, **members})
            for callback in list(self.watchers):
                callback(self.view)

        run(tell)

    async def dismiss(self) -> StatusInfo:
        self.server.dismissed.append(self.id)
        if self.server.answer_to_dismiss is not None:
            raise self.server.answer_to_dismiss
        if self.view.phase in _FINAL:
            self.server.documents = [
                one for one in self.server.documents if one["jobID"] != self.id
            ]
        else:
            self.set({**self.status.raw, "status": "dismissed"})
            for callback in list(self.watchers):
                callback(self.view)
        return self.status


class FakeServer:
    """Stands for a client; ``aio`` is itself."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = documents
        self.limits: list[int] = []
        self.dismissed: list[str] = []
        self.answer_to_dismiss: Exception | None = None
        self.fault: Exception | None = None
        self.hold: asyncio.Event | None = None
        self.aio = self

    async def jobs(self, limit: int = 50) -> list[ListedJob]:
        self.limits.append(limit)
        if self.hold is not None:
            await self.hold.wait()
        if self.fault is not None:
            raise self.fault
        return [ListedJob(self, document) for document in self.documents[:limit]]


def document(number: int, status: str = "successful", **members: Any) -> dict[str, Any]:
    """The status of job ``number``; a larger number is an older job."""
    return {
        "jobID": f"{number:08x}-902c-11ef-a29c-8e55bd0a3308",
        "processID": "water-bodies",
        "status": status,
        "message": f"message {number}",
        "created": f"2024-10-22T{23 - number // 60:02d}:{59 - number % 60:02d}:00Z",
        **members,
    }


def job_id(number: int) -> str:
    return document(number)["jobID"]
