"""Around the parts of an app: its head, the foot of the form, its lower edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.app.discovery import Server
    from ogc_widgets.protocol import Process

TABS = ("form", "batch", "results", "json", "code", "jobs")
CARDS = ("", "server", "deploy")

_STOPPED = {True: "can be stopped", False: "cannot be stopped", None: ""}


class HeaderView(View):
    """Title, facts about the process, the chooser, and the tabs.

    The style sheet of the whole app is carried by this view. What is chosen
    (``process``) and the answers to offers (``offer``, ``batch_offer``) go to whoever
    handles them.
    """

    _script = "header"

    title = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    server = traitlets.Unicode().tag(sync=True)
    """Name of the server; pressing it shows or hides its card."""
    can_deploy = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the server lets its users deploy processes."""
    card = traitlets.Enum(CARDS, default_value="").tag(sync=True)
    """Which card is open under the head, if any."""
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    processes: Any = traitlets.List().tag(sync=True)
    """What can be chosen: a list of ``{"id", "title"}``."""
    processes_note = traitlets.Unicode().tag(sync=True)
    """What there is to say of the list, such as that it may be cut."""
    process_id = traitlets.Unicode().tag(sync=True)
    loading = traitlets.Bool(default_value=False).tag(sync=True)
    tab = traitlets.Enum(TABS, default_value="form").tag(sync=True)
    has_results = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether there is something in the tab of the results."""
    is_new = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether nobody has looked at the results yet."""

    batch_count = traitlets.Int(0, min=0).tag(sync=True)
    """How many jobs the batch has that is shown in its tab; 0 without one."""

    offer: Any = traitlets.Dict().tag(sync=True)
    """Which other inputs there are: ``{"text", "take", "leave"}``, or empty."""
    batch_offer: Any = traitlets.Dict().tag(sync=True)
    """The same of what can be done with a batch."""

    def describe(self, server: Server) -> None:
        """Show the open process, and which others there are."""
        process = server.process
        can_stop = server.capabilities.for_process(process).dismiss.available
        with publishing(self):
            self.title = clean(process.title or process.id)
            self.description = clean(process.description, limit=1000)
            self.server = clean(server.title)
            facts = (
                process.version,
                self.server,
                "runs asynchronously" if runs_async(process) else "runs while you wait",
                _STOPPED[can_stop],
            )
            self.facts = [fact for fact in facts if fact]
            self.list_processes(server)
            self.process_id = process.id

    def list_processes(self, server: Server) -> None:
        """Show what can be chosen and done."""
        note = server.processes_note
        with publishing(self):
            self.can_deploy = server.capabilities.deploy.available is True
            self.processes = [
                {"id": one.id, "title": clean(one.title)} for one in server.processes
            ]
            self.processes_note = (
                f"{note} Others open with app.choose(id)." if note else ""
            )

    def _on_card(self, name: str) -> None:
        self.card = "" if name == self.card else name

    def _on_tab(self, name: str) -> None:
        self.tab = name


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


class FrameView(View):
    """The lower edge: it is dragged, and folds the strip below the columns."""

    _script = "frame"

    height = traitlets.Int(0, min=0).tag(sync=True)
    """Height of the app in CSS pixels; 0 for what this browser remembers."""
    folded = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the strip is folded away."""


def runs_async(process: Process) -> bool:
    """Whether a run is going to be asynchronous (a silent server is assumed to be)."""
    options = process.job_control_options
    return not options or "async-execute" in options
