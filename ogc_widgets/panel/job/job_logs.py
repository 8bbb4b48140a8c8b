"""The logs of a job in its panel: one of them may be open, and is followed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.errors import InputError
from ogc_widgets.panel.job.logs import (
    LogKey,
    LogState,
    StepBook,
    follow_log,
    loading_log,
)
from ogc_widgets.view.base import StateView, publishing

if TYPE_CHECKING:
    from ogc_widgets.client import Job


class JobLogs(StateView):
    """Base of the view of a job that shows its logs."""

    _job: Job | None

    log_view: Any = traitlets.Dict().tag(sync=True)
    """The open log: step, number, title, text, note, first_error; empty if none."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 # of the view
        self._following = self._latest()
        super().__init__(**kwargs)
        self.handle(close_log=self.close_log)

    def _forget_logs(self) -> None:
        """Know nothing yet of the logs of another job."""
        self._steps = StepBook()
        self._open: LogKey | None = None

    def open_log(self, step: str, number: int | None = None) -> None:
        """Open the log of a step in the panel and follow it while the job runs.

        Args:
            step: Step as listed in ``panel.steps``.
            number: Which execution of the step; the latest if left out.

        Raises:
            InputError: There is no log of that step, or no such execution of it.
        """
        numbers = self.steps.get(step, [])
        key = LogKey(step, numbers[-1] if numbers and number is None else number or 0)
        if key.number not in numbers:
            known = ", ".join(self.steps) or "none yet"
            raise InputError(
                f"There is no log of step {step!r}"
                + (f", execution {number}." if number is not None else "."),
                advice=f"Steps with logs: {known}.",
            )
        with publishing(self):
            self._open = key
            self.log_view = loading_log(key)
        self._follow_log(is_live=self.state["ticking"])

    def close_log(self) -> None:
        """Close the open log."""
        self._following.stop()
        with publishing(self):
            self._open = None
            self.log_view = {}

    @property
    def steps(self) -> dict[str, list[int]]:
        """Steps with logs in order of appearance, and the numbers of their logs."""
        return self._steps.numbers()

    def _follow_log(self, *, is_live: bool) -> None:
        """Fetch the open log, and go on while the job runs."""
        job, key = self._job, self._open
        if job is None or key is None:
            return
        show = partial(self._log_read, key)
        self._following.start(lambda: follow_log(job, key, show, is_live=is_live))

    def _log_read(self, key: LogKey, log: LogState) -> None:
        with publishing(self):
            if key == self._open and not self._closed:
                before = self.log_view
                if log["bad"] and before.get("text"):
                    # Keep what can be read; say that it is not the newest.
                    log = {**before, "note": log["note"], "bad": True}
                self.log_view = log

    def _on_open_log(self, step: str, number: int | None = None) -> None:
        # A page that is a message behind may name a step of the job before.
        if step in self.steps:
            self.open_log(step, number)
