"""Tests of whole runs, from a person's likes to the target's favourites."""

import sqlite3

import pytest

from custom_components.music_sync.engine.library import matches
from custom_components.music_sync.engine.outcomes import Outcome
from sandbox.qobuz_search import Index
from sandbox.spotify_library import timestamp
from sandbox.world import Row, load

from .sync_bench import QOBUZ, SPOTIFY, OpensBench, favorite, liked, on_qobuz, on_spotify, song, without_reason, world

DAY = 86_400


async def test_likes_become_favorites_oldest_first(open_sync: OpensBench) -> None:
    """The target ends up with every like, in the order in which they were liked, and all of it is ours."""
    bench = await open_sync(world(70, likes=range(70)))
    done = await bench.run()
    assert done.status == "completed"
    assert done.counts == {"added": 70}
    assert bench.favorites() == [favorite(number) for number in range(70)]
    assert await bench.ledger() == set(bench.favorites())
    assert (await bench.mirrored(QOBUZ))[0] == favorite(69)
    assert {item.reason for item in done.items} <= {"isrc", "exact"}


async def test_second_run_writes_nothing_and_asks_little(open_sync: OpensBench) -> None:
    """Straight after, one request tells that the source is unchanged, and two that the target is."""
    bench = await open_sync(world(70, likes=range(70), favorites=[3, 9], lacking=[11]))
    first = await bench.run()
    assert first.counts == {"added": 67, "already_present": 2, "missing": 1}
    bench.sent()
    again = await bench.run()
    assert bench.sent() == (["tracks"], ["lastUpdate", "getUserFavoriteIds"])
    assert again.counts == {"already_present": 69, "missing": 1}
    assert {item.reason for item in again.items if item.outcome is Outcome.ALREADY_PRESENT} == {"paired"}


async def test_oldest_first_under_a_limit(open_sync: OpensBench) -> None:
    """At most N writes, oldest likes first; a later run goes on from there, and the limit is no failure."""
    bench = await open_sync(world(30, likes=range(30), favorites=[0, 2]))
    done = await bench.run(limit=5)
    assert (done.status, done.counts) == ("completed", {"added": 5, "already_present": 2, "skipped": 23})
    assert set(done.fates[7:]) == {("skipped", "limit")}
    assert bench.favorites()[2:] == [favorite(number) for number in (1, 3, 4, 5, 6)]
    again = await bench.run(limit=5)
    assert again.counts == {"added": 5, "already_present": 7, "skipped": 18}


async def test_dry_run_writes_nothing_and_remembers(open_sync: OpensBench) -> None:
    """A preview sends no write and enters none in the journal; the run after it searches nothing again."""
    bench = await open_sync(world(30, likes=range(30), favorites=[0], lacking=[5]))
    preview = await bench.run(dry_run=True)
    asked = bench.sent()[1]
    assert asked.count("search") > 0
    assert "create" not in asked
    assert preview.report["dry_run"] is True
    assert (bench.favorites(), await bench.states(), await bench.ledger()) == ([favorite(0)], {}, set())
    done = await bench.run()
    assert "search" not in bench.sent()[1]
    assert done.counts == preview.counts == {"added": 28, "already_present": 1, "missing": 1}
    assert without_reason(done.items) == without_reason(preview.items)


async def test_missing_is_looked_for_ever_more_rarely(open_sync: OpensBench) -> None:
    """After 7 days, doubling to 90, and not before; found at last, it is never looked for again."""
    bench = await open_sync(world(3, likes=[0, 1], lacking=[1]))
    found: list[int] = []
    await bench.run()
    begun = bench.time.now
    for _ in range(400):
        bench.sent()
        bench.time.go_by(DAY)
        await bench.run()
        if "search" in bench.sent()[1]:
            found.append(round((bench.time.now - begun) / DAY))
    assert found == [7, 21, 49, 105, 195, 285, 375]
    bench.qobuz.catalogue.tracks[int(favorite(1))] = on_qobuz(1)
    rows = bench.qobuz.catalogue.tracks.items()
    bench.qobuz.catalogue.track_index = Index({number: {"title": row["title"]} for number, row in rows})
    bench.time.go_by(100 * DAY)
    assert (await bench.run()).counts == {"already_present": 1, "added": 1}
    bench.sent()
    bench.time.go_by(100 * DAY)
    await bench.run()
    assert "search" not in bench.sent()[1]


