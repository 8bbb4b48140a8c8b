"""Forms that are measured in a page, and what an App shows there; for a kernel."""

from __future__ import annotations

from typing import Any

from form_peers import OURS, peers
from forms import schemas as mixed

PEER = "ipywidgets-jsonschema"
LABEL = "Typed"
_TYPED = {"type": "string", "title": LABEL, "pattern": "^[a-z]*$", "default": "abc"}

# Everything that an App has a tab for.
ALL_TABS = """
app.form.inputs = {"aoi": "-121.399,39.834,-120.74,40.472", "stac_items": lab.scenes}
app.run().wait(progress=False)
app.show_batch(app.client.execute_many("water-bodies", [dict(app.form.inputs)]))
app.batch.wait(progress=False)
"""


def schemas(count: int) -> dict[str, Any]:
    """Inputs of mixed kinds; the first one is typed in."""
    return {"a": _TYPED, **mixed(count - 1)}


def inputs(count: int) -> dict[str, Any]:
    """The same as a description of a process has them."""
    every = schemas(count).items()
    return {key: {"schema": schema, "minOccurs": 0} for key, schema in every}


def ours(count: int) -> object:
    """Our form."""
    return OURS.make(schemas(count), [])


def theirs(count: int) -> object:
    """That of ipywidgets-jsonschema."""
    peer = next(one for one in peers() if one.name == PEER)
    form: Any = peer.make(schemas(count), [])
    return form.widget
