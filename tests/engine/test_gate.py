"""Tests of the rate gate, with a clock that passes only when somebody sleeps."""

import asyncio
from email.utils import formatdate

import pytest

from custom_components.music_sync.engine.errors import BudgetSpent, NotFound, RateLimited
from custom_components.music_sync.engine.model import GateState
from custom_components.music_sync.engine.providers.gate import RateGate

from .fake_time import NOON, FakeTime
from .gate_bench import Settings, limited_once, make_gate, pass_once

DAY = 86_400
TODAY = int(NOON // DAY)
MIDNIGHT = float((TODAY + 1) * DAY)


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


async def test_the_first_request_goes_at_once(gate: RateGate, fake: FakeTime, settings: Settings) -> None:
    """Nothing is waited for, the request is counted, and the state is told."""
    await pass_once(gate)
    assert fake.slept == []
    assert gate.state == GateState(day=TODAY, used=1)
    assert settings.told == [gate.state]
    assert gate.remaining_today == 99


async def test_requests_start_a_minimum_delay_apart(gate: RateGate, fake: FakeTime, settings: Settings) -> None:
    """The delay is measured from start to start and read at each use."""
    async with gate.turn():
        fake.go_by(0.15)
    await pass_once(gate)
    assert fake.slept == [pytest.approx(0.05)]
    settings.delay = 2.0
    await pass_once(gate)
    assert fake.slept[1:] == [pytest.approx(2.0)]
    async with gate.turn():
        fake.go_by(5)
    await pass_once(gate)
    assert len(fake.slept) == 3


async def test_only_one_request_is_under_way(gate: RateGate) -> None:
    """Ten callers at once never overlap, and pass in the order they came."""
    inside: list[int] = []
    order: list[int] = []

    async def ask(number: int) -> None:
        """Take a turn and look who else is there."""
        async with gate.turn():
            inside.append(number)
            await asyncio.sleep(0)
            assert inside == [number]
            inside.clear()
            order.append(number)

    await asyncio.gather(*(ask(number) for number in range(10)))
    assert order == list(range(10))
    assert gate.state.used == 10


async def test_what_is_not_counted_leaves_the_budget(gate: RateGate, settings: Settings) -> None:
    """It passes with a spent budget, and keeps the delay all the same."""
    settings.budget = 0
    await pass_once(gate, counted=False)
    assert gate.state == GateState()
    assert settings.told == []


async def test_a_spent_budget_refuses_until_midnight(gate: RateGate, fake: FakeTime, settings: Settings) -> None:
    """The error names the next UTC midnight, after which the budget is whole again; it is read at each use."""
    settings.budget = 2
    await pass_once(gate)
    await pass_once(gate)
    assert gate.remaining_today == 0
    with pytest.raises(BudgetSpent) as caught:
        await pass_once(gate)
    assert caught.value.until == MIDNIGHT
    assert gate.state.used == 2
    settings.budget = 3
    await pass_once(gate)
    settings.budget = 1
    assert gate.remaining_today == 0
    fake.go_by(DAY / 2)
    assert gate.remaining_today == 1
    await pass_once(gate)
    assert gate.state == GateState(day=TODAY + 1, used=1)


async def test_a_budget_that_ends_while_waiting_refuses(gate: RateGate, settings: Settings) -> None:
    """Whoever waits behind the last allowed request is refused when its turn comes."""
    settings.budget = 1
    results = await asyncio.gather(pass_once(gate), pass_once(gate), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), BudgetSpent]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 60 ", 60),
        ("0", 1),
        ("43200", 43_200),
        ("9" * 5000, 30 * DAY),
        (formatdate(NOON + 90, usegmt=True), 90),
        ("Fri, 15 Jan 2027 12:02:00 -0000", 120),
        (formatdate(NOON - 5, usegmt=True), 30),
        (None, 30),
        ("", 30),
        ("soon", 30),
        ("-5", 30),
        ("1.5", 30),
        ("²", 30),
        ("Mon, 32 Foo 99999 1:2:3 +9999", 30),
    ],
)
async def test_retry_after_is_understood(gate: RateGate, header: str | None, seconds: float) -> None:
    """Whole seconds and dates are taken as they are; whatever else stands for half a minute."""
    error = await limited_once(gate, header)
    assert error.until == pytest.approx(NOON + seconds, rel=0, abs=0.001)
    assert gate.blocked_until == pytest.approx(NOON + seconds, rel=0, abs=0.001)
    assert gate.state.blocked_until == pytest.approx(NOON + seconds, rel=0, abs=0.001)


async def test_pauses_of_unknown_length_double(gate: RateGate, fake: FakeTime) -> None:
    """They grow up to a quarter of an hour, and start anew after a request that went well."""
    lengths = []
    for _ in range(8):
        lengths.append((await limited_once(gate, None)).until - fake.now)
        fake.go_by(lengths[-1])
    assert lengths == pytest.approx([30, 60, 120, 240, 480, 900, 900, 900])
    assert gate.state.hits == 8
    await pass_once(gate)
    assert gate.state.hits == 0
    assert (await limited_once(gate, None)).until - fake.now == pytest.approx(30)


async def test_a_pause_told_within_a_turn_that_ends_well_still_counts(gate: RateGate, fake: FakeTime) -> None:
    """Only a turn without any asking for a pause starts the doubling anew."""
    await limited_once(gate, None)
    fake.go_by(30)
    async with gate.turn():
        gate.rate_limited(None)
    assert gate.state.hits == 2


