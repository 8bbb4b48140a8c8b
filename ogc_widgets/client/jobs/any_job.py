"""What is known of a job without asking its server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ogc_widgets.client.facade import Lasting, described_by
from ogc_widgets.client.http.loop import call_soon
from ogc_widgets.client.jobs.poller import Callback, Poller
from ogc_widgets.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ogc_widgets.protocol.documents.status import StatusInfo
    from ogc_widgets.protocol.requests.requests import Request
    from ogc_widgets.protocol.watching import JobView


class Submission(NamedTuple):
    """A request that was sent to start a job.

    Attributes:
        request: The request, without credentials.
        at: When it left, in UTC.
    """

    request: Request
    at: datetime


class AnyJob(Lasting):
    """What both faces of a job know without a request.

    Attributes:
        poller: What asks for its status.
        inputs: What was sent; ``None`` for a job that was started elsewhere.
    """

    poller: Poller
    inputs: dict[str, Any] | None

    @property
    def id(self) -> str:
        """Id of the job; ``""`` if the server answered at once and made none."""
        return self.poller.job_id

    @property
    def url(self) -> str:
        """Address of the job, or ``""``."""
        return self.poller.url

    @property
    def process_id(self) -> str:
        """Id of the process, or ``""`` where the server does not say."""
        return self.poller.process_id

    @property
    def view(self) -> JobView:
        """What there is to show about the job now; no request is made."""
        return self.poller.view

    @property
    def is_ended(self) -> bool:
        """Whether it has ended, well or not, as far as is known."""
        return self.view.is_final

    @property
    def status(self) -> StatusInfo:
        """The last known status; no request is made."""
        return self.poller.status

    @described_by(Poller.watch)
    def watch(self, callback: Callback) -> Callable[[], None]:  # noqa: D102 # it has one
        return self.poller.watch(callback)

    def resume(self) -> None:
        """Look again at once after a pause or a new sign-in; safe from any thread."""
        call_soon(self.poller.look_again)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {printable(self.id)} {self.status.status}>"
