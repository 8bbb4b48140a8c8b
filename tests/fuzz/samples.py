"""Whole documents of every kind that is read, to be made wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from dialects import ITEM, result_shapes
from form_examples import EXAMPLES

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
HERE = "http://server.test/api"
_FOLDERS = {
    "landing": "landing-conformance", "processes": "process-lists",
    "description": "process-descriptions", "form": "process-descriptions",
    "status": "status", "panel": "status", "results": "results",
    "refusal": "exceptions", "request": "execute-requests", "headers": "headers",
    "package": "deploy-requests",
}  # fmt: skip

LINK = {"href": f"{HERE}/x", "rel": "self", "type": "application/json", "title": "X"}
DESCRIPTION = {
    "id": "all",
    "title": "All kinds of inputs",
    "description": "One of each",
    "version": "1.0.0",
    "keywords": ["a"],
    "metadata": [{"title": "m", "role": "r", "href": f"{HERE}/m"}],
    "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
    "outputTransmission": ["value", "reference"],
    "inputs": {
        "word": {
            "title": "Word",
            "minOccurs": 0,
            "maxOccurs": 3,
            "schema": {"type": "string", "enum": ["a", "b"], "default": "a"},
        },
        "count": {
            "schema": {
                "type": "integer",
                "minimum": 0,
                "maximum": 10,
                "multipleOf": 2,
                "default": 4,
            }
        },
        "ratio": {"schema": {"type": "number", "exclusiveMinimum": 0.5}},
        "box": {
            "schema": {
                "allOf": [{"format": "ogc-bbox"}],
                "properties": {"bbox": {"type": "array", "items": {"type": "number"}}},
            }
        },
        "area": {"schema": {"$ref": "#/$defs/area"}},
        "either": {"schema": {"oneOf": [{"type": "boolean"}, {"type": "null"}]}},
        "when": {"schema": {"type": "string", "format": "date-time", "pattern": "^2"}},
        "many": {
            "schema": {
                "type": "array",
                "minItems": 1,
                "maxItems": 4,
                "items": {"type": "object", "required": ["k"], "properties": {"k": {}}},
            },
            "valuePassing": ["byValue", "byReference"],
        },
        "file": {"schema": {"type": "string", "contentMediaType": "image/tiff"}},
        "old": {"literalDataDomains": [{"dataType": {"name": "float"}, "default": 1}]},
    },
    "$defs": {"area": {"type": "object", "format": "geojson-geometry"}},
    "outputs": {"out": {"title": "Out", "schema": {"type": "string"}}},
    "links": [{**LINK, "rel": "http://www.opengis.net/def/rel/ogc/1.0/execute"}],
}
STATUS = {
    "jobID": "1f6c8d1e-902c-11ef-a29c-8e55bd0a3308",
    "processID": "all",
    "type": "process",
    "status": "running",
    "message": "step 2 of 4",
    "progress": 40,
    "created": "2026-01-01T10:00:00Z",
    "started": "2026-01-01T10:00:01Z",
    "updated": "2026-01-01T10:00:05.123Z",
    "finished": None,
    "exception": {"type": "x", "title": "t", "detail": "d"},
    "links": [
        {**LINK, "rel": "monitor"},
        {"href": "/temp/a.log", "rel": "related", "title": "Tool log a_2.log"},
    ],
}
STAC_ITEM = {
    **ITEM,
    "collection": "s2",
    "properties": {
        "datetime": None,
        "start_datetime": "2026-01-01T10:00:00Z",
        "end_datetime": "2026-01-02T10:00:00Z",
        "eo:cloud_cover": 12.5,
        "gsd": 10,
        "proj:epsg": 32610,
        "proj:shape": [10, 10],
        "title": "One",
    },
    "links": [{"rel": "self", "href": "items/one"}, {"rel": "collection", "href": "."}],
    "assets": {
        "thumb": {"href": "t.png", "type": "image/png", "roles": ["thumbnail"]},
        "data": {
            "href": f"{HERE}/a.tif",
            "type": "image/tiff; application=geotiff",
            "roles": ["data"],
            "file:size": 1024,
            "proj:bbox": [1, 2, 3, 4],
        },
    },
}
ITEMS = {
    "type": "FeatureCollection",
    "features": [STAC_ITEM, {**ITEM, "id": "two"}],
    "numberMatched": 2,
    "context": {"matched": 2},
    "links": [
        {
            "rel": "next",
            "href": f"{HERE}/search",
            "method": "POST",
            "body": {"token": "t"},
            "merge": True,
        }
    ],
}
CATALOG = {
    "type": "Catalog",
    "stac_version": "1.0.0",
    "id": "root",
    "title": "Example",
    "conformsTo": ["https://api.stacspec.org/v1.0.0/item-search#query"],
    "links": [
        {"rel": "search", "href": "search", "method": "POST"},
        {"rel": "data", "href": "collections"},
    ],
}
COLLECTIONS = {
    "collections": [
        {"type": "Collection", "id": "s2", "title": "S", "links": [], "extent": {}}
    ],
    "links": [],
}
OPENAPI = {
    "openapi": "3.0.3",
    "paths": {"/": {"get": {"security": [{"key": []}]}}},
    "security": [{"oidc": ["read"]}, {}],
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "basic": {"type": "http", "scheme": "basic"},
            "oidc": {"type": "openIdConnect", "openIdConnectUrl": f"{HERE}/oidc"},
            "oauth": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"a": ""}}},
            },
        }
    },
}
_LITTLE = {
    "landing": [
        {"title": "T", "description": "D", "links": [LINK, {**LINK, "rel": "next"}]},
        {"conformsTo": ["http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"]},
    ],
    "processes": [{"processes": [DESCRIPTION], "links": [{**LINK, "rel": "next"}]}],
    "description": [DESCRIPTION],
    "form": [DESCRIPTION, *(example.process for example in EXAMPLES)],
    "status": [STATUS, {"jobs": [STATUS], "links": [LINK], "numberMatched": 9}],
    "panel": [STATUS, {**STATUS, "status": "failed"}],
    "results": [
        {"out": 1, "items": {"value": ITEMS}},
        ITEMS,
        *(s.body for s in result_shapes.values() if not isinstance(s.body, bytes)),
    ],
    "refusal": [
        {"type": f"{HERE}/no-such-job", "title": "T", "status": 404, "detail": "D"},
        {"code": "NoSuchJob", "description": "D", "exceptions": [{"text": "T"}]},
    ],
    "request": [
        {
            "inputs": {"word": ["a", "b"], "box": {"bbox": [1, 2, 3, 4], "crs": "x"},
                       "many": [{"href": "http://x"}], "count": {"value": 4}},
            "outputs": {"out": {"transmissionMode": "value", "format": {}}},
            "response": "document",
            "subscriber": {"successUri": f"{HERE}/s"},
        }
    ],
    "headers": [{}],
    "stac": [STAC_ITEM, ITEMS, CATALOG, COLLECTIONS],
    "map": [ITEMS, [STAC_ITEM], STAC_ITEM],
    "openapi": [OPENAPI],
    "package": [
        {
            "processDescription": {"id": "p", "version": "1", "inputs": {}},
            "executionUnit": [{"href": f"{HERE}/p.cwl", "type": "application/cwl"}],
        },
        {
            "cwlVersion": "v1.2",
            "class": "CommandLineTool",
            "id": "p",
            "baseCommand": "true",
            "inputs": {"a": {"type": "string?", "default": 1}},
            "outputs": [],
        },
    ],
}  # fmt: skip


@cache
def samples(kind):
    """Documents of a kind: our own, and recorded ones where they are."""
    folder = CORPUS / _FOLDERS[kind] if kind in _FOLDERS else None
    paths = sorted(folder.glob("*.json")) if folder else []
    texts = [path.read_text("utf-8") for path in paths]
    recorded = [json.loads(text) for text in texts if len(text) < 60_000]
    recorded = [one["body"] if isinstance(one, dict) and set(one) == {"status", "body"}
                else one for one in recorded]  # fmt: skip
    return [*_LITTLE[kind], *recorded]


def sample(kind, random):
    """One of them; half of the time one of our own, so that each is seen often."""
    return random.choice(_LITTLE[kind] if random.random() < 0.5 else samples(kind))
