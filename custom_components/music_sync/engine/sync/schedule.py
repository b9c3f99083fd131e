"""Decides when a sync is due next."""

from dataclasses import dataclass
from enum import StrEnum

from ..outcomes import Status

RETRY_AFTER = 3600.0
"""Seconds after which a run takes up what the last one could not finish."""

LONGEST_RETRY = 86_400.0
"""Seconds to which that grows, doubling, while run after run cannot finish."""

LONG_WAIT = 60.0
"""Seconds from which a pause that a service asked for tells when to go on; shorter ones that keep a run from finishing
come again and again."""

SOURCE_EMPTY = "source_empty"
"""The key of the error of a run whose source likes nothing: only a change of the source helps."""


class Trigger(StrEnum):
    """What starts a sync by itself."""

    ON_CHANGE = "on_change"
    INTERVAL = "interval"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """How a sync's last run ended, and when (Unix seconds).

    `error` is the key of what kept it from going on, `waits_until` when a service may be asked again that did not want
    to be asked (Unix seconds), `unfinished` how many runs in a row could not finish.
    """

    status: Status
    finished_at: float
    error: str | None = None
    waits_until: float | None = None
    unfinished: int = 1


def next_run(
    trigger: Trigger,
    interval: float,
    last: LastRun | None,
    *,
    retry_at: float | None,
    blocked_until: float,
    now: float,
) -> float | None:
    """Return when a sync is due by the clock (Unix seconds), None where only a person or a change starts it.

    `interval` is in seconds; `retry_at` is when the first track that was not found is due again, `blocked_until` when
    both accounts may be asked. A run that a long rate limit ended is due the moment that lifts.
    """
    if trigger is Trigger.MANUAL:
        return None
    if last is None:
        due = now
    elif last.error != SOURCE_EMPTY and last.status in {Status.PARTIAL, Status.FAILED}:
        due = _taken_up_at(last)
    elif trigger is Trigger.INTERVAL:
        due = last.finished_at + interval
    elif retry_at is None:
        return None
    else:
        due = max(retry_at, last.finished_at + RETRY_AFTER)
    return max(due, blocked_until, now)


def _taken_up_at(last: LastRun) -> float:
    """Return when an unfinished run is taken up: ever more rarely, unless a service said when it may be asked."""
    if last.waits_until is not None and last.waits_until - last.finished_at > LONG_WAIT:
        return last.waits_until
    return last.finished_at + min(RETRY_AFTER * 2.0 ** min(last.unfinished - 1, 8), LONGEST_RETRY)
