"""The areas in a form: read and set as shapes, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.area.reading import read_value
from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts.area_drafts import AreaDraft, as_chosen
from ogc_widgets.form.drafts.tree import Part
from ogc_widgets.form.fields.fields import split_path

if TYPE_CHECKING:
    from ogc_widgets.area.area import Area
    from ogc_widgets.area.hint import AreaHint
    from ogc_widgets.form.page.form_page import FormPage
    from ogc_widgets.form.values import FormValues
    from ogc_widgets.protocol.json_type import JsonValue


class FormAreas:
    """The areas of one form. A path is an input id, or leads to one area of several."""

    def __init__(self, form: FormPage, values: FormValues) -> None:
        self._form = form
        self._values = values
        # Of hundreds of inputs few are areas, and each key asks for these.
        self._entries = {k: one for k, one in values.entries.items() if one.holds_area}

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the inputs for which a shape can be drawn."""
        return tuple(self._entries)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the areas that are on the screen now."""
        return tuple(
            part.path for one in self._entries.values() for part in one.areas()
        )

    def label_of(self, path: str) -> str:
        """What the area at a path is called: "Regions, 2"."""
        return self._values.label_of(path)

    def get_shape(self, path: str) -> dict[str, Any] | None:
        """The area at a path as a GeoJSON geometry in degrees, or None."""
        area = self.get(path)
        return None if area is None else area.geometry

    def get(self, path: str) -> Area | None:
        """The area at a path, or None."""
        found = self._at(path)
        if found is None:
            return None
        return AreaDraft.of(found.field, found.draft).area(self._values.secrets)

    def is_half_typed(self, path: str) -> bool:
        """Whether the text at a path may become an area, and is none yet."""
        found = self._at(path)
        return (
            found is not None and AreaDraft.of(found.field, found.draft).is_half_typed
        )

    def set_shape(self, path: str, shape: Area | JsonValue) -> None:
        """Put a shape into the area at a path, written the way that the input wants.

        Args:
            path: Path of the area.
            shape: An area, GeoJSON, four numbers, an object with
                ``__geo_interface__``, or None to empty the area.

        Raises:
            InputError: There is no area at that path, or it cannot take this shape.
        """
        found = self._at(path)
        if found is None:
            raise InputError(
                f"{path!r} is no area of this process.",
                advice=f"Its areas are: {', '.join(self.ids) or 'none'}.",
            )
        now = AreaDraft.of(found.field, found.draft)
        draft = now.emptied() if shape is None else now.drawn(read_value(shape))
        self._values.set_part(found.path, draft)

    def hint(self, path: str) -> AreaHint | None:
        """How the area at a path is to be written; its chosen encoding comes first."""
        found = self._at(path)
        return None if found is None else as_chosen(found.field, found.draft).area

    def act(self, path: str, action: str, value: JsonValue = None) -> None:
        """Do what a button of an area asks for.

        Args:
            path: Path of the area.
            action: "draw", "view", "focus", "clear", "encoding" or "crs".
            value: The encoding or reference system.
        """
        found = self._at(path)
        if found is None:
            return
        at, now = found.path, AreaDraft.of(found.field, found.draft)
        if action == "clear":
            self._values.set_part(at, now.emptied())
        elif action in ("encoding", "crs"):
            self._values.set_part(at, now.changed(action, value))
        elif action in ("draw", "view", "focus"):
            if action == "draw":
                is_drawn = self._form.active_area == at
                self._form.active_area = "" if is_drawn else at
            self._form.ask("area_request", path=at, action=action)

    def _at(self, path: str) -> Part | None:
        """The area that a path means; of an input, the first one in it."""
        found = self._values.part_at(path)
        if found is not None and found[0].kind == "area":
            return Part(path, *found)
        key, *steps = split_path(path)
        entry = None if steps else self._entries.get(key)
        return None if entry is None else next(entry.areas(), None)
