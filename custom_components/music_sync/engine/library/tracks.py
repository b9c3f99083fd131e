"""Tracks in the library file."""

from collections.abc import Iterable, Sequence
import json
import sqlite3
from typing import Any

from ..model import Track

COLUMNS = "title, artists, album, duration, isrc, mbid, version, explicit, playable"

type Cells = Sequence[Any]


def store(connection: sqlite3.Connection, account: str, tracks: Iterable[Track]) -> None:
    """Keep how the account's service describes these tracks."""
    connection.executemany(
        f"INSERT OR REPLACE INTO tracks (account, id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((account, track.id, *_cells(track)) for track in tracks),
    )


def load(connection: sqlite3.Connection, account: str, ids: Iterable[str]) -> dict[str, Track]:
    """Return those of the account's tracks that are known."""
    found: dict[str, Track] = {}
    for track_id in ids:
        row = connection.execute(
            f"SELECT {COLUMNS} FROM tracks WHERE account = ? AND id = ?", (account, track_id)
        ).fetchone()
        if row is not None:
            found[track_id] = read(track_id, row)
    return found


def bare(track_id: str) -> Track:
    """Return a track of which only the id is known any more."""
    return Track(id=track_id, title="", artists=())


def read(track_id: str, cells: Cells) -> Track:
    """Make a track of its id and the cells named in COLUMNS."""
    title, artists, album, duration, isrc, mbid, version, explicit, playable = cells
    return Track(
        id=track_id,
        title=title,
        artists=tuple(json.loads(artists)),
        album=album,
        duration=duration,
        isrc=isrc,
        mbid=mbid,
        version=version,
        explicit=None if explicit is None else bool(explicit),
        playable=None if playable is None else bool(playable),
    )


def _cells(track: Track) -> Cells:
    """Return a track's cells in the order of COLUMNS."""
    return (
        track.title,
        json.dumps(track.artists, ensure_ascii=False),
        track.album,
        track.duration,
        track.isrc,
        track.mbid,
        track.version,
        track.explicit,
        track.playable,
    )
