"""Decides when a sync is due next."""

from dataclasses import dataclass
from enum import StrEnum

from ..outcomes import Status

RETRY_AFTER = 3600.0
"""Seconds after which a run takes up what the last one could not finish."""


class Trigger(StrEnum):
    """What starts a sync by itself."""

    ON_CHANGE = "on_change"
    INTERVAL = "interval"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """How a sync's last run ended, and when (Unix seconds)."""

    status: Status
    finished_at: float


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
    both accounts may be asked.
    """
    if trigger is Trigger.MANUAL:
        return None
    if last is None:
        due = now
    elif last.status in {Status.PARTIAL, Status.FAILED}:
        due = blocked_until if blocked_until > now else last.finished_at + RETRY_AFTER
    elif trigger is Trigger.INTERVAL:
        due = last.finished_at + interval
    elif retry_at is None:
        return None
    else:
        due = retry_at
    return max(due, blocked_until, now)
