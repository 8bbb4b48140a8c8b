"""A server over a real socket that says what recorded servers have said.

::

    from replay import replay

    def test_job_fails_when_...():
        with replay("zoo-failed-stale-message", "zoo-kernel-2026-07") as server:
            with Client(server.url) as client:
                ...
            assert server.bodies("/execution") == [{"inputs": {"bands": ["green"]}}]
            assert server.unmatched == []

The names are those of files in the folders ``conversations`` and ``recordings`` of the
cases beside the repository; where the folder is absent the test is skipped. Later names
add to the first one: a recording of three requests can borrow the landing page and the
descriptions from a whole conversation with the same server.

How an answer is chosen:

- **A document** (landing page, description, ...) by its path. Members of the query that
  only choose the form or the length are left aside. Where a deployment changed the
  document, the answer changes when that deployment was asked for.
- **An execution** by process, inputs, ``outputs`` and ``response``, and by whether a
  job is preferred. Inputs must be those recorded. A body without ``response`` finds
  what was recorded without it or as ``raw``, and else what was recorded as
  ``document``.
- **A job**: each execution starts one with an id of its own. Whoever asks for its
  status goes through the recorded statuses, one at a time, and stays at the last; after
  a DELETE through those that were recorded after it. Jobs in recorded lists are there
  from the beginning, as they were in the end, and so is a job in a recording without
  its execution, as it was in the beginning.
- **The list of jobs** in the order, pages and form of the recorded one: the recorded
  jobs without those that the test has removed, and those that it has started.
- **Anything else** gets the recorded 404 of this server, and is put into ``unmatched``.
- **A request that was never answered** when it was recorded: the connection is closed,
  and it is put into ``unanswered``.

Addresses of the recorded server become those of this one, in bodies and headers, and
the times of jobs are moved: the recording ended when this server was started, and a job
was created when the test has started it.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from raw_server import RawServer, answer, drop

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
RECORDED_ORIGIN = "http://server.example"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIMES = re.compile(
    r'("(?:created|started|finished|updated)": ?")(\d{4}-\d\d-\d\dT[\d:]{8}[.\d]*)'
)
# These say how the answer travelled, which is another way here.
_TRAVEL = {
    "connection", "keep-alive", "transfer-encoding", "content-length", "date",
    "content-encoding", "content-range",
}  # fmt: skip
_FORM = {"f", "limit"}


def replay(*names: str) -> Replay:
    """Start a server that replays the files of these names; see above."""
    exchanges = []
    for name in names:
        found = [*CASES.glob(f"*/{name}.json")]
        if not found:
            pytest.skip(f"no recording {name} beside the repository")
        document = json.loads(found[0].read_text("utf-8"))
        is_plain = isinstance(document, list)
        exchanges += document if is_plain else document["exchanges"]
    return Replay([Exchange(one) for one in exchanges])


class Exchange:
    """A recorded request with its answer; ``answer`` is None where none came."""

    def __init__(self, recorded):
        request = recorded["request"]
        address = urlsplit(request["url"])
        self.mark = recorded.get("mark", "")
        self.method = request["method"]
        self.path = address.path or "/"
        self.query = dict(parse_qsl(address.query))
        self.prefers_job = "respond-async" in request["headers"].get("prefer", "")
        self.body = _parsed(request.get("body"))
        self.answer = recorded.get("response")

    @cached_property
    def status(self):
        return self.answer["status"] if self.answer else None

    @cached_property
    def headers(self):
        headers = self.answer["headers"]
        pairs = headers.items() if isinstance(headers, dict) else headers
        return [(name, value) for name, value in pairs if name.lower() not in _TRAVEL]

    @cached_property
    def content(self):
        if self.answer.get("body_b64"):
            return base64.b64decode(self.answer["body_b64"])
        return (self.answer.get("body") or "").encode()

    @cached_property
    def document(self):
        return _parsed(self.content) if self.answer else None

    @cached_property
    def process_id(self):
        """Of the process that is executed, if one is."""
        found = re.search(r"/processes/([^/]+)/execution$", self.path)
        return found and self.method == "POST" and found[1]

    @cached_property
    def job_id(self):
        """Of the job that is asked for, or that was started."""
        if found := _UUID.search(self.path):
            return found[0]
        if self.process_id and self.answer:
            started = dict(self.headers).get("Location", "")
            known = self.document if isinstance(self.document, dict) else {}
            found = _UUID.search(started) or _UUID.search(str(known.get("jobID")))
            return found and found[0]
        return None

    def has_same_answer(self, other):
        return (self.status, self.content) == (other.status, other.content)


@dataclass
class Clock:
    """Moves the times of jobs, to no later than now; the same time stays the same."""

    shift: timedelta
    shown: dict = field(default_factory=dict)

    def moved(self, text):
        def move(found):
            then = datetime.fromisoformat(found[2])
            moved = self.shown.setdefault(then, min(then + self.shift, _now()))
            return found[1] + moved.isoformat(timespec="milliseconds")

        return _TIMES.sub(move, text)


@dataclass
class Recorded:
    """A job of the recording: what was asked about it, before and after its removal."""

    id: str
    start: Exchange | None = None
    # One mapping for each time between two removals: (method, path) -> exchanges.
    times: list = field(default_factory=lambda: [defaultdict(list)])

    def add(self, exchange):
        if exchange.process_id:
            self.start = exchange
            return
        told = self.times[-1][exchange.method, job_path(exchange.path)]
        # To be told the same again tells nothing.
        if not (told and told[-1].has_same_answer(exchange)):
            told.append(exchange)
        if exchange.method == "DELETE":
            self.times.append(defaultdict(list))

    @property
    def statuses(self):
        return self.times[0]["GET", f"/jobs/{self.id}"]


@dataclass
class Run:
    """A job of this server: it lives through a recorded one under its own id."""

    job: Recorded
    id: str
    clock: Clock
    time: int = 0
    asked: dict = field(default_factory=dict)

    def answer(self, method, path):
        """What was recorded next for this path, or None."""
        path = path.replace(self.id, self.job.id)
        told = self.job.times[self.time].get((method, path), [])
        key = (self.time, method, path)
        step = self.asked.get(key, 0)
        self.asked[key] = step + 1
        return told[min(step, len(told) - 1)] if told else None

    @property
    def status(self):
        """Where it stands, for the list of jobs."""
        told = self.job.statuses
        step = self.asked.get((0, "GET", f"/jobs/{self.job.id}"), 0)
        return told[min(max(step - 1, 0), len(told) - 1)] if told else self.job.start


class Replay(RawServer):
    """Answers from recorded exchanges; ``replay`` makes one from files.

    Attributes:
        url: Address of the landing page.
        own_origin: Scheme and host that it puts into its links; "" for the real one.
        unmatched: Requests that were not recorded, as ``GET /path?query``.
        unanswered: Requests that had no answer when they were recorded.
        missing: Both, in the order in which they came.
    """

    def __init__(self, exchanges: list[Exchange]):
        self.exchanges = exchanges
        self.unmatched: list[str] = []
        self.unanswered: list[str] = []
        self.missing: list[str] = []
        self.base = _base(exchanges)
        self.own_origin = ""
        self._runs: dict[str, Run] = {}
        self._started: list[Run] = []
        self._asked: dict[int, int] = defaultdict(int)
        self._changes = 0
        self._answering = threading.Lock()
        ends = max((t for one in exchanges for t in _times(one)), default=_now())
        self._clock = Clock(_now() - ends)
        self._sort()
        self.list = JobList(self)
        super().__init__(self._behave)
        self.url = self.origin + self.base

    def bodies(self, path_end: str) -> list:
        """The JSON bodies that were posted to paths that end so."""
        return [
            _parsed(one.body) for one in self.requests("POST")
            if one.path.partition("?")[0].endswith(path_end)
        ]  # fmt: skip

    def marked(self, mark: str) -> list[Exchange]:
        """The exchanges of a step of the recording."""
        return [one for one in self.exchanges if one.mark == mark]

    def _sort(self):
        """Tell jobs, executions and documents apart."""
        jobs: dict[str, Recorded] = {}
        self.executions, self.documents, changes = [], [], 0
        for exchange in self.exchanges:
            if exchange.process_id:
                self.executions.append(exchange)
            elif not (exchange.job_id and exchange.status != 404) and (
                exchange.job_id not in jobs
            ):
                changes += exchange.method != "GET"
                self.documents.append((changes, exchange))
                continue
            if exchange.job_id:
                jobs.setdefault(exchange.job_id, Recorded(exchange.job_id))
                jobs[exchange.job_id].add(exchange)
        self.jobs = jobs
        for job in jobs.values():
            run = self._runs[job.id] = Run(job, job.id, self._clock)
            if job.start:
                run.asked = {(0, "GET", f"/jobs/{job.id}"): len(job.statuses)}

    # -- requests --------------------------------------------------------------------

    def _behave(self, connection, received):
        with self._answering:
            path, _, query = received.path.partition("?")
            query = dict(parse_qsl(query))
            run = self._run_in(path)
            if run and (said := self._of_job(run, received.method, path)):
                return self._said(received, said, run)
            if "/execution" in path and received.method == "POST":
                exchange, run = self._execution(received, path)
            elif received.method == "GET" and self.list.is_at(path):
                return self.list.answer(query)
            else:
                exchange = self._document(received, path, query)
            if exchange is None:
                self._miss(self.unmatched, received)
                exchange = self._not_found(path)
            if exchange is not None and exchange.answer is None:
                self._miss(self.unanswered, received)
                return drop(connection, received)
            return self._said(received, exchange, run)

    def _miss(self, kind, received):
        for requests in (kind, self.missing):
            requests.append(f"{received.method} {received.path}")

    def _run_in(self, path):
        found = _UUID.search(path)
        return self._runs.get(found[0]) if found else None

    def _of_job(self, run, method, path):
        path = job_path(path)
        said = run.answer(method, path)
        if said and method == "DELETE":
            run.time += 1
        if said is None and run.time:
            # What hangs on a job that is gone is gone with it.
            gone = run.answer("GET", f"/jobs/{run.id}")
            said = gone if gone and gone.status >= 400 else None
        return said

    def _document(self, received, path, query):
        def fits(one, is_exact):
            return (one.method, one.path) == (received.method, path) and (
                one.query == query if is_exact
                else not (one.query.items() ^ query.items()) - _of_form(one, query)
            )  # fmt: skip

        for is_exact in (True, False):
            found = [(n, one) for n, one in self.documents if fits(one, is_exact)]
            if not found:
                continue
            if received.method == "GET":
                known = [one for n, one in found if n <= self._changes]
                return known[-1] if known else found[0][1]
            body = _parsed(received.body.decode())
            number, one = self._next([f for f in found if f[1].body == body] or found)
            self._changes = max(self._changes, number)
            return one
        return None

    def _next(self, found):
        """Of what was recorded for the same request: one after the other."""
        key = id(found[0][-1])  # the exchanges live as long as the server
        self._asked[key] += 1
        return found[min(self._asked[key], len(found)) - 1]

    def _execution(self, received, path):
        process_id = re.search(r"/processes/([^/]+)/execution$", path)[1]
        text = received.body.decode().replace(self.origin, RECORDED_ORIGIN)
        body = _parsed(text) or {}
        wants_job = "respond-async" in received.headers.get("prefer", "")
        fits = defaultdict(list)
        for one in self.executions:
            how = one.process_id == process_id and self._fit(one, body, wants_job)
            if how:
                fits[how].append((one,))
        if not fits:
            return None, None
        (one,) = self._next(fits[max(fits)])
        if not one.job_id:
            return one, None
        job = self.jobs[one.job_id]
        told = [t for status in [*job.statuses, one] for t in _times(status)]
        clock = Clock(_now() - min(told)) if told else self._clock
        run = Run(job, str(uuid.uuid4()), clock)
        self._runs[run.id] = run
        self._started.append(run)
        if wants_job and one.status == 200 and not one.prefers_job:
            return self._accepted(one), run
        return one, run

    def _fit(self, one, body, wants_job):
        """How well a recorded execution fits to a body; None if it does not."""
        if not isinstance(one.body, dict):
            return None
        for member in ("inputs", "outputs"):
            if (one.body.get(member) or {}) != (body.get(member) or {}):
                return None
        recorded, response = one.body.get("response"), body.get("response")
        if recorded == response:
            likeness = 3
        elif response is None:
            likeness = 2 if recorded == "raw" else 1
        else:
            return None
        if one.prefers_job == wants_job:
            return likeness, 1
        # An answer that came at once whatever was asked for, or a job that has one.
        has_job = one.job_id and self.jobs[one.job_id].statuses
        if one.status == 200 and (not wants_job or has_job):
            return likeness, 0
        return None

    def _accepted(self, one):
        """How this server accepts a job, for one that was recorded at once."""
        for other in self.executions:
            if other.status == 201:
                text = json.dumps(other.answer)
                text = text.replace(other.job_id, one.job_id)
                text = text.replace(f'"{other.process_id}"', f'"{one.process_id}"')
                request = {"method": "POST", "url": RECORDED_ORIGIN, "headers": {}}
                said = {"request": request, "response": json.loads(text)}
                return Exchange(said)
        return one

    def _not_found(self, path):
        kind = "/jobs" if "/jobs/" in path else "/processes"
        for _, one in reversed(self.documents):
            if one.status == 404 and kind in one.path:
                return one
        return None

    # -- answers ---------------------------------------------------------------------

    def _said(self, received, exchange, run=None):
        if exchange is None:
            return answer({"title": "NotFound"}, 404)
        status = exchange.status
        if status == 206 and "range" not in received.headers:
            status = 200
        headers = exchange.headers
        if status == 206:
            whole = len(exchange.content)
            headers = [*headers, ("Content-Range", f"bytes 0-{whole - 1}/{whole}")]
        return self._sent(status, headers, exchange.content, run)

    def _sent(self, status, headers, content, run=None):
        lines = [f"HTTP/1.1 {status} Recorded"]
        lines += [f"{name}: {self._here(value, run)}" for name, value in headers]
        lines.append(f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}")
        with suppress(UnicodeDecodeError):  # a picture holds no addresses
            content = self._here(content.decode(), run).encode()
        lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def _here(self, text, run=None):
        """A text of the recorded server with the addresses and ids of this one."""
        text = text.replace(RECORDED_ORIGIN, self.own_origin or self.origin)
        text = (run.clock if run else self._clock).moved(text)
        return text.replace(run.job.id, run.id) if run else text


class JobList:
    """The list of jobs of a recorded server: its order, its pages, its form."""

    def __init__(self, server):
        self._server = server
        pages = [
            one for one in server.exchanges
            if one.method == "GET" and one.path.endswith("/jobs") and one.status == 200
        ]  # fmt: skip
        self.pages = pages
        self._entries: dict = {}
        for one in pages:
            for entry in one.document["jobs"]:
                if isinstance(entry, dict) or _id(entry) not in self._entries:
                    self._entries[_id(entry)] = entry
        self.is_bare = any(
            isinstance(entry, str) for one in pages for entry in one.document["jobs"]
        )
        self.start = next(
            (word for one in pages for word in ("skip", "offset", "page")
             if f"{word}=" in json.dumps(one.document["links"])), "offset"
        )  # fmt: skip
        self._ids = self._order()
        self.filters = all(
            isinstance(entry, str) or entry["status"] == one.query["status"]
            for one in pages if "status" in one.query for entry in one.document["jobs"]
        )  # fmt: skip

    def _order(self):
        """The ids as the server orders them, and whether it begins with the oldest."""
        lists = [[_id(entry) for entry in one.document["jobs"]] for one in self.pages]
        self.begins_with_oldest = False
        if self.is_bare:
            return max(lists, key=len, default=[])
        created = {key: entry["created"] for key, entry in self._entries.items()}
        for one, ids in zip(self.pages, lists, strict=True):
            rest = created.keys() - set(ids)
            is_first = int(one.query.get(self.start, "0")) == 0
            if is_first and ids and rest and (
                max(created[key] for key in ids) < min(created[key] for key in rest)
            ):  # fmt: skip
                self.begins_with_oldest = True
                return sorted(created, key=created.__getitem__)
        return list(self._entries)

    def is_at(self, path):
        return any(one.path == path for one in self.pages)

    @property
    def headers(self):
        """Those of the recorded list; its pages are led through by the body alone."""
        kept = {n: v for n, v in self.pages[0].headers if n.lower() != "link"}
        return {**kept, "Date": format_datetime(datetime.now(UTC), usegmt=True)}

    def answer(self, query):
        """A page."""
        server, limit = self._server, int(query.get("limit", "10"))
        gone = {run.id for run in server._runs.values() if run.time}
        known = [(key, self._known(key)) for key in self._ids if key not in gone]
        mine = [
            (run.id, self._entry(run)) for run in server._started if run.id not in gone
        ]
        whole = known + mine if self.begins_with_oldest else mine[::-1] + known
        if "status" in query and self.filters:
            whole = [one for one in whole if self._state(*one) == query["status"]]
        start = int(query.get(self.start, "0")) * (limit if self.start == "page" else 1)
        cut = whole[start : start + limit]
        if self.begins_with_oldest:
            cut.reverse()
        wants_all = not self.is_bare or query.get("detail") == "true"
        entries = [entry if wants_all else key for key, entry in cut]
        links = self._links(query, len(whole), start, limit)
        document = {**self.pages[0].document, "jobs": entries, "links": links}
        document |= {
            name: number
            for name, number in {
                "numberTotal": len(whole), "count": len(entries), "limit": limit,
                "page": start // max(limit, 1),
            }.items() if name in document
        }  # fmt: skip
        return answer(document, headers=self.headers)

    def _links(self, query, total, start, limit):
        links = [
            link for link in self.pages[0].document["links"]
            if link["rel"] not in ("next", "prev")
        ]  # fmt: skip
        if start + limit < total:
            following = start + limit
            if self.start == "page":
                following //= limit
            query = {**query, "limit": limit, self.start: following}
            href = f"{RECORDED_ORIGIN}{self.pages[0].path}?{urlencode(query)}"
            links.append({"rel": "next", "type": "application/json", "href": href})
        return json.loads(self._server._here(json.dumps(links)))

    def _known(self, key):
        return json.loads(self._server._here(json.dumps(self._entries[key])))

    def _entry(self, run):
        return json.loads(self._server._here(run.status.content.decode(), run))

    def _state(self, key, entry):
        if isinstance(entry, str):
            told = self._server.jobs[key].statuses if key in self._server.jobs else []
            entry = told[-1].document if told else {}
        return entry.get("status")


def job_path(path):
    """The path of what belongs to a job; some servers have it below the process too."""
    found = re.search(rf"/jobs/{_UUID.pattern}.*$", path)
    return found[0] if found else path


def _now():
    return datetime.now(UTC).replace(tzinfo=None)


def _times(exchange):
    """When something happened to jobs, as an answer tells it."""
    text = exchange.content.decode("latin-1") if exchange.answer else ""
    return [datetime.fromisoformat(found[1]) for found in _TIMES.findall(text)]


def _id(entry):
    return entry if isinstance(entry, str) else entry["jobID"]


def _of_form(one, query):
    return {
        (name, value) for name, value in [*one.query.items(), *query.items()]
        if name in _FORM
    }  # fmt: skip


def _base(exchanges):
    """The path of the landing page."""
    for one in exchanges:
        found = re.match(r"(.*?)/(processes|jobs|conformance)\b", one.path)
        if found:
            return found[1]
    return exchanges[0].path.rstrip("/")


def _parsed(text):
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
