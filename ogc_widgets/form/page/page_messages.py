"""What the page says to the form: one method per kind of message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ogc_widgets.form.fields import area_fields
from ogc_widgets.form.state import FormState
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


class PageMessages(FormState):
    """The half of a form that listens to the page."""

    def _on_edit(self, id: str, draft: JsonValue) -> None:  # noqa: A002 # the page's word
        if id not in self._fields:
            return
        with publishing(self):
            self._edited.add(id)
            self._server_errors.pop(id, None)
            self.drafts = {**self.drafts, id: draft}
            self._read([id])
            self._publish(is_typing=True)

    def _on_leave(self, id: str, **_: object) -> None:  # noqa: A002
        if id not in self._fields:
            return
        with publishing(self):
            self._tried.add(id)
            self._publish()

    def _on_look(self, key: str = "") -> None:
        """A row was left, or its address is to be looked at whatever it is."""
        with publishing(self):
            if key:
                self._checks.look_again(key)
            self._follow_items()

    def _on_search_items(self, path: str) -> None:
        with publishing(self):
            number = self.item_search_request.get("n", 0) + 1
            self.item_search_request = {"path": path, "n": number}

    def _on_extra(self, rows: Iterable[Iterable[str]]) -> None:
        with publishing(self):
            self._read_extras(
                [[str(key), str(text), str(place)] for key, text, place in rows]
            )
            self._publish()

    def _on_slot(self, id: str) -> None:  # noqa: A002
        self._slots.take(id)

    def _on_reset(self) -> None:
        self.reset()

    def _on_secret(self, id: str, secret: str, path: str = "", **_: object) -> None:  # noqa: A002
        with publishing(self):
            draft = {"set": True, "ref": self._vault.put(secret)} if secret else None
            self._edited.add(id)
            self._set_part(path or id, draft)

    def _on_upload(  # one message of the page
        self,
        id: str,  # noqa: A002
        name: str,
        base64: str,
        mime: str = "",
        path: str = "",
        part: int = 0,
        parts: int = 1,
    ) -> None:
        with publishing(self):
            content = self._uploads.add(f"{path or id}\n{name}", base64, part, parts)
            if content is None:
                return
            self._edited.add(id)
            self._set_part(
                path or id,
                {
                    "mode": "upload",
                    "name": clean(name),
                    "type": mime or None,
                    "size": len(content),
                    "ref": self._vault.put(content),
                },
            )

    def _on_area_action(
        self,
        id: str,  # noqa: A002
        action: str,
        value: JsonValue = None,
        path: str = "",
    ) -> None:
        at = path or id
        found = self._area_at(at)
        if found is None:
            return
        at, field, draft = found
        with publishing(self):
            if action == "draw":
                self.active_area = "" if self.active_area == at else at
            elif action == "clear":
                self._set_part(at, area_fields.emptied(field, draft))
            elif action in ("encoding", "crs"):
                before = dict(draft) if isinstance(draft, Mapping) else {"text": ""}
                self._set_part(at, area_fields.changed(field, before, action, value))
            if action in ("draw", "view", "focus"):
                number = self.area_request.get("n", 0) + 1
                self.area_request = {"path": at, "action": action, "n": number}
