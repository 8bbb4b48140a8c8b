from __future__ import annotations

import httpx
import pytest

from ogc_widgets.protocol.links import (
    Rebase,
    absolute,
    find_link,
    header_links,
    is_private_host,
    origin,
    read_links,
    relation_tail,
    same_origin,
    without_query,
)

BASE = "https://srv.test/acme/ogc-api"


@pytest.mark.parametrize(
    ("rel", "tail"),
    [
        ("http://www.opengis.net/def/rel/ogc/1.0/results", "results"),
        ("[ogc-rel:results]", "results"),
        ("[ogc-rel:log]", "log"),
        ("ogc-rel:job-list", "job-list"),
        ("monitor", "monitor"),
        ("http://www.opengis.net/def/rel/ogc/1.0/execute/", "execute"),
        ("", ""),
    ],
)
def test_relations_are_the_same_when_their_tails_are(rel, tail):
    assert relation_tail(rel) == tail


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "\tjavascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
        "file:///etc/passwd", "vbscript:x", "http://srv\\@evil.test/", "http://", "",
        "http://[::1", None, 7, "x" * 10_000, "mailto:a@b.c", "http://a:0/",
    ],
)  # fmt: skip
def test_address_is_no_link_when_it_is_hostile_or_broken(href):
    assert absolute(href, BASE + "/jobs/1") == ""


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("/ogc/jobs/1", "https://srv.test/ogc/jobs/1"),
        ("2/results", "https://srv.test/acme/ogc-api/jobs/2/results"),
        ("//cdn.test/x", "https://cdn.test/x"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("http://a.test/a b", "http://a.test/a%20b"),
    ],
)
def test_address_is_resolved_when_relative(href, whole):
    assert absolute(href, BASE + "/jobs/1") == whole


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://srv.test", "https://SRV.test:443/x", True),
        ("https://srv.test.", "https://srv.test", True),
        ("http://srv.test:80/", "http://srv.test/", True),
        ("https://bücher.test", "https://xn--bcher-kva.test", True),
        ("https://BÜCHER.test", "https://bücher.test", True),
        # Two names since IDNA 2008; the older rules make them one.
        ("https://faß.test", "https://fass.test", False),
        ("https://faß.test", "https://xn--fa-hia.test", True),
        ("https://βόλος.test", "https://βόλοσ.test", False),
        ("https://srv.test", "https://srv.test.evil.com", False),
        ("https://srv.test", "https://srv.test@evil.com", False),
        ("https://user@srv.test", "https://srv.test", True),
        ("https://srv.test", "http://srv.test", False),
        ("https://srv.test", "https://srv.test:8443", False),
        ("https://srv.test", "https://srv.test\\@evil.com", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_origin_is_the_triple_when_compared(one, other, same):
    assert same_origin(one, other) is same


@pytest.mark.parametrize(
    ("base", "own", "href", "used"),
    [
        # The tutorial's server calls itself localhost:8080.
        (BASE, "", "http://localhost:8080/acme/temp/x/node_crop.log",
         "https://srv.test/acme/temp/x/node_crop.log"),
        (BASE, "http://localhost:8080/acme/ogc-api/",
         "http://localhost:8080/acme/ogc-api/jobs/1",
         "https://srv.test/acme/ogc-api/jobs/1"),
        # A cluster service name, with a port-forward in use.
        ("http://127.0.0.1:9000/acme/ogc-api", "",
         "http://zoo-project-dru-service/acme/temp/l.log",
         "http://127.0.0.1:9000/acme/temp/l.log"),
        # A proxy with a prefix in front (a hub).
        ("https://hub.test/user/jo/proxy/8080/acme/ogc-api",
         "http://localhost:8080/acme/ogc-api",
         "http://localhost:8080/acme/temp/l.log?x=1",
         "https://hub.test/user/jo/proxy/8080/acme/temp/l.log?x=1"),
        ("https://hub.test/user/jo/proxy/8080/acme/ogc-api",
         "https://hub.test/acme/ogc-api", "https://hub.test/acme/ogc-api/jobs/1",
         "https://hub.test/user/jo/proxy/8080/acme/ogc-api/jobs/1"),
        # The server's public name, while a tunnel is in use.
        ("http://127.0.0.1:9000/ogc-api", "https://zoo.example.org/ogc-api",
         "https://zoo.example.org/ogc-api/jobs/1",
         "http://127.0.0.1:9000/ogc-api/jobs/1"),
        ("https://hub.test/user/jo/proxy/8080", "http://localhost:8080",
         "https://hub.test/files/x.log", "https://hub.test/files/x.log"),
        # Reachable elsewhere: left alone.
        (BASE, "", "https://s3.example.org/logs/x.log",
         "https://s3.example.org/logs/x.log"),
        (BASE, "", "s3://bucket/x", "s3://bucket/x"),
        (BASE, "", "https://srv.test/other", "https://srv.test/other"),
    ],
)  # fmt: skip
def test_link_comes_back_to_the_address_in_use_when_only_the_server_reaches_it(
    base, own, href, used
):
    assert Rebase(base, own)(href) == used


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("http://localhost:8080/", True),
        ("http://169.254.169.254/latest", True),
        ("http://10.0.0.3/", True),
        ("http://[::1]/", True),
        ("http://minio.svc.cluster.local/", True),
        ("http://zoo-service/", True),
        ("http://minio.default.svc/", True),
        ("http://minio.cluster/", True),
        ("http://metadata.google.internal/", True),
        ("http://0x7f.1/", True),
        ("https://example.org/", False),
        ("https://8.8.8.8/", False),
    ],
)
def test_host_is_private_when_only_neighbours_reach_it(url, is_private):
    assert is_private_host(url) is is_private


