"""How the tests and the notebooks are divided among the workers of pytest-xdist."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import WorkerController

# More would each start their own JupyterLab and Chromium.
MOST_WORKERS = 6
# These groups come first, longest first: no worker is left alone with one at the end.
LONGEST = (
    "lab/test_slurm", "lab/test_olinda", "servers/fastprocesses", "lab/test_faults",
    "servers/lab", "lab/test_document", "lab/test_jobs_progress", "lab/test_engines",
    "lab/test_jobs_taken_up", "client/test_kernel",
    "app/test_app", "docs/test_pages",
    "servers/test_invented", "lab/test_jobs_restart", "lab/test_jobs_many",
    "client/test_deployment", "client/test_many_jobs", "notebooks/01-water-bodies",
    "servers/pygeoapi", "lab/test_protected", "lab/test_water_bodies_package",
    "client/test_lab_loop", "lab/test_lab_page", "app/test_saved_notebook",
    "client/test_perturbed_servers", "test_leaks", "lab/test_jobs",
    "browser/test_layout_lab", "browser/test_map", "browser/test_sign_in",
    "browser/test_app_lab 0", "browser/test_app_lab 1", "browser/test_app_lab 2",
    "browser/hub", "browser/test_saved_cards", "browser/test_form_view",
    "browser/test_stac_lab", "browser/test_told_lab", "browser/test_panel_jupyter",
    "browser/test_deploy_panel", "browser/test_batch_lab", "browser/test_widths_lab",
    "browser/test_keys", "browser/test_saved_run_lab", "browser/test_map_areas",
    "browser/test_raster_tiles", "browser/test_for_each_lab", "browser/test_downloads",
    "browser/test_next_cell_lab", "browser/test_all_outputs",
    "browser/test_echo_process", "browser/test_exported_page",
)  # fmt: skip
# Files whose tests share nothing that takes time, and the groups that each is cut into.
DIVIDED = {
    "form/test_changed_corpus": 4, "form/test_corpus": 2, "browser/test_app_lab": 3
}  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Workers of ``-n auto``: two more than processors, as tests also wait."""
    return min((os.cpu_count() or 1) + 2, MOST_WORKERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> LoadScopeScheduling | None:
    """Each worker takes one group after the other, in the order of the tests."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

        def _reschedule(self, node: WorkerController) -> None:
            # A worker must know its next test before it begins one. With more in
            # store a group would wait for a long test while others have nothing to do.
            if self.workqueue and self._pending_of(self.assigned_work[node]) > 1:
                return
            super()._reschedule(node)

    config.option.loadscopereorder = False
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, and end with the browser."""
    items.sort(key=lambda item: turn_of(item.nodeid))


def group_of(nodeid: str) -> str:
    """What one worker runs: a file or a part of it, or all tests of one server."""
    path, _, test = nodeid.removeprefix("tests/").partition("::")
    if "silence_of_35_s" in test:
        return "silence"
    file = path.rpartition(".")[0]
    if file == "servers/test_outputs_of_pygeoapi":
        return "servers/pygeoapi"
    if file.startswith("servers/") and "[" in test:
        # The server is the first of the parameters.
        return f"servers/{test.partition('[')[2].rstrip(']').partition('-')[0]}"
    if test.endswith("[/user/someone/]"):
        return "browser/hub"  # needs another JupyterLab
    if parts := DIVIDED.get(file):
        return f"{file} {zlib.crc32(test.encode()) % parts}"
    return file


def turn_of(nodeid: str) -> tuple[int, int]:
    """When a test is run.

    The browser is last: Playwright keeps an event loop running in its thread, in which
    other tests could not start one of their own.
    """
    group = group_of(nodeid)
    late = 2 if group.startswith("browser/") else int(group == "silence")
    return late, LONGEST.index(group) if group in LONGEST else len(LONGEST)
