"""Buttons of accounts and of syncs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import AccountEntity, SyncEntity, async_add_sync_entities
from .runtime import MusicSyncConfigEntry
from .sync_coordinator import SyncCoordinator

PARALLEL_UPDATES = 1

REFRESH: Final = ButtonEntityDescription(
    key="refresh", translation_key="refresh", entity_category=EntityCategory.DIAGNOSTIC
)


@dataclass(frozen=True, kw_only=True)
class SyncButtonDescription(ButtonEntityDescription):
    """A button of a sync, and what pressing it does."""

    press: Callable[[SyncCoordinator], Awaitable[object]]


async def _sync_now(sync: SyncCoordinator) -> None:
    """Queue a run."""
    await sync.async_start()


async def _preview(sync: SyncCoordinator) -> None:
    """Queue a dry run."""
    await sync.async_start(dry_run=True)


async def _cancel(sync: SyncCoordinator) -> None:
    """Stop the run that is under way."""
    sync.async_cancel()


SYNC_BUTTONS: Final = (
    SyncButtonDescription(key="sync_now", translation_key="sync_now", press=_sync_now),
    SyncButtonDescription(key="preview", translation_key="preview", press=_preview),
    SyncButtonDescription(key="cancel", translation_key="cancel", press=_cancel),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of the account and of its syncs."""
    async_add_entities([RefreshButton(entry.runtime_data.coordinator, REFRESH)])
    async_add_sync_entities(
        hass, entry, async_add_entities, lambda sync: [SyncButton(sync, description) for description in SYNC_BUTTONS]
    )


class RefreshButton(AccountEntity, ButtonEntity):
    """Fetches what is new on an account now."""

    @property
    @override
    def available(self) -> bool:
        """Return that trying is always possible."""
        return True

    @override
    async def async_press(self) -> None:
        """Fetch now."""
        await self.coordinator.async_look_now()


class SyncButton(SyncEntity, ButtonEntity):
    """Does something with a sync's runs."""

    entity_description: SyncButtonDescription

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press(self.coordinator)
