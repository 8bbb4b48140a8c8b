"""What is kept has no secrets: keys in links, and inputs described as secret."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ogc_widgets.protocol import Process
from ogc_widgets.protocol.secrets import (
    secret_inputs,
    secret_texts,
    shown_inputs,
    to_keep,
    why_it_ended,
)


@pytest.mark.parametrize(
    "link",
    [
        "/files/a.tif?token=k-12345",  # as servers write links to themselves
        "a.tif?page=2&sig=k-12345",
        "https://h/a.tif?jwt=k-12345",
        "https://u:k-12345@h/a.tif",
    ],
)
def test_no_form_of_a_link_keeps_its_key(link):
    assert "k-12345" not in str(to_keep({"links": [{"href": link}]}))


def test_other_queries_stay():
    for text in ("/items?limit=10&page=2", "Which year?2021 or 2022", "a?b"):
        assert to_keep([text]) == [text]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("X-Amz-Date=20260704T100000Z&X-Amz-Expires=3600", "for one hour, until 11:00"),
        ("X-Goog-Date=20260702T100000Z&X-Goog-Expires=259",
         "for 259 seconds, until 02 July 10:04"),
        ("Expires=1783162800&Signature=x", "until 11:00"),
        ("Expires=1783162800&Key-Pair-Id=x", "until 11:00"),
        ("se=2026-07-04T11:00:00Z&sig=x", "until 11:00"),
        ("se=2026-07-03&sig=x", "until 03 July 00:00"),
    ],
)  # fmt: skip
def test_link_says_until_when_it_was_signed(query, said):
    now = datetime(2026, 7, 4, 12, tzinfo=UTC)
    words = why_it_ended(f"https://h.test/a.tif?{query}", now)
    assert words == (
        f"The link has run out: it was signed {said} UTC. Ask for the results again."
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("se=2026-07-04T13:00:00Z&sig=x", ""),
        ("se=2026-07-04T11:00:00Z", "The link may have run out. "),
        ("Expires=1783162800", "The link may have run out. "),
        ("X-Amz-Date=20260704T100000Z", "The link may have run out. "),
        ("X-Amz-Date=today&X-Amz-Expires=3600", "The link may have run out. "),
    ],
)
def test_link_that_is_not_known_to_have_run_out_is_not_said_to(query, said):
    now = datetime(2026, 7, 4, 12, tzinfo=UTC)
    words = why_it_ended(f"https://h.test/a.tif?{query}", now)
    assert words == f"{said}Ask for the results again."


def process(**inputs):
    return Process.from_json({"id": "p", "inputs": inputs})


def test_description_says_what_is_secret_and_its_values_do_not():
    said = process(
        a={"schema": {"type": "string", "format": "password"}},
        b={"schema": {"type": "integer", "writeOnly": True}},
        c={"schema": {"properties": {"default": {"format": "password"}}}},
        d={"schema": {"type": "string", "enum": ["password", "none"]}},
        e={"schema": {"type": "string", "default": "password"}},
    )
    assert secret_inputs(said) == {"a", "b", "c"}
    by_name = process(
        password={"schema": {"type": "string"}},
        x={"title": "API key", "schema": {"type": ["string", "null"]}},
        store={"schema": {"properties": {"accessToken": {"type": "string"}}}},
        token={"schema": {"type": "string", "default": "none"}},
        token_url={"schema": {"type": "string"}},
    )
    assert secret_inputs(by_name) == {"password", "x", "store"}
    assert secret_inputs(None) == frozenset()
    inputs = {"a": "hunter2", "b": 5, "c": {"default": ["x"]}, "d": "none"}
    shown = shown_inputs(inputs, said)
    assert shown == {**dict.fromkeys("abc", "***"), "d": "none"}
    assert secret_texts(inputs, said) == {"hunter2", "x"}
