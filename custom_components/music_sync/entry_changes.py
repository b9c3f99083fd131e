"""Follows the accounts: syncs come and go without a reload, and nobody reads an account that goes away."""

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.util.signal_type import SignalTypeFormat

from .const import DOMAIN, SUBENTRY_SYNC
from .engine.library import Library
from .runtime import MUSIC_SYNC, MusicSyncConfigEntry
from .sync_coordinator import SyncCoordinator

SIGNAL_SYNC_ADDED: SignalTypeFormat[SyncCoordinator] = SignalTypeFormat(f"{DOMAIN}_sync_added_{{}}")
"""Sent with an account's entry id when a sync was added to it."""


@callback
def async_follow_entries(hass: HomeAssistant) -> None:
    """Follow what happens to the accounts for as long as Home Assistant runs."""
    music_sync = hass.data[MUSIC_SYNC]

    @callback
    def follow(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Take in a change of an account, of its syncs or of its state."""
        if entry.domain != DOMAIN:
            return
        if entry.state is ConfigEntryState.LOADED and (library := music_sync.library):
            _follow_subentries(hass, entry, library)
        for target in hass.config_entries.async_loaded_entries(DOMAIN):
            for sync in target.runtime_data.syncs.values():
                sync.async_follow_source(entry.entry_id)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, follow)


@callback
def async_add_syncs(hass: HomeAssistant, entry: MusicSyncConfigEntry, library: Library) -> None:
    """Follow the account's syncs that are not followed yet."""
    loaded = entry.runtime_data
    for subentry in entry.get_subentries_of_type(SUBENTRY_SYNC):
        if subentry.subentry_id not in loaded.syncs:
            sync = loaded.syncs[subentry.subentry_id] = SyncCoordinator(hass, entry, subentry, library)
            sync.async_begin()
            async_dispatcher_send(hass, SIGNAL_SYNC_ADDED.format(entry.entry_id), sync)


@callback
def _follow_subentries(hass: HomeAssistant, entry: MusicSyncConfigEntry, library: Library) -> None:
    """Take in that the account's syncs may have been added, changed or removed, without a reload."""
    loaded = entry.runtime_data
    for subentry_id in loaded.syncs.keys() - entry.subentries.keys():
        loaded.syncs.pop(subentry_id).async_end()
        entry.async_create_task(hass, loaded.queue.async_stop_sync(subentry_id), f"{DOMAIN} stops a sync")
    for sync in loaded.syncs.values():
        sync.async_follow_subentry()
    async_add_syncs(hass, entry, library)
