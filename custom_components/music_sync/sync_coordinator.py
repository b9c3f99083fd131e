"""Coordinators of syncs: they follow a sync's runs and start it when it is due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
import logging
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalTypeFormat

from .const import (
    CONF_ARTIST_WHITELIST,
    CONF_FIRST_ARTIST_ONLY,
    CONF_INTERVAL_HOURS,
    CONF_MIN_SCORE,
    CONF_SOURCE,
    CONF_SOURCE_UNIQUE_ID,
    CONF_TRIGGER,
    DOMAIN,
    SUBENTRY_SYNC,
    Trigger,
)
from .coordinator import SIGNAL_SOURCE
from .engine.library import Library, matches, mirror, runs, syncs
from .engine.library.runs import Run
from .engine.outcomes import Status
from .engine.sync.favorites import FavoritesRequest, Stop
from .engine.sync.progress import Progress
from .engine.sync.run import INTERRUPTED
from .engine.sync.schedule import LastRun, next_run
from .run_queue import SIGNAL_RUN, QueuedRun
from .runtime import LoadedAccount, MusicSyncConfigEntry

_LOGGER = logging.getLogger(__name__)

FIRST_START: Final = 15.0
"""Seconds after set-up before a sync that is due starts by itself: Home Assistant has enough to do."""


class SyncStatus(StrEnum):
    """What a sync is doing."""

    IDLE = "idle"
    QUEUED = "queued"
    READING = "reading"
    MATCHING = "matching"
    WRITING = "writing"
    PAUSED = "paused"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What is known of a sync: `run` is under way or waits, `last` is the last report that was no dry run.

    `next_run` and `waits_until` (for a rate limit to lift) are in Unix seconds.
    """

    is_enabled: bool = True
    is_queued: bool = False
    is_running: bool = False
    progress: Progress | None = None
    last: dict[str, Any] | None = None
    next_run: float | None = None
    waits_until: float | None = None

    @property
    def status(self) -> SyncStatus:
        """Return the sync's status."""
        if self.is_running:
            return SyncStatus(self.progress.step) if self.progress else SyncStatus.READING
        if self.is_queued:
            return SyncStatus.QUEUED
        if not self.is_enabled or self.waits_until is not None:
            return SyncStatus.PAUSED
        if self.last and self.last["status"] == Status.FAILED:
            return SyncStatus.FAILED
        return SyncStatus.IDLE


