"""The journal of writes, and the ledger of everything ever written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
import sqlite3


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


def sent(connection: sqlite3.Connection, run: str, batch: Sequence[Operation]) -> None:
    """Mark operations that are about to be sent: from here on only the target knows whether they happened."""
    _mark(connection, run, batch, "sent")


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


def unsettled(connection: sqlite3.Connection, target: str) -> dict[str, list[Operation]]:
    """Return, by run, the operations on a target that a stop of Home Assistant left in flight."""
    found: dict[str, list[Operation]] = {}
    for run, position, action, track, source_track, claims in connection.execute(
        "SELECT run, position, action, track, source_track, claims FROM operations"
        " WHERE state = 'sent' AND run IN (SELECT id FROM runs WHERE target = ?) ORDER BY run, position",
        (target,),
    ):
        found.setdefault(run, []).append(
            Operation(position=position, action=action, track=track, source_track=source_track, claims=bool(claims))
        )
    return found


def settle(
    connection: sqlite3.Connection, in_flight: dict[str, list[Operation]], present: Collection[str], at: float
) -> None:
    """Decide what was in flight by what the target holds now."""
    for run, operations in in_flight.items():
        done(connection, run, [one for one in operations if one.track in present], at)
        failed(connection, run, [one for one in operations if one.track not in present])


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
