"""Choices that fall the same way on every machine, and ids made of names."""

from collections.abc import Sequence
from hashlib import sha256
import string

BASE62 = string.digits + string.ascii_letters
BASE36 = string.digits + string.ascii_lowercase


def number(below: int, *names: str) -> int:
    """Give a number from 0 to `below` - 1 that depends on the names alone."""
    return int.from_bytes(sha256("\x1f".join(names).encode()).digest()) % below


def chance(percent: int, *names: str) -> bool:
    """Say yes for so many percent of names."""
    return number(100, *names) < percent


def choose[T](options: Sequence[T], *names: str) -> T:
    """Give one of the options."""
    return options[number(len(options), *names)]


def text_id(alphabet: str, length: int, *names: str) -> str:
    """Give an id of `length` characters of the alphabet."""
    value = number(len(alphabet) ** length, *names)
    letters = []
    for _ in range(length):
        value, rest = divmod(value, len(alphabet))
        letters.append(alphabet[rest])
    return "".join(letters)


def barcode(*names: str) -> str:
    """Give a 13-digit barcode with its check digit, in the range 29 that is never sold to anyone."""
    digits = f"29{number(10**10, *names):010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def twin_isrc(*names: str) -> str:
    """Give an invented ISRC for another region's issue of a recording."""
    return f"XXMST{number(10**7, *names):07d}"
