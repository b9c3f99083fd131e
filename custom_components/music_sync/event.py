"""Events of syncs."""

from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SyncEntity, async_add_sync_entities
from .runtime import MusicSyncConfigEntry

PARALLEL_UPDATES = 0

RUN: Final = EventEntityDescription(
    key="run",
    translation_key="run",
    event_types=["started", "completed", "partial", "held", "failed", "cancelled", "review_needed"],
)


async def async_setup_entry(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event of each sync."""
    async_add_sync_entities(hass, entry, async_add_entities, lambda sync: [RunEvent(sync, RUN)])


class RunEvent(SyncEntity, EventEntity):
    """Tells how the runs of a sync begin and end."""

    _unrecorded_attributes = frozenset({"counts"})

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the sync's runs."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_event_listener(self._tell))

    @callback
    def _tell(self, event: str, attributes: dict[str, Any]) -> None:
        """Tell of an event."""
        self._trigger_event(event, attributes)
        self.async_write_ha_state()
