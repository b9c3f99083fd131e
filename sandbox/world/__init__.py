"""The demo world: real recordings, and how each service spells them.

Which rows are the same recording is known by construction: each carries a recording id. `build.py` writes the service
files from `recordings.jsonl` (facts: MusicBrainz core data, CC0, and common knowledge; ISRCs that begin with XXMS are
invented), `arrangement.jsonl` (what is special about a recording here) and `artists.jsonl` (names spelled differently).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as a fact; `duration` is in milliseconds.

    `kind` is "real", or for a distractor what it is: "live", "take" (demo, early take, edit, instrumental, another
    language), "karaoke", "remix", "cover", "part", "same_title", "mislabelled" (one service gives it the ISRC of
    `near`); `near` is then the recording it must not be taken for. `featured` are those of `artists` who are guests.
    An `ambiguous` recording cannot be told from its neighbour by what the services say of it.
    """

    id: str
    title: str
    artists: list[str]
    album: str | None
    duration: int
    isrc: str | None
    year: int = 1970
    kind: str = "real"
    near: str | None = None
    featured: list[str] = field(default_factory=list)
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one service has a recording: `data` is the service's own JSON object for the track."""

    recording: str | None
    data: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the sandbox knows.

    `spotify_likes` are rows of `GET /me/tracks` oldest first: `{"added_at", "track"}` where `track` is the id of a row
    in `spotify_tracks`, or a whole object (local file, episode), or null. `qobuz_favorites` are track ids, oldest
    first.
    """

    recordings: dict[str, Recording] = field(default_factory=dict)
    spotify_tracks: dict[str, Row] = field(default_factory=dict)
    spotify_likes: list[dict[str, Any]] = field(default_factory=list)
    qobuz_tracks: dict[int, Row] = field(default_factory=dict)
    qobuz_favorites: list[int] = field(default_factory=list)

    def same_recording(self, spotify_id: str, qobuz_id: int) -> bool:
        """Tell whether two services' rows are one recording, by construction."""
        ours, theirs = self.spotify_tracks[spotify_id].recording, self.qobuz_tracks[qobuz_id].recording
        return ours is not None and ours == theirs

    def counterparts(self, spotify_id: str) -> list[int]:
        """Give every Qobuz row of a Spotify row's recording, those that cannot be streamed included."""
        recording = self.spotify_tracks[spotify_id].recording
        return [
            qobuz_id
            for qobuz_id, row in self.qobuz_tracks.items()
            if recording is not None and row.recording == recording
        ]

    def available(self, spotify_id: str) -> bool:
        """Tell whether Qobuz has a row of the same recording that can be streamed."""
        return any(self.qobuz_tracks[qobuz_id].data["streamable"] for qobuz_id in self.counterparts(spotify_id))

    def liked(self) -> Iterator[str]:
        """Give the Spotify ids of the likes that are tracks of the catalogue, oldest first."""
        return (like["track"] for like in self.spotify_likes if isinstance(like["track"], str))

    def judge(self, pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Give those of the (Spotify id, Qobuz id) pairs that are not one recording; an unknown id is wrong too."""
        return [
            (spotify_id, qobuz_id)
            for spotify_id, qobuz_id in pairs
            if spotify_id not in self.spotify_tracks
            or qobuz_id not in self.qobuz_tracks
            or not self.same_recording(spotify_id, qobuz_id)
        ]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def load(folder: Path = HERE) -> World:
    """Read the world from its five files of JSON lines."""
    return World(
        recordings={row["id"]: Recording(**row) for row in read_lines(folder / "recordings.jsonl")},
        spotify_tracks={row["data"]["id"]: Row(**row) for row in read_lines(folder / "spotify_tracks.jsonl")},
        spotify_likes=read_lines(folder / "spotify_likes.jsonl"),
        qobuz_tracks={row["data"]["id"]: Row(**row) for row in read_lines(folder / "qobuz_tracks.jsonl")},
        qobuz_favorites=[row["id"] for row in read_lines(folder / "qobuz_favorites.jsonl")],
    )
