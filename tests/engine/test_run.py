"""Tests of how runs end: complete, partial, failed or cancelled, and what their report says of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.music_sync.engine.errors import AccessDenied, ServiceError, SignInNeeded, Unreachable
from custom_components.music_sync.engine.library import mirror, runs
from custom_components.music_sync.engine.outcomes import Status
from custom_components.music_sync.engine.sync.favorites import SourceEmpty, Stop
from custom_components.music_sync.engine.sync.run import call_off, carry_out, error_key, recover

from .sync_bench import QOBUZ, SPOTIFY, OpensBench, SyncBench, described, favorite, world


def revoke(bench: SyncBench, revoked: bool = True) -> None:
    """Revoke Qobuz's token, or make it good again."""
    bench.qobuz.change_state({"users": {"listener": {"revoked": revoked}}})


async def test_report_describes_both_sides(open_sync: OpensBench) -> None:
    """Who, what and when, as the contract has it."""
    bench = await open_sync(world(9, likes=range(9)))
    begun = bench.time.now
    told = (await bench.run()).report
    assert told["source"] == {"entry_id": SPOTIFY, "title": "Spotify", "kind": "spotify"}
    assert told["target"] == {"entry_id": QOBUZ, "title": "Qobuz", "kind": "qobuz"}
    assert (told["content"], told["run_id"], told["source_age"], told["error"]) == ("favorites", "run-0001", None, None)
    assert told["duration"] == bench.time.now - begun
    kept = await bench.library.run(runs.get, "run-0001")
    assert kept is not None
    assert kept.source_version == 1


@pytest.mark.parametrize(
    ("side", "fault", "error"),
    [
        ("spotify", {"kind": "html", "status": 503}, Unreachable),
        ("qobuz", {"kind": "html", "status": 503}, Unreachable),
        ("qobuz", {"kind": "status", "status": 401, "body": {"code": 401}}, SignInNeeded),
        ("spotify", {"kind": "status", "status": 403, "body": {"error": {"status": 403}}}, AccessDenied),
        ("qobuz", {"kind": "status", "status": 403, "body": {"code": 403}}, AccessDenied),
    ],
)
async def test_side_that_cannot_be_read(
    open_sync: OpensBench, side: str, fault: dict[str, Any], error: type[ServiceError]
) -> None:
    """Either side unreadable: the run has failed, nothing was written, and the next one does it all."""
    bench = await open_sync(world(9, likes=range(9)))
    stand_in = bench.spotify if side == "spotify" else bench.qobuz
    stand_in.add_fault(fault)
    done = await bench.run()
    assert (done.status, done.items, type(done.error)) == ("failed", [], error)
    assert done.report["error"] == error_key(error(""))
    assert bench.favorites() == []
    stand_in.faults.clear()
    assert (await bench.run()).counts == {"added": 9}


async def test_source_that_does_not_answer_after_a_complete_reading(open_sync: OpensBench) -> None:
    """The mirror serves, and the report says how old it is."""
    bench = await open_sync(world(9, likes=range(8)))
    await bench.run()
    bench.like(8)
    bench.spotify.add_fault({"kind": "status", "status": 502})
    bench.time.go_by(1000)
    bench.by_hand(remove=[3])
    done = await bench.run()
    # A minute for the like, and what the gate waits between its tries.
    assert 1060 <= done.report["source_age"] <= 1065
    assert (done.status, done.error) == ("completed", None)
    assert done.counts == {"already_present": 7, "added": 1}
    bench.spotify.faults.clear()
    again = await bench.run()
    assert (again.report["source_age"], again.counts) == (None, {"already_present": 8, "added": 1})


async def test_source_that_may_not_be_asked(open_sync: OpensBench) -> None:
    """Blocked for hours: the mirror serves, and not one request goes out."""
    bench = await open_sync(world(9, likes=range(9)))
    await bench.run()
    bench.spotify.change_state({"block": {"seconds": 43_200}})
    await bench.run()
    bench.sent()
    bench.time.go_by(100)
    done = await bench.run()
    assert bench.sent()[0] == []
    assert (done.status, done.counts) == ("completed", {"already_present": 9})
    assert done.report["source_age"] == 100


