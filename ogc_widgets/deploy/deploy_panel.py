"""A panel to deploy application packages, and to replace and remove processes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.deploy.shown import (
    card_html,
    card_text,
    shown_check,
    shown_processes,
)
from ogc_widgets.errors import (
    InputError,
    OgcError,
    ProblemError,
    TransportError,
    need_client,
)
from ogc_widgets.protocol.documents.server import Capabilities
from ogc_widgets.protocol.requests.packages import is_address
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import StateView, publishing
from ogc_widgets.view.cards import Note, note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ogc_widgets.client import Client
    from ogc_widgets.protocol import ProcessSummary
    from ogc_widgets.protocol.requests.packages import PackageCheck

    Package = str | bytes | Path | Mapping[str, Any]

_CONFLICT = 409
_BROKEN = 500
# Longer texts are not sent to the page again; they stay in Python.
_MOST_TEXT = 20_000
_DONE = {
    "deploy": "{} is deployed.",
    "replace": "{} is replaced.",
    "undeploy": "{} is removed from the server.",
}


class DeployPanel(StateView):
    """Deploys application packages on a server, and shows what they are before.

    A package is chosen as a file, an address or a text, on the page or in Python. It is
    looked at on this machine first: which CWL it is, which workflow would become the
    process, and which inputs its form would have. Nothing is sent before Deploy is
    pressed or :meth:`deploy` is called.

    Args:
        client: The client whose server is changed.
        package: A package to begin with.
    """

    _script = "deploy_panel"

    process_id = traitlets.Unicode("")
    """Id of the process that was deployed, replaced or removed last."""

    def __init__(self, client: Client, package: Package | None = None) -> None:
        need_client("DeployPanel", client)
        self._client = client
        self._source = "file"
        self._package: Package | None = None
        self._workflow: str | None = None
        self._check: PackageCheck | None = None
        self._checking = self._latest()
        self._by_value = False
        self._name = self._busy = self._question = ""
        self._note: Note | None = None
        self._processes: list[ProcessSummary] | None = None
        self._ability = Capabilities().deploy
        self._change_callbacks: list[Callable[[str], object]] = []
        self._open_callbacks: list[Callable[[str], object]] = []
        super().__init__()
        self.handle(deploy=self.deploy, undeploy=self.undeploy)
        self.refresh()
        if package is not None:
            self.package = package
        self._publish()

    # -- what Python can do ---------------------------------------------------------

    @property
    def package(self) -> Package | None:
        """The package: the path, address, text or dict of a CWL file. Settable."""
        return self._package

    @package.setter
    def package(self, package: Package | None) -> None:
        self._source = _source_of(package)
        name = package.name if isinstance(package, Path) else ""
        self._choose(package, name=name or ("given from Python" if package else ""))

    @property
    def workflow(self) -> str | None:
        """Which workflow of the package becomes the process; ``None`` for the first."""
        return self._workflow

    @workflow.setter
    def workflow(self, workflow: str | None) -> None:
        self._workflow = workflow or None
        self._look()

    @property
    def check(self) -> PackageCheck | None:
        """What is known of the package; ``None`` until it has been looked at."""
        return self._check

    def refresh(self) -> None:
        """Load the list of processes again; returns at once."""
        self._start(self._load)

    def deploy(self) -> None:
        """Send the package; returns at once. The outcome is shown in the panel.

        Raises:
            InputError: There is no package to send.
        """
        aio = self._client.aio
        # What stands there now is sent, whatever is chosen while it is on its way.
        package, workflow = self._package_to_send(), self._workflow
        self._begin("deploy", "", lambda: aio.deploy(package, workflow=workflow))

    def replace(self, process_id: str) -> None:
        """Put the package in the place of a process; returns at once.

        Raises:
            InputError: There is no package to send.
        """
        aio = self._client.aio
        package, workflow = self._package_to_send(), self._workflow
        self._begin(
            "replace",
            process_id,
            lambda: aio.replace(process_id, package, workflow=workflow),
        )

    def undeploy(self, process_id: str) -> None:
        """Remove a process from the server; returns at once."""
        remove = partial(self._client.aio.undeploy, process_id)
        self._begin("undeploy", process_id, remove)

    def on_change(self, callback: Callable[[str], object]) -> None:
        """Call ``callback(process_id)`` when a process was deployed, replaced, removed.

        It is called from the package's loop thread and must not block.
        """
        self._change_callbacks.append(callback)

    def on_open(self, callback: Callable[[str], object]) -> None:
        """Call ``callback(process_id)`` when a process of the list is to be opened.

        The link stands in the list only where there is somebody to call.
        """
        self._open_callbacks.append(callback)
        self._publish()

    # -- the package ----------------------------------------------------------------

    def _choose(self, package: Package | None, *, name: str = "") -> None:
        self._package, self._name = package, name
        self._workflow = None
        self._note, self._question = None, ""
        self._look()

    def _look(self) -> None:
        """Look at the package, aside; an older look that still runs is forgotten."""
        with publishing(self):
            self._checking.stop()
            self._check = None
            package, workflow = self._package, self._workflow
            if package is not None:
                check = self._client.aio.check_package
                self._checking.start(
                    lambda: check(package, workflow=workflow), self._looked
                )
            self._publish()

    def _looked(self, check: PackageCheck) -> None:
        self._check = check
        self._publish()

    def _package_to_send(self) -> Package:
        """The package; its text where the address is not to be sent."""
        check = self._check
        if self._by_value and check is not None and check.address and check.cwl:
            return check.cwl
        if self._package is None:
            raise InputError(
                "There is no package to send.",
                advice='Choose one first: panel.package = "app.cwl"',
            )
        return self._package

    # -- on the server --------------------------------------------------------------

    async def _load(self) -> None:
        aio = self._client.aio
        try:
            processes = await aio.processes()
            ability = (await aio.capabilities()).deploy
        except OgcError as error:
            self._note = self._note or note(
                "bad", f"The list could not be loaded. {error}"
            )
        else:
            self._processes, self._ability = processes, ability
        self._publish()

    def _begin(
        self,
        verb: str,
        process_id: str,
        work: Callable[[], Awaitable[ProcessSummary | None]],
    ) -> None:
        """Change something on the server, one thing at a time."""
        if self._busy:
            return
        self._busy, self._note, self._question = verb, None, ""
        self._publish()
        self._start(partial(self._carry_out, verb, process_id, work))

    async def _carry_out(
        self,
        verb: str,
        process_id: str,
        work: Callable[[], Awaitable[ProcessSummary | None]],
    ) -> None:
        told: Note | None = None
        question, is_done = "", False
        try:
            made = await work()
            process_id, is_done = made.id if made else process_id, True
            told = note("good", _DONE[verb].format(clean(process_id, limit=80)))
        except OgcError as error:
            question = self._in_the_way(error) if verb == "deploy" else ""
            told = None if question else note("bad", _told(error))
        finally:
            self._busy = ""
        with publishing(self):
            self._note, self._question = told, question
            self._publish()
        if question:
            return
        if is_done:
            self.process_id = process_id
            self._tell_change(process_id)
        # What could not be done may be done all the same.
        before = self._processes
        await self._load()
        if not is_done and self._processes != before:
            self._tell_change(process_id)

    def _tell_change(self, process_id: str) -> None:
        for callback in list(self._change_callbacks):
            callback(process_id)

    def _in_the_way(self, error: OgcError) -> str:
        """The process that has the id already, if that is what the server says."""
        if not isinstance(error, ProblemError) or error.status_code != _CONFLICT:
            return ""
        check = self._check
        if check is not None and check.process:
            return check.process.id
        # Without the libraries that read packages, the server's words are all there is.
        named = [p.id for p in self._processes or () if p.id in error.what]
        return max(named, key=len, default="")

    # -- from the page --------------------------------------------------------------

    def _on_source(self, name: str) -> None:
        if name in ("file", "address", "text") and name != self._source:
            self._source = name
            self._choose(None)

    def _on_file(self, name: str, text: str) -> None:
        # A file of one line is a text all the same, never the path of another.
        self._choose(text.encode("utf-8"), name=clean(name, limit=120))

    def _on_address(self, text: str) -> None:
        self._choose(text if is_address(text) else None)
        if text.strip() and self._package is None:
            self._note = note("bad", "This is not a web address.")
            self._publish()

    def _on_text(self, text: str) -> None:
        self._choose(text.encode("utf-8") if text.strip() else None)

    def _on_by_value(self, on: bool) -> None:  # noqa: FBT001 # a member of a message
        self._by_value = bool(on)
        self._publish()

    def _on_workflow(self, name: str) -> None:
        self.workflow = name

    def _on_replace(self) -> None:
        if self._question:
            self.replace(self._question)

    def _on_keep(self) -> None:
        self._question = ""
        self._publish()

    def _on_open(self, process_id: str) -> None:
        for callback in list(self._open_callbacks):
            callback(process_id)

    # -- what is shown --------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        ability, processes = self._ability, self._processes
        return {
            "source": self._source,
            "name": self._name,
            "text": self._text(),
            "by_value": self._by_value,
            "checking": self._checking.is_running,
            "check": None if self._check is None else shown_check(self._check),
            "busy": self._busy,
            "question": self._question,
            "note": self._note,
            "ability": "" if ability.available else ability.sentence,
            "may_deploy": ability.may_try,
            "processes": None if processes is None else shown_processes(processes),
            "with_open": bool(self._open_callbacks),
            "fixed": sum(one.mutable is False for one in processes or ()),
        }

    def _card_(self) -> tuple[str, str]:
        return card_text(self._check), card_html(self._check)

    def _text(self) -> str:
        """What stands in the box for the address or the text."""
        package = self._package
        if self._source == "file" or not isinstance(package, (str, bytes)):
            return ""
        if isinstance(package, bytes):
            package = package.decode("utf-8", "replace")
        return package if len(package) <= _MOST_TEXT else ""


def _source_of(package: Package | None) -> str:
    if isinstance(package, str) and is_address(package):
        return "address"
    is_text = isinstance(package, (str, bytes)) and len(package.splitlines()) > 1
    return "text" if is_text else "file"


def _told(error: OgcError) -> str:
    """An error; where the server broke, what is there now matters most."""
    is_broken = isinstance(error, ProblemError) and error.status_code >= _BROKEN
    if is_broken or isinstance(error, TransportError):
        parts = (error.safe, error.what, error.advice)
        return "\n".join(part for part in parts if part)
    return str(error)
