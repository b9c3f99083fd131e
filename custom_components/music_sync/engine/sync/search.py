"""Settles likes one after the other: from memory, else by asking the target's catalogue."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import batched
import logging

from ..errors import AccessDenied, BudgetSpent, MustWait, NotFound, Rejected, ServiceError, SignInNeeded
from ..matching import TrackIndex
from ..model import Like, Track
from ..outcomes import Item, Outcome
from ..providers.capabilities import SearchesTracks
from ..verdicts import Decision, Verdict
from .lookup import IsrcSearch, look_up
from .plan import Memory, Planner, failed, skipped

_LOGGER = logging.getLogger(__name__)

SLICE = 100
REMEMBER_EVERY = 25
FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a search works with.

    `keep` stores verdicts by the source's track id; `tell` is told which track is in hand and how many are behind.
    """

    catalogue: SearchesTracks
    isrc_search: IsrcSearch
    keep: Callable[[Sequence[tuple[str, Verdict]]], Awaitable[None]]
    tell: Callable[[Track, int], None]
    is_stopped: Callable[[], bool]


class Search:
    """Fills a plan; `error` is what ended the asking early."""

    def __init__(self, desk: Desk, memory: Memory, planner: Planner) -> None:
        """Take what the search works with."""
        self.error: ServiceError | None = None
        self._desk = desk
        self._memory = memory
        self._planner = planner
        self._fresh: list[tuple[str, Verdict]] = []
        self._failures = 0

    async def settle(self, likes: Sequence[Like]) -> None:
        """Place an item for each like, oldest first, in slices that do not hold up the loop."""
        recalled: list[Item | None] = []
        for some in batched(likes, SLICE, strict=False):
            recalled += await asyncio.to_thread(list, map(self._memory.recall, some))
        unsettled = [like.track for like, item in zip(likes, recalled, strict=True) if item is None]
        index = await asyncio.to_thread(self._memory.index_for, unsettled)

        def weigh(row: tuple[Like, Item | None]) -> Item | None:
            """Weigh what is not settled yet; what cannot be weighed does not stop the others."""
            like, item = row
            try:
                return item or self._memory.weigh(like.track, index)
            except Exception:
                _LOGGER.exception("Weighing %s goes wrong", like.track.id)
                return failed(like.track, "search_failed")

        done = 0
        for rows in batched(zip(likes, recalled, strict=True), SLICE, strict=False):
            try:
                weighed = await asyncio.to_thread(list, map(weigh, rows))
                for (like, _), item in zip(rows, weighed, strict=True):
                    await self._place(like.track, item, index, done)
                    done += 1
            finally:
                await self._keep()

    async def _place(self, track: Track, item: Item | None, index: TrackIndex, done: int) -> None:
        """Place what is known of a track, else what a search brings."""
        if item is None:
            self._desk.tell(track, done)
            item = await self._ask(track, index)
        elif item.outcome is Outcome.ALREADY_PRESENT and item.reason != "paired":
            self._learn(track, item)
        self._planner.place(item)

    async def _ask(self, track: Track, index: TrackIndex) -> Item:
        """Ask the target's catalogue, unless there is a reason not to."""
        if item := self._not_asked(track):
            return item
        try:
            verdict = await look_up(track, self._desk.catalogue, self._desk.isrc_search)
            item = await asyncio.to_thread(self._memory.judge_again, track, verdict, index)
        except ServiceError as error:
            return self._could_not_ask(track, error)
        except Exception:
            _LOGGER.exception("The search for %s goes wrong", track.id)
            return failed(track, "search_failed")
        self._failures = 0
        self._fresh.append((track.id, verdict))
        if len(self._fresh) >= REMEMBER_EVERY:
            await self._keep()
        return item

    def _not_asked(self, track: Track) -> Item | None:
        """Return the item for a like that need not, or must not, be searched any more."""
        if self._desk.is_stopped():
            return skipped(track, "cancelled")
        if self._planner.is_full:
            return skipped(track, "limit")
        return _prevented(track, self.error) if self.error else None

    def _could_not_ask(self, track: Track, error: ServiceError) -> Item:
        """Return the item for a search that failed; what would fail again ends the searching.

        What is wrong with this one track says nothing about the others.
        """
        if isinstance(error, Rejected | NotFound):
            return failed(track, "search_failed")
        self._failures += 1
        if isinstance(error, MustWait | SignInNeeded | AccessDenied) or self._failures >= FAILURES_IN_A_ROW:
            self.error = error
        return _prevented(track, error)

    def _learn(self, track: Track, held: Item) -> None:
        """Keep that the target holds a track: the pair need not be found out again, nor the track be looked for."""
        verdict = Verdict(
            decision=Decision.MATCH, reason=held.reason, score=held.score, track=held.target, candidate=None
        )
        self._fresh.append((track.id, verdict))

    async def _keep(self) -> None:
        """Keep the verdicts so far: a search that was paid for is not paid for again."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            await self._desk.keep(fresh)


def _prevented(track: Track, error: ServiceError) -> Item:
    """Return the item for a like whose search an error prevents."""
    if isinstance(error, MustWait):
        return skipped(track, "budget" if isinstance(error, BudgetSpent) else "rate_limited")
    return failed(track, "search_failed")
