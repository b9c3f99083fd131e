"""Tests of asking a catalogue: no more than is needed, and one bad track never stops the others."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.music_sync.engine.errors import NotFound, Rejected
from custom_components.music_sync.engine.matching import TrackIndex, search_queries
from custom_components.music_sync.engine.model import Track
from custom_components.music_sync.engine.sync import search
from custom_components.music_sync.engine.sync.favorites import Stop
from custom_components.music_sync.engine.sync.lookup import MISSES_TO_DISTRUST, IsrcSearch, look_up
from custom_components.music_sync.engine.verdicts import Decision, Verdict

from .sync_bench import OpensBench, SyncBench, favorite, liked, song, world

WANTED = Track(id="w", title="Get Lucky", artists=("Daft Punk",), duration=248.0, isrc="USQX91300108")
THERE = Track(id="1", title="Get Lucky", artists=("Daft Punk",), duration=248.0, isrc="USQX91300108")
OTHER = Track(id="2", title="One More Time", artists=("Daft Punk",), duration=320.0, isrc="GBDUW0000053")


class Catalogue:
    """A catalogue that finds what it is told to, and remembers what it was asked."""

    def __init__(self, by_isrc: Sequence[Track] = (), *by_text: Sequence[Track]) -> None:
        """Find these by ISRC, and these by one query after the other."""
        self.by_isrc = by_isrc
        self.by_text = list(by_text)
        self.asked: list[str] = []

    async def search_isrc(self, isrc: str) -> Sequence[Track]:
        """Answer by ISRC."""
        self.asked.append(isrc)
        return self.by_isrc

    async def search_tracks(self, query: str) -> Sequence[Track]:
        """Answer a query."""
        self.asked.append(query)
        return self.by_text.pop(0) if self.by_text else ()


async def test_isrc_is_asked_first_and_alone() -> None:
    """Found by its ISRC, nothing more is asked."""
    catalogue = Catalogue([THERE])
    verdict = await look_up(WANTED, catalogue, IsrcSearch())
    assert (verdict.decision, verdict.reason, verdict.track) == (Decision.MATCH, "isrc", THERE)
    assert catalogue.asked == [WANTED.isrc]


async def test_text_is_asked_query_by_query() -> None:
    """Each query only where the ones before did not find it; everything found is weighed together, once."""
    catalogue = Catalogue((), [OTHER, OTHER], [OTHER, THERE])
    wanted = Track(id="w", title="Get Lucky", artists=("Daft Punk",), duration=248.0, version="Live")
    queries = search_queries(wanted)
    verdict = await look_up(wanted, catalogue, IsrcSearch())
    assert catalogue.asked == list(queries)
    assert verdict.decision is not Decision.MATCH
    assert verdict.candidate is not None
    catalogue = Catalogue((), [OTHER], [THERE])
    plain = Track(id="w", title="Get Lucky", artists=("Daft Punk",), duration=248.0)
    verdict = await look_up(plain, catalogue, IsrcSearch())
    assert verdict.track == THERE
    assert catalogue.asked == list(search_queries(plain))[:2]


async def test_nothing_found() -> None:
    """Every search comes back empty."""
    verdict = await look_up(WANTED, Catalogue(), IsrcSearch())
    assert (verdict.decision, verdict.reason, verdict.score) == (Decision.NONE, "not_found", None)


async def test_search_by_isrc_is_distrusted_after_misses() -> None:
    """What it misses several times in a row, free text finding it, is not worth its requests; one hit mends it."""
    isrc_search = IsrcSearch()
    for number in range(MISSES_TO_DISTRUST):
        assert isrc_search.trusted
        if number == 2:
            await look_up(WANTED, Catalogue([THERE]), isrc_search)
            assert isrc_search.misses == 0
            await look_up(WANTED, Catalogue((), [THERE]), isrc_search)
            await look_up(WANTED, Catalogue((), [THERE]), isrc_search)
        await look_up(WANTED, Catalogue((), [THERE]), isrc_search)
    assert not isrc_search.trusted
    catalogue = Catalogue([THERE], [THERE])
    await look_up(WANTED, catalogue, isrc_search)
    assert catalogue.asked == list(search_queries(WANTED))[:1]


async def test_what_nobody_finds_is_no_miss_of_the_isrc() -> None:
    """Not found by text either, or only a track without that ISRC: that says nothing."""
    isrc_search = IsrcSearch()
    unmarked = Track(id="3", title="Get Lucky", artists=("Daft Punk",), duration=248.0)
    for catalogue in (Catalogue(), Catalogue((), [OTHER]), Catalogue((), [unmarked])):
        await look_up(WANTED, catalogue, isrc_search)
    no_isrc = Track(id="w", title="Get Lucky", artists=("Daft Punk",), duration=248.0)
    await look_up(no_isrc, Catalogue((), [THERE]), isrc_search)
    assert isrc_search.misses == 0


class Failing:
    """Lets searches for some songs fail."""

    def __init__(self, bench: SyncBench, error: Exception, *numbers: int) -> None:
        """Watch a bench."""
        self.error = error
        self.songs = [song(number) for number in numbers]
        bench.target.provider.before = self.watch

    async def watch(self, what: str, ids: Sequence[str]) -> None:
        """Fail where one of the songs is searched."""
        if what == "search" and any(name in ids[0] for name in self.songs):
            raise self.error


@pytest.mark.parametrize("error", [Rejected("no"), NotFound("no"), ValueError("a bug")])
async def test_search_that_fails_is_that_tracks_alone(open_sync: OpensBench, error: Exception) -> None:
    """One track cannot be searched, whatever the reason: it has failed, the others are written, and it is due again."""
    bench = await open_sync(world(20, likes=range(20)))
    Failing(bench, error, 7)
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 19, "failed": 1})
    assert done.fates[7] == ("failed", "search_failed")
    assert (done.error, done.report["error"]) == (None, None)
    bench.target.provider.before = None
    assert (await bench.run()).counts == {"already_present": 19, "added": 1}
    assert bench.favorites()[-1] == favorite(7)


async def test_like_that_cannot_be_weighed(
    open_sync: OpensBench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One like breaks the matcher: it has failed, the others are written."""
    bench = await open_sync(world(20, likes=range(20), favorites=[0]))
    find = TrackIndex.match

    def match(index: TrackIndex, query: Track, *, min_score: float) -> Verdict:
        """Break on one song."""
        if query.title == song(7):
            raise ZeroDivisionError
        return find(index, query, min_score=min_score)

    monkeypatch.setattr(TrackIndex, "match", match)
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 18, "already_present": 1, "failed": 1})
    assert done.fates[7] == ("failed", "search_failed")
    assert liked(7) in caplog.text


