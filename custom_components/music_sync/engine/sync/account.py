"""An account as the syncs see it."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Account[ProviderT]:
    """An account: `id` names its rows in the library file, `lock` lets one reader at a time refresh its mirror.

    The type of `provider` says which capabilities are asked of it.
    """

    id: str
    title: str
    kind: str
    provider: ProviderT
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
