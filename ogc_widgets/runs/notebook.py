"""Which notebook a kernel belongs to, as far as it is told."""

from __future__ import annotations

import os
import sys
from pathlib import PurePath
from typing import Final

_ENDING: Final = ".ipynb"


def notebook_name() -> str:
    """Name of the notebook without its folder; ``""`` where nobody says it."""
    # What Jupyter Server tells a kernel; VS Code leaves it among the names of the user.
    told = [os.environ.get("JPY_SESSION_NAME", "")]
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        told.append(str(shell.user_ns.get("__vsc_ipynb_file__", "")))
    names = (PurePath(one.replace("\\", "/")).name for one in told)
    return next((name for name in names if name.endswith(_ENDING)), "")
