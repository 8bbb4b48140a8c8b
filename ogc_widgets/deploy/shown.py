"""What the deploy panel shows of a package and of the server's processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.page import words
from ogc_widgets.protocol.text import clean, escape_html
from ogc_widgets.view.cards import html_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.protocol.documents.processes import Process, ProcessSummary
    from ogc_widgets.protocol.requests.packages import PackageCheck

_MOST_ROWS = 200


def shown_check(check: PackageCheck) -> dict[str, Any]:
    """What the page draws of a check."""
    process, workflows = check.process, check.workflows or {}
    version = clean(check.cwl_version, limit=20)
    facts = [f"CWL {version}"] if version else []
    if len(workflows) > 1:
        facts.append(f"{len(workflows)} parts")
    return {
        "problem": clean(check.problem, limit=1000),
        "note": clean(check.note, limit=1000, lines=True),
        "can_send": check.package is not None,
        "facts": facts,
        "workflows": [
            {"id": name, "title": clean(title or name, limit=120)}
            for name, title in workflows.items()
        ],
        "workflow": check.workflow,
        "process_id": clean(process.id) if process else "",
        "title": clean(process.title, limit=200) if process else "",
        "inputs": _inputs(process) if process else [],
        "outputs": [clean(one, limit=80) for one in process.outputs] if process else [],
    }


def _inputs(process: Process) -> list[dict[str, Any]]:
    """The inputs as the form would have them, in the form's order."""
    return [
        {
            "id": clean(key, limit=80),
            "title": clean(field.label, limit=120),
            "takes": words.kind(field),
            "cwl_type": clean(field.cwl_type, limit=60),
            "needed": "required" if field.required else "optional",
        }
        for key, field in list(reduce_process(process).items())[:_MOST_ROWS]
    ]


def shown_processes(processes: Iterable[ProcessSummary]) -> list[dict[str, Any]]:
    """The processes that can be replaced or removed, as far as the server says."""
    return [
        {
            "id": clean(process.id, limit=200),
            "title": clean(process.title, limit=120),
            "version": clean(process.version, limit=40),
        }
        for process in processes
        if process.mutable is not False
    ][:_MOST_ROWS]


def card_text(check: PackageCheck | None) -> str:
    """One line for a notebook without a kernel."""
    if check is None or check.process is None:
        return "Deploy panel: no package looked at"
    return f"Deploy panel: a package for the process {clean(check.process.id)}"


def card_html(check: PackageCheck | None) -> str:
    """The same with the inputs that the form would have, as an escaped table."""
    said = f"<p>{escape_html(card_text(check))}</p>"
    if check is None or check.process is None:
        return said
    names = ("title", "takes", "needed")
    rows = ([one[name] for name in names] for one in _inputs(check.process))
    return said + html_table(rows)
