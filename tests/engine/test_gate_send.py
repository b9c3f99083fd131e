"""Tests of sending through the rate gate: what is tried again, and when."""

import time

import pytest

from custom_components.music_sync.engine.errors import MustWait, NotFound, RateLimited, Unreachable
from custom_components.music_sync.engine.providers.gate import RateGate

from .fake_time import FakeTime
from .gate_bench import Attempts, Settings, limited_once, make_gate, pass_once


@pytest.fixture
def fake() -> FakeTime:
    """Give a clock."""
    return FakeTime()


@pytest.fixture
def settings() -> Settings:
    """Give settings."""
    return Settings()


@pytest.fixture
def gate(fake: FakeTime, settings: Settings) -> RateGate:
    """Give a new gate."""
    return make_gate(fake, settings)


async def test_send_waits_for_short_pauses(gate: RateGate, fake: FakeTime) -> None:
    """Each is waited out, and every try counts."""
    attempts = Attempts(gate, "5", "6", "7")
    assert await gate.send(attempts) == "done"
    assert fake.slept == [5, 6, 7]
    assert gate.state.used == 4


async def test_send_gives_up_after_three_pauses(gate: RateGate, fake: FakeTime) -> None:
    """A service that keeps asking for pauses ends it."""
    attempts = Attempts(gate, *["5"] * 9)
    with pytest.raises(RateLimited) as caught:
        await gate.send(attempts)
    assert attempts.made == 4
    assert caught.value.until == fake.now + 5


async def test_send_does_not_wait_for_a_long_pause(gate: RateGate, fake: FakeTime, settings: Settings) -> None:
    """One request was sent, and the next call sends none; that it was the day's last is not what is told."""
    settings.budget = 1
    attempts = Attempts(gate, "61")
    with pytest.raises(RateLimited):
        await gate.send(attempts)
    settings.budget = 9
    with pytest.raises(RateLimited):
        await gate.send(attempts)
    assert (attempts.made, fake.slept) == (1, [])


async def test_send_tries_an_unreachable_service_three_times(gate: RateGate, fake: FakeTime) -> None:
    """With short pauses between, that others may use."""
    attempts = Attempts(gate, Unreachable("502"), Unreachable("502"))
    assert await gate.send(attempts, counted=False) == "done"
    assert fake.slept == [1, 3]
    assert gate.state.used == 0
    attempts = Attempts(gate, *[Unreachable("502")] * 9)
    with pytest.raises(Unreachable):
        await gate.send(attempts)
    assert attempts.made == 3


async def test_send_never_repeats_a_write_of_unknown_fate(gate: RateGate, fake: FakeTime) -> None:
    """But it does repeat one that was surely refused."""
    attempts = Attempts(gate, "5", Unreachable("lost"))
    with pytest.raises(Unreachable):
        await gate.send(attempts, repeatable=False)
    assert attempts.made == 2
    assert fake.slept == [5]


async def test_send_lets_other_errors_through(gate: RateGate) -> None:
    """They are told once."""
    attempts = Attempts(gate, NotFound("gone"))
    with pytest.raises(NotFound):
        await gate.send(attempts)
    assert attempts.made == 1


async def test_errors_tell_when(gate: RateGate, settings: Settings) -> None:
    """Both reasons to wait are of one kind."""
    settings.budget = 0
    with pytest.raises(MustWait):
        await pass_once(gate)


async def test_a_gate_works_by_the_real_clock() -> None:
    """Defaults need no clock, no state and nobody who listens."""
    gate = RateGate(minimum_delay=lambda: 0.01, daily_budget=lambda: 10)
    for _ in range(3):
        await pass_once(gate)
    assert gate.remaining_today == 7
    with pytest.raises(RateLimited):
        await gate.send(Attempts(gate, "3600"))
    assert gate.blocked_until > time.time() + 3500


async def test_a_clock_alone_serves_as_the_steady_one(fake: FakeTime) -> None:
    """Whoever gives a clock need not give two."""
    gate = RateGate(minimum_delay=lambda: 1.0, daily_budget=lambda: 10, clock=fake.clock, sleep=fake.sleep)
    await limited_once(gate, "5")
    await pass_once(gate)
    assert fake.slept == [5]
