"""The demo world: real recordings, and how each service spells them.

Which rows are the same recording is known by construction: each carries a recording id.
"""

from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as a fact; `duration` is in milliseconds.

    `kind` is "real", or for a distractor what it is: "live", "karaoke", "remix", "cover", "part",
    "same_title"; `near` is then the recording it must not be taken for.
    """

    id: str
    title: str
    artists: list[str]
    album: str | None
    duration: int
    isrc: str | None
    kind: str = "real"
    near: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one service has a recording: `data` is the service's own JSON object for the track."""

    recording: str | None
    data: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the sandbox knows.

    `spotify_likes` are rows of `GET /me/tracks` oldest first: `{"added_at", "track"}` where `track` is the id of a row
    in `spotify_tracks`, or a whole object (local file, episode), or null. `qobuz_favorites` are track ids, oldest first.
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


def _lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def load(folder: Path = HERE) -> World:
    """Read the world from its five files of JSON lines."""
    return World(
        recordings={row["id"]: Recording(**row) for row in _lines(folder / "recordings.jsonl")},
        spotify_tracks={row["data"]["id"]: Row(**row) for row in _lines(folder / "spotify_tracks.jsonl")},
        spotify_likes=_lines(folder / "spotify_likes.jsonl"),
        qobuz_tracks={row["data"]["id"]: Row(**row) for row in _lines(folder / "qobuz_tracks.jsonl")},
        qobuz_favorites=[row["id"] for row in _lines(folder / "qobuz_favorites.jsonl")],
    )