class SyncCoordinator(DataUpdateCoordinator[SyncState]):
    """Follows one sync."""

    config_entry: MusicSyncConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: MusicSyncConfigEntry, subentry: ConfigSubentry, library: Library
    ) -> None:
        """Start with nothing known; `async_begin` reads the library file."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=subentry.title)
        self.data = SyncState()
        self.subentry_id = subentry.subentry_id
        self._seen = subentry
        self._library = library
        self._timer: CALLBACK_TYPE | None = None
        self._subscriptions: list[CALLBACK_TYPE] = []
        self._event_listeners: list[Callable[[str, dict[str, Any]], None]] = []
        self._last_run: Run | None = None
        self._may_start_at = time.time() + FIRST_START

    @property
    def subentry(self) -> ConfigSubentry:
        """Return the sync's subentry as it is now."""
        return self.config_entry.subentries[self.subentry_id]

    @property
    def device_info(self) -> DeviceInfo:
        """Return the device that stands for the sync."""
        return DeviceInfo(
            identifiers={(DOMAIN, self.subentry_id)},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="Music Sync",
            name=self.subentry.title,
        )

    @property
    def source(self) -> MusicSyncConfigEntry | None:
        """Return the sync's source, found again by its identity where the account was added anew."""
        data = self.subentry.data
        entries = self.hass.config_entries
        entry: MusicSyncConfigEntry | None = entries.async_get_entry(data[CONF_SOURCE])
        return entry or entries.async_entry_for_domain_unique_id(DOMAIN, data.get(CONF_SOURCE_UNIQUE_ID, ""))

    async def async_begin(self) -> None:
        """Read what is known, and start following."""
        self.data = replace(self.data, is_enabled=await self._library.run(syncs.enabled, self.subentry_id))
        self._subscriptions = [
            async_dispatcher_connect(self.hass, SIGNAL_RUN.format(self.subentry_id), self._follow),
            async_dispatcher_connect(
                self.hass, SIGNAL_SOURCE.format(self.subentry.data[CONF_SOURCE]), self._consider_soon
            ),
            async_at_started(self.hass, self._consider_soon),
        ]

    @callback
    def async_follow_subentry(self) -> None:
        """Take in that the subentry may have been changed."""
        if self.subentry is not self._seen:
            self._seen = self.subentry
            self._consider_soon()

    @callback
    def async_end(self) -> None:
        """Stop following: the sync is removed or its account unloaded."""
        self._cancel_timer()
        if queued := self._loaded.queue.find(self.subentry_id):
            self._loaded.queue.stop(queued, Stop.HOME_ASSISTANT)
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = []

    @callback
    def async_add_event_listener(self, listener: Callable[[str, dict[str, Any]], None]) -> CALLBACK_TYPE:
        """Tell of what happens to the sync's runs, by event type and attributes."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    async def async_start(self, *, dry_run: bool = False, limit: int | None = None) -> QueuedRun:
        """Queue a run. Raises ServiceValidationError, translated, where the source is not there."""
        source = self.source
        if source is None or source.state is not ConfigEntryState.LOADED:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="account_not_loaded" if source else "source_missing",
                translation_placeholders={"account": source.title if source else self.subentry.title},
            )
        data = self.subentry.data
        request = FavoritesRequest(
            dry_run=dry_run,
            limit=limit,
            min_score=data[CONF_MIN_SCORE],
            first_artist_only=data.get(CONF_FIRST_ARTIST_ONLY, False),
            artist_whitelist=tuple(data.get(CONF_ARTIST_WHITELIST, ())),
        )
        return await self._loaded.queue.async_submit(source.entry_id, request, sync=self.subentry_id)

    @callback
    def async_cancel(self) -> None:
        """Stop the run that is under way or waits, if there is one."""
        if queued := self._loaded.queue.find(self.subentry_id):
            self._loaded.queue.stop(queued, Stop.PERSON)

    async def async_enable(self, *, on: bool) -> None:
        """Let the sync start by itself, or not."""
        await self._library.run(syncs.enable, self.subentry_id, on)
        self.async_set_updated_data(replace(self.data, is_enabled=on))
        await self.async_consider()

    async def async_consider(self) -> None:
        """Start the sync where it is due, else set the timer for when it will be."""
        self._last_run = await self._library.run(runs.latest, self.config_entry.entry_id, self.subentry_id)
        due = await self._due()
        now = time.time()
        waits = due if due is not None and due > now and self._blocked_until() > now else None
        self.async_set_updated_data(
            replace(
                self.data,
                last=self._last_run.report if self._last_run else None,
                next_run=due if self.data.is_enabled else None,
                waits_until=waits,
            )
        )
        self._cancel_timer()
        if due is None or not self.data.is_enabled or self._loaded.queue.find(self.subentry_id):
            return
        if max(due, self._may_start_at) > now:
            self._timer = async_track_point_in_utc_time(
                self.hass,
                HassJob(self._due_now, f"{self.name} is due", cancel_on_shutdown=True),
                dt_util.utc_from_timestamp(max(due, self._may_start_at)),
            )
        elif self.hass.is_running and (source := self.source) and source.state is ConfigEntryState.LOADED:
            await self.async_start()

    @property
    def _loaded(self) -> LoadedAccount:
        """Return the target's runtime data."""
        return self.config_entry.runtime_data

    async def _due(self) -> float | None:
        """Return when the sync is due (Unix seconds)."""
        source = self.source
        trigger = Trigger(self.subentry.data[CONF_TRIGGER])
        now = time.time()
        if source is None:
            return None
        last = self._last_run
        if last is not None and trigger is Trigger.ON_CHANGE:
            seen = await self._library.run(mirror.get, source.entry_id)
            if last.source_version is not None and seen.version != last.source_version:
                return max(now, self._blocked_until())
        return next_run(
            trigger,
            timedelta(hours=self.subentry.data[CONF_INTERVAL_HOURS]).total_seconds(),
            _ended(last),
            retry_at=await self._library.run(matches.next_retry, source.entry_id, self.config_entry.entry_id),
            blocked_until=self._blocked_until(),
            now=now,
        )

    def _blocked_until(self) -> float:
        """Return when both accounts may be asked (Unix seconds)."""
        blocked = self._loaded.gate.blocked_until
        source = self.source
        if source is not None and source.state is ConfigEntryState.LOADED:
            blocked = max(blocked, source.runtime_data.gate.blocked_until)
        return blocked

    @callback
    def _consider_soon(self, _: HomeAssistant | None = None) -> None:
        """Consider without holding up the caller."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_consider(), f"{self.name} considers", eager_start=True
        )

    async def _due_now(self, _: datetime) -> None:
        """Consider, now that the sync is due."""
        self._timer = None
        await self.async_consider()

    def _cancel_timer(self) -> None:
        """Forget when the sync is due."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _follow(self, queued: QueuedRun) -> None:
        """Show where a run is, and tell of its beginning and end."""
        is_over = queued.over.is_set()
        was_running = self.data.is_running
        self.async_set_updated_data(
            replace(
                self.data,
                is_queued=not queued.is_started,
                is_running=queued.is_started and not is_over,
                progress=queued.progress,
            )
        )
        if queued.is_started and not was_running and not is_over:
            self._fire("started", {"run_id": queued.run.id, "dry_run": queued.run.request["dry_run"]})
        if is_over:
            self._tell_end(queued)
            self._consider_soon()

    def _tell_end(self, queued: QueuedRun) -> None:
        """Tell how a run ended, and whether a person is asked to look at matches."""
        if (told := queued.report) is None:
            return
        attributes = {key: told[key] for key in ("run_id", "dry_run", "counts", "coverage", "error")}
        self._fire(told["status"], attributes)
        before = self.data.last["counts"]["review"] if self.data.last else 0
        if told["counts"]["review"] > before:
            self._fire("review_needed", {"run_id": told["run_id"], "review": told["counts"]["review"]})

    def _fire(self, event: str, attributes: dict[str, Any]) -> None:
        """Tell the event listeners."""
        for listener in list(self._event_listeners):
            listener(event, attributes)


