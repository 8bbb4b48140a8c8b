"""How soon the end of a job of a batch is noticed, and how often it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ogc_widgets.client.batches.any_batch import left_s
from ogc_widgets.client.batches.entries import BatchEntry
from ogc_widgets.client.batches.pace import Pace
from ogc_widgets.protocol.documents.status import StatusInfo
from ogc_widgets.protocol.watching import Moment, Watch

RUNNING = StatusInfo("j", "running")


def looked_at(pace, takes_s):
    """When a job is looked at until it has ended, as its watch plans it."""
    watch = Watch(Moment(0, 0), spread=lambda: 0.5)
    watch.pace = pace.delay_s
    times = [0.0]
    while times[-1] < takes_s:
        now = Moment(times[-1], times[-1])
        watch.heard(RUNNING, now)
        times.append(times[-1] + watch.wait_s(now))
    pace.took(times[-2], times[-1])
    return times


@pytest.mark.parametrize("takes_s", [2.0, 30.0, 600.0])
def test_end_is_noticed_in_time_once_others_have_ended(takes_s):
    pace = Pace(4)
    late = [looked_at(pace, takes_s)[-1] / takes_s - 1 for _ in range(8)]
    assert late[0] < 0.26  # nothing is known of others
    assert max(late[1:]) <= 0.05


@pytest.mark.parametrize("shortest_s", [10.0, 300.0])
def test_jobs_that_differ_much_are_noticed_in_time_and_not_asked_for_all_the_time(
    shortest_s,
):
    pace = Pace(4)
    times = [shortest_s * (1 + 2 * (number * 0.618 % 1)) for number in range(60)]
    looks = [looked_at(pace, takes_s) for takes_s in times]
    late = [found[-1] - takes_s for found, takes_s in zip(looks, times, strict=True)]
    assert sum(late) / sum(times) < 0.05
    assert sum(map(len, looks)) / len(looks) < 60


def test_job_that_takes_far_longer_than_the_others_is_not_asked_for_ever_faster():
    pace = Pace(4)
    for _ in range(16):
        looked_at(pace, 10.0)
    times = looked_at(pace, 3_600.0)
    assert len(times) < 300


def test_wish_of_the_server_goes_before_the_pace():
    pace = Pace(4)
    pace.took(1.0, 1.1)
    watch = Watch(Moment(0, 0))
    watch.pace = pace.delay_s
    watch.heard(RUNNING, Moment(1, 1), retry_after_s=20)
    assert watch.wait_s(Moment(1, 1)) == 20


def test_time_left_is_told_from_those_that_have_ended():
    now = datetime.now(UTC)

    def entry(index, state, started_s=None, ended_s=None):
        moments = (
            None if ago is None else now - timedelta(seconds=ago)
            for ago in (started_s, ended_s)
        )
        return BatchEntry(index, {}, "", state, None, "", "", "j", "u", *moments)

    waiting = [entry(index, "waiting") for index in range(5)]
    assert left_s(waiting, 2) is None
    ended = [entry(5, "successful", 30, 20), entry(6, "failed", 30, 10)]  # 15 s each
    running = [entry(7, "running", 5)]
    assert left_s([*waiting, *ended, *running], 2) == pytest.approx(42.5, abs=1)
    assert left_s(ended, 2) == 0
