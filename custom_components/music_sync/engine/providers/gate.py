"""The rate gate of an account: one request at a time, never too early, never too many a day."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
import time
from typing import Final

from ..errors import BudgetSpent, RateLimited, Unreachable
from ..model import GateState

_DAY: Final = 86_400
_SHORTEST_BLOCK: Final = 1.0
_LONGEST_BLOCK: Final = 30.0 * _DAY
_DEFAULT_BLOCK: Final = 30.0
_LONGEST_DEFAULT_BLOCK: Final = 900.0
_SHORTEST_SLEEP: Final = 0.001
_REPEATS_WHEN_LIMITED: Final = 3
_PAUSES_WHEN_UNREACHABLE: Final = (1.0, 3.0)
_JUMP: Final = 1.0


class RateGate:
    """Lets the requests of one account pass one by one.

    `minimum_delay` (seconds, from the start of one request to the start of the next) and `daily_budget` (counted
    requests a UTC day) are read at each use. A block of at most `patience` seconds is waited out.
    `changed` is called, in the event loop, after every change of state: it must be quick.
    `clock` gives Unix seconds and may jump; `steady` never goes back, and is `clock` itself where only that is given.
    `sleep` must let both clocks pass.
    """

    def __init__(
        self,
        *,
        minimum_delay: Callable[[], float],
        daily_budget: Callable[[], int],
        state: GateState | None = None,
        changed: Callable[[GateState], None] | None = None,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = 60.0,
    ) -> None:
        """Take up where `state` left off, or start with nothing counted."""
        self._minimum_delay = minimum_delay
        self._daily_budget = daily_budget
        self._state = state or GateState()
        self._changed = changed
        self._clock = clock
        self._steady = steady or (time.monotonic if clock is time.time else clock)
        self._sleep = sleep
        self._patience = patience
        self._lock = asyncio.Lock()
        self._started: float | None = None
        self._lifts: float | None = None

    @property
    def state(self) -> GateState:
        """What to keep over a restart."""
        return self._state

    @property
    def blocked_until(self) -> float:
        """When the block lifts, in Unix seconds; 0 where there is none."""
        left = self._block_left()
        return self._clock() + left if left > 0 else 0.0

    @property
    def remaining_today(self) -> int:
        """How many counted requests the budget still has until the next UTC midnight."""
        used = self._state.used if self._state.day == self._today() else 0
        return max(0, self._daily_budget() - used)

    @asynccontextmanager
    async def turn(self, *, counted: bool = True) -> AsyncGenerator[None]:
        """Wait for this account's turn and hold it for one request.

        Raises, before anything is sent, RateLimited where a block is longer than the patience, and BudgetSpent where
        a `counted` request would exceed the day's budget. A request counts from the moment its turn begins.
        """
        async with self._lock:
            self._follow_clock()
            while (pause := self._pause(counted=counted)) > 0:
                await self._sleep(max(pause, _SHORTEST_SLEEP))
            self._started = self._steady()
            if counted:
                today = self._today()
                used = self._state.used if self._state.day == today else 0
                self._change(replace(self._state, day=today, used=used + 1))
            hits = self._state.hits
            yield
            if hits and self._state.hits == hits:
                self._change(replace(self._state, hits=0))

    async def send[T](self, attempt: Callable[[], Awaitable[T]], *, counted: bool = True, repeatable: bool = True) -> T:
        """Return what `attempt`, one request, returns; every try waits for its own turn.

        Where the service asks for a short pause (`attempt` raises what `rate_limited` returned) it is tried again
        after it, three times at most; for a longer one the error is raised at once. An Unreachable service is tried
        again twice, unless the request is not `repeatable`: what writes may have been carried out.
        """
        limited = 0
        pauses = iter(_PAUSES_WHEN_UNREACHABLE if repeatable else ())
        while True:
            try:
                async with self.turn(counted=counted):
                    return await attempt()
            except RateLimited:
                limited += 1
                if limited > _REPEATS_WHEN_LIMITED or self._block_left() > self._patience:
                    raise
            except Unreachable:
                pause = next(pauses, None)
                if pause is None:
                    raise
                await self._sleep(pause)

    def rate_limited(self, retry_after: str | None) -> RateLimited:
        """Block the gate as a `Retry-After` header says, and return the error to raise within the turn.

        Whole seconds and dates are understood. Where there is neither, the block is 30 seconds, doubling each time in
        a row up to 15 minutes.
        """
        seconds = self._seconds(retry_after)
        if seconds is None:
            seconds = min(_DEFAULT_BLOCK * 2.0 ** min(self._state.hits, 10), _LONGEST_DEFAULT_BLOCK)
            self._change(replace(self._state, hits=self._state.hits + 1))
        self.block(self._clock() + min(max(seconds, _SHORTEST_BLOCK), _LONGEST_BLOCK))
        return self._limited()

    def block(self, until: float) -> None:
        """Let nothing pass before `until` (Unix seconds); an existing block is never shortened."""
        left = until - self._clock()
        if left > max(self._block_left(), 0.0):
            self._lifts = self._steady() + left
            self._change(replace(self._state, blocked_until=until))

    def _block_left(self) -> float:
        """Return the seconds until the block lifts, 0 or less where there is none.

        A block of this process is measured by the steady clock; one from before a restart only has the other.
        """
        if self._lifts is not None:
            return self._lifts - self._steady()
        return self._state.blocked_until - self._clock()

    def _follow_clock(self) -> None:
        """Correct the stored end of a block after the clock has jumped."""
        if self._lifts is None or (left := self._block_left()) <= 0:
            return
        until = self._clock() + left
        if abs(until - self._state.blocked_until) > _JUMP:
            self._change(replace(self._state, blocked_until=until))

    def _pause(self, *, counted: bool) -> float:
        """Return the seconds to wait before the next request; raise where waiting is not for here."""
        if counted and self.remaining_today == 0:
            raise BudgetSpent("The daily budget of requests is used up", until=float((self._today() + 1) * _DAY))
        left = self._block_left()
        if left > self._patience:
            raise self._limited()
        if self._started is None:
            return left
        return max(left, self._started + self._minimum_delay() - self._steady())

    def _seconds(self, retry_after: str | None) -> float | None:
        """Return the seconds that a `Retry-After` header asks for, None where that cannot be told."""
        header = (retry_after or "").strip()
        if header.isascii() and header.isdigit():
            return float(header)
        try:
            moment = parsedate_to_datetime(header)
        except ValueError, OverflowError:
            return None
        left = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - self._clock()
        return left if left > 0 else None

    def _limited(self) -> RateLimited:
        """Return the error that tells of the present block."""
        return RateLimited("The service asks for a pause", until=self.blocked_until)

    def _today(self) -> int:
        """Return the day, counted from 1970 in UTC."""
        return int(self._clock() // _DAY)

    def _change(self, state: GateState) -> None:
        """Take over a new state and tell of it."""
        self._state = state
        if self._changed is not None:
            self._changed(state)
