"""The engines that the lab knows by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.engine import Engine

# Imported when one is asked for: a lab has one of them.
_CLASSES = {
    "cwltool": "CwltoolEngine",
    "toil": "ToilEngine",
    "slurm": "SlurmEngine",
    "kubernetes": "KubernetesEngine",
    "calrissian": "CalrissianEngine",
}
NAMES = tuple(_CLASSES)


def engine_by_name(name: str, options: tuple[str, ...] = ()) -> Engine:
    """Return an engine.

    Raises:
        InputError: There is none of this name.
    """
    if name not in _CLASSES:
        raise InputError(
            f"engine is {name!r}; there is none of this name.",
            advice=f"Choose one of: {', '.join(NAMES)}. For any other there is runner.",
        )
    module = import_module(f"{__package__}.{name}")
    found: Engine = getattr(module, _CLASSES[name])(options)
    return found


def engine_of(runner: tuple[str, ...], name: str, options: tuple[str, ...]) -> Engine:
    """Return the engine that a server was told to use: a command, or one by name."""
    if runner:
        from ogc_widgets.lab.engines.adapters.other import OtherCommand

        return OtherCommand(runner)
    return engine_by_name(name, options)
