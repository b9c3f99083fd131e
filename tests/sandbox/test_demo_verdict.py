"""The demo's judgement: what it counts, and everything it must not let pass."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.demo.summary import table
from sandbox.demo.verdict import PARTS, Demo, Requests, Run, faults, imbalance, truth
from sandbox.world import Row, World

BEFORE = frozenset({10})
AFTER = frozenset({10, 20})


def make_world() -> World:
    """Make four likes: two that Qobuz has, one it may not stream, one it does not have; and odd rows."""
    return World(
        spotify_tracks={key: Row(recording=key, data={"id": key}) for key in ("a", "b", "withdrawn", "absent")},
        spotify_likes=[{"track": key} for key in ("a", "b", "withdrawn", "absent", None, {"is_local": True})],
        qobuz_tracks={
            10: Row(recording="a", data={"id": 10, "streamable": True}),
            20: Row(recording="b", data={"id": 20, "streamable": True}),
            21: Row(recording="b live", data={"id": 21, "streamable": True}),
            30: Row(recording="withdrawn", data={"id": 30, "streamable": False}),
        },
        qobuz_favorites=[10],
    )


def item(outcome: str, source: str, target: int | None = None) -> dict[str, Any]:
    """Make an item of a report."""
    track = {"title": "Title", "artists": ["Artist"]}
    return {
        "outcome": outcome,
        "reason": "isrc",
        "score": 100,
        "source": track | {"id": source},
        "target": None if target is None else track | {"id": str(target)},
    }


GOOD = (
    item("already_present", "a", 10),
    item("added", "b", 20),
    item("missing", "withdrawn"),
    item("missing", "absent"),
    item("unsyncable", ""),
    item("unsyncable", ""),
)


def make_run(items: tuple[dict[str, Any], ...], requests: Requests, **changes: Any) -> Run:
    """Make a run whose books balance, unless `changes` of its report say otherwise."""
    counts = {part: sum(one["outcome"] == part for one in items) for part in PARTS} | {"source": len(items)}
    report = {
        "status": "completed",
        "duration": 1.23,
        "counts": counts,
        "success_rate": None,
        "coverage": 50.0,
        "items_total": len(items),
    }
    return Run(report=report | changes, items=list(items), requests=requests)


def make_demo(
    first: tuple[dict[str, Any], ...] = GOOD,
    changes: Mapping[str, Any] | None = None,
    again: Requests | None = None,
    after: frozenset[int] = AFTER,
) -> Demo:
    """Make a good demo, unless told otherwise."""
    second = tuple(one | {"outcome": "already_present" if one["target"] else one["outcome"]} for one in first)
    return Demo(
        first=make_run(first, Requests(spotify=3, qobuz=9, writes=1), **(changes or {})),
        second=make_run(second, again or Requests(spotify=1, qobuz=1, writes=0)),
        before=BEFORE,
        after=after,
    )


def judge(demo: Demo) -> list[str]:
    """Tell what is wrong with a demo in the small world."""
    return faults(demo, truth(make_world(), demo.first.items, demo.before, demo.after))


def test_a_good_demo_passes() -> None:
    """Available is what Qobuz has and streams; all of it was settled."""
    demo = make_demo()
    found = truth(make_world(), demo.first.items, demo.before, demo.after)
    assert found.available == found.settled == frozenset({"a", "b"})
    assert found.wrong == []
    assert faults(demo, found) == []


def test_a_second_run_that_only_reads_passes() -> None:
    """Three requests to Qobuz are few enough."""
    assert judge(make_demo(again=Requests(spotify=1, qobuz=3, writes=0))) == []


@pytest.mark.parametrize(
    ("demo", "fault"),
    [
        (make_demo(changes={"status": "partial"}), "the first run ended partial"),
        (make_demo((*GOOD[:1], item("added", "b", 21), *GOOD[2:]), after=frozenset({10, 21})), "Artist: Title"),
        (make_demo(after=frozenset({10, 21})), "Qobuz got 21"),
        (make_demo((*GOOD[:1], item("review", "b"), *GOOD[2:]), after=BEFORE), "only 50.0 %"),
        (make_demo(after=frozenset({20, 21})), "gone from Qobuz: [10]"),
        (make_demo(after=BEFORE), "1 reported as added, 0 arrived"),
        (make_demo(again=Requests(spotify=1, qobuz=2, writes=1)), "the second run wrote"),
        (make_demo(again=Requests(spotify=1, qobuz=4, writes=0)), "sent Qobuz 4 requests"),
        (make_demo(changes={"items_total": 7}), "the first run's books do not balance"),
    ],
)
def test_a_fault_is_named(demo: Demo, fault: str) -> None:
    """Each thing that a good demo does not have is told."""
    assert fault in "\n".join(judge(demo))


def test_books_are_counted_three_ways() -> None:
    """The sum, the number of rows, and each outcome against its items."""
    requests = Requests(spotify=0, qobuz=0, writes=0)
    run = make_run(GOOD, requests)
    counts = run.report["counts"]
    assert imbalance(run) is None
    assert "6 rows read, 7 accounted for" in str(imbalance(make_run(GOOD, requests, counts=counts | {"failed": 1})))
    moved = counts | {"missing": 1, "review": 1}
    assert "missing 1 counted, 2 listed" in str(imbalance(make_run(GOOD, requests, counts=moved)))


def test_writes_are_told_from_reads() -> None:
    """A write is a request that adds or takes away favourites."""
    paths = ("favorite/getUserFavoriteIds", "favorite/create", "favorite/status", "favorite/delete", "track/search")
    log = [{"path": f"/api.json/0.2/{path}"} for path in paths]
    assert Requests.of(log[:1], log) == Requests(spotify=1, qobuz=5, writes=2)


def test_the_table_shows_both_runs() -> None:
    """Counts stand side by side, and the world's judgement below them."""
    demo = make_demo()
    text = table(demo, truth(make_world(), demo.first.items, demo.before, demo.after))
    lines = {line.partition("  ")[0]: line.split() for line in text.splitlines()}
    assert lines["added"][-2:] == ["1", "0"]
    assert lines["books"][-2:] == ["balanced", "balanced"]
    assert lines["success rate"][-2:] == ["-", "-"]
    assert "likes that Qobuz has: 2; added or there already: 2 (100.0 %); wrong matches: 0" in text
