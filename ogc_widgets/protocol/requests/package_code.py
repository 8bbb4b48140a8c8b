"""A run, or a batch of runs, as Python that uses this package; see snippets.py."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from ogc_widgets.protocol.requests.snippets import (
    BASIC,
    BEARER,
    TOKEN,
    headers_text,
    literal,
    params_text,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ogc_widgets.protocol.requests.requests import Mode, Response


def client_argument(url: str, names: Iterable[str]) -> str:
    """Write what ``App`` takes for a server: its address, or a client of it.

    A client it is where the server needs members in the query of every request.
    """
    params = params_text(names)
    return f"ogc.Client({quoted(url)}, params={params})" if params else quoted(url)


def as_package(
    base_url: str,
    process_id: str,
    inputs: Mapping[str, Any],
    *,
    outputs: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    mode: Mode = "auto",
    response: Response = "auto",
    placeholders: Mapping[str, str] | None = None,
    params: Iterable[str] = (),
) -> str:
    """Write a run of a process as Python that uses this package.

    The arguments are those of ``Client.execute`` and of ``as_curl``.
    """
    chosen = {
        "outputs": dict(outputs or {}),
        "extra": dict(extra or {}),
        "mode": mode if mode != "auto" else "",
        "response": response if response != "auto" else "",
    }
    body = (
        f"job = client.execute(\n"
        f"    {quoted(process_id)},\n"
        f"    {literal(dict(inputs), 4)},\n"
        f"{_keywords(chosen)}"
        f")\n"
        f"job.wait()\n"
        f"results = job.results()\n"
    )
    return _with_client(base_url, body, placeholders, params)


def as_batch(
    base_url: str,
    process_id: str,
    shared: Mapping[str, Any],
    each: Sequence[Mapping[str, Any]],
    *,
    placeholders: Mapping[str, str] | None = None,
    params: Iterable[str] = (),
    **chosen: Any,  # noqa: ANN401 # JSON
) -> str:
    """Write a batch of runs of a process as Python that uses this package.

    Args:
        base_url: Address of the server.
        process_id: The process.
        shared: The inputs that are the same in all runs.
        each: For each run the inputs that are not.
        placeholders: As for ``as_curl``.
        params: As for ``as_curl``.
        chosen: Other arguments of ``Client.execute_many``; empty ones are left out.
    """
    rows = f"each = {literal([*each], 0)}\n"
    values = "each"
    if shared:
        rows = f"shared = {literal(dict(shared), 0)}\n{rows}"
        values = "[{**shared, **one} for one in each]"
    body = rows + _execute_many(process_id, values, chosen)
    return _with_client(base_url, body, placeholders, params)


def as_each_with_each(
    base_url: str,
    process_id: str,
    shared: Mapping[str, Any],
    columns: Sequence[tuple[str, Sequence[tuple[str, Any]]]],
    *,
    placeholders: Mapping[str, str] | None = None,
    params: Iterable[str] = (),
    **chosen: Any,  # noqa: ANN401 # JSON
) -> str:
    """Write a batch in which each value of some inputs meets each of the others.

    The arguments are those of :func:`as_batch`, but for ``columns``: of each input that
    differs its id, and label and value of each.
    """
    names: dict[str, str] = {}
    for key, _ in columns:
        names[key] = _variable_of(key, {*names.values()})
    made = f"shared = {literal(dict(shared), 0)}\n" + "".join(
        f"{names[key]}_values = {literal(_by_label(pairs), 0)}\n"
        for key, pairs in columns
    )
    label = ", ".join(f"{{{name}}}" for name in names.values())
    own = "".join(f"        {quoted(k)}: {n}_values[{n}],\n" for k, n in names.items())
    loops = "".join(f"    for {n} in {n}_values\n" for n in names.values())
    made += (
        f'jobs = {{\n    f"{label}": {{\n        **shared,\n{own}    }}\n{loops}}}\n'
    )
    values = "list(jobs.values()),\n    labels=list(jobs)"
    body = made + _execute_many(process_id, values, chosen)
    return _with_client(base_url, body, placeholders, params)


def _by_label(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Values by their labels; equal ones are told apart by a number."""
    found: dict[str, Any] = {}
    for label, value in pairs:
        own, number = label, 1
        while own in found:
            number += 1
            own = f"{label} ({number})"
        found[own] = value
    return found


def _variable_of(key: str, others: Collection[str]) -> str:
    """A name of Python for an input; "a-b" and "a.b" have two."""
    name = re.sub(r"\W", "_", key, flags=re.ASCII) or "_"
    is_taken = name in ("shared", "jobs", "batch", "client", "ogc", "list", "os")
    if keyword.iskeyword(name) or name[0].isdigit() or is_taken:
        name = f"input_{name}"
    while name in others:
        name += "_"
    return name


def _keywords(chosen: Mapping[str, Any]) -> str:
    return "".join(
        f"    {name}={literal(value, 4)},\n" for name, value in chosen.items() if value
    )


def _with_client(
    base_url: str,
    body: str,
    placeholders: Mapping[str, str] | None,
    params: Iterable[str],
) -> str:
    """Write what makes a client before what uses it."""
    arguments = _package_arguments(dict(placeholders or {}))
    if query := params_text(params):
        arguments += f", params={query}"
    imports = "from decimal import Decimal\n" if "Decimal('" in body else ""
    imports += "import os\n\n" if "os.environ" in arguments else ""
    return (
        f"{imports}"
        f"import ogc_widgets as ogc\n\n"
        f"client = ogc.Client({quoted(base_url)}{arguments})\n"
        f"{body}"
    )


def _execute_many(process_id: str, values: str, chosen: Mapping[str, Any]) -> str:
    return (
        f"batch = client.execute_many(\n"
        f"    {quoted(process_id)},\n"
        f"    {values},\n"
        f"{_keywords(chosen)}"
        f")\n"
        f"batch.wait()\n"
    )


def _package_arguments(known: dict[str, str]) -> str:
    """Write what identifies the user as arguments of a client."""
    from_env = 'ogc.auth.env("TOKEN")'
    ways = {BEARER: from_env, BASIC: f'(os.environ["USERNAME"], {from_env})'}
    if way := ways.get(known.get("Authorization", "")):
        known.pop("Authorization")
    elif list(known.values()) == [TOKEN]:
        way = f"ogc.auth.api_key({quoted(known.popitem()[0])}, {from_env})"
    arguments = f", auth={way}" if way else ""
    return f"{arguments}, headers={headers_text(known)}" if known else arguments
