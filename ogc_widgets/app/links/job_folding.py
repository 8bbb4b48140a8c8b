"""Shows steps and log of a job while they are wanted, and puts them away after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.panel import JobPanel

_WORKING = {
    *("accepted", "running", "cancelling"),
    *("reconnecting", "paused", "unwatched"),
}
# Why nothing came of it is more than one line.
_WRONG = {"failed", "not-started", "unknown"}
_ENDED = {"successful", "failed", "dismissed", "ended"}


class JobFolding:
    """Opens and closes the lower part of a panel as its job goes on.

    While a job runs, the log of the step that it is at is read there without a press,
    until somebody chooses another one. In between the user opens and closes it.
    """

    def __init__(self, panel: JobPanel) -> None:
        self._panel = panel
        self._job_id = ""
        self._stage = "rest"
        self._has_seen_logs: bool | None = None
        self._shown: tuple[str, int] | None = None
        self._chooses = True
        with publishing(panel):
            panel.folds, panel.is_open = True, False
        panel.observe(self._follow, ("state", "sign_in", "is_open"))
        panel.observe(self._noted, "log_view")

    def close(self) -> None:
        """Let go of the panel."""
        self._panel.unobserve(self._follow, ("state", "sign_in", "is_open"))
        self._panel.unobserve(self._noted, "log_view")

    def _follow(self, _change: object) -> None:
        panel, state = self._panel, self._panel.state
        job_id = state["job"]["id"] if state["job"] else ""
        if job_id and job_id != self._job_id:
            self._job_id, self._chooses, self._shown = job_id, True, None
        if state["kind"] in _ENDED:
            self._has_seen_logs = bool(state["steps"])
        with publishing(panel):
            stage = self._stage_of(state)
            if stage != self._stage:
                self._stage = stage
                if stage != "sending":
                    panel.is_open = stage in ("asking", "working", "wrong")
            if panel.is_open and self._chooses:
                self._open_newest(state["steps"])

    def _stage_of(self, state: dict[str, Any]) -> str:
        if self._panel.sign_in:
            return "asking"
        kind = state["kind"]
        if kind in _WRONG:
            return "wrong"
        if kind in _WORKING:
            # A server that gave no logs for the job before will give none for this one.
            gives_none = self._has_seen_logs is False and not state["steps"]
            return "working aside" if gives_none else "working"
        return "sending" if kind == "submitting" else "rest"

    def _open_newest(self, steps: list[dict[str, Any]]) -> None:
        own = [step for step in steps if step["state"] != "whole"] or steps
        if not own:
            return
        newest = own[-1]["step"], own[-1]["logs"][-1]["number"]
        if newest != self._shown:
            self._shown = newest
            self._panel.open_log(*newest)

    def _noted(self, _change: object) -> None:
        """Another log than ours was opened, or ours was closed: the user chooses."""
        log = self._panel.log_view
        is_ours = (log.get("step"), log.get("number")) == self._shown
        if self._shown is not None and not is_ours:
            self._chooses = False
