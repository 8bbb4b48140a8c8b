"""A server over a real socket that says what recorded servers said.

The documents are read from the folder of recorded documents when a test runs; only ids
and addresses are put in their places.
"""

from __future__ import annotations

import json

from raw_server import RawServer, answer


class Zoo:
    """A ZOO-Project-DRU as in the tutorial: it calls itself ``localhost:8080``."""

    job_id = "bfafdb8e-902c-11ef-a29c-8e55bd0a3308"
    process_id = "water-bodies"
    base = "/acme/ogc-api"

    def __init__(self, corpus):
        def load(path):
            return json.loads((corpus / path).read_text("utf-8"))

        status = "status/eoap-zoo__execute-monitor-process-"
        self.accepted = load(f"{status}L95.json")
        self.statuses = [load(f"{status}{n}.json") for n in ("L95", "L179", "L203")]
        self.dismissed = load(f"{status}L860.json")
        self.results = load("results/eoap-zoo__results-L315.json")
        self.description = load(
            "process-descriptions/eoap-zoo__water-bodies--describe-process.json"
        )
        self.no_such_job = load("exceptions/zoo-live__no-such-job.json")["body"]
        self.landing = json.loads(
            json.dumps(load("landing-conformance/zoo-live__landing.json")).replace(
                "http://localhost:8090/ogc-api", "http://localhost:8080/acme/ogc-api"
            )
        )
        self.conformance = load("landing-conformance/zoo-live__conformance.json")
        self.was_dismissed = False
        self.asked = 0

    def __call__(self, _connection, received):
        path = received.path.partition("?")[0].removeprefix(self.base)
        job = f"/jobs/{self.job_id}"
        match received.method, path:
            case "GET", "" | "/":
                return answer(self.landing)
            case "GET", "/conformance":
                return answer(self.conformance)
            case "GET", "/processes":
                return answer({"processes": [self.description], "numberTotal": 1})
            case "GET", "/processes/water-bodies":
                return answer(self.description)
            case "POST", "/processes/water-bodies/execution":
                assert received.headers["prefer"] == "respond-async"
                location = f"http://localhost:8080{self.base}{job}"
                return answer(self.accepted, 201, {"Location": location})
            case "GET", "/jobs":
                return answer({"jobs": [self.statuses[-1]], "numberTotal": 1})
            case "GET", path if path == job and not self.was_dismissed:
                self.asked += 1
                return answer(self.statuses[min(self.asked, len(self.statuses)) - 1])
            case "DELETE", path if path == job:
                self.was_dismissed = True
                return answer(self.dismissed)
            case "GET", path if path == f"{job}/results":
                return answer(self.results)
            case "GET", path if path.startswith("/acme/temp/") and path.endswith(
                ".log"
            ):
                text = f"log of {path.rpartition('/')[2]}\nERROR nothing\n".encode()
                return answer(body=text, headers={"Content-Type": "text/plain"})
        return answer(self.no_such_job, 404)


class Pygeoapi:
    """A pygeoapi 0.21: its answer to a submission is ``null``."""

    base = ""
    process_id = "echo"

    def __init__(self, corpus):
        def load(path):
            return json.loads((corpus / path).read_text("utf-8"))

        self.landing = load("landing-conformance/pygeoapi__live021-landing.json")
        self.conformance = load(
            "landing-conformance/pygeoapi__live021-conformance.json"
        )
        self.processes = load("process-lists/pygeoapi__live021-processes.json")
        self.description = load("process-descriptions/pygeoapi__live021-echo.json")
        self.statuses = [
            load(f"status/pygeoapi__live021-slow_status_{n}.json") for n in range(5)
        ]
        self.job_id = self.statuses[0]["jobID"]
        self.results = load("results/pygeoapi__live021-slow_results.json")
        self.sync = load("results/pygeoapi__live021-sync_document.json")
        self.job_page = load("status/pygeoapi__live021-joblist-jobs_limit.json")
        self.dismissed = load("status/pygeoapi__live021-dismiss_running.json")
        self.not_found = load("exceptions/pygeoapi__live021-job-not-found.json")
        self.was_dismissed = False
        self.asked = 0

    def __call__(self, _connection, received):
        path, _, query = received.path.partition("?")
        assert received.headers["accept"].startswith("application/json")
        job = f"/jobs/{self.job_id}"
        match received.method, path:
            case "GET", "" | "/":
                return answer(self.landing)
            case "GET", "/conformance":
                return answer(self.conformance)
            case "GET", "/processes":
                return answer(self.processes)
            case "GET", "/processes/echo":
                return answer(self.description)
            case "POST", "/processes/echo/execution":
                if received.headers.get("prefer") != "respond-async":
                    return answer(self.sync)
                location = f"http://127.0.0.1:5077{job}"
                return answer(None, 201, {"Location": location}, body=b"null")
            case "GET", "/jobs" if "offset" in query:
                return answer({"jobs": self.job_page["jobs"][:1], "links": []})
            case "GET", "/jobs":
                return answer(self.job_page)
            case "GET", path if path == job and not self.was_dismissed:
                self.asked += 1
                return answer(self.statuses[min(self.asked, len(self.statuses)) - 1])
            case "GET", path if path == f"{job}/results":
                return answer(self.results)
            case "DELETE", path if path == job:
                self.was_dismissed = True
                # Its JSON is said to be a web page.
                return answer(self.dismissed, headers={"Content-Type": "text/html"})
        return answer(self.not_found, 404)


def serve(dialect):
    """Serve a dialect; the address of its landing page is ``server.url``."""
    server = RawServer(dialect)
    server.url = server.origin + dialect.base
    return server
