"""The page about conformance is complete, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

LAB = Path(__file__).parent
PAGE = LAB.parents[1] / "docs" / "conformance.md"
# By class, in the order of the standard: 18-062r2, Annex A, and the draft of Part 2.
ABSTRACT_TESTS = {
    "core": """
        landingpage-op landingpage-success api-definition-op api-definition-success
        conformance-op conformance-success http process-list pl-limit-definition
        process-list-success pl-links pl-limit-response process process-success
        process-exception-no-such-process job-creation-op
        job-creation-auto-execution-mode job-creation-default-execution-mode
        job-creation-request job-creation-inputs job-creation-input-inline
        job-creation-input-ref job-creation-input-array
        job-creation-input-inline-object job-creation-input-inline-mixed
        job-creation-input-inline-binary job-creation-input-inline-bbox
        job-creation-input-validation job-creation-sync-raw-value-one
        job-creation-sync-raw-value-multi job-creation-sync-raw-ref
        job-creation-sync-raw-mixed-multi job-creation-sync-document
        job-creation-success-async job-op job-success job-exception-no-such-job
        job-results job-results-success-sync job-results-async-raw-value-one
        job-results-async-raw-value-multi job-results-async-raw-ref
        job-results-async-raw-mixed-multi job-results-async-document
        job-results-exception-no-such-job job-results-exception-results-not-ready
        job-results-failed
    """,
    "ogc-process-description": """
        json-encoding inputs-def input-def input-mixed-type outputs-def output-def
        output-mixed-type
    """,
    "json": """
        definition
    """,
    "html": """
        content definition
    """,
    "oas30": """
        completeness exceptions-codes oas-definition-1 oas-definition-2 oas-impl
        security
    """,
    "job-list": """
        job-list-op type-definition processID-definition status-definition
        datetime-definition duration-definition limit-definition job-list-success
        links type-response processID-mandatory processID-response status-response
        datetime-response duration-response limit-response
    """,
    "dismiss": """
        job-dismiss-op job-dismiss-success
    """,
    "dru": """
        static-indicator deploy/post-op deploy/content-type
        deploy/unsupported-content-type replace/put-op replace/content-type
        undeploy/delete-op undeploy/response undeploy/response-immutable
    """,
    "ogcapppkg": """
        deploy/body deploy/response deploy/response-success
        deploy/response-duplicate replace/body replace/response
    """,
    "cwl": """
        deploy-body replace-body
    """,
}
# What the lab does not say that it does.
NOT_CLAIMED = {"html"}
ROW = re.compile(
    r"\| (?P<number>A\.\d+)? *\| `/conf/(?P<id>\S+)` \| .+ \| (?P<result>.+) \|"
    r" (`(?P<file>\w+)::(?P<test>\w+)`)? *\|"
)


def rows() -> list[re.Match[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [match for match in map(ROW.fullmatch, lines) if match]


def test_every_abstract_test_is_on_the_page_once() -> None:
    wanted = [
        f"{name}/{test}"
        for name, tests in ABSTRACT_TESTS.items()
        for test in tests.split()
    ]
    assert [row["id"] for row in rows()] == wanted
    numbers = [row["number"] for row in rows() if row["number"]]
    assert numbers == [f"A.{number}" for number in range(1, 82)]


def test_every_result_is_shown_by_a_test_that_there_is() -> None:
    for row in rows():
        if row["id"].partition("/")[0] in NOT_CLAIMED:
            assert (row["result"], row["test"]) == ("not claimed", None)
            continue
        assert row["result"] == "passes"
        tree = ast.parse((LAB / f"{row['file']}.py").read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert row["test"] in names, row["id"]


def test_every_class_on_the_page_is_claimed_by_the_lab(api) -> None:
    claimed = api.get("/conformance").json()["conformsTo"]
    tails = {
        uri.rpartition("/conf/")[2] for uri in claimed if "/ogcapi-processes-" in uri
    }
    short = {"deploy-replace-undeploy": "dru"}
    assert {
        short.get(tail, tail) for tail in tails
    } == ABSTRACT_TESTS.keys() - NOT_CLAIMED
