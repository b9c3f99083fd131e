"""Runs and their items: what was asked, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
import json
import sqlite3
from typing import Any

from ..outcomes import Item, Outcome, Status
from . import tracks

KEPT_RUNS = 500
KEPT_WITH_ITEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as the library keeps it.

    `sync` is the sync's id, None for an action of its own. `request` says what was asked, `report` is the report
    without items (None while it is not over), `source_version` the version of the source's mirror that it saw,
    `queued_at` is in Unix seconds.
    """

    id: str
    sync: str | None
    source: str
    target: str
    content: str
    request: dict[str, Any]
    queued_at: float
    status: Status = Status.QUEUED
    source_version: int | None = None
    report: dict[str, Any] | None = None


_COLUMNS = "id, sync, source, target, content, request, queued_at, status, source_version, report"


def add(connection: sqlite3.Connection, run: Run) -> None:
    """Enter a run that was just asked for."""
    connection.execute(
        f"INSERT INTO runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.sync,
            run.source,
            run.target,
            run.content,
            json.dumps(run.request),
            run.queued_at,
            run.status,
            run.source_version,
            json.dumps(run.report),
        ),
    )


def begin(connection: sqlite3.Connection, run: str) -> None:
    """Mark a run as under way."""
    connection.execute("UPDATE runs SET status = ? WHERE id = ?", (Status.RUNNING, run))


def saw(connection: sqlite3.Connection, run: str, source_version: int) -> None:
    """Keep which version of the source a run has seen."""
    connection.execute("UPDATE runs SET source_version = ? WHERE id = ?", (source_version, run))


def finish(
    connection: sqlite3.Connection, run: str, status: Status, report: dict[str, Any], items: Sequence[Item]
) -> None:
    """Keep how a run ended, and let go of what is older than people look at; nothing where the target was removed."""
    found = connection.execute(
        "UPDATE runs SET status = ?, report = ? WHERE id = ? RETURNING target", (status, json.dumps(report), run)
    ).fetchone()
    if found is None:
        return
    connection.executemany(
        "INSERT INTO items (run, position, outcome, reason, score, source_track, target_track, candidate)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                run,
                position,
                item.outcome,
                item.reason,
                item.score,
                item.source.id,
                item.target.id if item.target else None,
                item.candidate.id if item.candidate else None,
            )
            for position, item in enumerate(items)
        ),
    )
    _let_go(connection, "items", "run", _older(connection, found[0], KEPT_WITH_ITEMS, least_items=1))
    old = _older(connection, found[0], KEPT_RUNS)
    _let_go(connection, "operations", "run", old)
    _let_go(connection, "runs", "id", old)


def _older(connection: sqlite3.Connection, target: str, kept: int, *, least_items: int = 0) -> list[tuple[str]]:
    """Return the finished runs of a target that are older than so many of the same sync, previews counted apart.

    Runs with fewer items than `least_items` do not count.
    """
    return connection.execute(
        "SELECT id FROM (SELECT id, row_number() OVER"
        " (PARTITION BY sync, source, content, json_extract(request, '$.dry_run') ORDER BY id DESC) AS place"
        " FROM runs WHERE target = ? AND report != 'null' AND json_extract(report, '$.items_total') >= ?)"
        " WHERE place > ?",
        (target, least_items, kept),
    ).fetchall()


def _let_go(connection: sqlite3.Connection, table: str, column: str, ids: list[tuple[str]]) -> None:
    """Delete the rows of these runs."""
    connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)


