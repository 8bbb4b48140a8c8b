"""The foot of the form: Run, Reset, and what still stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Callable


class RunBar(View):
    """Run and Reset, with one line that leads to the first problem."""

    _script = "run_bar"

    busy = traitlets.Bool(default_value=False).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    """How many times Run was pressed and the kernel has acted on it."""
    note = traitlets.Unicode().tag(sync=True)
    """How the process will run, in words."""
    has_example = traitlets.Bool(default_value=False).tag(sync=True)
    """Whether the server gives an example that is not in the form."""
    problems: Any = traitlets.List().tag(sync=True)
    """What cannot be sent yet: a list of ``{"path", "label", "message"}``."""

    def __init__(
        self,
        *,
        on_run: Callable[[], None],
        on_reset: Callable[[], None],
        on_example: Callable[[], None],
        on_jump: Callable[[str], None],
    ) -> None:
        self._run = on_run
        self._reset = on_reset
        self._example = on_example
        self._jump = on_jump
        super().__init__()

    def _on_run(self) -> None:
        try:
            self._run()
        finally:
            with publishing(self):
                self.answered += 1

    def _on_reset(self) -> None:
        self._reset()

    def _on_example(self) -> None:
        self._example()

    def _on_jump(self, path: str) -> None:
        self._jump(path)
