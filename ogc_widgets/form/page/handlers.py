"""What the page says to the form: one method per kind of message."""

# ruff: noqa: A002 # the names of the arguments are the page's words

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing
from ogc_widgets.view.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.form.form import ProcessForm
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.wire import JsonValue

_MAX_UPLOAD: Final = 32 * 1024 * 1024


class PageHandlers:
    """Takes the messages of the page; ``{"type": "edit", ...}`` calls ``on_edit``."""

    def __init__(self, form: ProcessForm, values: FormValues) -> None:
        self._form, self._values = form, values
        self._uploads = Uploads(_MAX_UPLOAD)

    def on_edit(self, id: str, draft: JsonValue) -> None:
        """Somebody types: the page keeps what is under the cursor."""
        entry = self._values.entries.get(id)
        if entry is None:
            return
        with publishing(self._form):
            entry.is_edited = True
            self._values.put({id: draft})
            self._form.publish(is_typing=True)

    def on_leave(self, id: str, **_: object) -> None:
        """A field was left."""
        if id in self._values.entries:
            self._form.mark([id])

    def on_secret(self, id: str, secret: str, path: str = "", **_: object) -> None:
        """A password was entered, or taken away."""
        with publishing(self._form):
            name = self._values.secrets.put(secret) if secret else ""
            draft = {"set": True, "ref": name} if name else None
            self._form.set_part(path or id, draft)

    def on_upload(
        self,
        id: str,
        name: str,
        base64: str,
        mime: str = "",
        path: str = "",
        part: int = 0,
        parts: int = 1,
    ) -> None:
        """A part of a file came."""
        with publishing(self._form):
            content = self._uploads.add(f"{path or id}\n{name}", base64, part, parts)
            if content is None:
                return
            draft = {
                "mode": "upload",
                "name": clean(name),
                "type": mime or None,
                "size": len(content),
                "ref": self._values.secrets.put(content),
            }
            self._form.set_part(path or id, draft)

    def on_area_action(
        self, id: str, action: str, value: JsonValue = None, path: str = ""
    ) -> None:
        """A button of an area was pressed."""
        self._form.areas.act(path or id, action, value)

    def on_look(self, key: str = "") -> None:
        """A row was left, or its address is to be looked at whatever it is."""
        with publishing(self._form):
            if key:
                self._form.stac.look_again(key)
            self._form.stac.follow()

    def on_search_items(self, path: str) -> None:
        """STAC items are to be searched for."""
        self._form.ask("item_search_request", path=path)

    def on_slot(self, id: str) -> None:
        """What the widget of a registered field shows is to be sent."""
        self._form.custom.take(id)

    def on_extra(self, rows: Iterable[Iterable[str]]) -> None:
        """The rows for what the server forgot changed."""
        with publishing(self._form):
            self._values.put_rows([[str(part) for part in row] for row in rows])
            self._form.publish()

    def on_reset(self) -> None:
        """Back to the defaults."""
        self._form.reset()

    def on_response(self, response: str) -> None:
        """How the outputs are to come."""
        with publishing(self._form):
            self._form.response = response

    def on_outputs(self, outputs: JsonValue) -> None:
        """Which outputs are wanted."""
        with publishing(self._form):
            self._form.outputs = outputs

    def on_save_inputs(self) -> None:
        """The inputs are to be saved as a file."""
        self._form.ask("set_file", **self._form.sets.file())

    def on_request(self, secret: str) -> None:
        """A request was pasted."""
        with publishing(self._form):
            self._form.problem = self._form.set_words = ""
        self._form.load_request(secret)

    def on_compare(self, secret: str = "", name: str = "") -> None:
        """Another set is to be compared with, or none any more."""
        with publishing(self._form):
            self._form.problem = ""
            self._form.comparison = {}
        if secret:
            self._form.sets.keep_comparing(secret, clean(name, limit=200))

    def on_take(self, id: str) -> None:
        """One input is taken over from the set that is compared with."""
        self._form.sets.take_from_other(id)
