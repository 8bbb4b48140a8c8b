"""What is kept has no secrets: keys in links, and inputs described as secret."""

from __future__ import annotations

import pytest

from ogc_widgets.protocol import Process
from ogc_widgets.protocol.secrets import (
    secret_inputs,
    secret_texts,
    shown_inputs,
    to_keep,
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
    assert secret_inputs(None) == frozenset()
    inputs = {"a": "hunter2", "b": 5, "c": {"default": ["x"]}, "d": "none"}
    shown = shown_inputs(inputs, said)
    assert shown == {**dict.fromkeys("abc", "***"), "d": "none"}
    assert secret_texts(inputs, said) == {"hunter2", "x"}
