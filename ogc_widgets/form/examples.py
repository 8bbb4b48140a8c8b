"""The values that a server gives as examples, where they are enough to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogc_widgets.form.drafts import from_draft, to_draft
from ogc_widgets.form.fields import UNSET
from ogc_widgets.form.vault import Vault

if TYPE_CHECKING:
    from ogc_widgets.form.fields import Field


def example_inputs(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Collect the first usable example of each input.

    Args:
        fields: The fields of a form.

    Returns:
        Input id to value; empty unless every required input without a default has an
        example, since half an example helps nobody to a first run.
    """
    found: dict[str, Any] = {}
    for key, field in fields.items():
        value = _first_usable(field)
        if value is not UNSET:
            found[key] = value
        elif field.required and field.default is UNSET:
            return {}
    return found


def _first_usable(field: Field) -> Any:  # noqa: ANN401 # whatever the server gives
    examples = field.schema.get("examples") if isinstance(field.schema, Mapping) else ()
    for example in examples if isinstance(examples, list | tuple) else ():
        vault = Vault()
        value, findings = from_draft(field, to_draft(field, example, vault), vault)
        if value is not UNSET and not findings:
            return value
    return UNSET
