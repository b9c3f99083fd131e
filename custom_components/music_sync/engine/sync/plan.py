"""Decides what is to become of each like: values in, values out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..library.matches import Remembered
from ..matching import TrackIndex
from ..model import Like, Track
from ..outcomes import Item, Outcome
from ..verdicts import Decision, Verdict
from .held import index_for

REJECTED = "rejected"
"""The reason of an item, and of the verdict that is remembered of it, which the target would not take."""

CLOCKS_APART = 86_400.0
"""Seconds by which a service's clock may be behind ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known about a source's likes on a target before anything is searched.

    `held` are the target's favourites, `present` their ids, `remembered` and `pins` go by the source's track id; `now`
    is in Unix seconds. With `search_again` only pins and what cannot be synced are taken as known.
    """

    held: Sequence[Like]
    present: Collection[str]
    remembered: Mapping[str, Remembered]
    pins: Mapping[str, Track | None]
    min_score: float
    now: float
    search_again: bool = False

    def recall(self, like: Like) -> Item | None:
        """Return what is settled about a like whatever else the target holds, None where nothing is.

        An item that says `added` means: to be added.
        """
        track = like.track
        if track.id in self.pins:
            return self._pinned(track, self.pins[track.id])
        if like.unsyncable:
            return Item(outcome=Outcome.UNSYNCABLE, reason=like.unsyncable, source=track)
        return None if self.search_again else self._still_paired(track)

    def index_for(self, tracks: Iterable[Track]) -> TrackIndex:
        """Return an index to weigh these tracks by.

        One that was not found, and is not due again, is only weighed against what the target has come to hold since.
        """
        misses = {track.id for track in tracks if self._is_missed(track)}
        moments = [self.remembered[missed].tried_at for missed in misses]
        return index_for(
            self.held,
            [track for track in tracks if track.id not in misses],
            since=min(moments) - CLOCKS_APART if moments else None,
            known={one.verdict.track.id for one in self.remembered.values() if one.verdict.track},
        )

    def weigh(self, track: Track, index: TrackIndex) -> Item | None:
        """Return what the target's favourites, or an earlier run, settle about a track; None where it is searched."""
        if self.search_again:
            return None
        if item := self._holds(track, index):
            return item
        remembered = self.remembered.get(track.id)
        if remembered and (known := remembered.verdict.track):
            return self._to_add(track, remembered.verdict, known, "paired")
        return self.judge(track, remembered.verdict) if remembered and self._is_missed(track) else None

    def judge_again(self, track: Track, verdict: Verdict, index: TrackIndex) -> Item:
        """Turn the verdict on a new search into what is to be done.

        Where the target's favourites were passed over before, they are asked now: what they hold is already there,
        whichever pressing the search prefers.
        """
        if not self.search_again or (verdict.track and verdict.track.id in self.present):
            return self.judge(track, verdict)
        return self._still_paired(track) or self._holds(track, index) or self.judge(track, verdict)

    def judge(self, track: Track, verdict: Verdict) -> Item:
        """Turn the verdict on a search into what is to be done; one that the target refused is not sent again yet."""
        if verdict.track is None:
            review = verdict.decision is Decision.REVIEW
            return Item(
                outcome=Outcome.FAILED if verdict.reason == REJECTED else Outcome.REVIEW if review else Outcome.MISSING,
                reason=verdict.reason,
                score=verdict.score,
                source=track,
                candidate=verdict.candidate,
            )
        return self._to_add(track, verdict, verdict.track, verdict.reason)

    def _still_paired(self, track: Track) -> Item | None:
        """Return an item where the target holds what the track was paired with."""
        remembered = self.remembered.get(track.id)
        if remembered and (known := remembered.verdict.track) and known.id in self.present:
            score = remembered.verdict.score
            return Item(outcome=Outcome.ALREADY_PRESENT, reason="paired", score=score, source=track, target=known)
        return None

    def _is_missed(self, track: Track) -> bool:
        """Tell whether a track was not found, and is not due again."""
        remembered = self.remembered.get(track.id)
        return not (
            self.search_again
            or remembered is None
            or remembered.verdict.track
            or (remembered.retry_at is not None and remembered.retry_at <= self.now)
        )

    def _holds(self, track: Track, index: TrackIndex) -> Item | None:
        """Return an item where the target's favourites hold this recording, be it another pressing."""
        verdict = index.match(track, min_score=self.min_score)
        if verdict.track is None:
            return None
        return Item(
            outcome=Outcome.ALREADY_PRESENT,
            reason=verdict.reason,
            score=verdict.score,
            source=track,
            target=verdict.track,
        )

    def _to_add(self, track: Track, verdict: Verdict, target: Track, reason: str) -> Item:
        """Return an item to add, or to review where the score asked for is higher; ids need no score."""
        if verdict.score is not None and verdict.score < self.min_score:
            return Item(outcome=Outcome.REVIEW, reason="low_score", score=verdict.score, source=track, candidate=target)
        return Item(outcome=Outcome.ADDED, reason=reason, score=verdict.score, source=track, target=target)

    def _pinned(self, track: Track, target: Track | None) -> Item:
        """Return the item for what a person decided."""
        if target is None:
            return Item(outcome=Outcome.MISSING, reason="pinned_none", source=track)
        return Item(outcome=Outcome.ADDED, reason="pinned", score=100, source=track, target=target)


class Planner:
    """Places items one after the other, oldest like first, minding the target's favourites and the limit of writes.

    `to_write` are the positions of those among `items` that are to be sent to the target, each track once; with
    `sends_again` what is there already is sent, too.
    """

    def __init__(self, present: Collection[str], limit: int | None, *, sends_again: bool = False) -> None:
        """Start an empty plan for a target that holds these ids."""
        self.items: list[Item] = []
        self.to_write: list[int] = []
        self.outcomes = Counter[Outcome]()
        self._present = present
        self._limit = limit
        self._sends_again = sends_again
        self._promised: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Tell whether the limit of writes is reached."""
        return self._limit is not None and len(self.to_write) >= self._limit

    def place(self, item: Item) -> None:
        """Add an item to the plan: what is to be added may be there already, or beyond the limit."""
        if (target := item.target) and target.id not in self._promised:
            is_there = target.id in self._present or item.outcome is Outcome.ALREADY_PRESENT
            if is_there:
                item = replace(item, outcome=Outcome.ALREADY_PRESENT)
            if not is_there or self._sends_again:
                if self.is_full:
                    item = skipped(item.source, "limit")
                else:
                    self._promised.add(target.id)
                    self.to_write.append(len(self.items))
        elif target:
            item = replace(item, outcome=Outcome.ALREADY_PRESENT)
        self.items.append(item)
        self.outcomes[item.outcome] += 1


def skipped(track: Track, reason: str) -> Item:
    """Return the item for a like that was not tried."""
    return Item(outcome=Outcome.SKIPPED, reason=reason, source=track)


def failed(track: Track, reason: str) -> Item:
    """Return the item for a like that was tried and went wrong."""
    return Item(outcome=Outcome.FAILED, reason=reason, source=track)


def refused(candidate: Track | None) -> Verdict:
    """Return what is remembered of a track that the target would not take."""
    return Verdict(decision=Decision.NONE, reason=REJECTED, score=None, track=None, candidate=candidate)
