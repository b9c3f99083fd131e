"""Spotify's rate limits: a rolling window and quotas per family of endpoints, counted per developer."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from math import ceil
from typing import Any

from .control import Answer

WINDOW = 30.0
QUOTA_REASON = "QUOTA_EXCEEDED"
EVERYONE = "*"


@dataclass(slots=True, kw_only=True)
class Block:
    """A refusal that stands until a time; `seconds` is what it was last given for, `announced` whether it was told."""

    until: float
    seconds: float
    reason: str | None
    announced: bool = False


def family_of(path: str) -> str:
    """Name the family an API path belongs to: `me`, `me/tracks`, `playlists`, `artists`, `search` and so on."""
    parts = [part for part in path.removeprefix("/v1/").split("/") if part]
    return "/".join(parts[:2]) if parts[:1] == ["me"] else "".join(parts[:1])


class RateLimits:
    """Counts requests and refuses the ones too many; a call although one was told of a block makes it longer."""

    def __init__(self, switches: Mapping[str, Any], now: Callable[[], float]) -> None:
        """Start with nothing counted."""
        self.developers: dict[str, str] = {}
        """Client ids whose developer account is not just theirs, with its name."""
        self.calls_while_blocked = 0
        self._switches = switches
        self._now = now
        self._recent: dict[str, deque[float]] = {}
        self._spent: Counter[tuple[str, str]] = Counter()
        self._blocks: dict[tuple[str, str | None], Block] = {}

    def count(self, client_id: str, family: str) -> None:
        """Count a request, or refuse it with 429."""
        developer = self.developers.get(client_id, client_id)
        for key in ((who, what) for who in (developer, EVERYONE) for what in (None, family)):
            block = self._blocks.get(key)
            if block is None:
                continue
            if block.until > self._now():
                if block.announced:
                    self._lengthen(block)
                raise self._refusal(block)
            del self._blocks[key]
        recent = self._recent.setdefault(developer, deque())
        while recent and recent[0] <= self._now() - WINDOW:
            recent.popleft()
        if 0 < self._switches["window_limit"] <= len(recent):
            raise self._refusal(self.block(self._switches["window_retry_after"], developer=developer))
        recent.append(self._now())
        quota = self._switches["quota"].get(family)
        if quota is None:
            return
        if self._spent[developer, family] >= quota:
            del self._spent[developer, family]
            seconds = self._switches["quota_retry_after"]
            raise self._refusal(self.block(seconds, family, QUOTA_REASON, developer=developer))
        self._spent[developer, family] += 1

    def block(
        self, seconds: float, family: str | None = None, reason: str | None = None, *, developer: str = EVERYONE
    ) -> Block:
        """Refuse a developer's requests (to one family of endpoints) for some seconds from now."""
        block = Block(until=self._now() + seconds, seconds=seconds, reason=reason)
        self._blocks[developer, family] = block
        return block

    def unblock(self) -> None:
        """Lift all blocks."""
        self._blocks.clear()

    def tell(self) -> list[dict[str, Any]]:
        """Tell the blocks that stand."""
        return [
            {"developer": developer, "family": family, "until": block.until, "reason": block.reason}
            for (developer, family), block in self._blocks.items()
            if block.until > self._now()
        ]

    def _lengthen(self, block: Block) -> None:
        """Make a block longer because of a call that should not have been made once the block was known."""
        self.calls_while_blocked += 1
        if (growth := self._switches["penalty_growth"]) > 1:
            block.seconds *= growth
            block.until = self._now() + block.seconds

    def _refusal(self, block: Block) -> Answer:
        """Make the 429, in the form that the switches ask for."""
        block.announced = True
        headers = {"Date": formatdate(self._now(), usegmt=True)}
        match self._switches["retry_after_form"]:
            case "seconds":
                headers["Retry-After"] = str(ceil(block.until - self._now()))
            case "date":
                headers["Retry-After"] = formatdate(ceil(block.until), usegmt=True)
        if self._switches["limit_body"] == "text":
            return Answer(429, "Too many requests", headers)
        error: dict[str, Any] = {"status": 429, "message": "API rate limit exceeded"}
        if block.reason is not None and self._switches["limit_body"] == "json":
            error["reason"] = block.reason
        return Answer(429, {"error": error}, headers)
