"""The values that a server gives as examples, where they are enough to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.errors import InputError
from ogc_widgets.form.drafts.codec import from_draft, to_draft
from ogc_widgets.form.drafts.secrets_store import SecretsStore
from ogc_widgets.form.fields.fields import UNSET
from ogc_widgets.form.sets.pasted_requests import inputs_in

if TYPE_CHECKING:
    from ogc_widgets.form.fields.fields import Field
    from ogc_widgets.protocol.wire import JsonValue


def example_inputs(fields: Mapping[str, Field], process: JsonValue) -> dict[str, Any]:
    """Collect the first usable example of each input.

    Args:
        fields: The fields of a form.
        process: The process or its description, which may hold a whole example request
            as those of pygeoapi do.

    Returns:
        Input id to value; empty unless every required input without a default has an
        example, since half an example helps nobody to a first run.
    """
    whole = _request_in(process if isinstance(process, Mapping) else process.raw)
    found: dict[str, Any] = {}
    for key, field in fields.items():
        schema = field.schema if isinstance(field.schema, Mapping) else {}
        examples = schema.get("examples")
        own = examples if isinstance(examples, list | tuple) else ()
        value = _first_usable(field, [whole[key]] if key in whole else own)
        if value is not UNSET:
            found[key] = value
        elif field.required and field.default is UNSET:
            return {}
    return found


def _request_in(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the request that a description gives as its example."""
    example = raw.get("example")
    try:
        return inputs_in(example) if isinstance(example, Mapping) else {}
    except InputError:
        return {}


def _first_usable(field: Field, examples: Iterable[Any]) -> Any:  # noqa: ANN401 # JSON
    for example in examples:
        secrets = SecretsStore()
        value, findings = from_draft(field, to_draft(field, example, secrets), secrets)
        if value is not UNSET and not findings:
            return value
    return UNSET
