"""Tests of reading likes: as little as tells, and nothing lost or invented."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
import itertools
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.music_sync.engine.errors import Unreachable
from custom_components.music_sync.engine.library import Library, mirror
from custom_components.music_sync.engine.library.mirror import Mirror
from custom_components.music_sync.engine.model import Like, Page, Track, Unsyncable
from custom_components.music_sync.engine.sync.account import Account
from custom_components.music_sync.engine.sync.source import (
    FULL_READ_AFTER,
    reaches_known,
    refresh_newest,
    refresh_source,
)
from sandbox.spotify_library import timestamp

from .sync_bench import FIRST_LIKE, SPOTIFY, OpensBench, SyncBench, liked, on_spotify, row, world

NEW = 200


class Reader:
    """An account whose likes are read as a poll does."""

    def __init__(self, bench: SyncBench) -> None:
        """Keep the bench."""
        self.bench = bench

    async def poll(self) -> tuple[Mirror, int]:
        """Refresh; give the mirror's state and how many requests it took."""
        self.bench.sent()
        after = await refresh_source(self.bench.source, self.bench.library)
        return after, len(self.bench.sent()[0])

    async def is_true(self) -> bool:
        """Tell whether the mirror is exactly what Spotify lists, in its order."""
        rows, _ = self.bench.spotify.spotify.libraries["listener"].liked()
        return await self.bench.mirrored() == [like.track for like in rows]

    def during(self, request: int, **change: Any) -> None:
        """Change likes once so many pages have been sent."""
        self.bench.spotify.change_state({"later": {"after": request, "path": "me/tracks", "change": change}})


@pytest.fixture
async def reader(open_sync: OpensBench) -> Reader:
    """Give an account with 130 likes (three pages), read once."""
    reader = Reader(await open_sync(world(400, likes=range(130))))
    _, requests = await reader.poll()
    assert requests == 3
    return reader


async def test_whole_list_is_read_in_order(reader: Reader) -> None:
    """The first reading takes every page, and keeps the order."""
    assert await reader.is_true()
    state = await reader.bench.library.run(mirror.get, SPOTIFY)
    assert (state.version, state.total, state.rejected, state.complete) == (1, 130, 0, True)


async def test_unchanged_is_one_request(reader: Reader) -> None:
    """Nothing new: one request, the same version, a newer look."""
    reader.bench.time.go_by(600)
    state, requests = await reader.poll()
    assert (requests, state.version, state.checked_at) == (1, 1, reader.bench.time.now)


async def test_new_likes_are_one_page(reader: Reader) -> None:
    """A few new likes: one page tells them all."""
    reader.bench.like(NEW, NEW + 1)
    state, requests = await reader.poll()
    assert (requests, state.version, state.total) == (1, 2, 132)
    assert await reader.is_true()


@pytest.mark.parametrize("count", [49, 50, 51, 99, 100, 120])
async def test_burst_within_a_second_over_a_page_border(reader: Reader, count: int) -> None:
    """Likes imported within one second are all taken, however the pages cut them."""
    now = reader.bench.time.now
    reader.bench.like(*range(NEW, NEW + count))
    _, requests = await reader.poll()
    assert requests == (count + 1) // 50 + 1
    assert await reader.is_true()
    # More of them in the very same second, in between the known ones.
    reader.bench.time.now = now
    reader.bench.like(*range(NEW + count, NEW + count + 30))
    await reader.poll()
    assert await reader.is_true()


async def test_liking_again_moves_up(reader: Reader) -> None:
    """A track liked again is the newest, once, and one page tells it."""
    reader.bench.like(5)
    state, requests = await reader.poll()
    assert (requests, state.total) == (1, 130)
    assert (await reader.bench.mirrored())[0] == liked(5)
    assert await reader.is_true()


