"""Brings what a person likes on one service to another: read, match, plan, apply."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import batched
import time
from typing import Protocol

from ..errors import AccessDenied, BudgetSpent, MustWait, ServiceError, SignInNeeded, Unreachable
from ..library import Library, matches, mirror
from ..library.journal import Operation
from ..library.mirror import Mirror
from ..matching import TrackIndex, Verdict
from ..model import Like, Track
from ..outcomes import Item, Outcome, Status
from ..providers.capabilities import ReadsFavorites, SearchesTracks, WritesFavorites
from . import report
from .account import Account
from .apply import apply_additions, settle
from .lookup import IsrcSearch, look_up
from .plan import Memory, Planner, failed, skipped
from .progress import Observer, Progress, Step
from .source import refresh_source
from .target import refresh_target

SLICE = 500
REMEMBER_EVERY = 25
FAILURES_IN_A_ROW = 5


class TakesLikes(WritesFavorites, SearchesTracks, Protocol):
    """What a target of likes must be able to do."""


class Stop(StrEnum):
    """Who wants a run to stop."""

    PERSON = "person"
    HOME_ASSISTANT = "home_assistant"


class SourceEmpty(Exception):
    """The source has nothing that could be synced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FavoritesRequest:
    """What is asked of a sync of likes, as in the action of that name."""

    dry_run: bool = False
    limit: int | None = None
    min_score: float = 70
    skip_existing: bool = True
    first_artist_only: bool = False
    artist_whitelist: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What a run works with: the library file, whom to tell how far it is, and who wants it to stop, if anyone."""

    library: Library
    tell: Observer
    stopped_by: Callable[[], Stop | None]
    isrc_search: IsrcSearch


@dataclass(slots=True, kw_only=True)
class Result:
    """How a run ended.

    `error` is what kept it from going on; `source_age` (seconds) says that the source's mirror served, and how old it
    was.
    """

    status: Status = Status.FAILED
    items: list[Item] = field(default_factory=list)
    source_version: int | None = None
    source_age: int | None = None
    error: ServiceError | None = None


async def sync_favorites(
    run: str,
    request: FavoritesRequest,
    source: Account[ReadsFavorites],
    target: Account[TakesLikes],
    around: Surroundings,
) -> Result:
    """Carry out one run. Raises SourceEmpty before anything is written; errors of the services are in the result."""
    result = Result()
    around.tell(Progress(step=Step.READING))
    try:
        seen = await _see_source(source, around.library, result)
        likes = await around.library.run(mirror.likes, source.id)
        if not likes:
            raise SourceEmpty
        await settle(target.id, target.provider, around.library)
        await refresh_target(target, around.library)
    except ServiceError as error:
        result.error = error
        return result
    result.source_version = seen.version
    present = {track for track, _ in await around.library.run(mirror.head, target.id, None)}
    search = _Search(request, source, target, around, present)
    result.items = await search.plan([_as_asked(like, request) for like in likes])
    result.error = search.error
    written = 0
    if not request.dry_run:
        written = await _write(run, request, result, target, around)
    result.status = report.judge(result.items)
    if around.stopped_by() is Stop.PERSON and any(item.reason == "cancelled" for item in result.items):
        result.status = Status.CANCELLED
    elif isinstance(result.error, SignInNeeded) and not written:
        result.status = Status.FAILED
    return result


async def _see_source(source: Account[ReadsFavorites], library: Library, result: Result) -> Mirror:
    """Refresh the source; where it does not answer or may not be asked, its mirror serves."""
    try:
        return await refresh_source(source, library)
    except Unreachable, MustWait:
        held = await library.run(mirror.get, source.id)
        if not held.complete:
            raise
        result.source_age = round(time.time() - held.checked_at)
        return held


class _Search:
    """Settles each like in turn: from memory, else by asking the target's catalogue."""

    def __init__(
        self,
        request: FavoritesRequest,
        source: Account[ReadsFavorites],
        target: Account[TakesLikes],
        around: Surroundings,
        present: set[str],
    ) -> None:
        """Take what the search works with."""
        self.error: ServiceError | None = None
        self._request = request
        self._source = source
        self._target = target
        self._around = around
        self._present = present
        self._planner = Planner(present, request.limit)
        self._fresh: list[tuple[str, Verdict]] = []
        self._failures = 0

    async def plan(self, likes: Sequence[Like]) -> list[Item]:
        """Return an item for each like, oldest first."""
        memory = await self._remember()
        recalled: list[Item | None] = []
        for some in batched(likes, SLICE, strict=False):
            recalled += await asyncio.to_thread(memory.recall_all, some)
        try:
            for done, (like, item) in enumerate(zip(likes, recalled, strict=True)):
                if item:
                    self._planner.place(item)
                else:
                    self._tell(like.track, done, len(likes))
                    self._planner.place(await self._search(like.track, memory))
        finally:
            await self._keep()
        return self._planner.items

    async def _search(self, track: Track, memory: Memory) -> Item:
        """Ask the target's catalogue, unless there is a reason not to."""
        if item := self._not_asked(track):
            return item
        try:
            verdict = await look_up(track, self._target.provider, self._around.isrc_search)
        except ServiceError as error:
            return self._could_not_ask(track, error)
        self._failures = 0
        self._fresh.append((track.id, verdict))
        if len(self._fresh) >= REMEMBER_EVERY:
            await self._keep()
        return memory.judge_again(track, verdict)

    def _not_asked(self, track: Track) -> Item | None:
        """Return the item for a like that need not, or must not, be searched any more."""
        if self._around.stopped_by():
            return skipped(track, "cancelled")
        if self._planner.is_full:
            return skipped(track, "limit")
        return self._stopped_by(self.error, track) if self.error else None

    def _could_not_ask(self, track: Track, error: ServiceError) -> Item:
        """Return the item for a search that failed; what would fail again ends the searching."""
        self._failures += 1
        if isinstance(error, MustWait | SignInNeeded | AccessDenied) or self._failures >= FAILURES_IN_A_ROW:
            self.error = error
        return self._stopped_by(error, track)

    @staticmethod
    def _stopped_by(error: ServiceError, track: Track) -> Item:
        """Return the item for a like whose search an error prevents."""
        if isinstance(error, MustWait):
            return skipped(track, "budget" if isinstance(error, BudgetSpent) else "rate_limited")
        return failed(track, "search_failed")

    async def _remember(self) -> Memory:
        """Collect what is known before anything is asked."""
        library, source, target = self._around.library, self._source.id, self._target.id
        held = await library.run(mirror.likes, target)
        return Memory(
            held=await asyncio.to_thread(TrackIndex, [like.track for like in held]),
            present=self._present,
            remembered=await library.run(matches.load, source, target),
            pins=await library.run(matches.pins, source, target),
            min_score=self._request.min_score,
            now=time.time(),
            search_again=not self._request.skip_existing,
        )

    async def _keep(self) -> None:
        """Keep the verdicts so far: a search that was paid for is not paid for again."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            await self._around.library.run(matches.remember, self._source.id, self._target.id, fresh, time.time())

    def _tell(self, track: Track, done: int, total: int) -> None:
        """Say which track is in hand."""
        outcomes = self._planner.outcomes
        self._around.tell(
            Progress(
                step=Step.MATCHING,
                current=f"{track.title} ({', '.join(track.artists)})",
                done=done,
                total=total,
                matched=outcomes[Outcome.ADDED] + outcomes[Outcome.ALREADY_PRESENT],
                failed=outcomes[Outcome.FAILED],
            )
        )


async def _write(
    run: str, request: FavoritesRequest, result: Result, target: Account[TakesLikes], around: Surroundings
) -> int:
    """Write what the plan adds, put what came of it into the items, and return how many were written."""
    sent_again = () if request.skip_existing else (Outcome.ALREADY_PRESENT,)
    operations = [
        Operation(
            position=position, track=item.target.id, source_track=item.source.id, claims=item.outcome is Outcome.ADDED
        )
        for position, item in enumerate(result.items)
        if item.target and item.outcome in {Outcome.ADDED, *sent_again}
    ]
    if not operations:
        return 0

    def tell(done: int, wrong: int) -> None:
        """Tell how much is written."""
        around.tell(Progress(step=Step.WRITING, done=done, total=len(operations), matched=done - wrong, failed=wrong))

    tell(0, 0)
    applied = await apply_additions(
        run,
        operations,
        target.provider,
        around.library,
        is_stopped=lambda: around.stopped_by() is not None,
        report=tell,
    )
    result.error = applied.error or result.error
    for position, (outcome, reason) in applied.instead.items():
        item = result.items[position]
        if item.outcome is Outcome.ADDED:
            result.items[position] = replace(
                item,
                outcome=outcome,
                reason=reason or item.reason,
                target=item.target if outcome is Outcome.ALREADY_PRESENT else None,
                candidate=None if outcome is Outcome.ALREADY_PRESENT else item.target,
            )
    await _remember_writes(operations, applied.instead, result, target, around.library)
    return applied.written


async def _remember_writes(
    operations: Sequence[Operation],
    instead: dict[int, tuple[Outcome, str]],
    result: Result,
    target: Account[TakesLikes],
    library: Library,
) -> None:
    """Put what was written into the target's mirror, and forget pairs that the target would not take."""
    arrived = [
        item.target
        for operation in operations
        if operation.claims and (item := result.items[operation.position]).outcome is Outcome.ADDED and item.target
    ]
    await library.run(mirror.wrote, target.id, arrived, int(time.time()))
    refused = [
        operation.track
        for operation in operations
        if instead.get(operation.position) in {(Outcome.FAILED, "rejected"), (Outcome.FAILED, "not_verified")}
    ]
    await library.run(matches.forget, target.id, refused)


def _as_asked(like: Like, request: FavoritesRequest) -> Like:
    """Return a like with its first artist alone where that is asked; names on the whitelist are never split."""
    artists = like.track.artists
    if not request.first_artist_only or len(artists) < 2 or set(artists) & set(request.artist_whitelist):  # noqa: PLR2004
        return like
    return replace(like, track=replace(like.track, artists=artists[:1]))
