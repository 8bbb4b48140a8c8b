"""What the deploy panel shows of a package and of the server's processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogc_widgets.form.fields.build_fields import reduce_process
from ogc_widgets.form.page import words
from ogc_widgets.protocol.text import clean, escape_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogc_widgets.protocol.documents.processes import Process, ProcessSummary
    from ogc_widgets.protocol.requests.packages import PackageCheck

_MOST_ROWS = 200


def shown_check(check: PackageCheck) -> dict[str, Any]:
    """What the page draws of a check."""
    process = check.process
    return {
        "problem": clean(check.problem, limit=1000),
        "note": clean(check.note, limit=1000, lines=True),
        "can_send": check.package is not None,
        "facts": _facts(check),
        "workflows": [
            {"id": name, "title": clean(title or name, limit=120)}
            for name, title in (check.workflows or {}).items()
        ],
        "workflow": check.workflow,
        "process_id": clean(process.id) if process else "",
        "title": clean(process.title, limit=200) if process else "",
        "description": clean(process.description, limit=400) if process else "",
        "inputs": _inputs(process) if process else [],
        "outputs": [clean(name, limit=80) for name in process.outputs]
        if process
        else [],
    }


def _facts(check: PackageCheck) -> list[str]:
    facts = []
    if check.cwl_version:
        facts.append(f"CWL {clean(check.cwl_version, limit=20)}")
    if check.workflows and len(check.workflows) > 1:
        facts.append(f"{len(check.workflows)} parts")
    return facts


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
    head = f"<p>{escape_html(card_text(check))}</p>"
    if check is None or check.process is None:
        return head
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape_html(one[name])}</td>"
            for name in ("title", "takes", "needed")
        )
        + "</tr>"
        for one in _inputs(check.process)
    )
    return f"{head}<table><tbody>{rows}</tbody></table>"
