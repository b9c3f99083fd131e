"""The actions that bring likes from one account to another: sync_favorites and run_sync."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import HomeAssistantError
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from .conftest import OpensHome
from .home import QOBUZ_TOKEN, Home, Json, asked
from .small_world import LOCAL_FILE, MISSPELLED, ONLY_SPOTIFY, qobuz_id, small_world, spotify_id

ALL_OUTCOMES = small_world(liked=(0, 1, ONLY_SPOTIFY, MISSPELLED, LOCAL_FILE, 2), held=(1,))

type Accounts = Json


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give source and target of an action, both loaded."""
    return await two_accounts(home)


async def two_accounts(home: Home) -> Accounts:
    """Set a Spotify and a Qobuz account up."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return {"source": spotify.entry_id, "target": qobuz.entry_id}


def outcomes(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what became of each row: its id at the source, the outcome and the reason."""
    return [(item["source"]["id"], item["outcome"], item["reason"]) for item in report["items"]]


async def test_likes_become_favorites(home: Home, accounts: Accounts) -> None:
    """Every like is found and added, oldest first; a second run writes nothing."""
    report = await home.act("sync_favorites", **accounts)
    assert report["status"] == "completed"
    assert report["counts"]["added"] == 3
    assert home.favorites() == [1002, 1001, 1000]
    home.qobuz.requests.clear()
    again = await home.act("sync_favorites", **accounts)
    assert again["counts"]["already_present"] == 3
    assert again["run_id"] != report["run_id"]
    assert len(home.qobuz.requests) <= 3
    assert "create" not in asked(home.qobuz)


async def test_report(open_home: OpensHome, snapshot: SnapshotAssertion) -> None:
    """A report has the contract's shape, and its books balance."""
    home = await open_home(ALL_OUTCOMES)
    accounts = await two_accounts(home)
    report = await home.act("sync_favorites", **accounts, min_score=99)
    counts = dict(report["counts"])
    assert not counts.pop("removed") + counts.pop("removals_held")
    assert counts.pop("source") == sum(counts.values()) == report["items_total"] == len(report["items"]) == 6
    assert report["source"]["entry_id"] == accounts["source"]
    assert report["target"]["entry_id"] == accounts["target"]
    assert report == snapshot(exclude=props("run_id", "entry_id", "started_at", "finished_at", "duration"))


async def test_defaults(home: Home, accounts: Accounts) -> None:
    """What is left out is as the contract has it."""
    await home.act("sync_favorites", **accounts, dry_run=True)
    left_out = await home.act("sync_favorites", **accounts, dry_run=True)
    said = await home.act(
        "sync_favorites",
        **accounts,
        dry_run=True,
        mode="add_only",
        min_score=70,
        skip_existing=True,
        method="api",
        first_artist_only=False,
        artist_whitelist=[],
        wait=True,
    )
    for report in (left_out, said):
        del report["run_id"], report["started_at"], report["finished_at"], report["duration"]
    assert left_out == said
    assert not home.favorites()


async def test_dry_run(home: Home, accounts: Accounts) -> None:
    """A dry run tells what would be done, and writes nothing."""
    report = await home.act("sync_favorites", **accounts, dry_run=True)
    assert report["dry_run"] is True
    assert report["counts"]["added"] == 3
    assert "create" not in asked(home.qobuz)
    assert (await home.act("sync_favorites", **accounts))["counts"]["added"] == 3


async def test_limit(home: Home, accounts: Accounts) -> None:
    """The oldest likes come first, and the rest is left for later."""
    report = await home.act("sync_favorites", **accounts, limit=2)
    assert report["status"] == "completed"
    assert outcomes(report) == [
        (spotify_id(0), "added", "isrc"),
        (spotify_id(1), "added", "isrc"),
        (spotify_id(2), "skipped", "limit"),
    ]
    assert home.has([0, 1])
    assert (await home.act("sync_favorites", **accounts, limit=2))["counts"]["added"] == 1


