"""Coordinators of syncs: they follow a sync's runs and start it when it is due."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, CoreState, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .accounts import blocked_until
from .const import (
    CONF_ARTIST_WHITELIST,
    CONF_FIRST_ARTIST_ONLY,
    CONF_INTERVAL_HOURS,
    CONF_MIN_SCORE,
    CONF_SOURCE,
    CONF_SOURCE_UNIQUE_ID,
    CONF_TRIGGER,
    DOMAIN,
)
from .coordinator import SIGNAL_SOURCE
from .engine.errors import SignInNeeded
from .engine.library import Library, matches, mirror, runs, syncs
from .engine.library.runs import Run
from .engine.sync.favorites import FavoritesRequest
from .engine.sync.run import INTERRUPTED, error_key
from .engine.sync.schedule import RETRY_AFTER, LastRun, Trigger, next_run
from .refusals import refusal
from .run_queue import SIGNAL_RUN, QueuedRun
from .runtime import LoadedAccount, MusicSyncConfigEntry
from .sync_state import SyncState

_LOGGER = logging.getLogger(__name__)

SIGN_IN_NEEDED: Final = error_key(SignInNeeded())

FIRST_START: Final = 15.0
"""Seconds after set-up before a sync that is due starts by itself: Home Assistant has enough to do."""


class SyncCoordinator(DataUpdateCoordinator[SyncState]):
    """Follows one sync."""

    config_entry: MusicSyncConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: MusicSyncConfigEntry, subentry: ConfigSubentry, library: Library
    ) -> None:
        """Start with nothing known; `async_begin` reads the library file."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=subentry.title)
        self._account_device_id = dr.async_get_device_id_by_identifier(
            hass, (DOMAIN, str(entry.unique_id)), config_entry_id=entry.entry_id
        )
        self.data = SyncState()
        self.subentry_id = subentry.subentry_id
        self._seen = subentry.data
        self._library = library
        self._may_start_at = time.time() + FIRST_START
        self._timer: CALLBACK_TYPE | None = None
        self._considering: asyncio.Task[None] | None = None
        self._is_stale = False
        self._told_of: QueuedRun | None = None
        self._reviewed: int | None = None
        self._subscriptions: list[CALLBACK_TYPE] = []
        self._event_listeners: list[Callable[[str, dict[str, Any]], None]] = []

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
            via_device_id=self._account_device_id,
        )

    @property
    def source(self) -> MusicSyncConfigEntry | None:
        """Return the sync's source, found again by its identity where the account was added anew."""
        data = self.subentry.data
        entries = self.hass.config_entries
        entry: MusicSyncConfigEntry | None = entries.async_get_entry(data[CONF_SOURCE])
        return entry or entries.async_entry_for_domain_unique_id(DOMAIN, data.get(CONF_SOURCE_UNIQUE_ID, ""))

    @callback
    def async_begin(self) -> None:
        """Start following."""
        self._subscriptions = [
            async_dispatcher_connect(self.hass, SIGNAL_RUN.format(self.subentry_id), self._follow),
            async_dispatcher_connect(self.hass, SIGNAL_SOURCE, self.async_follow_source),
            async_at_started(self.hass, self.async_consider),
        ]
        self.async_consider()

    @callback
    def async_follow_subentry(self) -> None:
        """Take in that the subentry may have been changed: it is another one then only in what it holds."""
        if self.subentry.data != self._seen:
            self._seen = self.subentry.data
            self.async_consider()

    @callback
    def async_follow_source(self, entry_id: str) -> None:
        """Take in that an account was looked at, came or went: it may be the source."""
        if (source := self.source) is None or source.entry_id == entry_id:
            self.async_consider()

    @callback
    def async_end(self) -> None:
        """Stop following, and start nothing any more: the sync is removed or its account unloaded."""
        for unsubscribe in self._subscriptions:
            unsubscribe()
        if self._considering is not None:
            self._considering.cancel()
        self._cancel_timer()

    @callback
    def async_add_event_listener(self, listener: Callable[[str, dict[str, Any]], None]) -> CALLBACK_TYPE:
        """Tell of what happens to the sync's runs, by event type and attributes."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    async def async_start(self, *, dry_run: bool = False, limit: int | None = None) -> QueuedRun:
        """Queue a run for a person. Raises ServiceValidationError where the source is not there or likes nothing."""
        if (source := self.source) is None:
            raise refusal("source_missing", account=self.subentry.title)
        if source.state is not ConfigEntryState.LOADED:
            raise refusal("account_not_loaded", account=source.title)
        await async_refuse_empty(source)
        return self._start(source, dry_run=dry_run, limit=limit)

    @callback
    def async_cancel(self) -> None:
        """Stop the runs that are under way or wait, if there are any."""
        self._loaded.queue.cancel(self.subentry_id)

    async def async_enable(self, *, on: bool) -> None:
        """Let the sync start by itself, or not."""
        await self._library.run(syncs.enable, self.subentry_id, on)
        self.async_set_updated_data(replace(self.data, is_enabled=on))
        self.async_consider()

    @callback
    def async_consider(self, _: HomeAssistant | None = None) -> None:
        """Look, without holding up the caller, whether the sync is due."""
        self._is_stale = True
        if self._considering is None or self._considering.done():
            self._considering = self.config_entry.async_create_background_task(
                self.hass, self._consider(), f"{self.name} considers"
            )

    async def _consider(self) -> None:
        """Start the sync where it is due, else set the timer; what has changed meanwhile is looked at again."""
        while self._is_stale:
            self._is_stale = False
            is_enabled = await self._library.run(syncs.enabled, self.subentry_id)
            last = await self._library.run(runs.latest, self.config_entry.entry_id, self.subentry_id)
            read = await self._library.run(runs.latest, self.config_entry.entry_id, self.subentry_id, least_items=1)
            due = await self._due(last)
            if not self._is_stale:
                self.async_set_updated_data(
                    replace(
                        self.data,
                        is_enabled=is_enabled,
                        last=last.report if last else None,
                        books=read.report if read else None,
                    )
                )
                self._settle(due if is_enabled else None)

    @callback
    def _settle(self, due: float | None) -> None:
        """Show when the sync starts next; start it where that is now."""
        now = time.time()
        blocked = self._blocked_until()
        starts_at = None if due is None else max(due, self._may_start_at)
        is_held_up = starts_at is not None and now < blocked and starts_at <= blocked
        self.async_set_updated_data(
            replace(
                self.data,
                next_run=starts_at,
                waits_until=starts_at if is_held_up else None,
            )
        )
        self._cancel_timer()
        source = self.source
        if starts_at is None or source is None or self._loaded.queue.find(self.subentry_id):
            return
        if starts_at > now:
            self._timer = async_track_point_in_utc_time(
                self.hass,
                HassJob(self._due_now, f"{self.name} is due", cancel_on_shutdown=True),
                dt_util.utc_from_timestamp(starts_at),
            )
        elif self.hass.state is CoreState.running:
            self._start(source)

    @callback
    def _start(self, source: MusicSyncConfigEntry, *, dry_run: bool = False, limit: int | None = None) -> QueuedRun:
        """Queue a run."""
        data = self.subentry.data
        request = FavoritesRequest(
            dry_run=dry_run,
            limit=limit,
            min_score=data[CONF_MIN_SCORE],
            first_artist_only=data.get(CONF_FIRST_ARTIST_ONLY, False),
            artist_whitelist=tuple(data.get(CONF_ARTIST_WHITELIST, ())),
        )
        return self._loaded.queue.submit(source, request, sync=self.subentry_id)

    @property
    def _loaded(self) -> LoadedAccount:
        """Return the target's runtime data."""
        return self.config_entry.runtime_data

    async def _due(self, last: Run | None) -> float | None:
        """Return when the sync is due (Unix seconds), None where it is not or its source is not there."""
        source = self.source
        if source is None or source.state is not ConfigEntryState.LOADED:
            return None
        trigger = Trigger(self.subentry.data[CONF_TRIGGER])
        now = time.time()
        if last is not None and trigger is Trigger.ON_CHANGE:
            seen = await self._library.run(mirror.get, source.entry_id)
            if last.source_version is not None and seen.version != last.source_version:
                return max(now, self._blocked_until())
        return next_run(
            trigger,
            timedelta(hours=self.subentry.data[CONF_INTERVAL_HOURS]).total_seconds(),
            _ended(
                last,
                loaded_at=max(self._loaded.loaded_at, source.runtime_data.loaded_at),
                unfinished=await self._library.run(
                    runs.unfinished_in_a_row, self.config_entry.entry_id, self.subentry_id
                ),
            ),
            retry_at=await self._library.run(matches.next_retry, source.entry_id, self.config_entry.entry_id),
            blocked_until=self._blocked_until(),
            now=now,
        )

    def _blocked_until(self) -> float:
        """Return when both accounts may be asked (Unix seconds)."""
        blocked = blocked_until(self._loaded.gate)
        source = self.source
        if source is not None and source.state is ConfigEntryState.LOADED:
            blocked = max(blocked, blocked_until(source.runtime_data.gate))
        return blocked

    @callback
    def _due_now(self, _: datetime) -> None:
        """Consider, now that the sync is due."""
        self._timer = None
        self.async_consider()

    @callback
    def _cancel_timer(self) -> None:
        """Forget when the sync is due."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _follow(self, queued: QueuedRun) -> None:
        """Show where the sync's runs are, and tell of the beginning and end of each."""
        pending = self._loaded.queue.find(self.subentry_id)
        self.async_set_updated_data(
            replace(
                self.data,
                is_queued=pending is not None and not pending.is_started,
                is_running=pending is not None and pending.is_started,
                progress=pending.progress if pending else None,
            )
        )
        if queued.is_started and queued is not self._told_of:
            self._told_of = queued
            if self._reviewed is None and self.data.books:
                self._reviewed = self.data.books["counts"]["review"]
            self._fire("started", {"run_id": queued.run.id, "dry_run": queued.run.request["dry_run"]})
        if queued.over.is_set():
            if queued.report is None and queued.stopped_by is None:
                # The library file could not take it down, so nothing there keeps the next run from starting at once.
                self._may_start_at = time.time() + RETRY_AFTER
            self._tell_end(queued)
            self.async_consider()

    def _tell_end(self, queued: QueuedRun) -> None:
        """Tell how a run ended, and whether a person is asked to look at more matches than before."""
        if (told := queued.report) is None:
            return
        self._fire(told["status"], {key: told[key] for key in ("run_id", "dry_run", "counts", "coverage", "error")})
        if told["dry_run"] or not told["items_total"]:
            return
        before, self._reviewed = self._reviewed or 0, told["counts"]["review"]
        if self._reviewed > before:
            self._fire("review_needed", {"run_id": told["run_id"], "review": self._reviewed})

    def _fire(self, event: str, attributes: dict[str, Any]) -> None:
        """Tell the event listeners."""
        for listener in list(self._event_listeners):
            listener(event, attributes)


async def async_refuse_empty(source: MusicSyncConfigEntry) -> None:
    """Refuse a source that likes nothing; where it does not answer, the run will say so."""
    try:
        is_empty = await source.runtime_data.coordinator.async_is_empty()
    except HomeAssistantError:
        return
    if is_empty:
        raise refusal("source_empty", source=source.title)


def _ended(run: Run | None, *, loaded_at: float, unfinished: int) -> LastRun | None:
    """Return what the schedule wants to know of the last run.

    One that was interrupted, or turned away before a person signed in again, is taken up at once.
    """
    if run is None or run.report is None:
        return None
    error = run.report["error"]
    finished_at = datetime.fromisoformat(run.report["finished_at"]).timestamp()
    if error == INTERRUPTED or (error == SIGN_IN_NEEDED and loaded_at > finished_at):
        finished_at = 0.0
    waits_until = run.report["waits_until"]
    return LastRun(
        status=run.status,
        finished_at=finished_at,
        error=error,
        waits_until=datetime.fromisoformat(waits_until).timestamp() if waits_until else None,
        unfinished=unfinished,
    )
