"""Tests of what the library file keeps: tracks, mirrors, matches, runs, and what leaves with an account."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
import sqlite3
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.music_sync.engine.library import Library, gates, journal, matches, mirror, removal, runs, tracks
from custom_components.music_sync.engine.library.journal import Operation
from custom_components.music_sync.engine.library.runs import KEPT_RUNS, KEPT_WITH_ITEMS, Run
from custom_components.music_sync.engine.library.schema import MIGRATIONS
from custom_components.music_sync.engine.model import GateState, Like, Track, Unsyncable
from custom_components.music_sync.engine.outcomes import Item, Outcome, Status
from custom_components.music_sync.engine.verdicts import Decision, Verdict

DAY = 86_400.0


@pytest.fixture
def file() -> Iterator[sqlite3.Connection]:
    """Give the tables, in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for script in MIGRATIONS:
            connection.executescript(script)
        yield connection


def track(name: str, **changes: Any) -> Track:
    """Make a track."""
    described: dict[str, Any] = {"title": name.upper(), "artists": ("A",)} | changes
    return Track(id=name, **described)


def likes(*names: str, at: int = 1) -> list[Like]:
    """Like tracks."""
    return [Like(track=track(name), liked_at=at) for name in names]


def ids(connection: sqlite3.Connection, account: str = "source") -> list[str]:
    """Give an account's favourites, newest first."""
    return [name for name, _ in mirror.head(connection, account, None)]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TRACKS = st.builds(
    Track,
    id=TEXTS.filter(bool),
    title=TEXTS,
    artists=st.lists(TEXTS, max_size=3).map(tuple),
    album=st.none() | TEXTS,
    duration=st.none() | st.floats(0, 1e6),
    isrc=st.none() | TEXTS,
    mbid=st.none() | TEXTS,
    version=st.none() | TEXTS,
    explicit=st.none() | st.booleans(),
    playable=st.none() | st.booleans(),
)


@given(st.lists(TRACKS, unique_by=lambda one: one.id, max_size=5))
def test_tracks_come_back_as_they_went(given_tracks: Sequence[Track]) -> None:
    """Whatever is in them."""
    wanted = [one.id for one in given_tracks]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(MIGRATIONS[0])
        tracks.store(connection, "a", given_tracks)
        assert tracks.load(connection, "a", [*wanted, "no such track"]) == {one.id: one for one in given_tracks}
        assert tracks.load(connection, "b", wanted) == {}


def test_mirror_keeps_the_order_of_equal_seconds(file: sqlite3.Connection) -> None:
    """Likes of one second keep the order in which the service lists them."""
    mirror.replace(file, "source", likes("c", "b", "a"))
    mirror.add(file, "source", likes("e", "d"))
    assert ids(file) == ["e", "d", "c", "b", "a"]
    assert [one.track.id for one in mirror.likes(file, "source")] == ["a", "b", "c", "d", "e"]
    assert mirror.head(file, "source", 2) == [("e", 1), ("d", 1)]
    assert mirror.count(file, "source") == 5


def test_mirror_moves_up_what_is_liked_again(file: sqlite3.Connection) -> None:
    """It is there once, on top; other accounts are left alone."""
    mirror.replace(file, "source", likes("c", "b", "a"))
    mirror.replace(file, "other", likes("a"))
    mirror.add(file, "source", likes("a", at=9))
    assert mirror.head(file, "source", None) == [("a", 9), ("c", 1), ("b", 1)]
    mirror.remove(file, "source", ["c", "nobody"])
    assert ids(file) == ["a", "b"]
    mirror.replace(file, "source", [])
    assert (ids(file), ids(file, "other")) == ([], ["a"])


