"""What must hold before a score may count: a candidate is admitted into a tier, or refused for one named reason."""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Final

from .artists import Kinship
from .evidence import Agreement, Evidence, Naming, Timing

type Condition = Callable[[Evidence], bool]

_SUPPORTING: Final = 3.0
"""Seconds: a gap up to this speaks for two tracks of which something else is only similar."""
_OTHER_SCRIPT: Final = 1.5
"""Seconds: the same for titles that cannot be compared at all."""


class Refusal(StrEnum):
    """Why a candidate is not the track."""

    TITLE = "title"
    ARTIST = "artist"
    VERSION = "version"
    PART = "part"
    SUBTITLE = "subtitle"
    DESCRIPTOR = "descriptor"
    DURATION = "duration"
    GUEST = "guest"
    SCRIPT = "script"


class Tier(IntEnum):
    """How sure a surviving candidate is, surest first."""

    MBID = 0
    ISRC = 1
    EXACT = 2
    FUZZY = 3
    EDIT = 4
    NO_DURATION = 5
    OTHER_SCRIPT = 6


IDENTIFIED: Final = frozenset({Tier.MBID, Tier.ISRC})
"""Tiers in which an identifier decides."""

ACCEPTED: Final = IDENTIFIED | {Tier.EXACT, Tier.FUZZY}
"""Tiers that need no person."""


def admit(evidence: Evidence) -> Tier | Refusal:
    """Put a candidate into its tier, or refuse it: identifiers first, then every gate on texts and durations."""
    if identifier_holds(evidence):
        if evidence.mbid is Agreement.YES:
            return Tier.MBID
        if evidence.isrc is Agreement.YES:
            return Tier.ISRC
    refusal = next((refusal for refusal, closed in _GATES if closed(evidence)), None)
    return refusal or next(tier for tier, fits in _TIERS if fits(evidence))


def identifier_holds(evidence: Evidence) -> bool:
    """Check whether the rest of the evidence lets a shared identifier stand.

    It is wrong where neither title nor artist agree, and where both sides name different versions or parts, unless the
    durations support it. A version that only one side names is a field that a service left out, unless they contradict.
    """
    if evidence.timing >= Timing.NEAR:
        return True
    if evidence.naming is Naming.DIFFERENT and evidence.artist is Kinship.DIFFERENT:
        return False
    if evidence.families_clash or Agreement.NO in {evidence.descriptors, evidence.parts}:
        return False
    return not (evidence.families_missing and evidence.timing is Timing.FAR)


def _wider_than(evidence: Evidence, seconds: float) -> bool:
    """Tell whether the durations are known and further apart than this."""
    return evidence.gap is not None and evidence.gap > seconds


def _within(evidence: Evidence, seconds: float) -> bool:
    """Tell whether the durations are known and no further apart than this."""
    return evidence.gap is not None and evidence.gap <= seconds


def _undecided(evidence: Evidence) -> bool:
    """Tell whether one side leaves out what would name the version, the remixer, the venue or a first part."""
    return evidence.families_by_album or Agreement.UNKNOWN in {evidence.descriptors, evidence.parts}


def _other_version(evidence: Evidence) -> bool:
    """Tell live from studio, remix from original, and so on; an edit or a live album only by the duration."""
    return (
        bool(evidence.families_missing)
        or (evidence.album_live_differs and _wider_than(evidence, _SUPPORTING))
        or (evidence.edit_differs and evidence.timing in {Timing.APART, Timing.FAR})
    )


def _other_descriptor(evidence: Evidence) -> bool:
    """Tell one remix or concert from another; of one album and length, town here and hall there are the same."""
    if evidence.descriptors is Agreement.NO:
        return not (evidence.timing is Timing.CLOSE and evidence.album is Agreement.YES)
    return _undecided(evidence) and evidence.timing in {Timing.APART, Timing.FAR}


def _incomparable(evidence: Evidence) -> bool:
    """Refuse titles in scripts that cannot be compared, unless artist and duration leave little else."""
    if evidence.naming is not Naming.OTHER_SCRIPT:
        return False
    return evidence.artist is not Kinship.SAME or not _within(evidence, _OTHER_SCRIPT)


def _artist_unsupported(evidence: Evidence) -> bool:
    """Refuse an artist who is only similar, or unknown, where neither album nor duration speak for the track."""
    if evidence.artist is Kinship.DIFFERENT:
        return True
    unsure = evidence.artist is not Kinship.SAME and evidence.album is not Agreement.YES
    return unsure and _wider_than(evidence, _SUPPORTING)


_GATES: Final[tuple[tuple[Refusal, Condition], ...]] = (
    (Refusal.TITLE, lambda evidence: evidence.naming is Naming.DIFFERENT),
    (Refusal.ARTIST, _artist_unsupported),
    (Refusal.VERSION, _other_version),
    (Refusal.PART, lambda evidence: evidence.parts is Agreement.NO),
    (Refusal.SUBTITLE, lambda evidence: evidence.subtitles is Agreement.NO),
    (Refusal.DESCRIPTOR, _other_descriptor),
    (Refusal.DURATION, lambda evidence: evidence.timing is Timing.FAR),
    (Refusal.GUEST, lambda evidence: evidence.guests is Agreement.NO and evidence.timing is not Timing.CLOSE),
    (Refusal.TITLE, lambda evidence: evidence.naming is Naming.TYPO and _wider_than(evidence, _SUPPORTING)),
    (Refusal.SCRIPT, _incomparable),
)
"""Gates in order: the first that is closed names the refusal."""


def _in_other_script(evidence: Evidence) -> bool:
    """Leave to a person what is spelled in another script, unless its sound and its duration agree."""
    supported = _within(evidence, _SUPPORTING)
    if evidence.naming is Naming.OTHER_SCRIPT:
        return True
    if evidence.naming is Naming.ROMANISED and not supported:
        return True
    unread = evidence.artist is Kinship.UNKNOWN and evidence.artist_scripts_differ
    return unread and not (supported and evidence.album is Agreement.YES)


def _lacks_duration(evidence: Evidence) -> bool:
    """Tell whether only a duration, which is missing, could tell which version or part this is."""
    unsure = _undecided(evidence) or evidence.album_live_differs
    return unsure and evidence.gap is None and evidence.album is not Agreement.YES


def _is_exact(evidence: Evidence) -> bool:
    """Tell whether song and artist are the same by name."""
    return evidence.naming is Naming.EQUAL and evidence.artist is Kinship.SAME


def _is_supported(evidence: Evidence) -> bool:
    """Tell whether the duration, or for an equal title the album, speaks for what is only similar."""
    same_release = evidence.album is Agreement.YES and evidence.naming is Naming.EQUAL
    return same_release or _within(evidence, _SUPPORTING)


_TIERS: Final[tuple[tuple[Tier, Condition], ...]] = (
    (Tier.OTHER_SCRIPT, _in_other_script),
    (Tier.EDIT, lambda evidence: evidence.edit_differs and evidence.gap is None),
    (Tier.NO_DURATION, _lacks_duration),
    (Tier.EXACT, _is_exact),
    (Tier.FUZZY, _is_supported),
    (Tier.NO_DURATION, lambda _: True),
)
"""Tiers in the order in which a candidate that no gate refused is tried."""
