"""Servers that cannot run here: their dialects, with the documents they have given.

What was recorded is read from the folder of recorded documents when a test runs. What
was not is made by the rules of the dialect.
"""

from __future__ import annotations

import json

from dialects import Dialect

TUTORIAL_INPUTS = {
    "stac_items": ["https://a.test/S2B_10TFK_20210713_0_L2A"],
    "aoi": "-121.399,39.834,-120.74,40.472",
    "epsg": "EPSG:4326",
    "bands": ["green", "nir"],
}
# Where untyped results of MAAP are, which may be STAC and are looked at.
ELSEWHERE = "http://example.s3.amazonaws.com", "https://s3.console.aws.amazon.com"


def dialects(corpus):
    """The dialects by the names of the servers."""

    def load(path):
        text = (corpus / path).read_text("utf-8")
        for elsewhere in ELSEWHERE:  # tests stay on this machine; nobody listens there
            text = text.replace(elsewhere, "http://127.0.0.1:9")
        document = json.loads(text)
        # Captures of a running server keep the status code beside the document.
        return document["body"] if set(document) == {"status", "body"} else document

    eodh = Dialect(
        name="EODH and EOEPCA",
        base="/api/catalogue/stac/catalogs/user/catalogs/ws",
        process="water-bodies",
        id_keys=("id", "jobID"),
        progress="while running",
        logs="related",
        errors="zoo",
        paging="repeated",
        bad_inputs=0,
        deploy="201",
        modes="async",
        recorded={
            "description": load(
                "process-descriptions/eoap-zoo__water-bodies--describe-process.json"
            ),
            "results": load("results/eoepca-guide__notebook-cell19.json"),
            "error/no-such-job": load(
                "exceptions/eoepca-client__notebook05-no-such-job.json"
            ),
        },
    )
    maap = Dialect(
        name="MAAP",
        base="/api/ogc",
        accepted=202,
        location="",
        progress="null",
        modes="async",
        dismiss=202,
        errors="detail",
        paging="",
        recorded={
            # Its links leave out what stands before its own path.
            "status/accepted": load("status/maap__execute-response-shape.json"),
            "results": load("results/maap__results-shape.json"),
            "description": {
                "id": "say",
                "title": "Say",
                "jobControlOptions": [],
                "inputs": {"word": {"title": "word", "type": "text"}},
            },
        },
    )
    return {
        "eodh": eodh,
        "maap": maap,
        "cads": Dialect(
            name="Climate Data Store",
            base="/api/retrieve/v1",
            words=("accepted", "running", "successful", "rejected", "dismissed"),
            progress="",
            modes="async",
            paging="cursor",
            results="asset",
        ),
        "geoserver": Dialect(
            name="GeoServer",
            base="/ogc/processes/v1",
            accepted_body="empty",
            paging="none",
            errors="rfc",
        ),
        "draft": Dialect(
            name="2.0 draft",
            id_keys=("id",),
            relation="[ogc-rel:{}]",
            logs="ogc-rel",
            results="text",
        ),
    }
