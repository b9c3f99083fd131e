"""A rate gate on a clock that passes only when somebody sleeps, and requests that end as told."""

import pytest

from custom_components.music_sync.engine.errors import RateLimited
from custom_components.music_sync.engine.model import GateState
from custom_components.music_sync.engine.providers.gate import RateGate

from .fake_time import FakeTime


class Settings:
    """Settings that may change while the gate is in use, and the states it told of."""

    def __init__(self) -> None:
        """Start with a fifth of a second and a hundred requests."""
        self.delay = 0.2
        self.budget = 100
        self.told: list[GateState] = []


def make_gate(fake: FakeTime, settings: Settings, state: GateState | None = None) -> RateGate:
    """Build a gate on the fake clock."""
    return RateGate(
        minimum_delay=lambda: settings.delay,
        daily_budget=lambda: settings.budget,
        state=state,
        changed=settings.told.append,
        clock=fake.clock,
        steady=fake.steady,
        sleep=fake.sleep,
    )


async def pass_once(gate: RateGate, *, counted: bool = True) -> None:
    """Take a turn and give it back."""
    async with gate.turn(counted=counted):
        pass


async def limited_once(gate: RateGate, retry_after: str | None) -> RateLimited:
    """Take a turn in which the service asks for a pause."""
    with pytest.raises(RateLimited) as caught:
        async with gate.turn():
            raise gate.rate_limited(retry_after)
    return caught.value


class Attempts:
    """A request that ends as told, each time."""

    def __init__(self, gate: RateGate, *ends: Exception | str) -> None:
        """Take errors to raise and `Retry-After` headers to be limited by; then it goes well."""
        self.gate = gate
        self.ends = list(ends)
        self.made = 0

    async def __call__(self) -> str:
        """Send the request."""
        self.made += 1
        match self.ends.pop(0) if self.ends else None:
            case Exception() as error:
                raise error
            case str() as header:
                raise self.gate.rate_limited(header)
        return "done"
