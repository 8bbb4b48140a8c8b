"""The STAC documents that a form names: added, checked, shown on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks.item_checks import TYPING_S, ItemChecks
from ogc_widgets.form.fields import stac_fields
from ogc_widgets.form.schema.exact import plain
from ogc_widgets.view.base import publishing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.client.stac.stac_inspector import StacInspector
    from ogc_widgets.form.form import ProcessForm
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.wire import JsonValue


class StacItems:
    """The STAC documents of one form."""

    def __init__(self, form: ProcessForm, values: FormValues) -> None:
        self._form = form
        self._values = values
        self._checks = ItemChecks(self._show)
        self._ids = [
            key
            for key, entry in values.entries.items()
            if any(part.kind == "stac" for part in entry.field.walk())
        ]

    @property
    def inspector(self) -> StacInspector | None:
        """What looks at the addresses of STAC documents in the form, None for nobody.

        A form asks nobody by itself; an app binds one that uses its client. What is
        seen is an advice: the server may reach what cannot be reached from here.
        """
        return self._checks.inspector

    @inspector.setter
    def inspector(self, inspector: StacInspector | None) -> None:
        with publishing(self._form):
            self._checks.inspector = inspector
            self.follow()

    def features(self) -> dict[str, list[dict[str, Any]]]:
        """Key of a check to the GeoJSON features of that document, not checked."""
        return self._checks.features()

    def takes_one(self, path: str) -> bool:
        """Whether the field at a path takes one STAC item only."""
        found = self._values.part_at(path)
        return found is not None and stac_fields.takes_one(found[0])

    def add(self, path: str, items: Iterable[Any]) -> None:
        """Add STAC items to the field at a path, by address where they have one.

        Args:
            path: Input id, or the path of a part of it.
            items: Items as dicts or pystac objects, or addresses.

        Raises:
            InputError: The field does not take STAC items, or not these.
        """
        found = self._values.part_at(path)
        draft = None
        if found is not None:
            draft = stac_fields.with_items(*found, [_plain_item(one) for one in items])
        if draft is None:
            raise InputError(f"{path!r} does not take STAC items.")
        self._form.set_part(path, draft)

    def follow(self, *, is_typing: bool = False) -> None:
        """Check what stands in the form now."""
        entries = self._values.entries
        self._form.item_checks = self._checks.follow(
            {key: entries[key].field for key in self._ids},
            {key: entries[key].draft for key in self._ids},
            TYPING_S if is_typing else 0,
        )

    def look_again(self, key: str) -> None:
        """Look at the address of a check because the user asked for it."""
        self._checks.look_again(key)

    def close(self) -> None:
        """Give up on everything that is not back yet."""
        self._checks.close()

    def _show(self) -> None:
        """A document was looked at; called from any thread."""
        with publishing(self._form):
            self._form.item_checks = self._checks.checks()


def _plain_item(item: Any) -> JsonValue:  # noqa: ANN401 # of whichever library
    """A STAC item as a dict, or its address where an object knows it."""
    address = item.get_self_href() if hasattr(item, "get_self_href") else None
    return address or plain(item)