SIGNAL_SYNC_ADDED: SignalTypeFormat[SyncCoordinator] = SignalTypeFormat(f"{DOMAIN}_sync_added_{{}}")
"""Sent with an account's entry id when a sync was added to it."""


async def async_add_syncs(hass: HomeAssistant, entry: MusicSyncConfigEntry, library: Library) -> None:
    """Follow the account's syncs that are not followed yet."""
    loaded = entry.runtime_data
    for subentry in entry.get_subentries_of_type(SUBENTRY_SYNC):
        if subentry.subentry_id not in loaded.syncs:
            sync = SyncCoordinator(hass, entry, subentry, library)
            loaded.syncs[subentry.subentry_id] = sync
            await sync.async_begin()
            async_dispatcher_send(hass, SIGNAL_SYNC_ADDED.format(entry.entry_id), sync)


@callback
def async_follow_subentries(hass: HomeAssistant, entry: MusicSyncConfigEntry, library: Library) -> None:
    """Take in that the account's syncs may have been added, changed or removed, without a reload."""
    loaded = entry.runtime_data
    for subentry_id in loaded.syncs.keys() - entry.subentries.keys():
        loaded.syncs.pop(subentry_id).async_end()
    for sync in loaded.syncs.values():
        sync.async_follow_subentry()
    hass.async_create_task(async_add_syncs(hass, entry, library), f"{DOMAIN} follows new syncs")


def _ended(run: Run | None) -> LastRun | None:
    """Return what the schedule wants to know of the last run; an interrupted one is taken up at once."""
    if run is None or run.report is None:
        return None
    if run.report["error"] == INTERRUPTED:
        return LastRun(status=run.status, finished_at=0)
    return LastRun(status=run.status, finished_at=datetime.fromisoformat(run.report["finished_at"]).timestamp())
