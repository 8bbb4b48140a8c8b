"""An execute request as code that people can take away.

Secrets never appear: headers that identify the user hold ``$TOKEN``, which each kind of
code reads from the environment. A password goes with ``$USERNAME``; members of the
query of a server are in ``$PARAM_`` and their name.
"""

from __future__ import annotations

import json
import keyword
import re
import shlex
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ogc_widgets.protocol.requests.requests import JSON
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ogc_widgets.protocol.requests.requests import Mode, Request, Response

TOKEN = "$TOKEN"  # noqa: S105 # the place of a secret, not one
_BASIC = f"Basic {TOKEN}"
_BEARER = f"Bearer {TOKEN}"
_WIDTH = 80
_STEP = 4
_ACCEPT = f"Accept: {JSON}"


def pretty_body(request: Request) -> str:
    """Return the body of a request as indented JSON with all digits kept."""
    document = json.loads(request.body or b"null", parse_float=Decimal)
    return dump_json(document, indent=2)


# Waits for the job that was made, if any. No names that shells keep for themselves
# ($status, $path), and nothing newer than POSIX.
_CURL_JOB = r"""answer=$(
  {send}
)
job=$(printf '%s' "$answer" |
  sed -n 's|^[Ll]ocation: .*/jobs/\([^/?[:space:]]*\).*|\1|p')
if [ -z "$job" ]; then
  printf '%s\n' "$answer"
else
  job={jobs}/$job
  while state=$({get} "$job{query}") && printf '%s\n' "$state" >&2 &&
    ! printf '%s' "$state" |
    grep -Eq '"status" *: *"(successful|failed|dismissed)"'; do
    sleep 2
  done
  {get} "$job/results{query}"
fi"""

_HTTPX = """{imports}client = httpx.Client({client})
response = client.request(
    {method},
    {url},
{body})
response.raise_for_status()
{wait}is_json = "json" in response.headers.get("Content-Type", "")
results = response.json() if is_json else response.content
print(results)
"""

_HTTPX_JOB = """made = re.search("/jobs/([^/?]+)", response.headers.get("Location", ""))
if made:
    job = {jobs} + made[1]
    while True:
        response = client.get(job)
        response.raise_for_status()
        state = response.json()["status"]
        print(state, response.json().get("message", ""))
        if state in ("successful", "failed", "dismissed"):
            break
        time.sleep(2)
    response = client.get(job + "/results")
    response.raise_for_status()
"""


def as_curl(
    request: Request,
    placeholders: Mapping[str, str] | None = None,
    params: Iterable[str] = (),
) -> str:
    """Write a run as shell commands around cURL: the request, the wait, the results.

    Args:
        request: The execute request, without credentials.
        placeholders: Headers that identify the user, with ``$TOKEN`` for secrets.
        params: Names of query members; their values are in variables (``PARAM_...``).
    """
    # Double quotes, so that the shell puts the token in.
    secrets = [
        f'--user "$USERNAME:{TOKEN}"' if value == _BASIC else f'-H "{name}: {value}"'
        for name, value in (placeholders or {}).items()
    ]
    headers = [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in request.headers.items()
    ]
    jobs_url = _jobs_url(request)
    verb = "curl -sSi" if jobs_url else "curl -sS"
    query = query_text(params)
    url = shlex.quote(request.url)
    if query:
        url += f'"{"&" if "?" in request.url else "?"}{query}"'
    send = [f"{verb} -X {request.method} {url}", *headers]
    send += [*secrets, f"--data {shlex.quote(pretty_body(request))}"]
    if not jobs_url:
        return " \\\n  ".join(send)
    return _CURL_JOB.format(
        send=" \\\n    ".join(send),
        jobs=shlex.quote(jobs_url),
        query=f"?{query}" if query else "",
        get=" ".join(["curl -sSf -H", shlex.quote(f"Accept: {JSON}"), *secrets]),
    )


