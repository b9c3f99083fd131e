"""Looks a track up in a target's catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..matching import Outcome, Verdict, match, search_queries
from ..model import Track
from ..providers.capabilities import SearchesTracks

MISSES_TO_DISTRUST = 5


@dataclass(slots=True)
class IsrcSearch:
    """Whether a service's search by ISRC is worth its requests.

    It has failed for months at a time: once it misses several tracks that free text then finds with that very ISRC, it
    is left out.
    """

    misses: int = 0

    @property
    def trusted(self) -> bool:
        """Tell whether to ask by ISRC first."""
        return self.misses < MISSES_TO_DISTRUST

    def learn(self, wanted: str, by_isrc: Sequence[Track], by_text: Track) -> None:
        """Take in that free text found a track after a search by ISRC had come back with none."""
        if not by_isrc and by_text.isrc == wanted:
            self.misses += 1


async def look_up(track: Track, catalogue: SearchesTracks, isrc_search: IsrcSearch) -> Verdict:
    """Return the verdict about what the service's searches find, asking no more than is needed.

    Raises the errors of the service.
    """
    candidates: list[Track] = []
    by_isrc: Sequence[Track] = ()
    asked_by_isrc = track.isrc is not None and isrc_search.trusted
    if track.isrc is not None and asked_by_isrc:
        by_isrc = await catalogue.search_isrc(track.isrc)
        candidates += by_isrc
    verdict = match(track, candidates, min_score=0)
    for query in search_queries(track):
        if verdict.outcome is Outcome.MATCH:
            break
        known = {candidate.id for candidate in candidates}
        candidates += [found for found in await catalogue.search_tracks(query) if found.id not in known]
        verdict = match(track, candidates, min_score=0)
    if asked_by_isrc and track.isrc is not None and verdict.track is not None:
        isrc_search.learn(track.isrc, by_isrc, verdict.track)
    return verdict
