"""Brings the mirror of a target's favourites up to date by the cheapest reading that tells."""

from collections.abc import Collection, Sequence
from dataclasses import replace
import sqlite3
import time

from ..library import Library, mirror
from ..library.mirror import Mirror
from ..model import Like
from ..providers.capabilities import WritesFavorites
from .account import Account


async def refresh_target(account: Account[WritesFavorites], library: Library) -> Mirror:
    """Ask whether the account's favourites changed, and read what did; one request where nothing did.

    Markers are as coarse as a second, so a change is looked at once more the next time, when no further one can hide
    behind it. Raises the errors of the service; the mirror is then as it was.
    """
    async with account.lock:
        before = await library.run(mirror.get, account.id)
        marker = await account.provider.favorites_marker()
        if before.complete and before.settled and marker == before.marker:
            after = replace(before, checked_at=time.time())
            await library.run(mirror.put, account.id, after)
            return after
        ids = await account.provider.favorite_ids()
        known = {track for track, _ in await library.run(mirror.head, account.id, None)}
        unknown = ids - known
        found = await _describe(account.provider, unknown)
        after = Mirror(
            version=before.version + (ids != known or not before.complete),
            total=len(ids),
            rejected=len(unknown) - len(found),
            complete=True,
            marker=marker,
            settled=marker == before.marker,
            checked_at=time.time(),
            full_at=before.full_at,
        )
        await library.run(_keep, account.id, found, known - ids, after)
        return after


async def _describe(provider: WritesFavorites, unknown: Collection[str]) -> list[Like]:
    """Read favourites, newest first, until each of these ids has a description or the list ends."""
    missing = set(unknown)
    found: list[Like] = []
    offset = 0
    while missing:
        page = await provider.favorites_page(offset)
        for like in page.items:
            if like.track.id in missing:
                missing.remove(like.track.id)
                found.append(like)
        offset += page.rows
        if not page.rows or offset >= page.total:
            break
    return found


def _keep(
    connection: sqlite3.Connection, account: str, found: Sequence[Like], gone: Collection[str], state: Mirror
) -> None:
    """Store what changed and how current the mirror is, together."""
    mirror.add(connection, account, found)
    mirror.remove(connection, account, gone)
    mirror.put(connection, account, state)
