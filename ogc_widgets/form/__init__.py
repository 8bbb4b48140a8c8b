"""Forms for the inputs of a process: schema in, fields out, request values back.

The names are loaded when they are first used (PEP 562): the pure core needs no widget
library, and no module here imports a validator before a value is checked.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogc_widgets.form.fields import UNSET, Field
    from ogc_widgets.form.reduce import reduce_process
    from ogc_widgets.form.registry import register_field
    from ogc_widgets.form.widget import ProcessForm

_HOME_OF = {
    "UNSET": "ogc_widgets.form.fields",
    "Field": "ogc_widgets.form.fields",
    "ProcessForm": "ogc_widgets.form.widget",
    "reduce_process": "ogc_widgets.form.reduce",
    "register_field": "ogc_widgets.form.registry",
}

__all__ = ["UNSET", "Field", "ProcessForm", "reduce_process", "register_field"]


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
