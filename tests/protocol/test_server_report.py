"""What is written down of a server, line by line."""

from __future__ import annotations

from ogc_widgets.protocol import Conformance, LandingPage, Process
from ogc_widgets.protocol.documents.server import Capabilities
from ogc_widgets.protocol.notices import Oddity
from ogc_widgets.protocol.server_report import report

URL = "https://srv.test/api?key=secret"
SPEC = "http://www.opengis.net/spec/ogcapi-processes"


def a_process(name, **said):
    return Process.from_json({"id": name, **said})


LANDING = LandingPage.from_json(
    {
        "title": "Water *server*",
        "links": [
            {"rel": "self", "href": "http://inner.test/api?x=1"},
            {"rel": "processes", "href": "http://inner.test/api/processes"},
            {"rel": "job-list", "href": "http://inner.test/api/jobs"},
        ],
    }
)
CONFORMANCE = Conformance.from_json(
    {
        "conformsTo": [
            f"{SPEC}-1/1.0/conf/core", f"{SPEC}-1/2.0/conf/core",
            f"{SPEC}-2/1.0/conf/deploy-replace-undeploy", f"{SPEC}-9/1.0/conf/other",
        ]
    }
)  # fmt: skip
PROCESSES = [
    a_process("a", version="1", jobControlOptions=["async-execute", "odd"]),
    a_process("b", version="1", inputs={"x": {}, "y": {"schema": {"type": "string"}}}),
    *(a_process(name) for name in "cde"),
]


def test_report_holds_what_is_known_and_where_it_was_seen():
    found = report(
        URL,
        Capabilities.of(CONFORMANCE, LANDING, PROCESSES),
        landing=LANDING,
        conformance=CONFORMANCE,
        processes=PROCESSES,
        descriptions=PROCESSES[:2],
        headers={"server": "nginx", "x-powered-by": "zoo"},
        oddities=[Oddity("It is odd.", "GET /jobs")],
        made_by="a test",
    )
    assert (found.title, found.url) == ("Water *server*", "https://srv.test/api")
    facts = [(one.label, one.text, one.evidence) for one in found.facts]
    assert facts == [
        ("Software", "zoo", "header X-Powered-By"),
        ("Software", "nginx", "header Server"),
        ("Calls itself", "http://inner.test/api", "link self"),
        ("Standard", "Part 1, Core: 1.0, 2.0",
         "conformance classes ogcapi-processes-1"),
        ("Standard", "Part 2, Deploy, Replace, Undeploy: 1.0",
         "conformance classes ogcapi-processes-2"),
        ("Standard", "Part 9: 1.0", "conformance classes ogcapi-processes-9"),
        ("Processes", "5", "list of processes"),
    ]  # fmt: skip
    assert {one.text for one in found.can} == {
        "Run processes as jobs", "List its jobs", "Deploy processes"
    }  # fmt: skip
    assert "Cancel jobs" in [one.text for one in found.cannot]
    assert found.unsaid == ()
    differs = [(one.text, one.evidence) for one in found.differs]
    assert differs == [
        ("Its landing page has no link conformance.", "links"),
        ("3 of 5 processes have no version.", "c, d, e"),
        ("4 of 5 processes have no jobControlOptions.", "b, c, d, …"),
        ("Its processes have job control options that the standard does not know.",
         "jobControlOptions: odd"),
        ("1 of 2 inputs of b have no schema.", "x"),
        ("It is odd.", "GET /jobs"),
    ]  # fmt: skip
    text = str(found)
    assert text.startswith("# Water \\*server\\*\n\nhttps://srv.test/api\n\n## What it")
    assert "- Software: nginx (`header Server`)\n" in text
    assert "\n## What it does differently\n" in text
    assert text.endswith("\n\nSeen with a test.\n")
    html = found.html()
    assert "<caption>Water *server* (https://srv.test/api)</caption>" in html
    row = "<td>Software: zoo</td><td><small>header X-Powered-By</small></td></tr>"
    assert f"<tr><th>What it is</th>{row}" in html
    # A heading stands beside its first line only.
    headings = [heading for heading, _ in found.sections]
    assert [html.count(f"<th>{heading}</th>") for heading in headings] == [1] * 4


def test_report_says_what_is_lacking_when_nothing_could_be_read():
    found = report(URL, Capabilities.of())
    assert (found.title, found.facts, found.can, found.cannot) == (
        "srv.test", (), (), ()
    )  # fmt: skip
    assert len(found.unsaid) == len(list(Capabilities()))
    assert [one.text for one in found.differs] == [
        "It has no landing page; its resources were found by their paths.",
        "It declares no conformance class of OGC API - Processes.",
    ]
    assert "Seen with" not in str(found)
    declared = Conformance.from_json({"conformsTo": [f"{SPEC}-1/1.0/conf/dismiss"]})
    (lack, *_) = report(URL, Capabilities.of(), conformance=declared).differs[1:]
    assert lack.text == "It does not declare the conformance class core."
    assert lack.evidence == "conformsTo"


def test_yes_counts_more_than_no_and_the_process_more_than_its_server():
    sync = a_process("s", jobControlOptions=["sync-execute"])
    both = a_process("b", jobControlOptions=["sync-execute", "dismiss"])
    found = Capabilities.of(CONFORMANCE, None, [sync, both])
    assert (found.run_sync.available, found.run_async.available) == (True, False)
    assert (
        found.run_async.evidence == "no process has the jobControlOption async-execute"
    )
    assert found.run_sync.evidence == "jobControlOptions of s: sync-execute"
    # Not declared, but a process says so.
    assert found.dismiss.available
    assert found.dismiss.evidence == "jobControlOptions of b: dismiss"
    assert found.dismiss.subject == "This server"
    assert found.list_jobs.available is None
    assert found.callback.evidence == "no conformance class callback"
    own = Capabilities.of(CONFORMANCE).for_process(both)
    assert (own.dismiss.available, own.dismiss.subject) == (True, "This server")
    assert own.dismiss.evidence == "jobControlOptions of b: sync-execute, dismiss"
    assert (own.run_async.available, own.run_async.subject) == (False, "This process")
    seen = {"dismiss": (False, "DELETE answered 405")}
    shown = Capabilities.of(CONFORMANCE, None, [both], seen)
    assert (shown.dismiss.available, shown.dismiss.is_seen) == (False, True)
    assert shown.for_process(both).dismiss == shown.dismiss
    silent = a_process("n")
    assert shown.for_process(silent) is shown
