"""Tests of counting what a person has collected beside likes."""

import pytest

from custom_components.music_sync.engine.errors import RateLimited
from custom_components.music_sync.engine.sync.collections import (
    COUNT_EVERY,
    collection_totals,
    count_collection,
    count_collections,
)

from .sync_bench import SPOTIFY, OpensBench, SyncBench, world

ASKED = ["playlists", "albums", "following"]


async def totals(bench: SyncBench) -> dict[str, int]:
    """Give what the library file knows."""
    return await collection_totals(bench.library, SPOTIFY, bench.source.provider.collections)


async def count(bench: SyncBench) -> list[str]:
    """Count what is due; give what was asked of Spotify."""
    bench.sent()
    await count_collections(bench.source, bench.library)
    return bench.sent()[0]


async def test_counted_now_and_then(open_sync: OpensBench) -> None:
    """Each costs one request, and none again for hours."""
    bench = await open_sync(world(3))
    assert await totals(bench) == {}
    assert await count(bench) == ASKED
    known = await totals(bench)
    assert set(known) == {"playlists", "albums", "artists"}
    bench.time.go_by(COUNT_EVERY - 1)
    assert await count(bench) == []
    bench.time.go_by(2)
    assert await count(bench) == ASKED
    assert await totals(bench) == known


async def test_one_that_is_not_counted_holds_up_no_other(open_sync: OpensBench) -> None:
    """It stays unknown, is not asked again at once, and keeps its old count where there was one."""
    bench = await open_sync(world(3))
    bench.spotify.add_fault({"kind": "status", "status": 403}, path="/me/albums", times=1)
    assert await count(bench) == ASKED
    assert set(await totals(bench)) == {"playlists", "artists"}
    assert await count(bench) == []
    bench.time.go_by(COUNT_EVERY)
    await count(bench)
    known = await totals(bench)
    assert set(known) == {"playlists", "albums", "artists"}
    bench.time.go_by(COUNT_EVERY)
    bench.spotify.add_fault({"kind": "status", "status": 404}, path="/me/playlists", times=1)
    await count(bench)
    assert await totals(bench) == known


async def test_a_block_ends_the_counting(open_sync: OpensBench) -> None:
    """Nothing more is sent, and what was left is counted at the next look."""
    bench = await open_sync(world(3))
    bench.spotify.add_fault(
        {"kind": "status", "status": 429, "headers": {"Retry-After": "300"}}, path="/me/albums", times=1
    )
    with pytest.raises(RateLimited):
        await count(bench)
    bench.time.go_by(301)
    assert await count(bench) == ["albums", "following"]


async def test_counting_now(open_sync: OpensBench) -> None:
    """A count that was asked for is made whatever its age; its version grows with a change alone."""
    bench = await open_sync(world(3))
    first = await count_collection(bench.source, bench.library, "playlists")
    again = await count_collection(bench.source, bench.library, "playlists")
    assert (first.version, again.version) == (1, 1)
    bench.spotify.change_state({"playlist": {"id": "new0000000000000000000", "name": "New"}})
    counted = await count_collection(bench.source, bench.library, "playlists")
    assert (counted.version, counted.total) == (2, first.total + 1)
