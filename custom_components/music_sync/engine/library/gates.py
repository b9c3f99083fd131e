"""Rate limits and budgets that outlive a restart."""

import sqlite3

from ..model import GateState


def load(connection: sqlite3.Connection, account: str) -> GateState:
    """Return where the account's gate was left."""
    row = connection.execute(
        "SELECT blocked_until, day, used, hits FROM gates WHERE account = ?", (account,)
    ).fetchone()
    if row is None:
        return GateState()
    blocked_until, day, used, hits = row
    return GateState(blocked_until=blocked_until, day=day, used=used, hits=hits)


def save(connection: sqlite3.Connection, account: str, state: GateState) -> None:
    """Keep where the account's gate is."""
    connection.execute(
        "INSERT OR REPLACE INTO gates (account, blocked_until, day, used, hits) VALUES (?, ?, ?, ?, ?)",
        (account, state.blocked_until, state.day, state.used, state.hits),
    )
