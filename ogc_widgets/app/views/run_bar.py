"""The foot of the form: Run, Reset, and what still stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from ogc_widgets.protocol import Process


class RunBar(View):
    """Run and Reset, with one line that leads to the first problem.

    What is pressed (``run``, ``reset``, ``example``, ``jump``, ``for_each``) goes to
    whoever handles it.
    """

    _script = "run_bar"

    busy = traitlets.Bool(default_value=False).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    """How many times Run was pressed and the kernel has acted on it."""
    note = traitlets.Unicode().tag(sync=True)
    """How the process will run, in words."""
    has_example = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the server gives an example that is not in the form."""
    focus_wanted = traitlets.Int(0).tag(sync=True)
    """Counts up when the cursor is to go to the way to many jobs, which was left."""
    problems: Any = traitlets.List().tag(sync=True)
    """What cannot be sent yet: a list of ``{"path", "label", "message"}``."""

    def ask_focus(self) -> None:
        """Put the cursor on the way to many jobs."""
        self.focus_wanted += 1


def runs_async(process: Process) -> bool:
    """Whether a run is going to be asynchronous (a silent server is assumed to be)."""
    options = process.job_control_options
    return not options or "async-execute" in options


def how_it_runs(process: Process) -> str:
    """The same as one sentence."""
    if runs_async(process):
        return "Runs asynchronously"
    return "Runs while you wait (this process cannot run asynchronously)"