async def test_missing_that_a_person_adds_is_settled(open_sync: OpensBench) -> None:
    """A person adds another pressing by hand: the track is there, and nothing is due for it any more."""
    bench = await open_sync(world(3, likes=[0, 1], lacking=[1]))
    made = on_qobuz(1, id=5555, isrc=None, title=f"{song(1)}")
    await bench.run()
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) == bench.time.now + 7 * DAY
    bench.qobuz.catalogue.tracks[5555] = made
    bench.qobuz.change_state({"users": {"listener": {"add_favorites": {"tracks": [5555]}}}})
    bench.time.go_by(8 * DAY)
    bench.sent()
    assert (await bench.run()).counts == {"already_present": 2}
    assert "search" not in bench.sent()[1]
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) is None
    again = await bench.run()
    assert again.fates == [("already_present", "paired")] * 2


async def test_settled_like_is_never_searched_again(open_sync: OpensBench) -> None:
    """New likes are searched, old ones are not, even where the target has lost them."""
    bench = await open_sync(world(30, likes=range(10)))
    await bench.run()
    bench.time.go_by(DAY)
    bench.by_hand(remove=[3])
    bench.like(20)
    bench.sent()
    done = await bench.run()
    assert done.counts == {"already_present": 9, "added": 2}
    assert bench.sent()[1].count("search") == 1
    assert bench.favorites()[-2:] == [favorite(3), favorite(20)]


async def test_two_pressings_and_two_likes_of_one_recording(open_sync: OpensBench) -> None:
    """Another pressing on the target counts as there; two likes of a recording are one favourite."""
    made = world(9, likes=[1, 2])
    made.qobuz_tracks[7001] = Row(recording=None, data=on_qobuz(1) | {"id": 7001, "isrc": "XXTST9999999"})
    made.qobuz_favorites.append(7001)
    for number, twin in ((2, "twin2"), (1, "twin1")):
        made.spotify_tracks[twin] = Row(recording=None, data=on_spotify(number, id=twin))
        made.spotify_likes.append({"added_at": "2025-01-01T00:00:00Z", "track": twin})
    bench = await open_sync(made)
    done = await bench.run()
    assert [outcome for outcome, _ in done.fates] == ["already_present", "added", "already_present", "already_present"]
    assert bench.favorites() == ["7001", favorite(2)]
    assert await bench.ledger() == {favorite(2)}


async def test_score_asked_for_turns_matches_into_reviews(open_sync: OpensBench) -> None:
    """With the highest score asked for, only the surest are written; asking for less writes the others."""
    made = world(9, likes=[1, 2])
    made.qobuz_tracks[int(favorite(1))].data.update(isrc=None, title=song(1)[:-2] + song(1)[-1])
    bench = await open_sync(made)
    strict = await bench.run(min_score=100)
    assert strict.counts == {"added": 1, "review": 1}
    assert strict.items[0].reason == "low_score"
    assert strict.items[0].candidate is not None
    bench.sent()
    assert (await bench.run()).counts == {"already_present": 1, "added": 1}
    assert "search" not in bench.sent()[1]


async def test_pins_come_first(open_sync: OpensBench) -> None:
    """What a person decided is written without a search, and "does not exist there" is left alone."""
    bench = await open_sync(world(9, likes=[1, 2, 3], favorites=[2]))

    def pin(connection: sqlite3.Connection) -> None:
        """Pin one track to another, and one to nothing."""
        connection.executemany(
            "INSERT INTO pins VALUES (?, ?, ?, ?, 0)",
            [(SPOTIFY, liked(1), QOBUZ, favorite(8)), (SPOTIFY, liked(2), QOBUZ, None)],
        )

    await bench.library.run(pin)
    done = await bench.run()
    assert done.fates[:2] == [("added", "pinned"), ("missing", "pinned_none")]
    assert favorite(8) in bench.favorites()
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) is None
    assert (await bench.run()).fates[0] == ("already_present", "pinned")


