"""Runs a saved run once more, and looks before at what has changed since."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from ogc_widgets.errors import InputError
from ogc_widgets.form.schema import exact
from ogc_widgets.protocol import reading
from ogc_widgets.protocol.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client import AsyncClient, AsyncJob
    from ogc_widgets.protocol import Process
    from ogc_widgets.protocol.requests.requests import Mode, Response
    from ogc_widgets.runs.record import Record

_SAFE = "Nothing was sent."
_SHOWN = 300


class Changes(NamedTuple):
    """What has changed at a server since a run.

    Attributes:
        words: All of it, for people.
        obstacles: What of it the request can no longer be right for.
    """

    words: list[str]
    obstacles: list[str]


def what_changed(record: Record, then: Process | None, now: Process) -> Changes:
    """What of a process is not as it was in a run.

    Args:
        record: The run.
        then: The process as it was, if that is known.
        now: The process as the server describes it now.
    """
    words: list[str] = []
    if then is not None and then.version != now.version:
        was, is_now = (one.version or "not stated" for one in (then, now))
        words.append(f"The version of the process was {was} and is {is_now} now.")
    asked = record.inputs or {}
    # Some servers take inputs that no description names.
    known = then.inputs if then is not None else now.inputs
    gone = [name for name in asked if name in known and name not in now.inputs]
    obstacles = (
        [f"The process no longer has the {_inputs(gone)} that the run was given."]
        if gone
        else []
    )
    needed = [
        name
        for name, one in now.inputs.items()
        if one.min_occurs and name not in asked and not (then and name in then.inputs)
    ]
    if needed:
        obstacles.append(f"It needs the {_inputs(needed)}, which the run did not have.")
    if then is not None:
        new = [name for name in now.inputs if name not in then.inputs]
        if new := [name for name in new if name not in needed]:
            words.append(f"It has the new {_inputs(new)}, which may be left out.")
        other = [
            name
            for name, one in then.inputs.items()
            if name in now.inputs and not exact.same(one.raw, now.inputs[name].raw)
        ]
        if other:
            words.append(f"The description of the {_inputs(other)} is another one.")
        if lost := [name for name in then.outputs if name not in now.outputs]:
            listed = ", ".join(clean(name, limit=40) for name in lost)
            words.append(f"It no longer has the outputs {clean(listed, limit=_SHOWN)}.")
    return Changes(obstacles + words, obstacles)


def _inputs(names: list[str]) -> str:
    listed = clean(", ".join(clean(name, limit=40) for name in names), limit=_SHOWN)
    return f"input {listed}" if len(names) == 1 else f"inputs {listed}"


async def execute_again(
    record: Record,
    then: Process | None,
    client: AsyncClient,
    inputs: Mapping[str, Any],
    *,
    anyway: bool,
) -> AsyncJob:
    """Send the request of a run; as ``run.again`` says it."""
    if record.inputs is None:
        raise InputError(
            "The run does not know with which inputs it was started.",
            safe=_SAFE,
            advice="Start it with client.execute(process_id, inputs).",
        )
    if missing := [name for name in record.withheld if name not in inputs]:
        was = "was not saved: it holds a secret."
        was = was if len(missing) == 1 else "were not saved: they hold secrets."
        raise InputError(
            f"The {_inputs(missing)} {was}",
            safe=_SAFE,
            advice=f"Give it: run.again(client, inputs={{{missing[0]!r}: ...}})",
        )
    process_id = reading.text(record.about.get("process"))
    changes = what_changed(record, then, await client.process(process_id))
    if changes.obstacles and not anyway:
        raise InputError(
            " ".join(changes.obstacles),
            safe=_SAFE,
            advice="Look with run.changes(client); run.again(client, anyway=True) runs "
            "it all the same.",
        )
    if changes.words:
        warnings.warn(" ".join(changes.words), UserWarning, stacklevel=2)
    request = record.request or {}
    body, headers = dict(request["body"]), reading.mapping(request.get("headers"))
    # What stood beside the inputs, and was secret, comes back to its place.
    body |= {
        name: one for name, one in inputs.items() if name in record.withheld_beside
    }
    asked = {n: one for n, one in inputs.items() if n not in record.withheld_beside}
    mode: Mode = "auto"
    response: Response | None = "auto"
    if headers:  # the request itself is known, and not only its inputs
        mode = "async" if "Prefer" in headers else "sync"
        response = body.get("response")
    known = ("inputs", "outputs", "response")
    return await client.execute(
        process_id,
        {**record.inputs, **asked},
        outputs=body.get("outputs"),
        mode=mode,
        response=response,
        extra={name: one for name, one in body.items() if name not in known} or None,
    )
