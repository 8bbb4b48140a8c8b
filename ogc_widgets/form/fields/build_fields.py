"""From a process description to fields: every input gets one, whatever it is.

Nothing here raises for what a server says. What is not understood becomes a JSON field
with its schema shown, and so does everything over the limits of
:mod:`ogc_widgets.form.schema.keywords`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ogc_widgets.form.fields import recognise
from ogc_widgets.form.fields.build import FieldBuilder
from ogc_widgets.form.fields.defaults import with_default
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.fields.place import Hints, Naming, Place
from ogc_widgets.form.schema.dialects import UNRESOLVED
from ogc_widgets.form.schema.keywords import TooLargeError, plain_text
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.form.schema.occurrences import list_schema
from ogc_widgets.form.schema.view import View
from ogc_widgets.protocol.documents.descriptions import inputs_of, is_list
from ogc_widgets.protocol.notices import silent

if TYPE_CHECKING:
    from ogc_widgets.protocol import InputDescription, Process
    from ogc_widgets.protocol.json_type import JsonObject

# All inputs of one description together; what comes later is shown as JSON.
MAX_NODES_OF_FORM: Final = 10_000
_SILENT: Final = "The server does not say what this input takes."
_TOO_MUCH: Final = (
    "This input is described in too much detail for a form: enter it as JSON."
)
# What a schema can say without saying what the value is.
_WORDS: Final = frozenset({"title", "description", "examples", "deprecated"})


def plain_description(process: Process | JsonObject) -> tuple[str, str]:
    """Title and id of a process, given as an object or as its description."""
    raw = process if isinstance(process, Mapping) else process.raw
    for wrapper in ("processDescription", "process"):
        inner = raw.get(wrapper)
        if isinstance(inner, Mapping) and "inputs" not in raw:
            raw = inner
    name = _line(raw.get("id") or raw.get("identifier"))
    return _line(raw.get("title")) or name or "Process", name


def reduce_process(process: Process | JsonObject) -> dict[str, Field]:
    """The fields of the inputs of a process, in the order to show them.

    Args:
        process: A :class:`~ogc_widgets.protocol.Process`, or a process description as a
            dict (the list form of ``inputs`` included).

    Returns:
        Input id to field. No input of the description is missing.
    """
    raw = process if isinstance(process, Mapping) else process.raw
    inputs = getattr(process, "inputs", None)
    if inputs is None:
        with silent():  # told when the description was first read
            inputs = inputs_of(raw)
    left = MAX_NODES_OF_FORM
    fields: list[Field] = []
    for described in inputs.values():
        field, nodes = _reduce_input(described, raw, left)
        left -= nodes
        fields.append(field)
    fields.sort(key=lambda field: field.order if field.order is not None else 0)
    return {field.key: field for field in fields}


def _line(value: object, limit: int = 200) -> str:
    return plain_text(value, limit=limit, lines=False)


def _reduce_input(
    described: InputDescription, document: JsonObject, allowed: int
) -> tuple[Field, int]:
    """The field of one input, and how many parts it has."""
    normaliser = Normaliser([described.raw.get("schema"), described.raw, document])
    hints = Hints.of_input(described.raw)
    naming = Naming(
        key=described.id,
        title=_line(described.title) or described.id,
        description=plain_text(described.description),
        cwl_type=_line(described.cwl_type, 300),
        widget=hints.text("widget"),
    )
    place = Place(naming=naming, outermost=True, hints=hints)
    try:
        one = View(normaliser.normalise(described.schema), normaliser.defs)
        said = described.extended_schema
        extended = one.part(normaliser.normalise(said)) if is_list(said or {}) else None
        several = list_schema(one, extended, described)
        whole = one if several is None else one.part(several)
        builder = FieldBuilder(described, allowed, is_list=several is not None)
        keywords = whole.said.keys() - _WORDS
        if all(name.startswith("x-") and name != UNRESOLVED for name in keywords):
            field = _of_silence(one, place, builder)
        else:
            field = builder.field(whole, place)
            field = replace(field, occurrences=several is not None)
        nodes = builder.nodes
    except (TooLargeError, RecursionError):
        field, nodes = Field(kind="json", note=_TOO_MUCH), 1
        one = View({}, {})
    return with_default(_dressed(field, described, place), one), nodes


def _of_silence(view: View, place: Place, builder: FieldBuilder) -> Field:
    """The field of an input of which nothing is said: text, or any JSON."""
    document = recognise.stac_document(view.part({}), place)
    if document is not None:
        return Field(kind="stac", stac=document)
    text = replace(builder.field(view.part({"type": "string"}), Place()), label="text")
    other = Field(kind="json", label="JSON", defs=view.defs)
    return Field(kind="union", branches=(text, other), note=_SILENT)


def _dressed(field: Field, described: InputDescription, place: Place) -> Field:
    """The field with the words and wishes of its input description."""
    naming, hints = place.naming, place.hints
    # ZOO marks optional inputs as nullable and may leave minOccurs out. Plugins of
    # pygeoapi that say nothing about an input do not say that it is needed, either.
    may_be_left = field.nullable or field.note == _SILENT
    is_asked = described.says_min_occurs or not may_be_left
    own_label = field.label if naming.title == described.id else ""
    return replace(
        _measured(field, described.unit),
        key=described.id,
        label=own_label or naming.title,
        description=naming.description or field.description,
        required=described.min_occurs > 0 and is_asked,
        advanced=field.advanced or hints.get("hidden") is True,
        order=hints.number("order"),
        placeholder=hints.text("placeholder") or field.placeholder,
        cwl_type=naming.cwl_type,
        default=UNSET,
        widget=naming.widget or field.widget,
    )


def _measured(field: Field, unit: str) -> Field:
    """The field with the unit of the input beside each number that is a value of it."""
    if not unit:
        return field
    if field.kind not in ("list", "tuple", "union"):
        return replace(field, unit=unit)

    def part(one: Field) -> Field:
        takes = one.kind in ("number", "integer", "list", "tuple", "union")
        return _measured(one, unit) if takes else one

    return replace(
        field,
        item=field.item and part(field.item),
        fields=tuple(map(part, field.fields)),
        branches=tuple(map(part, field.branches)),
    )
