"""What the head and the foot of the app say about a process, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.protocol import Capabilities, Process

_STOPPED = {True: "can be stopped", False: "cannot be stopped"}


def runs_async(process: Process) -> bool:
    """Whether a run is going to be asynchronous (a silent server is assumed to be)."""
    options = process.job_control_options
    return not options or "async-execute" in options


def how_it_runs(process: Process) -> str:
    """One sentence for the foot of the form."""
    if runs_async(process):
        return "Runs asynchronously"
    return "Runs while you wait (this process cannot run asynchronously)"


def facts_of(process: Process, capabilities: Capabilities, server: str) -> list[str]:
    """Short facts for the head: version, server, how it runs, whether it can stop."""
    can_stop = capabilities.for_process(process).dismiss.available
    return [
        fact
        for fact in (
            process.version,
            server,
            "runs asynchronously" if runs_async(process) else "runs while you wait",
            "" if can_stop is None else _STOPPED[can_stop],
        )
        if fact
    ]
