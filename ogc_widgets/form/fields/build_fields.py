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
from ogc_widgets.form.fields.area_fields import Naming
from ogc_widgets.form.fields.build import Builder
from ogc_widgets.form.fields.build_context import Place, Scope
from ogc_widgets.form.fields.defaults import with_default
from ogc_widgets.form.fields.fields import UNSET, Field
from ogc_widgets.form.page import words
from ogc_widgets.form.schema import hints as ui
from ogc_widgets.form.schema.descriptions import InputReading, inputs_of, read_input
from ogc_widgets.form.schema.dialects import UNRESOLVED
from ogc_widgets.form.schema.flatten import flatten
from ogc_widgets.form.schema.limits import MAX_NODES_OF_FORM, TooLargeError
from ogc_widgets.form.schema.normalise import Normaliser
from ogc_widgets.form.schema.occurrences import list_schema

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


_SILENT: Final = "The server does not say what this input takes."
# What a schema can say without saying what the value is.
_WORDS: Final = frozenset({"title", "description", "examples", "deprecated"})


def reduce_process(process: JsonValue) -> dict[str, Field]:
    """The fields of the inputs of a process, in the order to show them.

    Args:
        process: A :class:`~ogc_widgets.protocol.Process`, or a process description as a
            dict (the list form of ``inputs`` included).

    Returns:
        Input id to field. No input of the description is missing.
    """
    raw = process if isinstance(process, Mapping) else process.raw
    left = MAX_NODES_OF_FORM
    fields: dict[str, Field] = {}
    for key, description in inputs_of(raw).items():
        field, nodes = reduce_input(key, description, raw, allowed=left)
        left -= nodes
        fields[key] = field
    ordered = sorted(
        fields.items(),
        key=lambda pair: pair[1].order if pair[1].order is not None else 0,
    )
    return dict(ordered)


def reduce_input(
    key: str,
    description: JsonValue,
    document: JsonValue = None,
    *,
    allowed: int = MAX_NODES_OF_FORM,
) -> tuple[Field, int]:
    """The field of one input.

    Args:
        key: Input id.
        description: Its description, as the server wrote it.
        document: The whole process description, for references into it.
        allowed: How many parts the field may have.

    Returns:
        The field, and how many parts it has.
    """
    reading = read_input(key, description)
    normaliser = Normaliser([reading.raw.get("schema"), reading.raw, document])
    try:
        schema = normaliser.normalise(reading.schema)
        extended = normaliser.normalise(reading.extended)
        several = list_schema(schema, extended, reading, normaliser.defs)
        scope = Scope(normaliser.defs, allowed, reading, is_list=several is not None)
        field = _field(schema if several is None else several, reading, scope)
        nodes = scope.nodes
    except (TooLargeError, RecursionError):
        schema, nodes = {}, 1
        normaliser.defs.clear()
        field = Field(
            kind="json",
            note="This input is described in too much detail for a form: "
            "enter it as JSON.",
        )
    field = _dressed(field, reading)
    return with_default(field, schema), nodes


def _field(schema: Mapping[str, Any], reading: InputReading, scope: Scope) -> Field:
    naming = Naming(
        key=reading.id,
        title=reading.title,
        description=reading.description,
        cwl_type=reading.cwl_type,
        widget=ui.text(reading.hints, "widget"),
    )
    builder = Builder(scope)
    said = flatten(schema, scope.defs).view.keys() - _WORDS
    is_silent = all(name.startswith("x-") and name != UNRESOLVED for name in said)
    if is_silent:
        document = stac_fields.recognise_document({}, (), naming, outermost=True)
        if document is not None:
            return Field(kind="stac", stac=document)
        return _anything(builder)
    place = Place(naming=naming, outermost=True, hints=reading.hints)
    return (
        builder.list_of(schema, place)
        if scope.is_list
        else builder.field(schema, place)
    )


def _anything(builder: Builder) -> Field:
    """An input of which nothing is said: text, or JSON for everything else."""
    text = builder.field({"type": "string"}, Place())
    other = Field(kind="json", label="JSON", defs=builder.scope.defs)
    return Field(
        kind="union",
        branches=(replace(text, label="text"), other),
        note=_SILENT,
    )


def _dressed(field: Field, reading: InputReading) -> Field:
    """The field with the words and wishes of its input description."""
    hints = reading.hints
    # ZOO marks optional inputs as nullable and may leave minOccurs out. Plugins of
    # pygeoapi that say nothing about an input do not say that it is needed, either.
    may_be_left = field.nullable or field.note == _SILENT
    required = reading.min_occurs > 0 and (reading.said_min_occurs or not may_be_left)
    order = ui.number(hints, "order")
    own_label = field.label if reading.title == reading.id else ""
    return replace(
        _measured(field, reading.unit),
        key=reading.id,
        label=own_label or reading.title,
        description=reading.description or field.description,
        required=required,
        advanced=hints.get("advanced") is True or hints.get("hidden") is True,
        order=order,
        placeholder=ui.text(hints, "placeholder") or field.placeholder,
        cwl_type=reading.cwl_type,
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
