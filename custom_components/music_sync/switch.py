"""Switches of syncs."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SyncEntity, async_add_sync_entities
from .runtime import MusicSyncConfigEntry

PARALLEL_UPDATES = 1

ENABLED: Final = SwitchEntityDescription(
    key="enabled", translation_key="enabled", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switch of each sync."""
    async_add_sync_entities(hass, entry, async_add_entities, lambda sync: [EnabledSwitch(sync, ENABLED)])


class EnabledSwitch(SyncEntity, SwitchEntity):
    """Whether a sync starts by itself."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it does."""
        return self.coordinator.data.is_enabled

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let it start by itself."""
        await self.coordinator.async_enable(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Leave starting it to people."""
        await self.coordinator.async_enable(on=False)
