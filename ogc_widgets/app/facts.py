"""What the head and the foot of the app say about a process, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.api import Conformance, Process


def runs_async(process: Process) -> bool:
    """Whether a run is going to be asynchronous (a silent server is assumed to be)."""
    options = process.job_control_options
    return not options or "async-execute" in options


def can_stop(process: Process, conformance: Conformance) -> bool:
    """Whether the server says that jobs of this process can be dismissed."""
    return conformance.has("dismiss") or "dismiss" in process.job_control_options


def how_it_runs(process: Process) -> str:
    """One sentence for the foot of the form."""
    if runs_async(process):
        return "Runs asynchronously"
    return "Runs while you wait (this process cannot run asynchronously)"


def facts_of(process: Process, conformance: Conformance, server: str) -> list[str]:
    """Short facts for the head: version, server, how it runs, whether it can stop."""
    return [
        fact
        for fact in (
            process.version,
            server,
            "runs asynchronously" if runs_async(process) else "runs while you wait",
            "can be stopped" if can_stop(process, conformance) else "cannot be stopped",
        )
        if fact
    ]
