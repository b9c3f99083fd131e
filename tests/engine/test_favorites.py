"""Tests of whole runs, from a person's likes to the target's favourites."""

from custom_components.music_sync.engine.outcomes import Outcome

from .sync_bench import QOBUZ, OpensBench, favorite, world


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
