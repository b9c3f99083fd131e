"""Runs that are stopped: by a person, by an account that goes away, by Home Assistant."""

import asyncio
import sqlite3

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.music_sync.runtime import MUSIC_SYNC

from .home import Home, asked

type Accounts = tuple[ConfigEntry, ConfigEntry]


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give a Spotify and a Qobuz account, loaded."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


def slow(home: Home, path: str = "track/search") -> None:
    """Let Qobuz take its time."""
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path=path)


async def test_removed_while_it_runs(home: Home, accounts: Accounts) -> None:
    """Its run stops in good order, and the account goes on to the next."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz)
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="track/search")
    await home.press(sync, "sync_now")
    await home.until(home.qobuz, "search")
    home.hass.config_entries.async_remove_subentry(qobuz, sync.subentry_id)
    await home.settle()
    runs = (await home.act("get_runs", target=qobuz.entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("partial", "interrupted")]
    assert not home.favorites()
    home.qobuz.faults.clear()
    await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert home.has([0, 1, 2])


async def test_cancelled(home: Home, accounts: Accounts) -> None:
    """A person's cancel ends the run with the track in hand; what was not tried says so."""
    sync = await home.add_sync(*accounts)
    slow(home)
    await home.press(sync, "sync_now")
    await home.until(home.qobuz, "search")
    await home.press(sync, "cancel")
    await home.settle()
    report = await home.act("get_report", target=accounts[1].entry_id)
    assert report["status"] == "cancelled"
    assert [item["outcome"] for item in report["items"]] == ["skipped"] * 3
    assert asked(home.qobuz).count("search") <= 2
    assert {item["reason"] for item in report["items"][1:]} == {"cancelled"}
    assert home.state(sync, "last_result").state == "cancelled"
    assert home.state(sync, "status").state == "idle"


async def test_cancelled_before_it_began(home: Home, accounts: Accounts) -> None:
    """A run that waits is called off at once, without a request; the one under way goes on, as it is not the sync's."""
    sync = await home.add_sync(*accounts)
    slow(home, "lastUpdate")
    other = await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False)
    await home.until(home.qobuz, "lastUpdate")
    await home.press(sync, "sync_now")
    assert home.state(sync, "status").state == "queued"
    await home.press(sync, "cancel")
    for _ in range(100):
        if home.state(sync, "last_result").state == "cancelled":
            break
        await asyncio.sleep(0.01)
    assert home.state(sync, "status").state == "idle"
    assert not home.favorites()
    await home.settle()
    runs = (await home.act("get_runs", target=accounts[1].entry_id))["runs"]
    assert [(run["status"], run["counts"]["added"]) for run in runs] == [("cancelled", 0), ("completed", 3)]
    assert runs[1]["run_id"] == other["run_id"]


async def test_cancelled_request_can_be_made_again(home: Home, accounts: Accounts) -> None:
    """What was called off does not stand in for the same request made after it."""
    sync = await home.add_sync(*accounts)
    slow(home, "lastUpdate")
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False, dry_run=True)
    await home.press(sync, "sync_now")
    await home.press(sync, "cancel")
    await home.press(sync, "sync_now")
    await home.settle()
    assert home.has([0, 1, 2])


async def test_cancel_stops_all_of_a_sync(home: Home, accounts: Accounts) -> None:
    """Pressed while one run is under way and another waits, cancel ends both."""
    sync = await home.add_sync(*accounts)
    slow(home)
    await home.press(sync, "preview")
    await home.until(home.qobuz, "search")
    await home.press(sync, "sync_now")
    assert home.state(sync, "status").state != "queued"
    await home.press(sync, "cancel")
    await home.settle()
    runs = (await home.act("get_runs", target=accounts[1].entry_id))["runs"]
    assert [run["status"] for run in runs] == ["cancelled", "cancelled"]
    assert not home.favorites()


async def test_cancel_without_a_run(home: Home, accounts: Accounts) -> None:
    """There is nothing to do, and nothing happens."""
    sync = await home.add_sync(*accounts)
    await home.press(sync, "cancel")
    await home.settle()
    assert home.state(sync, "last_result").state == "unknown"


@pytest.mark.parametrize("which", [0, 1])
async def test_unloaded_while_it_runs(home: Home, accounts: Accounts, which: int) -> None:
    """The run ends in good order, and is taken up at once when the account is back."""
    sync = await home.add_sync(*accounts, trigger="interval")
    slow(home)
    await home.press(sync, "sync_now")
    await home.until(home.qobuz, "search")
    await home.unload(accounts[which])
    before = len(home.qobuz.requests), len(home.spotify.requests)
    await asyncio.sleep(0.3)
    assert (len(home.qobuz.requests), len(home.spotify.requests)) == before
    assert not home.favorites()
    home.qobuz.faults.clear()
    await home.set_up(accounts[which])
    runs = (await home.act("get_runs", target=accounts[1].entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("partial", "interrupted")]
    loaded = accounts[1].runtime_data.syncs[sync.subentry_id]
    assert loaded.data.next_run is not None


@pytest.mark.parametrize("which", [0, 1])
async def test_removed_while_an_account_is_in_use(home: Home, accounts: Accounts, which: int) -> None:
    """Removing source or target ends the run, and nothing of the account is left."""
    slow(home)
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False)
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False, limit=1)
    await home.until(home.qobuz, "search")
    await home.hass.config_entries.async_remove(accounts[which].entry_id)
    await home.settle()
    home.qobuz.faults.clear()
    assert await rows_of(home, accounts[which]) == 0
    if which == 0:
        assert (await home.act("get_runs", target=accounts[1].entry_id))["total"] == 0
        anew = home.add_spotify()
        await home.set_up(anew)
        await home.act("sync_favorites", source=anew.entry_id, target=accounts[1].entry_id)
        assert home.has([0, 1, 2])


