"""Counts, now and then, what a person has collected beside likes."""

from collections.abc import Iterable
from dataclasses import replace
import time

from ..errors import MustWait, ServiceError, SignInNeeded
from ..library import Library, mirror
from ..library.mirror import Mirror
from ..providers.capabilities import CountsCollections
from .account import Account

COUNT_EVERY = 6 * 3600.0
"""Seconds between two counts: a count costs a request and matters little."""


async def count_collections(account: Account[CountsCollections], library: Library) -> None:
    """Count those collections again whose count is old, in one request each.

    What the service will not count, for want of a permission for instance, stays unknown and is tried again as late.
    Raises MustWait and SignInNeeded.
    """
    for collection in account.provider.collections:
        held = await library.run(mirror.get, account.id, collection)
        if time.time() - held.checked_at >= COUNT_EVERY:
            try:
                await count_collection(account, library, collection)
            except MustWait, SignInNeeded:
                raise
            except ServiceError:
                await library.run(mirror.put, account.id, replace(held, checked_at=time.time()), collection)


async def count_collection(account: Account[CountsCollections], library: Library, collection: str) -> Mirror:
    """Count a collection now. Raises the errors of the service."""
    total = await account.provider.collection_total(collection)
    held = await library.run(mirror.get, account.id, collection)
    is_new = total != held.total or not held.complete
    counted = Mirror(version=held.version + is_new, total=total, complete=True, checked_at=time.time())
    await library.run(mirror.put, account.id, counted, collection)
    return counted


async def collection_totals(library: Library, account: str, collections: Iterable[str]) -> dict[str, int]:
    """Return what is known of how much an account's collections hold."""
    held = {collection: await library.run(mirror.get, account, collection) for collection in collections}
    return {collection: state.total for collection, state in held.items() if state.complete}