def as_httpx(
    request: Request,
    placeholders: Mapping[str, str] | None = None,
    params: Iterable[str] = (),
) -> str:
    """Write a run as Python with httpx; see :func:`as_curl`."""
    secrets = dict(placeholders or {})
    jobs_url = _jobs_url(request)
    common = {name: value for name, value in secrets.items() if value != _BASIC}
    client = [f"headers={_headers({'Accept': JSON, **common})}"]
    if _BASIC in secrets.values():
        client.append('auth=(os.environ["USERNAME"], os.environ["TOKEN"])')
    if query := _params(params):
        client.append(f"params={query}")
    client.append(f"timeout={60 if jobs_url else 600}")
    own = {k: v for k, v in request.headers.items() if k != "Accept"}
    document = json.loads(request.body or b"null")
    exact = pretty_body(request)
    if dump_json(document, indent=2) == exact and "\\ud" not in exact:
        own.pop("Content-Type", None)
        body = f"    json={_literal(document, 4)},\n"
    else:
        # A number with more digits than a float holds is only safe as text, and httpx
        # does not write halves of characters.
        body = f"    content={exact!r},\n"
    if own:
        body = f"    headers={_literal(own, 4)},\n{body}"
    modules = ["os"] * bool(secrets or query) + ["re", "time"] * bool(jobs_url)
    imports = [f"import {name}\n" for name in modules] + ["\n"] * bool(modules)
    return _HTTPX.format(
        imports="".join([*imports, "import httpx\n\n"]),
        client="".join(f"\n    {line}," for line in client) + "\n",
        method=_quoted(request.method),
        url=_quoted(request.url),
        body=body,
        wait=_HTTPX_JOB.format(jobs=_quoted(f"{jobs_url}/")) if jobs_url else "",
    )


def query_text(names: Iterable[str]) -> str:
    """Write members of a query with ``$PARAM_...`` for their values."""
    return "&".join(f"{quote(name)}=${_variable(name)}" for name in names)


def client_argument(url: str, names: Iterable[str]) -> str:
    """Write what ``App`` takes for a server: its address, or a client of it.

    A client it is where the server needs members in the query of every request.
    """
    params = _params(names)
    return f"ogc.Client({_quoted(url)}, params={params})" if params else _quoted(url)


def _params(names: Iterable[str]) -> str:
    """Write query members as Python; empty if there are none."""
    pairs = [f'{_quoted(name)}: os.environ["{_variable(name)}"]' for name in names]
    return f"{{{', '.join(pairs)}}}" if pairs else ""


def _variable(name: str) -> str:
    """The variable of the environment that holds a query member.

    Its beginning keeps ``path`` and ``lang`` from meaning those of the shell.
    """
    return "PARAM_" + re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def _jobs_url(request: Request) -> str:
    """Where the job will be that the request asks for; ``""`` if it asks for none."""
    base, found, _ = request.url.rpartition("/processes/")
    return f"{base}/jobs" if found and "Prefer" in request.headers else ""


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

    The arguments are those of ``Client.execute`` and of :func:`as_curl`.
    """
    chosen = {
        "outputs": dict(outputs or {}),
        "extra": dict(extra or {}),
        "mode": mode if mode != "auto" else "",
        "response": response if response != "auto" else "",
    }
    body = (
        f"job = client.execute(\n"
        f"    {_quoted(process_id)},\n"
        f"    {_literal(dict(inputs), 4)},\n"
        f"{_keywords(chosen)}"
        f")\n"
        f"job.wait()\n"
        f"results = job.results()\n"
    )
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

    Args:
        base_url: Address of the server.
        process_id: The process.
        shared: The inputs that are the same in all runs.
        columns: For each input that differs its id, and label and value of each.
        placeholders: As for :func:`as_curl`.
        params: As for :func:`as_curl`.
        chosen: Other arguments of ``Client.execute_many``; empty ones are left out.
    """
    names = {key: _variable_of(key) for key, _ in columns}
    made = f"shared = {_literal(dict(shared), 0)}\n" + "".join(
        f"{names[key]}_values = {_literal(_by_label(pairs), 0)}\n"
        for key, pairs in columns
    )
    label = ", ".join(f"{{{name}}}" for name in names.values())
    own = "".join(f"        {_quoted(k)}: {n}_values[{n}],\n" for k, n in names.items())
    loops = "".join(f"    for {n} in {n}_values\n" for n in names.values())
    body = (
        f"{made}"
        f"jobs = {{\n"
        f'    f"{label}": {{\n        **shared,\n{own}    }}\n'
        f"{loops}"
        f"}}\n"
        f"batch = client.execute_many(\n"
        f"    {_quoted(process_id)},\n"
        f"    list(jobs.values()),\n"
        f"    labels=list(jobs),\n"
        f"{_keywords(chosen)}"
        f")\n"
        f"batch.wait()\n"
    )
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