async def rows_of(home: Home, entry: ConfigEntry) -> int:
    """Count what the library file holds of an account."""
    library = await home.hass.data[MUSIC_SYNC].async_library()

    def count(connection: sqlite3.Connection) -> int:
        """Look into every table."""
        total = 0
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                total += entry.entry_id in row
        return total

    return await library.run(count)


async def test_removed_account(home: Home, accounts: Accounts) -> None:
    """Removing an account deletes its rows, and its runs."""
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id)
    assert await rows_of(home, accounts[1]) > 0
    await home.hass.config_entries.async_remove(accounts[1].entry_id)
    await home.settle()
    assert await rows_of(home, accounts[1]) == 0
    assert await rows_of(home, accounts[0]) > 0


async def test_home_assistant_stops(home: Home, accounts: Accounts) -> None:
    """Stopping Home Assistant ends a run in good order, and the next start takes it up."""
    sync = await home.add_sync(*accounts, trigger="interval")
    slow(home)
    await home.press(sync, "sync_now")
    await home.until(home.qobuz, "search")
    home.hass.set_state(CoreState.stopping)
    home.hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_STOP)
    await home.settle()
    home.hass.set_state(CoreState.running)
    home.qobuz.faults.clear()
    await home.restart(*accounts)
    runs = (await home.act("get_runs", target=accounts[1].entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("partial", "interrupted")]
    await home.act("run_sync", device_id=home.device_id(accounts[1], sync))
    assert home.has([0, 1, 2])


async def test_library_is_closed(home: Home, accounts: Accounts) -> None:
    """At the end of Home Assistant the library file is whole and closed."""
    await home.act("refresh", source=accounts[0].entry_id)
    home.hass.bus.async_fire_internal(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await home.settle()
    assert home.hass.data[MUSIC_SYNC].library is None


async def test_killed_between_sending_and_knowing(
    home: Home, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write whose fate is unknown is settled by looking: nothing is lost, nothing sent twice."""
    monkeypatch.setattr("custom_components.music_sync.run_queue.PATIENCE_AT_UNLOAD", 0.1)
    spotify, qobuz = accounts
    home.qobuz.add_fault({"kind": "lost_reply"}, path="favorite/create")
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.6}, path="getUserFavoriteIds", after=1)
    waiting = asyncio.create_task(home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id))
    await home.until(home.qobuz, "create")
    await asyncio.sleep(0.1)
    await home.unload(qobuz)
    with pytest.raises(HomeAssistantError):
        await waiting
    assert home.has([0, 1, 2])
    home.qobuz.faults.clear()
    await home.set_up(qobuz)
    runs = (await home.act("get_runs", target=qobuz.entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("partial", "interrupted")]
    home.qobuz.requests.clear()
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["counts"]["already_present"] == 3
    assert "create" not in asked(home.qobuz)
    assert home.has([0, 1, 2])


async def test_reload_in_the_middle(home: Home, accounts: Accounts) -> None:
    """Reloading source and target while a run is under way breaks nothing."""
    slow(home)
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False)
    await home.until(home.qobuz, "search")
    await asyncio.gather(*(home.hass.config_entries.async_reload(entry.entry_id) for entry in accounts))
    await home.settle()
    assert [entry.state for entry in accounts] == [ConfigEntryState.LOADED] * 2
    home.qobuz.faults.clear()
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id)
    assert home.has([0, 1, 2])


async def test_broken_off(home: Home, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync's run that does not stop in time is broken off without a word, and told of when the account is back."""
    monkeypatch.setattr("custom_components.music_sync.run_queue.PATIENCE_AT_UNLOAD", 0.1)
    sync = await home.add_sync(*accounts)
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.5}, path="lastUpdate")
    await home.press(sync, "sync_now")
    await home.until(home.qobuz, "lastUpdate")
    home.hass.config_entries.async_remove_subentry(accounts[1], sync.subentry_id)
    await home.unload(accounts[1])
    assert accounts[1].state is ConfigEntryState.NOT_LOADED
    home.qobuz.faults.clear()
    await home.set_up(accounts[1])
    runs = (await home.act("get_runs", target=accounts[1].entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("partial", "interrupted")]


async def test_library_that_fails(home: Home, accounts: Accounts, caplog: pytest.LogCaptureFixture) -> None:
    """A run that cannot be kept is not carried out, and holds up none after it."""
    library = await home.hass.data[MUSIC_SYNC].async_library()
    sync = await home.add_sync(*accounts)
    await home.act("refresh", source=accounts[0].entry_id)
    full = "CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(FAIL, 'The disk is full'); END"
    await library.run(lambda connection: connection.execute(full))
    await home.press(sync, "sync_now")
    await home.settle()
    assert not home.favorites()
    assert "cannot be kept in the library file" in caplog.text
    await library.run(lambda connection: connection.execute("DROP TRIGGER full"))
    assert (await home.act("run_sync", device_id=home.device_id(accounts[1], sync)))["counts"]["added"] == 3
