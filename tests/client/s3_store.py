"""A real object store on this machine for the tests: moto's server."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if sys.modules.get("boto3", sys) is None:
    del sys.modules["boto3"]  # kept from all others by guard/sitecustomize.py

import boto3
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_ID = "AKIAEXAMPLE"
SECRET = "not-a-real-secret"


@contextmanager
def store_with(bucket: str, objects: dict[str, bytes]) -> Iterator[str]:
    """Run a store that holds some objects; yields its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(Bucket=bucket)
        for key, content in objects.items():
            client.put_object(Bucket=bucket, Key=key, Body=content)
        client.close()
        yield endpoint
    finally:
        server.stop()
