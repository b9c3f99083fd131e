"""Diagnostics and system health: they help, and tell nothing about anybody."""

import asyncio
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.music_sync.const import DOMAIN
from tests.hassfest.integration import texts

from .home import Home
from .small_world import SONGS

type Accounts = tuple[ConfigEntry, ConfigEntry]

CHANGING = props(
    "checked_at",
    "created_at",
    "day",
    "duration",
    "entry_id",
    "finished_at",
    "full_at",
    "marker",
    "modified_at",
    "run_id",
    "source",
    "started_at",
    "subentry_id",
    "syncs",
    "target",
)


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give two accounts that have been synced."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz)
    await async_setup_component(home.hass, "diagnostics", {})
    await home.act("run_sync", device_id=home.device_id(qobuz, sync))
    await home.settle()
    return spotify, qobuz


def check(home: Home, told: Any) -> None:
    """Check that nothing tells who somebody is, how they sign in, or what they like."""
    text = json.dumps(told)
    private = [*home.secrets, "Listener", "acc-7f3a1c", "100000001", *(song[0] for song in SONGS), "qobuz_5"]
    assert not [word for word in private if word in text]


async def test_entry(
    home: Home, accounts: Accounts, hass_client: ClientSessionGenerator, snapshot: SnapshotAssertion
) -> None:
    """An account: its settings, its mirror, its rate gate, its syncs and last runs."""
    spotify, qobuz = accounts
    told = await get_diagnostics_for_config_entry(home.hass, hass_client, qobuz)
    check(home, told)
    assert told == snapshot(exclude=CHANGING, name="qobuz")
    sync = next(iter(qobuz.subentries))
    assert told["syncs"][sync] == {
        "status": "idle",
        "is_enabled": True,
        "next_run": None,
        "waits_until": None,
        "source": "loaded",
    }
    assert [run["counts"]["added"] for run in told["runs"]] == [3]
    told = await get_diagnostics_for_config_entry(home.hass, hass_client, spotify)
    check(home, told)
    assert told["favorites"]["total"] == 3
    assert told["gate"]["remaining_today"] == 2000 - told["gate"]["used"]


async def test_devices(home: Home, accounts: Accounts, hass_client: ClientSessionGenerator) -> None:
    """A sync's device tells of that sync, an account's of the account."""
    _, qobuz = accounts
    sync = next(iter(qobuz.subentries.values()))
    own, account = home.device(qobuz, sync), home.device(qobuz)
    assert own is not None
    assert account is not None
    told = await get_diagnostics_for_device(home.hass, hass_client, qobuz, own)
    check(home, told)
    assert set(told) == {"subentry", "sync", "runs"}
    assert told["subentry"]["data"]["min_score"] == 70
    assert "gate" in await get_diagnostics_for_device(home.hass, hass_client, qobuz, account)


async def test_not_loaded(home: Home, accounts: Accounts, hass_client: ClientSessionGenerator) -> None:
    """An account that does not load tells why."""
    spotify, _ = accounts
    await home.unload(spotify)
    home.spotify.add_fault({"kind": "status", "status": 404})
    await home.set_up(spotify)
    told = await get_diagnostics_for_config_entry(home.hass, hass_client, spotify)
    check(home, told)
    assert (told["state"], told["reason"]) == ("setup_retry", "service_failed")


async def test_system_health(home: Home, accounts: Accounts) -> None:
    """Whether the services can be reached, how large the library is and how many accounts are loaded; all named."""
    await async_setup_component(home.hass, "system_health", {})
    await home.settle()
    info = await get_system_health_info(home.hass, DOMAIN)
    told = {key: await value if asyncio.iscoroutine(value) else value for key, value in info.items()}
    assert told.pop("library_size").endswith(" MB")
    assert told == {"accounts": 2, "reach_spotify": "ok", "reach_qobuz": "ok"}
    assert texts()["system_health"]["info"].keys() == info.keys()
