"""Who a recording is credited to: a set of names, whole and split, so that any way of joining them compares."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
import re
from typing import Final

from rapidfuzz import fuzz

from .credit_words import ARTIST_EXTRAS, ARTIST_SEPARATORS, FEATURED, IMITATORS, VARIOUS_ARTISTS
from .normalise import clean, fold, key, without_article, words
from .scripts import romanise, scripts_of

_SEPARATOR: Final = re.compile(ARTIST_SEPARATORS, re.IGNORECASE)
_FEATURED: Final = re.compile(
    rf"(?<!\d)\s+[\(\[]?{FEATURED}(?:\s+|(?<=\.)(?=\S))(?P<guests>.*?)[\)\]]?$", re.IGNORECASE
)
_IMITATOR: Final = re.compile(IMITATORS)
_NOTE: Final = re.compile(r"\s*[\(\[][^()\[\]]*[\)\]]")
_SHORTEST_TYPO: Final = 5
_TYPO_RATIO: Final = 86.0


class Kinship(IntEnum):
    """How likely two credits name the same people, unlikeliest first."""

    DIFFERENT = 0
    UNKNOWN = 1
    SIMILAR = 2
    SAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The artists of a recording.

    `first` is the first name as written; `names` are the folded words of every artist, whole and split, `keys` those
    without spaces and leading articles. `imitates` tells karaoke and tribute acts; `nobody` that no one is named.
    """

    first: str
    names: frozenset[str]
    keys: frozenset[str]
    romanised: frozenset[str]
    scripts: frozenset[str]
    imitates: bool
    nobody: bool


@lru_cache(maxsize=16384)
def parse_credit(artists: tuple[str, ...], guests: tuple[str, ...] = ()) -> Credit:
    """Read a track's artists, and the guests its title names."""
    whole = tuple(name for artist in artists if (name := clean(artist.replace("\\,", ","))))
    names = _names((*whole, *guests))
    keys = frozenset(_key(name) for name in names)
    nobody = not whole or keys <= VARIOUS_ARTISTS
    return Credit(
        first=_first(whole[0]) if whole else "",
        names=names,
        keys=keys - VARIOUS_ARTISTS,
        romanised=frozenset(key(latin) for name in names if (latin := romanise(name))),
        scripts=frozenset(script for name in names for script in scripts_of(name)),
        imitates=any(_IMITATOR.search(words(name)) for name in whole),
        nobody=nobody,
    )


def _names(credited: Iterable[str]) -> frozenset[str]:
    """Fold every name, each credit whole and split, with and without the notes in brackets behind it."""
    found: set[str] = set()
    for credit in credited:
        for spelling in {credit, _NOTE.sub("", credit).strip() or credit}:
            found.add(words(spelling) or fold(spelling))
            found |= {spoken for name in _SEPARATOR.split(spelling) if len(spoken := words(name)) > 1}
    return frozenset(found - {"", "the"})


def _first(credit: str) -> str:
    """Name the first artist of a credit as written, without guests; a band's own commas stay."""
    if featured := _FEATURED.search(credit):
        credit = credit[: featured.start()]
    return re.split(r"\s*[;|•·]\s*", credit, maxsplit=1)[0].strip() or credit


def _key(name: str) -> str:
    """Key of a name without a leading article."""
    return key(without_article(name)) or key(name)


def kinship(one: Credit, other: Credit) -> Kinship:
    """Compare two credits; symmetric."""
    if one.imitates != other.imitates:
        return Kinship.DIFFERENT
    if one.nobody or other.nobody:
        return Kinship.UNKNOWN
    if one.keys & other.keys:
        return Kinship.SAME
    if (one.romanised & (other.keys | other.romanised)) or (other.romanised & one.keys):
        return Kinship.SAME
    if one.scripts and other.scripts and not one.scripts & other.scripts:
        return Kinship.UNKNOWN
    return max((_alike(mine, theirs) for mine in one.names for theirs in other.names), default=Kinship.DIFFERENT)


def _alike(one: str, other: str) -> Kinship:
    """Compare names that differ: by the order of words, by an honorific or a band's suffix, by a slip of the pen."""
    mine, theirs = frozenset(one.split()), frozenset(other.split())
    shared = mine & theirs
    if len(shared) > 1 and (mine ^ theirs) <= ARTIST_EXTRAS:
        return Kinship.SAME
    if min(len(one), len(other)) < _SHORTEST_TYPO:
        return Kinship.DIFFERENT
    if len(shared) > 1 and (mine <= theirs or theirs <= mine):
        return Kinship.SIMILAR
    if fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""), score_cutoff=_TYPO_RATIO):
        return Kinship.SIMILAR
    return Kinship.DIFFERENT


def likeness(one: Credit, other: Credit) -> float:
    """Say how alike two credits are, 0..100; equal names count fully."""
    if one.keys & other.keys:
        return 100.0
    return max((fuzz.ratio(mine, theirs) for mine in one.names for theirs in other.names), default=0.0)


def overlap(one: Credit, other: Credit) -> float:
    """Say what share of all names both credits have, 0..1: it tells a duet from a solo recording."""
    union = one.keys | other.keys
    return len(one.keys & other.keys) / len(union) if union else 0.0