async def test_unlike_means_a_whole_reading(reader: Reader) -> None:
    """Something was unliked: the total tells, and everything is read again."""
    reader.bench.unlike(3)
    state, requests = await reader.poll()
    assert (requests, state.total) == (4, 129)
    assert await reader.is_true()


async def test_like_and_unlike_that_cancel_out(reader: Reader) -> None:
    """A like with an early date and an unlike keep head and total: the weekly whole reading finds them."""
    early = timestamp(FIRST_LIKE - 1000)
    reader.bench.spotify.change_state({"like": {"track": liked(NEW), "added_at": early}, "unlike": {"track": liked(7)}})
    _, requests = await reader.poll()
    assert requests == 1
    assert not await reader.is_true()
    reader.bench.time.go_by(FULL_READ_AFTER)
    state, requests = await reader.poll()
    assert (requests, state.version) == (3, 2)
    assert await reader.is_true()
    assert (await reader.poll())[1] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"like": {"track": liked(NEW + 1)}},
        {"unlike": {"track": liked(129)}},
        {"unlike": {"track": liked(2)}},
        {"unlike": {"track": liked(128)}, "like": {"track": liked(NEW + 1)}},
        {"unlike": {"track": liked(2)}, "like": {"track": liked(NEW + 1)}},
    ],
    ids=["like", "unlike at the top", "unlike at the end", "both at the top", "both apart"],
)
@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("first", [True, False], ids=["first reading", "later reading"])
async def test_list_that_moves_while_it_is_read(
    open_sync: OpensBench, change: dict[str, Any], page: int, first: bool
) -> None:
    """Likes and unlikes between two pages neither lose nor invent a like, at the latest with the next look."""
    reader = Reader(await open_sync(world(400, likes=range(130))))
    if not first:
        await reader.poll()
        reader.bench.like(*range(NEW + 10, NEW + 70))
    before = set(await reader.bench.mirrored())
    reader.during(page, **change)
    await reader.poll()
    now = {like.track for like in reader.bench.spotify.spotify.libraries["listener"].liked()[0]}
    # Whatever is taken away meanwhile was really unliked.
    assert before - set(await reader.bench.mirrored()) <= before - now
    await reader.poll()
    assert await reader.is_true()


async def test_losses_and_gains_that_add_up(reader: Reader) -> None:
    """One like is skipped and one is no longer there, so that the count comes out right: the moving total tells."""
    reader.bench.unlike(3)
    reader.bench.like(*range(NEW, NEW + 61))
    reader.during(1, unlike={"track": liked(NEW + 60)})
    _, requests = await reader.poll()
    assert requests == 2 + 4
    assert await reader.is_true()


async def test_reading_in_doubt_takes_nothing_away(reader: Reader) -> None:
    """A list that moves at each reading: what was read is added, what was not is kept, and the mirror still serves."""
    reader.bench.unlike(0)
    reader.bench.like(NEW)
    for number in range(20):
        reader.during(1 + number, like={"track": liked(NEW + 1 + number)})
    state, _ = await reader.poll()
    assert (state.complete, state.full_at) == (True, 0.0)
    assert {liked(0), liked(1), liked(NEW), liked(NEW + 1)} <= set(await reader.bench.mirrored())
    reader.bench.spotify.spotify.later.clear()
    state, requests = await reader.poll()
    assert requests == 3
    assert await reader.is_true()
    assert state.full_at == reader.bench.time.now


async def test_total_that_leads_the_list_takes_nothing_away(reader: Reader) -> None:
    """A like that is counted before it is listed is found once it is listed."""
    reader.bench.spotify.switch(like_delay=120, total_delay=0)
    reader.bench.like(NEW)
    await reader.poll()
    assert len(await reader.bench.mirrored()) == 130
    reader.bench.time.go_by(120)
    await reader.poll()
    assert await reader.is_true()
    assert (await reader.poll())[1] == 1


