"""Accounts: set-up, rate limits, sign-in, refusals, and the library file."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
import sqlite3
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.music_sync.const import DOMAIN
from custom_components.music_sync.engine.library.schema import MIGRATIONS
from sandbox.control import StandIn

from .home import Home, asked
from .small_world import spotify_id

FIRST_POLL = 12
POLL = 602
HOUR = 3600

type Accounts = tuple[MockConfigEntry, MockConfigEntry]


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give a Spotify and a Qobuz account, loaded."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


def reauths(hass: HomeAssistant, entry: ConfigEntry) -> int:
    """Count the re-authentications that wait for a person."""
    return len(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as an error or a warning by the integration."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname in {"ERROR", "WARNING"} and record.name.startswith(f"custom_components.{DOMAIN}")
    ]


async def test_set_up(home: Home) -> None:
    """Setting an account up takes one small request."""
    await home.set_up(home.add_spotify(), home.add_qobuz())
    assert asked(home.spotify) == ["me"]
    assert asked(home.qobuz) == ["get"]


async def test_set_up_with_a_token_that_has_expired(home: Home) -> None:
    """It is renewed first, whether its date says so or Spotify does."""
    by_date, by_spotify = home.add_spotify(), home.add_spotify("guest")
    token = {**by_date.data["token"], "expires_at": time.time() - 1}
    home.hass.config_entries.async_update_entry(by_date, data={**by_date.data, "token": token})
    home.spotify.change_state({"expire_access_tokens": True})
    await home.set_up(by_date)
    assert [entry.state for entry in (by_date, by_spotify)] == [ConfigEntryState.LOADED] * 2
    assert sorted(asked(home.spotify)) == ["me", "me", "me", "token", "token"]
    assert by_date.data["token"]["access_token"] != token["access_token"]


@pytest.mark.parametrize("kind", ["spotify", "qobuz"])
async def test_set_up_while_the_service_is_down(freezer: FrozenDateTimeFactory, home: Home, kind: str) -> None:
    """Home Assistant tries again by itself, and the service's return is enough."""
    entry = home.add_spotify() if kind == "spotify" else home.add_qobuz()
    stand_in = home.spotify if kind == "spotify" else home.qobuz
    stand_in.add_fault({"kind": "status", "status": 404})
    states = []
    await home.set_up(entry)
    states.append(entry.state)
    assert entry.error_reason_translation_key == "service_failed"
    stand_in.faults.clear()
    await home.jump(freezer, 60)
    states.append(entry.state)
    assert states == [ConfigEntryState.SETUP_RETRY, ConfigEntryState.LOADED]


