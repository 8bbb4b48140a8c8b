import json
from datetime import UTC, datetime

import pytest

from ogc_widgets.errors import ConnectionFailedError
from ogc_widgets.panel.job.job_state import Surroundings, job_state, resting_state
from ogc_widgets.protocol import JobView, StatusInfo

ID = "bfafdb8e-902c-11ef-a29c-8e55bd0a3308"
NOW = 1_700_000_000.0


def state_of(phase="running", *, status="", around=None, **view):
    document = {"jobID": ID, "status": phase if phase != "lost" else "running"}
    document |= {"processID": "water-bodies"} | (status or {})
    shown = JobView(
        phase=phase,
        status=StatusInfo.from_json(document),
        **{"checked_at": NOW - 2, "changed_at": NOW - 2, **view},
    )
    known = {"job_id": ID, "elapsed_s": 46.0, "now": NOW, **(around or {})}
    return job_state(shown, Surroundings(**known))


def told(state):
    """The sentence of the notice, with the numbers that the page starts from."""
    words = []
    for part in state["notice"]["parts"]:
        if isinstance(part, str):
            words.append(part)
        elif "since" in part:
            words.append(f"{part.get('before', '')}{part['since']:.0f} s")
        else:
            words.append(f"{part['before']}{part['until']:.0f} s")
    return "".join(words)


def test_reconnecting_says_how_long_and_when_again_and_that_the_job_runs_on():
    state = state_of(
        connection="reconnecting",
        silent_since=NOW - 20,
        next_check_at=NOW + 8,
        error=ConnectionFailedError("refused"),
    )
    assert state["word"] == "Reconnecting"
    assert state["logs_note"] == "No log yet: the server has not answered."
    assert told(state) == (
        "No answer for 20 s, trying again in 8 s. The job keeps running on the server."
    )


def test_lost_job_says_that_the_inputs_are_kept_and_keeps_its_last_status():
    state = state_of("lost", status={"progress": 62, "message": "Otsu"})
    assert told(state) == (
        "The server no longer knows job bfafdb8e; your inputs are kept."
    )
    assert state["percent"] == 62
    assert state["stop"] is None


def test_stop_becomes_stop_watching_when_the_server_cannot_cancel():
    stop = state_of(around={"can_stop": False})["stop"]
    assert stop["hint"] == "Stop watching (this server cannot cancel jobs)"
    assert stop["does"] == "unwatch"


@pytest.mark.parametrize("can_stop", [True, None])
def test_stop_asks_once_when_the_server_can_or_may_cancel(can_stop):
    stop = state_of(around={"can_stop": can_stop})["stop"]
    assert (stop["ask"], stop["yes"], stop["no"]) == (
        "Stop job?",
        "Stop it",
        "Keep running",
    )


def test_progress_is_unknown_when_the_server_gives_none():
    state = state_of(status={"message": "No message provided"})
    assert state["percent"] is None
    assert state["bar"] == "moving"


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.DialectWarning")
@pytest.mark.parametrize(
    ("given", "shown"), [(-5, 0), (150, 100), ("45%", 45), (0, 0), (22.6, 23)]
)
def test_percent_is_a_whole_number_from_0_to_100(given, shown):
    state = state_of(status={"progress": given})
    assert (state["percent"], state["bar"]) == (shown, "known")


def test_bar_is_full_when_a_successful_job_has_no_progress():
    state = state_of("successful", status={"message": ""})
    assert (state["bar"], state["percent"]) == ("full", None)
    assert state["message"] == "The results are ready."


def test_accepted_job_waits_for_a_free_place_without_a_moving_bar():
    state = state_of("accepted", status={"progress": 0})
    assert state["message"] == "Waiting for a free place on the server."
    assert (state["bar"], state["percent"]) == ("empty", None)


@pytest.mark.filterwarnings("ignore::ogc_widgets.errors.DialectWarning")
def test_word_of_the_server_is_shown_when_the_standard_does_not_know_it():
    assert state_of(status={"status": "paused"})["word"] == "Paused"
    assert state_of(status={"status": "dedupeD"})["word"] == "DedupeD"


def test_quiet_job_comes_with_advice_and_the_time_without_a_sign():
    state = state_of(quiet=True, changed_at=NOW - 660)
    assert told(state).startswith("No sign of life for 660 s.")
    assert "stop the job" in told(state)


def test_quiet_job_is_not_told_to_be_stopped_when_the_server_cannot():
    state = state_of(quiet=True, changed_at=NOW - 660, around={"can_stop": False})
    assert "stop" not in told(state)


def test_paused_watching_offers_to_check_now():
    state = state_of(connection="paused", silent_since=NOW - 1800)
    assert state["notice"]["action"] == "Check now"
    assert "The job keeps running on the server." in told(state)


def test_sign_in_is_never_a_failure_of_the_job():
    state = state_of(connection="sign-in")
    assert state["kind"] == "sign-in"
    assert told(state) == (
        "The server asks you to sign in again. The job keeps running on the server."
    )


def test_cancelling_is_shown_until_the_job_has_ended():
    around = {"stop": "cancelling"}
    assert state_of(around=around)["word"] == "Cancelling"
    assert state_of(around=around)["stop"]["busy"] is True
    assert state_of("successful", around=around)["word"] == "Successful"


def test_failed_job_without_a_reason_says_so():
    state = state_of("failed")
    assert "gives no reason" in state["failure"]["lead"]
    assert "report" in state["failure"]["advice"]


def test_failure_of_the_2_0_draft_is_read_from_its_exception():
    exception = {"title": "Invalid band", "detail": "nirr is not a band"}
    state = state_of("failed", status={"exception": exception})
    assert "nirr is not a band" in state["failure"]["lead"]


def test_message_is_one_clean_line_and_cut_when_it_is_huge():
    state = state_of(status={"message": "\n\u202e\x07 first\nsecond"})
    assert state["message"] == "first"
    huge = state_of(status={"message": "x" * 5_000_000})
    assert len(huge["message"]) < 5_000


def test_times_of_a_finished_job_stand_still():
    state = state_of("successful")
    assert state["ticking"] is False
    assert state["checked_ago"] is None


@pytest.mark.parametrize(
    "kind", ["idle", "invalid", "submitting", "not-started", "unknown"]
)
def test_resting_states_have_the_members_of_a_job_state(kind):
    assert resting_state(kind).keys() == state_of().keys()


def test_state_is_plain_json_with_every_member_set():
    created = datetime(2024, 10, 22, tzinfo=UTC).isoformat()
    state = state_of(status={"created": created, "progress": 20})
    assert json.loads(json.dumps(state)) == state


def test_announcement_has_no_number_that_ticks():
    state = state_of(
        connection="reconnecting", silent_since=NOW - 20, next_check_at=NOW + 8
    )
    assert state["announce"] == (
        "Job bfafdb8e: Reconnecting. The job keeps running on the server."
    )
