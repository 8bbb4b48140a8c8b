"""What is entered on the page: one method per kind of message."""

# ruff: noqa: A002 # the names of the arguments are the page's words

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import publishing
from ogc_widgets.view.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.form.fields.fields import Draft
    from ogc_widgets.form.values import FormValues

_MAX_UPLOAD: Final = 32 * 1024 * 1024


class PageEdits:
    """Puts what comes from the page into the values of a form."""

    def __init__(self, values: FormValues) -> None:
        self._values = values
        self._uploads = Uploads(_MAX_UPLOAD)

    def on_edit(self, id: str, draft: Draft) -> None:
        """Somebody types: the page keeps what is under the cursor."""
        self._values.type(id, draft)

    def on_leave(self, id: str, **_: object) -> None:
        """A field was left."""
        self._values.mark([id])

    def on_secret(self, id: str, secret: str, path: str = "", **_: object) -> None:
        """A password was entered, or taken away."""
        with publishing():
            name = self._values.secrets.put(secret) if secret else ""
            self._values.set_part(
                path or id, {"set": True, "ref": name} if name else None
            )

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
        with publishing():
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
            self._values.set_part(path or id, draft)

    def on_extra(self, rows: Iterable[Iterable[str]]) -> None:
        """The rows for what the server forgot changed."""
        self._values.set_rows([[str(part) for part in row] for row in rows])
