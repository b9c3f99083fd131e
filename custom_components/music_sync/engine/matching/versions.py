"""What a bracket, a dash or a version field says of a recording: families and the words that tell members apart."""

from dataclasses import dataclass
from functools import lru_cache
import re
from typing import Final

from .vocabulary import (
    EDIT_PATTERNS,
    FAMILY_PATTERNS,
    LANGUAGES,
    MASTER_PATTERN,
    NATIVE_MASTER,
    NATIVE_VERSION,
    NATIVE_WORDS,
    NEUTRAL_PHRASES,
    NEUTRAL_WORDS,
    PROVENANCE_PATTERN,
    STOP_WORDS,
    VERSION_WORDS,
    WEAKLY_NEUTRAL_WORDS,
    Family,
)

_FAMILIES: Final = tuple(
    (family, re.compile("|".join((*patterns, *filter(None, [NATIVE_WORDS.get(family)])))))
    for family, patterns in FAMILY_PATTERNS.items()
)
_EDIT: Final = re.compile("|".join(EDIT_PATTERNS))
_NEUTRAL: Final = re.compile("|".join(NEUTRAL_PHRASES))
_MASTER: Final = re.compile(f"{MASTER_PATTERN}|{NATIVE_MASTER}")
_NATIVE_VERSION: Final = re.compile(NATIVE_VERSION)
_PROVENANCE: Final = re.compile(PROVENANCE_PATTERN)
_YEAR: Final = re.compile(r"^(?:1[89]\d\d|20\d\d)$")
_LANGUAGE_OF: Final = {word: language for language, spellings in LANGUAGES.items() for word in spellings.split()}
_POSSESSIVE_VERSION: Final = re.compile(r"^(\w+s) (?:version|ver)$")

_IMPLIED: Final = {Family.LIVE: frozenset({Family.SESSION})}
"""Families that another, named in the same words, already says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionWords:
    """What one stretch of words outside the title proper says.

    `descriptors` are the words that name the member of a family (a remixer, a venue, a language);
    `rest` is the words that name no version at all: a subtitle, or empty; `provenance` that it names a film or show.
    """

    families: frozenset[Family] = frozenset()
    descriptors: frozenset[str] = frozenset()
    edit: bool = False
    master: bool = False
    provenance: bool = False
    rest: str = ""

    @property
    def says_version(self) -> bool:
        """Tell whether these words are about the version or issue, and not a subtitle."""
        return not self.rest


@lru_cache(maxsize=8192)
def read_version(spoken: str) -> VersionWords:
    """Read words (as `normalise.words` gives them) that stand in a bracket, after a dash or in a version field."""
    if possessive := _POSSESSIVE_VERSION.match(spoken):
        return VersionWords(families=frozenset({Family.RERECORDED}), descriptors=frozenset({possessive[1]}))
    left, masters = _MASTER.subn(" ", _NATIVE_VERSION.sub(" version ", spoken))
    left = _NEUTRAL.sub(" ", " ".join(left.split()))
    left, edits = _EDIT.subn(" ", " ".join(left.split()))
    families, remaining = _take_families(left)
    if families:
        named = _descriptors(remaining, languages=Family.LANGUAGE in families)
        return VersionWords(families=families, descriptors=named, edit=bool(edits), master=bool(masters))
    if edits:
        editors = frozenset(word for word in _descriptors(remaining) if not _YEAR.match(word))
        remixed = frozenset({Family.REMIX}) if editors else frozenset[Family]()
        return VersionWords(families=remixed, descriptors=editors, edit=True, master=bool(masters))
    return VersionWords(master=True) if masters else _read_unknown(spoken, remaining)


def _take_families(left: str) -> tuple[frozenset[Family], list[str]]:
    """Take the words of every family out of a stretch."""
    families: set[Family] = set()
    for family, pattern in _FAMILIES:
        left = " ".join(left.split())
        left, found = pattern.subn(_language_named if family is Family.LANGUAGE else " ", left)
        if found:
            families.add(family)
    for family, implied in _IMPLIED.items():
        if family in families:
            families -= implied
    return frozenset(families), left.split()


def _language_named(found: re.Match[str]) -> str:
    """Leave of a language version the name of the language."""
    return f" {' '.join(word for word in found[0].split() if word in _LANGUAGE_OF)} "


def _read_unknown(spoken: str, remaining: list[str]) -> VersionWords:
    """Read words without family, edit or master: an edition, a version of its own ("1988 Version"), or a subtitle."""
    if remaining and WEAKLY_NEUTRAL_WORDS.issuperset(remaining):
        return VersionWords(rest=spoken)
    meaningful = [word for word in remaining if word not in NEUTRAL_WORDS]
    announced = any(word in VERSION_WORDS for word in meaningful)
    naming = [word for word in meaningful if word not in VERSION_WORDS]
    if all(_YEAR.match(word) for word in naming) and (not naming or len(meaningful) < len(remaining)):
        return VersionWords()
    if _PROVENANCE.search(spoken):
        film = " ".join(word for word in _PROVENANCE.sub(" ", spoken).split() if word not in NEUTRAL_WORDS)
        return VersionWords(rest=film, provenance=True)
    if announced:
        return VersionWords(families=frozenset({Family.OTHER}), descriptors=_descriptors(naming))
    return VersionWords(rest=spoken)


def _descriptors(remaining: list[str], *, languages: bool = False) -> frozenset[str]:
    """Keep the words that tell one member of a family from another."""
    named = {_LANGUAGE_OF.get(word, word) if languages else word for word in remaining}
    return frozenset(named - STOP_WORDS - NEUTRAL_WORDS - VERSION_WORDS)
