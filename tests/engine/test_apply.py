"""Tests of writing: journal first, and whatever goes wrong, nothing twice and the ledger right."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
import sqlite3
from typing import Any

import pytest

from custom_components.music_sync.engine.errors import AccessDenied, BudgetSpent, RateLimited, SignInNeeded, Unreachable
from custom_components.music_sync.engine.sync import apply
from custom_components.music_sync.engine.sync.favorites import Stop
from sandbox.world import Row

from .sync_bench import OpensBench, SyncBench, favorite, liked, on_spotify, states, world

ALL = [favorite(number) for number in range(120)]


def at_batch(number: int, act: Callable[[], Any]) -> Callable[[str, Sequence[str]], Awaitable[None]]:
    """Make a watcher that acts when the nth batch is about to be sent."""
    left = number

    async def watch(what: str, ids: Sequence[str]) -> None:
        """Count the batches."""
        nonlocal left
        if what == "add":
            left -= 1
            if left == 0:
                act()

    return watch


def creates(bench: SyncBench) -> int:
    """Count the writes that Qobuz was sent since the last time."""
    return bench.sent()[1].count("create")


async def test_operations_are_stored_before_they_are_sent(open_sync: OpensBench) -> None:
    """At the moment a batch is sent, another reader of the file sees it as sent, and all that follow as planned."""
    bench = await open_sync(world(120, likes=range(120)))
    seen: list[dict[str, str]] = []

    async def look(what: str, ids: Sequence[str]) -> None:
        """Read the file from outside."""
        if what == "add":
            with closing(sqlite3.connect(f"{bench.path.as_uri()}?mode=ro", uri=True)) as connection:
                seen.append(states(connection))

    bench.target.provider.before = look
    await bench.run()
    done = await bench.states()
    assert [len(one) for one in seen] == [120, 120, 120]
    for batch, found in enumerate(seen):
        expected = ["done"] * 50 * batch + ["sent"] * 50 + ["planned"] * 120
        assert [found[track] for track in ALL] == expected[:120]
    assert set(done.values()) == {"done"}


@pytest.mark.parametrize("kind", ["lost_reply", "reset"])
async def test_reply_that_gets_lost(open_sync: OpensBench, kind: str) -> None:
    """Whether the write happened or not is read from the target; only what is missing is sent again."""
    bench = await open_sync(world(70, likes=range(70)))
    bench.qobuz.add_fault({"kind": kind}, path="favorite/create", times=1)
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 70})
    assert creates(bench) == (2 if kind == "lost_reply" else 3)
    assert bench.favorites() == ALL[:70]
    assert await bench.ledger() == set(ALL[:70])


async def test_service_that_does_not_take_writes(open_sync: OpensBench) -> None:
    """Errors for as long as it is tried: nothing is claimed, and the next run settles what stayed in flight."""
    bench = await open_sync(world(70, likes=range(70)))
    bench.qobuz.add_fault({"kind": "html", "status": 502}, path="favorite/create", after=1)
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 50, "failed": 20})
    assert done.fates[-1] == ("failed", "write_failed")
    assert isinstance(done.error, Unreachable)
    assert list((await bench.states()).values()).count("sent") == 20
    bench.qobuz.faults.clear()
    again = await bench.run()
    assert again.counts == {"already_present": 50, "added": 20}
    assert bench.favorites() == ALL[:70]
    assert await bench.ledger() == set(ALL[:70])


async def test_lost_reply_and_then_no_leave_to_look(open_sync: OpensBench) -> None:
    """The write happened, its reply got lost and looking is forbidden: the next run finds that it is ours."""
    bench = await open_sync(world(9, likes=range(9)))
    bench.qobuz.add_fault({"kind": "lost_reply"}, path="favorite/create", times=1)

    async def block(what: str, ids: Sequence[str]) -> None:
        """Block once the write is on its way."""
        if what == "ids" and bench.favorites():
            bench.qobuz.change_state({"block": 3600})

    bench.target.provider.before = block
    bench.qobuz.switch(block_retry_after="seconds")
    done = await bench.run()
    assert done.counts == {"skipped": 9}
    assert isinstance(done.error, RateLimited)
    assert set((await bench.states()).values()) == {"sent"}
    assert await bench.ledger() == set()
    bench.target.provider.before = None
    bench.time.go_by(3601)
    again = await bench.run()
    assert again.counts == {"already_present": 9}
    assert set((await bench.states()).values()) == {"done"}
    assert await bench.ledger() == set(ALL[:9])


@pytest.mark.parametrize("mode", ["nothing", "partly"])
async def test_batch_that_is_refused_for_one_unknown_track(open_sync: OpensBench, mode: str) -> None:
    """One track is gone from the catalogue and takes its batch with it: the others still arrive, and all are ours."""
    bench = await open_sync(world(50, likes=range(50)))
    bench.qobuz.switch(unknown_ids="refused", refused_batch=mode)
    bench.target.provider.before = at_batch(1, lambda: bench.qobuz.catalogue.tracks.pop(int(favorite(20))))
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 49, "failed": 1})
    assert done.fates[20] == ("failed", "rejected")
    assert done.items[20].candidate is not None
    assert sorted(bench.favorites()) == [track for track in ALL[:50] if track != favorite(20)]
    assert await bench.ledger() == set(bench.favorites())
    assert (await bench.states())[favorite(20)] == "failed"
    assert creates(bench) <= 13


@pytest.mark.parametrize("mode", ["nothing", "partly"])
async def test_batch_that_is_refused_for_what_is_there(open_sync: OpensBench, mode: str) -> None:
    """Asked to send again what is there, by a service that refuses that: it stays there, and is not ours."""
    bench = await open_sync(world(30, likes=range(30), favorites=[4, 5, 6]))
    bench.qobuz.switch(favorite_again="refused", refused_batch=mode)
    done = await bench.run(skip_existing=False)
    assert (done.status, done.counts) == ("completed", {"added": 27, "already_present": 3})
    assert sorted(bench.favorites()) == ALL[:30]
    assert await bench.ledger() == set(ALL[:30]) - {favorite(4), favorite(5), favorite(6)}


async def test_unknown_track_that_is_ignored(open_sync: OpensBench) -> None:
    """The service says yes and does nothing: the track has failed, is not ours, and is looked for again."""
    bench = await open_sync(world(30, likes=range(30)))
    gone = bench.qobuz.catalogue.tracks[int(favorite(7))]
    bench.target.provider.before = at_batch(1, lambda: bench.qobuz.catalogue.tracks.pop(int(favorite(7))))
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 29, "failed": 1})
    assert done.fates[7] == ("failed", "not_verified")
    assert favorite(7) not in await bench.ledger()
    assert (await bench.states())[favorite(7)] == "sent"
    bench.qobuz.catalogue.tracks[int(favorite(7))] = gone
    bench.sent()
    again = await bench.run()
    assert bench.sent()[1].count("search") == 1
    assert again.counts == {"already_present": 29, "added": 1}
    assert await bench.ledger() == set(ALL[:30])


async def test_writes_that_show_after_a_while(open_sync: OpensBench) -> None:
    """The list lags behind the write: it is looked at again until it shows, and nothing is sent twice."""
    bench = await open_sync(world(30, likes=range(30)))
    bench.qobuz.switch(favorite_ids_lag=4)

    async def wait(what: str, ids: Sequence[str]) -> None:
        """Let time pass with each look."""
        bench.time.go_by(2 if what == "ids" else 0)

    bench.target.provider.before = wait
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 30})
    assert creates(bench) == 1
    bench.target.provider.before = None
    assert (await bench.run()).counts == {"already_present": 30}
    assert creates(bench) == 0


async def test_lost_reply_refused_again_behind_a_stale_list(open_sync: OpensBench) -> None:
    """Reply lost, list stale, second sending refused: once the list shows it, it was written after all, and is ours."""
    bench = await open_sync(world(8, likes=range(8)))
    bench.qobuz.switch(favorite_again="refused", favorite_ids_lag=100)
    bench.qobuz.add_fault({"kind": "lost_reply"}, path="favorite/create", times=1)
    looks = 0

    async def show_at_last(what: str, ids: Sequence[str]) -> None:
        """Let the list catch up once every track was refused by itself."""
        nonlocal looks
        looks += what == "add" and len(ids) == 1
        if what == "ids" and looks == 8:
            bench.qobuz.switch(favorite_ids_lag=0)

    bench.target.provider.before = show_at_last
    done = await bench.run()
    assert looks == 8
    assert (done.status, done.counts) == ("completed", {"added": 8})
    assert await bench.ledger() == set(ALL[:8])
    assert set((await bench.states()).values()) == {"done"}


async def test_what_a_person_adds_during_the_search_is_theirs(open_sync: OpensBench) -> None:
    """A person adds a track while the run searches: it is there, and never becomes ours."""
    bench = await open_sync(world(30, likes=range(30)))
    searched = 0

    async def add(what: str, ids: Sequence[str]) -> None:
        """Add one by hand half-way through."""
        nonlocal searched
        searched += what == "search"
        if what == "search" and searched == 15:
            bench.by_hand(add=[3])

    bench.target.provider.before = add
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 29, "already_present": 1})
    assert favorite(3) not in await bench.ledger()
    assert favorite(3) not in await bench.states()
    bench.target.provider.before = None
    assert (await bench.run()).counts == {"already_present": 30}


async def test_sending_again_what_is_there_never_makes_it_ours(open_sync: OpensBench) -> None:
    """With `skip_existing` off everything is searched and sent again; the ledger stays as it was."""
    bench = await open_sync(world(20, likes=range(20), favorites=range(12)))
    await bench.run()
    ours = await bench.ledger()
    assert ours == set(ALL[12:20])
    bench.sent()
    again = await bench.run(skip_existing=False)
    asked = bench.sent()[1]
    assert (asked.count("search"), asked.count("create")) == (20, 1)
    assert again.counts == {"already_present": 20}
    assert await bench.ledger() == ours
    assert len(await bench.states()) == 20


async def test_short_pause_is_waited_out(open_sync: OpensBench) -> None:
    """A rate limit of a few seconds, to the second, and the run goes on."""
    bench = await open_sync(world(120, likes=range(120)))
    bench.qobuz.switch(block_retry_after="seconds")
    bench.target.provider.before = at_batch(2, lambda: bench.qobuz.change_state({"block": 20}))
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 120})
    assert creates(bench) == 4
    assert 20 <= sum(bench.time.slept) <= 22


async def test_long_pause_ends_the_run(open_sync: OpensBench) -> None:
    """A rate limit of an hour: what was written is kept, the rest waits, and nothing is asked any more."""
    bench = await open_sync(world(120, likes=range(120)))
    bench.qobuz.switch(block_retry_after="seconds")
    bench.target.provider.before = at_batch(2, lambda: bench.qobuz.change_state({"block": 3600}))
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 50, "skipped": 70})
    assert done.fates[60] == ("skipped", "rate_limited")
    assert isinstance(done.error, RateLimited)
    assert done.report["error"] == "rate_limited"
    assert await bench.ledger() == set(ALL[:50])
    assert creates(bench) == 2
    bench.time.go_by(3601)
    assert (await bench.run()).counts == {"already_present": 50, "added": 70}
    assert bench.favorites() == ALL


async def test_budget_of_searches(open_sync: OpensBench) -> None:
    """The day's searches are used up: what was found is written, the rest waits for tomorrow."""
    bench = await open_sync(world(30, likes=range(30)))
    bench.qobuz.switch(isrc_search=True)
    bench.searches_a_day = 12
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 12, "skipped": 18})
    assert done.fates[12] == ("skipped", "budget")
    assert isinstance(done.error, BudgetSpent)
    assert bench.favorites() == ALL[:12]
    bench.time.go_by(86_400)
    assert (await bench.run()).counts == {"already_present": 12, "added": 12, "skipped": 6}


