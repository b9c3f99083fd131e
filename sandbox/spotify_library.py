"""What people keep on Spotify: likes that show up late, saved albums, followed artists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any

from .spotify_catalogue import Catalogue, Object

FIRST_SAVED = 1_700_000_000
EVERY_OTHER_ALBUM = 3
EVERY_OTHER_ARTIST = 4


def timestamp(seconds: float) -> str:
    """Write Unix seconds as Spotify does."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True, kw_only=True)
class LikedRow:
    """A row of the likes: when it stands in the list, and when in the total, may differ."""

    added_at: str | None
    track: str | Object | None
    listed_from: float = -inf
    counted_from: float = -inf
    listed_until: float = inf
    counted_until: float = inf


@dataclass(slots=True)
class Library:
    """One person's library; `likes` oldest first, `albums` (id to when) oldest first, `artists` ids."""

    switches: Mapping[str, Any]
    now: Callable[[], float]
    likes: list[LikedRow] = field(default_factory=list)
    albums: dict[str, str] = field(default_factory=dict)
    artists: set[str] = field(default_factory=set)

    def like(self, track: str | Object | None, added_at: str | None) -> None:
        """Like a track at a time; it is listed and counted after the delays that the switches set."""
        if isinstance(track, str):
            self.likes = [row for row in self.likes if row.track != track]
        now = self.now()
        row = LikedRow(
            added_at=added_at,
            track=track,
            listed_from=now + self.switches["like_delay"],
            counted_from=now + self.switches["total_delay"],
        )
        place = len(self.likes)
        while added_at and place and (self.likes[place - 1].added_at or "") > added_at:
            place -= 1
        self.likes.insert(place, row)

    def unlike(self, track: str) -> bool:
        """Unlike a track, again with delays; tell whether it was liked."""
        found = False
        for row in self.likes:
            if row.track == track and row.listed_until == inf:
                found = True
                row.listed_until = self.now() + self.switches["like_delay"]
                row.counted_until = self.now() + self.switches["total_delay"]
        return found

    def replace(self, rows: Iterable[tuple[str | None, str | Object | None]]) -> None:
        """Put other likes in place of all, at once; oldest first."""
        self.likes = [LikedRow(added_at=added_at, track=track) for added_at, track in rows]

    def liked(self) -> tuple[list[LikedRow], int]:
        """Give the likes as listed, newest first, and how many there are said to be."""
        now = self.now()
        self.likes = [row for row in self.likes if now < max(row.listed_until, row.counted_until)]
        listed = [row for row in reversed(self.likes) if row.listed_from <= now < row.listed_until]
        return listed, sum(row.counted_from <= now < row.counted_until for row in self.likes)

    def holds(self, uri: str) -> bool:
        """Tell whether a track, album or artist is in the library."""
        kind, _, identifier = uri.removeprefix("spotify:").partition(":")
        match kind:
            case "track":
                return any(row.track == identifier for row in self.liked()[0])
            case "album":
                return identifier in self.albums
        return kind == "artist" and identifier in self.artists

    def fill_from(self, catalogue: Catalogue) -> None:
        """Save every third album and follow every fourth artist of the catalogue."""
        albums = list(catalogue.albums)[::EVERY_OTHER_ALBUM]
        self.albums = {album: timestamp(FIRST_SAVED + 86_400 * day) for day, album in enumerate(albums)}
        self.artists = set(list(catalogue.artists)[::EVERY_OTHER_ARTIST])
