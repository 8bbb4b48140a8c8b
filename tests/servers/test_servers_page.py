"""docs/servers.md says what the tests above it in this run have seen.

``make servers`` (OGCW_WRITE_SERVERS=1) writes the page instead of comparing it.
"""

from __future__ import annotations

import os

import pytest
from contract import VERBS
from servers_page import PAGE, in_words, page, section, without_versions
from subjects import REAL, RECORDED, REPLAYED


def test_page_says_what_was_seen(outcomes, subjects_seen):
    whole = [
        subjects_seen[key]
        for key in (*REAL, *REPLAYED, *RECORDED)
        if set(outcomes.get(key, ())) == set(VERBS)
    ]
    if os.environ.get("OGCW_WRITE_SERVERS"):
        assert len(whole) == len({*REAL, *REPLAYED, *RECORDED}), (
            "not every server was tried"
        )
        PAGE.write_text(page(whole, outcomes), encoding="utf-8")
    if not whole:
        pytest.skip("no server was tried with every verb in this run")
    written = without_versions(PAGE.read_text(encoding="utf-8"))
    for subject in whole:
        text = section(subject, outcomes[subject.key], version=in_words(subject))
        assert without_versions(text) in written, "run `make servers`"
