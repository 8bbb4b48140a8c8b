"""``form.outputs``: the choice of outputs as Python and the page see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.errors import InputError
from ogc_widgets.form.live import OutputsTrait
from ogc_widgets.form.schema.outputs import RESPONSES
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from ogc_widgets.protocol.wire import JsonValue


class OutputChoice(View):
    """The half of a form that is about what comes back."""

    outputs: Any = OutputsTrait().tag(sync=True)
    """Output id to what is wanted of it, as in the execute request; empty for all
    outputs in the way that the server likes. Settable (a list of ids will do) and
    observable."""

    output_options: Any = traitlets.List().tag(sync=True)
    """What can be chosen, as ``OutputOptions.spec`` says it."""

    response: Any = traitlets.Unicode("auto").tag(sync=True)
    """How the outputs come, as for executing: ``auto``, ``document`` or ``raw``."""

    response_options: Any = traitlets.List().tag(sync=True)
    """The same to choose from; empty where the description names no output."""

    @traitlets.validate("response")
    def _is_response(self, proposal: dict[str, Any]) -> str:
        response: str = proposal["value"]
        if response not in RESPONSES:
            raise InputError(
                f"Unknown response {response!r}.",
                advice=f"Use one of: {', '.join(RESPONSES)}.",
            )
        return response

    def _on_response(self, response: str) -> None:
        with publishing(self):
            self.response = response

    def _on_outputs(self, outputs: JsonValue) -> None:
        with publishing(self):
            self.outputs = outputs