@pytest.mark.parametrize("kind", ["spotify", "qobuz"])
async def test_set_up_without_a_valid_sign_in(home: Home, kind: str) -> None:
    """A person is asked to sign in again."""
    if kind == "spotify":
        entry = home.add_spotify()
        home.spotify.change_state({"revoke_tokens": True, "expire_access_tokens": True})
    else:
        entry = home.add_qobuz()
        home.qobuz.change_state({"users": {"listener": {"revoked": True}}})
    await home.set_up(entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert reauths(home.hass, entry) == 1


async def test_set_up_while_not_allowed(
    freezer: FrozenDateTimeFactory, home: Home, issue_registry: ir.IssueRegistry
) -> None:
    """A repair says what to do, and goes away by itself."""
    home.spotify.switch(premium_lapsed=True)
    spotify = home.add_spotify()
    await home.set_up(spotify)
    assert spotify.state is ConfigEntryState.SETUP_RETRY
    assert (DOMAIN, f"access_denied_{spotify.entry_id}") in issue_registry.issues
    home.spotify.switch(premium_lapsed=False)
    await home.jump(freezer, 60)
    assert not issue_registry.issues


async def test_not_allowed_any_more(
    freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts, issue_registry: ir.IssueRegistry
) -> None:
    """The same for an account that is loaded, found out by a poll or a run; removing it takes the repair away."""
    spotify, qobuz = accounts
    home.spotify.switch(premium_lapsed=True)
    await home.jump(freezer, FIRST_POLL)
    assert (DOMAIN, f"access_denied_{spotify.entry_id}") in issue_registry.issues
    home.spotify.switch(premium_lapsed=False)
    await home.jump(freezer, POLL)
    assert not issue_registry.issues
    home.qobuz.add_fault({"kind": "status", "status": 403, "body": {"code": 403}}, path="favorite")
    home.qobuz.add_fault({"kind": "status", "status": 403, "body": {"code": 403}}, path="lastUpdate")
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert (report["status"], report["error"]) == ("failed", "access_denied")
    assert [issue.translation_key for issue in issue_registry.issues.values()] == ["access_denied_qobuz"]
    await home.hass.config_entries.async_remove(qobuz.entry_id)
    assert not issue_registry.issues


async def test_long_block(freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts) -> None:
    """A block of hours ends the run partly done; nothing is asked until it lifts, and then it goes on by itself."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_POLL)
    home.qobuz.switch(block_after=len(home.qobuz.requests) + 3, block_seconds=2 * HOUR, block_retry_after="seconds")
    await home.jump(freezer, 6)
    report = await home.act("get_report", target=qobuz.entry_id)
    assert (report["status"], report["error"]) == ("partial", "rate_limited")
    assert {(item["outcome"], item["reason"]) for item in report["items"]} == {("skipped", "rate_limited")}
    lifts = home.state(qobuz, "rate_limited_until").state
    assert home.state(sync, "next_run").state == lifts
    assert home.state(sync, "status").state == "paused"
    home.qobuz.switch(block_after=None)
    home.qobuz.requests.clear()
    await home.jump(freezer, HOUR)
    await home.restart(*accounts)
    assert qobuz.state is ConfigEntryState.LOADED
    assert home.state(qobuz, "rate_limited_until").state == lifts
    await home.jump(freezer, HOUR - 60)
    assert home.state(sync, "next_run").state == lifts
    assert not home.qobuz.requests
    await home.jump(freezer, 120)
    assert home.state(qobuz, "rate_limited_until").state == "unknown"
    assert home.has([0, 1, 2])
    assert home.state(sync, "last_result").state == "completed"


async def test_blocked_source_sends_nothing(freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts) -> None:
    """A blocked Spotify account loads from the library file, shows what it knows, and its mirror serves runs."""
    spotify, qobuz = accounts
    await home.act("refresh", source=spotify.entry_id)
    home.spotify.change_state({"block": {"seconds": 12 * HOUR}})
    await home.jump(freezer, POLL)
    home.spotify.requests.clear()
    await home.restart(*accounts)
    for seconds in (FIRST_POLL, POLL, HOUR):
        await home.jump(freezer, seconds)
    assert spotify.state is ConfigEntryState.LOADED
    assert home.state(spotify, "liked_songs").state == "3"
    assert home.state(spotify, "rate_limited_until").state != "unknown"
    assert (await home.refused("run_sync", device_id="x")).translation_key == "device_is_no_sync"
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["source_age"] > HOUR
    assert home.has([0, 1, 2])
    assert not home.spotify.requests
    assert home.spotify.state()["calls_while_blocked"] == 0


async def test_short_block_is_waited_out(home: Home, accounts: Accounts) -> None:
    """A pause of seconds is taken, and the run goes on."""
    spotify, qobuz = accounts
    home.qobuz.add_fault(
        {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}, path="track/search", times=1
    )
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["status"] == "completed"
    assert home.has([0, 1, 2])


async def test_two_accounts_of_one_app(freezer: FrozenDateTimeFactory, home: Home) -> None:
    """A rate limit of the Spotify app holds for everybody who signs in through it, and for nobody else."""
    mine, theirs, qobuz = home.add_spotify(), home.add_spotify("guest"), home.add_qobuz()
    await home.set_up(mine)
    home.spotify.change_state({"block": {"seconds": 2 * HOUR}})
    home.spotify.requests.clear()
    await home.jump(freezer, FIRST_POLL)
    assert len(home.spotify.requests) <= 2
    shown = {home.state(entry, "rate_limited_until").state for entry in (mine, theirs)}
    assert len(shown) == 1
    assert shown != {"unknown"}
    assert home.state(qobuz, "rate_limited_until").state == "unknown"
    home.spotify.requests.clear()
    await home.jump(freezer, POLL)
    await home.restart(mine, theirs)
    await home.jump(freezer, FIRST_POLL)
    assert not home.spotify.requests


async def test_account_added_while_its_app_is_blocked(freezer: FrozenDateTimeFactory, home: Home) -> None:
    """An account that is set up later is held to the limit too, by its app alone."""
    mine = home.add_spotify()
    await home.set_up(mine)
    home.spotify.change_state({"block": {"seconds": 2 * HOUR}})
    await home.jump(freezer, FIRST_POLL)
    home.spotify.requests.clear()
    theirs = home.add_spotify("guest")
    await home.set_up(theirs)
    assert theirs.state is ConfigEntryState.LOADED
    assert not home.spotify.requests
    assert home.state(theirs, "rate_limited_until").state == home.state(mine, "rate_limited_until").state


async def test_spotify_revoked(home: Home, accounts: Accounts) -> None:
    """A person is asked once to sign in; the run says why it failed, and the next one after it does everything."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz)
    home.spotify.change_state({"revoke_tokens": True, "expire_access_tokens": True})
    report = await home.act("run_sync", device_id=home.device_id(qobuz, sync))
    assert (report["status"], report["error"]) == ("failed", "sign_in_needed")
    await home.settle()
    assert reauths(home.hass, spotify) == 1
    assert reauths(home.hass, qobuz) == 0
    assert home.state(spotify, "connected", "binary_sensor").state == "off"
    assert home.state(qobuz, "connected", "binary_sensor").state == "on"
    token = home.spotify.sign_in(client_id="our-client-id")
    home.hass.config_entries.async_update_entry(
        spotify, data={**spotify.data, "token": {**token, "expires_at": time.time() + 3600}}
    )
    await home.hass.config_entries.async_reload(spotify.entry_id)
    await home.settle()
    assert (await home.act("run_sync", device_id=home.device_id(qobuz, sync)))["status"] == "completed"
    assert home.has([0, 1, 2])


async def test_goes_on_after_signing_in(freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts) -> None:
    """A sync that was turned away starts by itself once a person has signed in again, and not before."""
    spotify, qobuz = accounts
    await home.add_sync(spotify, qobuz, trigger="interval")
    home.qobuz.change_state({"users": {"listener": {"revoked": True}}})
    for seconds in (16, 60, 60):
        await home.jump(freezer, seconds)
    assert (await home.act("get_runs", target=qobuz.entry_id))["total"] == 1
    home.qobuz.change_state({"users": {"listener": {"revoked": False}}})
    await home.hass.config_entries.async_reload(qobuz.entry_id)
    await home.jump(freezer, 16)
    assert home.has([0, 1, 2])


async def test_qobuz_revoked_in_the_middle(home: Home, accounts: Accounts) -> None:
    """What was written stays known; after signing in again the rest follows, nothing twice."""
    spotify, qobuz = accounts
    await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id, limit=1)
    home.qobuz.add_fault({"kind": "status", "status": 401, "body": {"code": 401}}, path="track/search", after=2)
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    home.qobuz.change_state({"users": {"listener": {"revoked": True}}})
    assert report["error"] == "sign_in_needed"
    assert report["status"] in {"partial", "failed"}
    await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    await home.settle()
    assert reauths(home.hass, qobuz) == 1
    assert reauths(home.hass, spotify) == 0
    home.qobuz.faults.clear()
    home.qobuz.change_state({"users": {"listener": {"revoked": False}}})
    flow = next(iter(qobuz.async_get_active_flows(home.hass, {SOURCE_REAUTH})))
    done = await home.hass.config_entries.flow.async_configure(
        flow["flow_id"], {"user_auth_token": "sandbox-token-listener", "app_id": "100000001"}
    )
    assert done["reason"] == "reauth_successful"
    await home.settle()
    assert (await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id))["status"] == "completed"
    assert home.has([0, 1, 2])


