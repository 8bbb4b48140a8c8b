"""``form.fields[id]``: one input of a form as Python sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.fields import UNSET

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.form.areas import FormAreas
    from ogc_widgets.form.fields.fields import Draft, Field
    from ogc_widgets.form.page.form_page import FormPage
    from ogc_widgets.form.stac_items import StacItems
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.json_type import JsonValue


@dataclass(frozen=True, repr=False)
class FormParts:
    """What the inputs of a form ask: its page, its values, its areas and documents."""

    page: FormPage
    values: FormValues
    areas: FormAreas
    stac: StacItems


class InputField:
    """One input of a form.

    Attributes:
        id: Input id.
        field: Its description.
    """

    def __init__(self, parts: FormParts, field: Field) -> None:
        self._parts = parts
        self.id = field.key
        self.field = field

    def __repr__(self) -> str:
        state = "set" if self.is_set else "not set"
        return f"<InputField {self.id!r} ({self.field.kind}), {state}>"

    @property
    def is_set(self) -> bool:
        """Whether the input is sent."""
        return self.id in self._parts.values.sent

    @property
    def value(self) -> Any:  # noqa: ANN401 # JSON
        """The value that is sent, None while there is none; settable."""
        return self._parts.values.sent.get(self.id)

    @value.setter
    def value(self, value: object) -> None:
        self._parts.values.change({self.id: UNSET if value is None else value})

    @property
    def draft(self) -> Draft:
        """What is on the screen, as JSON; settable."""
        return self._parts.values.drafts.get(self.id)

    @draft.setter
    def draft(self, draft: Draft) -> None:
        self._parts.values.change_draft(self.id, draft)

    @property
    def error(self) -> str:
        """What is wrong with the input, or ""."""
        return self._parts.values.errors.get(self.id, "")

    @property
    def shape(self) -> dict[str, Any] | None:
        """The area as a GeoJSON geometry in degrees, or None.

        Settable with GeoJSON, four numbers, or any object with ``__geo_interface__``;
        None empties the field.
        """
        return self._parts.areas.get_shape(self.id)

    @shape.setter
    def shape(self, shape: Area | JsonValue) -> None:
        self._parts.areas.set_shape(self.id, shape)

    def add(self, items: str | Mapping[str, Any] | Iterable[Any] | Any) -> None:  # noqa: ANN401 # or an object of pystac
        """Add STAC items, for example those that a search found.

        An item goes in as its address where it has one, else as a document if the input
        takes that. Items that are there already are left alone; an input for one item
        takes the last one.

        Args:
            items: Items as dicts or pystac objects, or their addresses; or one of them.

        Raises:
            InputError: The input does not take STAC items, or not these.
        """
        is_one = isinstance(items, (str, Mapping)) or hasattr(items, "to_dict")
        if not is_one and not isinstance(items, Iterable):
            raise InputError(
                f"Items are dicts, addresses or a list of them, not "
                f"{type(items).__name__}.",
                advice="For example: field.add(ogc.search_items(lab.stac))",
            )
        self._parts.stac.add(self.id, [items] if is_one else items)

    def clear(self) -> None:
        """Empty the field; the input is then not sent."""
        self._parts.values.change({self.id: UNSET})

    def focus(self) -> None:
        """Bring the field to view and put the cursor into it."""
        self._parts.page.ask("focus_request", path=self.id, at="")
