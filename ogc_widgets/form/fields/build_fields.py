"""From a process description to fields: every input gets one, whatever it is.

Nothing here raises for what a server says. What is not understood becomes a JSON field
with its schema shown, and so does everything over the limits of
:mod:`ogc_widgets.form.fields.fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ogc_widgets.form.fields import stac_fields
from ogc_widgets.form.fields.build import build
from ogc_widgets.form.fields.build_context import Naming, Place, Scope
from ogc_widgets.form.fields.defaults import with_default
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import hints as ui
from ogc_widgets.form.schema.dialects import UNRESOLVED
from ogc_widgets.form.schema.flatten import flatten
from ogc_widgets.form.schema.keywords import plain_text
from ogc_widgets.form.schema.limits import MAX_NODES_OF_FORM, TooLargeError
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.form.schema.occurrences import list_schema
from ogc_widgets.protocol.documents.descriptions import (
    InputDescription,
    inputs_of,
    is_list,
)
from ogc_widgets.protocol.notices import silent

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


_SILENT: Final = "The server does not say what this input takes."
# What a schema can say without saying what the value is.
_WORDS: Final = frozenset({"title", "description", "examples", "deprecated"})


def plain_description(process: JsonValue) -> tuple[str, str]:
    """Title and id of a process, given as an object or as its description."""
    raw = process if isinstance(process, Mapping) else process.raw
    for wrapper in ("processDescription", "process"):
        if isinstance(raw.get(wrapper), Mapping) and "inputs" not in raw:
            raw = raw[wrapper]
    name = plain_text(raw.get("id") or raw.get("identifier"), limit=200, lines=False)
    title = plain_text(raw.get("title"), limit=200, lines=False)
    return title or name or "Process", name


def reduce_process(process: JsonValue) -> dict[str, Field]:
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


def _reduce_input(
    described: InputDescription, document: JsonValue, allowed: int
) -> tuple[Field, int]:
    """The field of one input, and how many parts it has."""
    normaliser = Normaliser([described.raw.get("schema"), described.raw, document])
    title = plain_text(described.title, limit=200, lines=False) or described.id
    naming = Naming(
        key=described.id,
        title=title,
        description=plain_text(described.description),
        cwl_type=plain_text(described.cwl_type, limit=300, lines=False),
    )
    hints = ui.of_input(described.raw)
    try:
        schema = normaliser.normalise(described.schema)
        said = described.extended_schema or {}
        extended = normaliser.normalise(said if is_list(said) else {})
        defs = normaliser.defs
        several = list_schema(schema, extended, described, defs)
        scope = Scope(build, defs, allowed, described, is_list=several is not None)
        field = _field(schema if several is None else several, naming, hints, scope)
        nodes = scope.nodes
    except (TooLargeError, RecursionError):
        schema, nodes = {}, 1
        normaliser.defs.clear()
        field = Field(
            kind="json",
            note="This input is described in too much detail for a form: "
            "enter it as JSON.",
        )
    field = _dressed(field, described, naming, hints)
    return with_default(field, schema), nodes


def _field(
    schema: Mapping[str, Any], naming: Naming, hints: Mapping[str, Any], scope: Scope
) -> Field:
    naming = replace(naming, widget=ui.text(hints, "widget"))
    said = flatten(schema, scope.defs).view.keys() - _WORDS
    if all(name.startswith("x-") and name != UNRESOLVED for name in said):
        document = stac_fields.recognise_document({}, (), naming, outermost=True)
        if document is not None:
            return Field(kind="stac", stac=document)
        # Nothing is said of it: text, or JSON for everything else.
        text = replace(scope.field({"type": "string"}, Place()), label="text")
        other = Field(kind="json", label="JSON", defs=scope.defs)
        return Field(kind="union", branches=(text, other), note=_SILENT)
    made = scope.field(schema, Place(naming=naming, outermost=True, hints=hints))
    if scope.is_list:
        return replace(made, required=False, occurrences=True)
    return made


def _dressed(
    field: Field, described: InputDescription, naming: Naming, hints: Mapping[str, Any]
) -> Field:
    """The field with the words and wishes of its input description."""
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
        advanced=hints.get("advanced") is True or hints.get("hidden") is True,
        order=ui.number(hints, "order"),
        placeholder=ui.text(hints, "placeholder") or field.placeholder,
        cwl_type=naming.cwl_type,
        default=UNSET,
        note=field.note,
        widget=ui.text(hints, "widget") or field.widget,
        option_labels=field.option_labels
        or tuple(words.shorten(option) for option in field.options),
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
