"""Brings the mirror of a target's favourites up to date by the cheapest reading that tells."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
import sqlite3
import time

from ..errors import Unreachable
from ..library import Library, journal, mirror, tracks
from ..library.mirror import Mirror
from ..model import Like, Unsyncable
from ..providers.capabilities import WritesFavorites
from .account import Account

SETTLES_AFTER = 60.0
"""Seconds after which a list shows what its change marker tells, and no further change hides in the marker's second."""


async def refresh_target(account: Account[WritesFavorites], library: Library) -> Mirror:
    """Ask whether the account's favourites changed, and read what did; one request where nothing did.

    Markers are as coarse as a second, and lists lag behind them: a change is looked at again until it has settled, and
    what was written a moment ago counts as there. Raises the errors of the service; the mirror is then as it was.
    """
    async with account.lock:
        before = await library.run(mirror.get, account.id)
        marker = await account.provider.favorites_marker()
        now = time.time()
        is_same = marker == before.marker
        if before.complete and before.settled and is_same:
            after = replace(before, checked_at=now)
            await library.run(mirror.put, account.id, after)
            return after
        ids = await account.provider.favorite_ids()
        held = await library.run(_held, account.id, now - SETTLES_AFTER)
        if not ids and held.ids - held.just_written and (await account.provider.favorites_page(0)).total:
            raise Unreachable("The list of ids is empty, but the list of favourites is not")
        new = ids - held.ids
        found = await _describe(account.provider, new | (held.undescribed & ids if is_same else set()))
        gone = held.ids - ids - held.just_written
        read_at = before.full_at if is_same else now
        after = Mirror(
            version=before.version + (bool(new or gone) or not before.complete),
            total=len(held.ids - gone | ids),
            complete=True,
            marker=marker,
            settled=is_same and now - read_at >= SETTLES_AFTER,
            checked_at=now,
            full_at=read_at,
        )
        nameless = new - {like.track.id for like in found}
        await library.run(_keep, account.id, [*found, *map(_nameless, nameless)], gone, after)
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the library file holds of a target before a look at it, by id."""

    ids: set[str]
    undescribed: set[str]
    just_written: frozenset[str]


def _held(connection: sqlite3.Connection, account: str, since: float) -> _Held:
    """Collect what the library file holds of a target; what was written after `since` (Unix seconds) is fresh."""
    return _Held(
        ids={track for track, _ in mirror.head(connection, account, None)},
        undescribed=mirror.undescribed(connection, account),
        just_written=journal.ours(connection, account, mirror.FAVORITES, since=since),
    )


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


def _nameless(track_id: str) -> Like:
    """Return a favourite that the service lists by its id alone."""
    return Like(track=tracks.bare(track_id), liked_at=0, unsyncable=Unsyncable.NO_METADATA)


def _keep(
    connection: sqlite3.Connection, account: str, found: Sequence[Like], gone: Collection[str], state: Mirror
) -> None:
    """Store what changed and how current the mirror is, together."""
    mirror.add(connection, account, found)
    mirror.remove(connection, account, gone)
    mirror.put(connection, account, state)
