"""Requests to send, as values: what goes on the wire, before any credentials.

The client sends exactly these, and the code shown to users is made of the same. The
requests of others, and those that servers keep, are read as an :class:`ExecuteRequest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from ogc_widgets.errors import InputError, need_dict
from ogc_widgets.protocol import media_types, reading
from ogc_widgets.protocol.links import find_link, join_path, origin, with_query
from ogc_widgets.protocol.notices import notice
from ogc_widgets.protocol.plain import plain
from ogc_widgets.protocol.reading import ID_NAMES, mapping, member, members
from ogc_widgets.protocol.text import clean
from ogc_widgets.protocol.wire import dump_json

if TYPE_CHECKING:
    from ogc_widgets.protocol.documents.descriptions import OutputDescription
    from ogc_widgets.protocol.documents.processes import ProcessSummary
    from ogc_widgets.protocol.json_type import JsonObject

Mode = Literal["auto", "async", "sync"]
Response = Literal["auto", "document", "raw"]
Outputs = str | Iterable[str] | Mapping[str, Any]

JSON = "application/json"
# Where the list form of old drafts has the value itself.
_VALUE_NAMES = ("value", "data")
_JSON_BODY = {"Accept": JSON, "Content-Type": JSON}


@dataclass(frozen=True)
class Request:
    """One HTTP request without credentials.

    Attributes:
        method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        url: Absolute address.
        headers: Header name to value.
        body: Bytes to send, or ``None``.
        named_by: Address of the server that named ``url``; "" for the user, ``None``
            for the server that the client is for.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    named_by: str | None = None

    @property
    def is_safe(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.method in ("GET", "HEAD")


def get(url: str, *, accept: str = JSON, named_by: str | None = None) -> Request:
    """Ask for a document."""
    return Request("GET", url, {"Accept": accept}, named_by=named_by)


def delete(url: str) -> Request:
    """Dismiss a job or undeploy a process."""
    return Request("DELETE", url, {"Accept": JSON})


def execution_url(process_url: str, process: ProcessSummary | None = None) -> str:
    """Return where a process is executed.

    The process's own ``execute`` link is used when it stays on the server and below
    it; one that points elsewhere (servers behind a proxy, forgotten tenants) is not.
    """
    link = find_link(process.links, "execute") if process else None
    base = process_url.rpartition("/processes/")[0]
    if link and origin(link.href) == origin(base):
        path = urlsplit(link.href).path
        if path.startswith(f"{urlsplit(base).path}/"):
            return link.href
    return join_path(process_url, "execution")


def execute_request(
    process_url: str,
    inputs: Mapping[str, Any],
    outputs: Outputs | None = None,
    mode: Mode = "auto",
    *,
    process: ProcessSummary | None = None,
    response: Response | None = "auto",
    has_response: bool = True,
    extra: Mapping[str, Any] | None = None,
) -> Request:
    """Build the request that runs a process.

    An asynchronous request carries ``Prefer: respond-async`` and nothing else there,
    because some servers compare the whole header. ``outputs`` is left out unless it
    names outputs: an empty object means "return nothing".

    Args:
        process_url: Address of the process, ``.../processes/{id}``.
        inputs: Input id to value.
        outputs: Which outputs are wanted, all of them if left out: their ids, or id
            to ``"value"``, ``"reference"`` or an object of the standard.
        mode: ``async`` asks for a job, ``sync`` for the answer itself, ``auto`` for a
            job where the process can be one.
        process: The description, for its ``execute`` link and its abilities.
        response: ``document`` for one JSON document, ``raw`` for the bare output,
            ``None`` to leave that to the server, ``auto`` for a document unless an
            output is binary: some servers fail when bytes should go into JSON.
        has_response: Whether the server knows this member, which version 2.0 of the
            standard does not have; for ``auto``.
        extra: Members beside ``inputs`` in the body, such as ``queue``.

    Raises:
        InputError: The inputs cannot be written as JSON, the mode is unknown, the
            process has no such output, or ``extra`` contradicts the request.
    """
    if mode not in get_args(Mode):
        advice = 'Use "auto", "async" or "sync".'
        raise InputError(f"Unknown mode {mode!r}.", advice=advice)
    if response not in (*get_args(Response), None):
        advice = 'Use "auto", "document", "raw" or None.'
        raise InputError(f"Unknown response {response!r}.", advice=advice)
    need_dict("Inputs", inputs, "input id to value", safe="Nothing was sent.")
    wanted = wanted_outputs(outputs, _described_outputs(process))
    if response == "auto":
        is_document = has_response and not _gives_bytes(wanted, process)
        response = "document" if is_document else None
    known = {"inputs": dict(inputs), "outputs": wanted, "response": response}
    document = {
        name: value for name, value in known.items() if value or name == "inputs"
    }
    _add(document, {} if extra is None else extra)
    headers = dict(_JSON_BODY)
    if mode == "async" or (mode == "auto" and (not process or process.can_run_async)):
        headers["Prefer"] = "respond-async"
    url = execution_url(process_url, process)
    return Request("POST", url, headers, json_body(document))


def _described_outputs(
    process: ProcessSummary | None,
) -> Mapping[str, OutputDescription]:
    """The outputs of a process; none of one that is only known from a list."""
    known: Mapping[str, OutputDescription] = getattr(process, "outputs", {})
    return known


def _gives_bytes(wanted: Mapping[str, Any], process: ProcessSummary | None) -> bool:
    """Whether one of the outputs that are wanted is binary, and wanted by value."""
    known = _described_outputs(process)
    for name in wanted or known:
        wish = mapping(wanted.get(name))
        asked = mapping(wish.get("format")).get("mediaType")
        kinds = [asked, *(known[name].media_types if name in known else ())]
        kind = next((one for one in kinds if isinstance(one, str)), "")
        by_value = wish.get("transmissionMode") != "reference"
        if by_value and media_types.is_binary(kind):
            return True
    return False


def _add(document: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Put members beside the inputs into a request; refuse those that contradict it."""
    if not isinstance(extra, Mapping):
        raise InputError(
            f"extra is a dict of member name to value, not {type(extra).__name__}.",
            safe="Nothing was sent.",
            advice='For example: extra={"queue": "fast"}',
        )
    for name, value in extra.items():
        if document.setdefault(name, value) != value:
            raise InputError(
                f"The request has a member {name!r} already.",
                safe="Nothing was sent.",
                advice=f"Pass {name} as the argument of that name, not in extra.",
            )


def wanted_outputs(
    outputs: Outputs | None, known: Mapping[str, OutputDescription] | None = None
) -> dict[str, Any]:
    """Write which outputs are wanted as the standard does.

    Args:
        outputs: What a user wants.
        known: The outputs that the process describes, where that is known.

    Raises:
        InputError: It is something else, or one is named that the process does not
            describe.
    """
    if isinstance(outputs, Mapping):
        # It is sent as it is: descriptions forget outputs, too.
        return {str(name): _wish(wish) for name, wish in outputs.items()}
    if not isinstance(outputs, (str, Iterable, type(None))):
        raise _no_outputs(f"Outputs are ids, not {type(outputs).__name__}.")
    names = [outputs] if isinstance(outputs, str) else list(outputs or ())
    for name in names:
        if known and name not in known:
            raise InputError(
                f"The process has no output {name!r}.",
                safe="Nothing was sent.",
                advice=f"It has: {clean(', '.join(known), limit=300)}.",
            )
    return {str(name): {} for name in names}


def _wish(wish: object) -> Mapping[str, Any]:
    if wish in ("value", "reference"):
        return {"transmissionMode": wish}
    if not isinstance(wish, (Mapping, type(None))):
        what = clean(repr(wish), limit=40)
        raise _no_outputs(f"{what} is nothing that can be wanted of an output.")
    return wish or {}


def _no_outputs(what: str) -> InputError:
    return InputError(
        what,
        safe="Nothing was sent.",
        advice='Use ["mask"], {"mask": "reference"}, or '
        '{"mask": {"format": {"mediaType": "image/png"}}}.',
    )


def create_job_request(
    jobs_url: str,
    process_url: str,
    inputs: Mapping[str, Any],
    outputs: Outputs | None = None,
    *,
    process: ProcessSummary | None = None,
) -> Request:
    """Make a job without starting it (Part 4).

    Raises:
        InputError: As for :func:`execute_request`.
    """
    wanted = wanted_outputs(outputs, _described_outputs(process))
    named = {"outputs": wanted} if wanted else {}
    document = {"process": process_url, "inputs": dict(inputs), **named}
    document["status"] = "create"
    return Request("POST", jobs_url, dict(_JSON_BODY), json_body(document))


def update_job_request(job_url: str, document: Mapping[str, Any]) -> Request:
    """Change a job that was made but not started (Part 4)."""
    return Request("PATCH", job_url, dict(_JSON_BODY), json_body(document))


def start_job_request(job_url: str) -> Request:
    """Start a job that was made before (Part 4)."""
    return Request("POST", join_path(job_url, "results"), {"Accept": JSON})


def plain_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of inputs as JSON has them, whatever libraries the values are of.

    Raises:
        InputError: They are no dict.
    """
    need_dict("Inputs", inputs, "input id to value", safe="Nothing was sent.")
    copy: dict[str, Any] = plain(inputs)
    return copy


def json_body(document: object) -> bytes:
    """Write a document to send.

    Raises:
        InputError: JSON cannot hold it.
    """
    try:
        return dump_json(document).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"The inputs cannot be written as JSON: {error}.",
            safe="Nothing was sent.",
            advice="Use text, numbers, booleans, lists and dicts only.",
        ) from None


@lru_cache(100)
def jobs_request(
    jobs_url: str, *, limit: int | None = None, **filters: str | int | None
) -> Request:
    """Ask for the first page of the list of jobs, filtered as the standard has it."""
    query = {"limit": limit, **filters}
    return get(with_query(jobs_url, {k: v for k, v in query.items() if v is not None}))


@dataclass(frozen=True)
class ExecuteRequest:
    """An execute request, as somebody sent it or a server keeps it.

    Attributes:
        process_id: The process, or its address; ``""`` where the request's own address
            says it.
        inputs: Input id to value, as the mapping form of the standard has them.
        outputs: Output id to what is wanted of it; ``None`` for all of them.
        raw: The document.
    """

    process_id: str = member(reading.text, "process", "processID", "identifier")
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read an execute request, in the mapping form or the list form.

        Raises:
            ProtocolError: It is not an object.
        """
        request = reading.need_object(document, "an execute request")
        outputs = request.get("outputs")
        return cls(
            **members(cls, request),
            inputs=_values(request.get("inputs")),
            outputs=None if outputs is None else _wishes(outputs),
            raw=request,
        )


def _values(inputs: object) -> dict[str, Any]:
    if isinstance(inputs, Mapping):
        return {str(name): value for name, value in inputs.items()}
    found: dict[str, list[Any]] = {}
    for name, entry in reading.pairs(inputs, "inputs"):
        found.setdefault(name, []).append(_value(entry))
    # An id that is repeated is how old drafts wrote several values.
    return {name: all_[0] if len(all_) == 1 else all_ for name, all_ in found.items()}


def _value(entry: JsonObject) -> object:
    """The value alone where nothing else is said of it."""
    rest = {name: item for name, item in entry.items() if name not in ID_NAMES}
    name = next((name for name in _VALUE_NAMES if name in rest), "")
    if not name:
        return rest
    value = rest.pop(name)
    return {**rest, "value": value} if rest else value


def _wishes(outputs: object) -> dict[str, Any]:
    if isinstance(outputs, Mapping):
        return {str(name): wish for name, wish in outputs.items()}
    if not isinstance(outputs, (str, list)):
        notice(f"The outputs are {clean(outputs, limit=40)!r}; they were left out.")
        return {}
    found = {}
    for entry in [outputs] if isinstance(outputs, str) else outputs:
        wish = dict(mapping(entry))
        named = [reading.text(wish.pop(name, None)) for name in ID_NAMES]
        found[next(filter(None, named), reading.text(entry))] = wish
    return found
