from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogc_widgets.errors import (
    DeadlineError,
    JobGoneError,
    NoSuchJobError,
    SignInError,
)
from ogc_widgets.protocol import StatusInfo
from ogc_widgets.protocol.notices import silent
from ogc_widgets.protocol.watching import Moment, Watch

START = 1_700_000_000.0
FAULT = DeadlineError("no answer")
GONE = NoSuchJobError("no such job", status_code=404)
REFUSED = SignInError("sign in", status_code=401)


class Clock:
    def __init__(self):
        self.steady = 100.0

    def now(self):
        return Moment(self.steady, START + self.steady)

    def wait(self, seconds):
        self.steady += seconds
        return self.now()


def status(word="running", **members):
    return StatusInfo.from_json({"jobID": "j1", "status": word, **members})


def watch(clock, **options):
    return Watch(clock.now(), spread=lambda: 0.5, **options)


def next_wait(machine, clock):
    return round(machine.wait_s(clock.now()), 3)


def test_checks_come_at_once_then_slower_up_to_half_a_minute():
    clock = Clock()
    machine = watch(clock, status=status())
    waits = [next_wait(machine, clock)]
    for _ in range(20):
        machine.heard(status(), clock.wait(machine.wait_s(clock.now())))
        waits.append(next_wait(machine, clock))
    assert waits[:4] == [0, 1, 1.25, 1.562]
    assert waits[-1] == 30
    assert waits == sorted(waits)


@pytest.mark.parametrize(("asked", "wait"), [(7, 7), (10**9, 300), (0, 1), (-3, 1)])
def test_servers_wish_is_obeyed_within_limits_when_it_says_when_to_ask(asked, wait):
    clock = Clock()
    machine = watch(clock, status=status())
    machine.heard(status(), clock.now(), retry_after_s=asked)
    assert next_wait(machine, clock) == wait


def test_job_goes_on_when_answers_fail():
    clock = Clock()
    machine = watch(clock, status=status(progress=23))
    machine.heard(status(progress=23), clock.now())
    first = machine.not_heard(FAULT, clock.wait(1))
    view = machine.not_heard(FAULT, clock.wait(2))
    assert (view.phase, view.connection) == ("running", "reconnecting")
    assert view.status.progress == 23
    assert view.silent_since == first.silent_since == START + 101
    assert view.checked_at == START + 100
    assert view.error is FAULT
    view = machine.heard(status(progress=40), clock.wait(1))
    assert (view.connection, view.silent_since, view.error) == ("ok", None, None)


def silent_for(machine, clock, seconds):
    """Let every check fail for so long; say what was waited between them."""
    end, waits = clock.steady + seconds, []
    while clock.steady < end and machine.wait_s(clock.now()) is not None:
        waits.append(machine.wait_s(clock.now()))
        machine.not_heard(FAULT, clock.wait(waits[-1]))
    return waits


def test_checks_come_slower_while_they_fail_and_soon_again_after_an_answer():
    clock = Clock()
    machine = watch(clock, status=status())
    waits = silent_for(machine, clock, 600)
    assert waits[:5] == [0, 1, 1.5, 2.25, 3.375]
    assert waits == sorted(waits)
    assert waits[-1] == 30
    machine.heard(status(), clock.wait(30))
    clock.wait(machine.wait_s(clock.now()))
    assert silent_for(machine, clock, 5)[:3] == [0, 1, 1.5]


def test_patience_begins_anew_when_there_was_an_answer():
    clock = Clock()
    machine = watch(clock, status=status())
    for _ in range(4):  # two hours, but never half of one without an answer
        silent_for(machine, clock, 29 * 60)
        assert machine.view.connection == "reconnecting"
        machine.heard(status(), clock.wait(1))


@pytest.mark.parametrize(("answers", "share"), [(True, 0.1), (False, 0.2)])
def test_watchers_of_one_moment_do_not_ask_in_step(answers, share):
    clock = Clock()

    def second_wait(**options):
        machine = Watch(clock.now(), status=status(), **options)
        if answers:
            machine.heard(status(), clock.now())
        else:
            machine.not_heard(FAULT, clock.now())
        return machine.wait_s(clock.now())

    assert second_wait(spread=lambda: 0) == pytest.approx(1 - share)
    assert second_wait(spread=lambda: 1) == pytest.approx(1 + share)
    assert len({second_wait() for _ in range(20)}) == 20


def test_watch_pauses_and_resumes_when_nothing_is_heard_for_half_an_hour():
    clock = Clock()
    machine = watch(clock, status=status())
    while (wait := machine.wait_s(clock.now())) is not None:
        machine.not_heard(FAULT, clock.wait(wait))
    assert machine.view.connection == "paused"
    assert machine.view.phase == "running"
    assert not machine.view.is_final
    assert 1_800 <= clock.steady - 100 <= 1_840
    machine.resume(clock.now())
    assert machine.wait_s(clock.now()) == 0
    assert machine.heard(status("successful"), clock.now()).phase == "successful"


