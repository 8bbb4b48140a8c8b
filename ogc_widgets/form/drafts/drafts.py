"""What is on the screen and what is sent: drafts and values.

A draft is plain JSON and holds exactly what the screen shows, faulty text included:

=================  ==================================================================
kind               draft (null: untouched)
=================  ==================================================================
text and the like  the text; "" sends an empty text
boolean, null      "true" or "false"; "null"
const              any text: its value is sent
choice             number of the option
multichoice        list of numbers
list, tuple        list of drafts; empty rows of a list are not sent
object             {name: draft}; {} sends an empty object; "" holds members that the
                   schema does not name, as a list of [name, draft]
map                list of [name, draft]
union              {"branch": number, "draft": draft}
file               {"mode": "text", "text", "type"}, {"mode": "reference", "href",
                   "type"} or {"mode": "upload", "name", "type", "size", "ref"}
secret             {"set": true, "ref": ...}: the text stays in Python
stac               the text: an address, or a document as JSON
area               {"encoding", "crs", "text"}, and "ref" where Python set more
json               the text
any of these       {"json": text}: the input is written as JSON by hand
=================  ==================================================================

``from_draft(field, to_draft(field, value))`` is ``value`` for every JSON value: what a
field cannot show exactly is shown as JSON instead.
"""

from __future__ import annotations

from typing import Any

from ogc_widgets.form.checks import messages
from ogc_widgets.form.checks.findings import check_value
from ogc_widgets.form.drafts.from_draft import Draft, Errors, Reader, is_raw
from ogc_widgets.form.drafts.secrets_store import Vault
from ogc_widgets.form.drafts.to_draft import initial_draft, template, to_draft
from ogc_widgets.form.fields.fields import UNSET, Field

__all__ = [
    "Draft",
    "Errors",
    "from_draft",
    "initial_draft",
    "is_raw",
    "template",
    "to_draft",
]


def from_draft(
    field: Field, draft: Draft, vault: Vault | None = None
) -> tuple[Any, Errors]:
    """The value that a draft stands for, and what is wrong with it.

    Args:
        field: The field of an input.
        draft: What is on the screen.
        vault: Where secrets and uploads are kept.

    Returns:
        The value, UNSET if nothing is to be sent, and path to message. Paths start
        with the field's key: "stac_items/1".
    """
    reader = Reader(vault or Vault(), check=True)
    value = reader.read(field, draft, field.key)
    if not reader.errors:
        if value is UNSET:
            if field.required:
                reader.errors[field.key] = messages.NEEDS_VALUE
        else:
            reader.errors = check_value(field, value, draft)
    return value, reader.errors
