"""What a server of the standard may do in its own way, as a table of choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STANDARD = ("accepted", "running", "successful", "failed", "dismissed")


@dataclass(frozen=True)
class Dialect:
    """The choices of one server.

    Attributes:
        name: What it is called in tests and in docs/servers.md.
        base: Path of its landing page.
        own_host: Scheme and host that it puts into its links; "" for the real one.
        landing: Whether it has a landing page.
        process: Id of its process, and of the description below if there is one.
        id_keys: Members of a status that hold the job's id.
        location: ``absolute``, ``relative`` or ``""`` in the answer to an execution.
        accepted: Status code of that answer.
        accepted_body: ``status``, ``id``, ``null`` or ``empty``.
        words: Its words for the five states of the standard.
        progress: ``int``, ``float``, ``text``, ``percentCompleted``, ``while running``
            (absent in the end, as ZOO does it) or ``""``.
        links: Whether its links are a ``list``, a ``mapping``, or ``""`` for none.
        results: A shape of ``result_shapes``.
        modes: ``both``, ``async`` or ``sync``, whatever a request asks for.
        dismiss: Status code of the answer to DELETE; 405 if it cannot.
        gone: Status code for a job that was removed.
        paging: ``next``, ``page``, ``cursor``, ``repeated``, ``circle``, ``""`` for all
            at once, or ``none`` where there is no list.
        bare: Whether the list holds nothing but ids.
        errors: A form of ``error_forms``.
        bad_inputs: Status code for inputs that do not fit; 0 if the job fails later.
        logs: ``related``, ``log``, ``ogc-rel``, ``logs`` (a JSON array) or ``""``.
        deploy: ``201``, ``location`` (201 without a body), ``202``, or ``""``.
        slash: Whether it redirects an address without a last slash to one with it.
        young_404: How often it does not know a job that it has just made.
        results_at: Where the results of a job are; other than ``results`` only the link
            tells.
        lies: Media type that it gives its JSON; "" for the right one.
        bom: Whether its JSON begins with a byte order mark.
        flat: Whether its lists are lists, and not objects that hold one.
        relation: How it writes the relation of the results.
        recorded: Documents that a server has given, by what they are.
    """

    name: str = "invented"
    base: str = ""
    own_host: str = ""
    landing: bool = True
    process: str = "say"
    id_keys: tuple[str, ...] = ("jobID",)
    location: str = "absolute"
    accepted: int = 201
    accepted_body: str = "status"
    words: tuple[str, ...] = STANDARD
    progress: str = "int"
    links: str = "list"
    results: str = "scalar"
    modes: str = "both"
    dismiss: int = 200
    gone: int = 404
    paging: str = "next"
    bare: bool = False
    errors: str = "rfc"
    bad_inputs: int = 400
    logs: str = ""
    deploy: str = ""
    slash: bool = False
    young_404: int = 0
    results_at: str = "results"
    lies: str = ""
    bom: bool = False
    flat: bool = False
    relation: str = "http://www.opengis.net/def/rel/ogc/1.0/{}"
    recorded: Mapping[str, Any] = field(default_factory=dict)

    def word(self, state: str) -> str:
        return self.words[STANDARD.index(state)]


# -- how an error is written ---------------------------------------------------------

_TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def _rfc(status, kind, detail):
    return {"type": _TYPES + kind, "title": kind, "status": status, "detail": detail}


def _zoo(_status, kind, detail):
    title = "".join(part.title() for part in kind.split("-"))
    return {"title": title, "type": _TYPES + kind, "detail": detail}


def _pygeoapi(_status, kind, detail):
    code = "".join(part.title() for part in kind.split("-"))
    return {"code": code, "type": code, "description": detail}


def _weaver(status, kind, detail):
    code = "".join(part.title() for part in kind.split("-"))
    return {
        "code": code,
        "description": detail,
        "error": {"code": status, "status": f"{status} Refused"},
        "exception": {"code": code, "locator": "None", "message": detail},
    }


def _plain(_status, _kind, detail):
    return {"detail": detail}


def _listed(_status, _kind, detail):
    return {"detail": [{"loc": ["body", "inputs"], "msg": detail, "type": "error"}]}


def _page(status, _kind, detail):
    return (
        f"<html><head><style>b {{}}</style></head><body><h1>{status}</h1>"
        f"<p>{detail}</p></body></html>"
    ).encode()


error_forms: Mapping[str, Callable[[int, str, str], Any]] = {
    "rfc": _rfc, "zoo": _zoo, "pygeoapi": _pygeoapi, "weaver": _weaver,
    "detail": _plain, "listed": _listed, "page": _page,
}  # fmt: skip


# -- how results are written ---------------------------------------------------------

ITEM = {
    "type": "Feature",
    "stac_version": "1.0.0",
    "id": "one",
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]],
    },
    "bbox": [10, 50, 11, 51],
    "properties": {"datetime": "2024-05-01T10:00:00Z"},
    "links": [],
    "assets": {"data": {"href": "s3://results/one/data.tif", "type": "image/tiff"}},
}
ITEMS = {"type": "FeatureCollection", "features": [ITEM]}
WORD = "hi"


@dataclass(frozen=True)
class Shape:
    """A way to give results.

    Attributes:
        body: A document, or bytes; ``{files}`` in it is where files lie.
        value: What the output is for a user.
        output: What the output is called for a user.
        media_type: Of the body.
        status: Status code.
        headers: Further headers.
    """

    body: Any
    value: Any
    output: str = "said"
    media_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


_HREF = {"href": "{files}/said.txt", "type": "text/plain"}
_ASSET = {"type": "application/netcdf", "href": "{files}/said.nc", "file:size": 1024}
_MULTIPART = (
    b"--xyz\r\nContent-Type: text/plain\r\nContent-ID: <said@host>\r\n\r\nhi\r\n--xyz--"
)

result_shapes: Mapping[str, Shape] = {
    "scalar": Shape({"said": WORD}, WORD),
    "qualified": Shape({"said": {"value": WORD, "mediaType": "text/plain"}}, WORD),
    "base64": Shape(
        {"said": {"value": "aGk=", "encoding": "base64", "mediaType": "text/x"}}, b"hi"
    ),
    "reference": Shape({"said": _HREF}, _HREF),
    "items": Shape({"said": {"value": ITEMS}}, ITEMS),
    "bare items": Shape(ITEMS, ITEMS),
    "bare item": Shape(ITEM, ITEM),
    "one": Shape({"id": "said", "value": WORD}, WORD),
    "wrapped": Shape({"outputs": [{"id": "said", "value": WORD}]}, WORD),
    "list": Shape([{"id": "said", "value": WORD}], WORD),
    "many": Shape({"said": [WORD, {"value": 2}]}, [WORD, 2]),
    "products": Shape(
        {"additionalProp1": {"id": "product-1", "links": [_HREF]}},
        [_HREF],
        output="additionalProp1",
    ),
    # A file with its size, as the Climate Data Store gives it.
    "asset": Shape({"asset": {"value": _ASSET}}, _ASSET, output="asset"),
    "inline": Shape(
        {"said": {"href": "two\nlines", "type": "text/plain"}}, "two\nlines"
    ),
    "text": Shape(b"hi", WORD, media_type="text/plain"),
    "multipart": Shape(
        _MULTIPART, WORD, media_type='multipart/related; boundary="xyz"'
    ),
    "links": Shape(
        b"",
        _HREF,
        status=204,
        headers={"Link": '<{files}/said.txt>; rel="said"; type="text/plain"'},
    ),
}
