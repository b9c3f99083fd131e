"""Tests of reading a target's favourites: as little as tells, and what was just written never forgotten."""

from collections.abc import Sequence

import pytest

from custom_components.music_sync.engine.errors import Unreachable
from custom_components.music_sync.engine.library import mirror
from custom_components.music_sync.engine.library.mirror import Mirror
from custom_components.music_sync.engine.model import Unsyncable
from custom_components.music_sync.engine.sync.target import SETTLES_AFTER, refresh_target

from .sync_bench import QOBUZ, OpensBench, SyncBench, favorite, world

MARKER, IDS, ROWS = "lastUpdate", "getUserFavoriteIds", "getUserFavorites"


async def poll(bench: SyncBench) -> tuple[Mirror, list[str]]:
    """Refresh; give the mirror's state and what was asked."""
    bench.sent()
    state = await refresh_target(bench.target, bench.library)
    return state, bench.sent()[1]


async def settled(bench: SyncBench) -> None:
    """Look until nothing is open."""
    for _ in range(2):
        await poll(bench)
        bench.time.go_by(SETTLES_AFTER)
    assert (await poll(bench))[1] == [MARKER]


async def test_unchanged_is_one_request(open_sync: OpensBench) -> None:
    """Once a list has settled, its marker alone tells that nothing changed."""
    bench = await open_sync(world(9, favorites=range(5)))
    state, asked = await poll(bench)
    assert (asked, state.total, state.version, state.complete) == ([MARKER, IDS, ROWS], 5, 1, True)
    bench.time.go_by(SETTLES_AFTER)
    state, asked = await poll(bench)
    assert (asked, state.settled) == ([MARKER, IDS], True)
    bench.time.go_by(3600)
    state, asked = await poll(bench)
    assert (asked, state.version, state.checked_at) == ([MARKER], 1, bench.time.now)


async def test_changes_are_seen(open_sync: OpensBench) -> None:
    """What a person adds is described, what they remove goes; only what is new is looked up."""
    bench = await open_sync(world(9, favorites=range(5)))
    await settled(bench)
    bench.by_hand(add=[7], remove=[2])
    state, asked = await poll(bench)
    assert (asked, state.version, state.total) == ([MARKER, IDS, ROWS], 2, 5)
    likes = await bench.library.run(mirror.likes, QOBUZ)
    assert {like.track.id for like in likes} == {favorite(number) for number in (0, 1, 3, 4, 7)}
    assert all(like.track.title for like in likes)
    bench.by_hand(remove=[7])
    _, asked = await poll(bench)
    assert asked == [MARKER, IDS]


async def test_second_change_within_the_markers_second(open_sync: OpensBench) -> None:
    """Markers are as coarse as a second: a change is looked at again, so none hides behind it."""
    bench = await open_sync(world(9, favorites=range(5)))
    await settled(bench)
    bench.by_hand(add=[6])
    await poll(bench)
    bench.by_hand(add=[7])
    await poll(bench)
    bench.by_hand(add=[8])
    bench.time.go_by(1800)
    state, asked = await poll(bench)
    assert (asked, state.total) == ([MARKER, IDS, ROWS], 8)


async def test_list_that_lags_behind_its_marker(open_sync: OpensBench) -> None:
    """The marker tells of a change that the list does not show yet: two quick looks do not settle it."""
    bench = await open_sync(world(9, favorites=range(5)))
    await settled(bench)
    bench.qobuz.switch(favorite_ids_lag=20)
    bench.by_hand(add=[6])
    for _ in range(3):
        state, _ = await poll(bench)
        assert (state.total, state.settled) == (5, False)
        bench.time.go_by(5)
    bench.time.go_by(1800)
    assert (await poll(bench))[0].total == 6


async def test_stale_list_does_not_forget_what_was_just_written(open_sync: OpensBench) -> None:
    """A list from before the last run's writes: the run straight after writes nothing all the same."""
    bench = await open_sync(world(9, likes=range(9)))
    await bench.run()
    bench.qobuz.switch(favorite_ids_lag=3600)
    bench.time.go_by(5)
    bench.sent()
    again = await bench.run()
    assert again.counts == {"already_present": 9}
    assert "create" not in bench.sent()[1]
    assert (await bench.mirrored(QOBUZ)) != []


async def test_what_a_person_removes_later_is_seen(open_sync: OpensBench) -> None:
    """What we wrote is not held on to for longer than a list may lag."""
    bench = await open_sync(world(9, likes=range(9)))
    await bench.run()
    bench.time.go_by(SETTLES_AFTER + 1)
    bench.by_hand(remove=[4])
    state, _ = await poll(bench)
    assert state.total == 8
    assert favorite(4) not in await bench.mirrored(QOBUZ)


async def test_poll_while_a_run_writes_keeps_what_it_wrote(open_sync: OpensBench) -> None:
    """A poll that began before a write and ends after it does not take the write back out of the mirror."""
    bench = await open_sync(world(9, likes=range(9), favorites=[0]))

    async def write_after_the_list(what: str, ids: Sequence[str]) -> None:
        """Let a whole run happen between the poll's two steps."""
        bench.target.provider.after = None
        await bench.run()

    await poll(bench)
    bench.by_hand(remove=[0])
    bench.target.provider.after = write_after_the_list
    # The run waits for the poll's lock to read the target, so it is given a lock of its own here.
    poller = type(bench.target)(id=QOBUZ, title="", kind="", provider=bench.target.provider)
    await refresh_target(poller, bench.library)
    assert set(await bench.mirrored(QOBUZ)) >= {favorite(number) for number in range(1, 9)}
    again = await bench.run()
    assert again.counts == {"already_present": 9}


