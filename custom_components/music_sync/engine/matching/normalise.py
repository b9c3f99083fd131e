"""Text as the matcher compares it: one spelling for case, width, quotes, hyphens and accents, in every script."""

from functools import lru_cache
import html
import re
from typing import Final
import unicodedata

_QUOTES: Final = "'`\u2018\u2019\u201a\u201b\u02bc\u02b9\u02bb\u00b4\u2032\uff07"
_DOUBLE_QUOTES: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_HYPHENS: Final = "~\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u301c\uff5e"
_DROPPED: Final = "\u2122\u00ae\u00a9\u2117\ufe0e\ufe0f"
_UNACCENTED: Final = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "\u0131": "i",
    "ħ": "h",
    "ŧ": "t",
    "ə": "e",
    "\u00d7": "x",
}

_BEFORE: Final = str.maketrans(
    dict.fromkeys(_QUOTES, "'")
    | dict.fromkeys(_DOUBLE_QUOTES, '"')
    | dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_DROPPED)
)
_AFTER: Final = str.maketrans(_UNACCENTED)
_COMBINING_FIRST: Final = "\u0300"
_COMBINING_LAST: Final = "\u036f"

_ENTITY: Final = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_AND: Final = re.compile(r"\s*&\s*|(?<=\w)\s\+\s(?=\w)|(?<=\w)(?:\s?'n'\s?|\sn'\s|\s'n\s|\sn\s)(?=\w)")
_STYLED: Final = re.compile(r"(?<=[a-z])[$](?=[a-z])|[$](?=[a-z]{2})|(?<=[a-z])!(?=[a-z])")
_STYLED_LETTERS: Final = {"$": "s", "!": "i"}
_INITIALS: Final = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?:\.|\b))")
_DROPPED_G: Final = re.compile(r"(?<=[a-z]{2}in)'(?!\w)")
_ASCII_BREAK: Final = re.compile(r"[^a-z0-9*]+")
_ARTICLE: Final = re.compile(r"^(?:the|a|an) (?=\S)")
_TRAILING_ARTICLE: Final = re.compile(r"^(.+\S), (the|a|an)$")


def clean(text: str) -> str:
    """Return text in its own case, with one form of quotes, hyphens, width and white space."""
    if text.isascii() and "`" not in text and "~" not in text and "&" not in text:
        return " ".join(text.split())
    if "&" in text and ";" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).translate(_BEFORE)
    text = "".join(
        char for char in text if unicodedata.category(char) not in {"Cf", "Cc", "Cs", "Co", "Cn"} or char.isspace()
    )
    return " ".join(text.split())


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return cleaned text without case and without the accents of Latin, Greek and Cyrillic letters."""
    text = clean(text)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text.casefold()))
    text = "".join(char for char in text if not _COMBINING_FIRST <= char <= _COMBINING_LAST)
    return " ".join(unicodedata.normalize("NFKC", text).translate(_AFTER).casefold().translate(_BEFORE).split())


@lru_cache(maxsize=16384)
def words(text: str) -> str:
    """Return folded words, a space between them; stars stay. "Rock 'n' Roll, Ain't It" is "rock and roll aint it"."""
    folded = fold(text)
    if trailing := _TRAILING_ARTICLE.match(folded):
        folded = f"{trailing[2]} {trailing[1]}"
    folded = _AND.sub(" and ", folded)
    folded = _STYLED.sub(lambda sign: _STYLED_LETTERS[sign[0]], folded)
    folded = _INITIALS.sub(r"\1", folded)
    folded = _DROPPED_G.sub("g", folded).replace("'", "")
    if folded.isascii():
        spaced = _ASCII_BREAK.sub(" ", folded)
    else:
        spaced = "".join(char if char == "*" or _is_letter(char) else " " for char in folded)
    return " ".join(spaced.split())


@lru_cache(maxsize=4096)
def _is_letter(char: str) -> bool:
    """Tell whether a character belongs to a word: letters, digits, and the marks many scripts write vowels with."""
    return char.isalnum() or unicodedata.category(char).startswith("M")


def key(text: str) -> str:
    """Join words without spaces; text of nothing but signs stands for itself. Empty for empty text only."""
    joined = words(text).replace(" ", "").replace("*", "")
    return joined or _SPACES.sub("", fold(text))


def without_article(spoken: str) -> str:
    """Return words (as `words` gives them) without a leading English article."""
    return _ARTICLE.sub("", spoken)
