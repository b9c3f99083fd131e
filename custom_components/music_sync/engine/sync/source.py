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

WEEK = 7 * 86_400
FULL_READ_AFTER = WEEK
"""A like and an unlike between two looks cancel out in the total: only a whole reading tells (seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeList:
    """A list that was read to its end; `consistent` says that it did not change meanwhile."""

    likes: Sequence[Like]
    total: int
    rejected: int
    consistent: bool


async def refresh_source(account: Account[ReadsFavorites], library: Library) -> Mirror:
    """Read what is new among the account's likes; one request where nothing is.

    Raises the errors of the service; the mirror is then as it was.
    """
    async with account.lock:
        before = await library.run(mirror.get, account.id)
        first = await account.provider.favorites_page(0)
        now = time.time()
        if before.complete and now - before.full_at < FULL_READ_AFTER:
            head = await library.run(mirror.head, account.id, len(first.items))
            if first.total == before.total and _dates(first.items) == head:
                after = replace(before, checked_at=now)
                await library.run(mirror.put, account.id, after)
                return after
            known = dict(await library.run(mirror.head, account.id, None))
            newer = await _read_newer(account.provider, first, known)
            if len(known.keys() | {like.track.id for like in newer}) + before.rejected == first.total:
                after = replace(before, version=before.version + 1, total=first.total, checked_at=now)
                await library.run(_keep, account.id, newer, after, whole=False)
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
    """Read everything, a second time where the list changed meanwhile; what is still in doubt takes nothing away."""
    whole = await read_to_the_end(account.provider, first)
    if not whole.consistent:
        whole = await read_to_the_end(account.provider, await account.provider.favorites_page(0))
    now = time.time()
    known = await library.run(mirror.head, account.id, None)
    changed = _dates(whole.likes) != known or not before.complete
    after = replace(
        before,
        version=before.version + changed,
        total=whole.total,
        rejected=whole.rejected,
        complete=whole.consistent,
        checked_at=now,
        full_at=now if whole.consistent else before.full_at,
    )
    await library.run(_keep, account.id, whole.likes, after, whole=whole.consistent)
    return after


async def read_to_the_end(provider: ReadsFavorites, first: Page[Like]) -> WholeList:
    """Read on from the first page; stops at the total, since some services start over behind it."""
    likes = {like.track.id: like for like in first.items}
    rows, rejected, page = first.rows, first.rejected, first
    while page.rows and rows < page.total:
        page = await provider.favorites_page(rows)
        rows += page.rows
        rejected += page.rejected
        for like in page.items:
            likes.setdefault(like.track.id, like)
    return WholeList(
        likes=list(likes.values()),
        total=page.total,
        rejected=rejected,
        consistent=first.total == page.total == rows == len(likes) + rejected,
    )


async def _read_newer(provider: ReadsFavorites, first: Page[Like], known: dict[str, int]) -> list[Like]:
    """Return the likes that are not known with their date, newest first, reading until nothing newer can follow."""
    watermark = max(known.values(), default=0)
    newer: list[Like] = []
    rows, page = first.rows, first
    while True:
        newer += [like for like in page.items if known.get(like.track.id) != like.liked_at]
        if reaches_known(page, known, watermark) or not page.rows or rows >= page.total:
            return newer
        page = await provider.favorites_page(rows)
        rows += page.rows


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


def _keep(connection: sqlite3.Connection, account: str, likes: Sequence[Like], state: Mirror, *, whole: bool) -> None:
    """Store likes and how current they are, together."""
    (mirror.replace if whole else mirror.add)(connection, account, likes)
    mirror.put(connection, account, state)
