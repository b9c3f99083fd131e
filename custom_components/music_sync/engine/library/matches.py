"""What the matcher and people decided about tracks, remembered."""

from collections.abc import Iterable
from dataclasses import dataclass
import sqlite3

from ..model import Track
from ..verdicts import Decision, Verdict
from . import tracks

DAY = 86_400
FIRST_RETRY = 7 * DAY
LAST_RETRY = 90 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A verdict of an earlier run; `retry_at` is None once it is settled. Times are in Unix seconds."""

    verdict: Verdict
    tries: int
    tried_at: float
    retry_at: float | None


def retry_after(tries: int) -> float:
    """Return how long (seconds) to leave a track alone that was not found for the nth time: 7 days, doubling to 90."""
    return float(min(FIRST_RETRY * 2 ** min(tries - 1, 8), LAST_RETRY))


def load(connection: sqlite3.Connection, source: str, target: str) -> dict[str, Remembered]:
    """Return what is remembered of a source's tracks on a target, by the source's track id."""
    rows = connection.execute(
        "SELECT source_track, outcome, reason, score, target_track, candidate, tries, tried_at, retry_at"
        " FROM matches WHERE source = ? AND target = ?",
        (source, target),
    ).fetchall()
    known = tracks.load(connection, target, {track for row in rows for track in (row[4], row[5]) if track})
    return {
        source_track: Remembered(
            verdict=Verdict(
                decision=Decision(outcome),
                reason=reason,
                score=score,
                track=known.get(target_track),
                candidate=known.get(candidate),
            ),
            tries=tries,
            tried_at=tried_at,
            retry_at=retry_at,
        )
        for source_track, outcome, reason, score, target_track, candidate, tries, tried_at, retry_at in rows
        if target_track is None or target_track in known
    }


def remember(
    connection: sqlite3.Connection, source: str, target: str, verdicts: Iterable[tuple[str, Verdict]], at: float
) -> None:
    """Keep verdicts by the source's track id; what was not found is looked for again ever more rarely.

    A pair that was found once outlives a search that finds nothing.
    """
    for source_track, verdict in verdicts:
        tracks.store(connection, target, [track for track in (verdict.track, verdict.candidate) if track])
        row = connection.execute(
            "SELECT tries, target_track FROM matches WHERE source = ? AND target = ? AND source_track = ?",
            (source, target, source_track),
        ).fetchone()
        tries, paired = row or (0, None)
        settled = verdict.decision is Decision.MATCH
        if paired and not settled:
            continue
        connection.execute(
            "INSERT OR REPLACE INTO matches"
            " (source, source_track, target, outcome, reason, score, target_track, candidate,"
            " tries, tried_at, retry_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                source,
                source_track,
                target,
                verdict.decision,
                verdict.reason,
                verdict.score,
                verdict.track.id if verdict.track else None,
                verdict.candidate.id if verdict.candidate else None,
                0 if settled else tries + 1,
                at,
                None if settled else at + retry_after(tries + 1),
            ),
        )


def forget(connection: sqlite3.Connection, target: str, ids: Iterable[str]) -> None:
    """Forget matches to tracks that the target turned out not to take, so that the next run looks again."""
    connection.executemany(
        "DELETE FROM matches WHERE target = ? AND target_track = ?", ((target, track) for track in ids)
    )


def next_retry(connection: sqlite3.Connection, source: str, target: str) -> float | None:
    """Return when the first track that was not found is due again (Unix seconds)."""
    found: float | None = connection.execute(
        "SELECT min(retry_at) FROM matches WHERE source = :source AND target = :target AND retry_at IS NOT NULL"
        " AND source_track IN (SELECT track FROM favorites WHERE account = :source AND unsyncable IS NULL)"
        " AND source_track NOT IN (SELECT source_track FROM pins WHERE source = :source AND target = :target)",
        {"source": source, "target": target},
    ).fetchone()[0]
    return found


def pins(connection: sqlite3.Connection, source: str, target: str) -> dict[str, Track | None]:
    """Return what a person decided, by the source's track id; None means that it does not exist there."""
    rows = connection.execute(
        "SELECT source_track, target_track FROM pins WHERE source = ? AND target = ?", (source, target)
    ).fetchall()
    known = tracks.load(connection, target, {target_track for _, target_track in rows if target_track})
    return {
        source_track: known.get(target_track, tracks.bare(target_track)) if target_track else None
        for source_track, target_track in rows
    }
