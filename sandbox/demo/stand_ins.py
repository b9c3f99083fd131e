"""The running stand-ins, as the demo watches them."""

from dataclasses import dataclass
import json
from typing import Any, Self

import aiohttp

from .problem import Problem
from .verdict import Requests


@dataclass(frozen=True, slots=True)
class StandIns:
    """Where the stand-ins are; addresses have no slash at their end."""

    session: aiohttp.ClientSession
    spotify: str
    qobuz: str

    @classmethod
    def from_line(cls, session: aiohttp.ClientSession, line: str) -> Self:
        """Read the line that `python -m sandbox` prints; Problem where it is another."""
        try:
            addresses = json.loads(line)
            return cls(session, addresses["spotify"], addresses["qobuz"])
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(f"the sandbox should have printed its addresses, not {line!r}") from error

    async def forget_requests(self) -> None:
        """Empty both request logs."""
        for url in (self.spotify, self.qobuz):
            async with self.session.delete(f"{url}/_sandbox/requests") as response:
                response.raise_for_status()

    async def requests(self) -> Requests:
        """Count the requests since they were last forgotten."""
        spotify, qobuz = [await self._get(f"{url}/_sandbox/requests") for url in (self.spotify, self.qobuz)]
        return Requests.of(spotify, qobuz)

    async def favorites(self) -> frozenset[int]:
        """Give the ids of the tracks that Qobuz has among its favourites."""
        state = await self._get(f"{self.qobuz}/_sandbox/state")
        return frozenset(track["id"] for track in state["users"]["listener"]["favorites"]["tracks"])

    async def _get(self, url: str) -> Any:
        """Read JSON."""
        async with self.session.get(url) as response:
            response.raise_for_status()
            return await response.json()
