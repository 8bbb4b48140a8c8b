"""The engines that the lab knows by name, and any other command (``--runner``)."""

from __future__ import annotations

from importlib import import_module

from ogc_widgets.errors import InputError
from ogc_widgets.lab.engines.cwltool import CWLTOOL_EVENTS, cwltool_reason
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder
from ogc_widgets.lab.engines.toil import TOIL_EVENTS, toil_reason

# Module and class, imported when one is asked for: a lab has one of them.
_CLASSES = {
    "cwltool": ("cwltool", "CwltoolEngine"),
    "toil": ("toil", "ToilEngine"),
    "slurm": ("slurm", "SlurmEngine"),
    "kubernetes": ("kubernetes", "KubernetesEngine"),
    "calrissian": ("kubernetes", "CalrissianEngine"),
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
    module, kind = _CLASSES[name]
    found: Engine = getattr(import_module(f"{__package__}.{module}"), kind)(options)
    return found


def engine_of(runner: tuple[str, ...], name: str, options: tuple[str, ...]) -> Engine:
    """Return the engine that a server was told to use: a command, or one by name."""
    return OtherCommand(runner) if runner else engine_by_name(name, options)


class OtherCommand(Engine):
    """A command that takes what every CWL runner does.

    What it says is read as cwltool's or Toil's own, for it may be one of them.

    Args:
        command: The command; ``{logs}`` in it is the folder for logs of the job.
    """

    events = (*TOIL_EVENTS, *CWLTOOL_EVENTS)

    def __init__(self, command: tuple[str, ...]) -> None:
        super().__init__()
        self._command = command

    def command(self, job: EngineJob) -> list[str]:
        """Return the command line."""
        logs = str(job.folder.logs)
        return [
            *(word.replace("{logs}", logs) for word in self._command),
            *job.arguments,
        ]

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return the first error that is said in a way that is known."""
        return toil_reason(folder, step) or cwltool_reason(folder, step)
