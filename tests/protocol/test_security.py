"""What a server says about signing in, with literals in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogc_widgets.protocol.security import (
    Way,
    offered,
    read_challenges,
    resource_metadata_url,
    ways_of_challenges,
    ways_of_openapi,
    ways_of_resource_metadata,
)

TOKEN, PASSWORD = Way("token"), Way("password")


@pytest.mark.parametrize(
    ("value", "schemes"),
    [
        ("Bearer", ["bearer"]),
        ('Basic realm="a"', ["basic"]),
        ('Bearer realm="a, Basic realm=b", Basic realm="c"', ["bearer", "basic"]),
        ('Bearer realm="say \\"hi\\", all", error=invalid_token', ["bearer"]),
        ("Basic, Bearer", ["basic", "bearer"]),
        ('Newauth realm="x", type=1, title="Login", Basic realm="s"',
         ["newauth", "basic"]),
        ("", []),
    ],
)  # fmt: skip
def test_challenges_are_told_apart(value, schemes):
    assert [challenge.scheme for challenge in read_challenges(value)] == schemes


def test_parameters_of_a_challenge_are_read():
    (challenge,) = read_challenges('Bearer realm="say \\"hi\\"", Error=invalid_token')
    assert challenge.parameters == {"realm": 'say "hi"', "error": "invalid_token"}


@given(st.text(max_size=200))
def test_any_header_is_read_without_an_exception(value):
    list(ways_of_challenges(read_challenges(value)))


def test_hostile_header_is_read_in_time():
    value = "Basic " + 'a="' * 3_000 + ", " * 3_000
    assert len(read_challenges(value)) <= 3_001


@pytest.mark.parametrize(
    ("scheme", "way"),
    [
        ({"type": "http", "scheme": "bearer"}, TOKEN),
        ({"type": "http", "scheme": "Basic"}, PASSWORD),
        ({"type": "basic"}, PASSWORD),
        ({"type": "apiKey", "in": "header", "name": "X-Key"},
         Way("api-key", header="X-Key")),
        ({"type": "apiKey", "in": "header", "name": "Authorization"}, TOKEN),
        ({"type": "apiKey", "in": "query", "name": "key"}, None),
        ({"type": "oauth2", "flows": {}}, TOKEN),
        ({"type": "openIdConnect",
          "openIdConnectUrl": "https://a.test/r/.well-known/openid-configuration"},
         Way("device", issuer="https://a.test/r")),
        ({"type": "openIdConnect", "openIdConnectUrl": "javascript:x"}, TOKEN),
        ({"type": "mutualTLS"}, None),
        ({"type": ["http"]}, None),
        ("nonsense", None),
    ],
)  # fmt: skip
def test_security_scheme_is_read(scheme, way):
    document = {"components": {"securitySchemes": {"one": scheme}}}
    assert list(ways_of_openapi(document)) == ([way] if way else [])
    assert list(ways_of_openapi({"securityDefinitions": {"one": scheme}})) == (
        [way] if way else []
    )


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"components": 7}, {"components": {"securitySchemes": []}}],
)
def test_document_without_schemes_names_none(document):
    assert list(ways_of_openapi(document)) == []


def test_sign_in_servers_are_read_from_resource_metadata():
    challenges = read_challenges(
        'Bearer resource_metadata="https://srv.test/.well-known/x"'
    )
    assert resource_metadata_url(challenges) == "https://srv.test/.well-known/x"
    assert resource_metadata_url(read_challenges("Bearer")) == ""
    document = {"authorization_servers": ["https://login.test/", "javascript:x", 7]}
    (way,) = ways_of_resource_metadata(document)
    assert way == Way("device", issuer="https://login.test")
    assert list(ways_of_resource_metadata({"authorization_servers": 7})) == []


@pytest.mark.parametrize(
    ("ways", "shown"),
    [
        ([], ["token", "password"]),
        ([PASSWORD, TOKEN, PASSWORD], ["token", "password"]),
        ([Way("device", issuer="https://a.test")], ["device", "token"]),
        ([Way("api-key"), Way("api-key", header="X")], ["api-key"]),
        ([Way("api-key", header=f"X-{n}") for n in range(20)], ["api-key"] * 6),
    ],
)
def test_ways_are_offered_in_order_and_each_once(ways, shown):
    assert [way.kind for way in offered(ways)] == shown
