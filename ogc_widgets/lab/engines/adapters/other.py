"""Any other command that runs packages (``--runner``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lab.engines.adapters.cwltool import cwltool_reason, read_cwltool
from ogc_widgets.lab.engines.adapters.toil import read_toil, toil_reason
from ogc_widgets.lab.engines.engine import Engine, EngineJob, JobFolder
from ogc_widgets.lab.engines.programs import Running, start_command

if TYPE_CHECKING:
    from ogc_widgets.lab.engines.progress import Event


class OtherCommand(Engine):
    """A command that takes what every CWL runner does.

    What it says is read as cwltool's or Toil's own, for it may be one of them.

    Args:
        command: The command; ``{logs}`` in it is the folder for logs of the job.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        super().__init__()
        self._command = command

    async def start(self, job: EngineJob) -> Running:
        """Start a job."""
        folder = job.folder
        line = [word.replace("{logs}", str(folder.logs)) for word in self._command]
        with folder.output_object.open("wb") as stdout:
            return await start_command(
                [*line, *job.arguments], cwd=folder.path, stdout=stdout
            )

    def read(self, line: str) -> Event | None:
        """Return what a line means for the progress."""
        return read_toil(line) or read_cwltool(line)

    def engine_reason(self, folder: JobFolder, step: str) -> str:
        """Return the first error that is said in a way that is known."""
        return toil_reason(folder, step) or ("" if step else cwltool_reason(folder))
