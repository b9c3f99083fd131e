"""What music is, whatever the service: frozen, slotted values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unsyncable(StrEnum):
    """Why a row of a source can never exist on another service (PRODUCT: outcome `unsyncable`)."""

    LOCAL_FILE = "local_file"
    EPISODE = "episode"
    WITHDRAWN = "withdrawn"
    NO_METADATA = "no_metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A track as one service describes it.

    `id` is the service's own, as text, never empty. `duration` is in seconds. `isrc` is twelve
    upper-case characters or None. `version` is what some services (Qobuz) keep apart from the title,
    such as "Live" or "Remastered 2011". `playable` is None where the service does not say.
    """

    id: str
    title: str
    artists: tuple[str, ...]
    album: str | None = None
    duration: float | None = None
    isrc: str | None = None
    mbid: str | None = None
    version: str | None = None
    explicit: bool | None = None
    playable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """A track that a person likes on a service: a like, love, star or favourite.

    `liked_at` is in Unix seconds, UTC (0 where the service does not know).
    `unsyncable` says why no other service can have this row.
    """

    track: Track
    liked_at: int
    unsyncable: Unsyncable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who an account belongs to: `id` never changes, `name` is for people.

    `former_id` is what the service called the same person before it gave them such an id.
    """

    id: str
    name: str
    former_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """A page of a longer list: what could be read of it, and how many rows could not.

    `total` is the length of the whole list as the service tells it, `rows` the number of rows the
    service sent (what the next offset is counted by), `rejected` how many of them made no sense.
    """

    items: Sequence[T]
    total: int
    rows: int
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """Where an account's rate gate is: what has to outlive a restart.

    `blocked_until` is in Unix seconds, `day` in days since the epoch (UTC), `used` the requests counted on that day,
    `hits` how many rate limits in a row named no time.
    """

    blocked_until: float = 0.0
    day: int = 0
    used: int = 0
    hits: int = 0
