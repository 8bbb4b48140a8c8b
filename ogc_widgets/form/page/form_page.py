"""What the page and observers see of a form, its traits, and what the page says.

Messages about what is entered are taken here, by a method for each kind.
"""

# ruff: noqa: A002 # the names of the arguments are the page's words

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import traitlets
from ipywidgets import widget_serialization

from ogc_widgets.errors import InputError
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.schema import exact
from ogc_widgets.form.schema.outputs import RESPONSES, read_choice
from ogc_widgets.protocol.text import clean
from ogc_widgets.view.base import View, publishing
from ogc_widgets.view.transfer import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ogc_widgets.form.fields.fields import Draft
    from ogc_widgets.form.values import FormValues

_MAX_UPLOAD: Final = 32 * 1024 * 1024


class Inputs(dict[str, Any]):
    """Values of a form as an ordinary dict whose changes also change the form.

    ``form.inputs["aoi"] = "..."`` fills the field, ``del form.inputs["aoi"]`` empties
    it. ``dict(form.inputs)`` is a copy that stands for itself.

    Args:
        values: The values.
        tell: Changes the form, UNSET empties a field, and returns what it holds then.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        tell: Callable[[dict[str, Any]], Mapping[str, Any]],
    ) -> None:
        super().__init__(values)
        self._tell_form = tell

    def __setitem__(self, key: str, value: object) -> None:
        self._tell({key: value})

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __ior__(self, other: Any) -> Inputs:  # type: ignore[override,misc] # noqa: ANN401 # whatever a dict takes
        self._tell(dict(other))
        return self

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return (dict, (dict(self),))

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def copy(self) -> dict[str, Any]:
        """A plain dict of the inputs as they are now."""
        return dict(self)

    def update(self, *others: Any, **more: object) -> None:  # noqa: ANN401 # as above
        """Fill several fields at once."""
        self._tell(dict(*others, **more))

    def setdefault(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 # JSON
        """Fill a field unless it has a value."""
        if key not in self:
            self._tell({key: default})
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:  # noqa: ANN401 # JSON
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
        now = self._tell_form(changes)
        for key in changes:
            if key in now:
                super().__setitem__(key, now[key])
            else:
                super().pop(key, None)


class InputsTrait(traitlets.TraitType[Any, Any]):
    """A dict of values: setting it fills the form, and observers see every change.

    The form has a method ``_take_<name>`` that takes what is set.
    """

    info_text = "a dict of name to value"

    def set(self, obj: traitlets.HasTraits, value: object) -> None:
        """Fill the form; the trait itself follows when the form has changed."""
        getattr(obj, f"_take_{self.name}")(value)

    def publish(self, obj: traitlets.HasTraits, values: Mapping[str, Any]) -> None:
        """Set the trait to what the form holds and tell observers, if it changed."""
        name = str(self.name)
        value = Inputs(values, partial(_change, obj, name))
        old = obj._trait_values.get(name)  # noqa: SLF001 # where traitlets keeps it
        if old is not None and exact.same(old, value) and list(old) == list(value):
            return
        obj._trait_values[name] = value  # noqa: SLF001
        obj._notify_trait(name, old if old is not None else {}, value)  # noqa: SLF001


class OutputsTrait(traitlets.Dict):
    """``form.outputs``: as for executing; empty for what the server likes."""

    def validate(self, obj: Any, value: object) -> Inputs:  # noqa: ANN401 # a form
        """The choice as the request says it.

        Raises:
            InputError: It is something else, or not JSON.
        """
        choice = read_choice(value, obj.process)
        return Inputs(choice, partial(_change, obj, str(self.name)))


class ResponseTrait(traitlets.Unicode):
    """``form.response``: one of the ways in which outputs come."""

    def validate(self, obj: traitlets.HasTraits, value: object) -> str:
        """The response.

        Raises:
            InputError: There is no such way.
        """
        if value not in RESPONSES:
            raise InputError(
                f"Unknown response {value!r}.",
                advice=f"Use one of: {', '.join(RESPONSES)}.",
            )
        return str(super().validate(obj, value))


def _change(form: Any, name: str, changes: dict[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401 # with these traits
    """Change some values of a trait, those of the inputs one by one; return all."""
    if name == "inputs":
        form.change_inputs(changes)
    else:
        every = {**getattr(form, name), **changes}
        kept = {key: one for key, one in every.items() if one is not UNSET}
        setattr(form, name, kept)
    found: Mapping[str, Any] = getattr(form, name)
    return found


class FormPage(View):
    """The page of a form, which draws itself anew from these traits alone.

    Each input has a trait of its own, so that a keystroke sends what it changed: of the
    third input of ``spec`` it is ``input_2``, with these members.

    =======  ==========================================================================
    draft    what stands on the screen
    turn     counted up when the draft is to be shown also under the cursor
    errors   path to message of what is marked
    note     what stands under the field
    members  path of an object to what its conditions ask for: "required" and "hidden"
    =======  ==========================================================================
    """

    _script = "form"
    _values: FormValues
    """What stands in the form."""

    inputs = InputsTrait()
    """Input id to value, ready for the execute request. Settable and observable."""
    extra = InputsTrait()
    """Members beside ``inputs`` in the request, such as ``queue``: name to value, the
    twin of ``client.execute(..., extra=...)``. Settable and observable."""
    outputs: Any = OutputsTrait().tag(sync=True)
    """Output id to what is wanted of it, as in the execute request; empty for all
    outputs in the way that the server likes. Settable, to all that
    ``client.execute(..., outputs=...)`` takes, and observable."""
    response: Any = ResponseTrait("auto").tag(sync=True)
    """How the outputs come, as for executing: ``auto``, ``document`` or ``raw``."""

    spec: Any = traitlets.List().tag(sync=True)
    drafts: Any = traitlets.Dict()
    """Input id to what stands on the screen, for observers."""
    drafts_revision = traitlets.Int(0).tag(sync=True)
    """Counted up when Python has set something."""
    shown_errors: Any = traitlets.Dict()
    """Path to message of what is marked on the screen, for observers."""
    extra_rows: Any = traitlets.List().tag(sync=True)
    """What was added by hand: name, text and place ("input", "beside") of each."""
    extra_errors: Any = traitlets.Dict().tag(sync=True)
    """Name of such a row to what is wrong with it."""
    output_options: Any = traitlets.List().tag(sync=True)
    """What can be chosen, as ``output_options`` of the schema says it."""
    response_options: Any = traitlets.List().tag(sync=True)
    """The same to choose from; empty where the description names no output."""
    focus_request = traitlets.Dict().tag(sync=True)
    busy = traitlets.Bool(default_value=False).tag(sync=True)
    is_fixed = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the page can only be read, as that of a saved run; set at the start."""

    active_area = traitlets.Unicode("").tag(sync=True)
    """Path of the area that is being edited on the map, or ""."""
    has_map = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether there is a map beside the form on which areas can be drawn."""
    map_areas: Any = traitlets.Dict().tag(sync=True)
    """Where several areas share a map: "active" path, and "tones" by path."""
    area_request = traitlets.Dict()
    """The last wish of the page about the map: path, action (draw, view, focus), n."""

    item_checks: Any = traitlets.Dict().tag(sync=True)
    """What is known of the STAC documents in the form; see ``stac_items.py``."""
    item_marked = traitlets.Unicode("").tag(sync=True)
    """Key of the check that the mouse or the cursor is at, or ""."""
    item_search = traitlets.Unicode("").tag(sync=True)
    """What the way to a search for STAC items is called; "" where there is none."""
    item_search_request = traitlets.Dict()
    """The last wish of the page to search: path of the field, n."""

    has_for_each = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether there is a place in which many jobs of this form are put together."""
    for_each_request = traitlets.Dict()
    """The last wish of the page for it: path of the input that differs or "", n."""

    slots: Any = traitlets.List().tag(sync=True, **widget_serialization)
    """Widgets of registered fields; a spec names its own by number."""
    full_slots: Any = traitlets.List().tag(sync=True)
    """Numbers of those that show a value, also where none is sent."""

    set_words = traitlets.Unicode("").tag(sync=True)
    """What became of the last set: one or two sentences."""
    set_file = traitlets.Dict().tag(sync=True)
    """The last file for the page to save: name, text, n."""
    comparison: Any = traitlets.Dict().tag(sync=True)
    """What the page compares with: name and rows; empty for nothing."""

    def __init__(self, **kwargs: object) -> None:
        self._uploads = Uploads(_MAX_UPLOAD)
        super().__init__(**kwargs)

    def _add_inputs(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Add the traits of the inputs; before the page is told of any."""
        traits = {
            f"input_{number}": traitlets.Dict(dict(state)).tag(sync=True)
            for number, state in enumerate(states)
        }
        self.add_traits(**traits)

    def ask(self, trait: str, **wish: object) -> None:
        """Ask for something once more: the trait is counted up."""
        with publishing(self):
            number = getattr(self, trait).get("n", 0) + 1
            setattr(self, trait, {**wish, "n": number})

    # -- what the page says -----------------------------------------------------------

    def _on_edit(self, id: str, draft: Draft) -> None:
        # Somebody types: the page keeps what is under the cursor.
        self._values.type(id, draft)

    def _on_leave(self, id: str, **_: object) -> None:
        self._values.mark([id])

    def _on_secret(self, id: str, secret: str, path: str = "", **_: object) -> None:
        with publishing():
            name = self._values.secrets.put(secret) if secret else ""
            draft: Draft = {"set": True, "ref": name} if name else None
            self._values.set_part(path or id, draft)

    def _on_upload(  # one message for each part
        self,
        id: str,
        name: str,
        base64: str,
        mime: str = "",
        path: str = "",
        part: int = 0,
        parts: int = 1,
    ) -> None:
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

    def _on_extra(self, rows: Iterable[Iterable[str]]) -> None:
        self._values.set_rows([[str(part) for part in row] for row in rows])

    def _on_response(self, response: str) -> None:
        with publishing(self):
            self.response = response

    def _on_outputs(self, outputs: object) -> None:
        with publishing(self):
            self.outputs = outputs

    def _on_for_each(self, path: str = "") -> None:
        self.ask("for_each_request", path=path)

    def _on_search_items(self, path: str) -> None:
        self.ask("item_search_request", path=path)
