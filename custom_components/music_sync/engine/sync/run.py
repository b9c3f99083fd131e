"""A run from its start to its report."""

from collections.abc import Callable
from dataclasses import asdict
import logging
import sqlite3
import time
from typing import Any

from ..errors import AccessDenied, BudgetSpent, MustWait, RateLimited, ServiceError, SignInNeeded
from ..library import Library, journal, mirror, runs, tracks
from ..library.runs import Run
from ..outcomes import Item, Outcome, Status
from ..providers.capabilities import ReadsFavorites
from . import report
from .account import Account
from .favorites import FavoritesRequest, Result, SourceEmpty, Stop, Surroundings, TakesLikes, sync_favorites
from .schedule import SOURCE_EMPTY

_LOGGER = logging.getLogger(__name__)

INTERRUPTED = "interrupted"

_ERRORS: dict[type[Exception], str] = {
    SignInNeeded: "sign_in_needed",
    AccessDenied: "access_denied",
    RateLimited: "rate_limited",
    BudgetSpent: "budget_spent",
    SourceEmpty: SOURCE_EMPTY,
    ServiceError: "service_failed",
}


async def carry_out(
    run: Run, source: Account[ReadsFavorites], target: Account[TakesLikes], around: Surroundings
) -> tuple[dict[str, Any], Exception | None]:
    """Carry out a run that is in the library file, keep its report there, and return it without items.

    Also returns what kept the run from going on, if anything did; nothing is raised but a cancellation, which leaves
    the run as it is, to be taken up by `recover`.
    """
    library = around.library
    started_at = time.time()
    await library.run(runs.begin, run.id)
    result = Result()
    error: Exception | None
    try:
        result = await _SYNCS[run.content](run, source, target, around)
        error = result.error
    except SourceEmpty as empty:
        error = empty
    except Exception as unexpected:
        _LOGGER.exception("Run %s failed", run.id)
        error = unexpected
    if result.source_version is not None:
        await library.run(runs.saw, run.id, result.source_version)
    elif result.status is Status.CANCELLED or isinstance(error, SourceEmpty):
        await _pass_over(run, library)
    told = report.header(
        run_id=run.id,
        status=result.status,
        dry_run=bool(run.request["dry_run"]),
        source=_describe(source),
        target=_describe(target),
        content=run.content,
        started_at=started_at,
        finished_at=time.time(),
        items=result.items,
        source_age=result.source_age,
        error=error_key(error) if error else INTERRUPTED if _is_interrupted(result, around) else None,
        waits_until=error.until if isinstance(error, MustWait) else None,
    )
    await library.run(runs.finish, run.id, result.status, told, result.items)
    return told, error


async def call_off(run: Run, source: Account[Any], target: Account[Any], library: Library, by: Stop) -> dict[str, Any]:
    """Close the books on a run that was stopped before it began, and return its report without items."""
    now = time.time()
    status, error = (Status.CANCELLED, None) if by is Stop.PERSON else (Status.PARTIAL, INTERRUPTED)
    told = report.header(
        run_id=run.id,
        status=status,
        dry_run=bool(run.request["dry_run"]),
        source=_describe(source),
        target=_describe(target),
        content=run.content,
        started_at=now,
        finished_at=now,
        items=[],
        error=error,
    )
    if by is Stop.PERSON:
        await _pass_over(run, library)
    await library.run(runs.finish, run.id, status, told, [])
    return told


async def _pass_over(run: Run, library: Library) -> None:
    """Let a run that did nothing count as having seen the source as it is: only a further change starts one."""
    held = await library.run(mirror.get, run.source)
    await library.run(runs.saw, run.id, held.version)


async def recover(target: Account[Any], library: Library, describe: Callable[[str], dict[str, str]]) -> None:
    """Close the books on runs that a stop of Home Assistant interrupted; the next run settles what was in flight.

    `describe` gives the source of a run, by its id, in the report's shape.
    """
    for run in await library.run(runs.interrupted, target.id):
        items = await library.run(_journalled, run)
        told = report.header(
            run_id=run.id,
            status=Status.PARTIAL,
            dry_run=bool(run.request["dry_run"]),
            source={"entry_id": run.source, "title": "", "kind": ""} | describe(run.source),
            target=_describe(target),
            content=run.content,
            started_at=run.queued_at,
            finished_at=time.time(),
            items=items,
            error=INTERRUPTED,
        )
        await library.run(runs.finish, run.id, Status.PARTIAL, told, items)


_FATES = {
    "done": (Outcome.ADDED, "paired"),
    "sent": (Outcome.FAILED, "not_verified"),
    "failed": (Outcome.FAILED, "write_failed"),
    "planned": (Outcome.SKIPPED, "cancelled"),
}


def _journalled(connection: sqlite3.Connection, run: Run) -> list[Item]:
    """Return what the journal knows of the rows that an interrupted run had planned to write."""
    operations = journal.of_run(connection, run.id)
    ours = tracks.load(connection, run.source, [one.source_track for one, _ in operations])
    theirs = tracks.load(connection, run.target, [one.track for one, _ in operations])
    items = []
    for one, state in operations:
        outcome, reason = _FATES[state]
        source = ours.get(one.source_track, tracks.bare(one.source_track))
        target = theirs.get(one.track, tracks.bare(one.track))
        is_there = outcome is Outcome.ADDED
        items.append(
            Item(
                outcome=outcome,
                reason=reason,
                source=source,
                target=target if is_there else None,
                candidate=None if is_there else target,
            )
        )
    return items


def _is_interrupted(result: Result, around: Surroundings) -> bool:
    """Tell whether a run left something out because Home Assistant wanted it to stop."""
    cut_short = not result.items or any(item.reason == "cancelled" for item in result.items)
    return cut_short and around.stopped_by() is Stop.HOME_ASSISTANT


def error_key(error: Exception) -> str:
    """Return the key of the text that tells people of an error."""
    return next((key for expected, key in _ERRORS.items() if isinstance(error, expected)), "unexpected")


def as_stored(request: FavoritesRequest) -> dict[str, Any]:
    """Return a request as the library file keeps it."""
    return asdict(request)


async def _sync_favorites(
    run: Run, source: Account[ReadsFavorites], target: Account[TakesLikes], around: Surroundings
) -> Result:
    """Carry out a sync of likes as it was asked for."""
    asked = dict(run.request)
    request = FavoritesRequest(artist_whitelist=tuple(asked.pop("artist_whitelist")), **asked)
    return await sync_favorites(run.id, request, source, target, around)


_SYNCS = {FavoritesRequest.content: _sync_favorites}
"""How each content is synced."""


def _describe(account: Account[Any]) -> dict[str, str]:
    """Return an account in the report's shape."""
    return {"entry_id": account.id, "title": account.title, "kind": account.kind}
