"""The state of a form: drafts, and everything that follows from them.

One lock holds them together (:func:`~ogc_widgets.view.base.publishing`); observers see
a change when all of it has happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import traitlets
from ipywidgets import widget_serialization

from ogc_widgets.errors import InputError
from ogc_widgets.form.checks import field_messages
from ogc_widgets.form.checks.advising import told
from ogc_widgets.form.checks.item_checks import (
    TYPING_S,
    ItemChecks,
    Looker,
    holds_documents,
)
from ogc_widgets.form.checks.messages import in_one
from ogc_widgets.form.custom_widgets import Slots
from ogc_widgets.form.drafts import file_drafts, tree
from ogc_widgets.form.drafts.drafts import from_draft, initial_draft, to_draft
from ogc_widgets.form.drafts.secrets_store import Vault
from ogc_widgets.form.fields import area_fields, conditions, extras, stac_fields
from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.fields.fields import UNSET, Field, join_path, split_path
from ogc_widgets.form.live import (
    Extra,
    ExtraTrait,
    InputField,
    Inputs,
    InputsTrait,
    plain,
)
from ogc_widgets.form.output_choice import OutputChoice
from ogc_widgets.form.schema.descriptions import plain_description
from ogc_widgets.form.schema.outputs import output_options, response_options
from ogc_widgets.view.base import publishing
from ogc_widgets.view.uploads import Uploads

if TYPE_CHECKING:
    from ogc_widgets.area.recognition.area_hint import AreaHint
    from ogc_widgets.protocol.wire import JsonValue


class FormState(OutputChoice):
    """What a form holds, whoever changed it.

    Args:
        process: A process, or a process description as a dict.
        inputs: Values to start with; the server's defaults where left out.

    Raises:
        InputError: ``process`` is neither.
    """

    _script = "form"

    inputs = InputsTrait()
    """Input id to value, ready for the execute request. Settable and observable."""

    spec: Any = traitlets.List().tag(sync=True)
    drafts = traitlets.Dict().tag(sync=True)
    drafts_revision = traitlets.Int(0).tag(sync=True)
    shown_errors = traitlets.Dict().tag(sync=True)
    notes = traitlets.Dict().tag(sync=True)
    standings = traitlets.Dict().tag(sync=True)
    """Path of an object to what its conditions ask for: "required" and "hidden"."""
    extra = ExtraTrait()
    """Members beside ``inputs`` in the request, such as ``queue``: name to value, the
    twin of ``client.execute(..., extra=...)``. Settable and observable."""
    extra_rows: Any = traitlets.List().tag(sync=True)
    """What was added by hand: name, text and place ("input", "beside") of each."""
    focus_request = traitlets.Dict().tag(sync=True)
    active_area = traitlets.Unicode("").tag(sync=True)
    """Path of the area that is being edited on the map, or ""."""
    has_map = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether there is a map beside the form on which areas can be drawn."""
    item_checks = traitlets.Dict().tag(sync=True)
    """What is known of the STAC documents in the form; see ``form/item_checks.py``."""
    item_marked = traitlets.Unicode("").tag(sync=True)
    """Key of the check that the mouse or the cursor is at, or ""."""
    item_search = traitlets.Unicode("").tag(sync=True)
    """What the way to a search for STAC items is called; "" where there is none."""
    item_search_request = traitlets.Dict()
    """The last wish of the page to search: path of the field, n."""
    busy = traitlets.Bool(default_value=False).tag(sync=True)
    show_footer = traitlets.Bool(default_value=False).tag(sync=True)
    slots: Any = traitlets.List().tag(sync=True, **widget_serialization)
    """Widgets of registered fields; a spec names its own by number."""
    full_slots: Any = traitlets.List().tag(sync=True)
    """Numbers of those that show a value, also where none is sent."""
    area_request = traitlets.Dict()
    """The last wish of the page about the map: path, action (draw, view, focus), n."""
    map_areas = traitlets.Dict().tag(sync=True)
    """Where several areas share a map: "active" path, and "tones" by path."""

    def __init__(
        self,
        process: JsonValue,
        **kwargs: object,
    ) -> None:
        self._checks = ItemChecks(self._show_checks)
        if not isinstance(process, Mapping) and not hasattr(process, "raw"):
            raise InputError(
                "A form is made from a Process or a dict, "
                f"not {type(process).__name__}.",
                advice="For example: ProcessForm(client.process('water-bodies'))",
            )
        self.process = process
        self._title, self._id = plain_description(process)
        self._fields = reduce_process(process)
        self._ruled = [
            k for k, field in self._fields.items() if conditions.has_rules(field)
        ]
        self._item_fields = {
            key: field for key, field in self._fields.items() if holds_documents(field)
        }
        self._vault = Vault()
        self._values: dict[str, Any] = {}
        self._findings: dict[str, dict[str, str]] = {}
        self._advice: dict[str, str] = {}
        self._extras = extras.Extras()
        self._edited: set[str] = set()
        self._tried: set[str] = set()
        self._server_errors: dict[str, str] = {}
        self._uploads = Uploads(file_drafts.MAX_UPLOAD)
        drafts = {key: initial_draft(field) for key, field in self._fields.items()}
        self._field_handles = MappingProxyType(
            {key: InputField(self, field) for key, field in self._fields.items()}
        )
        self._slots = Slots(self)
        super().__init__(
            spec=list(self._slots.specs.values()),
            drafts=drafts,
            slots=self._slots.widgets,
            full_slots=self._slots.full(),
            output_options=[one.spec() for one in output_options(process)],
            response_options=response_options(process),
            **kwargs,
        )
        for error in self._slots.errors:
            self.report(error)
        with publishing(self):
            self._read(self._fields)
            self._publish()

    @property
    def fields(self) -> Mapping[str, InputField]:
        """Input id to the field of that input."""
        return self._field_handles

    @property
    def errors(self) -> dict[str, str]:
        """Input id to what is wrong; empty when everything can be sent."""
        found = {
            key: in_one(key, findings)
            for key, findings in self._findings.items()
            if findings
        }
        return {**found, **self._extras.errors}

    @property
    def area_ids(self) -> tuple[str, ...]:
        """Ids of the inputs for which a shape can be drawn."""
        return tuple(k for k, field in self._fields.items() if tree.holds_area(field))

    @property
    def area_paths(self) -> tuple[str, ...]:
        """Paths of the areas that are on the screen now."""
        return tuple(
            path
            for key, field in self._fields.items()
            if tree.holds_area(field)
            for path in tree.area_paths(field, self.drafts.get(key))
        )

    @property
    def item_looker(self) -> Looker | None:
        """What looks at the addresses of STAC documents in the form, None for nobody.

        A form asks nobody by itself; an app binds one that uses its client. What is
        seen is an advice: the server may reach what cannot be reached from here.
        """
        return self._checks.looker

    @item_looker.setter
    def item_looker(self, looker: Looker | None) -> None:
        with publishing(self):
            self._checks.looker = looker
            self._follow_items()

    def item_features(self) -> dict[str, list[dict[str, Any]]]:
        """Key of a check to the GeoJSON features of that document, not checked."""
        return self._checks.features()

    def take_inputs(self, values: JsonValue) -> None:
        """Fill the whole form; inputs that are not named become empty.

        Args:
            values: Input id to value. Ids that the description does not have become
                extra inputs.

        Raises:
            InputError: ``values`` is not a dict, or holds something that is not JSON.
        """
        if not isinstance(values, Mapping):
            raise InputError(
                f"Inputs are a dict of input id to value, not {type(values).__name__}.",
                advice='For example: form.inputs = {"aoi": "-10,40,5,50"}',
            )
        with publishing(self):
            every: dict[str, Any] = dict.fromkeys((*self._fields, *self.inputs), UNSET)
            self.change_inputs({**every, **values})

    def change_inputs(self, changes: Mapping[str, Any]) -> None:
        """Fill some fields and leave the others alone.

        Args:
            changes: Input id to value; UNSET empties a field.

        Raises:
            InputError: A value is not JSON; nothing was changed.
        """
        with publishing(self):
            drafts = {
                key: self._draft_of(key, value)
                for key, value in changes.items()
                if key in self._fields
            }
            others = {k: v for k, v in changes.items() if k not in self._fields}
            if others:
                self._put_extras({**self._extras.inputs, **others}, self._extras.beside)
            self._edited.update(key for key in drafts if changes[key] is not UNSET)
            self._set_drafts(drafts)

    def take_extra(self, values: JsonValue) -> None:
        """Set the members that stand beside the inputs; others are taken away.

        Args:
            values: Member name to value, or None for none.

        Raises:
            InputError: It is no dict, holds something that is not JSON, or a member
                that the form says in its own way.
        """
        if values is not None and not isinstance(values, Mapping):
            raise InputError(
                "Members beside the inputs are a dict of name to value, "
                f"not {type(values).__name__}.",
                advice='For example: form.extra = {"queue": "fast"}',
            )
        own = [name for name in values or {} if name in extras.OWN_MEMBERS]
        if own:
            raise InputError(
                f"{own[0]!r} is no extra member: the form sets it itself.",
                advice="Use form.inputs, form.outputs and form.response.",
            )
        with publishing(self):
            self._put_extras(self._extras.inputs, dict(values or {}))
            self._publish()

    def change_draft(self, key: str, draft: JsonValue) -> None:
        """Put something on the screen as if it had been typed.

        Raises:
            InputError: There is no such input.
        """
        if key not in self._fields:
            raise InputError(f"This process has no input {key!r}.")
        with publishing(self):
            self._edited.add(key)
            self._set_drafts({key: draft})

    def focus(self, path: str, *, at: str = "") -> None:
        """Bring a field to view and put the cursor into it.

        Args:
            path: Input id, or the path of a part of it such as "stac_items/1".
            at: "search" for its link to a search, where it has one.
        """
        with publishing(self):
            number = self.focus_request.get("n", 0) + 1
            self.focus_request = {"path": path, "n": number, "at": at}

    def reset(self) -> None:
        """Back to the server's defaults; everything that was entered is gone."""
        with publishing(self):
            self._edited.clear()
            self._tried.clear()
            self._server_errors = {}
            self.outputs = {}
            self.response = "auto"
            self._put_extras({}, {})
            self.active_area = ""
            self._set_drafts(
                {key: initial_draft(field) for key, field in self._fields.items()}
            )

    def get_shape(self, path: str) -> dict[str, Any] | None:
        """The area at a path as a GeoJSON geometry in degrees, or None."""
        found = self._area_at(path)
        if found is None:
            return None
        _, field, draft = found
        value, _ = from_draft(field, draft, self._vault)
        if value is UNSET and not area_fields.is_undecided(field, draft):
            return None
        return area_fields.shape_of(field, draft, value)

    def area_hint(self, path: str) -> AreaHint | None:
        """How the area at a path is to be written; its chosen encoding comes first."""
        found = self._area_at(path)
        if found is None or found[1].area is None:
            return None
        return area_fields.chosen_hint(found[1].area, found[2])

    def set_shape(self, path: str, shape: JsonValue) -> None:
        """Put a shape into the area at a path, written the way that the input wants.

        Args:
            path: Input id, or path of one area of several.
            shape: GeoJSON, four numbers, an object with ``__geo_interface__``, or None
                to empty the area.

        Raises:
            InputError: There is no area at that path, or it cannot take this shape.
        """
        with publishing(self):
            found = self._area_at(path)
            if found is None:
                raise InputError(
                    f"{path!r} is no area of this process.",
                    advice=f"Its areas are: {', '.join(self.area_ids) or 'none'}.",
                )
            at, field, old = found
            if shape is None:
                self._set_part(at, area_fields.emptied(field, old))
            else:
                self._set_part(at, area_fields.draft_of_shape(field, shape, old))

    def takes_one_item(self, path: str) -> bool:
        """Whether the field at a path takes one STAC item only."""
        found = self._part_at(path)
        return found is not None and stac_fields.takes_one(found[0])

    def add_items(self, path: str, items: Iterable[Any]) -> None:
        """Add STAC items to the field at a path, by address where they have one.

        Args:
            path: Input id, or the path of a part of it.
            items: Items as dicts or pystac objects, or addresses.

        Raises:
            InputError: The field does not take STAC items, or not these.
        """
        found = self._part_at(path)
        draft = None
        if found is not None:
            draft = stac_fields.with_items(*found, [_plain_item(one) for one in items])
        if draft is None:
            raise InputError(f"{path!r} does not take STAC items.")
        with publishing(self):
            self._set_part(path, draft)

    # -- keeping everything in step ---------------------------------------------------

    def _draft_of(self, key: str, value: JsonValue) -> JsonValue:
        field = self._fields[key]
        if value is UNSET:
            return None
        if field.kind == "area" and hasattr(value, "__geo_interface__"):
            return area_fields.draft_of_shape(field, value, self.drafts.get(key))
        chosen = area_fields.as_chosen(field, self.drafts.get(key))
        return to_draft(chosen, plain(value), self._vault)

    def _set_drafts(self, drafts: Mapping[str, Any]) -> None:
        """Drafts that Python sets: the page shows them even under the cursor."""
        for key in drafts:
            self._server_errors.pop(key, None)
        self.drafts = {**self.drafts, **drafts}
        self.drafts_revision += 1
        self._read(drafts)
        self._publish()
        self._slots.show({key: self._values[key] for key in drafts})
        self.full_slots = self._slots.full()

    def _set_part(self, path: str, draft: JsonValue) -> None:
        key, *steps = split_path(path)
        field = self._fields.get(key)
        if field is None:
            return
        self._edited.add(key)
        whole = tree.with_part(field, self.drafts.get(key), steps, draft)
        self._set_drafts({key: whole})

    def _part_at(self, path: str) -> tuple[Field, Any] | None:
        key, *steps = split_path(path)
        field = self._fields.get(key)
        if field is None:
            return None
        return tree.part_at(field, self.drafts.get(key), steps)

    def _area_at(self, path: str) -> tuple[str, Field, Any] | None:
        """Path, field and draft of the area that a path means; the first one in it."""
        key, *steps = split_path(path)
        field = self._fields.get(key)
        if field is None:
            return None
        draft = self.drafts.get(key)
        found = tree.part_at(field, draft, steps)
        if found is not None and found[0].kind == "area":
            return path, *found
        inner = next(tree.area_paths(field, draft), None) if not steps else None
        return self._area_at(inner) if inner and inner != path else None

    def _read(self, keys: Iterable[str]) -> None:
        for key in keys:
            value, findings = from_draft(
                self._fields[key], self.drafts.get(key), self._vault
            )
            self._values[key] = value
            self._findings[key] = findings
            field, draft = self._fields[key], self.drafts.get(key)
            self._advice[key] = told(field, draft, value, self._vault)
        self._forget_unused()

    def _put_extras(self, inputs: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
        sets = (
            {str(key): plain(one) for key, one in values.items() if one is not UNSET}
            for values in (inputs, beside)
        )
        try:
            self._read_extras(extras.rows_of(*sets))
        except ValueError as error:
            raise InputError(f"An extra value is not JSON: {error}.") from None

    def _read_extras(self, rows: list[list[str]]) -> None:
        self.extra_rows = rows
        self._extras = extras.read(rows, self._fields)

    def _forget_unused(self) -> None:
        if not self._vault.is_empty:
            self._vault.keep_only(tree.references_in(self.drafts))

    def _show_checks(self) -> None:
        """A document was looked at; called from any thread."""
        with publishing(self):
            self.item_checks = self._checks.checks()

    def _follow_items(self, after_s: float = 0) -> None:
        checks = self._checks.follow(self._item_fields, self.drafts, after_s)
        self.item_checks = checks

    def _publish(self, *, is_typing: bool = False) -> None:
        """Bring everything that follows from the drafts up to date."""
        values = {
            key: self._values[key]
            for key in self._fields
            if self._values.get(key, UNSET) is not UNSET
        }
        self.shown_errors = field_messages.errors_to_show(
            self._findings, self._server_errors, tried=self._tried, edited=self._edited
        )
        self.notes = field_messages.notes(
            self._fields, self._values, self.drafts, self._advice, self._findings
        )
        self._follow_items(TYPING_S if is_typing else 0)
        self.standings = {
            path: {"required": found.required, "hidden": found.hidden}
            for key in self._ruled
            for path, found in conditions.standings(
                self._fields[key], self.drafts.get(key), self._vault, join_path(key)
            )
        }
        trait = type(self).inputs
        trait.publish(self, Inputs({**values, **self._extras.inputs}, self))
        type(self).extra.publish(self, Extra(self._extras.beside, self))


def _plain_item(item: Any) -> JsonValue:  # noqa: ANN401 # of whichever library
    """A STAC item as a dict, or its address where an object knows it."""
    address = item.get_self_href() if hasattr(item, "get_self_href") else None
    return address or plain(item)
