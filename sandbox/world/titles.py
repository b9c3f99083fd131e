"""How titles change from the facts to a service's spelling."""

import re

from . import Recording
from .chance import choose

SPLIT_KINDS = frozenset({"live", "take", "karaoke", "remix"})
LAST_BRACKETS = re.compile(r"^(.+) \(([^()]+)\)$")
FIRST_REMASTERED_YEAR = 1992
HYPHENS = {ord("\N{HYPHEN}"): "-"}
STRAIGHT = {
    **HYPHENS,
    ord("\N{LEFT SINGLE QUOTATION MARK}"): "'",
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
    ord("\N{LEFT DOUBLE QUOTATION MARK}"): '"',
    ord("\N{RIGHT DOUBLE QUOTATION MARK}"): '"',
}


def straight(text: str) -> str:
    """Use the quotes and hyphens of a keyboard."""
    return text.translate(STRAIGHT)


def plain_hyphens(text: str) -> str:
    """Use the hyphen of a keyboard and leave curly quotes."""
    return text.translate(HYPHENS)


def capitals(text: str) -> str:
    """Begin each word with a capital and leave the rest as it is."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def parted(recording: Recording) -> tuple[str, str | None]:
    """Part a title from what says which version it is: `("Dreams", "Take 2")`."""
    found = LAST_BRACKETS.match(recording.title) if recording.kind in SPLIT_KINDS else None
    if found is None:
        return recording.title, None
    return found[1], capitals(found[2])


def remaster(recording: Recording) -> tuple[str, int]:
    """Give an old recording's remaster as the services name it, the same for an artist, and its year."""
    year = choose((2009, 2011, 2015, 2018), recording.artists[0], "remaster")
    return choose((f"{year} Remaster", f"Remastered {year}", "Remastered"), recording.artists[0], "wording"), year


def is_old(recording: Recording) -> bool:
    """Tell whether a recording is of an age to have been remastered."""
    return recording.kind == "real" and recording.year < FIRST_REMASTERED_YEAR


def guests(names: list[str]) -> str:
    """Put guests into words: `A, B & C`."""
    *most, last = names
    return f"{', '.join(most)} & {last}" if most else last
