"""Spotify's catalogue: tracks of the world, the albums and artists they imply, and how each is shown."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from string import ascii_letters, digits
from typing import Any
from zlib import crc32

type Object = dict[str, Any]

ALPHABET = digits + ascii_letters
REMOVED: Mapping[str, Object] = {
    "track": {"popularity": 50, "available_markets": ["DE", "FR", "US"], "preview_url": None},
    "album": {"popularity": 50, "available_markets": ["DE", "FR", "US"], "label": "Label"},
    "artist": {"popularity": 50, "genres": [], "followers": {"href": None, "total": 1000}},
    "user": {
        "country": "DE",
        "product": "premium",
        "explicit_content": {"filter_enabled": False, "filter_locked": False},
        "followers": {"href": None, "total": 0},
    },
}
"""Fields that applications in development mode lost, with what others get where the world has nothing."""
LOST_TOO = frozenset({"linked_from", "album_group", "email"})
"""More such fields, which only some replies have."""
SIMPLIFIED_TRACK = ("album", "external_ids", "popularity")
SIMPLIFIED_ALBUM = ("tracks", "external_ids", "copyrights", "genres", "label", "popularity")
GROUPS = ("album", "single", "appears_on", "compilation")


def base62(*parts: str) -> str:
    """Make an identifier of 22 characters that depends on nothing but the parts."""
    number = int.from_bytes(sha256("\x1f".join(parts).encode()).digest()[:16])
    letters = []
    for _ in range(22):
        number, rest = divmod(number, 62)
        letters.append(ALPHABET[rest])
    return "".join(letters)


def named(kind: str, identifier: str) -> Object:
    """Give the fields by which every object says what it is."""
    return {
        "type": kind,
        "id": identifier,
        "uri": f"spotify:{kind}:{identifier}",
        "href": f"https://api.spotify.com/v1/{kind}s/{identifier}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{identifier}"},
    }


class Catalogue:
    """Tracks, albums and artists by id, each as full as Spotify ever gave it."""

    def __init__(self, tracks: Iterable[Object], switches: Mapping[str, Any]) -> None:
        """Take in track objects; what they leave out is filled in."""
        self.tracks: dict[str, Object] = {}
        self.albums: dict[str, Object] = {}
        self.artists: dict[str, Object] = {}
        self._album_tracks: dict[str, list[str]] = {}
        self._twins: dict[str, str] = {}
        self._switches = switches
        for track in tracks:
            self.add(track)

    def add(self, data: Object) -> None:
        """Take in a track, with the album and the artists it names."""
        identifier = data["id"]
        artists = [self._add_artist(artist) for artist in data.get("artists", [])]
        album = self._add_album(data.get("album") or {"name": ""}, artists)
        position = self._album_tracks.setdefault(album["id"], [])
        if identifier not in position:
            position.append(identifier)
        defaults = {
            "name": "",
            "duration_ms": 0,
            "explicit": False,
            "disc_number": 1,
            "track_number": len(position),
            "is_local": False,
            "external_ids": {},
        }
        self.tracks[identifier] = named("track", identifier) | defaults | data | {"artists": artists, "album": album}
        self._twins[base62("twin", identifier)] = identifier

    def track(self, identifier: str, *, market: bool) -> Object | None:
        """Show a track, by its own id or that of its twin; with a market it may be replaced by its twin."""
        own = self._twins.get(identifier, identifier)
        if (full := self.tracks.get(own)) is None:
            return None
        track = full | {"album": self.shown("album", full["album"])}
        if identifier != own:
            track |= named("track", identifier)
        elif market and self._is_relinked(own):
            track |= named("track", base62("twin", own)) | {"linked_from": named("track", own)}
        if market:
            track["is_playable"] = True
        return self.shown("track", track)

    def album(self, identifier: str) -> Object | None:
        """Show an album without its tracks."""
        if (album := self.albums.get(identifier)) is None:
            return None
        upc = f"{crc32(identifier.encode()):013d}"
        return self.shown("album", {"external_ids": {"upc": upc}, "genres": [], "copyrights": []} | album)

    def album_tracks(self, identifier: str, *, market: bool) -> list[Object]:
        """Show the tracks of an album in their simplified form."""
        tracks = [self.track(track, market=market) for track in self._album_tracks.get(identifier, [])]
        return [without(track, SIMPLIFIED_TRACK) for track in tracks if track is not None]

    def artist(self, identifier: str) -> Object | None:
        """Show an artist."""
        artist = self.artists.get(identifier)
        return artist and self.shown("artist", artist)

    def artist_albums(self, identifier: str, groups: Iterable[str]) -> list[Object]:
        """Show an artist's albums in their simplified form, group by group, newest first within each."""
        found: dict[str, list[Object]] = {group: [] for group in GROUPS}
        for album in self.albums.values():
            if any(artist["id"] == identifier for artist in album["artists"]):
                found.get(album["album_type"], found["album"]).append(album)
            elif any(
                artist["id"] == identifier
                for track in self._album_tracks[album["id"]]
                for artist in self.tracks[track]["artists"]
            ):
                found["appears_on"].append(album)
        return [
            self.shown("album", without(album, SIMPLIFIED_ALBUM) | {"album_group": group})
            for group in GROUPS
            if group in groups
            for album in sorted(found[group], key=lambda album: album["release_date"], reverse=True)
        ]

    def shown(self, kind: str, full: Object) -> Object:
        """Show an object with the fields an application of this mode gets."""
        defaults = REMOVED[kind]
        if self._switches["mode"] == "extended":
            return defaults | full
        kept = without(full, (*defaults, *LOST_TOO))
        return kept | dict.fromkeys(defaults) if self._switches["removed_fields"] == "null" else kept

    def _is_relinked(self, identifier: str) -> bool:
        """Tell whether a track has a twin that is played in its stead."""
        return self._switches["relink"] == "all" or (
            self._switches["relink"] == "some" and crc32(identifier.encode()) % 4 == 0
        )

    def _add_artist(self, data: Object) -> Object:
        """Take in an artist; give the simplified form."""
        identifier = data.get("id") or base62("artist", data["name"])
        simplified = named("artist", identifier) | data | {"id": identifier}
        self.artists.setdefault(identifier, {"images": []} | simplified)
        return simplified

    def _add_album(self, data: Object, artists: list[Object]) -> Object:
        """Take in an album; give the simplified form."""
        by = [self._add_artist(artist) for artist in data.get("artists", [])] or artists[:1]
        identifier = data.get("id") or base62("album", data["name"], *(artist["id"] for artist in by))
        defaults = {
            "album_type": "album",
            "total_tracks": 1,
            "release_date": "2000",
            "release_date_precision": "year",
            "images": [],
        }
        full = named("album", identifier) | defaults | data | {"id": identifier, "artists": by}
        return without(self.albums.setdefault(identifier, full), SIMPLIFIED_ALBUM)


def without(data: Object, keys: Iterable[str]) -> Object:
    """Copy an object without some of its fields."""
    left_out = frozenset(keys)
    return {key: value for key, value in data.items() if key not in left_out}
