"""What the libraries for a cluster make of what they are given, in an own environment.

    .../python kubernetes_types.py manifests   documents -> as their types know them
    .../python kubernetes_types.py options     Toil's arguments -> options of Kubernetes

Reads JSON and prints JSON.
"""

from __future__ import annotations

import json
import sys


def manifests(documents):
    from kubernetes import client

    api = client.ApiClient()
    return [
        api.sanitize_for_serialization(_read(client, api, each)) for each in documents
    ]


def _read(client, api, document):
    version = document["apiVersion"].rpartition("/")[2].capitalize()
    kind = getattr(client, f"{version}{document['kind']}")
    # What is required must be there, and what is not known is left out.
    return api.deserialize(json.dumps(document), kind, "application/json")


def options(line):
    from toil.cwl.cwltoil import get_options

    found = get_options(line)
    return {
        "owner": found.kubernetes_owner,
        "host_path": found.kubernetes_host_path,
        "batch_system": found.batchSystem,
    }


if __name__ == "__main__":
    answer = {"manifests": manifests, "options": options}[sys.argv[1]](
        json.load(sys.stdin)
    )
    print(json.dumps(answer))  # noqa: T201 - for the test
