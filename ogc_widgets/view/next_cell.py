"""The lines of Python that go on with results in the next cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.client.batches.batch import Batch
from ogc_widgets.client.batches.batch_results import BatchResults
from ogc_widgets.client.results.job_results import Results
from ogc_widgets.view.front_end import shell

if TYPE_CHECKING:
    from collections.abc import Mapping


def cell_for(results: object, lines: str) -> str:
    """Lines that use ``results``, after those that make it these."""
    first = line_for(results) if results is not None else ""
    return "\n".join(filter(None, (first, lines)))


def line_for(results: object) -> str:
    """Python that makes ``results`` these; empty where they are already.

    In a notebook they are found by a name of it: of themselves, of a widget that shows
    them, of their batch. Else the server is asked for them once more.
    """
    if not isinstance(results, Results):
        return ""  # items of somebody else, whose way to them is not known
    name = _name_of(results, _names())
    if name:
        return "" if name == "results" else f"results = {name}"
    if results.line:
        return results.line
    if isinstance(results, BatchResults):
        return f"{lines_for_batch(results.batch_id)}\nresults = batch.results()"
    url, job_id = results.url, results.job_id
    opened = f"results = ogc.Client({url!r}).job({job_id!r}).results()"
    return f"import ogc_widgets as ogc\n{opened}"


def lines_for_batch(batch_id: str) -> str:
    """Python that makes ``batch`` this one; empty where it is already."""
    for name, value in _ours(_names()).items():
        if isinstance(value, Batch) and value.id == batch_id:
            return "" if name == "batch" else f"batch = {name}"
    return (
        "import ogc_widgets as ogc\n"
        "batches = {one.id: one for one in ogc.recent_batches()}\n"
        f"batch = batches[{batch_id!r}].open()"
    )


def _names() -> Mapping[str, Any]:
    """What there is by name in the notebook."""
    found = shell()
    return dict(found.user_ns) if found is not None else {}


def _ours(names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in names.items()
        if name.isidentifier()
        and not name.startswith("_")
        and type(value).__module__.partition(".")[0] == "ogc_widgets"
    }


def _name_of(results: Results, names: Mapping[str, Any]) -> str:
    ours = _ours(names)
    for name, value in ours.items():
        if value is results:
            return name
    for name, value in ours.items():
        # That of a job is a method, and would ask its server.
        is_kept = not callable(getattr(type(value), "results", len))
        if is_kept and value.results is results:
            return f"{name}.results"
        batch_id = results.batch_id if isinstance(results, BatchResults) else None
        if isinstance(value, Batch) and value.id == batch_id:
            return f"{name}.results()"
    return ""
