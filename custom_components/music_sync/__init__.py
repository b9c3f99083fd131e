"""Music Sync: keeps a person's music in step across services."""

import asyncio
import time
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .accounts import account_device, async_make_provider, kind_of, make_gate
from .const import DOMAIN
from .coordinator import async_account_state, async_show_access, coordinator_for
from .engine.errors import AccessDenied, MustWait, ServiceError, SignInNeeded
from .engine.library import gates, removal
from .engine.providers.capabilities import Closes, Identifies
from .engine.providers.gate import RateGate
from .engine.sync.account import Account
from .engine.sync.run import recover
from .entry_changes import async_add_syncs, async_follow_entries
from .run_queue import RunQueue
from .runtime import MUSIC_SYNC, LoadedAccount, MusicSync, MusicSyncConfigEntry
from .services import async_setup_services

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]

SIGN_IN_TIMEOUT: Final = 30.0
"""Seconds that set-up waits for the service to say who is signed in."""


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all accounts share."""
    music_sync = hass.data[MUSIC_SYNC] = MusicSync(hass)
    async_setup_services(hass)
    async_follow_entries(hass)

    async def stop(_: Event) -> None:
        """Let runs end in good order before Home Assistant does."""
        loaded = hass.config_entries.async_loaded_entries(DOMAIN)
        await asyncio.gather(*(entry.runtime_data.queue.async_stop() for entry in loaded))

    async def close(_: Event) -> None:
        """Keep where the rate gates are, and close the library file."""
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await _async_release(hass, entry)
        await music_sync.async_close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, close)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MusicSyncConfigEntry) -> bool:
    """Set up an account by one small request, or by none while the service may not be asked."""
    library = await hass.data[MUSIC_SYNC].async_library()

    @callback
    def show_gate() -> None:
        """Show a rate limit, once there is something to show it on."""
        if entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.coordinator.async_show_gate()

    gate = make_gate(hass, entry, library, await library.run(gates.load, entry.entry_id), show_gate)
    provider = await async_make_provider(hass, entry, gate)
    kind = kind_of(entry)
    try:
        await _async_check(hass, entry, provider, gate)
    except BaseException:
        await _async_close(provider)
        raise
    account = Account(id=entry.entry_id, title=entry.title, kind=kind.value, provider=provider)
    state = await async_account_state(account, library, gate)
    entry.runtime_data = LoadedAccount(
        account=account,
        gate=gate,
        coordinator=coordinator_for(provider)(hass, entry, account=account, gate=gate, library=library, state=state),
        queue=RunQueue(hass, entry, library),
        loaded_at=time.time(),
    )
    # A coordinator nobody listens to does not poll: an account whose entities are all disabled still feeds its syncs.
    entry.async_on_unload(entry.runtime_data.coordinator.async_add_listener(lambda: None))

    def describe(entry_id: str) -> dict[str, str]:
        """Return a run's source in the report's shape, as far as it is still there."""
        source = hass.config_entries.async_get_entry(entry_id)
        return {"title": source.title, "kind": kind_of(source).value} if source else {}

    await recover(account, library, describe)
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **account_device(entry))
    async_add_syncs(hass, entry, library)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: MusicSyncConfigEntry) -> bool:
    """Unload an account: its runs end in good order."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    for sync in entry.runtime_data.syncs.values():
        sync.async_end()
    await entry.runtime_data.queue.async_stop()
    others = hass.config_entries.async_loaded_entries(DOMAIN)
    await asyncio.gather(*(other.runtime_data.queue.async_stop_readers_of(entry.entry_id) for other in others))
    await _async_release(hass, entry)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete what the library file holds of an account that is removed."""
    async_show_access(hass, entry, denied=False)
    try:
        library = await hass.data[MUSIC_SYNC].async_library()
    except ConfigEntryError:
        # A file that cannot be used is left alone; whoever repairs it finds rows that nobody asks for.
        return
    await library.run(removal.remove, entry.entry_id)


async def _async_check(hass: HomeAssistant, entry: MusicSyncConfigEntry, provider: Identifies, gate: RateGate) -> None:
    """Ask who is signed in, unless the service may not be asked now. Raises translated set-up errors."""
    if gate.blocked_until:
        return
    names = {"account": entry.title}
    try:
        async with asyncio.timeout(SIGN_IN_TIMEOUT):
            await provider.profile()
    except MustWait:
        return
    except SignInNeeded as error:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="sign_in_needed", translation_placeholders=names
        ) from error
    except (ServiceError, TimeoutError) as error:
        if gate.blocked_until:
            return
        async_show_access(hass, entry, denied=isinstance(error, AccessDenied))
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="access_denied" if isinstance(error, AccessDenied) else "service_failed",
            translation_placeholders=names,
        ) from error
    async_show_access(hass, entry, denied=False)


async def _async_release(hass: HomeAssistant, entry: MusicSyncConfigEntry) -> None:
    """Keep where the account's rate gate is, and let go of its connections."""
    loaded = entry.runtime_data
    if library := hass.data[MUSIC_SYNC].library:
        await library.run(gates.save, entry.entry_id, loaded.gate.state)
    await _async_close(loaded.account.provider)


async def _async_close(provider: object) -> None:
    """Let go of a provider's own connections, if it has any."""
    if isinstance(provider, Closes):
        await provider.close()