async def test_pages_with_a_silent_cap(open_sync: OpensBench) -> None:
    """Fewer rows than asked for: the next page starts where the last one ended."""
    bench = await open_sync(world(60, favorites=range(60)))
    bench.qobuz.switch(page_cap=25)
    _, asked = await poll(bench)
    assert asked == [MARKER, IDS, ROWS, ROWS, ROWS]
    assert len(await bench.mirrored(QOBUZ)) == 60


async def test_favorites_that_are_listed_without_a_description(open_sync: OpensBench) -> None:
    """An id whose row is null counts as there, is not looked up at every change, and is not written again."""
    bench = await open_sync(world(9, likes=range(5), favorites=range(5)))
    bench.qobuz.switch(null_items=[int(favorite(2))])
    state, _ = await poll(bench)
    assert state.total == 5
    likes = {like.track.id: like for like in await bench.library.run(mirror.likes, QOBUZ)}
    assert likes[favorite(2)].unsyncable is Unsyncable.NO_METADATA
    bench.time.go_by(SETTLES_AFTER)
    bench.qobuz.switch(null_items=[])
    assert (await poll(bench))[1] == [MARKER, IDS, ROWS]
    likes = {like.track.id: like for like in await bench.library.run(mirror.likes, QOBUZ)}
    assert likes[favorite(2)].unsyncable is None
    assert (await poll(bench))[1] == [MARKER]


async def test_nameless_favorite_is_not_written_again(open_sync: OpensBench) -> None:
    """The target holds a track that it only names by id: a like of it is there already."""
    bench = await open_sync(world(9, likes=range(5), favorites=range(5)))
    bench.qobuz.switch(null_items=[int(favorite(2))])
    await refresh_target(bench.target, bench.library)
    bench.qobuz.switch(null_items=[])
    done = await bench.run()
    assert done.counts == {"already_present": 5}


async def test_failure_leaves_the_mirror_as_it_was(open_sync: OpensBench) -> None:
    """The list does not come: the change is still to be seen the next time."""
    bench = await open_sync(world(9, favorites=range(5)))
    await settled(bench)
    bench.by_hand(add=[6])
    bench.qobuz.add_fault({"kind": "status", "status": 502}, path=IDS)
    before = await bench.library.run(mirror.get, QOBUZ)
    with pytest.raises(Unreachable):
        await poll(bench)
    assert await bench.library.run(mirror.get, QOBUZ) == before
    bench.qobuz.faults.clear()
    assert (await poll(bench))[0].total == 6


async def test_empty_list_of_ids_is_not_believed(open_sync: OpensBench) -> None:
    """The list of ids is suddenly empty, the favourites are not: the run fails, and all stays as it was."""
    bench = await open_sync(world(12, likes=range(9), favorites=range(5)))
    await bench.run()
    bench.time.go_by(SETTLES_AFTER + 1)
    before, ours, shelf = await bench.mirrored(QOBUZ), await bench.ledger(), bench.favorites()
    bench.like(10)
    bench.by_hand(add=[11])
    bench.qobuz.add_fault({"kind": "body", "body": {"tracks": [], "albums": [], "artists": []}}, path=IDS)
    bench.sent()
    done = await bench.run()
    assert (done.status, done.report["error"], done.items) == ("failed", "service_failed", [])
    assert bench.sent()[1] == [MARKER, IDS, ROWS]
    assert (await bench.mirrored(QOBUZ), await bench.ledger()) == (before, ours)
    bench.qobuz.faults.clear()
    again = await bench.run()
    assert again.counts == {"already_present": 9, "added": 1}
    assert bench.favorites() == [*shelf, favorite(11), favorite(10)]
    assert await bench.ledger() == ours | {favorite(10)}


async def test_empty_list_of_ids_at_the_very_first_look(open_sync: OpensBench) -> None:
    """Nobody knows better yet: what was there is sent again, but never becomes ours."""
    bench = await open_sync(world(9, likes=range(9), favorites=range(5)))
    bench.qobuz.add_fault({"kind": "body", "body": {"tracks": []}}, path=IDS)
    done = await bench.run()
    assert set(done.fates) == {("failed", "not_verified")}
    assert await bench.ledger() == set()
    bench.qobuz.faults.clear()
    bench.sent()
    assert (await bench.run()).counts == {"already_present": 9}
    assert "create" not in bench.sent()[1]
    assert await bench.ledger() == {favorite(number) for number in range(5, 9)}


@pytest.mark.parametrize("count", [50, 100, 130])
async def test_more_favorites_than_the_list_of_ids_tells(
    open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """The list of ids ends without a word: the others are read from the pages, and the second run writes nothing."""
    monkeypatch.setattr("sandbox.qobuz_favorites.MOST_IDS", 50)
    bench = await open_sync(world(count, likes=range(count)))
    bench.qobuz.switch(page_cap=40)
    assert (await bench.run()).counts == {"added": count}
    bench.time.go_by(SETTLES_AFTER + 1)
    bench.sent()
    again = await bench.run()
    assert (again.status, again.counts) == ("completed", {"already_present": count})
    assert not {"create", "search"} & set(bench.sent()[1])
    assert await bench.ledger() == set(bench.favorites())
    bench.by_hand(remove=[0])
    assert (await poll(bench))[0].total == count - 1
