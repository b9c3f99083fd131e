"""Diagnostics: what helps to find a fault, without anything that tells who somebody is or what they listen to."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import CONF_APP_ID, CONF_SOURCE_UNIQUE_ID, CONF_USER_AUTH_TOKEN
from .engine.library import runs
from .runtime import MUSIC_SYNC, MusicSyncConfigEntry
from .sync_coordinator import SyncCoordinator

TO_REDACT: Final = {
    CONF_APP_ID,
    CONF_SOURCE_UNIQUE_ID,
    CONF_TOKEN,
    CONF_USER_AUTH_TOKEN,
    "auth_implementation",
    "title",
    "unique_id",
}

LAST_RUNS: Final = 10
"""How many runs are told of."""


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: MusicSyncConfigEntry) -> dict[str, Any]:
    """Return what is known of an account and of its syncs."""
    told = {"entry": async_redact_data(entry.as_dict(), TO_REDACT), "state": entry.state.value}
    if entry.state is not ConfigEntryState.LOADED:
        return {**told, "reason": entry.error_reason_translation_key}
    loaded = entry.runtime_data
    known = loaded.coordinator.data
    return {
        **told,
        "connected": loaded.coordinator.last_update_success,
        "favorites": asdict(known.favorites),
        "totals": dict(known.totals),
        "gate": {**asdict(loaded.gate.state), "remaining_today": loaded.gate.remaining_today},
        "syncs": {subentry_id: _describe(sync) for subentry_id, sync in loaded.syncs.items()},
        "runs": await _last_runs(hass, entry.entry_id, None),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of a sync, or of an account where the device is that."""
    sync_id = device.config_subentry_id
    if sync_id is None or entry.state is not ConfigEntryState.LOADED:
        return await async_get_config_entry_diagnostics(hass, entry)
    return {
        "subentry": async_redact_data(entry.subentries[sync_id].as_dict(), TO_REDACT),
        "sync": _describe(entry.runtime_data.syncs[sync_id]),
        "runs": await _last_runs(hass, entry.entry_id, sync_id),
    }


def _describe(sync: SyncCoordinator) -> dict[str, Any]:
    """Return where a sync is."""
    state = sync.data
    return {
        "status": state.status.value,
        "is_enabled": state.is_enabled,
        "next_run": state.next_run,
        "waits_until": state.waits_until,
        "source": source.state.value if (source := sync.source) else None,
    }


async def _last_runs(hass: HomeAssistant, target: str, sync: str | None) -> list[dict[str, Any]]:
    """Return the reports of the last runs of a target or of one sync, without items, newest first."""
    library = await hass.data[MUSIC_SYNC].async_library()
    found = await library.run(runs.find, target, sync, limit=LAST_RUNS)
    return [async_redact_data(run.report, TO_REDACT) for run in found if run.report is not None]
