"""A small world, Spotify's stand-in made from it on a socket, and clients that are not ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import requests
from spotipy import Spotify

from sandbox.control import serve
from sandbox.spotify import READING, SpotifyStandIn
from sandbox.spotify_catalogue import base62
from sandbox.spotify_library import timestamp
from sandbox.world import Row, World

START = 1_760_000_000.0
TRACKS = 130


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `body` is parsed JSON where it was JSON, else text."""

    status: int
    body: Any
    headers: Any


def track_id(number: int) -> str:
    """Name a track of the small world."""
    return base62("t", str(number))


def artist_id(number: int) -> str:
    """Name an artist of the small world."""
    return base62("r", str(number))


def album_id(number: int) -> str:
    """Name an album of the small world."""
    return base62("a", str(number))


def track(number: int) -> dict[str, Any]:
    """Make a track: five to an album, thirteen albums to an artist, every seventh with a guest."""
    artist, album = number % 2, number // 5
    owner = {"id": artist_id(album % 2), "name": f"Artist {album % 2}"}
    guests = [{"id": artist_id(9), "name": "Guest 9"}] if number % 7 == 0 else []
    return {
        "id": track_id(number),
        "name": f"Song {number}",
        "duration_ms": 180_000 + number,
        "artists": [owner, *guests],
        "album": {
            "id": album_id(album),
            "name": f"Album {album}",
            "album_type": ["album", "single", "compilation"][album % 3],
            "release_date": str(1980 + album),
            "artists": [owner],
        },
        "external_ids": {"isrc": f"XXA{artist}2{number:07d}"},
        "popularity": 7,
    }


def liked_at(number: int) -> str:
    """Tell when the listener liked a track: five at a time."""
    return timestamp(1_600_000_000 + number // 5 * 3600)


def small_world() -> World:
    """Make a world whose every track is liked, oldest first."""
    return World(
        spotify_tracks={track_id(number): Row(recording=None, data=track(number)) for number in range(TRACKS)},
        spotify_likes=[{"added_at": liked_at(number), "track": track_id(number)} for number in range(TRACKS)],
    )


@dataclass(slots=True)
class Bench:
    """The stand-in, its address, and a session with a token."""

    stand_in: SpotifyStandIn
    url: str
    http: aiohttp.ClientSession
    token: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, user: str = "listener", scope: str = READING, client_id: str = "client") -> dict[str, Any]:
        """Use a fresh token from now on; give the token endpoint's reply."""
        self.token = self.stand_in.sign_in(user, scope, client_id)
        return self.token

    async def get(self, path: str, **query: Any) -> Reply:
        """Read from the API; `path` is below `/v1`, or absolute."""
        url = path if path.startswith("http") else f"{self.url}/v1{path}"
        return await self.send("GET", url, query)

    async def send(self, method: str, url: str, query: dict[str, Any] | None = None) -> Reply:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token['access_token']}"}
        async with self.http.request(method, url, params=query, headers=headers) as reply:
            body = await reply.json() if reply.content_type == "application/json" else await reply.text()
            return Reply(reply.status, body, reply.headers)

    async def ids(self, path: str, **query: Any) -> list[str]:
        """Read a page of likes and tell the ids."""
        reply = await self.get(path, **query)
        assert reply.status == 200, reply.body
        return [row["track"]["id"] for row in reply.body["items"]]

    async def control(self, method: str, name: str, body: Any = None) -> Any:
        """Send a control request."""
        async with self.http.request(method, f"{self.url}/_sandbox/{name}", json=body) as reply:
            assert reply.status < 300, await reply.text()
            return await reply.json()

    async def ask_token(self, **form: str) -> Reply:
        """Post a form to the token endpoint."""
        form = {"client_id": "client", "client_secret": "secret"} | form
        async with self.http.post(f"{self.url}/api/token", data=form) as reply:
            body = await reply.json() if reply.content_type == "application/json" else await reply.text()
            return Reply(reply.status, body, reply.headers)

    async def spotipy[T](self, call: Callable[[Spotify], T]) -> T:
        """Call spotipy in a thread, with a session of its own so that it neither retries nor sleeps."""

        def work() -> T:
            """Make a client and use it."""
            with requests.Session() as session:
                client = Spotify(auth=self.token["access_token"], requests_session=session)
                client.prefix = f"{self.url}/v1/"
                return call(client)

        return await asyncio.to_thread(work)


@asynccontextmanager
async def open_bench(world: World | None = None) -> AsyncIterator[Bench]:
    """Serve the stand-in, its clock standing at START unless advanced, and sign the listener in."""
    stand_in = SpotifyStandIn(world or small_world(), clock=lambda: START)
    async with await serve(stand_in) as running, aiohttp.ClientSession() as http:
        bench = Bench(stand_in, running.url, http)
        bench.sign_in()
        yield bench
