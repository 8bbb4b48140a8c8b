"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from ogc_widgets.patterns import pattern


def test_pattern_does_what_a_compiled_one_does() -> None:
    words = pattern(r"(\w+) job", re.IGNORECASE)

    found = [words.search("One JOB"), words.search("no such thing")]

    assert [one and one[1] for one in found] == ["One", None]
    assert words.sub("-", "one job, two job") == "-, -"
    assert pattern(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_pattern_is_compiled_when_it_is_used() -> None:
    faulty = pattern("(")

    with pytest.raises(re.error):
        faulty.search("")
