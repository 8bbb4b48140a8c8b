"""The head of the app: which process, on which server, and the tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.app.views.run_bar import runs_async
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.app.discovery import Server

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
