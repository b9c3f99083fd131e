"""What two descriptions of tracks say about being the same recording: three-valued, symmetric, judged elsewhere."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache
import re
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ..model import Track
from .artists import Credit, Kinship, kinship, likeness, overlap, parse_credit
from .normalise import key, words
from .parts import LOOSE_PARTS
from .scripts import IDEOGRAPHIC
from .titles import Title, parse_title
from .vocabulary import ALBUM_PATTERNS, NEUTRAL_WORDS, Family

_ISRC: Final = re.compile(r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$")
_DIGITS: Final = re.compile(r"\d+")
_ALBUM_FAMILIES: Final = tuple((family, re.compile(pattern)) for family, pattern in ALBUM_PATTERNS.items())

_SHORTEST_DURATION: Final = 10.0
"""Seconds: below this a duration that differs is taken for a mistake of the export."""
_CLOSE: Final = 2.0
_NEAR: Final = 4.0
_FAR: Final = 10.0
_FAR_SHARE: Final = 0.02

_SHORTEST_TYPO: Final = 5
_LONG_TITLE: Final = 12
_IMITATION: Final = frozenset({Family.KARAOKE})
_WHOLE_ALBUMS: Final = frozenset({Family.RERECORDED})
_SUBTITLE_RATIO: Final = 85.0
_ROMANISED_RATIO: Final = 85.0
_DESCRIPTOR_RATIO: Final = 88.0
_UNDECIDED: Final = 50.0
_PLACES: Final = frozenset({Family.LIVE, Family.SESSION, Family.ACOUSTIC})


class Agreement(Enum):
    """What one kind of evidence says."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


class Naming(IntEnum):
    """How two song names relate, farthest first."""

    DIFFERENT = 0
    OTHER_SCRIPT = 1
    ROMANISED = 2
    TYPO = 3
    EQUAL = 4


class Timing(IntEnum):
    """How two durations relate, farthest first."""

    FAR = 0
    UNKNOWN = 1
    APART = 2
    NEAR = 3
    CLOSE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A track read once: what its texts mean, and its identifiers where they are valid."""

    track: Track
    title: Title
    credit: Credit
    album: str
    album_families: frozenset[Family]
    duration: float | None
    isrc: str | None
    mbid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that two descriptions say about each other.

    `gap` is the difference in seconds, None where unknown. `families_missing` are the version families that one side
    names and neither title nor album name on the other; with `families_clash` each side names one, with
    `families_by_album` only the other's album did.
    `title_ratio` and `artist_ratio` are 0..100.
    """

    isrc: Agreement
    mbid: Agreement
    naming: Naming
    raw_title: bool
    artist: Kinship
    artist_scripts_differ: bool
    timing: Timing
    gap: float | None
    families_missing: frozenset[Family]
    families_clash: bool
    families_by_album: bool
    descriptors: Agreement
    album_live_differs: bool
    edit_differs: bool
    parts: Agreement
    subtitles: Agreement
    guests: Agreement
    album: Agreement
    explicit: Agreement
    same_master: bool
    title_ratio: float
    artist_ratio: float
    artist_overlap: float


@lru_cache(maxsize=8192)
def describe(track: Track) -> Description:
    """Read a track."""
    title = parse_title(track.title, track.version)
    credit = parse_credit(track.artists, title.guests)
    album, album_families = _album(track.album or "")
    isrc = track.isrc.upper().replace("-", "").replace(" ", "") if track.isrc else ""
    return Description(
        track=track,
        title=title,
        credit=credit,
        album=album,
        album_families=album_families | ({Family.KARAOKE} if credit.imitates else frozenset()),
        duration=track.duration if track.duration and track.duration > 0 else None,
        isrc=isrc if _ISRC.match(isrc) else None,
        mbid=track.mbid.strip().lower() or None if track.mbid else None,
    )


@lru_cache(maxsize=8192)
def _album(album: str) -> tuple[str, frozenset[Family]]:
    """Key of an album's title without the words of its edition, and the families it claims for all its tracks."""
    spoken = words(album)
    named = parse_title(album).spoken if album else ""
    essential = "".join(word for word in named.split() if word not in NEUTRAL_WORDS)
    return essential or key(album), frozenset(family for family, pattern in _ALBUM_FAMILIES if pattern.search(spoken))


