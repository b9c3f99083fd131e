"""What the Qobuz stand-in has: tracks, albums and artists of the world, and how odd a row may look."""

from collections.abc import Callable, Mapping
from html import escape
import re
from typing import Any

from .qobuz_protocol import Json
from .qobuz_search import Index
from .world import World

ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
FAR_FUTURE = 4_102_444_800
LONG_AGO = -315_619_200
EVERY_ID = "*"
PLURALS = ("tracks", "albums", "artists")


def _without(name: str) -> Callable[[Json], None]:
    """Make a change that takes a field away."""

    def change(row: Json) -> None:
        """Take the field away."""
        row.pop(name, None)

    return change


def _with(**values: Any) -> Callable[[Json], None]:
    """Make a change that sets fields."""

    def change(row: Json) -> None:
        """Set the fields."""
        row.update(values)

    return change


def _isrc(spell: Callable[[str], str]) -> Callable[[Json], None]:
    """Make a change that spells the ISRC another way."""

    def change(row: Json) -> None:
        """Spell the ISRC."""
        if row.get("isrc"):
            row["isrc"] = spell(row["isrc"])

    return change


def _as_html(row: Json) -> None:
    """Write title and version as HTML has them, entities for all that is not plain ASCII."""
    for name in ("title", "version"):
        if row.get(name):
            row[name] = escape(row[name]).encode("ascii", "xmlcharrefreplace").decode()


def _ellipsis(row: Json) -> None:
    """End the title in an ellipsis, or spell the dots it has as one."""
    title = row["title"]
    row["title"] = title.replace("...", "\u2026") if "..." in title else f"{title}\u2026"


def _long_ago(row: Json) -> None:
    """Let the album be released before 1970."""
    row["release_date_original"] = "1960-01-01"
    if row.get("album"):
        row["album"] = row["album"] | {"released_at": LONG_AGO, "release_date_original": "1960-01-01"}


ODDITIES: Mapping[str, Callable[[Json], None]] = {
    "performer_missing": _without("performer"),
    "performer_null": _with(performer=None),
    "album_missing": _without("album"),
    "version_null": _with(version=None),
    "duration_zero": _with(duration=0),
    "isrc_missing": _with(isrc=None),
    "isrc_hyphens": _isrc(lambda isrc: "-".join((isrc[:2], isrc[2:5], isrc[5:7], isrc[7:]))),
    "isrc_lower_case": _isrc(str.lower),
    "html_entities": _as_html,
    "ellipsis_titles": _ellipsis,
    "not_streamable": _with(streamable=False),
    "released_before_1970": _long_ago,
    "future_releases": _with(streamable_at=FAR_FUTURE, release_date_stream="2100-01-01"),
}
"""Switches that are lists of track ids (or `["*"]`, all tracks), and what each does to such a row."""


