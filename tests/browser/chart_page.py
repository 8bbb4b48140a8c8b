"""A page with one chart, which has the numbers that its kernel would send."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from view_page import show_view

if TYPE_CHECKING:
    from ogc_widgets.charts import Chart

_PUT = """(buffers) => {
  const made = Object.entries(buffers).map(([name, text]) => [
    name, new DataView(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer),
  ]);
  model.put(Object.fromEntries(made));
}"""


def show_chart(
    page: Any,
    chart: Chart,
    *,
    width: int = 620,
    height: int = 190,
    theme: str = "light",
) -> None:
    """Fill a page with a chart that stands in a box of this size."""
    traits, _ = state_of(chart)
    show_view(page, type(chart), traits, width=width, theme=theme)
    page.evaluate(
        "height => { document.getElementById('view').style.height = `${height}px`; }",
        height,
    )
    update_chart(page, chart)


def update_chart(page: Any, chart: Chart) -> None:
    """Tell the page what the chart is like now."""
    traits, buffers = state_of(chart)
    page.evaluate("traits => model.put(traits)", traits)
    page.evaluate(_PUT, buffers)
    # What is put together is drawn once, a moment later; sizes come with frames.
    page.evaluate(
        """async () => {
          await new Promise((done) => setTimeout(done));
          for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
        }"""
    )


def state_of(chart: Chart) -> tuple[dict[str, Any], dict[str, str]]:
    """What goes to the page: as JSON, and as buffers in base64."""
    state = chart.get_state()
    own = {name: state[name] for name in chart.traits(sync=True) if name in state}
    texts = {k: v for k, v in own.items() if not k.startswith("_") and k != "layout"}
    buffers = {k: v for k, v in texts.items() if isinstance(v, bytes)}
    others = {k: v for k, v in texts.items() if k not in buffers and _is_plain(v)}
    return others, {k: base64.b64encode(v).decode() for k, v in buffers.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool | list | dict)
