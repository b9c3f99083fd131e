"""How far a run is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What a run is doing."""

    READING = "reading"
    MATCHING = "matching"
    WRITING = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A moment of a run: `current` names the track in hand, `done` of `total` rows of this step are behind it."""

    step: Step
    current: str | None = None
    done: int = 0
    total: int = 0
    matched: int = 0
    failed: int = 0

    @property
    def percent(self) -> int:
        """Return how much of this step is done, in percent."""
        return 100 * self.done // self.total if self.total else 0


type Observer = Callable[[Progress], None]
