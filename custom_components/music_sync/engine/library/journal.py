"""The journal of writes, and the ledger of everything ever written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import sqlite3

CLOCKS_APART = 600.0
"""Seconds by which a service's clock may differ from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A write to a target: `track` is the target's id.

    `claims` says that the track becomes ours in the ledger; what the target already held never does.
    """

    position: int
    track: str
    source_track: str
    claims: bool = True
    action: str = "add"


def plan(connection: sqlite3.Connection, run: str, operations: Iterable[Operation]) -> None:
    """Store a run's operations before the first of them is sent."""
    connection.executemany(
        "INSERT INTO operations (run, position, action, track, source_track, claims, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'planned')",
        ((run, one.position, one.action, one.track, one.source_track, one.claims) for one in operations),
    )


def sent(connection: sqlite3.Connection, run: str, batch: Sequence[Operation], at: float) -> None:
    """Mark operations that are about to be sent: from here on only the target knows whether they happened."""
    _mark(connection, run, batch, "sent")
    connection.executemany(
        "UPDATE operations SET sent_at = ? WHERE run = ? AND position = ?", ((at, run, one.position) for one in batch)
    )


def failed(connection: sqlite3.Connection, run: str, batch: Sequence[Operation]) -> None:
    """Mark operations that did not happen."""
    _mark(connection, run, batch, "failed")


def done(connection: sqlite3.Connection, run: str, batch: Sequence[Operation], at: float) -> None:
    """Mark operations that happened, and enter what they wrote in the ledger for ever."""
    _mark(connection, run, batch, "done")
    connection.executemany(
        "INSERT INTO ledger (target, content, track, source, source_track, run, written_at)"
        " SELECT target, content, ?, source, ?, id, ? FROM runs WHERE id = ?"
        " ON CONFLICT DO UPDATE SET source = excluded.source, source_track = excluded.source_track,"
        " run = excluded.run, written_at = excluded.written_at",
        ((one.track, one.source_track, at, run) for one in batch if one.claims),
    )


def doubt(connection: sqlite3.Connection, run: str, batch: Sequence[Operation]) -> None:
    """Take back that operations happened: what the target does not show is in flight again, and not ours."""
    _mark(connection, run, batch, "sent")
    connection.executemany(
        "DELETE FROM ledger WHERE (target, content) = (SELECT target, content FROM runs WHERE id = ?)"
        " AND track = ? AND run = ?",
        ((run, one.track, run) for one in batch),
    )


def of_run(connection: sqlite3.Connection, run: str) -> list[tuple[Operation, str]]:
    """Return a run's operations, each with its state, in their order."""
    found = []
    for position, action, track, source_track, claims, state in connection.execute(
        "SELECT position, action, track, source_track, claims, state FROM operations WHERE run = ? ORDER BY position",
        (run,),
    ):
        operation = Operation(
            position=position, action=action, track=track, source_track=source_track, claims=bool(claims)
        )
        found.append((operation, state))
    return found


def settle(connection: sqlite3.Connection, target: str, at: float) -> None:
    """Decide what a stop left in flight, by what the mirror of the target's favourites holds now.

    Only what the target dates to the moment of sending is ours: a person may have added the same thing since.
    """
    for run, position, action, track, source_track, claims, sent_at, liked_at in connection.execute(
        "SELECT run, position, action, operations.track, source_track, claims, sent_at, liked_at FROM operations"
        " LEFT JOIN favorites ON favorites.account = ? AND favorites.track = operations.track"
        " WHERE state = 'sent' AND run IN (SELECT id FROM runs WHERE target = ?)",
        (target, target),
    ).fetchall():
        operation = Operation(
            position=position, action=action, track=track, source_track=source_track, claims=bool(claims)
        )
        if liked_at is not None and abs(liked_at - sent_at) <= CLOCKS_APART:
            done(connection, run, [operation], at)
        else:
            failed(connection, run, [operation])


def ours(connection: sqlite3.Connection, target: str, content: str, *, since: float = 0.0) -> frozenset[str]:
    """Return the ids of all that Music Sync wrote to a target, ever or since a moment (Unix seconds)."""
    return frozenset(
        track
        for (track,) in connection.execute(
            "SELECT track FROM ledger WHERE target = ? AND content = ? AND written_at >= ?", (target, content, since)
        )
    )


def _mark(connection: sqlite3.Connection, run: str, batch: Sequence[Operation], state: str) -> None:
    """Set the state of operations."""
    connection.executemany(
        "UPDATE operations SET state = ? WHERE run = ? AND position = ?",
        ((state, run, one.position) for one in batch),
    )