async def test_like_that_shows_up_late_under_newer_ones(reader: Reader) -> None:
    """Once it was taken, nothing changes any more, though our order is another than theirs until the week is over."""
    reader.bench.spotify.switch(like_delay=300, total_delay=300)
    reader.bench.like(NEW)
    reader.bench.spotify.switch(like_delay=0, total_delay=0)
    reader.bench.like(NEW + 1)
    assert (await reader.poll())[0].total == 131
    reader.bench.time.go_by(300)
    state, requests = await reader.poll()
    assert (requests, state.version, state.total) == (1, 3, 132)
    assert not await reader.is_true()
    for _ in range(3):
        state, requests = await reader.poll()
        assert (requests, state.version) == (1, 3)
    reader.bench.time.go_by(FULL_READ_AFTER)
    await reader.poll()
    assert await reader.is_true()


@pytest.mark.parametrize("late", ["like_delay", "total_delay"])
async def test_total_that_stays_wrong(open_sync: OpensBench, late: str) -> None:
    """One row too many or too few is counted, on each page, for ever: read twice at first, then cheap as ever."""
    reader = Reader(await open_sync(world(400, likes=range(129))))
    reader.bench.spotify.switch(**{late: 10**9})
    reader.bench.like(129)
    reader.bench.spotify.switch(**{late: 0})
    state, requests = await reader.poll()
    assert (requests, state.complete) == (8 if late == "like_delay" else 6, True)
    assert state.total == (130 if late == "like_delay" else 129)
    assert await reader.is_true()
    assert (await reader.poll())[1] == 1
    reader.bench.like(NEW)
    assert (await reader.poll())[1] == 1
    assert await reader.is_true()
    assert (await reader.poll())[1] == 1


async def test_list_that_starts_over_behind_its_end(open_sync: OpensBench) -> None:
    """Reading stops at the total, even where the service never sends an empty page."""
    reader = Reader(await open_sync(world(100, likes=range(100))))
    reader.bench.spotify.switch(recycle=True)
    _, requests = await reader.poll()
    assert requests == 2
    assert await reader.is_true()


async def test_empty_list_is_one_request_each_time(open_sync: OpensBench) -> None:
    """Nothing liked: that is a whole reading, too."""
    reader = Reader(await open_sync(world(1)))
    assert [(await reader.poll())[1] for _ in range(2)] == [1, 1]
    assert (await reader.bench.library.run(mirror.get, SPOTIFY)).complete


async def test_token_that_expires_between_pages_is_renewed_once(open_sync: OpensBench) -> None:
    """Two pages into the list the token expires: the page is asked for again with a new one."""
    reader = Reader(await open_sync(world(130, likes=range(130))))
    reader.during(2, expire_access_tokens=True)
    _, requests = await reader.poll()
    assert (requests, reader.bench.renewed) == (4, 1)
    assert await reader.is_true()


async def test_failure_between_pages_leaves_the_mirror_as_it_was(reader: Reader) -> None:
    """Two pages are read, the third does not come: nothing of it is kept."""
    state = await reader.bench.library.run(mirror.get, SPOTIFY)
    mirrored = await reader.bench.mirrored()
    reader.bench.like(*range(NEW, NEW + 120))
    reader.bench.spotify.add_fault({"kind": "status", "status": 502}, path="me/tracks", after=2)
    with pytest.raises(Unreachable):
        await reader.poll()
    assert await reader.bench.mirrored() == mirrored
    assert await reader.bench.library.run(mirror.get, SPOTIFY) == state
    reader.bench.spotify.faults.clear()
    await reader.poll()
    assert await reader.is_true()