def test_mirror_of_a_target_counts_what_was_written(file: sqlite3.Connection) -> None:
    """Tracks just written are on top, the last one first, and in the total."""
    mirror.replace(file, "target", likes("a"))
    mirror.put(file, "target", mirror.Mirror(version=3, total=1, complete=True, marker="m"))
    mirror.wrote(file, "target", [track("b"), track("c")], 50)
    assert ids(file, "target") == ["c", "b", "a"]
    assert mirror.get(file, "target") == mirror.Mirror(version=3, total=3, complete=True, marker="m")
    assert mirror.get(file, "unknown") == mirror.Mirror()


def test_mirror_keeps_why_a_row_stays(file: sqlite3.Connection) -> None:
    """Reasons come back as they went."""
    rows = [Like(track=track(reason), liked_at=7, unsyncable=reason) for reason in Unsyncable]
    mirror.replace(file, "source", rows)
    assert mirror.likes(file, "source") == rows[::-1]
    assert mirror.undescribed(file, "source") == {"no_metadata"}


def verdict(decision: Decision, there: str | None = None, candidate: str | None = None) -> Verdict:
    """Make a verdict."""
    return Verdict(
        decision=decision,
        reason="why",
        score=77.5,
        track=track(there) if there else None,
        candidate=track(candidate) if candidate else None,
    )


def test_retries_grow_rarer() -> None:
    """7 days, doubling to 90."""
    assert [matches.retry_after(tries) / DAY for tries in (1, 2, 3, 4, 5, 6, 500)] == [7, 14, 28, 56, 90, 90, 90]


def test_verdicts_are_remembered(file: sqlite3.Connection) -> None:
    """A match is settled; a review or a miss is due again, later each time, from the moment it was tried."""
    found = verdict(Decision.MATCH, there="t")
    review = verdict(Decision.REVIEW, candidate="c")
    missed = verdict(Decision.NONE)
    matches.remember(file, "source", "target", [("1", found), ("2", review), ("3", missed)], 100.0)
    matches.remember(file, "source", "other", [("1", missed)], 100.0)
    known = matches.load(file, "source", "target")
    assert {name: one.verdict for name, one in known.items()} == {"1": found, "2": review, "3": missed}
    assert {name: (one.tries, one.retry_at) for name, one in known.items()} == {
        "1": (0, None),
        "2": (1, 100 + 7 * DAY),
        "3": (1, 100 + 7 * DAY),
    }
    matches.remember(file, "source", "target", [("3", missed), ("2", found)], 1000.0)
    known = matches.load(file, "source", "target")
    assert (known["3"].tries, known["3"].retry_at) == (2, 1000 + 14 * DAY)
    assert (known["2"].tries, known["2"].retry_at) == (0, None)


def test_next_retry_is_for_what_is_still_liked_and_not_pinned(file: sqlite3.Connection) -> None:
    """Only a track that a run would look for makes one due."""
    missed = verdict(Decision.NONE)
    assert matches.next_retry(file, "source", "target") is None
    for number, name in enumerate("abc"):
        matches.remember(file, "source", "target", [(name, missed)], 100.0 * number)
    mirror.replace(file, "source", likes("b", "c"))
    assert matches.next_retry(file, "source", "target") == 100 + 7 * DAY
    file.execute("INSERT INTO pins VALUES ('source', 'b', 'target', NULL, 0)")
    assert matches.next_retry(file, "source", "target") == 200 + 7 * DAY
    matches.remember(file, "source", "target", [("c", verdict(Decision.MATCH, there="t"))], 300.0)
    assert matches.next_retry(file, "source", "target") is None


def test_matches_to_what_the_target_does_not_take_are_forgotten(file: sqlite3.Connection) -> None:
    """All that led to that track, and no other."""
    for name, there in (("1", "x"), ("2", "x"), ("3", "y")):
        matches.remember(file, "source", "target", [(name, verdict(Decision.MATCH, there=there))], 0.0)
    matches.forget(file, "target", ["x"])
    assert set(matches.load(file, "source", "target")) == {"3"}


