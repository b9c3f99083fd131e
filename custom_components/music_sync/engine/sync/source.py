"""Brings the mirror of a source's likes up to date by the cheapest reading that tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import sqlite3
import time

from ..library import Library, mirror
from ..library.mirror import Mirror
from ..model import Like, Page
from ..providers.capabilities import ReadsFavorites
from .account import Account

FULL_READ_AFTER = 7 * 86_400.0
"""A like and an unlike between two looks cancel out in the total: only a whole reading tells (seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Likes as they were read, newest first, none twice.

    `total` is the list's length as the last page told it, `left_out` how many rows made no sense or repeated another.
    `is_steady` says that the list's length did not change meanwhile, and that all of it was sent.
    """

    likes: Sequence[Like]
    total: int
    left_out: int
    repeated: int
    is_steady: bool

    def is_like(self, other: Reading) -> bool:
        """Tell whether another reading found the very same."""
        return (self.total, self.left_out, _dates(self.likes)) == (other.total, other.left_out, _dates(other.likes))

    @property
    def is_consistent(self) -> bool:
        """Tell whether the list cannot have changed meanwhile: a row that moves on is sent twice."""
        return self.is_steady and not self.repeated


async def refresh_source(account: Account[ReadsFavorites], library: Library) -> Mirror:
    """Read what is new among the account's likes; one request where nothing is.

    Raises the errors of the service; the mirror is then as it was.
    """
    async with account.lock:
        before = await library.run(mirror.get, account.id)
        first = await account.provider.favorites_page(0)
        now = time.time()
        if before.complete and now - before.full_at < FULL_READ_AFTER:
            newest = _dates(_each_once(first.items))
            if first.total == before.total and newest == await library.run(mirror.head, account.id, len(newest)):
                after = replace(before, checked_at=now)
                await library.run(mirror.put, account.id, after)
                return after
            known = dict(await library.run(mirror.head, account.id, None))
            newer = await _read_newer(account.provider, first, known)
            if newer is not None and len(known.keys() | newer.keys()) + before.rejected == first.total:
                after = replace(before, version=before.version + bool(newer), total=first.total, checked_at=now)
                await library.run(_keep, account.id, list(newer.values()), after, whole=False)
                return after
            first = await account.provider.favorites_page(0)
        return await _read_whole(account, library, before, first)


async def refresh_newest(account: Account[ReadsFavorites], library: Library, newest: int) -> Mirror:
    """Read only the newest likes, that many at least; nothing is taken away. Raises the errors of the service."""
    async with account.lock:
        before = await library.run(mirror.get, account.id)
        known = dict(await library.run(mirror.head, account.id, None))
        likes: list[Like] = []
        rows = 0
        while True:
            page = await account.provider.favorites_page(rows)
            likes += page.items
            rows += page.rows
            if not page.rows or rows >= min(newest, page.total):
                break
        newer = [like for like in likes if known.get(like.track.id) != like.liked_at]
        # Without a look at the rest the total stays unknown: the next ordinary look then tells what else changed.
        after = replace(before, version=before.version + bool(newer), checked_at=time.time())
        await library.run(_keep, account.id, newer, after, whole=False)
        return after


async def _read_whole(account: Account[ReadsFavorites], library: Library, before: Mirror, first: Page[Like]) -> Mirror:
    """Read everything, a second time where that is in doubt; what is in doubt still takes nothing away."""
    reading = await read_to_the_end(account.provider, first)
    is_sure = reading.is_consistent
    if not is_sure:
        again = await read_to_the_end(account.provider, await account.provider.favorites_page(0))
        # Rows that a list really holds twice are there again, and a total that is wrong stays wrong.
        is_sure = again.is_consistent or again.is_like(reading)
        reading = again
    now = time.time()
    known = await library.run(mirror.head, account.id, None)
    after = replace(
        before,
        version=before.version + (_dates(reading.likes) != known or not before.complete),
        total=reading.total,
        rejected=reading.total - len(reading.likes) if is_sure else reading.left_out,
        complete=before.complete or is_sure,
        checked_at=now,
        full_at=now if is_sure else 0.0,
    )
    await library.run(_keep, account.id, reading.likes, after, whole=is_sure)
    return after


async def read_to_the_end(provider: ReadsFavorites, first: Page[Like]) -> Reading:
    """Read on from the first page; stops at the total, since some services start over behind it."""
    likes: dict[str, Like] = {}
    sent = rejected = 0
    page = first
    while True:
        for like in page.items:
            likes.setdefault(like.track.id, like)
        sent += page.rows
        rejected += page.rejected
        if not page.rows or sent >= page.total:
            break
        page = await provider.favorites_page(sent)
    return Reading(
        likes=list(likes.values()),
        total=page.total,
        left_out=sent - len(likes),
        repeated=sent - rejected - len(likes),
        is_steady=first.total == page.total == sent,
    )


async def _read_newer(provider: ReadsFavorites, first: Page[Like], known: dict[str, int]) -> dict[str, Like] | None:
    """Return the likes that are not known with their date, by id, newest first; None where the list changes meanwhile.

    Reads until nothing newer can follow.
    """
    watermark = max(known.values(), default=0)
    newer: dict[str, Like] = {}
    rows, page = first.rows, first
    while page.total == first.total:
        for like in page.items:
            if known.get(like.track.id) != like.liked_at:
                newer.setdefault(like.track.id, like)
        if reaches_known(page, known, watermark) or not page.rows or rows >= page.total:
            return newer
        page = await provider.favorites_page(rows)
        rows += page.rows
    return None


def reaches_known(page: Page[Like], known: dict[str, int], watermark: int) -> bool:
    """Tell whether everything behind this page is older than the newest like known.

    Likes imported together share a second: a page that ends within the newest known second tells nothing.
    """
    if not page.items:
        return False
    last = page.items[-1]
    return known.get(last.track.id) == last.liked_at and last.liked_at < watermark


def _dates(likes: Sequence[Like]) -> list[tuple[str, int]]:
    """Return what identifies likes, in their order."""
    return [(like.track.id, like.liked_at) for like in likes]


def _each_once(likes: Sequence[Like]) -> Sequence[Like]:
    """Return likes without those whose track came before."""
    first: dict[str, Like] = {}
    for like in likes:
        first.setdefault(like.track.id, like)
    return list(first.values())


def _keep(connection: sqlite3.Connection, account: str, likes: Sequence[Like], state: Mirror, *, whole: bool) -> None:
    """Store likes and how current they are, together."""
    (mirror.replace if whole else mirror.add)(connection, account, likes)
    mirror.put(connection, account, state)
