"""``form.outputs``: the choice of outputs as Python and the page see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.form.live import OutputsTrait
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.api.wire import JsonValue


class OutputChoice(View):
    """The half of a form that is about what comes back."""

    outputs: Any = OutputsTrait().tag(sync=True)
    """Output id to what is wanted of it, as in the execute request; empty for all
    outputs in the way that the server likes. Settable (a list of ids will do) and
    observable."""

    output_options: Any = traitlets.List().tag(sync=True)
    """What can be chosen; see :meth:`~ogc_widgets.form.outputs.OutputOptions.spec`."""

    def _on_outputs(self, outputs: JsonValue) -> None:
        with publishing(self):
            self.outputs = outputs
