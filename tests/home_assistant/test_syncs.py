"""Syncs: how they come and go, what starts them, and what keeps them from it."""

from datetime import datetime
import time
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.music_sync.const import DOMAIN

from .conftest import OpensHome
from .home import Home, asked
from .small_world import ONLY_SPOTIFY, small_world, spotify_id

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FIRST_START = 16
POLL = 10 * MINUTE + 2

type Accounts = tuple[ConfigEntry, ConfigEntry]


@pytest.fixture
async def accounts(freezer: FrozenDateTimeFactory, home: Home) -> Accounts:
    """Give a Spotify and a Qobuz account, loaded, with time standing still."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


def moment(text: str) -> float:
    """Return the Unix seconds of a timestamp sensor's state."""
    return datetime.fromisoformat(text).timestamp()


async def total(home: Home, target: ConfigEntry) -> int:
    """Return how many runs of a target are over."""
    return int((await home.act("get_runs", target=target.entry_id))["total"])


async def test_added_live(home: Home, accounts: Accounts) -> None:
    """A new sync has its device and entities at once, without a reload of its account."""
    reloads = home.hass.config_entries.async_get_entry(accounts[1].entry_id)
    loaded = accounts[1].runtime_data
    sync = await home.add_sync(*accounts)
    device = home.device(accounts[1], sync)
    assert device is not None
    assert device.config_subentry_id == sync.subentry_id
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    entities = er.async_entries_for_device(er.async_get(home.hass), device.id)
    assert len(entities) == 15
    assert {entity.config_subentry_id for entity in entities} == {sync.subentry_id}
    assert home.state(sync, "status").state == "idle"
    assert reloads is not None
    assert reloads.runtime_data is loaded


@pytest.mark.parametrize("trigger", ["on_change", "interval"])
async def test_starts_by_itself(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory, trigger: str) -> None:
    """A new sync runs soon, and says when."""
    sync = await home.add_sync(*accounts, trigger=trigger)
    assert moment(home.state(sync, "next_run").state) == pytest.approx(time.time() + 15, abs=2)
    assert not home.favorites()
    await home.jump(freezer, FIRST_START)
    assert home.has([0, 1, 2])
    assert await total(home, accounts[1]) == 1
    assert home.state(sync, "last_result").state == "completed"


