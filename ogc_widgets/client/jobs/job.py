"""A job with blocking verbs, for cells and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.facade import blocking, described_by
from ogc_widgets.client.http.loop import in_loop_thread, run
from ogc_widgets.client.jobs.ajob import AsyncJob
from ogc_widgets.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from ogc_widgets.protocol import JobView, StatusInfo


class Job:
    """A job on a server. Made by :class:`~ogc_widgets.client.Client`.

    The verbs wait for the server and can be interrupted with Ctrl-C or the stop button;
    ``await job`` waits without blocking. Nothing here ever ends the job on the server
    but :meth:`dismiss`.

    Args:
        aio: The awaitable job behind it.
    """

    def __init__(self, aio: AsyncJob) -> None:
        self._aio = aio

    @property
    def aio(self) -> AsyncJob:
        """The same job with awaitable verbs."""
        return self._aio

    @property
    def id(self) -> str:
        """Id of the job; ``""`` if the server answered at once and made none."""
        return self._aio.id

    @property
    def url(self) -> str:
        """Address of the job, or ``""``."""
        return self._aio.url

    @property
    def process_id(self) -> str:
        """Id of the process, or ``""`` where the server does not say."""
        return self._aio.process_id

    @property
    def inputs(self) -> Mapping[str, Any] | None:
        """What was sent; ``None`` for a job that was started elsewhere."""
        return self._aio.inputs

    @property
    def status(self) -> StatusInfo:
        """The last known status; no request is made."""
        return self._aio.status

    @property
    def view(self) -> JobView:
        """What there is to show about the job now; no request is made."""
        return self._aio.view

    refresh = blocking(AsyncJob.refresh)

    @described_by(AsyncJob.wait)
    def wait(self, timeout_s: float | None = None) -> Job:  # noqa: D102 # it has one
        if not (self.view.is_final and in_loop_thread()):
            run(self._aio.wait, timeout_s)
        return self

    def __await__(self) -> Generator[Any, None, Job]:
        return self._wait().__await__()

    async def _wait(self) -> Job:
        await self._aio.wait()
        return self

    @described_by(AsyncJob.watch)
    def watch(self, callback: Callable[[JobView], object]) -> Callable[[], None]:  # noqa: D102 # it has one
        return self._aio.watch(callback)

    @described_by(AsyncJob.resume)
    def resume(self) -> None:  # noqa: D102 # it has one
        self._aio.resume()

    logs = blocking(AsyncJob.logs)
    results = blocking(AsyncJob.results)
    output = blocking(AsyncJob.output)
    save_results = blocking(AsyncJob.save_results)
    request = blocking(AsyncJob.request)
    start = blocking(AsyncJob.start)
    update = blocking(AsyncJob.update)
    dismiss = blocking(AsyncJob.dismiss)

    def __repr__(self) -> str:
        return f"<Job {printable(self.id)} {self.status.status}>"