@pytest.mark.parametrize(
    ("whitelist", "artists"),
    [((), ("The Testers",)), (("Guest",), ("The Testers", "Guest")), (("Other",), ("The Testers",))],
)
async def test_first_artist_only(open_sync: OpensBench, whitelist: tuple[str, ...], artists: tuple[str, ...]) -> None:
    """Only the first artist counts where that is asked, unless one of the names is never to be split."""
    made = world(9, likes=[1])
    made.spotify_tracks[liked(1)].data["artists"].append({"id": "guest00000000000000000", "name": "Guest"})
    bench = await open_sync(made)
    await bench.run(first_artist_only=True, artist_whitelist=whitelist, dry_run=True)
    current = [step.current for step in bench.progress if step.current]
    assert current == [f"{song(1)} ({', '.join(artists)})"]


async def test_rows_that_can_never_be_there(open_sync: OpensBench) -> None:
    """Local files, episodes and withdrawn rows are accounted for and cost no search."""
    bench = await open_sync(world(9, likes=[1]))
    local = {"uri": "spotify:local:Band:Album:Home+Tape:90", "name": "Home Tape", "is_local": True, "id": None}
    for thing in (local, None, on_spotify(5, id="episode000000000000000", type="episode"), on_spotify(6, name="")):
        bench.spotify.change_state({"row": {"track": thing, "added_at": timestamp(bench.time.now)}})
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 1, "unsyncable": 4})
    assert {reason for outcome, reason in done.fates if outcome == "unsyncable"} == {
        "local_file",
        "withdrawn",
        "episode",
        "no_metadata",
    }


async def test_progress_tells_each_step(open_sync: OpensBench) -> None:
    """Whoever watches is told of reading, of each track in hand, and of each batch written."""
    bench = await open_sync(world(60, likes=range(60)))
    await bench.run()
    steps = [(one.step.value, one.done, one.total, one.matched, one.failed) for one in bench.progress]
    assert steps[0] == ("reading", 0, 0, 0, 0)
    assert steps[1] == ("matching", 0, 60, 0, 0)
    assert steps[60] == ("matching", 59, 60, 59, 0)
    assert steps[61:] == [("writing", 0, 60, 0, 0), ("writing", 50, 60, 50, 0), ("writing", 60, 60, 60, 0)]
    assert [one.percent for one in bench.progress[-3:]] == [0, 83, 100]
    assert bench.progress[0].percent == 0


async def test_whole_demo_world(open_sync: OpensBench) -> None:
    """The demo's world: nothing wrong by its own truth, nearly all that is available, and nothing the second time."""
    made = load()
    bench = await open_sync(made)
    bench.qobuz.switch(search_noise=0.3)
    done = await bench.run()
    assert done.status == "completed"
    pairs = [
        (item.source.id, int(item.target.id))
        for item in done.items
        if item.target and item.outcome in {Outcome.ADDED, Outcome.ALREADY_PRESENT}
    ]
    assert made.judge(pairs) == []
    available = [track for track in made.liked() if made.available(track)]
    assert len({source for source, _ in pairs} & set(available)) >= 0.98 * len(available)
    before = [str(number) for number in made.qobuz_favorites]
    assert bench.favorites()[: len(before)] == before
    assert await bench.ledger() == set(bench.favorites()) - set(before)
    bench.sent()
    again = await bench.run()
    source, target = bench.sent()
    assert (source, len(target)) == (["tracks"], 2)
    assert again.report["counts"]["added"] == 0
    assert again.report["coverage"] == done.report["coverage"]
