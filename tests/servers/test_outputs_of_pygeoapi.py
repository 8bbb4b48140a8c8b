"""Outputs that are not plain JSON, from the real pygeoapi."""

from __future__ import annotations

import math
import os

import pytest
from real_servers import MissingServerError

from ogc_widgets import Client
from ogc_widgets.errors import DialectWarning

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def client(started):
    try:
        server = started("pygeoapi")
    except MissingServerError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with Client(server.url) as client:
        yield client


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_picture_is_given_as_bytes(client, mode, tmp_path):
    job = client.execute("picture", {}, mode=mode).wait(60)
    results = job.results()
    assert results.outputs == {"picture": PNG}
    assert job.output("picture") is results.outputs["picture"]
    (path,) = results.download(tmp_path)
    assert path.name == "picture.png"
    assert path.read_bytes() == PNG


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_output_named_features_is_the_collection(client, mode):
    job = client.execute("features", {}, mode=mode).wait(60)
    wanted = {"features": {"type": "FeatureCollection", "features": []}}
    assert job.results().outputs == wanted
    if mode == "async":
        with Client(client.url) as other:
            assert other.job(job.id).results().outputs == wanted


def test_number_that_json_does_not_have_is_read_with_a_warning(client):
    job = client.execute("mean", {}, mode="async").wait(60)
    with pytest.warns(DialectWarning, match="NaN"):
        results = job.results()
    assert math.isnan(results.outputs["mean"])
