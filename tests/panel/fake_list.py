"""A server's list of jobs whose contents and delays the test decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import run
from ogc_widgets.errors import ProblemError
from ogc_widgets.protocol import Capabilities, JobView, StatusInfo
from ogc_widgets.protocol.job_query import JobQuery
from ogc_widgets.protocol.requests.requests import ExecuteRequest

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
        self.poller, self.job_id = self, self.id  # as its blocking face asks for them
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

    async def request(self) -> ExecuteRequest:
        if "inputs" not in self.status.raw:
            raise ProblemError("GET .../inputs: 404.", status_code=404)
        return ExecuteRequest.from_json(self.status.raw)

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

    url = "http://localhost"

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = documents
        self.limits: list[int] = []
        self.dismissed: list[str] = []
        self.answer_to_dismiss: Exception | None = None
        self.fault: Exception | None = None
        self.hold: asyncio.Event | None = None
        self.executed: list[tuple[str, dict[str, Any]]] = []
        self.aio = self
        self.job_list = self

    def job_pages(self, *, page_size: int, **wanted: Any) -> FakePages:
        return FakePages(self, page_size, JobQuery.of(**wanted))

    def started_here(self, _query: JobQuery) -> list[ListedJob]:
        return []

    async def execute(self, process_id: str, inputs: dict[str, Any]) -> ListedJob:
        self.executed.append((process_id, inputs))
        new = document(0, "accepted", jobID="new", processID=process_id)
        self.documents.insert(0, new)
        return ListedJob(self, new)


class FakePages:
    """The pages of the list; notes how much each request asks for."""

    is_oldest_first = False
    total = None

    def __init__(self, server: FakeServer, size: int, query: JobQuery) -> None:
        self.server, self.size, self.query = server, size, query
        self.read = 0
        self.is_last = False

    async def next(self) -> list[ListedJob]:
        while True:
            self.server.limits.append(self.size)
            if self.server.hold is not None:
                await self.server.hold.wait()
            if self.server.fault is not None:
                raise self.server.fault
            end = self.read + self.size
            page = [
                ListedJob(self.server, d)
                for d in self.server.documents[self.read : end]
            ]
            self.read = end
            self.is_last = end >= len(self.server.documents)
            wanted = [job for job in page if self.query.accepts(job.status)]
            if wanted or self.is_last:
                return wanted


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
