"""What the library file holds of an account as a whole."""

import sqlite3

_TABLES = {
    "tracks": ("account",),
    "favorites": ("account",),
    "mirrors": ("account",),
    "gates": ("account",),
    "matches": ("source", "target"),
    "pins": ("source", "target"),
    "ledger": ("target",),
}


def remove(connection: sqlite3.Connection, account: str) -> None:
    """Delete an account's rows, matches, pins and runs."""
    for table in ("items", "operations"):
        connection.execute(
            f"DELETE FROM {table} WHERE run IN (SELECT id FROM runs WHERE target = ? OR source = ?)", (account, account)
        )
    connection.execute("DELETE FROM runs WHERE target = ? OR source = ?", (account, account))
    for table, columns in _TABLES.items():
        for column in columns:
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (account,))
