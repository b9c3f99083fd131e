"""Sensors of accounts and of syncs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .accounts import blocked_until, kind_of
from .const import Kind
from .coordinator import AccountCoordinator
from .entity import AccountEntity, SyncEntity, async_add_sync_entities
from .runtime import MusicSyncConfigEntry
from .sync_state import SyncState, SyncStatus

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """A sensor of an account: `kinds` are the kinds of account that have it."""

    value: Callable[[AccountCoordinator], StateType | datetime]
    kinds: frozenset[Kind] = frozenset(Kind)


@dataclass(frozen=True, kw_only=True)
class SyncSensorDescription(SensorEntityDescription):
    """A sensor of a sync."""

    value: Callable[[SyncState], StateType | datetime]
    attributes: Callable[[SyncState], Mapping[str, Any]] | None = None


def _moment(at: float | None) -> datetime | None:
    """Return a time (Unix seconds) as Home Assistant shows it, None where there is none."""
    return dt_util.utc_from_timestamp(at) if at else None


def _favorites(coordinator: AccountCoordinator) -> int | None:
    """Return how many favourites the account has, None while they were never read as a whole."""
    favorites = coordinator.data.favorites
    return favorites.total if favorites.complete or favorites.total else None


def _total(collection: str) -> Callable[[AccountCoordinator], int | None]:
    """Return how to get how much a collection holds, None while it was never counted."""
    return lambda coordinator: coordinator.data.totals.get(collection)


def _blocked_until(coordinator: AccountCoordinator) -> datetime | None:
    """Return when a rate limit lifts, None where there is none."""
    return _moment(blocked_until(coordinator.gate))


ACCOUNT_SENSORS: Final = (
    AccountSensorDescription(
        key="last_refresh",
        translation_key="last_refresh",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: _moment(coordinator.data.favorites.checked_at),
    ),
    AccountSensorDescription(
        key="rate_limited_until",
        translation_key="rate_limited_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_blocked_until,
    ),
    AccountSensorDescription(
        key="requests_left_today",
        translation_key="requests_left_today",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.gate.remaining_today,
    ),
    AccountSensorDescription(
        key="liked_songs",
        translation_key="liked_songs",
        state_class=SensorStateClass.MEASUREMENT,
        value=_favorites,
        kinds=frozenset({Kind.SPOTIFY}),
    ),
    *(
        AccountSensorDescription(
            key=key,
            translation_key=key,
            state_class=SensorStateClass.MEASUREMENT,
            value=_total(collection),
            kinds=frozenset({Kind.SPOTIFY}),
        )
        for key, collection in (
            ("playlists", "playlists"),
            ("saved_albums", "albums"),
            ("followed_artists", "artists"),
        )
    ),
    AccountSensorDescription(
        key="favorites",
        translation_key="favorites",
        state_class=SensorStateClass.MEASUREMENT,
        value=_favorites,
        kinds=frozenset({Kind.QOBUZ}),
    ),
)


def _result(state: SyncState) -> StateType:
    """Return how the last run ended."""
    return state.last["status"] if state.last else None


def _coverage(state: SyncState) -> StateType:
    """Return how much of what the target can have it has, in percent."""
    return state.books["coverage"] if state.books else None


def _counted(outcome: str) -> Callable[[SyncState], StateType]:
    """Return how to get a count from the last run that counted anything."""
    return lambda state: state.books["counts"][outcome] if state.books else None


def _finished(state: SyncState) -> datetime | None:
    """Return when the last run finished."""
    return datetime.fromisoformat(state.last["finished_at"]) if state.last else None


def _progress(state: SyncState) -> int | None:
    """Return how far the run under way is in its step, in percent."""
    return state.progress.percent if state.is_running and state.progress else None


def _progress_attributes(state: SyncState) -> Mapping[str, Any]:
    """Return what the run under way is doing."""
    progress = state.progress if state.is_running else None
    return {
        "step": progress.step.value if progress else None,
        "current": progress.current if progress else None,
        "done": progress.done if progress else None,
        "total": progress.total if progress else None,
        "matched": progress.matched if progress else None,
        "failed": progress.failed if progress else None,
    }


SYNC_SENSORS: Final = (
    SyncSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in SyncStatus],
        value=lambda state: state.status,
    ),
    SyncSensorDescription(
        key="progress",
        translation_key="progress",
        native_unit_of_measurement=PERCENTAGE,
        value=_progress,
        attributes=_progress_attributes,
    ),
    SyncSensorDescription(
        key="last_run", translation_key="last_run", device_class=SensorDeviceClass.TIMESTAMP, value=_finished
    ),
    SyncSensorDescription(
        key="last_result",
        translation_key="last_result",
        device_class=SensorDeviceClass.ENUM,
        options=["completed", "partial", "held", "failed", "cancelled"],
        value=_result,
    ),
    SyncSensorDescription(
        key="next_run",
        translation_key="next_run",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda state: _moment(state.next_run),
    ),
    SyncSensorDescription(
        key="coverage",
        translation_key="coverage",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        value=_coverage,
    ),
    *(
        SyncSensorDescription(
            key=outcome,
            translation_key=outcome,
            state_class=SensorStateClass.MEASUREMENT,
            value=_counted(outcome),
        )
        for outcome in ("added", "review", "missing", "failed")
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: MusicSyncConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of the account and of its syncs."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities(
        AccountSensor(coordinator, description)
        for description in ACCOUNT_SENSORS
        if kind_of(entry) in description.kinds
    )
    async_add_sync_entities(
        hass, entry, async_add_entities, lambda sync: [SyncSensor(sync, description) for description in SYNC_SENSORS]
    )


class AccountSensor(AccountEntity, SensorEntity):
    """Something known of an account; the mirror knows it also while the service does not answer."""

    entity_description: AccountSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return that what the library file holds is always there."""
        return True

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return it."""
        return self.entity_description.value(self.coordinator)


class SyncSensor(SyncEntity, SensorEntity):
    """Something known of a sync."""

    entity_description: SyncSensorDescription
    _unrecorded_attributes = frozenset({"step", "current", "done", "total", "matched", "failed"})

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return it."""
        return self.entity_description.value(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what goes with it."""
        attributes = self.entity_description.attributes
        return attributes(self.coordinator.data) if attributes else None
