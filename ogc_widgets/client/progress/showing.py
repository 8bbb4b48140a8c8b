"""Shows how far something is while somebody waits for it, where that person looks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ogc_widgets.client.progress.lines import text_of_progress
from ogc_widgets.lazy import from_above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.client.facade import Lasting
    from ogc_widgets.client.progress.steps import Shown, Step

T = TypeVar("T")

# True, False, None for "where it is of use", or what is called with what is known.
Progress: TypeAlias = bool | Callable[[T], object] | None


@contextmanager
def showing(
    progress: Progress[T],
    title: str,
    step_of: Callable[[T], Step],
    *,
    subject: object = None,
) -> Iterator[Callable[[T], object]]:
    """Show how far something is, until the block ends or is interrupted.

    In a notebook that is a bar, in a terminal a line that moves, in a log a line per
    change. Nothing is ever written to ``stdout``.

    Args:
        progress: What the verb was given: ``None`` shows it unless something on the
            page shows the subject already, or a program runs the notebook; ``True`` in
            any case, ``False`` not; a function is called itself.
        title: What it is about.
        step_of: Says in words what the function below gets.
        subject: A job or a batch.

    Yields:
        A function that takes what is known now; from any thread, without waiting.
    """
    if callable(progress):
        yield progress
        return
    shown: Shown | None = None
    if progress is not False:
        shown = _where(title, subject, is_asked=progress is True)
    if shown is None:
        yield lambda _known: None
        return
    place, is_over = shown, False

    def say(known: T) -> None:
        nonlocal is_over
        step = step_of(known)
        is_over = is_over or step.is_ended
        place.show(step)

    try:
        yield say
    finally:
        place.end(was_left=not is_over)


@contextmanager
def shown_while(
    subject: Lasting,
    progress: Progress[T],
    title: str,
    step_of: Callable[[T], Step],
    watch: Callable[[Callable[[T], object]], Callable[[], None]],
) -> Iterator[None]:
    """Show how far a job or a batch is while something waits for it.

    Of one that has ended nothing is shown.
    """
    if subject.is_ended and not callable(progress):
        yield
        return
    with showing(progress, title, step_of, subject=subject) as say:
        stop = watch(say)
        try:
            yield
        finally:
            stop()


def _where(title: str, subject: object, *, is_asked: bool) -> Shown | None:
    if not _is_notebook():
        return text_of_progress(title)
    bar = from_above("bar_on_page")(title, subject, is_asked=is_asked)
    found: Shown | None = bar
    return found


def _is_notebook() -> bool:
    """Whether this runs in a kernel of Jupyter; nothing is imported to find out."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
