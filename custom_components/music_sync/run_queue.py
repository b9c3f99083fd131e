"""The runs of a target: one at a time, others wait; they outlive whoever asked for them."""

import asyncio
from dataclasses import dataclass, field
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalTypeFormat
from homeassistant.util.ulid import ulid_now

from .accounts import kind_of
from .const import DOMAIN, Content
from .engine.errors import Unreachable
from .engine.library import runs
from .engine.library.runs import Run
from .engine.model import Like, Page
from .engine.sync.account import Account
from .engine.sync.favorites import FavoritesRequest, Stop, Surroundings
from .engine.sync.progress import Progress
from .engine.sync.run import as_stored, carry_out
from .runtime import MUSIC_SYNC, MusicSyncConfigEntry

TELL_EVERY: Final = 1.0
"""Seconds between two tellings of how far a run is."""

PATIENCE_AT_UNLOAD: Final = 8.0
"""Seconds that a run has to stop in good order; Home Assistant allows ten."""


@dataclass(eq=False, slots=True, kw_only=True)
class QueuedRun:
    """A run from the moment it is asked for: `over` is set once `report` is there."""

    run: Run
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

    def __init__(self, hass: HomeAssistant, entry: MusicSyncConfigEntry) -> None:
        """Start an empty queue."""
        self._hass = hass
        self._entry = entry
        self._waiting: list[QueuedRun] = []
        self._current: QueuedRun | None = None
        self._worker: asyncio.Task[None] | None = None
        self._told_at = 0.0

    async def async_submit(
        self, source: str, request: FavoritesRequest, *, sync: str | None = None, content: Content = Content.FAVORITES
    ) -> QueuedRun:
        """Queue a run and return it; where the same request is queued already, return that one."""
        run = Run(
            id=ulid_now(),
            sync=sync,
            source=source,
            target=self._entry.entry_id,
            content=content.value,
            request=as_stored(request),
            queued_at=time.time(),
        )
        for waiting in self._waiting:
            if waiting.is_same_request(run):
                return waiting
        queued = QueuedRun(run=run)
        self._waiting.append(queued)
        library = await self._hass.data[MUSIC_SYNC].async_library()
        await library.run(runs.add, run)
        self._tell(queued)
        if self._worker is None or self._worker.done():
            self._worker = self._entry.async_create_background_task(self._hass, self._work(), f"{DOMAIN} runs")
        return queued

    def find(self, sync: str) -> QueuedRun | None:
        """Return a sync's run that is under way, or else one that waits."""
        pending = [self._current, *self._waiting]
        return next((queued for queued in pending if queued is not None and queued.run.sync == sync), None)

    @callback
    def stop(self, queued: QueuedRun, by: Stop) -> None:
        """Ask a run to stop: it ends within one request."""
        queued.stopped_by = queued.stopped_by or by

    @callback
    def stop_readers_of(self, source: str) -> None:
        """Stop the runs that read an account which is going away."""
        for queued in (self._current, *self._waiting):
            if queued is not None and queued.run.source == source:
                self.stop(queued, Stop.HOME_ASSISTANT)

    async def async_stop(self) -> None:
        """Stop what is under way, in good order; what waits is given up."""
        for queued in (self._current, *self._waiting):
            if queued is not None:
                self.stop(queued, Stop.HOME_ASSISTANT)
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=PATIENCE_AT_UNLOAD)
            self._worker.cancel()

    async def _work(self) -> None:
        """Carry out what waits, one after the other."""
        while self._waiting:
            self._current = self._waiting.pop(0)
            try:
                await self._carry_out(self._current)
            finally:
                queued, self._current = self._current, None
                queued.over.set()
                self._tell(queued)

    async def _carry_out(self, queued: QueuedRun) -> None:
        """Carry out one run; errors are in its report."""
        queued.is_started = True
        self._tell(queued)
        target = self._entry.runtime_data
        source_entry, source = self._source(queued.run.source)

        def tell(progress: Progress) -> None:
            """Keep how far the run is, and tell of it now and then."""
            before, queued.progress = queued.progress, progress
            is_new_step = before is None or before.step is not progress.step
            if is_new_step or time.monotonic() - self._told_at >= TELL_EVERY:
                self._tell(queued)

        around = Surroundings(
            library=await self._hass.data[MUSIC_SYNC].async_library(),
            tell=tell,
            stopped_by=lambda: queued.stopped_by,
            isrc_search=target.isrc_search,
        )
        queued.report, queued.error = await carry_out(queued.run, source, target.account, around)
        for entry in (source_entry, self._entry):
            if entry is not None and entry.state is ConfigEntryState.LOADED:
                await entry.runtime_data.coordinator.async_follow_run(queued.error)

    def _source(self, entry_id: str) -> tuple[MusicSyncConfigEntry | None, Account[Any]]:
        """Return a run's source; where it is not loaded, one that does not answer, so that its mirror serves."""
        entry: MusicSyncConfigEntry | None = self._hass.config_entries.async_get_entry(entry_id)
        if entry is not None and entry.state is ConfigEntryState.LOADED:
            return entry, entry.runtime_data.account
        title, kind = (entry.title, kind_of(entry)) if entry else (entry_id, "")
        return entry, Account(id=entry_id, title=title, kind=kind, provider=_Absent())

    def _tell(self, queued: QueuedRun) -> None:
        """Tell whoever shows a run that something about it changed."""
        self._told_at = time.monotonic()
        if queued.run.sync is not None:
            async_dispatcher_send(self._hass, SIGNAL_RUN.format(queued.run.sync), queued)


class _Absent:
    """The provider of an account that is not loaded."""

    favorites_page_size = 1

    async def favorites_page(self, offset: int) -> Page[Like]:
        """Answer nothing."""
        raise Unreachable(f"The account is not loaded, so row {offset} cannot be read")