async def test_budget_and_writes(open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that counts writes, too: what it no longer takes today is skipped for the budget."""
    bench = await open_sync(world(9, likes=range(9)))

    async def spent(ids: Sequence[str]) -> None:
        """Refuse, for today."""
        raise BudgetSpent("Enough for today", until=bench.time.now + 100)

    monkeypatch.setattr(bench.target.provider, "add_favorites", spent)
    done = await bench.run()
    assert (done.status, set(done.fates)) == ("partial", {("skipped", "budget")})
    assert set((await bench.states()).values()) == {"failed"}


@pytest.mark.parametrize(
    ("batch", "status", "counts"),
    [(1, "failed", {"failed": 120}), (2, "partial", {"added": 50, "failed": 70})],
)
async def test_sign_in_lost_while_writing(
    open_sync: OpensBench, batch: int, status: str, counts: dict[str, int]
) -> None:
    """Before anything was written the run has failed, later it is partial; the next one takes it up."""
    bench = await open_sync(world(120, likes=range(120)))

    def revoke(revoked: bool = True) -> None:
        """Revoke the token, or make it good again."""
        bench.qobuz.change_state({"users": {"listener": {"revoked": revoked}}})

    bench.target.provider.before = at_batch(batch, revoke)
    done = await bench.run()
    assert (done.status, done.counts) == (status, counts)
    assert isinstance(done.error, SignInNeeded)
    assert done.report["error"] == "sign_in_needed"
    assert "sent" not in (await bench.states()).values()
    revoke(revoked=False)
    again = await bench.run()
    assert (again.status, bench.favorites()) == ("completed", ALL)
    assert await bench.ledger() == set(ALL)


async def test_subscription_that_ends_while_writing(open_sync: OpensBench) -> None:
    """Not allowed any more: what was written stays ours, the rest has failed."""
    bench = await open_sync(world(120, likes=range(120)))
    bench.target.provider.before = at_batch(
        2, lambda: bench.qobuz.change_state({"users": {"listener": {"subscription": False}}})
    )
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 50, "failed": 70})
    assert isinstance(done.error, AccessDenied)
    assert await bench.ledger() == set(ALL[:50])


@pytest.mark.parametrize(
    ("by", "status", "error"), [(Stop.PERSON, "cancelled", None), (Stop.HOME_ASSISTANT, "partial", "interrupted")]
)
async def test_stop_between_batches(open_sync: OpensBench, by: Stop, status: str, error: str | None) -> None:
    """Asked to stop, the batch under way is finished, and the rest is left for another time."""
    bench = await open_sync(world(120, likes=range(120)))

    def stop() -> None:
        """Ask to stop."""
        bench.stopped_by = lambda: by

    bench.target.provider.before = at_batch(2, stop)
    done = await bench.run()
    assert (done.status, done.counts) == (status, {"added": 100, "skipped": 20})
    assert done.fates[-1] == ("skipped", "cancelled")
    assert (done.report["error"], done.error) == (error, None)
    assert bench.favorites() == ALL[:100]
    assert await bench.ledger() == set(ALL[:100])
    bench.stopped_by = lambda: None
    assert (await bench.run()).counts == {"already_present": 100, "added": 20}


async def test_stop_does_not_wait_for_what_never_shows(open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is to stop does not go on looking; the service's word has to do."""
    bench = await open_sync(world(9, likes=range(9)))
    monkeypatch.setattr(apply, "LOOKS", (0.0, 600.0))
    bench.qobuz.switch(favorite_ids_lag=3600)

    async def stop(what: str, ids: Sequence[str]) -> None:
        """Ask to stop at the first look after the write."""
        if what == "ids" and bench.favorites():
            bench.stopped_by = lambda: Stop.HOME_ASSISTANT

    bench.target.provider.after = stop
    done = await bench.run()
    assert (done.status, done.counts, done.report["error"]) == ("completed", {"added": 9}, None)
    assert await bench.ledger() == set(ALL[:9])


async def test_look_that_fails_takes_nothing_back(open_sync: OpensBench) -> None:
    """Written, and then the target does not answer: its word has to do."""
    bench = await open_sync(world(9, likes=range(9)))

    async def close(what: str, ids: Sequence[str]) -> None:
        """Let the lists fail from now on."""
        if what == "add":
            bench.qobuz.add_fault({"kind": "status", "status": 503}, path="getUserFavoriteIds")

    bench.target.provider.after = close
    done = await bench.run()
    assert (done.status, done.counts) == ("completed", {"added": 9})
    assert await bench.ledger() == set(ALL[:9])


@pytest.mark.parametrize("unknown", ["refused", "ignored"])
async def test_rows_that_share_a_track_that_is_not_taken(open_sync: OpensBench, unknown: str) -> None:
    """Two likes of one recording: where it cannot be written, neither of them is there."""
    made = world(9, likes=[1, 2])
    made.spotify_tracks["twin"] = Row(recording=None, data=on_spotify(1, id="twin"))
    made.spotify_likes.append({"added_at": "2025-01-01T00:00:00Z", "track": "twin"})
    bench = await open_sync(made)
    bench.qobuz.switch(unknown_ids=unknown)
    bench.target.provider.before = at_batch(1, lambda: bench.qobuz.catalogue.tracks.pop(int(favorite(1))))
    done = await bench.run()
    assert {item.source.id: item.outcome.value for item in done.items} == {
        liked(1): "failed",
        liked(2): "added",
        "twin": "failed",
    }
    assert done.status == "partial"
