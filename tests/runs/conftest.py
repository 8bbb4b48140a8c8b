from __future__ import annotations

import gzip
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ogc_widgets.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogc_widgets.client import Job
    from ogc_widgets.lab import Lab

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


@pytest.fixture(scope="session")
def client(lab_server: Lab) -> Iterator[Client]:
    with Client(lab_server.url) as client:
        yield client


@pytest.fixture(scope="session")
def water_inputs(lab_server: Lab) -> dict[str, object]:
    return {"aoi": "-121.2,39.9,-121.1,40", "stac_items": lab_server.scenes[:1]}


@pytest.fixture(scope="session")
def water(client: Client, water_inputs: dict[str, object]) -> Job:
    """The one run of water-bodies that these tests share."""
    return client.execute("water-bodies", water_inputs).wait()


@pytest.fixture(scope="session")
def kept(water: Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It as a file, with the files of its results."""
    return water.save_run(tmp_path_factory.mktemp("kept") / "run.zip", files=True)


@pytest.fixture(scope="session")
def validate(tmp_path_factory: pytest.TempPathFactory):
    """Say what the profile's validator finds missing that the profile requires.

    The validator brings its profiles and wants only the context of RO-Crate from the
    web. Here that is in its cache before, and it is told that it is offline; what lies
    at other addresses it does not look for.
    """
    import requests
    import requests_cache
    from rocrate_validator import models, services
    from urllib3 import HTTPResponse

    cache = tmp_path_factory.mktemp("validator") / "cache"
    body = gzip.decompress(
        (Path(__file__).parent / "ro-crate-1.1-context.json.gz").read_bytes()
    )
    answer = requests.Response()
    answer.status_code, answer.url = 200, CONTEXT
    answer.headers["Content-Type"] = "application/ld+json"
    answer.request = requests.Request("GET", CONTEXT).prepare()
    answer.raw = HTTPResponse(io.BytesIO(body), status=200, preload_content=False)
    answer._content = body
    with requests_cache.CachedSession(str(cache), expire_after=-1) as session:
        session.cache.save_response(answer)

    def found(path: Path) -> list[str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries below the validator
            settings = services.ValidationSettings(
                rocrate_uri=path,
                profile_identifier="process-run-crate-0.5",
                requirement_severity=models.Severity.REQUIRED,
                offline=True,
                cache_path=cache,
                skip_availability_check=True,
            )
            result = services.validate(settings)
        return [str(issue.message) for issue in result.get_issues()]

    return found
