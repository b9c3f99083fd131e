"""What the matcher says about a track: values that the library remembers and the syncs act on."""

from dataclasses import dataclass
from enum import StrEnum

from .model import Track


class Decision(StrEnum):
    """What the matcher made of a track."""

    MATCH = "match"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision about one track.

    `reason` is `mbid`, `isrc`, `exact` or `fuzzy` for a match; `ambiguous`, `low_score`, `no_duration`, `other_script`
    or `edit` for a review; `not_found` (no candidates) or `no_good_match` (all refused) for none. `score` is 0..100, of
    `track` (a match) or of `candidate` (the best one that was not taken); 100 for a shared identifier.
    """

    decision: Decision
    reason: str
    score: float | None
    track: Track | None
    candidate: Track | None
