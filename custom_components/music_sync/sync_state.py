"""What is shown of a sync."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .engine.outcomes import Status
from .engine.sync.progress import Progress


class SyncStatus(StrEnum):
    """What a sync is doing."""

    IDLE = "idle"
    QUEUED = "queued"
    READING = "reading"
    MATCHING = "matching"
    WRITING = "writing"
    PAUSED = "paused"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What is known of a sync: `last` is the last report that was no dry run, `books` the last that counted anything.

    `next_run` and `waits_until` (for a rate limit to lift) are in Unix seconds.
    """

    is_enabled: bool = True
    is_queued: bool = False
    is_running: bool = False
    progress: Progress | None = None
    last: dict[str, Any] | None = None
    books: dict[str, Any] | None = None
    next_run: float | None = None
    waits_until: float | None = None

    @property
    def status(self) -> SyncStatus:
        """Return the sync's status."""
        if self.is_running:
            return SyncStatus(self.progress.step) if self.progress else SyncStatus.READING
        if self.is_queued:
            return SyncStatus.QUEUED
        if not self.is_enabled or self.waits_until is not None:
            return SyncStatus.PAUSED
        if self.last and self.last["status"] == Status.FAILED:
            return SyncStatus.FAILED
        return SyncStatus.IDLE
