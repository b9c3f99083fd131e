"""A target's favourites as something to look likes up in: only those are read closely that could be one of them."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from ..matching import TrackIndex
from ..model import Like, Track

SHORTEST = 10.0
"""Durations below this (seconds) say nothing."""

MOST_APART = 20.0
MOST_APART_SHARE = 0.06
"""Tracks whose durations differ by more than both of these are one recording only by an identifier they share."""


def index_for(
    held: Iterable[Like], wanted: Sequence[Track], *, since: float | None, known: Collection[str]
) -> TrackIndex:
    """Return an index over the favourites that could be one of the tracks wanted.

    With `since` (Unix seconds) those favourited later, or nobody knows when, are in it, too, except for ids `known`.
    """
    lengths = [_length(track) for track in wanted]
    near = _Near([length for length in lengths if length is not None])
    any_length = None in lengths
    identifiers = {name for track in wanted for name in (track.isrc, track.mbid) if name}

    def could_be(like: Like) -> bool:
        """Tell whether a favourite could be one of the tracks wanted, or is new."""
        track, length = like.track, _length(like.track)
        if since is not None and track.id not in known and (like.liked_at >= since or not like.liked_at):
            return True
        if any_length or track.isrc in identifiers or track.mbid in identifiers:
            return True
        return bool(wanted) if length is None else length in near

    return TrackIndex(like.track for like in held if not like.unsyncable and could_be(like))


class _Near:
    """All durations that are near one of some."""

    def __init__(self, lengths: Iterable[float]) -> None:
        """Take the durations, in seconds."""
        self._lengths = sorted(lengths)

    def __contains__(self, length: float) -> bool:
        """Tell whether one of the durations is near this one."""
        slack = max(MOST_APART, MOST_APART_SHARE * length)
        first = bisect_left(self._lengths, length - slack)
        return first < len(self._lengths) and self._lengths[first] <= length + slack


def _length(track: Track) -> float | None:
    """Return a track's duration where it says something."""
    return None if track.duration is None or track.duration < SHORTEST else track.duration
