"""Progress as text: one line that moves in a terminal, a line per change elsewhere.

All of it goes to ``stderr``, so that what a program prints can be used by another. A
thread of its own writes it: a terminal that is held (Ctrl-S) must not hold up requests.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.client.progress.steps import Shown, Step

_TICK_S: Final = 0.5
_END_S: Final = 2.0
_MOST_WAITING: Final = 1000


def text_of_progress(title: str) -> Shown:
    """What shows progress on ``stderr``."""
    # A program without a console has none.
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return Written(_Line(title) if is_terminal else _Log(title))


class Written:
    """Hands steps to a thread that writes them, and never waits for it."""

    def __init__(self, writer: _Line | _Log) -> None:
        self._writer = writer
        self._steps: list[Step] = []
        self._news = threading.Condition()
        self._has_ended = False
        self._thread = threading.Thread(
            target=self._run, name="ogc_widgets-progress", daemon=True
        )
        self._thread.start()

    def show(self, step: Step) -> None:
        """Write a step, soon."""
        with self._news:
            # Of very many that nobody could read, the first are as good as the last.
            if len(self._steps) >= _MOST_WAITING:
                self._steps.pop()
            self._steps.append(step)
            self._news.notify()

    def end(self, *, was_left: bool) -> None:
        """Write what is left, and go on to the next line."""
        del was_left  # whoever pressed Ctrl-C knows it
        with self._news:
            self._has_ended = True
            self._news.notify()
        self._thread.join(_END_S)

    def _run(self) -> None:
        # A closed pipe, or a stream that cannot write a letter: progress is not worth
        # an error.
        with contextlib.suppress(OSError, ValueError):
            has_ended = False
            while not has_ended:
                with self._news:
                    if not self._steps and not self._has_ended:
                        self._news.wait(_TICK_S)
                    steps, self._steps = self._steps, []
                    has_ended = self._has_ended
                self._writer.write(steps)
            self._writer.close()


class _Line:
    """One line of a terminal, with seconds that go on; drawn by tqdm."""

    def __init__(self, title: str) -> None:
        self._title, self._stream = title, sys.stderr
        self._step: Step | None = None
        self._came = 0.0
        self._bar: Any = None

    def write(self, steps: Iterable[Step]) -> None:
        for latest in steps:
            self._step, self._came = latest, time.monotonic()
        step = self._step
        if step is None:
            return
        parts = [self._title, "", ""]
        bar = "{left} {right}"
        if step.share is not None:
            bar = "{left} |{bar:16}| {right}"
            parts[1] = f"{step.percent:3d} %"
        if step.elapsed_s is not None:
            since = 0.0 if step.is_ended else time.monotonic() - self._came
            parts[2] = _clock(step.elapsed_s + since)
        words = [parts[2], step.words()]
        self._draw(
            bar,
            step.share or 0.0,
            left="  ".join(one for one in parts[:2] if one),
            right="  ".join(one for one in words if one),
        )

    def _draw(self, bar_format: str, share: float, **texts: str) -> None:
        if self._bar is None:
            self._bar = _moving_line(self._stream)
        self._bar.bar_format, self._bar.texts = bar_format, texts
        self._bar.ncols = _width_of(self._stream)
        self._bar.n = min(1.0, max(0.0, share))
        self._bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            if self._step is not None and self._step.is_ended:
                self._bar.ncols = None  # the last words, however long
            self._bar.close()


def _moving_line(stream: TextIO) -> Any:  # noqa: ANN401 # tqdm has no types
    # Loaded when the first line is drawn.
    from tqdm import tqdm

    class MovingLine(tqdm):  # type: ignore[misc] # untyped, see above
        monitor_interval = 0  # it would start one more thread
        texts: dict[str, str] = {"left": "", "right": ""}  # noqa: RUF012 # replaced, never changed

        @property
        def format_dict(self) -> dict[str, Any]:
            return {**super().format_dict, **self.texts}

    return MovingLine(total=1.0, file=stream, leave=True, bar_format=" ", nrows=20)


def _width_of(stream: TextIO) -> int:
    """Columns of a terminal that may be used; not all terminals know."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns - 1 if columns > 1 else 79


class _Log:
    """A line when the state, the message or the tenth of the whole has changed."""

    def __init__(self, title: str) -> None:
        self._title, self._stream = title, sys.stderr
        self._said: tuple[object, ...] = ()

    def write(self, steps: Iterable[Step]) -> None:
        for step in steps:
            tenth = None if step.percent is None else step.percent // 10
            said = (step.state, step.message, tenth)
            if said == self._said or self._stream is None:
                continue
            self._said = said
            share = "" if step.percent is None else f"{step.percent} %"
            after = "" if step.elapsed_s is None else f" ({_clock(step.elapsed_s)})"
            self._stream.write(f"{self._title}: {step.words(share)}{after}\n")
            self._stream.flush()

    def close(self) -> None:
        pass


def _clock(seconds: float) -> str:
    """46 -> ``0:46``, 3723 -> ``1:02:03``."""
    minutes, left = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
