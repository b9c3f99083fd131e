"""Spotify's search: words and field filters over the catalogue."""

import re

from .spotify_catalogue import Catalogue, Object

FILTER = re.compile(r'(\w+):("[^"]*"|\S+)')


def found(catalogue: Catalogue, kind: str, query: str) -> list[str]:
    """Find the ids of tracks, albums or artists that have all that a query asks for."""
    objects = {"track": catalogue.tracks, "album": catalogue.albums, "artist": catalogue.artists}[kind]
    filters = {name: value.strip('"').lower() for name, value in FILTER.findall(query)}
    words = FILTER.sub(" ", query).lower().replace('"', " ").split()
    return [identifier for identifier, data in objects.items() if _fits(catalogue, kind, data, filters, words)]


def _fits(catalogue: Catalogue, kind: str, data: Object, filters: dict[str, str], words: list[str]) -> bool:
    """Tell whether an object has all words, and what the filters name."""
    album = data.get("album", data)
    names = [artist["name"] for artist in data.get("artists", [])]
    text = " ".join([data["name"], album["name"], *names]).lower()
    full_album = catalogue.album(album["id"]) or {}
    has = {
        "isrc": data.get("external_ids", {}).get("isrc", ""),
        "upc": full_album.get("external_ids", {}).get("upc", ""),
        "track": data["name"] if kind == "track" else "",
        "album": album["name"],
        "artist": data["name"] if kind == "artist" else " ".join(names),
        "year": str(album.get("release_date", ""))[:4],
    }
    return all(word in text for word in words) and all(
        name in has and (has[name].lower() == value if name in {"isrc", "upc", "year"} else value in has[name].lower())
        for name, value in filters.items()
    )
