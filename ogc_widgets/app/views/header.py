"""The head of the app: which process, on which server, and the three tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ogc_widgets.protocol import ProcessSummary


TABS = ("form", "json", "code", "jobs")


class HeaderView(View):
    """Title, facts about the process, the chooser, and the tabs.

    The style sheet of the whole app is carried by this view.
    """

    _script = "header"

    title = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    server = traitlets.Unicode().tag(sync=True)
    """Name of the server; pressing it shows or hides its card."""
    shows_server = traitlets.Bool(default_value=False).tag(sync=True)
    can_deploy = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the server lets its users deploy processes."""
    shows_deploy = traitlets.Bool(default_value=False).tag(sync=True)
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    processes: Any = traitlets.List().tag(sync=True)
    """What can be chosen: a list of ``{"id", "title"}``."""
    processes_note = traitlets.Unicode().tag(sync=True)
    """What there is to say of the list, such as that it may be cut."""
    process_id = traitlets.Unicode().tag(sync=True)
    loading = traitlets.Bool(default_value=False).tag(sync=True)
    tab = traitlets.Enum(TABS, default_value="form").tag(sync=True)

    offer: Any = traitlets.Dict().tag(sync=True)
    """Which other inputs there are: ``{"text", "take", "leave"}``, or empty."""

    def __init__(
        self, on_choose: Callable[[str], None], on_offer: Callable[[bool], None]
    ) -> None:
        self._on_choose = on_choose
        self._answer_offer = on_offer
        super().__init__()

    def show_processes(self, processes: Iterable[ProcessSummary], note: str) -> None:
        """Show what can be chosen.

        Args:
            processes: The processes of the server.
            note: What there is to say of the list, such as that it may be cut.
        """
        self.processes = [{"id": p.id, "title": clean(p.title)} for p in processes]
        self.processes_note = f"{note} Others open with app.choose(id)." if note else ""

    def _on_server(self) -> None:
        self.shows_server = not self.shows_server

    def _on_deploy(self) -> None:
        self.shows_deploy = not self.shows_deploy

    def _on_offer(self, take: bool) -> None:  # noqa: FBT001 # a member of the message
        self._answer_offer(take)

    def _on_tab(self, name: str) -> None:
        self.tab = name

    def _on_process(self, id: str) -> None:  # noqa: A002 # the name in the message
        self._on_choose(id)