@pytest.mark.parametrize("kind", ["spotify", "qobuz"])
async def test_polls_that_fail(
    freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """A service that does not answer is logged once, shown, and so is its return; runs do not hide it."""
    which = 0 if kind == "spotify" else 1
    stand_in: StandIn = (home.spotify, home.qobuz)[which]
    entry = accounts[which]
    await home.jump(freezer, FIRST_POLL)
    stand_in.add_fault({"kind": "status", "status": 404}, path="tracks|lastUpdate")
    for _ in range(3):
        await home.jump(freezer, 1802)
        assert home.state(entry, "connected", "binary_sensor").state == "off"
    assert len(errors(caplog)) == 1
    await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id)
    await home.settle()
    assert home.state(entry, "connected", "binary_sensor").state == "off"
    assert home.state(entry, "last_refresh").state not in {"unknown", "unavailable"}
    stand_in.faults.clear()
    await home.jump(freezer, 1802)
    assert home.state(entry, "connected", "binary_sensor").state == "on"
    assert any("recovered" in record.getMessage() for record in caplog.records)


async def test_sign_in_service_that_is_down(home: Home, accounts: Accounts) -> None:
    """Where the token cannot be renewed just now, nobody is asked to sign in again."""
    spotify, qobuz = accounts
    home.spotify.change_state({"expire_access_tokens": True})
    for fault in ({"kind": "status", "status": 503}, {"kind": "html", "status": 200}):
        home.spotify.add_fault(fault, path="/api/token", times=1)
        report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
        assert report["status"] in {"failed", "completed"}
        assert report["error"] in {"service_failed", None}
    assert reauths(home.hass, spotify) == 0


