"""When a page of Jupyter shows the card of a widget, as rules that the card carries.

No script is there when they are needed. Elsewhere, as on the page of a repository, they
are left out, and the card is always seen.
"""

from __future__ import annotations

from typing import Final

NO_KERNEL: Final = "The live view needs a kernel: run the cell to see it."

_CHILD: Final = ".jp-OutputArea-child"
_OUTPUT: Final = f"{_CHILD} > .jp-OutputArea-output"
_CARD: Final = f"{_CHILD}:has(.ogcw-card)"
# JupyterLab gives this class to the output itself only where it found no model.
_NO_MODEL: Final = f".jp-NotebookPanel {_CARD} + {_OUTPUT}.jupyter-widgets"

_RULES: Final = (
    # The view lives: in JupyterLab and Notebook, and on exported pages. A box of
    # ipywidgets has its class, a view of ours alone has ours.
    f"{_CARD}:has(+ {_OUTPUT} > :is(.jupyter-widgets, .ogcw)),"
    f"{_CARD}:has(+ {_OUTPUT} > .widget-subarea > *)"
    "{display:none}",
    # It is not there yet; without a kernel it never will be.
    f".jp-NotebookPanel {_CARD}"
    f":not(:has(+ {_OUTPUT}:is(.jupyter-widgets, .jp-RenderedText)))"
    "{animation:ogcw-card 5s}",
    "@keyframes ogcw-card{from,to{position:absolute;visibility:hidden}}",
    # It will not come: what to do in place of "Error displaying widget".
    f"{_NO_MODEL}{{visibility:hidden;line-height:0}}",
    f"{_NO_MODEL}::after{{content:'{NO_KERNEL}';visibility:visible;display:block;"
    "line-height:1.6;opacity:.7}",
    ".ogcw-card :is(td,th):not([align=right]){text-align:left!important}",
    "[data-jp-theme-light=false] .ogcw-card img{filter:brightness(.85)}",
)
STYLE: Final = f"<style>{''.join(_RULES)}</style>"
