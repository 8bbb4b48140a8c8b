"""An execute request as commands of cURL and as Python with httpx, to take away.

Secrets never appear: headers that identify the user hold ``$TOKEN``, which each kind of
code reads from the environment. A password goes with ``$USERNAME``; members of the
query of a server are in ``$PARAM_`` and their name.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from ogc_widgets.protocol.requests.requests import JSON
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.requests.requests import Request

TOKEN = "$TOKEN"  # noqa: S105 # the place of a secret, not one
BASIC = f"Basic {TOKEN}"
BEARER = f"Bearer {TOKEN}"
_WIDTH = 80
_STEP = 4


def params_text(names: Iterable[str]) -> str:
    """Write query members as Python; empty if there are none."""
    pairs = [f'{quoted(name)}: os.environ["{variable(name)}"]' for name in names]
    return f"{{{', '.join(pairs)}}}" if pairs else ""


def variable(name: str) -> str:
    """The variable of the environment that holds a query member.

    Its beginning keeps ``path`` and ``lang`` from meaning those of the shell.
    """
    return "PARAM_" + re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def headers_text(known: Mapping[str, str]) -> str:
    """Write headers as a dict of Python."""
    pairs = (f"{quoted(k)}: {_from_environment(v)}" for k, v in known.items())
    return f"{{{', '.join(pairs)}}}"


def literal(value: object, indent: int) -> str:
    """Write a value as Python, on one line where that is short."""
    inner = indent + _STEP
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        ends = "{}"
        parts = [f"{literal(k, inner)}: {literal(v, inner)}" for k, v in value.items()]
    elif isinstance(value, (list, tuple)):
        ends = "[]"
        parts = [literal(item, inner) for item in value]
    else:
        return repr(value)
    line = f"{ends[0]}{', '.join(parts)}{ends[1]}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    lines = "".join(f"{' ' * inner}{part},\n" for part in parts)
    return f"{ends[0]}\n{lines}{' ' * indent}{ends[1]}"


def quoted(text: str) -> str:
    """Write a text in double quotes, as most Python code has it."""
    plain = repr(text)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain


def _from_environment(value: str) -> str:
    """Write the value of a header that may end with a secret."""
    before = value.replace(TOKEN, "")
    parts = [quoted(before)] if before or value != TOKEN else []
    parts += ['os.environ["TOKEN"]'] if before != value else []
    return " + ".join(parts)


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
        f'--user "$USERNAME:{TOKEN}"' if value == BASIC else f'-H "{name}: {value}"'
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
    common = {name: value for name, value in secrets.items() if value != BASIC}
    client = [f"headers={headers_text({'Accept': JSON, **common})}"]
    if BASIC in secrets.values():
        client.append('auth=(os.environ["USERNAME"], os.environ["TOKEN"])')
    if query := params_text(params):
        client.append(f"params={query}")
    client.append(f"timeout={60 if jobs_url else 600}")
    own = {k: v for k, v in request.headers.items() if k != "Accept"}
    document = json.loads(request.body or b"null")
    exact = pretty_body(request)
    if dump_json(document, indent=2) == exact and "\\ud" not in exact:
        own.pop("Content-Type", None)
        body = f"    json={literal(document, 4)},\n"
    else:
        # A number with more digits than a float holds is only safe as text, and httpx
        # does not write halves of characters.
        body = f"    content={exact!r},\n"
    if own:
        body = f"    headers={literal(own, 4)},\n{body}"
    modules = ["os"] * bool(secrets or query) + ["re", "time"] * bool(jobs_url)
    imports = [f"import {name}\n" for name in modules] + ["\n"] * bool(modules)
    return _HTTPX.format(
        imports="".join([*imports, "import httpx\n\n"]),
        client="".join(f"\n    {line}," for line in client) + "\n",
        method=quoted(request.method),
        url=quoted(request.url),
        body=body,
        wait=_HTTPX_JOB.format(jobs=quoted(f"{jobs_url}/")) if jobs_url else "",
    )


def query_text(names: Iterable[str]) -> str:
    """Write members of a query with ``$PARAM_...`` for their values."""
    return "&".join(f"{quote(name)}=${variable(name)}" for name in names)


def _jobs_url(request: Request) -> str:
    """Where the job will be that the request asks for; ``""`` if it asks for none."""
    base, found, _ = request.url.rpartition("/processes/")
    return f"{base}/jobs" if found and "Prefer" in request.headers else ""
