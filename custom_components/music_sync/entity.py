"""What the entities of accounts and of syncs share."""

from collections.abc import Callable, Iterable

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .accounts import account_device
from .coordinator import AccountCoordinator
from .entry_changes import SIGNAL_SYNC_ADDED
from .runtime import MusicSyncConfigEntry
from .sync_coordinator import SyncCoordinator


class AccountEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity on an account's device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: AccountCoordinator, description: EntityDescription) -> None:
        """Name the entity by its description."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"
        self._attr_device_info = account_device(entry)


class SyncEntity(CoordinatorEntity[SyncCoordinator]):
    """An entity on a sync's device."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: SyncCoordinator, description: EntityDescription) -> None:
        """Name the entity by its description."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.subentry_id}_{description.key}"
        self._attr_device_info = coordinator.device_info


@callback
def async_add_sync_entities(
    hass: HomeAssistant,
    entry: MusicSyncConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[SyncCoordinator], Iterable[Entity]],
) -> None:
    """Add the entities of each sync of an account, of those to come too."""

    @callback
    def add(sync: SyncCoordinator) -> None:
        """Add the entities of one sync."""
        async_add_entities(make(sync), config_subentry_id=sync.subentry_id)

    for sync in entry.runtime_data.syncs.values():
        add(sync)
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_SYNC_ADDED.format(entry.entry_id), add))
