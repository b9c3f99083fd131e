"""From candidates to a verdict: a match, a candidate for a person to look at, or none, each with a stable reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..model import Track
from ..verdicts import Decision, Verdict
from .evidence import Agreement, Description, Evidence, Timing, describe, weigh
from .gates import ACCEPTED, IDENTIFIED, Refusal, Tier, admit
from .score import rank, score

_MARGIN: Final = 1.0
_SAME_RECORDING_GAP: Final = 4.0

_MATCH_REASONS: Final = {Tier.MBID: "mbid", Tier.ISRC: "isrc", Tier.EXACT: "exact", Tier.FUZZY: "fuzzy"}
_REVIEW_REASONS: Final = {Tier.EDIT: "edit", Tier.NO_DURATION: "no_duration", Tier.OTHER_SCRIPT: "other_script"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A candidate with its evidence and what the gates made of it."""

    description: Description
    evidence: Evidence
    admission: Tier | Refusal

    @property
    def track(self) -> Track:
        """The candidate itself."""
        return self.description.track


def match(query: Track, candidates: Sequence[Track], *, min_score: float = 70, playable_only: bool = True) -> Verdict:
    """Decide which of the candidates, if any, is the same recording as the query.

    `min_score` (0..100) can only turn a match into a review. With `playable_only`, a candidate that its service says
    cannot be played is never a match.
    """
    return decide(weigh_all(query, candidates), min_score=min_score, playable_only=playable_only)


def weigh_all(query: Track, candidates: Iterable[Track]) -> list[Weighed]:
    """Weigh every candidate against the query, in the order given."""
    described = describe(query)
    weighed = []
    for candidate in candidates:
        description = describe(candidate)
        evidence = weigh(described, description)
        weighed.append(Weighed(description=description, evidence=evidence, admission=admit(evidence)))
    return weighed


def decide(weighed: Sequence[Weighed], *, min_score: float, playable_only: bool) -> Verdict:
    """Turn weighed candidates into a verdict."""
    if not weighed:
        return Verdict(decision=Decision.NONE, reason="not_found", score=None, track=None, candidate=None)
    survivors = [
        (one.admission, one)
        for one in weighed
        if isinstance(one.admission, Tier) and not (playable_only and one.track.playable is False)
    ]
    if not survivors:
        best = max(weighed, key=_preference)
        return Verdict(
            decision=Decision.NONE, reason="no_good_match", score=score(best.evidence), track=None, candidate=best.track
        )
    tier = min(tier for tier, _ in survivors)
    ranked = sorted((one for admitted, one in survivors if admitted == tier), key=_preference, reverse=True)
    best = ranked[0]
    value = 100.0 if tier in IDENTIFIED else score(best.evidence)
    if reason := _doubt(tier, ranked, value, min_score):
        return Verdict(decision=Decision.REVIEW, reason=reason, score=value, track=None, candidate=best.track)
    return Verdict(decision=Decision.MATCH, reason=_MATCH_REASONS[tier], score=value, track=best.track, candidate=None)


def _doubt(tier: Tier, ranked: Sequence[Weighed], value: float, min_score: float) -> str | None:
    """Name what keeps the best candidate from being a match, if anything does."""
    if tier not in ACCEPTED:
        return _REVIEW_REASONS[tier]
    if value < min_score:
        return "low_score"
    if tier not in IDENTIFIED and any(_rivals(ranked[0], other) for other in ranked[1:]):
        return "ambiguous"
    return None


def _rivals(best: Weighed, other: Weighed) -> bool:
    """Tell whether two candidates score alike though they are different recordings."""
    if rank(best.evidence) - rank(other.evidence) > _MARGIN:
        return False
    if best.evidence.timing >= Timing.NEAR > other.evidence.timing > Timing.UNKNOWN:
        return False
    mine, theirs = best.description, other.description
    if mine.duration and theirs.duration and abs(mine.duration - theirs.duration) > _SAME_RECORDING_GAP:
        return True
    return mine.title.families != theirs.title.families or mine.title.descriptors != theirs.title.descriptors


def _preference(one: Weighed) -> tuple[float, ...]:
    """Order candidates, best last: by rank, then pressings by playable, ISRC, album, closest duration, lowest id."""
    evidence, track = one.evidence, one.track
    return (
        rank(evidence),
        track.playable is not False,
        evidence.isrc is Agreement.YES,
        evidence.album is Agreement.YES,
        -(evidence.gap if evidence.gap is not None else float("inf")),
        -len(track.id),
        *(-ord(char) for char in track.id),
    )
