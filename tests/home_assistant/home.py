"""A home: Home Assistant, the stand-ins, and what a person does with Music Sync."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
import time
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.music_sync.const import DOMAIN
from custom_components.music_sync.runtime import MUSIC_SYNC
from sandbox.control import StandIn
from sandbox.qobuz import QobuzStandIn
from sandbox.spotify import SpotifyStandIn

from .small_world import qobuz_id

CLIENT_ID = "our-client-id"
CLIENT_SECRET = "our-client-secret-5e3c"
APP = "our_app"
QOBUZ_TOKEN = "sandbox-token-listener"

type Json = dict[str, Any]


def asked(stand_in: StandIn) -> list[str]:
    """Return what a stand-in was asked: the last parts of the paths, in order."""
    return [request["path"].rstrip("/").rpartition("/")[2] for request in stand_in.requests]


@dataclass(slots=True)
class Home:
    """What a test works with; entries are added by `add_spotify` and `add_qobuz`, and not set up."""

    hass: HomeAssistant
    spotify: SpotifyStandIn
    qobuz: QobuzStandIn
    secrets: set[str] = field(default_factory=lambda: {CLIENT_SECRET, QOBUZ_TOKEN})

    def add_spotify(self, user: str = "listener", app: str = APP, client: str = CLIENT_ID) -> MockConfigEntry:
        """Add someone's Spotify account."""
        token = self.spotify.sign_in(user, client_id=client)
        self.secrets |= {token["access_token"], token["refresh_token"]}
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Spotify \N{EN DASH} {user.title()}",
            unique_id=f"spotify_{self.spotify.spotify.accounts.profiles[user].account_id}",
            data={
                "kind": "spotify",
                "auth_implementation": app,
                "token": {**token, "expires_at": time.time() + token["expires_in"]},
            },
            options={"minimum_delay": 0},
        )
        entry.add_to_hass(self.hass)
        return entry

    def add_qobuz(self, user: str = "listener") -> MockConfigEntry:
        """Add someone's Qobuz account."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Qobuz \N{EN DASH} {user.title()}",
            unique_id=f"qobuz_{self.qobuz.accounts.user(user).id}",
            data={"kind": "qobuz", "user_auth_token": f"sandbox-token-{user}", "app_id": "100000001"},
            options={"minimum_delay": 0},
        )
        entry.add_to_hass(self.hass)
        return entry

    def entries(self) -> list[ConfigEntry]:
        """Return the accounts."""
        return self.hass.config_entries.async_entries(DOMAIN)

    async def set_up(self, *entries: ConfigEntry) -> None:
        """Set accounts up, as Home Assistant does at its start."""
        for entry in entries:
            if entry.state is ConfigEntryState.NOT_LOADED:
                await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    async def unload(self, *entries: ConfigEntry) -> None:
        """Unload accounts."""
        for entry in entries:
            assert await self.hass.config_entries.async_unload(entry.entry_id)
        await self.settle()

    async def restart(self, *entries: ConfigEntry) -> None:
        """Do what a restart does: nothing stays but the library file and the entries."""
        await self.unload(*entries)
        await self.hass.data[MUSIC_SYNC].async_close()
        await self.set_up(*entries)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def jump(self, freezer: FrozenDateTimeFactory, seconds: float) -> None:
        """Let time pass at once, and what is due then happen."""
        freezer.tick(seconds)
        async_fire_time_changed(self.hass)
        await self.settle()

    async def add_sync(self, source: ConfigEntry, target: ConfigEntry, **changes: Any) -> ConfigSubentry:
        """Add a sync of likes, by default one that only people start."""
        details = {"mode": "add_only", "trigger": "manual", "interval_hours": 24, "min_score": 70}
        subentry = ConfigSubentry(
            subentry_type="sync",
            title=f"Favorites from {source.title}",
            unique_id=f"sync_{source.unique_id}_favorites",
            data=MappingProxyType(
                {
                    "source": source.entry_id,
                    "source_unique_id": source.unique_id,
                    "content": "favorites",
                    "first_artist_only": False,
                    "artist_whitelist": [],
                    **details,
                    **changes,
                }
            ),
        )
        self.hass.config_entries.async_add_subentry(target, subentry)
        await self.settle()
        return subentry

    async def act(self, name: str, *, respond: bool = True, **data: Any) -> Json:
        """Run an action and return its response."""
        answer = await self.hass.services.async_call(DOMAIN, name, data, blocking=True, return_response=respond)
        return dict(answer or {})

    async def refused(self, name: str, **data: Any) -> ServiceValidationError:
        """Run an action that has to be refused, without a request to anybody, and return why."""
        before = (len(self.spotify.requests), len(self.qobuz.requests))
        with pytest.raises(ServiceValidationError) as caught:
            await self.act(name, **data)
        await self.settle()
        assert (len(self.spotify.requests), len(self.qobuz.requests)) == before
        return caught.value

    def entity_id(self, platform: str, of: ConfigEntry | ConfigSubentry, key: str) -> str:
        """Return the id of an account's or a sync's entity."""
        owner = of.subentry_id if isinstance(of, ConfigSubentry) else of.unique_id
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, f"{owner}_{key}")
        assert found is not None, (platform, key)
        return found

    def state(self, of: ConfigEntry | ConfigSubentry, key: str, platform: str = "sensor") -> State:
        """Return the state of an account's or a sync's entity."""
        found = self.hass.states.get(self.entity_id(platform, of, key))
        assert found is not None, (platform, key)
        return found

    async def press(self, of: ConfigEntry | ConfigSubentry, key: str) -> None:
        """Press a button."""
        target = {"entity_id": self.entity_id("button", of, key)}
        await self.hass.services.async_call("button", "press", target, blocking=True)

    async def turn(self, sync: ConfigSubentry, *, on: bool) -> None:
        """Turn a sync's switch."""
        target = {"entity_id": self.entity_id("switch", sync, "enabled")}
        await self.hass.services.async_call("switch", "turn_on" if on else "turn_off", target, blocking=True)
        await self.settle()

    def device(self, entry: ConfigEntry, of: ConfigSubentry | None = None) -> dr.DeviceEntry | None:
        """Return the device of an account or of one of its syncs."""
        name = of.subentry_id if of else str(entry.unique_id)
        found = dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, name), entry.entry_id)
        assert found is None or isinstance(found, dr.DeviceEntry)
        return found

    def device_id(self, entry: ConfigEntry, of: ConfigSubentry | None = None) -> str:
        """Return the id of such a device, which is there."""
        device = self.device(entry, of)
        assert device is not None
        return device.id

    async def until(self, stand_in: StandIn, last: str) -> None:
        """Wait until a stand-in was asked for something that is the last part of a path."""
        for _ in range(1000):
            if last in asked(stand_in):
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"nobody asked for {last}, only for {asked(stand_in)}")

    def favorites(self, user: str = "listener") -> list[int]:
        """Return the favourites on Qobuz, the newest first."""
        return [row["id"] for row in self.qobuz.state()["users"][user]["favorites"]["tracks"]]

    def has(self, numbers: Iterable[int]) -> bool:
        """Tell whether the favourites on Qobuz are exactly these songs, each once."""
        return sorted(self.favorites()) == sorted(qobuz_id(number) for number in numbers)