def weigh(one: Description, other: Description) -> Evidence:
    """Compare two tracks; symmetric."""
    timing, gap = _timing(one.duration, other.duration)
    naming = _naming(one.title, other.title)
    missing, clash, by_album = _families(one, other)
    artist = kinship(one.credit, other.credit)
    return Evidence(
        isrc=_same(one.isrc, other.isrc),
        mbid=_same(one.mbid, other.mbid),
        naming=naming,
        raw_title=one.title.raw == other.title.raw,
        artist=artist,
        artist_scripts_differ=_scripts_differ(one.credit.scripts, other.credit.scripts),
        timing=timing,
        gap=gap,
        families_missing=missing,
        families_clash=clash,
        families_by_album=by_album,
        descriptors=_descriptors(one.title, other.title),
        album_live_differs=_live_only_by_album(one, other),
        edit_differs=one.title.edit != other.title.edit,
        parts=_parts(one.title, other.title),
        subtitles=_subtitles(one.title, other.title),
        guests=_guests(one, other),
        album=_same(one.album or None, other.album or None),
        explicit=_same(one.track.explicit, other.track.explicit),
        same_master=one.title.master == other.title.master,
        title_ratio=_title_ratio(one.title, other.title, naming),
        artist_ratio=_artist_ratio(one.credit, other.credit, artist),
        artist_overlap=overlap(one.credit, other.credit),
    )


def _same[T](one: T | None, other: T | None) -> Agreement:
    """Compare two values of which either may be missing."""
    if one is None or other is None:
        return Agreement.UNKNOWN
    return Agreement.YES if one == other else Agreement.NO


def _timing(one: float | None, other: float | None) -> tuple[Timing, float | None]:
    """Compare durations; what is too short to be a song, or missing, says nothing unless it agrees."""
    if one is None or other is None:
        return Timing.UNKNOWN, None
    gap = abs(one - other)
    if gap <= _CLOSE:
        return Timing.CLOSE, gap
    if min(one, other) < _SHORTEST_DURATION:
        return Timing.UNKNOWN, None
    if gap <= _NEAR:
        return Timing.NEAR, gap
    return (Timing.APART if gap <= max(_FAR, _FAR_SHARE * max(one, other)) else Timing.FAR), gap


def _naming(one: Title, other: Title) -> Naming:
    """Compare song names, from equality over slips of the pen to another script."""
    if not one.key or not other.key:
        return Naming.DIFFERENT
    if one.key == other.key or one.full_key == other.full_key or one.bare_key == other.bare_key:
        return Naming.EQUAL
    if (one.mask and one.mask.fullmatch(other.key)) or (other.mask and other.mask.fullmatch(one.key)):
        return Naming.EQUAL
    if _scripts_differ(one.scripts, other.scripts):
        return _across_scripts(one, other)
    if (one.scripts | other.scripts) & IDEOGRAPHIC:
        romanised = one.romanised and one.romanised == other.romanised
        return Naming.ROMANISED if romanised else Naming.DIFFERENT
    return Naming.TYPO if _is_typo(one, other) else Naming.DIFFERENT


