"""Looks a track up in a target's catalogue."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..matching import match, search_queries
from ..model import Track
from ..providers.capabilities import SearchesTracks
from ..verdicts import Decision, Verdict

MISSES_TO_DISTRUST = 5


@dataclass(slots=True)
class IsrcSearch:
    """Whether a service's search by ISRC is worth its requests.

    It has failed for months at a time: once it misses several tracks in a row that free text then finds with that very
    ISRC, it is left out.
    """

    misses: int = 0

    @property
    def trusted(self) -> bool:
        """Tell whether to ask by ISRC first."""
        return self.misses < MISSES_TO_DISTRUST

    def learn(self, wanted: str, by_isrc: Sequence[Track], found: Iterable[Track]) -> None:
        """Take in what a search by ISRC found, and what all searches for the same track found together."""
        if by_isrc:
            self.misses = 0
        elif any(track.isrc == wanted for track in found):
            self.misses += 1


async def look_up(track: Track, catalogue: SearchesTracks, isrc_search: IsrcSearch) -> Verdict:
    """Return the verdict about what the service's searches find, asking no more than is needed.

    Raises the errors of the service.
    """
    found: dict[str, Track] = {}

    async def weigh(tracks: Iterable[Track]) -> Verdict:
        """Return the verdict about all that was found so far and these, off the loop."""
        for one in tracks:
            found.setdefault(one.id, one)
        return await asyncio.to_thread(match, track, list(found.values()), min_score=0)

    isrc = track.isrc if isrc_search.trusted else None
    by_isrc = await catalogue.search_isrc(isrc) if isrc else ()
    verdict = await weigh(by_isrc)
    for query in await asyncio.to_thread(search_queries, track):
        if verdict.decision is Decision.MATCH:
            break
        verdict = await weigh(await catalogue.search_tracks(query))
    if isrc:
        isrc_search.learn(isrc, by_isrc, found.values())
    return verdict
