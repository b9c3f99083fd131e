"""A small Qobuz world, and a plain client to ask the stand-in on its socket with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from sandbox.control import serve
from sandbox.qobuz import QobuzStandIn
from sandbox.world import Row, World

NOW = 1_790_000_000.25
APP = "100000001"
TOKENS = {"listener": "sandbox-token-listener", "guest": "sandbox-token-guest"}

QUEEN = {"id": 11, "name": "Queen"}
SIGUR = {"id": 12, "name": "Sigur Rós"}
BAND = {"id": 13, "name": "Karaoke Band"}
DOLLY = {"id": 14, "name": "Dolly Parton"}


def album(key: str, title: str, artist: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Make an album."""
    return {
        "id": key,
        "title": title,
        "version": None,
        "upc": "0060254" + str(artist["id"]).zfill(6),
        "artist": artist,
        "artists": [artist | {"roles": ["main-artist"]}],
        "released_at": 500_000_000,
        "release_date_original": "1985-11-05",
        "release_type": "album",
        "image": {"large": f"https://static.sandbox.invalid/{key}.jpg"},
    } | more


OPERA = album("opera00000001", "A Night at the Opera", QUEEN)
LIVE = album("live000000001", "Live Killers", QUEEN, release_type="live", release_date_original="1979-06-22")
HITS = album("s72ps0jshvpwa", "Sing the Hits", BAND, release_type="compilation")
AGAETIS = album("agaetis000001", "Ágætis byrjun", SIGUR)
JOLENE = album("jolene0000001", "Jolene & Friends", DOLLY)


def track(
    number: int,
    title: str,
    performer: dict[str, Any],
    on: dict[str, Any],
    *,
    version: str | None = None,
    isrc: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Make a track."""
    return {
        "id": number,
        "title": title,
        "version": version,
        "work": None,
        "isrc": isrc,
        "duration": 200 + number % 100,
        "track_number": number % 10,
        "media_number": 1,
        "performer": performer,
        "performers": f"{performer['name']}, MainArtist",
        "parental_warning": False,
        "streamable": True,
        "displayable": True,
        "purchasable": True,
        "streamable_at": 500_000_000,
        "album": on,
    } | more


TRACKS = [
    track(101, "Bohemian Rhapsody", QUEEN, OPERA, isrc="GBUM71029604"),
    track(102, "Bohemian Rhapsody", QUEEN, LIVE, version="Live", isrc="GBUM71029999"),
    track(103, "Bohemian Rhapsody", BAND, HITS, version="Karaoke Version in the Style of Queen"),
    track(104, "Love of My Life", QUEEN, OPERA, isrc="GBUM71029610"),
    track(105, "The Prophet's Song...", QUEEN, OPERA, isrc="GBUM71029611"),
    track(106, "Svefn-g-englar", SIGUR, AGAETIS, isrc="ISA129900001"),
    track(107, "Jolene & Co <3", DOLLY, JOLENE, isrc="USRN10400318", version="Señor's Edit"),
    track(108, "Jolene", DOLLY, JOLENE, isrc="USRN10400318"),
    track(109, "Under Pressure", QUEEN, HITS, isrc="GBUM71029700", performers="Queen, MainArtist - David Bowie, Guest"),
    track(110, "Flugufrelsarinn", SIGUR, AGAETIS, isrc="ISA129900002", streamable_at=int(NOW) + 1000),
]
FAVORITES = [104, 106, 101]


def small_world() -> World:
    """Make the world; no two calls share anything."""
    return World(
        qobuz_tracks={row["id"]: Row(recording=None, data=dict(row)) for row in TRACKS},
        qobuz_favorites=list(FAVORITES),
    )


class Client:
    """Asks over HTTP and gives status and body; `user` chooses the token."""

    def __init__(self, http: aiohttp.ClientSession, stand_in: QobuzStandIn) -> None:
        """Keep the session."""
        self.http = http
        self.stand_in = stand_in

    async def ask(
        self, method: str, path: str, user: str | None = "listener", app: str | None = APP, **more: Any
    ) -> tuple[int, Any]:
        """Send one request with the headers Qobuz wants."""
        headers: dict[str, str] = more.pop("headers", {})
        headers |= {"X-App-Id": app} if app else {}
        headers |= {"X-User-Auth-Token": TOKENS.get(user, user)} if user else {}
        async with self.http.request(method, f"/api.json/0.2/{path}", headers=headers, **more) as reply:
            return reply.status, await reply.json() if reply.content_type == "application/json" else await reply.text()

    async def get(self, path: str, user: str | None = "listener", **params: Any) -> tuple[int, Any]:
        """Send a GET."""
        return await self.ask("GET", path, user, params=params)

    async def post(self, path: str, user: str | None = "listener", **form: Any) -> tuple[int, Any]:
        """Send a form."""
        return await self.ask("POST", path, user, data=form)

    async def read(self, path: str, user: str | None = "listener", **params: Any) -> Any:
        """Send a GET that must work, and give its body."""
        status, body = await self.get(path, user, **params)
        assert status == 200, body
        return body

    async def write(self, path: str, user: str | None = "listener", **form: Any) -> Any:
        """Send a form that must work, and give the reply's body."""
        status, body = await self.post(path, user, **form)
        assert status == 200, body
        return body

    async def found(self, query: str, **params: Any) -> list[int]:
        """Search tracks, and give their ids."""
        return ids((await self.read("track/search", query=query, **params))["tracks"]["items"])

    async def favorites(self, **params: Any) -> list[int]:
        """Give the favourite tracks' ids as they are listed."""
        block = (await self.read("favorite/getUserFavorites", type="tracks", **params))["tracks"]
        return ids(block["items"])

    async def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a control request, which must be answered with a status."""
        async with self.http.request(method, URL(f"/_sandbox/{path}"), json=body) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def switch(self, **switches: Any) -> None:
        """Set switches."""
        await self.control("PATCH", "switches", switches)

    async def change(self, user: str = "listener", **change: Any) -> Any:
        """Change a user behind the API's back."""
        return await self.control("PATCH", "state", {"users": {user: change}})

    async def fault(self, fault: dict[str, Any], path: str = "", **more: Any) -> None:
        """Add a fault."""
        await self.control("POST", "faults", {"path": path, "fault": fault, **more}, status=201)


def ids(items: list[dict[str, Any]]) -> list[Any]:
    """Give the ids of rows."""
    return [item["id"] for item in items]


@asynccontextmanager
async def qobuz(world: World | None = None, clock: Callable[[], float] = lambda: NOW) -> AsyncIterator[Client]:
    """Serve a world, the small one where none is given, at a standing clock."""
    stand_in = QobuzStandIn(world or small_world(), clock)
    async with await serve(stand_in) as running, aiohttp.ClientSession(running.url) as http:
        yield Client(http, stand_in)
