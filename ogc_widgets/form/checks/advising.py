"""What to know about a value that can be sent, without keeping it from being sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.form.checks.findings import advice
from ogc_widgets.form.drafts import tree
from ogc_widgets.form.drafts.drafts import from_draft
from ogc_widgets.form.fields import area_fields
from ogc_widgets.form.fields.fields import UNSET, Field, split_path

if TYPE_CHECKING:
    from ogc_widgets.form.drafts.secrets_store import Vault
    from ogc_widgets.protocol.wire import JsonValue


def told(field: Field, draft: JsonValue, value: JsonValue, vault: Vault) -> str:
    """Advice about the value of an input and the areas in it, or "".

    Args:
        field: The input.
        draft: What is on the screen.
        value: What it stands for.
        vault: Where drafts keep what is not on the screen.
    """
    if value is UNSET:
        return ""
    found = [advice(field, value)]
    if tree.holds_area(field):
        for path in tree.area_paths(field, draft):
            part = tree.part_at(field, draft, split_path(path)[1:])
            if part is not None:
                inner, _ = from_draft(*part, vault)
                found.append(area_fields.advice(*part, inner))
    return " ".join(dict.fromkeys(filter(None, found)))
