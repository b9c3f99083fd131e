"""The words by which titles and credits name artists, guests and imitators: data, in several languages."""

from typing import Final

FEATURED: Final = r"(?:feat(?:uring|\.)?|ft\.?)"
"""What introduces a guest inside a title or an artist's name."""

FEATURED_BRACKET: Final = (
    r"^(?:feat(?:uring|s)?|ft|with|w|con|avec|mit|duet with|duo avec|a duo con|introducing|starring|vs)\b[.:/]?\s*"
)
"""What introduces a guest at the start of a bracket or after a dash."""

ARTIST_SEPARATORS: Final = (
    r"\s*[;|•·]\s*"
    r"|(?<!\d)\s*,\s*|\s*,\s*(?!\d)"
    r"|\s*/\s*"
    r"|\s*&\s*|(?<=\w{3})\+(?=\w)|\s+[+\u00d7]\s+"
    r"|\s+(?:x|vs\.?|and|y|et|und|e|with|con|avec|mit|meets|presents|pres\.)\s+"
    r"|\s*[\(\[]?\b(?:feat\.?|ft\.|ft|featuring)(?:\s+|(?<=\.))"
)
"""What stands between the artists of one credit."""

VARIOUS_ARTISTS: Final = frozenset(
    {
        "artistesdivers",
        "diverseartister",
        "diverseinterpreten",
        "unknown",
        "unknownartist",
        "va",
        "variosartistas",
        "various",
        "variousartist",
        "variousartists",
    }
)
"""Credits that name nobody."""

_EXTRAS: Final = (
    "the band experience orchestra ms mr mrs dj mc jr sr lil trio quartet quintet group project his her and"
)
ARTIST_EXTRAS: Final = frozenset(_EXTRAS.split())
"""Words that one service adds to an artist's name and another leaves out."""

IMITATORS: Final = (
    r"\bkaraoke\b|\btribute\b|\bcover (?:band|guru|nation|all ?stars)\b|\bbacking tracks?\b|\bparty tyme\b"
    r"|\bmade famous\b|\bin the style of\b|\blullab(?:y|ies)\b|\bmusic box\b|\bhit crew\b|\b8 ?bit\b|カラオケ"
)
"""What names an artist or album of imitations."""
