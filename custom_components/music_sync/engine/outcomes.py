"""What became of each row of a source, and of a run as a whole."""

from dataclasses import dataclass
from enum import StrEnum

from .model import Track


class Outcome(StrEnum):
    """What became of a row; in a dry run, what would."""

    ADDED = "added"
    ALREADY_PRESENT = "already_present"
    REVIEW = "review"
    MISSING = "missing"
    FAILED = "failed"
    UNSYNCABLE = "unsyncable"
    SKIPPED = "skipped"


class Status(StrEnum):
    """Where a run is, or how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one row of the source, and why (the contract's reasons).

    `score` is 0 to 100; `target` the track on the target, `candidate` the best refused one where there is none.
    """

    outcome: Outcome
    reason: str
    source: Track
    score: float | None = None
    target: Track | None = None
    candidate: Track | None = None
