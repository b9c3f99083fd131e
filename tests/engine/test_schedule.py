"""Tests of when a sync is due."""

from hypothesis import given, strategies as st
import pytest

from custom_components.music_sync.engine.outcomes import Status
from custom_components.music_sync.engine.sync.schedule import RETRY_AFTER, LastRun, Trigger, next_run

NOW = 1_800_000_000.0
HOUR, DAY = 3600.0, 86_400.0
CHANGE, INTERVAL, MANUAL = Trigger.ON_CHANGE, Trigger.INTERVAL, Trigger.MANUAL


def last(status: Status, ago: float, error: str | None = None) -> LastRun:
    """Make a run that ended some seconds ago."""
    return LastRun(status=status, finished_at=NOW - ago, error=error)


DONE, PARTIAL, FAILED, CANCELLED = Status.COMPLETED, Status.PARTIAL, Status.FAILED, Status.CANCELLED


@pytest.mark.parametrize(
    ("trigger", "ended", "retry", "blocked", "expected"),
    [
        (MANUAL, None, None, 0, None),
        (MANUAL, last(PARTIAL, DAY), -DAY, 0, None),
        (CHANGE, None, None, 0, 0),
        (CHANGE, None, None, 90, 90),
        (CHANGE, last(DONE, HOUR), None, 0, None),
        (CHANGE, last(DONE, HOUR), 3 * DAY, 0, 3 * DAY),
        (CHANGE, last(DONE, 2 * DAY), -DAY, 0, 0),
        (CHANGE, last(DONE, 60), -DAY, 0, RETRY_AFTER - 60),
        (CHANGE, last(DONE, 2 * DAY), -DAY, HOUR, HOUR),
        (CHANGE, last(CANCELLED, HOUR), None, 0, None),
        (CHANGE, last(PARTIAL, 60), None, 0, RETRY_AFTER - 60),
        (CHANGE, last(FAILED, 2 * DAY), None, 0, 0),
        (INTERVAL, None, None, 0, 0),
        (INTERVAL, last(DONE, HOUR), 0, 0, 5 * HOUR),
        (INTERVAL, last(DONE, DAY), None, 0, 0),
        (INTERVAL, last(DONE, DAY), None, 90, 90),
        (INTERVAL, last(PARTIAL, 60), None, 0, RETRY_AFTER - 60),
        (INTERVAL, last(CANCELLED, HOUR), None, 0, 5 * HOUR),
    ],
)
def test_when_a_sync_is_due(
    trigger: Trigger, ended: LastRun | None, retry: float | None, blocked: float, expected: float | None
) -> None:
    """By trigger, by how the last run ended, by what was not found, and never before both may be asked (in seconds)."""
    due = next_run(
        trigger,
        6 * HOUR,
        ended,
        retry_at=None if retry is None else NOW + retry,
        blocked_until=NOW + blocked if blocked else 0.0,
        now=NOW,
    )
    assert due == (None if expected is None else NOW + expected)


@pytest.mark.parametrize("status", [PARTIAL, FAILED])
@pytest.mark.parametrize(
    ("ago", "pause", "left", "expected"),
    [
        (60.0, 600.0, 540.0, 540.0),
        (600.0, 600.0, 0.0, 0.0),
        (2 * DAY, 600.0, 0.0, 0.0),
        (60.0, DAY, DAY - 60, DAY - 60),
        (0.0, 12 * HOUR, 0.0, 12 * HOUR),
        (0.0, 1.0, 1.0, RETRY_AFTER),
    ],
    ids=["minutes", "over", "long over", "a day", "budget", "a second, again and again"],
)
def test_pause_that_ended_a_run(status: Status, ago: float, pause: float, left: float, expected: float) -> None:
    """The next run is set for the moment a long pause ends, and is still due once it has."""
    ended = LastRun(status=status, finished_at=NOW - ago, error="rate_limited", waits_until=NOW - ago + pause)
    blocked = NOW + left if left else 0.0
    assert next_run(CHANGE, HOUR, ended, retry_at=None, blocked_until=blocked, now=NOW) == NOW + expected


@pytest.mark.parametrize(("unfinished", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (400, 24)])
def test_run_after_run_that_cannot_finish(unfinished: int, hours: int) -> None:
    """They are taken up ever more rarely, and at least once a day."""
    ended = LastRun(status=PARTIAL, finished_at=NOW, unfinished=unfinished)
    assert next_run(CHANGE, HOUR, ended, retry_at=None, blocked_until=0, now=NOW) == NOW + hours * HOUR


def test_empty_source() -> None:
    """It is looked at again when it changes or at the next interval, not as a failure."""
    empty = last(FAILED, 60, "source_empty")
    assert next_run(CHANGE, HOUR, empty, retry_at=None, blocked_until=0, now=NOW) is None
    assert next_run(INTERVAL, 6 * HOUR, empty, retry_at=None, blocked_until=0, now=NOW) == NOW + 6 * HOUR - 60


@given(
    trigger=st.sampled_from(Trigger),
    ended=st.none() | st.builds(last, st.sampled_from([DONE, PARTIAL, FAILED, CANCELLED]), st.floats(0, 90 * DAY)),
    retry=st.none() | st.floats(-90 * DAY, 90 * DAY),
    blocked=st.floats(-DAY, DAY),
)
def test_no_sync_runs_without_a_pause(
    trigger: Trigger, ended: LastRun | None, retry: float | None, blocked: float
) -> None:
    """Never in the past, never while blocked, and never again at once after a run that was not cut short."""
    retry_at = None if retry is None else NOW + retry
    due = next_run(trigger, HOUR, ended, retry_at=retry_at, blocked_until=NOW + blocked, now=NOW)
    if due is not None:
        assert due >= max(NOW, NOW + blocked)
        assert ended is None or due >= ended.finished_at + RETRY_AFTER
