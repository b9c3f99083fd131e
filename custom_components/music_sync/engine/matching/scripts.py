"""Which writing systems a text uses, and how those with a fixed sound are written in Latin letters."""

from functools import lru_cache
from typing import Final
import unicodedata

_CYRILLIC_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщъыьэюяієґђјљњћџў"
_CYRILLIC_SOUNDS: Final = (
    "a b v g d e zh z i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i ye g dj j lj nj c dz u"
)
_GREEK_LETTERS: Final = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_SOUNDS: Final = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_SILENT: Final = "-"
_KANA_ROWS: Final = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_KANA_IRREGULAR: Final = {
    "し": "shi",
    "ち": "chi",
    "つ": "tsu",
    "ふ": "fu",
    "じ": "ji",
    "ぢ": "ji",
    "づ": "zu",
    "や": "ya",
    "ゆ": "yu",
    "よ": "yo",
    "わ": "wa",
    "を": "o",
    "ん": "n",
    "ゔ": "vu",
}
_KANA: Final = {
    kana: consonant + vowel for consonant, row in _KANA_ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)
} | _KANA_IRREGULAR
_KANA_SMALL: Final = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_KANA_DOUBLING: Final = "っ"
_KANA_LONG: Final = "ー"
_KATAKANA_SHIFT: Final = ord("ア") - ord("あ")

_HANGUL_FIRST: Final = 0xAC00
_HANGUL_LAST: Final = 0xD7A3
_HANGUL_INITIALS: Final = "g kk n d tt r m b pp s ss - j jj ch k t p h"
_HANGUL_VOWELS: Final = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
_HANGUL_FINALS: Final = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t"
_INITIALS, _VOWELS, _FINALS = (
    tuple(sound.replace(_SILENT, "") for sound in sounds.split())
    for sounds in (_HANGUL_INITIALS, _HANGUL_VOWELS, _HANGUL_FINALS)
)

_ALPHABETS: Final = {
    letter: sound.replace(_SILENT, "")
    for letters, sounds in ((_CYRILLIC_LETTERS, _CYRILLIC_SOUNDS), (_GREEK_LETTERS, _GREEK_SOUNDS))
    for letter, sound in zip(letters, sounds.split(), strict=True)
}
IDEOGRAPHIC: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
"""Writing systems in which one sign is as much as a word or a syllable: a differing sign is never a typo."""


@lru_cache(maxsize=8192)
def _script(char: str) -> str | None:
    """Name a letter's writing system; None for what is no letter."""
    if not char.isalpha():
        return None
    if char.isascii():
        return "LATIN"
    return unicodedata.name(char, "OTHER").split(" ", 1)[0].split("-", 1)[0]


def scripts_of(folded: str) -> frozenset[str]:
    """Name the writing systems of folded text, in Unicode's words: LATIN, CYRILLIC, CJK, HANGUL, and so on."""
    if folded.isascii():
        return frozenset({"LATIN"}) if any(char.isalpha() for char in folded) else frozenset()
    return frozenset(script for script in map(_script, folded) if script)


def romanise(folded: str) -> str | None:
    """Spell folded text in Latin letters; None for plain text, and where a sign has no one sound (kanji)."""
    if folded.isascii():
        return None
    spelled: list[str] = []
    doubling = False
    for char in folded:
        sign = chr(ord(char) - _KATAKANA_SHIFT) if "ァ" <= char <= "ヴ" else char
        if sign in _KANA_SMALL and spelled and spelled[-1].endswith("i") and len(spelled[-1]) > 1:
            glide = _KANA_SMALL[sign]
            stem = spelled[-1][:-1]
            spelled[-1] = stem + (glide.removeprefix("y") if stem.endswith(("sh", "ch", "j")) else glide)
            continue
        if sign == _KANA_DOUBLING:
            doubling = True
            continue
        if sign == _KANA_LONG:
            continue
        letters = _letters(sign)
        if letters is None:
            return None
        spelled.append(letters[:1] + letters if doubling else letters)
        doubling = False
    return "".join(spelled)


def _letters(sign: str) -> str | None:
    """Spell one sign in Latin letters, or None where it cannot be known."""
    if sign.isascii() or not sign.isalpha():
        return sign
    if _HANGUL_FIRST <= ord(sign) <= _HANGUL_LAST:
        rest, final = divmod(ord(sign) - _HANGUL_FIRST, len(_FINALS))
        initial, vowel = divmod(rest, len(_VOWELS))
        return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
    return _ALPHABETS.get(sign, _KANA.get(sign, _KANA_SMALL.get(sign)))
