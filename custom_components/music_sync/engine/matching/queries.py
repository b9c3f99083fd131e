"""What to type into a service's search to find a track."""

from typing import Final

from ..model import Track
from .evidence import describe

_MOST: Final = 3


def search_queries(track: Track) -> tuple[str, ...]:
    """Name free-text queries, best first, at most three, none twice.

    They keep the title's own spelling without guests, masters and editions. The first has the words of the version
    (live, remix…) and the first artist, the next leaves the version out, the last the artist.
    """
    description = describe(track)
    title, artist = description.title, description.credit.first
    parts = " ".join(number for _, number in sorted(title.parts))
    name = " ".join(filter(None, (title.shown, parts if parts and parts not in title.shown else "")))
    version = title.shown_version if title.families else ""
    queries = (f"{name} {version} {artist}", f"{name} {artist}", f"{title.shown} {artist}", name)
    tidy = (" ".join(query.split()) for query in queries)
    return tuple(dict.fromkeys(query for query in tidy if query))[:_MOST]
