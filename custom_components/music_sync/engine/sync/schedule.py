"""Decides when a sync is due next."""

from dataclasses import dataclass
from enum import StrEnum

from ..outcomes import Status

RETRY_AFTER = 3600.0
"""Seconds after which a run takes up what the last one could not finish."""

RATE_LIMITED = "rate_limited"
"""The key of the error of a run that a service's rate limit ended."""


class Trigger(StrEnum):
    """What starts a sync by itself."""

    ON_CHANGE = "on_change"
    INTERVAL = "interval"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """How a sync's last run ended, and when (Unix seconds); `error` is the key of what kept it from going on."""

    status: Status
    finished_at: float
    error: str | None = None


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
    both accounts may be asked. A run that a rate limit ended is due the moment that lifts.
    """
    if trigger is Trigger.MANUAL:
        return None
    if last is None:
        due = now
    elif last.status in {Status.PARTIAL, Status.FAILED}:
        due = last.finished_at if last.error == RATE_LIMITED else last.finished_at + RETRY_AFTER
    elif trigger is Trigger.INTERVAL:
        due = last.finished_at + interval
    elif retry_at is None:
        return None
    else:
        due = max(retry_at, last.finished_at + RETRY_AFTER)
    return max(due, blocked_until, now)