def _variable_of(key: str) -> str:
    """A name of Python for an input."""
    name = re.sub(r"\W", "_", key, flags=re.ASCII) or "_"
    is_taken = name in ("shared", "jobs", "batch", "client", "ogc", "list", "os")
    if keyword.iskeyword(name) or name[0].isdigit() or is_taken:
        return f"input_{name}"
    return name


def _keywords(chosen: Mapping[str, Any]) -> str:
    return "".join(
        f"    {name}={_literal(value, 4)},\n" for name, value in chosen.items() if value
    )


def _with_client(
    base_url: str,
    body: str,
    placeholders: Mapping[str, str] | None,
    params: Iterable[str],
) -> str:
    """Write what makes a client before what uses it."""
    arguments = _package_arguments(dict(placeholders or {}))
    if query := _params(params):
        arguments += f", params={query}"
    imports = "from decimal import Decimal\n" if "Decimal('" in body else ""
    imports += "import os\n\n" if "os.environ" in arguments else ""
    return (
        f"{imports}"
        f"import ogc_widgets as ogc\n\n"
        f"client = ogc.Client({_quoted(base_url)}{arguments})\n"
        f"{body}"
    )


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
        placeholders: As for :func:`as_curl`.
        params: As for :func:`as_curl`.
        chosen: Other arguments of ``Client.execute_many``; empty ones are left out.
    """
    rows = f"each = {_literal([*each], 0)}\n"
    values = "each"
    if shared:
        rows = f"shared = {_literal(dict(shared), 0)}\n{rows}"
        values = "[{**shared, **one} for one in each]"
    body = (
        f"{rows}"
        f"batch = client.execute_many(\n"
        f"    {_quoted(process_id)},\n"
        f"    {values},\n"
        f"{_keywords(chosen)}"
        f")\n"
        f"batch.wait()\n"
    )
    return _with_client(base_url, body, placeholders, params)


def _package_arguments(known: dict[str, str]) -> str:
    """Write what identifies the user as arguments of a client."""
    from_env = 'ogc.auth.env("TOKEN")'
    ways = {_BEARER: from_env, _BASIC: f'(os.environ["USERNAME"], {from_env})'}
    if way := ways.get(known.get("Authorization", "")):
        known.pop("Authorization")
    elif list(known.values()) == [TOKEN]:
        way = f"ogc.auth.api_key({_quoted(known.popitem()[0])}, {from_env})"
    arguments = f", auth={way}" if way else ""
    return f"{arguments}, headers={_headers(known)}" if known else arguments


def _headers(known: Mapping[str, str]) -> str:
    pairs = (f"{_quoted(k)}: {_from_environment(v)}" for k, v in known.items())
    return f"{{{', '.join(pairs)}}}"


def _literal(value: object, indent: int) -> str:
    """Write a value as Python, on one line where that is short."""
    inner = indent + _STEP
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        ends = "{}"
        parts = [
            f"{_literal(k, inner)}: {_literal(v, inner)}" for k, v in value.items()
        ]
    elif isinstance(value, (list, tuple)):
        ends = "[]"
        parts = [_literal(item, inner) for item in value]
    else:
        return repr(value)
    line = f"{ends[0]}{', '.join(parts)}{ends[1]}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    lines = "".join(f"{' ' * inner}{part},\n" for part in parts)
    return f"{ends[0]}\n{lines}{' ' * indent}{ends[1]}"


def _quoted(text: str) -> str:
    """Write a text in double quotes, as most Python code has it."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain


def _from_environment(value: str) -> str:
    """Write the value of a header that may end with a secret."""
    before = value.replace(TOKEN, "")
    parts = [_quoted(before)] if before or value != TOKEN else []
    parts += ['os.environ["TOKEN"]'] if before != value else []
    return " + ".join(parts)
