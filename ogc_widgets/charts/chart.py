"""A chart as a view: drawn by uPlot, read as a table, copied as text, still as SVG."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from ogc_widgets.charts.still import svg_of
from ogc_widgets.errors import InputError
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.base import View, publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ogc_widgets.charts.data import ChartData, Mask

_NO_NOTE = {"text": "", "working": False}


@dataclass(frozen=True)
class Choice:
    """A list in the head of a chart, from which the user chooses what it shows.

    Attributes:
        name: What it is called in messages.
        label: What a screen reader says of it.
        value: What is chosen.
        options: Value and text of what there is; of one that cannot be chosen now, the
            reason as well, which is ``""`` else.
        before: A word that stands before it, as in "water by date".
    """

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str, str], ...]
    before: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the page has it."""
        options = [
            {"value": value, "text": clean(text, limit=60), "why": clean(why, limit=80)}
            for value, text, why in self.options
        ]
        return {
            "name": self.name,
            "label": self.label,
            "value": self.value,
            "options": options,
            "before": self.before,
        }


class Chart(View):
    """Draws points, lines or bars; one point can be selected.

    Args:
        choose: Called with the name of a :class:`Choice` and the value that the user
            has chosen.
        stop: Called when the user wants to end what :meth:`say` says is going on.
    """

    _script = "chart"

    about: Any = traitlets.Dict().tag(sync=True)
    """Axes, series and marks of :class:`ChartData`, for the page."""
    x = traitlets.Bytes().tag(sync=True)
    """Where the points stand, as 64 bit floats."""
    y = traitlets.Bytes().tag(sync=True)
    """Values of all series, one series after the other, as 64 bit floats."""
    line_of = traitlets.Bytes().tag(sync=True)
    """Number of the line of each point, as 16 bits; empty where there is one."""
    kept = traitlets.Bytes().tag(sync=True)
    """A byte for each point, 0 where it is left out; empty for all."""
    colours = traitlets.Bytes().tag(sync=True)
    """A byte for each point: the number of its colour. Empty for one colour."""
    palette: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """CSS colours; numbers beyond the last one mean the last."""
    selected = traitlets.Int(-1).tag(sync=True)
    """Number of the selected point, or -1."""
    title = traitlets.Unicode("").tag(sync=True)
    choices: Any = traitlets.List().tag(sync=True)
    note: Any = traitlets.Dict(_NO_NOTE).tag(sync=True)
    empty = traitlets.Unicode("").tag(sync=True)
    """What is said in place of points where there are none."""
    is_empty = traitlets.Bool(True).tag(sync=True)  # noqa: FBT003 # its default
    """Whether there is nothing to show, so that the chart takes no room."""

    def __init__(
        self,
        *,
        choose: Callable[[str, str], object] | None = None,
        stop: Callable[[], object] | None = None,
    ) -> None:
        self.data: ChartData | None = None
        """What is shown, or None."""
        self._still_svg = (
            "",
            "",
        )  # the still picture as SVG, and as an address that holds it
        super().__init__()
        if choose is not None:
            self.handle(choose=lambda name, value: choose(str(name), str(value)))
        if stop is not None:
            self.handle(stop=stop)

    def show(
        self, data: ChartData | None, *, title: str = "", choices: Sequence[Choice] = ()
    ) -> None:
        """Show other points; what was selected, left out and coloured is forgotten.

        Args:
            data: The points; None hides the chart.
            title: What it shows, where no choice says it.
            choices: What is chosen in its head.
        """
        with publishing(self):
            self.data = data
            self.kept = self.colours = b""
            self.palette = []
            self.selected = -1
            self.about = {} if data is None else data.about()
            self.x = b"" if data is None else data.x.tobytes()
            self.y = b"" if data is None else data.y.tobytes()
            numbers = None if data is None else data.line_of
            self.line_of = b"" if numbers is None else numbers.astype("<u2").tobytes()
            self.title = clean(title, limit=100)
            self.choices = [one.to_json() for one in choices]
            self.is_empty = data is None

    def keep(self, mask: Mask | None) -> None:
        """Draw some of the points only.

        Args:
            mask: Which; None for all.

        Raises:
            InputError: It is not as long as there are points.
        """
        self._check_length(mask)
        with publishing(self):
            self.kept = b"" if mask is None else mask.astype(np.uint8).tobytes()

    def paint(
        self, numbers: NDArray[np.uint8] | None, palette: Sequence[str] = ()
    ) -> None:
        """Give each point of the first series a colour of its own.

        Args:
            numbers: The number of a colour for each point; None for one colour.
            palette: CSS colours (``#rrggbb``); larger numbers mean the last of them.

        Raises:
            InputError: There are not as many numbers as points.
        """
        self._check_length(numbers)
        with publishing(self):
            self.palette = list(palette)
            self.colours = b"" if numbers is None else numbers.tobytes()

    def say(self, text: str, *, is_working: bool = False) -> None:
        """Say something in the head, and whether there is something to stop."""
        with publishing(self):
            self.note = {"text": clean(text, limit=200), "working": is_working}

    def svg(self, width: int = 640, height: int = 190) -> str:
        """The chart as a still picture, for where no script runs.

        Args:
            width: In pixels.
            height: In pixels.

        Returns:
            An SVG document, light; empty where there is nothing to show.
        """
        if self.data is None or self.is_empty:
            return ""
        kept = np.frombuffer(self.kept, dtype=np.uint8) > 0 if self.kept else None
        colours = None
        if self.colours and self.palette:
            last = len(self.palette) - 1
            numbers = np.frombuffer(self.colours, dtype=np.uint8)
            colours = [self.palette[one] for one in np.minimum(numbers, last).tolist()]
        return svg_of(
            self.data,
            title=self.heading,
            kept=kept,
            selected=self.selected,
            colours=colours,
            width=width,
            height=height,
        )

    def html(self) -> str:
        """The still picture as HTML for a saved notebook; empty as :meth:`svg` is.

        It is a PNG: some pages that show notebooks leave out SVG.
        """
        # Drawing is loaded when the first card is made.
        from ogc_widgets.charts.png import png_of

        svg = self.svg()
        if not svg:
            return ""
        words = escape_html(f"Chart: {self.heading}")
        if svg != self._still_svg[0]:
            text = base64.b64encode(png_of(svg)).decode("ascii")
            self._still_svg = (svg, f"data:image/png;base64,{text}")
        source = self._still_svg[1]
        return f'<p><img alt="{words}" width="640" src="{source}"></p>'

    @property
    def heading(self) -> str:
        """What the head says, as one text: "water by date"."""
        words = [self.title] if self.title else []
        for choice in self.choices:
            texts = {one["value"]: one["text"] for one in choice["options"]}
            words += [choice["before"], texts.get(choice["value"], "")]
        return " ".join(word for word in words if word)

    def _check_length(self, of: NDArray[Any] | None) -> None:
        count = 0 if self.data is None else len(self.data.x)
        if of is not None and of.shape != (count,):
            raise InputError(f"The chart has {count:,} points, not {len(of):,}.")

    def _on_names(self) -> None:
        """Send the names of the points, which the page needs when somebody looks."""
        names = () if self.data is None else self.data.names
        lines = "\n".join(clean(name, limit=120) for name in names)
        self.send({"type": "names"}, buffers=[lines.encode()])

    def _card_(self) -> tuple[str, str] | None:
        html = self.html()
        return (f"Chart: {self.heading}", html) if html else None
