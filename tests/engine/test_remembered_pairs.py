"""Tests of what earlier runs found: a pair stays one, and nothing is due that can never be done."""

from custom_components.music_sync.engine.library import matches
from custom_components.music_sync.engine.sync.source import FULL_READ_AFTER

from .sync_bench import QOBUZ, SPOTIFY, OpensBench, favorite, on_spotify, row, song, world


async def test_missing_like_that_becomes_unsyncable_is_not_due(open_sync: OpensBench) -> None:
    """A track was not found and then loses its name on the source: nobody waits for looking for it again."""
    bench = await open_sync(world(3, likes=[0, 1], lacking=[1]))
    await bench.run()
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) is not None
    bench.spotify.change_state({"likes": [row(0), row(1) | {"track": on_spotify(1, name="")}]})
    bench.time.go_by(FULL_READ_AFTER)
    assert (await bench.run()).counts == {"already_present": 1, "unsyncable": 1}
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) is None


async def test_higher_score_does_not_part_what_the_target_holds(open_sync: OpensBench) -> None:
    """A pair that was written with a lower score is there, however much is asked for now."""
    made = world(9, likes=[1, 2])
    made.qobuz_tracks[int(favorite(1))].data.update(isrc=None, title=song(1)[:-2] + song(1)[-1])
    bench = await open_sync(made)
    first = await bench.run()
    assert first.counts == {"added": 2}
    assert first.items[0].score is not None
    assert first.items[0].score < 100
    strict = await bench.run(min_score=100)
    assert strict.fates == [("already_present", "paired")] * 2
    assert strict.items[0].score == first.items[0].score


async def test_pair_outlives_a_day_without_finds(open_sync: OpensBench) -> None:
    """Everything is searched again on a day when the search finds nothing: the pairs found before still serve."""
    bench = await open_sync(world(9, likes=[1, 2]))
    await bench.run()
    bench.time.go_by(86_400)
    bench.by_hand(remove=[1])
    bench.qobuz.add_fault({"kind": "body", "body": {"tracks": {"items": [], "total": 0}}}, path="track/search")
    bench.sent()
    again = await bench.run(skip_existing=False)
    assert again.counts == {"missing": 1, "already_present": 1}
    assert bench.sent()[1].count("search") >= 2
    assert await bench.library.run(matches.next_retry, SPOTIFY, QOBUZ) is None
    assert (await bench.run()).fates == [("added", "paired"), ("already_present", "paired")]
    assert "search" not in bench.sent()[1]
    assert bench.favorites() == [favorite(2), favorite(1)]
