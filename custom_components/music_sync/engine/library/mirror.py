"""What accounts like, mirrored in the library file, and how current each mirror is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
import sqlite3

from ..model import Like, Track, Unsyncable
from . import tracks

FAVORITES = "favorites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """How current the mirror of an account's content is.

    `version` grows with every change that was seen; `total` is the list's length as the service tells it, `rejected`
    the rows of it that are not here, since they made no sense or repeated another. `complete`: a whole reading has
    succeeded once. `marker` is the service's change marker; `settled` says that no change can hide behind it.
    `checked_at` is when the list was last asked about, `full_at` when it was last read as a whole (a target: first read
    under this marker), 0 where that has to be done again; both in Unix seconds.
    """

    version: int = 0
    total: int = 0
    rejected: int = 0
    complete: bool = False
    marker: str | None = None
    settled: bool = False
    checked_at: float = 0.0
    full_at: float = 0.0


def get(connection: sqlite3.Connection, account: str, content: str = FAVORITES) -> Mirror:
    """Return how current the mirror is: an empty one where nothing was read yet."""
    row = connection.execute(
        "SELECT version, total, rejected, complete, marker, settled, checked_at, full_at"
        " FROM mirrors WHERE account = ? AND content = ?",
        (account, content),
    ).fetchone()
    if row is None:
        return Mirror()
    version, total, rejected, complete, marker, settled, checked_at, full_at = row
    return Mirror(
        version=version,
        total=total,
        rejected=rejected,
        complete=bool(complete),
        marker=marker,
        settled=bool(settled),
        checked_at=checked_at,
        full_at=full_at,
    )


def put(connection: sqlite3.Connection, account: str, mirror: Mirror, content: str = FAVORITES) -> None:
    """Keep how current the mirror is."""
    connection.execute(
        "INSERT OR REPLACE INTO mirrors"
        " (account, content, version, total, rejected, complete, marker, settled, checked_at, full_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account,
            content,
            mirror.version,
            mirror.total,
            mirror.rejected,
            mirror.complete,
            mirror.marker,
            mirror.settled,
            mirror.checked_at,
            mirror.full_at,
        ),
    )


def head(connection: sqlite3.Connection, account: str, length: int | None) -> list[tuple[str, int]]:
    """Return id and `liked_at` of the newest likes, newest first; of all where `length` is None."""
    return connection.execute(
        "SELECT track, liked_at FROM favorites WHERE account = ? ORDER BY rank DESC LIMIT ?",
        (account, -1 if length is None else length),
    ).fetchall()


def undescribed(connection: sqlite3.Connection, account: str) -> set[str]:
    """Return the ids of favourites that the service lists without saying what they are."""
    return {
        track
        for (track,) in connection.execute(
            "SELECT track FROM favorites WHERE account = ? AND unsyncable = ?", (account, Unsyncable.NO_METADATA)
        )
    }


def count(connection: sqlite3.Connection, account: str) -> int:
    """Return how many favourites the mirror holds."""
    found: int = connection.execute("SELECT count(*) FROM favorites WHERE account = ?", (account,)).fetchone()[0]
    return found


def likes(connection: sqlite3.Connection, account: str) -> list[Like]:
    """Return every favourite, oldest like first."""
    return [
        Like(
            track=tracks.read(track, cells),
            liked_at=liked_at,
            unsyncable=Unsyncable(unsyncable) if unsyncable else None,
        )
        for track, liked_at, unsyncable, *cells in connection.execute(
            f"SELECT favorites.track, liked_at, unsyncable, {tracks.COLUMNS} FROM favorites"
            " JOIN tracks ON tracks.account = favorites.account AND tracks.id = favorites.track"
            " WHERE favorites.account = ? ORDER BY rank",
            (account,),
        )
    ]


def add(connection: sqlite3.Connection, account: str, newest_first: Sequence[Like]) -> None:
    """Put likes on top of the mirror; one that is there already moves up."""
    top: int = connection.execute(
        "SELECT coalesce(max(rank), 0) FROM favorites WHERE account = ?", (account,)
    ).fetchone()[0]
    tracks.store(connection, account, (like.track for like in newest_first))
    connection.executemany(
        "INSERT OR REPLACE INTO favorites (account, track, liked_at, rank, unsyncable) VALUES (?, ?, ?, ?, ?)",
        (
            (account, like.track.id, like.liked_at, rank, like.unsyncable)
            for rank, like in enumerate(reversed(newest_first), top + 1)
        ),
    )


def replace(connection: sqlite3.Connection, account: str, newest_first: Sequence[Like]) -> None:
    """Make the mirror hold exactly these likes."""
    connection.execute("DELETE FROM favorites WHERE account = ?", (account,))
    add(connection, account, newest_first)


def remove(connection: sqlite3.Connection, account: str, ids: Collection[str]) -> None:
    """Take likes out of the mirror."""
    connection.executemany("DELETE FROM favorites WHERE account = ? AND track = ?", ((account, track) for track in ids))


def wrote(connection: sqlite3.Connection, account: str, added: Sequence[Track], at: int) -> None:
    """Put tracks that were just written, oldest first, on top of the mirror of a target."""
    add(connection, account, [Like(track=track, liked_at=at) for track in reversed(added)])
    connection.execute(
        "UPDATE mirrors SET total = rejected + ? WHERE account = ? AND content = ?",
        (count(connection, account), account, FAVORITES),
    )
