from __future__ import annotations

import pytest

from ogc_widgets.client import Client
from ogc_widgets.client.http.address import clean_url, find_resources, outer_urls
from ogc_widgets.errors import InputError
from ogc_widgets.protocol import LandingPage


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("http://srv.test/acme/ogc-api/", "http://srv.test/acme/ogc-api"),
        (" <https://srv.test> ", "https://srv.test"),
        ("HTTPS://srv.test/?f=html#top", "https://srv.test"),
        ("localhost:8080/acme/ogc-api", "http://localhost:8080/acme/ogc-api"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("demo.example.org/ogc", "https://demo.example.org/ogc"),
        ("http://[::1]:8080/api", "http://[::1]:8080/api"),
    ],
)
def test_address_is_understood_when_written_in_any_way(written, used):
    typed = clean_url(written)
    assert (typed.url, typed.user, typed.params) == (used, None, {})


def test_user_is_taken_out_of_the_address():
    typed = clean_url("https://me:p%40ss@srv.test/api")
    assert (typed.url, typed.user) == ("https://srv.test/api", ("me", "p@ss"))


@pytest.mark.parametrize(
    "written",
    ["", "   ", None, 7, "ftp://srv.test", "file:///etc", "http://", "javascript:x",
     "http://a b/"],
)  # fmt: skip
def test_address_is_refused_when_it_is_none(written):
    with pytest.raises(InputError):
        Client(written)


@pytest.mark.parametrize(
    ("url", "outer"),
    [
        ("http://a.test/api/processes", [("http://a.test/api", "")]),
        ("http://a.test/api/processes/x", [("http://a.test/api", "x")]),
        ("http://a.test/api/processes/x.html", [("http://a.test/api", "x")]),
        ("http://a.test/api/processes/a%20b/execution", [("http://a.test/api", "a b")]),
        (
            "http://a.test/api/processes/x/jobs",
            [("http://a.test/api/processes/x", ""), ("http://a.test/api", "x")],
        ),
        ("http://a.test/api/jobs/1/results", [("http://a.test/api", "")]),
        ("http://a.test/conformance.html", [("http://a.test", "")]),
        ("http://a.test/ogc/processes/v1", [("http://a.test/ogc", "v1")]),
        (
            "http://a.test/ogc/processes/v1/processes/x",
            [("http://a.test/ogc/processes/v1", "x"), ("http://a.test/ogc", "v1")],
        ),
        ("http://a.test/acme", []),
    ],
)
def test_landing_page_is_found_above_when_another_resource_is_given(url, outer):
    assert outer_urls(url) == outer


def test_links_are_followed_before_paths_when_they_stay_on_the_server():
    page = LandingPage.from_json(
        {
            "links": [
                {"rel": "processes", "href": "/v1/process-list"},
                {"rel": "http://www.opengis.net/def/rel/ogc/1.0/job-list",
                 "href": "https://evil.example.org/jobs"},
                {"rel": "conformance", "href": "/c?f=html", "type": "text/html"},
                {"rel": "conformance", "href": "/c", "type": "application/json"},
            ]
        },
        "https://srv.test/acme",
    )  # fmt: skip
    found = find_resources("https://srv.test/acme", page)
    assert found.processes_url == "https://srv.test/v1/process-list"
    assert found.jobs_url == "https://srv.test/acme/jobs"
    assert found.conformance_url == "https://srv.test/c"
