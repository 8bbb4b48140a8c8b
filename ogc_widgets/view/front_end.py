"""Who shows what a kernel displays: a page of Jupyter, a program, or something else.

Known from the request that runs a cell. Where there is none, as in a script, nothing is
known, and nothing is taken for granted.
"""

from __future__ import annotations

import sys
from typing import Any


def shell() -> Any:  # noqa: ANN401 # IPython's, which is not always there
    """The shell of IPython that this runs in, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def request() -> dict[str, Any]:
    """The message that asked the kernel for what runs now; empty if there is none."""
    get_parent = getattr(getattr(shell(), "kernel", None), "get_parent", dict)
    found: object = get_parent()
    # Kernels of other makers may have something else.
    return found if isinstance(found, dict) else {}


def cell_of(message: dict[str, Any]) -> str:
    """Id of the cell that a message runs; JupyterLab and Notebook say it."""
    cell = (message.get("metadata") or {}).get("cellId")
    return cell if isinstance(cell, str) else ""


def is_run_by_a_program() -> bool:
    """Whether a program runs the notebook: nbconvert, papermill and the like.

    They say nothing of cells, and that nobody is there to answer a question.
    """
    message = request()
    asked = (message.get("content") or {}).get("allow_stdin")
    return asked is False and not cell_of(message)


def keeps_outputs_apart() -> bool:
    """Whether a cell may have a card in an output of its own beside the live view.

    Pages of Jupyter hide the card while the view lives, and whoever reads a file that a
    program wrote sees no live view. VS Code and Colab would show both.
    """
    cell = cell_of(request())
    if "google.colab" in sys.modules or cell.startswith("vscode-"):
        return False
    return bool(cell) or is_run_by_a_program()
