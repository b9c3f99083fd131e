"""Turns what became of each row into the report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ..model import Track
from ..outcomes import Item, Outcome, Status

TOLD_APART = ("removed", "removals_held")


def count(items: Iterable[Item]) -> dict[str, int]:
    """Return the books: how many rows the source has, and how many had which outcome."""
    found = Counter(item.outcome for item in items)
    return (
        {"source": found.total()}
        | {outcome.value: found[outcome] for outcome in Outcome}
        | dict.fromkeys(TOLD_APART, 0)
    )


def judge(items: Iterable[Item]) -> Status:
    """Return how a run ended that read both sides and was not cancelled."""
    unfinished = any(
        item.outcome is Outcome.FAILED or (item.outcome is Outcome.SKIPPED and item.reason != "limit") for item in items
    )
    return Status.PARTIAL if unfinished else Status.COMPLETED


def success_rate(counts: dict[str, int]) -> float | None:
    """Return how much of what had to be done was done, in percent; None where nothing had to be."""
    tried = counts["added"] + counts["review"] + counts["missing"] + counts["failed"]
    return _percent(counts["added"], tried)


def coverage(counts: dict[str, int]) -> float | None:
    """Return how much of what the target can have it has, in percent; None where that is nothing."""
    return _percent(counts["added"] + counts["already_present"], counts["source"] - counts["unsyncable"])


def header(
    *,
    run_id: str,
    status: Status,
    dry_run: bool,
    source: dict[str, str],
    target: dict[str, str],
    content: str,
    started_at: float,
    finished_at: float,
    items: Sequence[Item],
    source_age: int | None = None,
    error: str | None = None,
    waits_until: float | None = None,
) -> dict[str, Any]:
    """Return the report without its items; times are taken in Unix seconds.

    `source_age` (seconds) says that the mirror served, and how old it was; `error` why a run could not go on, and
    `waits_until` when a service that wanted a pause may be asked again.
    """
    counts = count(items)
    return {
        "run_id": run_id,
        "status": status.value,
        "dry_run": dry_run,
        "source": source,
        "target": target,
        "content": content,
        "started_at": moment(started_at),
        "finished_at": moment(finished_at),
        "duration": round(finished_at - started_at, 1),
        "counts": counts,
        "success_rate": success_rate(counts),
        "coverage": coverage(counts),
        "source_age": source_age,
        "error": error,
        "waits_until": None if waits_until is None else moment(waits_until),
        "items_total": len(items),
    }


def moment(at: float) -> str:
    """Return a time as ISO 8601, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def describe_item(item: Item) -> dict[str, Any]:
    """Return an item in the report's shape; the best refused candidate carries the score it was refused with."""
    candidate = _describe(item.candidate)
    return {
        "outcome": item.outcome.value,
        "reason": item.reason,
        "score": _rounded(item.score),
        "source": _describe(item.source),
        "target": _describe(item.target),
        "candidate": None if candidate is None else candidate | {"score": _rounded(item.score)},
    }


def _describe(track: Track | None) -> dict[str, Any] | None:
    """Return a track in the report's shape, its version put back into the title."""
    if track is None:
        return None
    shown = f"{track.title} ({track.version})" if track.version else track.title
    return {
        "id": track.id,
        "title": shown,
        "artists": list(track.artists),
        "album": track.album,
        "isrc": track.isrc,
        "duration": None if track.duration is None else round(track.duration),
    }


def _percent(part: int, whole: int) -> float | None:
    """Return a share in percent, with one decimal."""
    return round(100 * part / whole, 1) if whole else None


def _rounded(score: float | None) -> float | None:
    """Return a score with one decimal."""
    return None if score is None else round(score, 1)