async def test_manual(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """One that only people start never starts by itself."""
    sync = await home.add_sync(*accounts, trigger="manual")
    for seconds in (FIRST_START, POLL, 8 * DAY):
        await home.jump(freezer, seconds)
    assert home.state(sync, "next_run").state == "unknown"
    assert home.state(sync, "status").state == "idle"
    assert await total(home, accounts[1]) == 0
    await home.press(sync, "sync_now")
    await home.settle()
    assert home.has([0, 1, 2])


async def test_on_change(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """A new like is found by the next poll, and one run adds it; without news a poll is one request and no run."""
    sync = await home.add_sync(*accounts, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    await home.jump(freezer, POLL)
    assert await total(home, accounts[1]) == 1
    home.spotify.requests.clear()
    home.qobuz.requests.clear()
    await home.jump(freezer, POLL)
    assert asked(home.spotify) == ["tracks"]
    assert not home.qobuz.requests
    assert await total(home, accounts[1]) == 1
    assert home.state(sync, "next_run").state == "unknown"
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, POLL)
    assert await total(home, accounts[1]) == 2
    assert home.has([0, 1, 2, 3])
    report = await home.act("get_report", target=accounts[1].entry_id)
    assert report["counts"]["added"] == 1
    await home.jump(freezer, POLL)
    assert await total(home, accounts[1]) == 2


async def test_missing_tracks_are_looked_for_again(freezer: FrozenDateTimeFactory, open_home: OpensHome) -> None:
    """What was not found is looked for after a week, once, though nothing changed."""
    home = await open_home(small_world(liked=(0, ONLY_SPOTIFY)))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    assert home.state(sync, "missing").state == "1"
    due = moment(home.state(sync, "next_run").state)
    assert due == pytest.approx(moment(home.state(sync, "last_run").state) + 7 * DAY, abs=5)
    await home.jump(freezer, 7 * DAY + 5)
    assert await total(home, qobuz) == 2
    for _ in range(3):
        await home.jump(freezer, POLL)
    assert await total(home, qobuz) == 2


async def test_interval(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """It runs when it is due, changes or not, also after a restart."""
    sync = await home.add_sync(*accounts, trigger="interval", interval_hours=6)
    await home.jump(freezer, FIRST_START)
    assert await total(home, accounts[1]) == 1
    last = moment(home.state(sync, "last_run").state)
    assert moment(home.state(sync, "next_run").state) == pytest.approx(last + 6 * HOUR, abs=2)
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, 3 * HOUR)
    await home.restart(*accounts)
    await home.jump(freezer, FIRST_START)
    assert moment(home.state(sync, "next_run").state) == pytest.approx(last + 6 * HOUR, abs=2)
    assert await total(home, accounts[1]) == 1
    await home.jump(freezer, 3 * HOUR)
    assert await total(home, accounts[1]) == 2
    assert home.has([0, 1, 2, 3])
    await home.jump(freezer, 6 * HOUR + 5)
    assert await total(home, accounts[1]) == 3


async def test_due_during_a_restart(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """What became due while Home Assistant was away is done soon after its start."""
    await home.add_sync(*accounts, trigger="interval", interval_hours=6)
    await home.jump(freezer, FIRST_START)
    freezer.tick(DAY)
    await home.restart(*accounts)
    assert await total(home, accounts[1]) == 1
    await home.jump(freezer, FIRST_START)
    assert await total(home, accounts[1]) == 2


async def test_switched_off(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """It pauses, over a restart too; people may still start it; switched on it goes on."""
    sync = await home.add_sync(*accounts, trigger="on_change")
    await home.turn(sync, on=False)
    assert home.state(sync, "status").state == "paused"
    assert home.state(sync, "next_run").state == "unknown"
    await home.jump(freezer, FIRST_START)
    await home.restart(*accounts)
    await home.jump(freezer, POLL)
    assert home.state(sync, "enabled", "switch").state == "off"
    assert await total(home, accounts[1]) == 0
    await home.act("run_sync", device_id=home.device_id(accounts[1], sync))
    assert home.has([0, 1, 2])
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, POLL)
    assert await total(home, accounts[1]) == 1
    await home.turn(sync, on=True)
    assert await total(home, accounts[1]) == 2
    assert home.has([0, 1, 2, 3])
    assert home.state(sync, "status").state == "idle"


async def test_changed_live(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """What a person changes holds from then on, without a reload."""
    sync = await home.add_sync(*accounts, trigger="manual")
    await home.jump(freezer, FIRST_START)
    loaded = accounts[1].runtime_data
    home.hass.config_entries.async_update_subentry(
        accounts[1], sync, data=MappingProxyType({**sync.data, "trigger": "interval", "interval_hours": 2})
    )
    await home.settle()
    assert await total(home, accounts[1]) == 1
    last = moment(home.state(sync, "last_run").state)
    assert moment(home.state(sync, "next_run").state) == pytest.approx(last + 2 * HOUR, abs=2)
    now = accounts[1].subentries[sync.subentry_id]
    home.hass.config_entries.async_update_subentry(
        accounts[1], now, data=MappingProxyType({**now.data, "trigger": "manual"})
    )
    await home.settle()
    assert home.state(sync, "next_run").state == "unknown"
    await home.jump(freezer, 3 * HOUR)
    assert await total(home, accounts[1]) == 1
    assert accounts[1].runtime_data is loaded


async def test_removed_live(
    home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Device and entities go; nothing starts any more; the other sync stays."""
    sync = await home.add_sync(*accounts, trigger="interval", interval_hours=1)
    device_id = home.device_id(accounts[1], sync)
    home.hass.config_entries.async_remove_subentry(accounts[1], sync.subentry_id)
    await home.settle()
    assert home.device(accounts[1], sync) is None
    for seconds in (FIRST_START, 2 * HOUR):
        await home.jump(freezer, seconds)
    assert await total(home, accounts[1]) == 0
    assert (await home.refused("run_sync", device_id=device_id)).translation_key == "device_is_no_sync"
    assert not [
        record for record in caplog.records if record.levelname in {"ERROR", "WARNING"} and DOMAIN in record.name
    ]


async def test_source_unloaded(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """It is quiet while its source is away, and goes on when that is back."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz, trigger="interval", interval_hours=1)
    await home.unload(spotify)
    assert home.state(sync, "next_run").state == "unknown"
    home.qobuz.requests.clear()
    await home.jump(freezer, 5 * MINUTE)
    assert await total(home, qobuz) == 0
    assert not home.spotify.requests[1:]
    await home.set_up(spotify)
    await home.jump(freezer, FIRST_START)
    assert await total(home, qobuz) == 1
    assert home.has([0, 1, 2])


async def test_source_removed_and_added_again(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """The sync stays, silent; the same account added anew is its source again, news included."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    await home.hass.config_entries.async_remove(spotify.entry_id)
    await home.settle()
    assert home.device(qobuz, sync) is not None
    assert home.state(sync, "next_run").state == "unknown"
    await home.jump(freezer, POLL)
    anew = home.add_spotify()
    await home.set_up(anew)
    await home.jump(freezer, FIRST_START)
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, POLL)
    assert home.has([0, 1, 2, 3])
    device = home.device_id(qobuz, sync)
    assert (await home.act("run_sync", device_id=device))["source"]["entry_id"] == anew.entry_id


async def test_polls_with_all_entities_disabled(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """An account that shows nothing still feeds its syncs."""
    spotify, qobuz = accounts
    await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    registry = er.async_get(home.hass)
    for entity in er.async_entries_for_config_entry(registry, spotify.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await home.unload(spotify)
    await home.set_up(spotify)
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, FIRST_START)
    await home.jump(freezer, POLL)
    assert home.has([0, 1, 2, 3])


async def test_two_syncs_of_a_target(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """They run one after the other, each with its own runs."""
    spotify, qobuz = accounts
    guest = home.add_spotify("guest")
    await home.set_up(guest)
    home.spotify.change_state({"like": {"track": spotify_id(4), "user": "guest"}})
    syncs: list[ConfigSubentry] = [
        await home.add_sync(source, qobuz, trigger="on_change") for source in (spotify, guest)
    ]
    await home.jump(freezer, FIRST_START)
    assert home.has([0, 1, 2, 4])
    totals: list[Any] = [(await home.act("get_runs", device_id=home.device_id(qobuz, sync)))["total"] for sync in syncs]
    assert totals == [1, 1]
    assert [home.state(sync, "added").state for sync in syncs] == ["3", "1"]


async def test_while_home_assistant_starts(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """Nothing starts by itself before Home Assistant is up, however long that takes."""
    await home.add_sync(*accounts, trigger="on_change")
    await home.unload(*accounts)
    home.hass.set_state(CoreState.starting)
    await home.set_up(*accounts)
    for _ in range(3):
        await home.jump(freezer, FIRST_START)
    assert not home.favorites()
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await home.settle()
    assert home.has([0, 1, 2])


async def test_other_integrations_are_none_of_our_business(
    home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory
) -> None:
    """What happens to other entries starts nothing and breaks nothing."""
    await home.add_sync(*accounts)
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(home.hass)
    home.hass.config_entries.async_update_entry(other, title="Sun")
    await home.jump(freezer, FIRST_START)
    assert await total(home, accounts[1]) == 0


async def test_token_writes_start_nothing(home: Home, accounts: Accounts, freezer: FrozenDateTimeFactory) -> None:
    """A token that is renewed every hour is no change of the source."""
    spotify, qobuz = accounts
    await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    loaded = spotify.runtime_data
    for hour in range(3):
        home.hass.config_entries.async_update_entry(
            spotify, data={**spotify.data, "token": {**spotify.data["token"], "expires_in": 3600 + hour}}
        )
        await home.settle()
    assert await total(home, qobuz) == 1
    assert spotify.runtime_data is loaded
