"""One line with a bar below a cell that waits for something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.display import display

from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import StateView
from ogc_widgets.view.cells import is_shown
from ogc_widgets.view.front_end import is_run_by_a_program

if TYPE_CHECKING:
    from ogc_widgets.client.progress import Step


def bar_on_page(title: str, subject: object, *, is_asked: bool) -> ProgressBar | None:
    """Display a bar below the cell that runs, if it is of use.

    Args:
        title: What it is about.
        subject: A job or a batch, which the page may show already; or None.
        is_asked: Whether it is wanted in any case.
    """
    if not is_asked and (is_run_by_a_program() or is_shown(subject)):
        return None
    bar = ProgressBar(title)
    display(bar)  # type: ignore[no-untyped-call] # of IPython
    return bar


class ProgressBar(StateView):
    """Says how far something is, and how it ended."""

    _script = "progress_bar"

    def __init__(self, title: str) -> None:
        self.title = clean(title)
        self._step: Step | None = None
        self._was_left = False
        super().__init__()
        self._publish()

    def show(self, step: Step) -> None:
        """Show how far it is now; from any thread."""
        if step != self._step:
            self._step = step
            self._publish()

    def end(self, *, was_left: bool) -> None:
        """Stand still."""
        self._was_left = was_left
        self._publish()

    def _state(self) -> dict[str, Any]:
        step = self._step
        is_over = self._was_left or (step is not None and step.is_ended)
        told = (
            ", ".join(one for one in (step.state, step.detail) if one) if step else ""
        )
        if self._was_left:
            told = f"{told}, no longer waited for" if told else "no longer waited for"
        return {
            "title": self.title,
            "words": told,
            "message": step.message if step else "",
            "tone": "idle" if self._was_left or step is None else step.tone,
            "percent": step.percent if step else None,
            "elapsed": step.elapsed_s if step else None,
            "ticking": not is_over,
        }

    def _card_(self) -> tuple[str, str]:
        state = self._state()
        parts = (state["title"], state["words"], state["message"])
        words = ": ".join(one for one in parts if one)
        # Without the number and the message, which differ from run to run.
        text = f"Progress of {self.title.partition(' ')[0]}"
        return text, f"<p>{escape_html(words, limit=1000)}</p>"
