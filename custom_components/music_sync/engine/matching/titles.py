"""A title taken apart: the song's name, its part numbers, guests, subtitles and what it says about the version."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
import re
from typing import Final

from .credit_words import FEATURED, FEATURED_BRACKET
from .normalise import clean, fold, key, without_article, words
from .parts import Parts, arabic_ending, take_parts
from .scripts import romanise, scripts_of
from .versions import VersionWords, read_version
from .vocabulary import BARE_SUFFIXES, Family

_OPENING: Final = {"(": ")", "[": "]", "{": "}", "<": ">", "\u3010": "\u3011", "\u3014": "\u3015"}
_TOLERATED_UNCLOSED: Final = "([{"
_DASH: Final = re.compile(r"\s+-+\s*|(?<=\S)-+\s+")
_ATOM: Final = re.compile(r"\s*;\s*|\s+-+\s*|(?<=\S)-+\s+|\s+/\s+|[\[\](){}]|:\s+")
_INLINE_FEATURED: Final = re.compile(
    rf"(?<!\d)(?<=\S)\s+{FEATURED}(?:\s+|(?<=\.)(?=\S))(?P<guests>\S.*)$", re.IGNORECASE
)
_BRACKET_FEATURED: Final = re.compile(FEATURED_BRACKET, re.IGNORECASE)
_INSIDE_FEATURED: Final = re.compile(rf"(?:^|[\s,;/-]){FEATURED}(?:\s+|(?<=\.)(?=\S))(?P<guests>[^;]+)", re.IGNORECASE)
_BARE_SUFFIX: Final = re.compile(
    rf"^(?P<title>.*\S)\s+(?P<suffix>{'|'.join(sorted(BARE_SUFFIXES, key=len, reverse=True))})$"
)
_INCH: Final = re.compile(r"(?<=\d)\s*(?:\"|''|-?\s?inch\b|\s?in\.)", re.IGNORECASE)
_ARTICLES: Final = frozenset({"the", "a", "an"})
_YEAR_ONLY: Final = re.compile(r"^(?:1[89]\d\d|20\d\d)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in its parts.

    `shown` is the song's name in its own spelling, `shown_version` what names the version; `spoken` its folded words,
    `key` those without spaces, `bare_key` without a leading article too, `full_key` with all subtitles. `raw` is the
    whole, folded but with its punctuation. `subtitles` are folded words, `guests` names as written; `numbers` are the
    digits left in the name, `mask` fits what stars may hide.
    """

    shown: str
    shown_version: str
    spoken: str
    key: str
    bare_key: str
    full_key: str
    raw: str
    subtitles: tuple[str, ...]
    families: frozenset[Family]
    descriptors: frozenset[str]
    edit: bool
    master: bool
    parts: Parts
    guests: tuple[str, ...]
    numbers: tuple[str, ...]
    scripts: frozenset[str]
    romanised: str | None
    mask: re.Pattern[str] | None


