"""Binary sensors of accounts."""

from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import AccountEntity
from .runtime import MusicSyncConfigEntry

PARALLEL_UPDATES = 0

CONNECTED: Final = BinarySensorEntityDescription(
    key="connected",
    translation_key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the account's binary sensors."""
    async_add_entities([ConnectedBinarySensor(entry.runtime_data.coordinator, CONNECTED)])


class ConnectedBinarySensor(AccountEntity, BinarySensorEntity):
    """Whether the service answered when it was last asked."""

    @property
    @override
    def available(self) -> bool:
        """Return that this is always known."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the service answered."""
        return self.coordinator.last_update_success
