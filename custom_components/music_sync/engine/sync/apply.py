"""Writes a plan to its target: journal first, then the service, then the journal again."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import batched
import time

from ..errors import BudgetSpent, MustWait, Rejected, ServiceError, Unreachable
from ..library import Library, journal
from ..library.journal import Operation
from ..outcomes import Outcome
from ..providers.capabilities import WritesFavorites

LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait before each look for what was written: services take a moment to show it."""

type Instead = tuple[Outcome, str]


@dataclass(slots=True)
class Applied:
    """What came of a plan's operations: `instead` holds, by position, those that did not simply succeed."""

    instead: dict[int, Instead] = field(default_factory=dict)
    written: int = 0
    error: ServiceError | None = None


async def settle(target: str, provider: WritesFavorites, library: Library) -> None:
    """Decide what an interrupted run left in flight, by what the target holds. Raises the errors of the service."""
    if in_flight := await library.run(journal.unsettled, target):
        present = await provider.favorite_ids()
        await library.run(journal.settle, in_flight, present, time.time())


async def apply_additions(
    run: str,
    operations: Sequence[Operation],
    provider: WritesFavorites,
    library: Library,
    *,
    is_stopped: Callable[[], bool],
    report: Callable[[int, int], None],
) -> Applied:
    """Send additions in batches, oldest like first, and look whether they arrived.

    `report` is told how many operations are behind and how many of them failed. Errors of the service end the writing;
    they are in the result, never raised.
    """
    applied = Applied()
    landed: list[Operation] = []
    await library.run(journal.plan, run, operations)
    behind = 0
    for batch in batched(operations, provider.favorites_per_write, strict=False):
        if is_stopped():
            _give_up(applied, operations[behind:], (Outcome.SKIPPED, "cancelled"))
            break
        await library.run(journal.sent, run, batch)
        arrived: list[Operation] = []
        try:
            await _send(batch, provider, applied, arrived)
        except ServiceError as error:
            applied.error = error
        await library.run(journal.done, run, arrived, time.time())
        landed += arrived
        # What had no answer stays in flight: the next run asks the target about it.
        if not isinstance(applied.error, Unreachable):
            await library.run(journal.failed, run, [one for one in batch if one not in arrived])
        if applied.error:
            rest = [one for one in operations[behind:] if one not in arrived]
            _give_up(applied, rest, _why(applied.error))
            break
        behind += len(batch)
        report(behind, len(applied.instead))
    applied.written = len(landed)
    for operation in await _missing(landed, provider):
        applied.instead[operation.position] = (Outcome.FAILED, "not_verified")
    return applied


async def _send(
    batch: Sequence[Operation], provider: WritesFavorites, applied: Applied, arrived: list[Operation]
) -> None:
    """Send a batch and enter in `arrived` what of it was carried out; what a refusal leaves is sent one by one."""
    try:
        await provider.add_favorites([one.track for one in batch])
    except Unreachable:
        present = await provider.favorite_ids()
        arrived += [one for one in batch if one.track in present]
        if left := [one for one in batch if one.track not in present]:
            await provider.add_favorites([one.track for one in left])
            arrived += left
    except Rejected:
        await _send_singly(batch, provider, applied, arrived)
    else:
        arrived += batch


async def _send_singly(
    batch: Sequence[Operation], provider: WritesFavorites, applied: Applied, arrived: list[Operation]
) -> None:
    """Send what a refused batch left out, one by one.

    What turns out to be there cannot be told from what the person added meanwhile: it does not become ours.
    """
    present = await provider.favorite_ids()
    for operation in batch:
        if operation.track in present:
            applied.instead[operation.position] = (Outcome.ALREADY_PRESENT, "")
            continue
        try:
            await provider.add_favorites([operation.track])
        except Rejected:
            applied.instead[operation.position] = (Outcome.FAILED, "rejected")
        else:
            arrived.append(operation)


async def _missing(landed: Collection[Operation], provider: WritesFavorites) -> Collection[Operation]:
    """Return what the target does not show after a while; nothing where it cannot be asked."""
    missing = landed
    for pause in LOOKS:
        if not missing:
            break
        await asyncio.sleep(pause)
        try:
            present = await provider.favorite_ids()
        except ServiceError:
            return ()
        missing = [one for one in missing if one.track not in present]
    return missing


def _give_up(applied: Applied, rest: Sequence[Operation], instead: Instead) -> None:
    """Say what became of operations that are not sent."""
    applied.instead |= {one.position: instead for one in rest if one.position not in applied.instead}


def _why(error: ServiceError) -> Instead:
    """Return what an error makes of the operations that it stopped."""
    if isinstance(error, BudgetSpent):
        return Outcome.SKIPPED, "budget"
    if isinstance(error, MustWait):
        return Outcome.SKIPPED, "rate_limited"
    return Outcome.FAILED, "write_failed"