async def test_a_short_block_is_waited_out_to_the_second(gate: RateGate, fake: FakeTime) -> None:
    """The next request starts no earlier than asked, even where a sleep ends early."""
    await limited_once(gate, "40")
    plain_sleep, short = fake.sleep, [True]

    async def sleep_badly(seconds: float) -> None:
        """Wake up too early, once."""
        await plain_sleep(seconds / 2 if short.pop() else seconds)
        short.append(False)

    gate._sleep = sleep_badly
    async with gate.turn():
        assert fake.now >= NOON + 40
    assert fake.slept == [20, pytest.approx(20)]
    assert gate.blocked_until == 0


async def test_a_long_block_refuses_before_anything_is_sent(gate: RateGate, fake: FakeTime) -> None:
    """It names its end, counts nothing, and lifts by itself; its last minute is waited out."""
    await limited_once(gate, "3600")
    used = gate.state.used
    for counted in (True, False):
        with pytest.raises(RateLimited) as caught:
            await pass_once(gate, counted=counted)
        assert caught.value.until == NOON + 3600
    assert (gate.state.used, fake.slept) == (used, [])
    fake.go_by(3550)
    await pass_once(gate)
    assert fake.slept == [50]


async def test_a_block_is_never_shortened(gate: RateGate) -> None:
    """Neither by a shorter one nor by an older one."""
    await limited_once(gate, "50")
    assert gate.rate_limited("10").until == NOON + 50
    gate.block(NOON - 1000)
    gate.block(NOON + 49)
    assert gate.blocked_until == NOON + 50
    gate.block(NOON + 51)
    assert gate.blocked_until == NOON + 51


async def test_a_block_in_the_past_is_none(gate: RateGate, settings: Settings) -> None:
    """It changes nothing."""
    gate.block(NOON - 1)
    assert gate.blocked_until == 0
    assert settings.told == []


async def test_a_block_put_up_while_waiting_is_obeyed(gate: RateGate, fake: FakeTime) -> None:
    """Whoever waits for a shorter one is refused when it becomes a long one."""
    gate.block(NOON + 30)
    waiting = asyncio.create_task(pass_once(gate))
    await asyncio.sleep(0)
    gate.block(NOON + 600)
    with pytest.raises(RateLimited):
        await waiting


async def test_state_survives_a_restart(gate: RateGate, fake: FakeTime, settings: Settings) -> None:
    """A block, the count of the day and the doubling go on where they were."""
    await limited_once(gate, None)
    fake.go_by(30)
    await limited_once(gate, None)
    gate.block(fake.now + 3600)
    again = make_gate(fake, settings, settings.told[-1])
    assert again.state == gate.state
    assert again.blocked_until == gate.blocked_until
    assert again.remaining_today == 98
    with pytest.raises(RateLimited):
        await pass_once(again)
    fake.go_by(3600)
    assert (await limited_once(again, None)).until == fake.now + 120


async def test_a_block_from_before_a_restart_can_be_made_longer(fake: FakeTime, settings: Settings) -> None:
    """And it is not made shorter."""
    gate = make_gate(fake, settings, GateState(blocked_until=NOON + 100))
    gate.block(NOON + 50)
    assert gate.blocked_until == NOON + 100
    gate.block(NOON + 500)
    assert gate.blocked_until == NOON + 500


@pytest.mark.parametrize("jump", [-400_000.0, 400_000.0])
async def test_a_jump_of_the_clock_neither_lifts_nor_lengthens_a_block(
    gate: RateGate, fake: FakeTime, settings: Settings, jump: float
) -> None:
    """The block is measured by time passed, and its end is told anew in the new reckoning."""
    await limited_once(gate, "3600")
    fake.now += jump
    fake.go_by(600)
    assert gate.blocked_until == pytest.approx(NOON + jump + 3600, rel=0, abs=0.001)
    with pytest.raises(RateLimited) as caught:
        await pass_once(gate)
    assert caught.value.until == pytest.approx(NOON + jump + 3600, rel=0, abs=0.001)
    assert settings.told[-1].blocked_until == pytest.approx(NOON + jump + 3600, rel=0, abs=0.001)
    told = len(settings.told)
    with pytest.raises(RateLimited):
        await pass_once(gate)
    assert len(settings.told) == told
    fake.go_by(3000)
    await pass_once(gate)
    assert fake.slept == []


async def test_a_jump_of_the_clock_keeps_the_delay_and_frees_the_budget(gate: RateGate, fake: FakeTime) -> None:
    """A clock that was far ahead must not leave the budget spent for years."""
    fake.now += 1000 * DAY
    await pass_once(gate)
    fake.now -= 1000 * DAY
    await pass_once(gate)
    assert fake.slept == [pytest.approx(0.2)]
    assert gate.state == GateState(day=TODAY, used=1)


async def test_a_cancelled_waiter_leaves_nothing_behind(gate: RateGate, fake: FakeTime) -> None:
    """Cancelled in the queue, in its sleep or in its request: the next one passes, and only what was sent counts."""
    going_on = asyncio.Event()

    async def ask() -> None:
        """Hold a turn until told otherwise."""
        async with gate.turn():
            await going_on.wait()

    sender = asyncio.create_task(ask())
    await asyncio.sleep(0)
    queued = asyncio.create_task(ask())
    await asyncio.sleep(0)
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    assert gate.state.used == 1
    sender.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sender

    sleeping = asyncio.create_task(ask())
    await asyncio.sleep(0)
    assert len(fake.slept) == 1
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert gate.state.used == 1
    await pass_once(gate)
    assert gate.state.used == 2


async def test_an_error_gives_the_turn_back(gate: RateGate) -> None:
    """The next one passes, and both count."""
    with pytest.raises(NotFound):
        async with gate.turn():
            raise NotFound("gone")
    await pass_once(gate)
    assert gate.state.used == 2
