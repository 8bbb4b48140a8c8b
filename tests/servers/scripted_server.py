"""A server that speaks one dialect, with jobs that really move, on a real socket."""

from __future__ import annotations

import copy
import json
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from dialects import Dialect, error_forms, result_shapes
from raw_server import RawServer, answer

# A job ends after it was asked about so often, one that is to last never.
QUICK_LOOKS = 5
LONG_LOOKS = 10**6
_PAGE = 2


@dataclass
class ScriptedJob:
    """A job of the server."""

    id: str
    process: str
    looks: int
    ends: str = "successful"
    asked: int = 0
    dismissed: bool = False
    unknown_for: int = 0
    inputs: dict = field(default_factory=dict)

    @property
    def state(self):
        if self.dismissed:
            return "dismissed"
        if self.asked >= self.looks:
            return self.ends
        return "running" if self.asked > 1 else "accepted"

    @property
    def percent(self):
        return min(100, 100 * self.asked // min(self.looks, 20))


class ScriptedServer(RawServer):
    """Speaks a dialect.

    Inputs decide what becomes of a job: ``{"word": "slow"}`` lasts, ``"fail"`` fails,
    anything but a text is refused. For a recorded description the same words are
    looked for in any input.
    """

    def __init__(self, dialect: Dialect):
        super().__init__(self._serve_one)
        self.dialect = dialect
        self.url = self.origin + dialect.base
        self.jobs: dict[str, ScriptedJob] = {}
        self.deployed: dict[str, int] = {}

    # -- addresses and links ---------------------------------------------------------

    def address(self, path):
        return f"{self.dialect.own_host or self.origin}{self.dialect.base}{path}"

    def _links(self, paths):
        named = {rel: self.address(path) for rel, path in paths.items()}
        if self.dialect.links == "mapping":
            return {"links": named}
        if self.dialect.links == "list":
            return {
                "links": [
                    {"rel": self.dialect.relation.format(rel), "href": href}
                    if rel == "results"
                    else {"rel": rel, "href": href}
                    for rel, href in named.items()
                ]
            }
        return {}

    def _recorded(self, what):
        """A recorded document that may be changed."""
        return copy.deepcopy(self.dialect.recorded.get(what))

    def _error(self, status, kind, detail):
        recorded = self._recorded(f"error/{kind}")
        said = recorded or error_forms[self.dialect.errors](status, kind, detail)
        if isinstance(said, bytes):
            return answer(status=status, body=said,
                          headers={"Content-Type": "text/html"})  # fmt: skip
        return answer(said, status)

    # -- requests --------------------------------------------------------------------

    def _serve_one(self, connection, received):
        path, _, query = received.path.partition("?")
        if self.dialect.slash and not path.endswith(("/", ".log")):
            where = f"{path}/{'?' if query else ''}{query}"
            return answer(status=307, headers={"Location": where})
        return self._disguised(self._answer(connection, received))

    def _disguised(self, said):
        """An answer with the media type and the first bytes that this server gives."""
        head, _, body = said.partition(b"\r\n\r\n")
        plain = b"Content-Type: application/json"
        if plain not in head or not body:
            return said
        if self.dialect.lies:
            head = head.replace(plain, b"Content-Type: " + self.dialect.lies.encode())
        if self.dialect.bom:
            length = b"Content-Length: %d"
            head = head.replace(length % len(body), length % (len(body) + 3))
            body = b"\xef\xbb\xbf" + body
        return head + b"\r\n\r\n" + body

    def _answer(self, _connection, received):
        path, _, query = received.path.partition("?")
        if not path.startswith(self.dialect.base) and not path.endswith(".log"):
            return self._error(404, "not-found", f"There is nothing at {path}.")
        path = path.removeprefix(self.dialect.base).rstrip("/")
        parts = [part for part in path.split("/") if part]
        match received.method, parts:
            case "GET", [*_, name] if name.endswith(".log"):
                return self._log()
            case "GET", []:
                return self._landing()
            case "GET", ["conformance"]:
                return self._conformance()
            case "GET", ["processes"]:
                return self._processes()
            case "POST", ["processes"]:
                return self._deploy(received)
            case "GET", ["processes", name]:
                return self._describe(name)
            case "PUT" | "DELETE", ["processes", name]:
                return self._change(received, name)
            case "POST", ["processes", name, "execution"]:
                return self._execute(received, name)
            case "GET", ["jobs"] if self.dialect.paging != "none":
                return self._list(parse_qs(query), query)
            # Some servers have the jobs of a process below it as well.
            case "GET", [*_, "jobs", job_id]:
                return self._status(job_id)
            case "DELETE", [*_, "jobs", job_id]:
                return self._dismiss(job_id)
            case "GET", [*_, "jobs", job_id, name] if name == self.dialect.results_at:
                return self._results(job_id)
            case "GET", [*_, "jobs", job_id, "log" | "logs"] if job_id in self.jobs:
                return self._log()
        return self._error(404, "not-found", f"There is nothing at {path}.")

    def _landing(self):
        if not self.dialect.landing:
            return self._error(404, "not-found", "There is no such page.")
        recorded = self._recorded("landing")
        if recorded:
            return answer(recorded)
        links = self._links(
            {
                "self": "",
                "processes": "/processes",
                "conformance": "/conformance",
                "job-list": "/jobs",
            }
        )
        return answer({"title": self.dialect.name, **links})

    def _conformance(self):
        recorded = self._recorded("conformance")
        if recorded:
            return answer(recorded)
        classes = ["1/1.0/conf/core", "1/1.0/conf/job-list"]
        if self.dialect.dismiss != 405:
            classes.append("1/1.0/conf/dismiss")
        if self.dialect.deploy:
            classes.append("2/1.0/conf/deploy-replace-undeploy")
        root = "http://www.opengis.net/spec/ogcapi-processes-"
        return answer({"conformsTo": [root + name for name in classes]})

    def _description(self, name):
        recorded = self._recorded("description")
        if recorded and name == self.dialect.process:
            return recorded
        modes = {"both": ["async-execute", "sync-execute"], "async": ["async-execute"],
                 "sync": ["sync-execute"]}[self.dialect.modes]  # fmt: skip
        return {
            "id": name,
            "title": "Say",
            "version": "1.0.0",
            "jobControlOptions": modes,
            "mutable": name in self.deployed,
            "inputs": {"word": {"title": "Word", "schema": {"type": "string"}}},
            "outputs": {"said": {"title": "Said", "schema": {}}},
            **self._links({"execute": f"/processes/{name}/execution"}),
        }

    def _known(self, name):
        """Whether a process is there; one that is being made takes a few looks."""
        if name not in self.deployed:
            return name == self.dialect.process
        self.deployed[name] -= 1
        return self.deployed[name] < 0

    def _processes(self):
        names = [self.dialect.process, *(n for n in self.deployed if self._known(n))]
        found = [self._description(name) for name in names]
        return answer(found if self.dialect.flat else {"processes": found})

    def _describe(self, name):
        if not self._known(name):
            return self._error(404, "no-such-process", f"There is no process {name}.")
        return answer(self._description(name))

    # -- part 2 ----------------------------------------------------------------------

    def _deploy(self, received):
        if not self.dialect.deploy:
            return self._error(405, "method-not-allowed", "Method not allowed")
        name = next(
            line.partition(":")[2].strip()
            for line in received.body.decode().splitlines()
            if line.startswith("id:")
        )
        if name in self.deployed:
            return self._error(409, "duplicated-process", f"{name} is there already.")
        is_queued = self.dialect.deploy == "202"
        self.deployed[name] = 3 if is_queued else 0
        where = {"Location": self.address(f"/processes/{name}")}
        if is_queued:
            return answer(status=202, headers=where)
        if self.dialect.deploy == "location":
            return answer(status=201, headers=where)
        return answer(self._description(name), 201, where)

    def _change(self, received, name):
        if not self.dialect.deploy:
            return self._error(405, "method-not-allowed", "Method not allowed")
        if name not in self.deployed:
            return self._error(404, "no-such-process", f"There is no process {name}.")
        if received.method == "DELETE":
            del self.deployed[name]
        return answer(status=204)

    # -- jobs ------------------------------------------------------------------------

    def _execute(self, received, name):
        if not self._known(name):
            return self._error(404, "no-such-process", f"There is no process {name}.")
        inputs = json.loads(received.body)["inputs"]
        words = [w for value in inputs.values() for w in _texts(value)]
        is_bad = not words or "bad" in words
        if is_bad and self.dialect.bad_inputs:
            return self._error(
                self.dialect.bad_inputs, "invalid-parameter-value", "word is no text"
            )
        wants_job = "respond-async" in received.headers.get("prefer", "")
        modes = self.dialect.modes
        if modes == "sync" or (modes == "both" and not wants_job):
            return self._shape()
        ends = "failed" if is_bad or "fail" in words else "successful"
        looks = LONG_LOOKS if "slow" in words else QUICK_LOOKS
        job = ScriptedJob(
            str(uuid.uuid4()), name, looks, ends,
            unknown_for=self.dialect.young_404, inputs=inputs,
        )  # fmt: skip
        self.jobs[job.id] = job
        return self._accepted(job)

    def _accepted(self, job):
        dialect = self.dialect
        path = f"{dialect.base}/jobs/{job.id}"
        location = {"absolute": self.address(f"/jobs/{job.id}"), "relative": path}
        headers = {"Location": location.get(dialect.location)}
        if dialect.accepted_body == "null":
            return answer(status=dialect.accepted, body=b"null", headers=headers)
        if dialect.accepted_body == "empty":
            return answer(status=dialect.accepted, headers=headers)
        document = self._document(job)
        if dialect.accepted_body == "id":
            document = dict.fromkeys(dialect.id_keys, job.id)
            document["status"] = dialect.word("accepted")
        return answer(document, dialect.accepted, headers)

    def _document(self, job):
        """The status of a job."""
        dialect, state = self.dialect, job.state
        recorded = self._recorded(f"status/{state}")
        if recorded is not None:
            # It says everything but whose it is.
            text = json.dumps(recorded)
            return json.loads(text.replace(recorded.get("jobID", "?"), job.id))
        document = dict.fromkeys(dialect.id_keys, job.id)
        document["status"] = dialect.word(state)
        document.setdefault("processID", job.process)
        document.setdefault("type", "process")
        document.setdefault("message", f"{state} after {job.asked} looks")
        document.update(self._progress(job))
        paths = {"monitor": f"/jobs/{job.id}"}
        if state == "successful":
            paths["results"] = f"/jobs/{job.id}/{dialect.results_at}"
        if dialect.logs in ("log", "logs"):
            paths[dialect.logs] = f"/jobs/{job.id}/log"
        document.update(self._links(paths))
        if dialect.links == "list" and dialect.logs in ("related", "ogc-rel"):
            rel = "[ogc-rel:log]" if dialect.logs == "ogc-rel" else "related"
            link = {"rel": rel, "type": "text/plain", "title": "Tool log say.log"}
            link["href"] = self.address(f"/jobs/{job.id}/log")
            document["links"].append(link)
        return document

    def _progress(self, job):
        form, percent = self.dialect.progress, job.percent
        if form == "while running" and job.state not in ("accepted", "running"):
            return {}
        return {
            "int": {"progress": percent},
            "while running": {"progress": percent},
            "float": {"progress": percent + 0.5 if percent < 100 else 100.0},
            "text": {"progress": f"{percent}%"},
            "percentCompleted": {"percentCompleted": percent},
            "null": {"progress": None},
        }.get(form, {})

    def _status(self, job_id):
        job = self.jobs.get(job_id)
        if job is None:
            return self._error(404, "no-such-job", f"There is no job {job_id}.")
        if job.dismissed:
            return self._error(self.dialect.gone, "no-such-job", "It was dismissed.")
        if job.unknown_for > 0:
            job.unknown_for -= 1
            return self._error(404, "no-such-job", f"There is no job {job_id} yet.")
        job.asked += 1
        return answer(self._document(job))

    def _dismiss(self, job_id):
        job, code = self.jobs.get(job_id), self.dialect.dismiss
        if code == 405:
            return self._error(405, "method-not-allowed", "Method not allowed")
        if job is None or job.dismissed:
            return self._error(404, "no-such-job", f"There is no job {job_id}.")
        job.dismissed = True
        if code == 204:
            return answer(status=204)
        return answer(self._document(job), code)

    def _results(self, job_id):
        job = self.jobs.get(job_id)
        if job is None or job.dismissed:
            return self._error(404, "no-such-job", f"There is no job {job_id}.")
        if job.state == "failed":
            return self._error(500, "job-failed", "It failed on request.")
        if job.state != "successful":
            return self._error(404, "result-not-ready", "It is still running.")
        return self._shape()

    def _shape(self):
        recorded = self._recorded("results")
        if recorded is not None:
            return answer(recorded)
        shape = result_shapes[self.dialect.results]
        files = self.address("/files")
        headers = {name: value.replace("{files}", files)
                   for name, value in shape.headers.items()}  # fmt: skip
        body = shape.body
        if not isinstance(body, bytes):
            body = json.dumps(body).replace("{files}", files).encode()
        headers["Content-Type"] = shape.media_type
        return answer(status=shape.status, body=body, headers=headers)

    def _log(self):
        text = "starting\nERROR no such word\n"
        if self.dialect.logs == "logs":
            return answer(text.splitlines())
        return answer(body=text.encode(), headers={"Content-Type": "text/plain"})

    # -- the list of jobs ------------------------------------------------------------

    def _list(self, query, text):
        dialect = self.dialect
        known = [job for job in reversed(self.jobs.values()) if not job.dismissed]
        entries = [job.id if dialect.bare else self._document(job) for job in known]
        if not dialect.paging:
            return answer(entries if dialect.flat else {"jobs": entries})
        start = int(query.get("offset", query.get("cursor", ["0"]))[-1])
        if dialect.paging == "page":
            start = _PAGE * int(query.get("page", ["0"])[-1])
        end = start + _PAGE
        document = {"jobs": entries[start:end], "numberTotal": len(entries)}
        following = {
            "next": f"?limit={_PAGE}&offset={end}",
            "cursor": f"?cursor={end:08d}",
            "page": f"?page={end // _PAGE}",
            # Some servers add to what they were sent instead of replacing it.
            "repeated": f"?{text}&offset={end}&limit={_PAGE}",
            "circle": f"?{text}",
        }[dialect.paging]
        if end < len(entries) or dialect.paging == "circle":
            document.update(self._links({"next": f"/jobs{following}"}))
        return answer(document)


def _texts(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [word for item in value for word in _texts(item)]
    return []
