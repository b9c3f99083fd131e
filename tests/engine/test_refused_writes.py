"""Tests of writes that a service does not take, many of them or for long: the run gives up, and claims nothing."""

from collections.abc import Sequence

from custom_components.music_sync.engine.errors import Rejected
from custom_components.music_sync.engine.sync.apply import REFUSALS

from .sync_bench import OpensBench, SyncBench, favorite, world

MONTH = 30 * 86_400


def withdraw(bench: SyncBench, numbers: Sequence[int]) -> list[int]:
    """Take songs out of the catalogue at the first write; give a list that tells how long each batch is."""
    sizes: list[int] = []

    async def watch(what: str, ids: Sequence[str]) -> None:
        """Withdraw before the first batch, and count."""
        if what == "add":
            for number in numbers if not sizes else ():
                bench.qobuz.catalogue.tracks.pop(int(favorite(number)))
            sizes.append(len(ids))

    bench.qobuz.switch(unknown_ids="refused")
    bench.target.provider.before = watch
    return sizes


async def test_service_that_refuses_everything(open_sync: OpensBench) -> None:
    """After some tracks were refused one by one, with none taken, no more are sent."""
    bench = await open_sync(world(120, likes=range(120)))
    sizes = withdraw(bench, range(120))
    done = await bench.run()
    assert sizes.count(1) == REFUSALS
    assert len(sizes) <= 3 * REFUSALS
    assert (done.status, done.counts) == ("partial", {"failed": 120})
    assert done.fates == [("failed", "rejected")] * REFUSALS + [("failed", "write_failed")] * (120 - REFUSALS)
    assert (type(done.error), done.report["error"]) == (Rejected, "service_failed")
    assert (bench.favorites(), await bench.ledger()) == ([], set())


async def test_many_refusals_among_what_is_taken(open_sync: OpensBench) -> None:
    """More tracks than that are refused, but others were taken: all others are."""
    bench = await open_sync(world(120, likes=range(120)))
    gone = range(60, 75)
    withdraw(bench, gone)
    done = await bench.run()
    assert (done.status, done.counts, done.error) == ("partial", {"added": 105, "failed": 15}, None)
    assert await bench.ledger() == set(bench.favorites()) == {favorite(one) for one in range(120) if one not in gone}


async def test_refused_tracks_are_left_alone(open_sync: OpensBench) -> None:
    """The oldest are refused, run after run: they are not sent again for a week, and the others have their turn."""
    bench = await open_sync(world(120, likes=range(120)))
    bench.qobuz.switch(unknown_ids="refused")
    rejected = [favorite(number) for number in range(REFUSALS)]

    async def refuse(what: str, ids: Sequence[str]) -> None:
        """Take none of the oldest."""
        if what == "add" and set(ids) & set(rejected):
            raise Rejected("no")

    bench.target.provider.before = refuse
    assert (await bench.run()).counts == {"failed": 120}
    done = await bench.run()
    assert done.counts == {"added": 120 - REFUSALS, "failed": REFUSALS}
    assert done.fates[:REFUSALS] == [("failed", "rejected")] * REFUSALS
    bench.target.provider.before = None
    bench.time.go_by(7 * 86_400 + 1)
    assert (await bench.run()).counts == {"added": REFUSALS, "already_present": 120 - REFUSALS}


async def test_person_adds_much_later_what_never_arrived(open_sync: OpensBench) -> None:
    """Sent without an answer and lost; a month later the person adds it by hand: it is theirs, for good."""
    bench = await open_sync(world(9, likes=range(9)))
    bench.qobuz.add_fault({"kind": "reset"}, path="favorite/create")
    assert (await bench.run()).counts == {"failed": 9}
    assert set((await bench.states()).values()) == {"sent"}
    bench.qobuz.faults.clear()
    await bench.age(MONTH)
    bench.by_hand(add=range(8))
    for expected in ({"already_present": 8, "added": 1}, {"already_present": 9}):
        await bench.age(MONTH)
        assert (await bench.run()).counts == expected
        assert await bench.ledger() == {favorite(8)}
        assert "sent" not in (await bench.states()).values()


async def test_what_did_arrive_is_ours_however_late_that_is_found_out(open_sync: OpensBench) -> None:
    """Sent, carried out, and only looked at a month later: what the target dates to the sending is ours."""
    bench = await open_sync(world(9, likes=range(9)))
    bench.qobuz.add_fault({"kind": "lost_reply"}, path="favorite/create")
    bench.qobuz.add_fault({"kind": "status", "status": 503}, path="getUserFavoriteIds", after=2)
    await bench.run()
    assert await bench.ledger() == set()
    bench.qobuz.faults.clear()
    await bench.age(MONTH)
    assert (await bench.run()).counts == {"already_present": 9}
    assert await bench.ledger() == {favorite(number) for number in range(9)}
