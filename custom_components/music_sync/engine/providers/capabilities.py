"""What a service can do, in small protocols: a sync asks for a capability, never for a kind.

Every method may raise the errors of `engine.errors`.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ..model import Like, Page, Profile, Track


@runtime_checkable
class Identifies(Protocol):
    """Knows who is signed in."""

    async def profile(self) -> Profile:
        """Ask who the credentials belong to: one small request, not repeated where it gets no answer."""
        ...


@runtime_checkable
class ReadsFavorites(Protocol):
    """Lists what a person likes, newest first."""

    favorites_page_size: int

    async def favorites_page(self, offset: int) -> Page[Like]:
        """Return one page of likes from `offset` on, newest `liked_at` first: one request."""
        ...


@runtime_checkable
class WritesFavorites(ReadsFavorites, Protocol):
    """Adds to what a person likes."""

    favorites_per_write: int

    async def favorites_marker(self) -> str:
        """Return a text that changes whenever the favourites change: one small request."""
        ...

    async def favorite_ids(self) -> frozenset[str]:
        """Return the ids of all favourites: one request, or a few where there are thousands."""
        ...

    async def add_favorites(self, ids: Sequence[str]) -> None:
        """Add at most `favorites_per_write` tracks, oldest first, in one request.

        Raises Rejected where the service refuses the batch as a whole: part of it may be in.
        """
        ...


@runtime_checkable
class SearchesTracks(Protocol):
    """Finds tracks in a service's catalogue."""

    async def search_isrc(self, isrc: str) -> Sequence[Track]:
        """Return the tracks with exactly this ISRC, best first; none where it cannot tell."""
        ...

    async def search_tracks(self, query: str) -> Sequence[Track]:
        """Return what the service's own search finds for free text, best first: one request."""
        ...


@runtime_checkable
class CountsCollections(Protocol):
    """Tells how much more a person has collected, beside what they like."""

    collections: tuple[str, ...]

    async def collection_total(self, collection: str) -> int:
        """Return how many things one of `collections` holds: one small request."""
        ...


@runtime_checkable
class Closes(Protocol):
    """Holds connections of its own."""

    async def close(self) -> None:
        """Let go of them."""
        ...
