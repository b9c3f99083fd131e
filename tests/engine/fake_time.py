"""A clock that passes only when somebody sleeps."""

import asyncio

NOON = 1_800_014_400.0
"""2027-01-15 12:00 UTC."""


class FakeTime:
    """Unix seconds, steady seconds, and a sleep that lets both pass at once."""

    def __init__(self, now: float = NOON) -> None:
        """Start at `now`."""
        self.now = now
        self.passed = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        """Tell Unix seconds."""
        return self.now

    def steady(self) -> float:
        """Tell seconds that no jump of the clock touches."""
        return self.passed

    def go_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.passed += seconds

    async def sleep(self, seconds: float) -> None:
        """Note the pause and let it pass, once others have had their turn."""
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.go_by(seconds)
