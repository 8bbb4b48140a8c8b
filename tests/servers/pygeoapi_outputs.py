"""Processes for pygeoapi whose outputs are not plain JSON.

They run inside of pygeoapi, which finds them by their dotted names on the Python path.
"""

from __future__ import annotations

import math

from pygeoapi.process.base import BaseProcessor

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
FEATURES = {"type": "FeatureCollection", "features": []}


def _described(process_id, output_id, schema):
    return {
        "version": "1.0.0",
        "id": process_id,
        "title": process_id,
        "description": f"Gives {output_id}.",
        "jobControlOptions": ["sync-execute", "async-execute"],
        "keywords": [],
        "links": [],
        "inputs": {},
        "outputs": {output_id: {"title": output_id, "schema": schema}},
        "example": {"inputs": {}},
    }


class _Gives(BaseProcessor):
    description: dict
    answer: tuple

    def __init__(self, definition):
        super().__init__(definition, self.description)
        self.supports_outputs = True

    def execute(self, data, outputs=None):
        return self.answer


class Picture(_Gives):
    """Bytes, which pygeoapi cannot put into a document."""

    description = _described(
        "picture", "picture", {"type": "string", "contentMediaType": "image/png"}
    )
    answer = "image/png", PNG


class Features(_Gives):
    """An output that is called like a member of what it is."""

    description = _described(
        "features",
        "features",
        {"type": "object", "contentMediaType": "application/geo+json"},
    )
    answer = "application/geo+json", FEATURES


class Mean(_Gives):
    """A number that JSON does not have."""

    description = _described("mean", "mean", {"type": "number"})
    answer = "application/json", {"id": "mean", "value": math.nan}