def test_pins_to_tracks_nobody_has_described(file: sqlite3.Connection) -> None:
    """A pin holds by the id alone; a pin to nothing stays one."""
    tracks.store(file, "target", [track("known")])
    file.executemany(
        "INSERT INTO pins VALUES ('source', ?, 'target', ?, 0)", [("1", "known"), ("2", "unknown"), ("3", None)]
    )
    pins = matches.pins(file, "source", "target")
    assert pins == {"1": track("known"), "2": tracks.bare("unknown"), "3": None}


def run(name: str, **changes: Any) -> Run:
    """Make a run."""
    plain: dict[str, Any] = {
        "sync": "sync",
        "source": "source",
        "target": "target",
        "content": "favorites",
        "request": {"dry_run": False},
        "queued_at": 5.0,
    }
    return Run(id=name, **plain | changes)


def finish(connection: sqlite3.Connection, one: Run, *items: Item, status: Status = Status.COMPLETED) -> None:
    """Enter a run and let it end."""
    runs.add(connection, one)
    runs.finish(connection, one.id, status, {"dry_run": one.request["dry_run"], "items_total": len(items)}, items)


def item(name: str, **changes: Any) -> Item:
    """Make an item whose tracks the file describes."""
    plain: dict[str, Any] = {"outcome": Outcome.MISSING, "reason": "not_found", "source": track(name)}
    return Item(**plain | changes)


def test_run_from_asking_to_report(file: sqlite3.Connection) -> None:
    """What was asked, what it saw and how it ended come back; it is only listed once it is over."""
    asked = run("1", sync=None, request={"dry_run": True, "artist_whitelist": []})
    runs.add(file, asked)
    assert runs.get(file, "1") == asked
    assert runs.interrupted(file, "target") == [asked]
    assert (runs.find(file, "target"), runs.count(file, "target")) == ([], 0)
    runs.begin(file, "1")
    runs.saw(file, "1", 7)
    runs.finish(file, "1", Status.PARTIAL, {"dry_run": True}, [])
    over = replace(asked, status=Status.PARTIAL, source_version=7, report={"dry_run": True})
    assert runs.get(file, "1") == over
    assert (runs.find(file, "target"), runs.count(file, "target")) == ([over], 1)
    assert runs.interrupted(file, "target") == []
    assert runs.get(file, "2") is None


def test_runs_are_found_newest_first_by_target_and_sync(file: sqlite3.Connection) -> None:
    """Pages of a target's runs, or of one sync's; previews are not the latest."""
    for number, sync in enumerate(["a", "b", "a", None, "a"]):
        finish(file, run(str(number), sync=sync, request={"dry_run": number == 4}))
    finish(file, run("9", target="other"))
    assert [one.id for one in runs.find(file, "target")] == ["4", "3", "2", "1", "0"]
    assert [one.id for one in runs.find(file, "target", "a", offset=1, limit=1)] == ["2"]
    assert (runs.count(file, "target"), runs.count(file, "target", "a")) == (5, 3)
    latest = [runs.latest(file, "target", sync) for sync in (None, "a", "c")]
    assert [one and one.id for one in latest] == ["3", "2", None]


def test_items_come_back_in_pages(file: sqlite3.Connection) -> None:
    """In the source's order, all or of some outcomes, with their tracks."""
    tracks.store(file, "source", [track(name) for name in "abc"])
    tracks.store(file, "target", [track("t"), track("u")])
    items = [
        item("a", outcome=Outcome.ADDED, reason="isrc", score=100.0, target=track("t")),
        item("b"),
        item("c", outcome=Outcome.REVIEW, reason="edit", score=71.25, candidate=track("u")),
    ]
    finish(file, run("1"), *items)
    assert runs.items(file, "1") == items
    assert runs.items(file, "1", offset=1, limit=1) == items[1:2]
    lacking = [Outcome.MISSING, Outcome.REVIEW]
    assert runs.items(file, "1", lacking, offset=1) == items[2:]
    assert (runs.count_items(file, "1"), runs.count_items(file, "1", lacking)) == (3, 2)
    assert runs.items(file, "unknown") == []


