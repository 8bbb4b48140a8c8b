"""Where files are saved, as a person knows it and the page of a Jupyter server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ogc_widgets.client.results.files.output_files import folder_name


def folder_of_job(folder: Path, job_id: str) -> Path:
    """Return the folder for the files of one job: ``results/a9de09a6``."""
    return folder / folder_name(job_id)


def shown_path(path: Path) -> str:
    """A path as people write it: from where the notebook runs, else from the root."""
    try:
        return Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix()  # noqa: PTH100 # resolve() follows links
    except ValueError:
        return path.absolute().as_posix()


def facts_of(folder: Path) -> dict[str, Any]:
    """What the page needs to find a folder in the file browser of its server.

    A kernel does not know its server. The page does, and compares: ``session`` is the
    notebook, which a server on this machine tells its kernels where it lies.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    beside = Path(session).parent if session else Path()
    is_here = bool(session) and Path(session).is_absolute() and beside.is_dir()
    path = Path(os.path.abspath(folder))  # noqa: PTH100 # resolve() follows links
    if is_here:
        # The server may know the same place by a link to it.
        try:
            if beside.samefile(Path.cwd()):
                path = beside / path.relative_to(Path.cwd())
        except (OSError, ValueError):
            pass
    return {
        "shown": shown_path(folder),
        "path": path.as_posix(),
        "session": Path(session).as_posix() if is_here else "",
        "home": Path.home().as_posix(),
    }
