"""``form.inputs`` and ``form.fields``: the form as Python sees it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.outputs import RESPONSES, read_choice

if TYPE_CHECKING:
    from ogc_widgets.form.form import ProcessForm
    from ogc_widgets.protocol.wire import JsonValue


class Inputs(dict[str, Any]):
    """Values of a form as an ordinary dict whose changes also change the form.

    ``form.inputs["aoi"] = "..."`` fills the field, ``del form.inputs["aoi"]`` empties
    it. ``dict(form.inputs)`` is a copy that stands for itself.

    Args:
        values: The values.
        form: The form.
        name: Name of the trait of the form that they belong to.
    """

    def __init__(self, values: Mapping[str, Any], form: ProcessForm, name: str) -> None:
        super().__init__(values)
        self._form = weakref.ref(form)
        self._name = name

    def __setitem__(self, key: str, value: JsonValue) -> None:
        self._tell({key: value})

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __ior__(self, other: JsonValue) -> Inputs:  # type: ignore[override,misc]
        self._tell(dict(other))
        return self

    def __reduce__(self) -> JsonValue:
        return (dict, (dict(self),))

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def copy(self) -> dict[str, Any]:
        """A plain dict of the inputs as they are now."""
        return dict(self)

    def update(self, *others: JsonValue, **more: object) -> None:
        """Fill several fields at once."""
        self._tell(dict(*others, **more))

    def setdefault(self, key: str, default: JsonValue = None) -> JsonValue:
        """Fill a field unless it has a value."""
        if key not in self:
            self._tell({key: default})
        return self[key]

    def pop(self, key: str, *default: JsonValue) -> JsonValue:
        """Empty a field and return what was in it."""
        if key not in self and default:
            return default[0]
        value = self[key]
        self._tell({key: UNSET})
        return value

    def popitem(self) -> tuple[str, Any]:
        """Empty the last field that has a value."""
        key = list(self)[-1]
        return key, self.pop(key)

    def clear(self) -> None:
        """Empty all fields."""
        self._tell(dict.fromkeys(self, UNSET))

    def _tell(self, changes: dict[str, Any]) -> None:
        form = self._form()
        if form is not None and self._name == "inputs":
            form.change_inputs(changes)
        elif form is not None:
            every = {**getattr(form, self._name), **changes}
            kept = {key: one for key, one in every.items() if one is not UNSET}
            setattr(form, self._name, kept)
        for key, value in changes.items():
            if value is UNSET:
                super().pop(key, None)
            else:
                super().__setitem__(key, value)


class InputsTrait(traitlets.TraitType[Any, Any]):
    """A dict of values: setting it fills the form, and observers see every change.

    Args:
        taken_by: Name of the method of the form that takes what is set.
    """

    info_text = "a dict of name to value"

    def __init__(self, taken_by: str) -> None:
        super().__init__()
        self._taken_by = taken_by

    def set(self, obj: JsonValue, value: JsonValue) -> None:
        """Fill the form; the trait itself follows when the form has changed."""
        getattr(obj, self._taken_by)(value)

    def publish(self, obj: JsonValue, values: Mapping[str, Any]) -> None:
        """Set the trait to what the form holds and tell observers, if it changed."""
        value = Inputs(values, obj, str(self.name))
        old = obj._trait_values.get(self.name)  # noqa: SLF001 # where traitlets keeps it
        if old is not None and exact.same(old, value) and list(old) == list(value):
            return
        obj._trait_values[self.name] = value  # noqa: SLF001
        obj._notify_trait(self.name, old if old is not None else {}, value)  # noqa: SLF001


class OutputsTrait(traitlets.Dict):
    """``form.outputs``: a dict, a list of ids, or None for what the server likes."""

    def validate(self, obj: JsonValue, value: JsonValue) -> Inputs:
        """The choice as the request says it.

        Raises:
            InputError: It is something else, or not JSON.
        """
        return Inputs(read_choice(value), obj, "outputs")


class ResponseTrait(traitlets.Unicode):
    """``form.response``: one of the ways in which outputs come."""

    def validate(self, obj: JsonValue, value: JsonValue) -> str:
        """The response.

        Raises:
            InputError: There is no such way.
        """
        if value not in RESPONSES:
            raise InputError(
                f"Unknown response {value!r}.",
                advice=f"Use one of: {', '.join(RESPONSES)}.",
            )
        response: str = super().validate(obj, value)
        return response


class InputField:
    """One input of a form.

    Attributes:
        id: Input id.
        field: Its description.
    """

    def __init__(self, form: ProcessForm, field: Field) -> None:
        self._form = weakref.ref(form)
        self.id = field.key
        self.field = field

    def __repr__(self) -> str:
        state = "set" if self.is_set else "not set"
        return f"<InputField {self.id!r} ({self.field.kind}), {state}>"

    @property
    def form(self) -> ProcessForm:
        """The form that this input belongs to."""
        form = self._form()
        if form is None:
            raise ReferenceError("The form of this field is gone.")
        return form

    @property
    def is_set(self) -> bool:
        """Whether the input is sent."""
        return self.id in self.form.inputs

    @property
    def value(self) -> JsonValue:
        """The value that is sent, None while there is none; settable."""
        return self.form.inputs.get(self.id)

    @value.setter
    def value(self, value: JsonValue) -> None:
        self.form.change_inputs({self.id: UNSET if value is None else value})

    @property
    def draft(self) -> JsonValue:
        """What is on the screen, as JSON; settable."""
        return self.form.drafts.get(self.id)

    @draft.setter
    def draft(self, draft: JsonValue) -> None:
        self.form.change_draft(self.id, draft)

    @property
    def error(self) -> str:
        """What is wrong with the input, or ""."""
        return self.form.errors.get(self.id, "")

    @property
    def shape(self) -> dict[str, Any] | None:
        """The area as a GeoJSON geometry in degrees, or None.

        Settable with GeoJSON, four numbers, or any object with ``__geo_interface__``;
        None empties the field.
        """
        return self.form.areas.get_shape(self.id)

    @shape.setter
    def shape(self, shape: JsonValue) -> None:
        self.form.areas.set_shape(self.id, shape)

    def add(self, items: JsonValue) -> None:
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
        self.form.stac.add(self.id, [items] if is_one else items)

    def clear(self) -> None:
        """Empty the field; the input is then not sent."""
        self.form.change_inputs({self.id: UNSET})

    def focus(self) -> None:
        """Bring the field to view and put the cursor into it."""
        self.form.focus(self.id)
