"""The runs of a target: one at a time, others wait; they outlive whoever asked for them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
import logging
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalTypeFormat
from homeassistant.util.ulid import ulid_now

from .const import DOMAIN
from .engine.library import Library, runs
from .engine.library.runs import Run
from .engine.sync.favorites import FavoritesRequest, Stop, Surroundings
from .engine.sync.progress import Progress
from .engine.sync.run import as_stored, call_off, carry_out
from .runtime import MusicSyncConfigEntry

_LOGGER = logging.getLogger(__name__)

TELL_EVERY: Final = 1.0
"""Seconds between two tellings of how far a run is."""

PATIENCE_AT_UNLOAD: Final = 8.0
"""Seconds that a run has to stop in good order; Home Assistant allows ten."""


@dataclass(eq=False, slots=True, kw_only=True)
class QueuedRun:
    """A run from the moment it is asked for; once it is `over`, `report` is there, unless it was interrupted.

    `source` stays loaded until then. `kept` ends when the run is in the library file.
    """

    run: Run
    source: MusicSyncConfigEntry
    kept: asyncio.Future[None]
    is_started: bool = False
    stopped_by: Stop | None = None
    progress: Progress | None = None
    report: dict[str, Any] | None = None
    error: Exception | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def is_same_request(self, other: Run) -> bool:
        """Tell whether another request would do nothing that this one does not."""
        mine = self.run
        return (mine.sync, mine.source, mine.content, mine.request) == (
            other.sync,
            other.source,
            other.content,
            other.request,
        )


SIGNAL_RUN: SignalTypeFormat[QueuedRun] = SignalTypeFormat(f"{DOMAIN}_run_{{}}")
"""Sent with a sync's id whenever something about one of its runs changes."""


class RunQueue:
    """The queue of one target account."""

    def __init__(self, hass: HomeAssistant, entry: MusicSyncConfigEntry, library: Library) -> None:
        """Start an empty queue."""
        self._hass = hass
        self._entry = entry
        self._library = library
        self._waiting: list[QueuedRun] = []
        self._current: QueuedRun | None = None
        self._worker: asyncio.Task[None] | None = None
        self._told_at = 0.0

    @callback
    def submit(
        self,
        source: MusicSyncConfigEntry,
        request: FavoritesRequest,
        *,
        sync: str | None = None,
    ) -> QueuedRun:
        """Queue a run and return it; where the same request is queued already, return that one."""
        run = Run(
            id=ulid_now(),
            sync=sync,
            source=source.entry_id,
            target=self._entry.entry_id,
            content=request.content,
            request=as_stored(request),
            queued_at=time.time(),
        )
        for waiting in self._waiting:
            if waiting.is_same_request(run):
                return waiting
        keeping = self._hass.async_create_task(self._library.run(runs.add, run), f"{DOMAIN} keeps a run")
        queued = QueuedRun(run=run, source=source, kept=keeping)
        self._waiting.append(queued)
        self._tell(queued)
        if self._worker is None or self._worker.done():
            self._worker = self._entry.async_create_background_task(self._hass, self._work(), f"{DOMAIN} runs")
        return queued

    def find(self, sync: str) -> QueuedRun | None:
        """Return a sync's run that is under way, or else one that waits."""
        return next(iter(self._pending(lambda run: run.sync == sync)), None)

    @callback
    def cancel(self, sync: str) -> None:
        """Stop all runs of a sync for a person: the one under way soon, those that wait at once."""
        for queued in self._halt(lambda run: run.sync == sync, Stop.PERSON):
            self._hass.async_create_task(self._call_off(queued, Stop.PERSON), f"{DOMAIN} calls off a run")

    async def async_stop_sync(self, sync: str) -> None:
        """Stop the runs of a sync that goes away."""
        await self._stop(lambda run: run.sync == sync)

    async def async_stop_readers_of(self, source: str) -> None:
        """Stop the runs that read an account which goes away."""
        await self._stop(lambda run: run.source == source)

    async def async_stop(self) -> None:
        """Stop everything in good order; what cannot stop in time is broken off."""
        await self._stop(lambda _: True)
        if self._worker is not None and not self._worker.done():
            self._worker.cancel()
            await asyncio.wait([self._worker])

    def _pending(self, concerns: Callable[[Run], bool]) -> list[QueuedRun]:
        """Return the runs under way and waiting that something concerns."""
        pending = [self._current, *self._waiting]
        return [queued for queued in pending if queued is not None and concerns(queued.run)]

    @callback
    def _halt(self, concerns: Callable[[Run], bool], by: Stop) -> list[QueuedRun]:
        """Ask the run under way to stop, and take from the queue and return those that wait."""
        pending = self._pending(concerns)
        for queued in pending:
            queued.stopped_by = queued.stopped_by or by
        waiting = [queued for queued in pending if not queued.is_started]
        self._waiting = [queued for queued in self._waiting if queued not in waiting]
        return waiting

    async def _stop(self, concerns: Callable[[Run], bool]) -> None:
        """Give up runs that wait, to be taken up later, and wait for the one under way to stop."""
        for queued in self._halt(concerns, Stop.HOME_ASSISTANT):
            await self._call_off(queued, Stop.HOME_ASSISTANT)
        if (current := self._current) is not None and concerns(current.run):
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_AT_UNLOAD):
                    await current.over.wait()

    async def _work(self) -> None:
        """Carry out what waits, one after the other."""
        while self._waiting:
            queued = self._current = self._waiting.pop(0)
            queued.is_started = True
            try:
                await self._carry_out(queued)
            except Exception:
                _LOGGER.exception("Run %s cannot be kept in the library file", queued.run.id)
            finally:
                self._current = None
                self._end(queued)

    async def _carry_out(self, queued: QueuedRun) -> None:
        """Carry out one run; errors of the services are in its report."""
        await queued.kept
        self._tell(queued)
        target = self._entry.runtime_data
        source = queued.source.runtime_data

        def tell(progress: Progress) -> None:
            """Keep how far the run is, and tell of it now and then."""
            before, queued.progress = queued.progress, progress
            is_new_step = before is None or before.step is not progress.step
            if is_new_step or time.monotonic() - self._told_at >= TELL_EVERY:
                self._tell(queued)

        around = Surroundings(
            library=self._library,
            tell=tell,
            stopped_by=lambda: queued.stopped_by,
            isrc_search=target.isrc_search,
        )
        queued.report, queued.error = await carry_out(queued.run, source.account, target.account, around)
        for entry in (queued.source, self._entry):
            if entry.state is ConfigEntryState.LOADED:
                await entry.runtime_data.coordinator.async_follow_run(queued.error)

    async def _call_off(self, queued: QueuedRun, by: Stop) -> None:
        """Close the books on a run that never began."""
        source, target = queued.source.runtime_data.account, self._entry.runtime_data.account
        try:
            await queued.kept
            queued.report = await call_off(queued.run, source, target, self._library, by)
        finally:
            self._end(queued)

    @callback
    def _end(self, queued: QueuedRun) -> None:
        """Tell that a run is over."""
        queued.over.set()
        self._tell(queued)

    @callback
    def _tell(self, queued: QueuedRun) -> None:
        """Tell whoever shows a run that something about it changed."""
        self._told_at = time.monotonic()
        if queued.run.sync is not None:
            async_dispatcher_send(self._hass, SIGNAL_RUN.format(queued.run.sync), queued)
