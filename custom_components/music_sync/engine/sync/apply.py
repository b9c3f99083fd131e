"""Writes a plan to its target: journal first, then the service, then the journal again."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import batched
import time

from ..errors import BudgetSpent, MustWait, NotFound, Rejected, ServiceError, Unreachable
from ..library import Library, journal
from ..library.journal import Operation
from ..outcomes import Outcome
from ..providers.capabilities import WritesFavorites

LOOKS = (0.0, 1.0, 2.0, 4.0, 4.0, 4.0)
"""Seconds to wait before each look for what was written: services take a moment to show it."""

REFUSALS = 10
"""Tracks refused one by one, with none taken, after which no more are sent."""

type Instead = tuple[Outcome, str]


@dataclass(slots=True)
class Applied:
    """What came of a plan's operations: `instead` holds, by position, those that did not simply succeed.

    `written` counts those that the target carried out, `error` is what ended the writing early.
    """

    instead: dict[int, Instead] = field(default_factory=dict)
    written: int = 0
    error: ServiceError | None = None


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

    What the target holds already when the writing begins is a person's and is not sent; what it holds after being sent
    is ours. `report` is told how many operations are behind and how many of them failed. Errors of the service end the
    writing; they are in the result, never raised.
    """
    writing = _Writing(run, provider, library, is_stopped)
    rest: Instead = (Outcome.SKIPPED, "cancelled")
    try:
        await writing.write(operations, report)
    except ServiceError as error:
        writing.applied.error = error
        rest = _why(error)
    await writing.verify()
    return writing.close(operations, rest)


class _Writing:
    """One run's writing: what of it has landed, what was refused, and what became of the rest."""

    def __init__(self, run: str, provider: WritesFavorites, library: Library, is_stopped: Callable[[], bool]) -> None:
        """Start with nothing written."""
        self.applied = Applied()
        self._run = run
        self._provider = provider
        self._library = library
        self._is_stopped = is_stopped
        self._landed: dict[int, Operation] = {}
        self._refused: list[Operation] = []

    async def write(self, operations: Sequence[Operation], report: Callable[[int, int], None]) -> None:
        """Send operations until they are behind or the run is stopped. Raises what of the service ends the writing."""
        held = await self._provider.favorite_ids()
        for operation in operations:
            if operation.claims and operation.track in held:
                self.applied.instead[operation.position] = (Outcome.ALREADY_PRESENT, "")
        wanted = [one for one in operations if one.position not in self.applied.instead]
        await self._library.run(journal.plan, self._run, wanted)
        behind = len(operations) - len(wanted)
        for batch in batched(wanted, self._provider.favorites_per_write, strict=False):
            if self._is_stopped():
                return
            await self._library.run(journal.sent, self._run, batch, time.time())
            await self._send(batch)
            behind += len(batch)
            report(behind, len(self._refused))

    async def verify(self) -> None:
        """Look until the target shows what has landed; what it never shows is left in flight for the next run.

        What was refused but shows is there after all. Where the target cannot be asked, its word has to do.
        """
        missing = list(self._landed.values())
        for pause in LOOKS:
            if not (missing or self._refused) or self._is_stopped():
                return
            await asyncio.sleep(pause)
            try:
                present = await self._provider.favorite_ids()
            except ServiceError:
                return
            missing = [one for one in missing if one.track not in present]
            await self._land(one for one in self._refused if one.track in present)
            self._refused = [one for one in self._refused if one.track not in present]
            if not missing:
                return
        await self._library.run(journal.doubt, self._run, missing)
        for operation in missing:
            del self._landed[operation.position]
            self.applied.instead[operation.position] = (Outcome.FAILED, "not_verified")

    def close(self, operations: Sequence[Operation], rest: Instead) -> Applied:
        """Say what became of each operation; `rest` is for those that nothing else is known of."""
        instead = self.applied.instead
        instead |= dict.fromkeys((one.position for one in self._refused), (Outcome.FAILED, "rejected"))
        for operation in operations:
            if operation.position not in self._landed:
                instead.setdefault(operation.position, rest)
        self.applied.written = len(self._landed)
        return self.applied

    async def _send(self, batch: Sequence[Operation]) -> None:
        """Send a batch that the journal has as sent. Raises what ends the writing; what is in doubt stays in flight."""
        try:
            await self._add(batch)
        except Unreachable:
            left = await self._missing(batch)
            if left:
                await self._send_again(left)
        except Rejected, NotFound:
            await self._sort_out(batch)
        except ServiceError:
            await self._library.run(journal.failed, self._run, batch)
            raise

    async def _send_again(self, batch: Sequence[Operation]) -> None:
        """Send what a reply that got lost left out; nothing that goes wrong now tells what came of the first time."""
        try:
            await self._add(batch)
        except Rejected, NotFound:
            await self._sort_out(batch)

    async def _sort_out(self, batch: Sequence[Operation]) -> None:
        """Find out what of a refused batch is refused: part of it may be in, and the rest is sent in halves."""
        left = await self._missing(batch)
        if len(left) < len(batch):
            if left:
                await self._send(left)
        elif len(batch) == 1:
            self._refused += batch
            await self._library.run(journal.failed, self._run, batch)
            if len(self._refused) >= REFUSALS and not self._landed:
                raise Rejected("The target takes nothing")
        else:
            middle = len(batch) // 2
            await self._send(batch[:middle])
            await self._send(batch[middle:])

    async def _missing(self, batch: Sequence[Operation]) -> Sequence[Operation]:
        """Enter what of a batch the target holds now, and return the rest."""
        present = await self._provider.favorite_ids()
        await self._land(one for one in batch if one.track in present)
        return [one for one in batch if one.track not in present]

    async def _add(self, batch: Sequence[Operation]) -> None:
        """Send a batch in one request, and enter it where that succeeds."""
        await self._provider.add_favorites([one.track for one in batch])
        await self._land(batch)

    async def _land(self, operations: Iterable[Operation]) -> None:
        """Enter operations that were carried out."""
        if landed := list(operations):
            await self._library.run(journal.done, self._run, landed, time.time())
            self._landed |= {one.position: one for one in landed}


def _why(error: ServiceError) -> Instead:
    """Return what an error makes of the operations that it stopped."""
    if isinstance(error, BudgetSpent):
        return Outcome.SKIPPED, "budget"
    if isinstance(error, MustWait):
        return Outcome.SKIPPED, "rate_limited"
    return Outcome.FAILED, "write_failed"
