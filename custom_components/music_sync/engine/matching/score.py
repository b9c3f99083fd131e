"""How good a candidate is, 0..100, by title and artist: it ranks what the gates let through, and nothing else."""

from typing import Final

from .evidence import Agreement, Evidence

_TITLE: Final = 0.6
_ARTIST: Final = 0.4

_SECONDS: Final = 4.0
_RAW_TITLE: Final = 2.0
_ARTISTS: Final = 2.0
_ALBUM: Final = 2.0
_WORDING: Final = 1.0
_ISSUE: Final = 0.5


def score(evidence: Evidence) -> float:
    """Weigh title and artist, 60 to 40; rounded to a tenth."""
    return round(_TITLE * evidence.title_ratio + _ARTIST * evidence.artist_ratio, 1)


def rank(evidence: Evidence) -> float:
    """Add to the score what tells near-equal candidates apart: duration, punctuation, guests, album, wording, issue."""
    closeness = 0.0 if evidence.gap is None else max(0.0, _SECONDS - evidence.gap)
    wording = (evidence.subtitles is Agreement.YES) + (evidence.descriptors is Agreement.YES)
    issue = (
        (not evidence.edit_differs)
        + evidence.same_master
        + (evidence.isrc is Agreement.YES)
        - (evidence.explicit is Agreement.NO)
    )
    return (
        score(evidence)
        + closeness
        + _RAW_TITLE * evidence.raw_title
        + _ARTISTS * evidence.artist_overlap
        + _ALBUM * (evidence.album is Agreement.YES)
        + _WORDING * wording
        + _ISSUE * issue
    )
