"""Tests of the report: its shape, its sums, and what is left empty."""

from hypothesis import given, strategies as st
import pytest

from custom_components.music_sync.engine.model import Track
from custom_components.music_sync.engine.outcomes import Item, Outcome, Status
from custom_components.music_sync.engine.sync import report

OURS = Track(id="s", title="Song", artists=("A", "B"), album="Album", duration=184.6, isrc="XX1230000001")
THEIRS = Track(id="t", title="Song", artists=("A",), version="Live")
BOOKS = [outcome.value for outcome in Outcome]


def item(outcome: Outcome, reason: str = "why") -> Item:
    """Make an item."""
    return Item(outcome=outcome, reason=reason, source=OURS)


ITEMS = st.lists(st.builds(item, st.sampled_from(Outcome), st.sampled_from(["limit", "budget"])), max_size=30)


@given(ITEMS)
def test_books_balance(items: list[Item]) -> None:
    """Every row is counted, once; shares are between 0 and 100, or nothing."""
    counts = report.count(items)
    assert list(counts) == ["source", *BOOKS, "removed", "removals_held"]
    assert counts["source"] == len(items) == sum(counts[outcome] for outcome in BOOKS)
    for share in (report.success_rate(counts), report.coverage(counts)):
        assert share is None or 0 <= share <= 100


@given(ITEMS)
def test_status_of_a_run_that_read_both_sides(items: list[Item]) -> None:
    """Complete is what has no failure, and skipped nothing but for the limit."""
    unfinished = [one for one in items if one.outcome is Outcome.FAILED]
    unfinished += [one for one in items if one.outcome is Outcome.SKIPPED and one.reason != "limit"]
    assert report.judge(items) is (Status.PARTIAL if unfinished else Status.COMPLETED)


@pytest.mark.parametrize(
    ("counts", "success", "coverage"),
    [
        ({"source": 523, "added": 98, "already_present": 412, "review": 4, "missing": 7, "unsyncable": 2}, 89.9, 97.9),
        ({"source": 5, "already_present": 5}, None, 100.0),
        ({"source": 3, "unsyncable": 3}, None, None),
        ({}, None, None),
        ({"source": 3, "missing": 3}, 0.0, 0.0),
        ({"source": 2, "skipped": 2}, None, 0.0),
    ],
)  # fmt: skip
def test_shares(counts: dict[str, int], success: float | None, coverage: float | None) -> None:
    """Success is of what had to be done, coverage of what can be there; nothing of nothing is null."""
    whole = dict.fromkeys(["source", *BOOKS], 0) | counts
    assert (report.success_rate(whole), report.coverage(whole)) == (success, coverage)


def test_header() -> None:
    """The contract's fields, times as ISO 8601 in UTC."""
    told = report.header(
        run_id="01K",
        status=Status.PARTIAL,
        dry_run=True,
        source={"entry_id": "a", "title": "A", "kind": "spotify"},
        target={"entry_id": "b", "title": "B", "kind": "qobuz"},
        content="favorites",
        started_at=1_800_000_000.04,
        finished_at=1_800_000_012.44,
        items=[item(Outcome.ADDED), item(Outcome.FAILED)],
        source_age=90,
        error="rate_limited",
        waits_until=1_800_003_600.9,
    )
    assert told == {
        "run_id": "01K",
        "status": "partial",
        "dry_run": True,
        "source": {"entry_id": "a", "title": "A", "kind": "spotify"},
        "target": {"entry_id": "b", "title": "B", "kind": "qobuz"},
        "content": "favorites",
        "started_at": "2027-01-15T08:00:00+00:00",
        "finished_at": "2027-01-15T08:00:12+00:00",
        "duration": 12.4,
        "counts": dict.fromkeys(BOOKS, 0) | {"source": 2, "added": 1, "failed": 1, "removed": 0, "removals_held": 0},
        "success_rate": 50.0,
        "coverage": 50.0,
        "source_age": 90,
        "error": "rate_limited",
        "waits_until": "2027-01-15T09:00:00+00:00",
        "items_total": 2,
    }


def test_item_that_has_a_target() -> None:
    """Tracks in the contract's shape; a version goes back into the title."""
    written = Item(outcome=Outcome.ADDED, reason="isrc", score=99.96, source=OURS, target=THEIRS)
    assert report.describe_item(written) == {
        "outcome": "added",
        "reason": "isrc",
        "score": 100.0,
        "source": {
            "id": "s",
            "title": "Song",
            "artists": ["A", "B"],
            "album": "Album",
            "isrc": "XX1230000001",
            "duration": 185,
        },
        "target": {
            "id": "t",
            "title": "Song (Live)",
            "artists": ["A"],
            "album": None,
            "isrc": None,
            "duration": None,
        },
        "candidate": None,
    }


def test_item_that_has_a_candidate() -> None:
    """The best one refused carries its score."""
    told = report.describe_item(Item(outcome=Outcome.REVIEW, reason="edit", score=81.25, source=OURS, candidate=THEIRS))
    assert (told["target"], told["score"], told["candidate"]["score"]) == (None, 81.2, 81.2)
    assert told["candidate"]["id"] == "t"
    unfound = report.describe_item(item(Outcome.MISSING))
    assert (unfound["score"], unfound["target"], unfound["candidate"]) == (None, None, None)