def test_links_are_read_when_they_are_a_mapping():
    links = read_links({"links": {"next": "/jobs?page=1"}}, "https://srv.test/jobs")
    assert [(link.rel, link.href) for link in links] == [
        ("next", "https://srv.test/jobs?page=1")
    ]


def test_json_is_preferred_when_a_relation_has_several_links():
    rel = "http://www.opengis.net/def/rel/ogc/1.0/results"
    links = read_links(
        [
            {"rel": rel, "href": "http://a.test/r?f=html", "type": "text/html"},
            {"rel": rel, "href": "http://a.test/r", "type": "application/x"},
            {"rel": rel, "href": "http://a.test/r?f=json", "type": "application/json"},
        ]
    )
    found = find_link(links, "results")
    assert found is not None
    assert found.href == "http://a.test/r?f=json"


def test_link_header_is_read_when_it_has_several_links():
    links = header_links(
        '<http://a.test/jobs/1>; rel="monitor", </jobs/1/results/out>; rel=out; '
        'type="image/tiff; application=geotiff"',
        "http://a.test/processes/x/execution",
    )
    assert [(link.rel, link.href, link.type) for link in links] == [
        ("monitor", "http://a.test/jobs/1", ""),
        ("out", "http://a.test/jobs/1/results/out", "image/tiff; application=geotiff"),
    ]


def test_message_has_no_secret_when_the_address_has_one():
    shown = without_query("https://me:pw@srv.test/p?sig=abc#frag")
    assert shown == "https://srv.test/p"


@pytest.mark.parametrize(
    "host",
    ["srv.test", "SRV.Test", "faß.test", "βόλος.test", "bücher.test", "127.0.0.1",
     "[::1]", "xn--fa-hia.test", "日本.test", "ﬀ.test", "a_b.test"],
)  # fmt: skip
def test_host_of_an_origin_is_what_the_http_library_connects_to(host):
    url = f"https://{host}/x"
    try:
        connected = httpx.URL(url).raw_host.decode("ascii")
    except httpx.InvalidURL:
        assert origin(url) is None
    else:
        assert origin(url)[1] == connected