def test_new_job_gets_a_minute_when_the_server_does_not_know_it_yet():
    clock = Clock()
    machine = watch(clock, status=status("accepted"), is_new=True)
    for _ in range(5):
        view = machine.gone(GONE, clock.wait(11))
        assert view.phase == "accepted"
    view = machine.gone(GONE, clock.wait(11))
    assert view.phase == "lost"
    assert isinstance(view.error, JobGoneError)
    assert "no longer knows job j1" in str(view.error)


def test_job_is_not_lost_when_one_answer_of_a_lagging_server_says_so():
    clock = Clock()
    machine = watch(clock, status=status(), is_new=True)
    machine.heard(status(), clock.now())
    assert machine.gone(GONE, clock.wait(1)).phase == "running"
    assert machine.heard(status(), clock.wait(1)).connection == "ok"
    machine.gone(GONE, clock.wait(1))
    view = machine.gone(GONE, clock.wait(1))
    assert (view.phase, view.status.status) == ("lost", "running")


def test_job_is_lost_at_once_when_the_server_says_it_is_gone():
    clock = Clock()
    machine = watch(clock, status=status(), is_new=True)
    assert machine.gone(GONE, clock.now(), for_good=True).phase == "lost"


def test_job_is_unharmed_when_the_credentials_expire():
    clock = Clock()
    machine = watch(clock, status=status())
    view = machine.refused(REFUSED, clock.now())
    assert (view.phase, view.connection) == ("running", "sign-in")
    assert machine.heard(status(), clock.wait(1)).connection == "ok"


@pytest.mark.parametrize("end", ["successful", "failed", "dismissed"])
def test_end_is_the_end_when_the_server_changes_its_mind(end):
    clock = Clock()
    machine = watch(clock, status=status())
    machine.heard(status(end), clock.now())
    assert machine.view.is_final
    assert machine.wait_s(clock.now()) is None
    machine.heard(status("running"), clock.wait(1))
    machine.not_heard(FAULT, clock.wait(1))
    machine.gone(GONE, clock.wait(1), for_good=True)
    machine.resume(clock.now())
    assert machine.view.phase == end
    assert machine.wait_s(clock.now()) is None


@pytest.mark.parametrize("word", ["queued", "paused", "SOMETHING new"])
def test_job_runs_on_when_its_word_is_unknown(word):
    clock = Clock()
    machine = watch(clock)
    with silent():
        said = status(word)
    view = machine.heard(said, clock.now())
    assert (view.phase, view.status.word, view.is_final) == ("running", word, False)


def test_job_that_was_only_made_waits_like_an_accepted_one():
    clock = Clock()
    view = watch(clock).heard(status("created"), clock.now())
    assert (view.phase, view.is_final) == ("accepted", False)


def test_job_is_quiet_when_its_status_has_not_changed_for_ten_minutes():
    clock = Clock()
    machine = watch(clock, status=status(progress=0))
    machine.heard(status(progress=0, runningSeconds=1), clock.now())
    assert not machine.heard(
        status(progress=0, runningSeconds=2), clock.wait(599)
    ).quiet
    view = machine.heard(status(progress=0, runningSeconds=3), clock.wait(2))
    assert view.quiet
    assert view.changed_at == START + 100
    assert not machine.heard(status(progress=1), clock.wait(1)).quiet


_FAULTS = st.sampled_from(["soft", "refused", "ok", "blip"])


@settings(deadline=None)
@given(
    faults=st.lists(_FAULTS, max_size=60),
    end=st.sampled_from(["successful", "failed", "dismissed"]),
    spread=st.floats(0, 1),
)
def test_true_state_is_reached_when_any_finite_run_of_faults_ends(faults, end, spread):
    clock = Clock()
    machine = Watch(clock.now(), status=status(), is_new=True, spread=lambda: spread)
    for fault in [*faults, "end"]:
        wait = machine.wait_s(clock.now())
        if wait is None:
            assert machine.view.connection == "paused"
            machine.resume(clock.now())
            wait = 0
        assert 0 <= wait <= 30 * 1.2
        now = clock.wait(wait)
        match fault:
            case "soft":
                machine.not_heard(FAULT, now)
            case "refused":
                machine.refused(REFUSED, now)
            case "ok":
                machine.heard(status(), now)
            case "blip":
                machine.gone(GONE, now)
                machine.heard(status(), clock.wait(0.1))
            case "end":
                machine.heard(status(end), now)
    assert machine.view.phase == end