def test_retention_goes_by_sync_and_leaves_the_ledger(file: sqlite3.Connection) -> None:
    """Old runs go with their journal, their items sooner; a busy sync or many previews do not push out another's."""
    tracks.store(file, "source", [track("a")])
    finish(file, run("0000-quiet", sync="quiet"), item("a"))
    for number in range(KEPT_RUNS + 5):
        one = run(f"{number:04d}-busy", sync="busy")
        finish(file, one, item("a"))
        operation = Operation(position=0, track=f"t{number}", source_track="a")
        journal.plan(file, one.id, [operation])
        journal.done(file, one.id, [operation], 1.0)
    finish(file, run("9999-busy", sync="busy"), item("a"))
    for number in range(KEPT_WITH_ITEMS + 5):
        finish(file, run(f"{number:04d}-preview", sync="busy", request={"dry_run": True}), item("a"))
    assert runs.count(file, "target", "busy") == KEPT_RUNS + KEPT_WITH_ITEMS + 5
    assert runs.get(file, "0005-busy") is None
    assert runs.get(file, "0006-busy") is not None
    assert runs.count_items(file, "0006-busy") == 0
    assert runs.count_items(file, "9999-busy") == runs.count_items(file, "0000-quiet") == 1
    with_items = file.execute("SELECT count(*) FROM items WHERE run LIKE '%-busy'").fetchone()[0]
    assert with_items == KEPT_WITH_ITEMS
    assert file.execute("SELECT count(*), min(run) FROM operations").fetchone() == (KEPT_RUNS - 1, "0006-busy")
    assert len(journal.ours(file, "target", "favorites")) == KEPT_RUNS + 5


