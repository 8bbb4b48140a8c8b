"""Documents that are read quickly say the same as those that are read exactly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogc_widgets.protocol import wire
from ogc_widgets.protocol.notices import heard, silent
from ogc_widgets.protocol.wire import read_quickly

NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,22})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)
WORDS = st.sampled_from(
    ["true", "false", "null", "NaN", "-0", "-0.0", '":x"',
     '"a\\":b"', '" :"', '"x\\\\"',
     '"\\ud800"', '"\\ud83d\\ude00"', '"é"', '"9e1234"', '"12345678901234567890"', '""']
)  # fmt: skip
NAMES = st.sampled_from(['"a"', '"b"', '"a" ', '"\\u0061"', '":"', '"c":\n'])
BLANKS = st.sampled_from(["", " ", "\n", "\t"])


def joined(parts):
    return st.builds("".join, st.tuples(*parts))


def within(inner):
    members = joined(
        [NAMES.map(lambda name: f"{name.rstrip(': ')}"), BLANKS, st.just(":"), inner]
    )
    return st.lists(inner, max_size=3).map(lambda one: f"[{','.join(one)}]") | st.lists(
        members, max_size=3
    ).map(lambda one: f"{{{', '.join(one)}}}")


DOCUMENTS = st.recursive(NUMBERS | WORDS, within, max_leaves=8)


@given(DOCUMENTS, BLANKS)
def test_same_is_read_in_both_ways(text, blank):
    body = f"{blank}{text}{blank}".encode()
    quick = read_quickly(body)
    if quick is None:
        return
    with silent(), heard() as notices:
        exact = wire.parse_json(body.decode())  # a text is always read exactly
    assert repr(exact) == repr(quick[0])
    assert not notices, "what there is something to say about is never read quickly"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}', "18446744073709551616", "[1.10000000000000000001]", "[NaN]",
        "[1e400]", "[1e-400]", '["\\ud800"]', "{",
        '\ufeff{"a": 1}', "[" * 70 + 70 * "]",
        "[123456789012345678e5]", '{"a" : 1, "a": ":"}',
    ],
)  # fmt: skip
def test_what_would_be_lost_is_read_exactly(text):
    assert read_quickly(text.encode()) is None


def test_usual_documents_are_read_quickly():
    """Coordinates with all digits of a double, times, addresses and checksums."""
    document = {
        "type": "Feature",
        "id": "S2B_10TFK_20210713_0_L2A",
        "bbox": [-121.28309999999999, 0.012345678901234567, 2**53 - 1, 1e-7],
        "properties": {"datetime": "2021-07-13T19:03:24.123456Z", "a:b": None},
        "links": [{"href": "https://example.org/a?b=c:d", "checksum": "12209e1234ab"}],
    }
    for body in (json.dumps(document), json.dumps(document, indent=2)):
        assert read_quickly(body.encode()) == (document,)