class _Draft:
    """What has been found so far while a title is taken apart."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.readings: list[VersionWords] = []
        self.subtitles: list[str] = []
        self.guests: list[str] = []
        self.parts: set[tuple[str, str]] = set()
        self.shown_version: list[str] = []

    def read(self, segment: str) -> bool:
        """Read a bracket, what follows a dash, or a version field; False where it is no more than a subtitle."""
        segment = _INCH.sub(" inch ", segment)
        featured = _BRACKET_FEATURED.match(segment)
        if featured and segment[featured.end() :].strip():
            inner, _, tail = segment[featured.end() :].partition(";")
            self.guests.append(inner.strip())
            if tail.strip():
                self.read(tail)
            return True
        if inside := _INSIDE_FEATURED.search(segment):
            self.guests.append(inside["guests"].strip())
            segment = f"{segment[: inside.start()]} {segment[inside.end() :]}".strip(" ;,-/")
        without_parts, parts = take_parts(fold(segment), alone=True)
        self.parts |= parts
        if parts and not words(without_parts):
            return True
        return self._read_atoms(without_parts if parts else segment) or bool(parts)

    def _read_atoms(self, segment: str) -> bool:
        """Read a segment stretch by stretch; beside a named version, a stretch that names none describes it."""
        readings = [(atom, read_version(words(atom))) for atom in _ATOM.split(segment) if words(atom)]
        known = [reading for _, reading in readings if reading.says_version]
        families = any(reading.families for reading in known)
        if families or any(reading.edit for reading in known):
            self.shown_version.append(segment.strip())
        self.readings += known
        for atom, reading in readings:
            if reading.says_version:
                continue
            if families:
                names = frozenset(words(atom).split())
                self.readings.append(
                    VersionWords(descriptors=frozenset(name for name in names if not _YEAR_ONLY.match(name)))
                )
            else:
                self.subtitles.append(reading.rest)
        return bool(known) or any(reading.provenance for _, reading in readings)


@lru_cache(maxsize=16384)
def parse_title(text: str, version: str | None = None) -> Title:
    """Take a title apart, with what the service keeps in a version field beside it."""
    shown = clean(text)
    draft = _Draft()
    outside = _read_brackets(shown, draft)
    base = _read_dashes(outside, draft)
    base = _read_tail(base, draft)
    if version and (field := clean(version)):
        draft.read(field.strip("()[] "))
    shown_base = base or outside or shown
    return _finish(shown_base, shown, draft)


def _finish(shown_base: str, shown: str, draft: _Draft) -> Title:
    """Put the parts of a title together; a title is never left empty by what was taken from it."""
    folded = fold(shown_base)
    rest, parts = take_parts(folded, alone=False)
    spoken = words(rest)
    if spoken:
        draft.parts |= parts
    spoken = arabic_ending(spoken or words(folded))
    named = key(spoken) or key(shown_base) or key(shown)
    subtitles = tuple(dict.fromkeys(subtitle for subtitle in draft.subtitles if key(subtitle) not in {"", named}))
    unmasked = spoken.replace("*", "")
    latin = romanise(unmasked)
    return Title(
        shown=shown_base,
        shown_version=" ".join(dict.fromkeys(draft.shown_version)),
        spoken=unmasked,
        key=named,
        bare_key=key(without_article(unmasked)) or named,
        full_key=named + "".join(key(subtitle) for subtitle in subtitles),
        raw=fold(shown),
        subtitles=subtitles,
        families=frozenset(family for reading in draft.readings for family in reading.families),
        descriptors=frozenset(name for reading in draft.readings for name in reading.descriptors),
        edit=any(reading.edit for reading in draft.readings),
        master=any(reading.master for reading in draft.readings),
        parts=frozenset(draft.parts),
        guests=tuple(dict.fromkeys(draft.guests)),
        numbers=tuple(re.findall(r"\d+", spoken)),
        scripts=scripts_of(unmasked),
        romanised=key(latin) if latin else None,
        mask=_mask(spoken),
    )


def _read_brackets(text: str, draft: _Draft) -> str:
    """Read the brackets that can be taken out of a title; what cannot stays, without its brackets."""
    kept: list[str] = []
    pieces = list(_pieces(text))
    for number, (bracket, piece) in enumerate(pieces):
        if not bracket:
            kept.append(piece)
            continue
        leading = not any(words(before) for _, before in pieces[:number])
        trailing = all(
            inside or not words(after) or after.lstrip().startswith("-") for inside, after in pieces[number + 1 :]
        )
        if leading and not _BRACKET_FEATURED.match(piece):
            kept.append(f" {piece} ")
        elif trailing:
            draft.read(piece)
            kept.append(" ")
        else:
            before = len(draft.subtitles)
            if not draft.read(piece):
                del draft.subtitles[before:]
                kept.append(f" {piece} ")
            else:
                kept.append(" ")
    return " ".join("".join(kept).split())


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Cut text into what stands in outermost brackets (True) and what does not (False)."""
    start = index = 0
    while index < len(text):
        closing = _OPENING.get(text[index])
        if closing is None:
            index += 1
            continue
        end = _closing(text, index, closing)
        if end is None:
            index += 1
            continue
        if start < index:
            yield False, text[start:index]
        yield True, text[index + 1 : end].strip()
        start = index = end + 1
    if start < len(text):
        yield False, text[start:]


def _closing(text: str, start: int, closing: str) -> int | None:
    """Find where a bracket closes; the end of the text where it was cut off."""
    depth = 0
    for index in range(start, len(text)):
        if text[index] == text[start]:
            depth += 1
        elif text[index] == closing:
            depth -= 1
            if not depth:
                return index
    return len(text) if text[start] in _TOLERATED_UNCLOSED and start else None


def _read_dashes(text: str, draft: _Draft) -> str:
    """Read what follows dashes from the first stretch on that names a version; the rest is the song's name."""
    stretches = [stretch for stretch in _DASH.split(text) if words(stretch)]
    for number, stretch in enumerate(stretches[1:], 1):
        before = len(draft.subtitles)
        if draft.read(stretch):
            rest = stretches[number + 1 :]
            if rest:
                draft.read(" - ".join([stretch, *rest]))
            head = stretches[:number]
            while len(head) > 1 and _YEAR_ONLY.match(words(head[-1])):
                head.pop()
            return " - ".join(head)
        del draft.subtitles[before:]
    return text


def _read_tail(text: str, draft: _Draft) -> str:
    """Read guests and version words that stand at the end of a title without bracket or dash."""
    if featured := _INLINE_FEATURED.search(text):
        draft.guests.append(featured["guests"])
        text = text[: featured.start()]
    spoken = words(text)
    suffix = _BARE_SUFFIX.match(spoken)
    if suffix and suffix["title"] not in _ARTICLES:
        reading = read_version(suffix["suffix"])
        draft.readings.append(reading)
        count = len(suffix["suffix"].split())
        if reading.families or reading.edit:
            draft.shown_version.append(suffix["suffix"])
        return text.rsplit(None, count)[0] if len(text.split()) > count else suffix["title"]
    return text


def _mask(spoken: str) -> re.Pattern[str] | None:
    """Make a pattern of words in which stars hide letters; None where none do."""
    joined = spoken.replace(" ", "")
    if not re.search(r"\w\*|\*\w", joined):
        return None
    letters = re.sub(r"\*+", lambda stars: f"[a-z]{{1,{len(stars[0]) + 1}}}", joined)
    return re.compile(letters)
