"""docs/servers.md says what the tests above it in this run have seen.

``make servers`` (OGCW_WRITE_SERVERS=1) writes the page instead of comparing it.
"""

from __future__ import annotations

import os

import pytest
from contract import VERBS
from servers_page import PAGE, in_words, page, section, without_versions
from subjects import REAL, RECORDED, REPLAYED

LISTED = (*REAL, *REPLAYED, *RECORDED)


@pytest.mark.parametrize("key", LISTED)
def test_page_says_what_was_seen(key, outcomes, subjects_seen):
    if os.environ.get("OGCW_WRITE_SERVERS"):
        pytest.skip("the page is written")
    if set(outcomes.get(key, ())) != set(VERBS):
        pytest.skip("this server was not tried with every verb in this run")
    subject = subjects_seen[key]
    text = section(subject, outcomes[key], version=in_words(subject))
    written = without_versions(PAGE.read_text(encoding="utf-8"))
    assert without_versions(text) in written, "run `make servers`"


def test_page_is_written_where_that_is_wanted(outcomes, subjects_seen):
    if not os.environ.get("OGCW_WRITE_SERVERS"):
        pytest.skip("the page is compared")
    tried = [key for key in LISTED if set(outcomes.get(key, ())) == set(VERBS)]
    assert tried == list(LISTED), "not every server was tried"
    PAGE.write_text(page([subjects_seen[key] for key in tried], outcomes), "utf-8")