async def test_min_score(open_home: OpensHome) -> None:
    """A higher score asked for leaves more to a person; it settles nothing for later."""
    home = await open_home(small_world(liked=(MISSPELLED,)))
    accounts = await two_accounts(home)
    strict = await home.act("sync_favorites", **accounts, min_score=99)
    assert outcomes(strict) == [(spotify_id(MISSPELLED), "review", "low_score")]
    assert strict["items"][0]["candidate"]["id"] == str(qobuz_id(MISSPELLED))
    assert strict["items"][0]["candidate"]["score"] < 99
    assert (await home.act("sync_favorites", **accounts))["counts"]["added"] == 1


async def test_skip_existing(home: Home, accounts: Accounts) -> None:
    """Without it every track is looked up and sent again, and stays what it is."""
    await home.act("sync_favorites", **accounts)
    home.qobuz.requests.clear()
    report = await home.act("sync_favorites", **accounts, skip_existing=False)
    assert report["counts"]["already_present"] == 3
    assert asked(home.qobuz).count("search") >= 3
    assert "create" in asked(home.qobuz)
    assert home.has([0, 1, 2])


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, "added"),
        ({"first_artist_only": True}, "missing"),
        ({"first_artist_only": True, "artist_whitelist": ["Queen"]}, "added"),
    ],
)
async def test_first_artist_only(open_home: OpensHome, fields: dict[str, Any], outcome: str) -> None:
    """Only the first artist counts, unless one of the names is to be kept whole."""
    world = small_world(liked=(0,))
    world.spotify_tracks[spotify_id(0)].data["artists"].append({"id": "guest", "name": "Guest"})
    by_guest = {"performer": {"id": 9, "name": "Guest"}, "performers": "Guest, MainArtist", "isrc": None}
    world.qobuz_tracks[qobuz_id(0)].data.update(by_guest)
    home = await open_home(world)
    report = await home.act("sync_favorites", **await two_accounts(home), **fields)
    assert report["items"][0]["outcome"] == outcome


async def test_without_response(home: Home, accounts: Accounts) -> None:
    """Without a response the action is over once the run is queued."""
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="user/lastUpdate")
    assert not await home.act("sync_favorites", respond=False, **accounts)
    assert not home.favorites()
    await home.settle()
    assert home.has([0, 1, 2])


async def test_wait_false(home: Home, accounts: Accounts) -> None:
    """The response may come at once; the report is there when the run is over."""
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="user/lastUpdate")
    answer = await home.act("sync_favorites", **accounts, wait=False)
    assert answer == {"run_id": answer["run_id"], "status": "queued"}
    assert not home.favorites()
    await home.settle()
    assert (await home.act("get_report", run_id=answer["run_id"]))["counts"]["added"] == 3


async def test_caller_that_stops(home: Home, accounts: Accounts) -> None:
    """A script that is stopped while it waits does not stop the run."""
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="create")
    caller = asyncio.create_task(home.act("sync_favorites", **accounts))
    await home.until(home.qobuz, "create")
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await home.settle()
    assert home.has([0, 1, 2])
    assert (await home.act("get_runs", target=accounts["target"]))["total"] == 1


async def test_caller_that_stops_at_once(home: Home, accounts: Accounts) -> None:
    """However early the caller stops, what is queued runs."""
    for turns in range(1, 8):
        caller = asyncio.create_task(home.act("sync_favorites", **accounts, limit=turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    later = await home.act("sync_favorites", **accounts)
    assert later["status"] == "completed"
    assert home.has([0, 1, 2])


async def test_same_request_is_queued_once(home: Home, accounts: Accounts) -> None:
    """What waits already is not queued a second time; another request is."""
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="user/lastUpdate")
    first = await home.act("sync_favorites", **accounts, wait=False, dry_run=True)
    await home.until(home.qobuz, "lastUpdate")
    reports = await asyncio.gather(
        home.act("sync_favorites", **accounts),
        home.act("sync_favorites", **accounts),
        home.act("sync_favorites", **accounts, limit=1),
    )
    assert reports[0] == reports[1]
    runs = (await home.act("get_runs", target=accounts["target"]))["runs"]
    assert [run["run_id"] for run in runs] == [reports[2]["run_id"], reports[0]["run_id"], first["run_id"]]


async def test_targets_side_by_side(home: Home) -> None:
    """One run at a time for each target, but another target does not wait for it."""
    spotify, qobuz, other = home.add_spotify(), home.add_qobuz(), home.add_qobuz("guest")
    await home.set_up(spotify, qobuz, other)
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.5}, path="track/search", times=1)
    held = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id, wait=False)
    await home.until(home.qobuz, "search")
    report = await home.act("sync_favorites", source=spotify.entry_id, target=other.entry_id)
    assert report["counts"]["added"] == 3
    assert len(home.favorites("guest")) == 3
    assert not (await home.act("get_runs", target=qobuz.entry_id))["runs"]
    await home.settle()
    assert (await home.act("get_report", run_id=held["run_id"]))["counts"]["added"] == 3