class Catalogue:
    """All that can be looked up and found; `switches` are read at each use."""

    def __init__(self, world: World, switches: Callable[[], Mapping[str, Any]], now: Callable[[], float]) -> None:
        """Take the world's tracks, and from them albums and artists."""
        self._switches = switches
        self._now = now
        self.tracks: dict[int, Json] = {number: row.data for number, row in world.qobuz_tracks.items()}
        self.albums: dict[str, Json] = {}
        self.artists: dict[int, Json] = {}
        self.album_tracks: dict[str, list[int]] = {}
        self.performed: dict[int, dict[str, None]] = {}
        self._by_isrc: dict[str, list[int]] = {}
        for number, track in self.tracks.items():
            self._take(number, track)
        for album, numbers in self.album_tracks.items():
            numbers.sort(key=lambda number: (self.tracks[number].get("media_number") or 1, self._place(number), number))
            self.albums[album].setdefault("tracks_count", len(numbers))
        self.track_index = Index({number: self._track_fields(track) for number, track in self.tracks.items()})
        self.album_index = Index({album: self._album_fields(data) for album, data in self.albums.items()})
        self.artist_index = Index({number: {"title": data["name"]} for number, data in self.artists.items()})

    def has(self, kind: str, item: int | str) -> bool:
        """Tell whether there is such a track, album or artist; `kind` is plural."""
        kinds: dict[str, Mapping[Any, Json]] = {"tracks": self.tracks, "albums": self.albums, "artists": self.artists}
        return item in kinds[kind]

    def listed(self, number: int, country: str, album: bool = True) -> Json | None:
        """Give a track as a row of a list, null where the switch `null_items` says so."""
        return None if self._is_on("null_items", number) else self.track(number, country, album)

    def track(self, number: int, country: str, album: bool = True) -> Json:
        """Give a track as Qobuz tells it in a country, with or without its album."""
        row = dict(self.tracks[number], id=number)
        for name, change in ODDITIES.items():
            if self._is_on(name, number):
                change(row)
        if (row.get("streamable_at") or 0) > self._now():
            row["streamable"] = False
        if self.is_elsewhere(number, country):
            row.update(streamable=False, displayable=False, purchasable=False)
        if not album:
            row.pop("album", None)
        return row

    def is_elsewhere(self, number: int, country: str) -> bool:
        """Tell whether a track is not for this country."""
        return number in self._switches()["unavailable_in"].get(country, ())

    def is_gone(self, number: int, country: str) -> bool:
        """Tell whether looking a track up finds nothing: unknown, or not for this country and the switch says 404."""
        hidden = self._switches()["unavailable_lookup"] == "not_found" and self.is_elsewhere(number, country)
        return number not in self.tracks or hidden

    def album(self, album: str) -> Json:
        """Give an album without its tracks."""
        return dict(self.albums[album])

    def artist(self, number: int) -> Json:
        """Give an artist."""
        return self.artists[number] | {"albums_count": len(self.performed.get(number, ()))}

    def find_tracks(self, query: str, country: str) -> list[int]:
        """Search tracks that this country has: by an ISRC, where that is switched on, or by words."""
        switches = self._switches()
        if ISRC.fullmatch(isrc := query.strip().upper()):
            found = self._by_isrc.get(isrc, []) if switches["isrc_search"] else []
        else:
            found = self.track_index.search(query, *self._manner())
        return [number for number in found if not self.is_elsewhere(number, country)]

    def find_albums(self, query: str) -> list[str]:
        """Search albums, by a barcode or by words."""
        return self.album_index.search(query, *self._manner())

    def find_artists(self, query: str) -> list[int]:
        """Search artists."""
        return self.artist_index.search(query, *self._manner())

    def _manner(self) -> tuple[float, bool]:
        """Tell how to search."""
        switches = self._switches()
        return switches["search_noise"], switches["search_matching"] == "all"

    def _is_on(self, name: str, number: int) -> bool:
        """Tell whether a switch that lists track ids means this one."""
        listed: list[Any] = self._switches()[name]
        return bool(listed) and (number in listed or EVERY_ID in listed)

    def _take(self, number: int, track: Json) -> None:
        """Take a track's album and artists."""
        if isrc := track.get("isrc"):
            self._by_isrc.setdefault(re.sub(r"[-\s]", "", isrc).upper(), []).append(number)
        performer, album = track.get("performer"), track.get("album")
        artists = [performer] if performer else []
        if album:
            key = str(album["id"])
            main = album.get("artist") or performer
            artists += [artist for artist in (main, *album.get("artists", ())) if artist]
            self.albums.setdefault(key, album | {"id": key, "artist": main})
            self.album_tracks.setdefault(key, []).append(number)
        for artist in artists:
            self.artists.setdefault(int(artist["id"]), {"id": int(artist["id"]), "name": artist["name"]})
            if album:
                self.performed.setdefault(int(artist["id"]), {})[str(album["id"])] = None

    def _place(self, number: int) -> int:
        """Tell a track's place on its medium."""
        return self.tracks[number].get("track_number") or 0

    def _track_fields(self, track: Json) -> dict[str, str]:
        """Give the texts a track is found by."""
        performer, album = track.get("performer") or {}, track.get("album") or {}
        credited = [part.split(", ")[0] for part in (track.get("performers") or "").split(" - ")]
        return {
            "title": f"{track['title']} {track.get('version') or ''}",
            "artist": " ".join([performer.get("name", ""), *credited]),
            "release": " ".join([album.get("title", ""), (album.get("artist") or {}).get("name", "")]),
        }

    def _album_fields(self, album: Json) -> dict[str, str]:
        """Give the texts an album is found by, its barcode among them."""
        barcode = album.get("upc") or ""
        return {
            "title": f"{album['title']} {album.get('version') or ''}",
            "artist": (album["artist"] or {}).get("name", ""),
            "upc": f"{barcode} {barcode.lstrip('0')}",
        }