async def test_searches_that_fail_in_a_row_end_the_asking(open_sync: OpensBench) -> None:
    """The service is down: after a few failures in a row it is left alone, and what was found before is written."""
    bench = await open_sync(world(20, likes=range(20)))
    bench.qobuz.switch(isrc_search=True)
    bench.qobuz.add_fault({"kind": "status", "status": 503}, path="track/search", after=4)
    done = await bench.run()
    assert (done.status, done.counts) == ("partial", {"added": 4, "failed": 16})
    assert bench.sent()[1].count("search") == 4 + 3 * search.FAILURES_IN_A_ROW
    assert done.report["error"] == "service_failed"


async def test_failures_that_are_not_in_a_row_do_not(open_sync: OpensBench) -> None:
    """Each success makes the failures before it forgotten."""
    bench = await open_sync(world(20, likes=range(20)))
    Failing(bench, Rejected("no"), *range(0, 20, 2))
    done = await bench.run()
    assert done.counts == {"added": 10, "failed": 10}


@pytest.mark.parametrize(
    ("change", "fate", "key"),
    [
        ({"block": 3600}, ("skipped", "rate_limited"), "rate_limited"),
        ({"users": {"listener": {"revoked": True}}}, ("failed", "search_failed"), "sign_in_needed"),
        ({"users": {"listener": {"subscription": False}}}, ("failed", "search_failed"), "access_denied"),
    ],
)
async def test_what_ends_the_asking_at_once(
    open_sync: OpensBench, change: dict[str, Any], fate: tuple[str, str], key: str
) -> None:
    """Blocked, signed out, not allowed: no further search is sent; the searches paid for are remembered."""
    bench = await open_sync(world(20, likes=range(20)))
    bench.qobuz.switch(isrc_search=True, block_retry_after="seconds")
    left = 8

    async def strike(what: str, ids: Sequence[str]) -> None:
        """Strike before the ninth search."""
        nonlocal left
        left -= what == "search"
        if left < 0:
            bench.qobuz.change_state(change)

    bench.target.provider.before = strike
    done = await bench.run()
    assert bench.sent()[1].count("search") == 9
    assert set(done.fates[8:]) == {fate}
    assert done.report["error"] == key
    assert done.status == ("failed" if key == "sign_in_needed" else "partial")
    bench.target.provider.before = None
    bench.time.go_by(3601)
    bench.qobuz.change_state({"users": {"listener": {"revoked": False, "subscription": True}}})
    again = await bench.run()
    assert bench.sent()[1].count("search") == 12
    assert again.counts == {"added": 20}


@pytest.mark.parametrize(("by", "status"), [(Stop.PERSON, "cancelled"), (Stop.HOME_ASSISTANT, "partial")])
async def test_stop_while_searching(open_sync: OpensBench, by: Stop, status: str) -> None:
    """Asked to stop, nothing more is searched, and nothing is written."""
    bench = await open_sync(world(20, likes=range(20)))
    bench.qobuz.switch(isrc_search=True)

    def stop() -> Stop | None:
        """Stop once nine searches were sent."""
        sent = sum("search" in str(entry["path"]) for entry in bench.qobuz.requests)
        return by if sent >= 9 else None

    bench.stopped_by = stop
    done = await bench.run()
    assert (done.status, done.counts) == (status, {"skipped": 20})
    assert set(done.fates) == {("skipped", "cancelled")}
    assert bench.favorites() == []


async def test_stop_of_a_run_that_was_done_all_the_same(open_sync: OpensBench) -> None:
    """Asked to stop when there was nothing left to do, a run is complete."""
    bench = await open_sync(world(9, likes=range(9), favorites=range(9)))
    bench.stopped_by = lambda: Stop.PERSON if bench.qobuz.requests else None
    assert (await bench.run()).status == "completed"


@pytest.mark.parametrize(("by", "status"), [(Stop.PERSON, "cancelled"), (Stop.HOME_ASSISTANT, "partial")])
async def test_stop_while_reading(open_sync: OpensBench, by: Stop, status: str) -> None:
    """A long list is not read to its end first, and the target is not asked."""
    bench = await open_sync(world(200, likes=range(200)))
    bench.sent()
    bench.stopped_by = lambda: by if bench.spotify.requests else None
    done = await bench.run()
    assert (done.status, done.items) == (status, [])
    assert bench.sent() == (["tracks"], [])


async def test_tracks_that_the_target_will_not_search_for_hold_up_no_other(open_sync: OpensBench) -> None:
    """However many come first: what is wrong with them is theirs alone."""
    bench = await open_sync(world(20, likes=range(20)))
    Failing(bench, Rejected("no"), *range(10))
    for expected in ({"added": 10, "failed": 10}, {"already_present": 10, "failed": 10}):
        assert (await bench.run()).counts == expected
