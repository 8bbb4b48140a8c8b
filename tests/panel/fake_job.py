"""A job whose server is a script: the test says what is seen, and when."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ogc_widgets.client.http.loop import run
from ogc_widgets.panel.job.logs import links_of
from ogc_widgets.protocol import Capabilities, JobView, StatusInfo

if TYPE_CHECKING:
    from collections.abc import Callable

ID = "bfafdb8e-902c-11ef-a29c-8e55bd0a3308"
URL = f"http://localhost:8080/acme/ogc-api/jobs/{ID}"


def log_link(name: str) -> dict[str, str]:
    return {
        "href": f"http://localhost:8080/acme/temp/{ID}/{name}.log",
        "rel": "related",
        "type": "text/plain",
        "title": f"Tool log {name}.log",
    }


def view_of(
    phase: str = "running",
    *,
    logs: tuple[str, ...] = (),
    at: float = 0.0,
    **members: Any,
) -> JobView:
    """A view as the client makes it; members beyond its own go into the status."""
    own = {
        name: members.pop(name)
        for name in ("connection", "silent_since", "next_check_at", "quiet", "error")
        if name in members
    }
    now = at or time.time()
    document = {
        "jobID": ID,
        "processID": "water-bodies",
        "status": "running" if phase in {"lost", "submitting"} else phase,
        "links": [log_link(name) for name in logs],
        **members,
    }
    return JobView(
        phase=phase,
        status=StatusInfo.from_json(document),
        checked_at=now,
        changed_at=now,
        **own,
    )


class FakeLog:
    def __init__(self, job: FakeJob, step: str, number: int, title: str) -> None:
        self.job, self.step, self.number, self.title = job, step, number, title

    async def aio_text(self, tail_bytes: int = 262_144) -> str:
        self.job.fetched.append((self.step, self.number))
        text = self.job.texts.get((self.step, self.number), "")
        if isinstance(text, Exception):
            raise text
        return text[-tail_bytes:]


class _Aio:
    def __init__(self, job: FakeJob) -> None:
        self.job, self.id = job, job.id
        self.capabilities = Capabilities()
        self.ends_with_kernel = False
        self.process_title = "Water bodies"
        self.server_url = "http://localhost:8080/acme/ogc-api"
        self.param_names = ()
        self.discovery = SimpleNamespace(known_processes={})

    async def logs(self) -> list[FakeLog]:
        return [
            FakeLog(self.job, link.step, link.number, link.title)
            for link in links_of(self.job.view)
        ]

    async def dismiss(self) -> StatusInfo:
        self.job.dismissals += 1
        answer = self.job.answer_to_dismiss
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            self.job.tell(answer)
        return self.job.view.status

    async def why_failed(self) -> str:
        view = self.job.view
        if view.phase != "failed":
            return ""
        return view.status.message or self.job.why_failed


class FakeJob:
    """Has the members of a client's job that the panel uses."""

    def __init__(self, view: JobView | None = None, inputs: Any = None) -> None:
        self.id, self.url, self.process_id = ID, URL, "water-bodies"
        self.inputs = inputs
        self.view = view or view_of("accepted")
        self.texts: dict[tuple[str, int], str | Exception] = {}
        self.fetched: list[tuple[str, int]] = []
        self.why_failed = "No space left on device"
        self.dismissals = 0
        self.refreshes = 0
        self.answer_to_dismiss: JobView | Exception | None = None
        self.watchers: list[Callable[[JobView], None]] = []
        self.aio = _Aio(self)

    def watch(self, callback: Callable[[JobView], None]) -> Callable[[], None]:
        self.watchers.append(callback)
        callback(self.view)
        return lambda: self.watchers.remove(callback)

    def resume(self) -> None:
        self.refreshes += 1

    def tell(self, view: JobView) -> None:
        """Give a view to the watchers, as the loop thread of the client does."""
        self.view = view
        for callback in list(self.watchers):
            callback(view)

    def show(self, view: JobView) -> None:
        """The same from a test: wait until the loop thread has told everybody."""

        async def tell() -> None:
            self.tell(view)

        run(tell)
