"""Brings what a person likes on one service to another: read, match, plan, apply."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
import time
from typing import ClassVar, Protocol

from ..errors import MustWait, ServiceError, SignInNeeded, Unreachable
from ..library import Library, journal, matches, mirror
from ..library.journal import Operation
from ..library.mirror import Mirror
from ..model import Like, Page, Track
from ..outcomes import Item, Outcome, Status
from ..providers.capabilities import ReadsFavorites, SearchesTracks, WritesFavorites
from . import report
from .account import Account
from .apply import Instead, apply_additions
from .lookup import IsrcSearch
from .plan import REJECTED, Memory, Planner, refused
from .progress import Observer, Progress, Step
from .search import Desk, Search
from .source import refresh_source
from .target import refresh_target


class TakesLikes(WritesFavorites, SearchesTracks, Protocol):
    """What a target of likes must be able to do."""


class Stop(StrEnum):
    """Who wants a run to stop."""

    PERSON = "person"
    HOME_ASSISTANT = "home_assistant"


class Stopped(Exception):
    """A run is to stop before it has a plan."""


class SourceEmpty(Exception):
    """The source has nothing that could be synced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FavoritesRequest:
    """What is asked of a sync of likes, as in the action of that name."""

    content: ClassVar = mirror.FAVORITES

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
        seen = await _see_source(replace(source, provider=_UntilStopped(source.provider, around)), around, result)
        likes = await around.library.run(mirror.likes, source.id)
        if not likes:
            raise SourceEmpty
        await refresh_target(target, around.library)
        await around.library.run(journal.settle, target.id, time.time())
    except ServiceError as error:
        result.error = error
        return result
    except Stopped:
        result.status = Status.CANCELLED if around.stopped_by() is Stop.PERSON else Status.PARTIAL
        return result
    result.source_version = seen.version
    memory = await _remember(source.id, target.id, request, around.library)
    planner = Planner(memory.present, request.limit, sends_again=not request.skip_existing)
    asked = await asyncio.to_thread(_as_asked, likes, request)
    result.error = await _match(asked, memory, planner, source=source.id, target=target, around=around)
    result.items = planner.items
    written = 0
    if not request.dry_run:
        written = await _write(run, planner, result, source=source.id, target=target, around=around)
    result.status = await asyncio.to_thread(report.judge, result.items)
    if around.stopped_by() is Stop.PERSON and any(item.reason == "cancelled" for item in result.items):
        result.status = Status.CANCELLED
    elif isinstance(result.error, SignInNeeded) and not written:
        result.status = Status.FAILED
    elif result.error:
        result.status = Status.PARTIAL
    return result


class _UntilStopped:
    """A source that is read until somebody wants the run to stop."""

    def __init__(self, provider: ReadsFavorites, around: Surroundings) -> None:
        """Take the provider that really reads."""
        self.favorites_page_size = provider.favorites_page_size
        self._provider = provider
        self._around = around

    async def favorites_page(self, offset: int) -> Page[Like]:
        """Read a page. Raises Stopped."""
        if self._around.stopped_by():
            raise Stopped
        return await self._provider.favorites_page(offset)


async def _see_source(source: Account[ReadsFavorites], around: Surroundings, result: Result) -> Mirror:
    """Refresh the source; where it does not answer or may not be asked, its mirror serves."""
    try:
        return await refresh_source(source, around.library)
    except Unreachable, MustWait:
        held = await around.library.run(mirror.get, source.id)
        if not held.complete:
            raise
        result.source_age = max(0, round(time.time() - held.checked_at))
        return held


async def _remember(source: str, target: str, request: FavoritesRequest, library: Library) -> Memory:
    """Collect what is known before anything is asked."""
    held = await library.run(mirror.likes, target)
    return Memory(
        held=held,
        present=frozenset(like.track.id for like in held),
        remembered=await library.run(matches.load, source, target),
        pins=await library.run(matches.pins, source, target),
        min_score=request.min_score,
        now=time.time(),
        search_again=not request.skip_existing,
    )


async def _match(
    likes: Sequence[Like],
    memory: Memory,
    planner: Planner,
    *,
    source: str,
    target: Account[TakesLikes],
    around: Surroundings,
) -> ServiceError | None:
    """Fill the plan from memory and the target's catalogue, and return what ended that early."""

    def tell(track: Track, done: int) -> None:
        """Say which track is in hand."""
        around.tell(
            Progress(
                step=Step.MATCHING,
                current=f"{track.title} ({', '.join(track.artists)})",
                done=done,
                total=len(likes),
                matched=planner.outcomes[Outcome.ADDED] + planner.outcomes[Outcome.ALREADY_PRESENT],
                failed=planner.outcomes[Outcome.FAILED],
            )
        )

    desk = Desk(
        catalogue=target.provider,
        isrc_search=around.isrc_search,
        keep=lambda fresh: around.library.run(matches.remember, source, target.id, fresh, time.time()),
        tell=tell,
        is_stopped=lambda: around.stopped_by() is not None,
    )
    search = Search(desk, memory, planner)
    await search.settle(likes)
    return search.error


async def _write(
    run: str, planner: Planner, result: Result, *, source: str, target: Account[TakesLikes], around: Surroundings
) -> int:
    """Write what the plan adds, put what came of it into the items, and return how many were written."""
    operations = [
        Operation(
            position=position, track=item.target.id, source_track=item.source.id, claims=item.outcome is Outcome.ADDED
        )
        for position in planner.to_write
        if (item := planner.items[position]).target
    ]
    if not operations:
        return 0

    def tell(done: int, wrong: int) -> None:
        """Say how far the writing is."""
        around.tell(Progress(step=Step.WRITING, done=done, total=len(operations), matched=done - wrong, failed=wrong))

    if not around.stopped_by():
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
    claimed = [operation for operation in operations if operation.claims]
    fates = {one.track: applied.instead[one.position] for one in claimed if one.position in applied.instead}
    result.items = await asyncio.to_thread(_as_it_came, result.items, fates)
    arrived = [track for one in claimed if one.track not in fates and (track := result.items[one.position].target)]
    await around.library.run(mirror.wrote, target.id, arrived, int(time.time()))
    lost = [track for track, (_, reason) in fates.items() if reason in {REJECTED, "not_verified"}]
    await around.library.run(matches.forget, target.id, lost)
    left_alone = [
        (one.source_track, refused(result.items[one.position].candidate))
        for one in claimed
        if fates.get(one.track) == (Outcome.FAILED, REJECTED)
    ]
    await around.library.run(matches.remember, source, target.id, left_alone, time.time())
    return applied.written


def _as_it_came(items: Sequence[Item], fates: dict[str, Instead]) -> list[Item]:
    """Return items with what became of the tracks that were to be added, for every row that was to share one."""
    return [_met(item, *fates[item.target.id]) if item.target and item.target.id in fates else item for item in items]


def _met(item: Item, outcome: Outcome, reason: str) -> Item:
    """Return an item with the outcome that its track has met."""
    if outcome is Outcome.ALREADY_PRESENT:
        return replace(item, outcome=outcome)
    return replace(item, outcome=outcome, reason=reason, target=None, candidate=item.target)


def _as_asked(likes: Sequence[Like], request: FavoritesRequest) -> Sequence[Like]:
    """Return likes with their first artist alone where that is asked; names on the whitelist are never split."""
    if not request.first_artist_only:
        return likes
    never_split = frozenset(request.artist_whitelist)
    return [
        like
        if never_split.intersection(like.track.artists)
        else replace(like, track=replace(like.track, artists=like.track.artists[:1]))
        for like in likes
    ]
