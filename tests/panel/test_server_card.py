import pytest
from waiting import wait_for

from ogc_widgets.client import Client
from ogc_widgets.panel import ServerCard
from ogc_widgets.protocol import Capabilities, LandingPage, ProcessSummary
from ogc_widgets.protocol.notices import Oddity
from ogc_widgets.protocol.server_report import report

EVIL = "<b>*x*</b> `y` [z](javascript:1)"


def test_report_has_no_markup_of_the_server():
    landing = LandingPage.from_json({"title": EVIL, "links": []})
    card = report(
        "http://user:secret@x.test/api?token=1",
        Capabilities(),
        landing=landing,
        processes=[ProcessSummary(EVIL)],
        headers={"server": EVIL},
        oddities=[Oddity(EVIL, EVIL)],
    )
    html, text = card._repr_html_(), card._repr_markdown_()
    assert "<b>" not in html
    assert "secret" not in html + text
    assert "token" not in html + text
    assert r"\*x\*" in text
    # Inside of backticks nothing is markup, so none of the server's stay.
    assert all(line.count("`") in (0, 2) for line in text.splitlines() if "- " in line
               if r"\`" not in line)  # fmt: skip


def test_report_names_what_is_missing_with_examples():
    processes = [ProcessSummary(f"p{n}", version="1") for n in range(5)]
    processes[4] = ProcessSummary("odd", job_control_options=("async",))
    told = {
        one.text: one.evidence
        for one in report("http://x.test", Capabilities(), processes=processes).differs
    }
    assert told["4 of 5 processes have no jobControlOptions."] == "p0, p1, p2, …"
    assert told["1 of 5 processes have no version."] == "odd"
    assert "jobControlOptions: async" in told.values()
    assert any("no landing page" in text for text in told)
    assert any("no conformance class" in text for text in told)


@pytest.fixture
def card(lab_server):
    with Client(lab_server.url) as client:
        card = ServerCard(client)
        wait_for(lambda: card.card is not None)
        yield card
        card.close()


def test_card_tells_what_the_server_can_do_with_evidence(card):
    sections = {one["heading"]: one["facts"] for one in card.state["sections"]}
    can = {fact["text"]: fact["seen"] for fact in sections["What it can do"]}
    assert can["Cancel jobs"].endswith("/dismiss")
    assert card.state["markdown"] == card.card.markdown()
    data, _ = card._repr_mimebundle_()
    assert "Cancel jobs" in data["text/plain"]
    assert "<td>Cancel jobs</td>" in data["text/html"]


def test_card_is_written_again_with_what_was_seen_meanwhile(card):
    with pytest.raises(Exception, match="404"):
        card._client.process("nothing")
    card._client.jobs(1)
    card._receive(card, {"type": "refresh"}, [])
    wait_for(lambda: not card.state["is_reading"])
    assert "answered 200" in card.state["markdown"]


def test_error_stands_in_the_card():
    with Client("http://127.0.0.1:9") as client:
        card = ServerCard(client)
        wait_for(lambda: card.state["error"])
        assert "No connection" in card.state["error"]
        assert card.card is None
        card.close()
