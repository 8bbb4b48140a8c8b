"""Forms for the inputs of a process: schema in, fields out, request values back.

The names are loaded when they are first used (PEP 562): the pure core needs no widget
library, and no module here imports a validator before a value is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.form.fields.build_fields import reduce_process
    from ogc_widgets.form.fields.fields import UNSET, Field
    from ogc_widgets.form.fields.registry import register_field
    from ogc_widgets.form.form import ProcessForm

_HOME_OF = {
    "UNSET": "ogc_widgets.form.fields.fields",
    "Field": "ogc_widgets.form.fields.fields",
    "ProcessForm": "ogc_widgets.form.form",
    "reduce_process": "ogc_widgets.form.fields.build_fields",
    "register_field": "ogc_widgets.form.fields.registry",
}

__all__ = ["UNSET", "Field", "ProcessForm", "reduce_process", "register_field"]


__getattr__ = loader(__name__, _HOME_OF)
