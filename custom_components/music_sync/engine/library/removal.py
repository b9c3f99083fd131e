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
    """Delete an account's rows, matches, pins and runs.

    A run that still writes what it read from the account stays: the target's ledger goes by it.
    """
    theirs = "SELECT id FROM runs WHERE target = :account OR (source = :account AND report != 'null')"
    for table in ("items", "operations"):
        connection.execute(f"DELETE FROM {table} WHERE run IN ({theirs})", {"account": account})
    connection.execute(f"DELETE FROM runs WHERE id IN ({theirs})", {"account": account})
    for table, columns in _TABLES.items():
        for column in columns:
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (account,))
