"""Numbers of parts: volumes, movements, opus and catalogue numbers, however a service writes them."""

import re
from typing import Final

type Parts = frozenset[tuple[str, str]]
"""Kinds and numbers of parts: {("part", "2")}; a range is written "1-5"."""

_SPELLINGS: Final = {
    "part": "part parts pt pts parte partes partie parties teil deel",
    "volume": "vol volume vols tome",
    "number": "no nr num number numero",
    "chapter": "chapter ch capitulo chapitre kapitel",
    "act": "act acte atto",
    "movement": "mvt movement mov satz",
    "scene": "scene",
    "episode": "episode ep folge",
    "book": "book",
    "opus": "op opus",
    "catalogue": "k kv bwv rv hwv hob woo",
}
"""What stands before the number of a part, and the kind it is."""

_BEFORE_DIGITS: Final = "no num nr number k ep ch mov op rv kv bwv hwv hob woo scene"
"""Those that are words of their own, too, or letters: they need digits behind them."""

LOOSE_PARTS: Final = frozenset({"opus", "catalogue"})
"""Kinds of numbers that a title may leave out."""

_COUNTED: Final = "one|uno|eins two|dos|deux|zwei three|tres|trois|drei four five six seven eight nine ten"
_IN_WORDS: Final = {word: str(number) for number, words in enumerate(_COUNTED.split(), 1) for word in words.split("|")}
_ROMAN_DIGITS: Final = {"i": 1, "v": 5, "x": 10}

_KIND_OF: Final = {word: kind for kind, spellings in _SPELLINGS.items() for word in spellings.split()}
_STRICT_KINDS: Final = "|".join(_BEFORE_DIGITS.split())
_KINDS: Final = "|".join(word for word in _KIND_OF if word not in _BEFORE_DIGITS.split())
_ROMAN: Final = r"(?:x{0,3}(?:ix|iv|v?i{1,3}|v)|x{1,3})"
_DIGITS: Final = r"\d+(?:\.\d+)*[a-d]?"
_NUMBER: Final = rf"(?:{_DIGITS}|{_ROMAN}|{'|'.join(_IN_WORDS)})"
_JOINT: Final = r"\s*(?:-|to|&|and|\+|,|/)\s*(?!\d{4})"
_PART: Final = re.compile(
    rf"(?<![\w'])(?:(?P<kind>{_KINDS})(?:\.\s*|\s+)(?P<numbers>{_NUMBER}(?:{_JOINT}{_NUMBER})*)"
    rf"|(?P<strict>{_STRICT_KINDS})(?:\.\s*|\s+)(?P<digits>{_DIGITS}(?:{_JOINT}{_DIGITS}(?!\s*[a-z]))*)"
    rf"|(?P<sign>#)\s*(?P<signed>\d+))(?![\w'])"
)
_MOVEMENT: Final = re.compile(rf"(?:^|(?<=[:/-])\s*)(?P<roman>{_ROMAN})\.\s+(?=[^\W\d])")
_RANGE: Final = re.compile(rf"^(?!\d{{4}}){_NUMBER}\s*-\s*(?!\d{{4}}){_NUMBER}$")
_ONE_NUMBER: Final = re.compile(rf"(?<!\w){_NUMBER}(?!\w)")
_ROMAN_ENDING: Final = re.compile(r"(?<=\w )(ii|iii|iv|vi|vii|viii|ix)$")


def take_parts(folded: str, *, alone: bool) -> tuple[str, set[tuple[str, str]]]:
    """Take part numbers out of folded text; `alone` reads a bare range such as "I-V" as parts, too."""
    if alone and _RANGE.match(folded):
        return "", {("part", _numbers(folded))}
    parts: set[tuple[str, str]] = set()

    def take(found: re.Match[str]) -> str:
        """Note a part and leave a gap."""
        kind = "number" if found["sign"] else _KIND_OF[found["kind"] or found["strict"]]
        parts.add((kind, _numbers(found["numbers"] or found["digits"] or found["signed"])))
        return " "

    def take_movement(found: re.Match[str]) -> str:
        """Note a movement and leave a gap."""
        parts.add(("movement", _value(found["roman"])))
        return " "

    return _MOVEMENT.sub(take_movement, _PART.sub(take, folded)), parts


def arabic_ending(spoken: str) -> str:
    """Write a Roman number at the end of words in digits, where it cannot be a letter or a word."""
    return _ROMAN_ENDING.sub(lambda roman: _value(roman[1]), spoken)


def _numbers(text: str) -> str:
    """Write numbers in one way: "I - V" as "1-5", "1 & 2" as "1-2"."""
    values = [_value(number) for number in _ONE_NUMBER.findall(text)]
    return values[0] if len(values) == 1 else f"{values[0]}-{values[-1]}"


def _value(number: str) -> str:
    """Write one number in digits, whether it came in digits, Roman digits or words."""
    if number in _IN_WORDS:
        return _IN_WORDS[number]
    if number[0].isdigit():
        return number.lstrip("0") or "0"
    digits = [_ROMAN_DIGITS[digit] for digit in number]
    return str(sum(-one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True)))
