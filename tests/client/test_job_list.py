"""Job lists in every dialect: paged, filtered, sorted, slow."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from raw_server import RawServer, answer, drop

from ogc_widgets.client import AsyncClient, Client
from ogc_widgets.client.http.loop import run, submit
from ogc_widgets.errors import DialectWarning, InputError, ProblemError

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
COUNT = 23
WORDS = ("successful", "failed", "running")


def job(number):
    return {
        "jobID": f"j{number}",
        "processID": "even" if number % 2 == 0 else "odd",
        "status": WORDS[number % 3],
        "message": f"message of {number}",
        "created": (START + timedelta(hours=number)).isoformat(),
    }


NEWEST_FIRST = [job(number) for number in reversed(range(COUNT))]
ALL = [one["jobID"] for one in NEWEST_FIRST]


def number(query, *names, default=0):
    return next((int(query[name]) for name in names if name in query), default)


def by_link(query, jobs, url):
    start, size = number(query, "offset"), number(query, "limit", default=10)
    links = []
    if start + size < len(jobs):
        href = f"{url}?limit={size}&offset={start + size}"
        links = [{"rel": "next", "href": href, "type": "application/json"}]
    return {"jobs": jobs[start : start + size], "links": links}


def by_mapping_of_links(query, jobs, _url):
    page, size = number(query, "page"), number(query, "limit", default=10)
    links = {}
    if (page + 1) * size < len(jobs):
        links = {"next": f"/api/jobs?page={page + 1}&limit={size}"}
    chosen = jobs[page * size : (page + 1) * size]
    return {"jobs": chosen, "total": len(jobs), "limit": size, "page": page,
            "links": links}  # fmt: skip


def by_page_number(query, jobs, url):
    return {**by_mapping_of_links(query, jobs, url), "links": []}


def by_skip(query, jobs, _url):
    start, size = number(query, "skip"), number(query, "limit", default=10)
    return {"jobs": jobs[start : start + size], "numberTotal": len(jobs)}


def by_offset_without_total(query, jobs, _url):
    start, size = number(query, "offset"), number(query, "limit", default=10)
    return {"jobs": jobs[start : start + size], "links": []}


def by_pages_that_overlap(query, jobs, url):
    """As when jobs are started while somebody turns the pages."""
    page, start = by_link(query, jobs, url), number(query, "offset")
    return {**page, "jobs": jobs[max(0, start - 1) : start] + page["jobs"]}


def by_cursor(query, jobs, _url):
    start = number({k: v.strip("c") for k, v in query.items()}, "cursor")
    end = start + min(5, number(query, "limit", default=10))
    return {"jobs": jobs[start:end], "cursor": f"c{end}" if end < len(jobs) else None}


def by_header(query, jobs, url):
    page = by_link(query, jobs, url)
    links = ", ".join(f'<{one["href"]}>; rel="next"' for one in page.pop("links"))
    return page, {"Link": links}


def by_member(query, jobs, url):
    page = by_link(query, jobs, url)
    following = page["links"][0]["href"] if page["links"] else None
    return {"jobs": page["jobs"], "next": following}


def all_at_once(_query, jobs, _url):
    return {"jobs": jobs, "numberTotal": len(jobs)}


def a_bare_list(_query, jobs, _url):
    return jobs


def the_same_again(_query, jobs, url):
    links = [{"rel": "next", "href": f"{url}?again={time.monotonic()}"}]
    return {"jobs": jobs, "links": links}


def next_is_the_same_page(_query, jobs, url):
    return {"jobs": jobs, "links": [{"rel": "next", "href": f"{url}?limit=50"}]}


def next_is_broken(query, jobs, url):
    page = by_link(query, jobs, url)
    for link in page["links"]:
        link["href"] = link["href"].replace("http://", "http//")
    return page


class JobServer(RawServer):
    """Lists jobs in one dialect; ``override`` may answer before."""

    def __init__(self, dialect, jobs=NEWEST_FIRST, override=None):
        self.dialect, self.jobs, self.override = dialect, jobs, override
        super().__init__(self._answer)

    def _answer(self, connection, received):
        path, _, text = received.path.partition("?")
        query = dict(parse_qsl(text))
        if path == "/api":
            return answer({"title": "Lists", "links": []})
        if path == "/api/jobs":
            if self.override is not None:
                said = self.override(connection, query)
                if said is not Ellipsis:
                    return said
            url = f"{self.origin}/api/jobs"
            said = self.dialect(query, self.jobs, url)
            document, headers = said if isinstance(said, tuple) else (said, {})
            return answer(document, headers=headers)
        found = [one for one in NEWEST_FIRST if path == f"/api/jobs/{one['jobID']}"]
        return answer(found[0]) if found else answer({"title": "NoSuchJob"}, 404)

    @property
    def lists(self):
        asked = self.requests("GET", "/api/jobs?")
        return [dict(parse_qsl(one.path.partition("?")[2])) for one in asked]


def ids(jobs):
    return [one.id for one in jobs]


@pytest.mark.parametrize(
    "dialect",
    [
        by_link, by_mapping_of_links, by_page_number, by_skip, by_offset_without_total,
        by_pages_that_overlap, by_cursor, by_header, by_member, all_at_once,
    ],
)  # fmt: skip
@pytest.mark.parametrize("page_size", [1, 4, 23, 50])
def test_all_jobs_are_listed_once_when_paged_in_any_way(dialect, page_size):
    with JobServer(dialect) as server, Client(f"{server.origin}/api") as client:
        assert ids(client.iter_jobs(page_size=page_size)) == ALL
        assert len(server.lists) <= COUNT // min(5, page_size) + 3
        assert ids(client.jobs(3)) == ALL[:3]


def test_as_little_is_asked_for_as_will_do():
    with JobServer(by_link) as server, Client(f"{server.origin}/api") as client:
        # Only the first time it takes a second page, to see which end comes first.
        assert ids(client.jobs(7)) == ALL[:7]
        assert [one["limit"] for one in server.lists] == ["7", "7"]
        assert ids(client.jobs(7)) == ALL[:7]
        assert server.lists[2:] == [{"limit": "7"}]
        jobs = client.iter_jobs(page_size=2)
        assert [next(jobs).id, next(jobs).id] == ALL[:2]
        assert len(server.lists) == 4
        assert next(jobs).id == ALL[2]
        assert len(server.lists) == 5


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        (a_bare_list, "bare list"),
        (the_same_again, None),
        (next_is_the_same_page, "repeat"),
    ],
)
def test_list_ends_when_it_goes_in_circles(dialect, said):
    with JobServer(dialect) as server, Client(f"{server.origin}/api") as client:
        if said is None:
            assert ids(client.jobs()) == ALL
        else:
            with pytest.warns(DialectWarning, match=said):
                assert ids(client.jobs(50)) == ALL
        assert len(server.lists) <= 3


def test_what_came_is_kept_when_the_next_page_cannot_be_read():
    with (
        JobServer(next_is_broken) as server,
        Client(f"{server.origin}/api") as client,
        pytest.warns(DialectWarning, match="list ends there, 10 shown"),
    ):
        assert ids(client.iter_jobs(page_size=10)) == ALL[:10]


@pytest.mark.parametrize("understands", [True, False])
@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"process_id": "even"}, lambda one: one["processID"] == "even"),
        ({"status": "failed"}, lambda one: one["status"] == "failed"),
        ({"status": ("failed", "running")}, lambda one: one["status"] != "successful"),
        ({"since": START + timedelta(hours=9)},
         lambda one: one["created"] >= job(9)["created"]),
        ({"text": "MESSAGE 21 odd"}, lambda one: one["jobID"] == "j21"),
        ({"text": "even", "status": "failed"},
         lambda one: one["processID"] == "even" and one["status"] == "failed"),
    ],
)  # fmt: skip
def test_jobs_are_filtered_here_when_the_server_cannot(filters, kept, understands):
    asked = {"processID", "status", "datetime"}

    def refuse(_connection, query):
        if not understands and asked & set(query):
            return answer({"title": "Unknown parameter"}, 400)
        return ...

    server = JobServer(by_link, override=refuse)
    with server, Client(f"{server.origin}/api") as client:
        wanted = [one["jobID"] for one in NEWEST_FIRST if kept(one)]
        assert ids(client.jobs(**filters)) == wanted
        assert ids(client.jobs(2, **filters)) == wanted[:2]


def test_filters_are_sent_in_the_words_of_the_standard():
    with JobServer(by_link) as server, Client(f"{server.origin}/api") as client:
        client.jobs(5, process_id="even", status=["failed", "running"], since=START)
        assert server.lists[0] == {
            "limit": "5",
            "processID": "even",
            "status": "failed,running",
            "datetime": "2026-03-01T12:00:00Z/..",
        }


def test_status_is_refused_when_there_is_none_such():
    with JobServer(by_link) as server, Client(f"{server.origin}/api") as client:
        with pytest.raises(InputError, match="no status 'done'"):
            client.jobs(status="done")
        assert server.received == []


def test_newest_jobs_are_found_when_the_oldest_come_first():
    oldest_first = NEWEST_FIRST[::-1]
    server = JobServer(by_link, oldest_first)
    with server, Client(f"{server.origin}/api") as client:
        assert ids(client.jobs(4)) == ALL[:4]
        pages, found = client.aio.job_pages(page_size=7), []
        for _ in ALL:
            found += [] if pages.is_last else run(pages.next)
        assert pages.is_last
        assert sorted(ids(found)) == sorted(ALL)
        asked = len(server.received)
        assert run(pages.next) == []
        assert len(server.received) == asked


def test_details_are_asked_for_when_the_list_gives_only_ids():
    def bare(query, jobs, url):
        page = by_link(query, jobs, url)
        if query.get("detail") != "true":
            page["jobs"] = [one["jobID"] for one in page["jobs"]]
        return page

    with JobServer(bare) as server, Client(f"{server.origin}/api") as client:
        (first,) = client.jobs(1)
        assert (first.id, first.status.word) == (ALL[0], NEWEST_FIRST[0]["status"])
        assert server.requests("GET", "/api/jobs/j") == []


def test_each_job_is_asked_for_when_the_list_never_gives_more_than_ids():
    def bare(query, jobs, url):
        page = by_link(query, jobs, url)
        return {**page, "jobs": [one["jobID"] for one in page["jobs"]]}

    with JobServer(bare) as server, Client(f"{server.origin}/api") as client:
        found = client.jobs(5, status="failed")
        assert {one.status.status for one in found} == {"failed"}
        failed = [one["jobID"] for one in NEWEST_FIRST if one["status"] == "failed"]
        assert ids(found) == failed[:5]
        assert server.most_in_flight <= 4


def test_smaller_page_is_asked_for_when_the_server_fails_on_a_large_one():
    def overloaded(_connection, query):
        if int(query["limit"]) > 10:
            return answer({"title": "Gateway timeout"}, 504)
        return ...

    server = JobServer(by_link, override=overloaded)
    with server, Client(f"{server.origin}/api") as client:
        assert ids(client.jobs(50)) == ALL


@pytest.mark.parametrize("status", [404, 405, 500])
def test_error_is_raised_when_there_is_no_list_at_all(status):
    server = JobServer(by_link, override=lambda *_: answer({"title": "No"}, status))
    with server, Client(f"{server.origin}/api") as client:
        with pytest.raises(ProblemError) as caught:
            client.jobs()
        assert caught.value.status_code == status


def test_nothing_waits_when_the_list_takes_a_minute():
    arrived, hold = threading.Event(), threading.Event()

    def slowly(_connection, _query):
        arrived.set()
        hold.wait(60)
        return ...

    server = JobServer(by_link, override=slowly)
    with server, Client(f"{server.origin}/api", timeout_s=20) as client:
        pages = client.aio.job_pages(page_size=2)
        loading = submit(pages.next)
        assert arrived.wait(60)
        # Others are answered meanwhile, and the list may take longer than they.
        assert client.job("j1").id == "j1"
        loading.cancel()
        hold.set()
        # What was cancelled is asked for again, from where it stood.
        assert ids(submit(pages.next).result(30)) == ALL[:2]
        assert ids(submit(pages.next).result(30)) == ALL[2:4]


def test_reading_goes_on_when_a_connection_breaks_once():
    broken = []

    def once(connection, query):
        if "offset" in query and not broken:
            broken.append(1)
            return drop(connection, query)
        return ...

    server = JobServer(by_link, override=once)
    with server, Client(f"{server.origin}/api") as client:
        assert ids(client.iter_jobs(page_size=10)) == ALL


def test_jobs_can_be_gone_through_in_any_loop():
    with JobServer(by_skip) as server:

        async def lesson():
            async with AsyncClient(f"{server.origin}/api") as client:
                found = [one async for one in client.iter_jobs(page_size=6)]
                pages = client.job_pages(page_size=10)
                first = await pages.next()
                assert (pages.total, pages.is_last) == (COUNT, False)
                return ids(found), ids(first)

        assert asyncio.run(lesson()) == (ALL, ALL[:10])


def test_processes_of_all_pages_are_listed_when_only_a_total_says_so():
    def pages(_connection, received):
        path, _, text = received.path.partition("?")
        if path != "/api/processes":
            return answer({"title": "Pages", "links": []})
        start = number(dict(parse_qsl(text)), "skip")
        listed = [{"id": f"p{n}"} for n in range(25)][start : start + 10]
        return answer({"processes": listed, "numberTotal": 25})

    with RawServer(pages) as server, Client(f"{server.origin}/api") as client:
        assert [one.id for one in client.processes()] == [f"p{n}" for n in range(25)]
