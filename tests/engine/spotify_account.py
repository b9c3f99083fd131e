"""A Spotify account on a scripted server, and the objects that Spotify sends."""

from typing import Any

from custom_components.music_sync.engine.errors import ServiceError
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider

from .fake_time import FakeTime
from .scripted_server import ScriptedServer

ADDED = "2024-01-31T12:00:00Z"
ADDED_AT = 1_706_702_400


class Tokens:
    """A source of access tokens that gives a new one for a refused one."""

    def __init__(self) -> None:
        """Start with the first token."""
        self.number = 1
        self.refused: list[str] = []
        self.error: ServiceError | None = None

    async def __call__(self, *, rejected: str | None = None) -> str:
        """Give the present token, or a new one."""
        if rejected is not None:
            self.refused.append(rejected)
            if self.error is not None:
                raise self.error
            self.number += 1
        return f"secret-{self.number}"


class Account:
    """A provider with all it stands on."""

    def __init__(self, server: ScriptedServer) -> None:
        """Connect a provider to a server."""
        self.server = server
        self.time = FakeTime()
        self.tokens = Tokens()
        self.gate = RateGate(
            minimum_delay=lambda: 0.0, daily_budget=lambda: 100_000, clock=self.time.clock, sleep=self.time.sleep
        )
        self.provider = SpotifyProvider(access_token=self.tokens, gate=self.gate, api_url=f"{server.url}v1/")

    @property
    def authorizations(self) -> list[str]:
        """The tokens that the server was shown."""
        return [seen.headers["Authorization"] for seen in self.server.seen]


def track(**changes: Any) -> dict[str, Any]:
    """Build a track object."""
    return {
        "id": "4uLU6hMCjMI75M1A2tKUQC",
        "uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "type": "track",
        "name": "Never Gonna Give You Up",
        "duration_ms": 213_573,
        "explicit": False,
        "is_local": False,
        "artists": [{"id": "a1", "name": "Rick Astley"}],
        "album": {"id": "b1", "name": "Whenever You Need Somebody"},
        "external_ids": {"isrc": "GBARL9300135"},
        **changes,
    }


def row(thing: Any, added_at: Any = ADDED) -> dict[str, Any]:
    """Build a row of liked songs."""
    return {"added_at": added_at, "track": thing}


def page(*rows: Any, total: Any = None) -> dict[str, Any]:
    """Build a page of liked songs."""
    return {"items": list(rows), "total": len(rows) if total is None else total, "limit": 50, "offset": 0}
