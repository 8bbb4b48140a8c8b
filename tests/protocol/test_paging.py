"""Where the next page is, in each way that servers say it or do not."""

from __future__ import annotations

import pytest

from ogc_widgets.errors import DialectWarning
from ogc_widgets.protocol.documents.paging import next_url, read_page
from ogc_widgets.protocol.links import Link

URL = "http://srv.test/jobs?limit=3"
NEXT = "http://srv.test/jobs?page=2"


def after(said, *, loaded=3, limit=3, url=URL, header=(), jobs="abc"):
    page = read_page({"jobs": list(jobs), **said}, "jobs", url)
    return next_url(page, header, loaded=loaded, limit=limit)


@pytest.mark.parametrize(
    "said",
    [
        {"links": [{"rel": "next", "href": NEXT}]},
        {"links": {"next": NEXT}},
        {"links": {"next": {"href": "/jobs?page=2"}}},
        {"next": NEXT},
        {"next": {"href": "?page=2"}},
    ],
)
def test_next_page_is_where_the_document_says(said):
    assert after(said) == (NEXT, True)


@pytest.mark.parametrize(
    "name", ["cursor", "nextCursor", "next_cursor", "nextPageToken", "next_page_token"]
)
def test_next_page_is_asked_for_with_the_cursor_of_this_one(name):
    assert after({name: "a b"}) == (f"{URL}&cursor=a+b", True)
    assert after({name: None, "total": 3}) == ("", False)


def test_next_page_is_where_the_header_says_even_as_a_page_for_people():
    header = [Link(NEXT, "next", "text/html")]
    assert after({}, header=header) == (NEXT, True)
    assert after({}, header=header, jobs="") == ("", True)


@pytest.mark.parametrize(
    "name", ["numberTotal", "numberMatched", "total", "totalCount", "count"]
)
def test_next_page_is_guessed_when_the_total_is_larger_than_what_came(name):
    guess = f"{URL}&offset=3&skip=3"
    assert after({name: 4}) == (guess, False)
    assert after({name: 3}) == ("", False)
    assert after({name: 4}, loaded=4) == ("", False)


@pytest.mark.parametrize(
    ("count", "limit", "is_more"),
    [(10, None, True), (9, None, False), (9, 9, True), (8, 9, False), (1000, 9, True)],
)
def test_full_page_is_followed_by_another_where_no_total_is_said(count, limit, is_more):
    found, said = after({}, jobs="x" * count, loaded=count, limit=limit)
    assert (found, said) == (f"{URL}&offset={count}&skip={count}" * is_more, False)


def test_page_number_is_counted_on():
    assert after({"total": 9, "page": 4}) == (f"{URL}&page=5", False)
    url = "http://srv.test/jobs?page=7"
    assert after({"total": 9}, url=url) == ("http://srv.test/jobs?page=8", False)


def test_list_alone_or_under_another_name_is_told():
    with pytest.warns(DialectWarning, match="jobs are a bare list"):
        page = read_page(["a"], "jobs", URL)
    assert (page.entries, page.total, page.url) == (["a"], None, URL)
    with pytest.warns(DialectWarning, match="no member 'jobs'"):
        page = read_page({"items": ["a"], "total": 7}, "jobs", URL)
    assert (page.entries, page.total) == ([], 7)
