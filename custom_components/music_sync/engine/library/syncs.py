"""What a person switched on or off about a sync."""

import sqlite3


def enabled(connection: sqlite3.Connection, sync: str) -> bool:
    """Tell whether a sync may start by itself: it may, unless a person switched it off."""
    row = connection.execute("SELECT enabled FROM syncs WHERE id = ?", (sync,)).fetchone()
    return row is None or bool(row[0])


def enable(connection: sqlite3.Connection, sync: str, on: bool) -> None:
    """Switch a sync on or off."""
    connection.execute("INSERT OR REPLACE INTO syncs (id, enabled) VALUES (?, ?)", (sync, on))