def everything(connection: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of every table, by column."""
    connection.row_factory = sqlite3.Row
    tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in tables}
    connection.row_factory = None
    return found


def test_removed_account_takes_all_of_its_rows_along(file: sqlite3.Connection) -> None:
    """Rows, matches, pins, ledger, gate and runs of that account go, those of others stay."""
    for source, target in (("source", "target"), ("source", "other"), ("third", "target")):
        name = f"{source}-{target}"
        finish(file, run(name, source=source, target=target), item("a"))
        operation = Operation(position=0, track="t", source_track="a")
        journal.plan(file, name, [operation])
        journal.done(file, name, [operation], 1.0)
        matches.remember(file, source, target, [("a", verdict(Decision.MATCH, there="t"))], 0.0)
        file.execute("INSERT INTO pins VALUES (?, 'a', ?, NULL, 0)", (source, target))
    for account in ("source", "target", "other", "third"):
        mirror.replace(file, account, likes("a"))
        mirror.put(file, account, mirror.Mirror(version=1))
        gates.save(file, account, GateState(used=3))
    removal.remove(file, "target")
    left = {
        (table, row[column])
        for table, rows in everything(file).items()
        for row in rows
        for column in ("account", "source", "target")
        if column in row
    }
    assert "target" not in {value for _, value in left}
    assert {value for name, value in left if name == "runs"} == {"source", "other"}
    assert file.execute("SELECT DISTINCT run FROM items").fetchall() == [("source-other",)]
    assert file.execute("SELECT DISTINCT run FROM operations").fetchall() == [("source-other",)]
    assert ("favorites", "third") in left
    assert journal.ours(file, "other", "favorites") == {"t"}


def test_source_that_is_removed_under_a_run(file: sqlite3.Connection) -> None:
    """A run still writes what it read: its account goes, its journal and ledger stay, and it can still end."""
    tracks.store(file, "target", [track("t")])
    one, operation = run("1"), Operation(position=0, track="t", source_track="a")
    runs.add(file, one)
    journal.plan(file, "1", [operation])
    journal.sent(file, "1", [operation], 0.5)
    removal.remove(file, "source")
    journal.done(file, "1", [operation], 1.0)
    assert journal.ours(file, "target", "favorites") == {"t"}
    runs.finish(file, "1", Status.PARTIAL, {"dry_run": False}, [item("a", target=track("t"))])
    assert runs.items(file, "1") == [item("a", source=tracks.bare("a"), target=track("t"))]


def test_target_that_is_removed_under_a_run(file: sqlite3.Connection) -> None:
    """There is nothing left to keep a report for."""
    runs.add(file, run("1"))
    removal.remove(file, "target")
    runs.finish(file, "1", Status.FAILED, {"dry_run": False}, [item("a")])
    assert runs.get(file, "1") is None
    assert runs.count_items(file, "1") == 0


def states(file: sqlite3.Connection) -> list[str]:
    """Give the state of each operation."""
    return [row[0] for row in file.execute("SELECT state FROM operations ORDER BY run, position")]


def test_journal_and_ledger(file: sqlite3.Connection) -> None:
    """What was in flight is settled by what the target holds; only what we claim and wrote is ours."""
    operations = [
        Operation(position=number, track=f"t{number}", source_track=f"s{number}", claims=number != 3)
        for number in range(7)
    ]
    runs.add(file, run("1"))
    journal.plan(file, "1", operations)
    journal.sent(file, "1", operations[:6], 1000.0)
    journal.done(file, "1", operations[:1], 1010.0)
    journal.failed(file, "1", operations[1:2])
    by_hand = 1000 + int(journal.CLOCKS_APART) + 1
    held = [("t5", by_hand), ("t3", 1002), ("t2", 1001)]
    mirror.add(file, "target", [Like(track=track(name), liked_at=at) for name, at in held])
    journal.settle(file, "other", 2000.0)
    assert states(file) == ["done", "failed", "sent", "sent", "sent", "sent", "planned"]
    journal.settle(file, "target", 2000.0)
    assert states(file) == ["done", "failed", "done", "done", "failed", "failed", "planned"]
    assert journal.ours(file, "target", "favorites") == {"t0", "t2"}
    assert journal.ours(file, "target", "favorites", since=1500.0) == {"t2"}
    journal.doubt(file, "1", operations[:1])
    assert journal.ours(file, "target", "favorites") == {"t2"}
    assert states(file)[0] == "sent"


def test_only_unfinished_runs_in_a_row_count(file: sqlite3.Connection) -> None:
    """A run that finished begins the count anew; previews and other syncs do not count."""
    for name, status, dry_run in (
        ("1", Status.FAILED, False),
        ("2", Status.COMPLETED, False),
        ("3", Status.PARTIAL, False),
        ("4", Status.COMPLETED, True),
        ("5", Status.FAILED, False),
        ("6", Status.FAILED, True),
    ):
        runs.add(file, replace(run(name), sync="a", request={"dry_run": dry_run}))
        runs.finish(file, name, status, {"dry_run": dry_run, "items_total": 0}, [])
    assert runs.unfinished_in_a_row(file, "target", "a") == 2
    assert runs.unfinished_in_a_row(file, "target", "b") == 0


def test_ledger_tells_of_the_last_writing(file: sqlite3.Connection) -> None:
    """Written again by a later run: one entry, that run's; doubting another run's write leaves it alone."""
    operation = Operation(position=0, track="t", source_track="s")
    for name in ("1", "2"):
        runs.add(file, run(name))
        journal.plan(file, name, [operation])
        journal.done(file, name, [operation], float(name))
    assert file.execute("SELECT track, run, written_at FROM ledger").fetchall() == [("t", "2", 2.0)]
    journal.doubt(file, "1", [operation])
    assert journal.ours(file, "target", "favorites") == {"t"}


async def test_big_lists_are_read_by_index(library: Library) -> None:
    """The newest likes of a long list are found without looking at the others."""

    def plan(connection: sqlite3.Connection) -> str:
        """Explain how the head is read."""
        query = "SELECT track, liked_at FROM favorites WHERE account = ? ORDER BY rank DESC LIMIT ?"
        return " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", ("a", 50)))

    assert "favorites_by_rank" in await library.run(plan)
    assert "TEMP B-TREE" not in await library.run(plan)