def get(connection: sqlite3.Connection, run: str) -> Run | None:
    """Return a run."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run,)).fetchone()
    return None if row is None else _read(row)


def find(
    connection: sqlite3.Connection, target: str, sync: str | None = None, *, offset: int = 0, limit: int = -1
) -> list[Run]:
    """Return the finished runs of a target, or of one sync, newest first."""
    return [
        _read(row)
        for row in connection.execute(
            f"SELECT {_COLUMNS} FROM runs WHERE target = ? AND (? IS NULL OR sync = ?) AND report != 'null'"
            " ORDER BY id DESC LIMIT ? OFFSET ?",
            (target, sync, sync, limit, offset),
        )
    ]


def count(connection: sqlite3.Connection, target: str, sync: str | None = None) -> int:
    """Return how many finished runs `find` would return."""
    found: int = connection.execute(
        "SELECT count(*) FROM runs WHERE target = ? AND (? IS NULL OR sync = ?) AND report != 'null'",
        (target, sync, sync),
    ).fetchone()[0]
    return found


def latest(connection: sqlite3.Connection, target: str, sync: str | None, *, least_items: int = 0) -> Run | None:
    """Return the newest finished run of a target, or of one sync, that was no dry run.

    With `least_items` 1 a run is passed over that could not read both sides, and so has no items, or whose items are
    only what the journal knows.
    """
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE target = ? AND (? IS NULL OR sync = ?) AND report != 'null'"
        " AND NOT json_extract(report, '$.dry_run')"
        " AND (? = 0 OR (json_extract(report, '$.items_total') >= ? AND source_version IS NOT NULL))"
        " ORDER BY id DESC LIMIT 1",
        (target, sync, sync, least_items, least_items),
    ).fetchone()
    return None if row is None else _read(row)


def unfinished_in_a_row(connection: sqlite3.Connection, target: str, sync: str) -> int:
    """Return how many of a sync's newest runs, previews left out, could not finish."""
    unfinished: int = connection.execute(
        "SELECT count(*) FROM runs WHERE target = :target AND sync = :sync AND status IN ('partial', 'failed')"
        " AND NOT json_extract(request, '$.dry_run') AND id > coalesce((SELECT max(id) FROM runs"
        " WHERE target = :target AND sync = :sync AND status IN ('completed', 'cancelled')"
        " AND NOT json_extract(request, '$.dry_run')), '')",
        {"target": target, "sync": sync},
    ).fetchone()[0]
    return unfinished


def interrupted(connection: sqlite3.Connection, target: str) -> list[Run]:
    """Return the runs of a target that a stop of Home Assistant left unfinished."""
    return [
        _read(row)
        for row in connection.execute(
            f"SELECT {_COLUMNS} FROM runs WHERE target = ? AND report = 'null'",
            (target,),
        )
    ]


def items(
    connection: sqlite3.Connection,
    run: str,
    outcomes: Sequence[Outcome] = (),
    *,
    offset: int = 0,
    limit: int = -1,
) -> list[Item]:
    """Return a page of a run's items, of some outcomes or of all.

    Of a track that the library no longer describes, because its account was removed, only the id is told.
    """
    row = connection.execute("SELECT source, target FROM runs WHERE id = ?", (run,)).fetchone()
    source, target = row or ("", "")
    rows = connection.execute(
        "SELECT outcome, reason, score, source_track, target_track, candidate FROM items"
        f" WHERE run = ? {_among(outcomes)} ORDER BY position LIMIT ? OFFSET ?",
        (run, *outcomes, limit, offset),
    ).fetchall()
    ours = tracks.load(connection, source, {row[3] for row in rows})
    theirs = tracks.load(connection, target, {track for row in rows for track in row[4:] if track})
    return [
        Item(
            outcome=Outcome(outcome),
            reason=reason,
            score=score,
            source=ours.get(source_track, tracks.bare(source_track)),
            target=theirs.get(target_track),
            candidate=theirs.get(candidate),
        )
        for outcome, reason, score, source_track, target_track, candidate in rows
    ]


def count_items(connection: sqlite3.Connection, run: str, outcomes: Sequence[Outcome] = ()) -> int:
    """Return how many items of some outcomes, or of all, a run has."""
    found: int = connection.execute(
        f"SELECT count(*) FROM items WHERE run = ? {_among(outcomes)}",
        (run, *outcomes),
    ).fetchone()[0]
    return found


def _among(outcomes: Sequence[Outcome]) -> str:
    """Return the condition for some outcomes."""
    return f"AND outcome IN ({', '.join('?' * len(outcomes))})" if outcomes else ""


def _read(row: tuple[Any, ...]) -> Run:
    """Make a run of its row."""
    run, sync, source, target, content, request, queued_at, status, source_version, report = row
    return Run(
        id=run,
        sync=sync,
        source=source,
        target=target,
        content=content,
        request=json.loads(request),
        queued_at=queued_at,
        status=Status(status),
        source_version=source_version,
        report=json.loads(report),
    )