def _scripts_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two texts have letters, and none of one writing system."""
    return bool(one and other) and not one & other


def _across_scripts(one: Title, other: Title) -> Naming:
    """Compare names in different scripts: by their sound, or by the other name given as a subtitle."""
    if other.key in map(key, one.subtitles) or one.key in map(key, other.subtitles):
        return Naming.EQUAL
    mine, theirs = one.romanised or one.key, other.romanised or other.key
    if (one.romanised or other.romanised) and fuzz.ratio(mine, theirs) >= _ROMANISED_RATIO:
        return Naming.ROMANISED
    return Naming.OTHER_SCRIPT


def _is_typo(one: Title, other: Title) -> bool:
    """Tell a slip of the pen from another word: few letters, none of them digits, in a name long enough."""
    shorter = min(len(one.key), len(other.key))
    if shorter < _SHORTEST_TYPO or one.numbers != other.numbers:
        return False
    allowed = 2 if shorter >= _LONG_TITLE else 1
    return OSA.distance(one.key, other.key, score_cutoff=allowed) <= allowed


def _title_ratio(one: Title, other: Title, naming: Naming) -> float:
    """Say how alike two song names are, 0..100; by their sound where their scripts differ."""
    if naming is Naming.EQUAL:
        return 100.0
    if naming is Naming.ROMANISED:
        return fuzz.ratio(one.romanised or one.key, other.romanised or other.key)
    return fuzz.ratio(one.spoken, other.spoken)


def _artist_ratio(one: Credit, other: Credit, artist: Kinship) -> float:
    """Say how alike two credits are, 0..100; half where nothing can be said."""
    if artist is Kinship.SAME:
        return 100.0
    return _UNDECIDED if artist is Kinship.UNKNOWN else likeness(one, other)


def _families(one: Description, other: Description) -> tuple[frozenset[Family], bool, bool]:
    """Name the version families that one side lacks in title and album.

    Tell also whether each side lacks one, and whether only the title of another album made up for one.
    """
    mine, theirs = one.title.families, other.title.families
    if mine == theirs:
        return (one.album_families ^ other.album_families) & _IMITATION - mine, False, False
    same_album = bool(one.album) and one.album == other.album
    # An album recorded anew says so in its own title, where it is not the only one of that name.
    whole_album = _WHOLE_ALBUMS - (one.album_families ^ other.album_families) if same_album else frozenset[Family]()
    they_lack = mine - theirs - other.album_families - whole_album
    i_lack = theirs - mine - one.album_families - whole_album
    return they_lack | i_lack, bool(they_lack and i_lack), not same_album and not (they_lack or i_lack)


def _live_only_by_album(one: Description, other: Description) -> bool:
    """Tell whether only one album says live of tracks whose titles both do not."""
    if not one.album or not other.album or one.album == other.album:
        return False
    said = Family.LIVE in one.title.families or Family.LIVE in other.title.families
    return not said and (Family.LIVE in one.album_families) != (Family.LIVE in other.album_families)


def _descriptors(one: Title, other: Title) -> Agreement:
    """Compare what names the remixer, venue or language; a place may be told in more words on one side."""
    mine, theirs = one.descriptors, other.descriptors
    if mine == theirs:
        return Agreement.YES
    if not mine or not theirs:
        return Agreement.UNKNOWN
    families = one.families | other.families
    if (mine <= theirs or theirs <= mine) and families & _PLACES:
        return Agreement.YES
    ratio = fuzz.ratio(" ".join(sorted(mine)), " ".join(sorted(theirs)))
    if ratio >= _DESCRIPTOR_RATIO and not any(word.isdigit() for word in mine ^ theirs):
        return Agreement.YES
    return Agreement.UNKNOWN if mine <= theirs or theirs <= mine else Agreement.NO


def _parts(one: Title, other: Title) -> Agreement:
    """Compare part numbers: a catalogue number may be missing on one side, a first part only with support."""
    if one.parts == other.parts:
        return Agreement.YES
    mine, theirs = dict(one.parts), dict(other.parts)
    if any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys()):
        return Agreement.NO
    left = {(kind, number) for kind, number in one.parts ^ other.parts if kind not in LOOSE_PARTS}
    if not left:
        return Agreement.YES
    return Agreement.UNKNOWN if all(number == "1" for _, number in left) else Agreement.NO


def _subtitles(one: Title, other: Title) -> Agreement:
    """Compare subtitles: one side may leave its own out, two must be alike."""
    if one.subtitles == other.subtitles or one.full_key == other.full_key:
        return Agreement.YES
    mine, theirs = "".join(map(key, one.subtitles)), "".join(map(key, other.subtitles))
    if not mine or not theirs or one.key in theirs or other.key in mine:
        return Agreement.UNKNOWN
    if _DIGITS.findall(mine) != _DIGITS.findall(theirs):
        return Agreement.NO
    if mine in theirs or theirs in mine or set(one.subtitles) & set(other.subtitles):
        return Agreement.YES
    return Agreement.YES if fuzz.ratio(mine, theirs) >= _SUBTITLE_RATIO else Agreement.NO


def _guests(one: Description, other: Description) -> Agreement:
    """Compare guests named in titles with everybody named on the other side."""
    mine, theirs = one.title.guests, other.title.guests
    if not mine or not theirs:
        return Agreement.UNKNOWN
    my_guests = parse_credit(mine).keys
    their_guests = parse_credit(theirs).keys
    if my_guests & other.credit.keys or their_guests & one.credit.keys:
        return Agreement.YES
    alike = max(fuzz.ratio(one_guest, other_guest) for one_guest in my_guests for other_guest in their_guests)
    return Agreement.YES if alike >= _DESCRIPTOR_RATIO else Agreement.NO