async def test_source_that_may_not_be_asked_and_was_never_read(open_sync: OpensBench) -> None:
    """Without a complete mirror there is nothing to go by."""
    bench = await open_sync(world(9, likes=range(9)))
    bench.spotify.change_state({"block": {"seconds": 43_200}})
    done = await bench.run()
    assert (done.status, done.report["error"], done.report["source_age"]) == ("failed", "rate_limited", None)


async def test_mirror_serves_after_a_reading_in_doubt(open_sync: OpensBench) -> None:
    """A mirror that was complete once goes on serving, although the last reading was not sure of itself."""
    bench = await open_sync(world(200, likes=range(130)))
    await bench.run()
    bench.unlike(5)
    for number in range(20):
        change = {"like": {"track": f"song{140 + number:018d}"}}
        bench.spotify.change_state({"later": {"after": 1 + number, "path": "me/tracks", "change": change}})
    await bench.run()
    assert (await bench.library.run(mirror.get, SPOTIFY)).full_at == 0
    bench.spotify.add_fault({"kind": "status", "status": 502})
    done = await bench.run()
    assert done.status == "completed"
    assert done.report["source_age"] is not None


async def test_source_that_is_signed_out(open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's leave to read: the run has failed, mirror or not, since a person has to do something."""
    bench = await open_sync(world(9, likes=range(9)))
    await bench.run()

    async def refuse(offset: int) -> None:
        """Refuse."""
        raise SignInNeeded("again")

    monkeypatch.setattr(bench.source.provider, "favorites_page", refuse)
    done = await bench.run()
    assert (done.status, done.report["error"]) == ("failed", "sign_in_needed")


async def test_source_without_likes(open_sync: OpensBench) -> None:
    """Nothing to sync: that is said, and the target is not asked."""
    bench = await open_sync(world(9))
    done = await bench.run()
    assert isinstance(done.error, SourceEmpty)
    assert (done.status, done.report["error"], done.items) == ("failed", "source_empty", [])
    assert bench.sent()[1] == []


async def test_sign_in_lost_while_searching(open_sync: OpensBench) -> None:
    """Before anything was written: failed, although something had been found."""
    bench = await open_sync(world(20, likes=range(20)))
    searched = 0

    async def strike(what: str, ids: Sequence[str]) -> None:
        """Revoke the token before the tenth search."""
        nonlocal searched
        searched += what == "search"
        if searched == 10:
            revoke(bench)

    bench.target.provider.before = strike
    done = await bench.run()
    assert (done.status, done.counts) == ("failed", {"failed": 20})
    bench.target.provider.before = None
    revoke(bench, revoked=False)
    assert (await bench.run()).counts == {"added": 20}


async def test_what_nobody_expected(
    open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug ends the run, not whoever carries it out; it is in the log, and in the report by a key."""
    bench = await open_sync(world(9, likes=range(9)))

    async def break_down() -> None:
        """Break."""
        raise ZeroDivisionError

    monkeypatch.setattr(bench.target.provider, "favorites_marker", break_down)
    done = await bench.run()
    assert (done.status, done.report["error"]) == ("failed", "unexpected")
    assert isinstance(done.error, ZeroDivisionError)
    assert "run-0001" in caplog.text


async def test_run_that_is_broken_off_is_closed_later(open_sync: OpensBench) -> None:
    """Cancelled in the middle of a request: the run stays open until it is recovered, and the next one settles it."""
    bench = await open_sync(world(9, likes=range(9)))
    written = asyncio.Event()

    async def hang(what: str, ids: Sequence[str]) -> None:
        """Never come back from the write."""
        if what == "add":
            written.set()
            await asyncio.Event().wait()

    bench.target.provider.after = hang
    run = await bench.enter()
    task = asyncio.create_task(carry_out(run, bench.source, bench.target, bench.around()))
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.target.provider.after = None
    assert set((await bench.states()).values()) == {"sent"}
    kept = await bench.library.run(runs.get, run.id)
    assert kept is not None
    assert (kept.status, kept.report) == (Status.RUNNING, None)
    await bench.reopen()
    await recover(bench.target, bench.library, described)
    kept = await bench.library.run(runs.get, run.id)
    assert kept is not None
    assert kept.report is not None
    assert (kept.status, kept.report["error"]) == (Status.PARTIAL, "interrupted")
    assert set(kept.report["source"]) == {"entry_id", "title", "kind"}
    done = await bench.run()
    assert set((await bench.states()).values()) == {"done"}
    assert done.counts == {"already_present": 9}
    assert await bench.ledger() == {favorite(number) for number in range(9)}


async def test_cancelled_search_keeps_what_it_paid_for(open_sync: OpensBench) -> None:
    """Broken off while searching, the verdicts so far are remembered."""
    bench = await open_sync(world(20, likes=range(20)))
    bench.qobuz.switch(isrc_search=True)
    begun = asyncio.Event()
    left = 7

    async def hang(what: str, ids: Sequence[str]) -> None:
        """Never come back from the eighth search."""
        nonlocal left
        left -= what == "search"
        if left < 0:
            begun.set()
            await asyncio.Event().wait()

    bench.target.provider.before = hang
    run = await bench.enter()
    task = asyncio.create_task(carry_out(run, bench.source, bench.target, bench.around()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.target.provider.before = None
    bench.sent()
    assert (await bench.run()).counts == {"added": 20}
    assert bench.sent()[1].count("search") == 13


async def test_run_that_is_called_off_before_it_began(open_sync: OpensBench) -> None:
    """A person cancels what waits: its books are closed, and nothing was asked."""
    bench = await open_sync(world(9, likes=range(9)))
    run = await bench.enter(dry_run=True)
    told = await call_off(run, bench.source, bench.target, bench.library, Stop.PERSON)
    assert (told["status"], told["dry_run"], told["items_total"], told["duration"]) == ("cancelled", True, 0, 0)
    assert bench.sent() == ([], [])
    kept = await bench.library.run(runs.get, run.id)
    assert kept is not None
    assert kept.report == told


async def test_stop_by_home_assistant_is_taken_up(open_sync: OpensBench) -> None:
    """Cut short by Home Assistant, a run says so, and is no failure of anybody's."""
    bench = await open_sync(world(9, likes=range(9)))
    bench.stopped_by = lambda: Stop.HOME_ASSISTANT
    done = await bench.run()
    assert (done.status, done.report["error"], done.error) == ("partial", "interrupted", None)
    bench.stopped_by = lambda: None
    assert (await bench.run()).counts == {"added": 9}


async def test_resend_that_fails_is_no_complete_run(open_sync: OpensBench) -> None:
    """Asked to send again what is there, and kept from it: nothing is lost, but the run is not complete."""
    bench = await open_sync(world(9, likes=range(9), favorites=range(9)))
    bench.qobuz.switch(block_retry_after="seconds")

    async def block(what: str, ids: Sequence[str]) -> None:
        """Block the write."""
        if what == "add":
            bench.qobuz.change_state({"block": 3600})

    bench.target.provider.before = block
    done = await bench.run(skip_existing=False)
    assert (done.status, done.counts) == ("partial", {"already_present": 9})
    assert done.report["error"] == "rate_limited"
    assert await bench.ledger() == set()


async def test_called_off_by_a_person_counts_as_seen(open_sync: OpensBench) -> None:
    """What the source is now starts no run any more, what it becomes does: that a run was cancelled loses no like."""
    bench = await open_sync(world(9, likes=range(8)))
    await bench.run()
    state = await bench.library.run(mirror.get, bench.source.id)
    run = await bench.enter()
    await call_off(run, bench.source, bench.target, bench.library, Stop.PERSON)
    kept = await bench.library.run(runs.get, run.id)
    assert kept is not None
    assert kept.source_version == state.version
    other = await bench.enter()
    await call_off(other, bench.source, bench.target, bench.library, Stop.HOME_ASSISTANT)
    kept = await bench.library.run(runs.get, other.id)
    assert kept is not None
    assert kept.source_version is None
