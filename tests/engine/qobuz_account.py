"""A Qobuz account on a scripted server, and the objects that Qobuz sends."""

from typing import Any

import aiohttp

from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.qobuz import QobuzProvider

from .fake_time import FakeTime
from .scripted_server import ScriptedServer

TOKEN = "top-secret-token"


class Account:
    """A provider with all it stands on."""

    def __init__(self, server: ScriptedServer, session: aiohttp.ClientSession) -> None:
        """Connect a provider to a server."""
        self.server = server
        self.session = session
        self.time = FakeTime()
        self.budget = 100_000
        self.gate = RateGate(
            minimum_delay=lambda: 0.0,
            daily_budget=lambda: self.budget,
            clock=self.time.clock,
            sleep=self.time.sleep,
        )
        self.provider = self.signed_in()

    def signed_in(self, token: str = TOKEN, app_id: str = "123456789") -> QobuzProvider:
        """Build a provider with these credentials."""
        return QobuzProvider(
            session=self.session,
            user_auth_token=token,
            app_id=app_id,
            gate=self.gate,
            api_url=f"{self.server.url}api.json/0.2/",
        )


def track(**changes: Any) -> dict[str, Any]:
    """Build a track object."""
    return {
        "id": 59954869,
        "title": "Get Lucky",
        "version": "Radio Edit",
        "isrc": "USQX91300108",
        "duration": 248,
        "performer": {"id": 1, "name": "Daft Punk"},
        "performers": "Daft Punk, MainArtist, Composer - Pharrell Williams, FeaturedArtist - Bob, Engineer",
        "album": {"id": "0886443927087", "title": "Random Access Memories", "artist": {"id": 1, "name": "Daft Punk"}},
        "parental_warning": False,
        "streamable": True,
        **changes,
    }


def favorites(*rows: Any, total: Any = None) -> dict[str, Any]:
    """Build a page of favourite tracks."""
    return {"tracks": {"items": list(rows), "total": len(rows) if total is None else total, "limit": 500, "offset": 0}}