async def test_odd_rows_are_counted_and_cost_nothing_more(open_sync: OpensBench) -> None:
    """Rows without sense are left out and counted, others are kept with the reason why they stay here."""
    reader = Reader(await open_sync(world(60, likes=range(30))))
    local = {"uri": "spotify:local:Band:Album:Home+Tape:90", "name": "Home Tape", "is_local": True, "id": None}
    episode = on_spotify(900, id="episode000000000000000", type="episode")
    for number, thing in enumerate([None, local, episode, {"id": None, "name": "Nobody"}, {"artists": 3}]):
        stamp = timestamp(FIRST_LIKE + 5000 + 60 * number)
        reader.bench.spotify.change_state({"row": {"track": thing, "added_at": stamp}})
    state, _ = await reader.poll()
    assert (state.total, state.rejected, state.complete) == (35, 2, True)
    likes = await reader.bench.library.run(mirror.likes, SPOTIFY)
    assert [like.unsyncable for like in likes[30:]] == [
        Unsyncable.WITHDRAWN,
        Unsyncable.LOCAL_FILE,
        Unsyncable.EPISODE,
    ]
    assert (await reader.poll())[1] == 1
    reader.bench.like(40)
    assert (await reader.poll())[1] == 1


async def test_rows_that_are_really_there_twice(open_sync: OpensBench) -> None:
    """Rows without an id in one second, on two pages, look alike: read twice at first, then cheap as ever."""
    rows = [row(number) for number in range(200)]
    for place in (40, 120, 121, 190):
        rows[place] = {"added_at": timestamp(FIRST_LIKE), "track": None}
    reader = Reader(await open_sync(world(300)))
    reader.bench.spotify.change_state({"likes": rows})
    state, requests = await reader.poll()
    assert (requests, state.complete, state.total) == (8, True, 200)
    assert state.rejected == 200 - len(await reader.bench.mirrored()) > 0
    assert (await reader.poll())[1] == 1
    reader.bench.like(250)
    assert (await reader.poll())[1] == 1
    reader.bench.time.go_by(FULL_READ_AFTER)
    assert (await reader.poll())[1] == 10


async def test_rows_that_are_there_twice_on_the_first_page(open_sync: OpensBench) -> None:
    """The same local file liked twice, at the top: an unchanged list is one request all the same."""
    reader = Reader(await open_sync(world(60, likes=range(30))))
    local = {"uri": "spotify:local:Band:Album:Home+Tape:90", "name": "Home Tape", "is_local": True, "id": None}
    for number in range(2):
        stamp = timestamp(FIRST_LIKE + 5000 + number)
        reader.bench.spotify.change_state({"row": {"track": local, "added_at": stamp}})
    assert [(await reader.poll())[1] for _ in range(2)] == [2, 1]


async def test_two_that_look_at_once_read_once_after_the_other(reader: Reader) -> None:
    """A poll and a run at the same time do not read the same new likes into each other's way."""
    reader.bench.like(*range(NEW, NEW + 60))
    reader.bench.sent()
    states = await asyncio.gather(*(refresh_source(reader.bench.source, reader.bench.library) for _ in range(3)))
    assert [state.version for state in states] == [2, 2, 2]
    assert len(reader.bench.sent()[0]) == 2 + 1 + 1
    assert await reader.is_true()


async def test_only_the_newest(reader: Reader) -> None:
    """Asked for the newest few, one page is read, and nothing is taken away."""
    reader.bench.unlike(0)
    reader.bench.like(*range(NEW, NEW + 60))
    reader.bench.sent()
    state = await refresh_newest(reader.bench.source, reader.bench.library, 10)
    assert len(reader.bench.sent()[0]) == 1
    mirrored = await reader.bench.mirrored()
    assert (state.version, len(mirrored)) == (2, 180)
    assert liked(0) in mirrored
    again = await refresh_newest(reader.bench.source, reader.bench.library, 10)
    assert again.version == 2
    await refresh_newest(reader.bench.source, reader.bench.library, 60)
    assert len(await reader.bench.mirrored()) == 190
    await reader.poll()
    assert await reader.is_true()