async def test_first_run_of_a_large_library(home: Home, accounts: Accounts) -> None:
    """To tell that a library is not empty takes one request, however large it is; reading it is the run's business."""
    home.spotify.add_fault({"kind": "delay", "seconds": 0.2}, path="/v1/me/tracks", after=1)
    home.spotify.requests.clear()
    await home.act("sync_favorites", respond=False, **accounts)
    assert asked(home.spotify) in (["tracks"], ["tracks", "tracks"])
    assert not home.favorites()
    await home.settle()
    assert home.has([0, 1, 2])


async def test_source_that_does_not_answer(home: Home, accounts: Accounts) -> None:
    """The mirror serves, and the report says how old it is."""
    await home.act("refresh", source=accounts["source"])
    home.spotify.add_fault({"kind": "reset"}, path="/v1/me/tracks")
    report = await home.act("sync_favorites", **accounts)
    assert report["status"] == "completed"
    assert report["source_age"] >= 0
    assert home.has([0, 1, 2])


async def test_target_that_does_not_answer(home: Home, accounts: Accounts) -> None:
    """The run fails, says so, and writes nothing."""
    home.qobuz.add_fault({"kind": "status", "status": 500}, path="lastUpdate")
    report = await home.act("sync_favorites", **accounts)
    assert (report["status"], report["error"]) == ("failed", "service_failed")
    assert report["items"] == []
    assert not home.favorites()


async def test_run_sync(home: Home) -> None:
    """A sync runs as it is set up, but for what the action says."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz)
    device = home.device_id(qobuz, sync)
    assert (await home.act("run_sync", device_id=device, dry_run=True))["counts"]["added"] == 3
    assert (await home.act("run_sync", device_id=device, limit=1))["counts"] | {} == {
        "source": 3,
        "added": 1,
        "already_present": 0,
        "review": 0,
        "missing": 0,
        "failed": 0,
        "unsyncable": 0,
        "skipped": 2,
        "removed": 0,
        "removals_held": 0,
    }
    assert set(await home.act("run_sync", device_id=device, wait=False)) == {"run_id", "status"}
    await home.settle()
    assert home.has([0, 1, 2])
    assert (await home.act("get_runs", device_id=device))["total"] == 3


async def test_run_that_is_interrupted(home: Home, qobuz_that_hangs: ConfigEntry) -> None:
    """Whoever waits for a run that cannot end is told so."""
    spotify = next(entry for entry in home.entries() if entry.data["kind"] == "spotify")
    waiting = asyncio.create_task(home.act("sync_favorites", source=spotify.entry_id, target=qobuz_that_hangs.entry_id))
    await home.until(home.qobuz, "lastUpdate")
    await home.unload(qobuz_that_hangs)
    with pytest.raises(HomeAssistantError) as caught:
        await waiting
    assert caught.value.translation_key == "run_interrupted"
    assert QOBUZ_TOKEN not in str(caught.value)


@pytest.fixture
async def qobuz_that_hangs(home: Home, monkeypatch: pytest.MonkeyPatch) -> ConfigEntry:
    """Give a Qobuz account whose service is slower than the patience at unloading."""
    monkeypatch.setattr("custom_components.music_sync.run_queue.PATIENCE_AT_UNLOAD", 0.1)
    accounts = await two_accounts(home)
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.7}, path="lastUpdate")
    entry = home.hass.config_entries.async_get_entry(accounts["target"])
    assert entry is not None
    return entry