def newer(path: Path) -> None:
    """Write a library file as a later version would."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()


def damaged(path: Path) -> None:
    """Write something that is no library file."""
    path.write_bytes(b"SQLite format 3\0" + b"nonsense" * 512)


def folder(path: Path) -> None:
    """Put a folder where the file should be."""
    path.mkdir()


def content(path: Path) -> dict[str, bytes | None]:
    """Return everything in the folder of a file, by name."""
    return {one.name: one.read_bytes() if one.is_file() else None for one in path.parent.iterdir()}


@pytest.mark.parametrize(
    ("spoil", "key"), [(newer, "library_newer"), (damaged, "library_damaged"), (folder, "library_unusable")]
)
async def test_library_that_cannot_be_used(
    home: Home, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None], key: str
) -> None:
    """Set-up says what to do; the file is left alone, also when the account is removed."""
    path = Path(home.hass.config.path(".storage", "music_sync", "library.db"))
    path.parent.mkdir(parents=True)
    spoil(path)
    before = content(path)
    spotify = home.add_spotify()
    await home.set_up(spotify)
    assert spotify.state is ConfigEntryState.SETUP_ERROR
    assert spotify.error_reason_translation_key == key
    assert str(path) in str(spotify.reason)
    assert not home.spotify.requests
    caplog.clear()
    await home.hass.config_entries.async_remove(spotify.entry_id)
    assert content(path) == before
    assert not [record for record in caplog.records if record.exc_info]


async def test_options_hold_at_once(home: Home, accounts: Accounts) -> None:
    """A longer pause between requests holds from the next one on, without a reload."""
    spotify, qobuz = accounts
    loaded = qobuz.runtime_data
    home.hass.config_entries.async_update_entry(qobuz, options={"minimum_delay": 100})
    home.qobuz.requests.clear()
    await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    at = [request["at"] for request in home.qobuz.requests]
    assert all(later - earlier > 0.05 for earlier, later in pairwise(at))
    assert qobuz.runtime_data is loaded


async def test_gate_is_kept(home: Home, accounts: Accounts) -> None:
    """The day's count of requests survives a restart."""
    spotify, _ = accounts
    for _ in range(3):
        await home.act("refresh", source=spotify.entry_id)
    await home.restart(*accounts)
    assert home.state(spotify, "requests_left_today").state == str(2000 - len(home.spotify.requests))


async def test_unloading_while_polling(home: Home, accounts: Accounts) -> None:
    """A poll under way does not keep an account from unloading, and nothing is left of it."""
    spotify, _ = accounts
    home.spotify.add_fault({"kind": "delay", "seconds": 0.3}, path="/v1/me/tracks")
    looking = asyncio.create_task(home.act("refresh", source=spotify.entry_id))
    await home.until(home.spotify, "tracks")
    await home.unload(spotify)
    assert spotify.state is ConfigEntryState.NOT_LOADED
    await asyncio.wait([looking])
    home.spotify.faults.clear()
    await home.set_up(spotify)
    home.spotify.change_state({"like": {"track": spotify_id(4)}})
    assert (await home.act("refresh", source=spotify.entry_id))["favorites"]["count"] == 4


async def test_set_up_during_a_pause(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause that outlasts the patience of set-up keeps no account from loading."""
    monkeypatch.setattr("custom_components.music_sync.SIGN_IN_TIMEOUT", 0.3)
    qobuz = home.add_qobuz()
    home.qobuz.add_fault({"kind": "status", "status": 429, "headers": {"Retry-After": "50"}})
    await home.set_up(qobuz)
    assert qobuz.state is ConfigEntryState.LOADED
    assert home.state(qobuz, "rate_limited_until").state != "unknown"
    assert len(home.qobuz.requests) == 1


async def test_set_up_with_the_budget_spent(home: Home) -> None:
    """An account whose day is used up loads, and asks nothing."""
    spotify = home.add_spotify()
    home.hass.config_entries.async_update_entry(spotify, options={"minimum_delay": 0, "daily_budget": 0})
    await home.set_up(spotify)
    assert spotify.state is ConfigEntryState.LOADED
    assert not home.spotify.requests
    assert home.state(spotify, "requests_left_today").state == "0"