async def test_newest_of_an_unread_list(open_sync: OpensBench) -> None:
    """The newest alone do not make a mirror complete: the next look reads everything."""
    reader = Reader(await open_sync(world(130, likes=range(130))))
    state = await refresh_newest(reader.bench.source, reader.bench.library, 500)
    assert not state.complete
    assert (await reader.poll())[1] == 3
    assert await reader.is_true()


def like(number: int, at: int) -> Like:
    """Make a like."""
    return Like(track=Track(id=str(number), title="A", artists=("B",)), liked_at=at)


@pytest.mark.parametrize(
    ("page", "known", "expected"),
    [
        ([like(1, 50)], {"1": 50, "2": 60}, True),
        ([like(1, 60)], {"1": 60, "2": 60}, False),
        ([like(1, 50)], {"2": 60}, False),
        ([like(1, 50)], {"1": 40, "2": 60}, False),
        ([like(3, 70), like(1, 50)], {"1": 50, "2": 60}, True),
        ([like(1, 50), like(3, 50)], {"1": 50, "2": 60}, False),
        ([], {"2": 60}, False),
    ],
)
def test_where_reading_on_brings_nothing_newer(page: list[Like], known: dict[str, int], expected: bool) -> None:
    """A page tells that all behind it is known only if it ends before the newest known second, with a known like."""
    found = Page(items=page, total=100, rows=50)
    assert reaches_known(found, known, max(known.values())) is expected


class Shelf:
    """A list of likes that changes, as told, before each page."""

    favorites_page_size = 5

    def __init__(self, likes: list[Like], changes: list[Callable[[], None]]) -> None:
        """Start with likes, newest first."""
        self.likes = likes
        self.changes = changes

    async def favorites_page(self, offset: int) -> Page[Like]:
        """Send a page, after the next change."""
        if self.changes:
            self.changes.pop(0)()
        items = self.likes[offset : offset + self.favorites_page_size]
        return Page(items=items, total=len(self.likes), rows=len(items))


@given(
    length=st.integers(0, 14),
    steps=st.lists(st.tuples(st.sampled_from(["like", "unlike", "again", "nothing"]), st.integers(0, 30)), max_size=12),
)
def test_no_changes_between_pages_lose_or_invent_likes(length: int, steps: list[tuple[str, int]]) -> None:
    """Whatever happens between pages, a poll never takes away what is liked, and a whole reading in peace is true."""
    asyncio.run(_poll_while_it_changes(length, steps))


async def _poll_while_it_changes(length: int, steps: list[tuple[str, int]]) -> None:
    """Poll until all changes have happened, then once more in peace."""
    clock = itertools.count(1000)
    shelf = Shelf([like(number, 500 - number // 3) for number in range(length)], [])

    def change(what: str, where: int) -> None:
        """Change the list."""
        likes = shelf.likes
        if what == "like":
            now = next(clock)
            likes.insert(0, like(now, now - where % 2))
        elif likes and what == "unlike":
            likes.pop(where % len(likes))
        elif likes and what == "again":
            likes.insert(0, replace(likes.pop(where % len(likes)), liked_at=next(clock)))

    library = Library(Path(":memory:"))
    await library.open()
    account = Account(id=SPOTIFY, title="", kind="", provider=shelf)
    await refresh_source(account, library)
    shelf.changes = [partial(change, *step) for step in steps]
    while shelf.changes:
        mirrored = {track for track, _ in await library.run(mirror.head, SPOTIFY, None)}
        liked_before = {one.track.id for one in shelf.likes}
        await refresh_source(account, library)
        gone = mirrored - {track for track, _ in await library.run(mirror.head, SPOTIFY, None)}
        assert not gone & liked_before & {one.track.id for one in shelf.likes}
    state = await library.run(mirror.get, SPOTIFY)
    await library.run(mirror.put, SPOTIFY, replace(state, full_at=0.0))
    await refresh_source(account, library)
    head = await library.run(mirror.head, SPOTIFY, None)
    assert head == [(one.track.id, one.liked_at) for one in shelf.likes]
    await library.close()
