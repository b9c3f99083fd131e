"""Spotify's stand-in: rate limits in all their forms, faults, and endpoints that are gone."""

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
import requests
from spotipy import Spotify, SpotifyException

from sandbox.spotify_limits import family_of

from .spotify_bench import START, Bench, album_id, open_bench, track_id


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def statuses(spotify: Bench, count: int, path: str = "/me") -> list[int]:
    """Read a path some times."""
    return [(await spotify.get(path)).status for _ in range(count)]


async def test_the_window_rolls(spotify: Bench) -> None:
    """So many requests in 30 seconds and no more, then a pause of a second, then again."""
    await spotify.control("PATCH", "switches", {"window_limit": 3})
    assert await statuses(spotify, 2) == [200, 200]
    spotify.stand_in.advance(29)
    assert (await spotify.get("/me/tracks")).status == 200
    reply = await spotify.get("/me/albums")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "1")
    assert reply.body == {"error": {"status": 429, "message": "API rate limit exceeded"}}
    spotify.stand_in.advance(1)
    assert await statuses(spotify, 3) == [200, 200, 429]


async def test_a_quota_is_for_a_family_of_endpoints(spotify: Bench) -> None:
    """A quota spent refuses its family with a reason and for long, while others still answer."""
    await spotify.control("PATCH", "switches", {"quota": {"me/tracks": 2}})
    assert await statuses(spotify, 2, "/me/tracks") == [200, 200]
    reply = await spotify.get("/me/tracks")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "43200")
    assert reply.body["error"]["reason"] == "QUOTA_EXCEEDED"
    assert await statuses(spotify, 1, "/me/albums") == [200]
    with pytest.raises(SpotifyException) as raised:
        await spotify.spotipy(Spotify.current_user_saved_tracks)
    assert (raised.value.http_status, raised.value.reason) == (429, "QUOTA_EXCEEDED")
    assert raised.value.headers["Retry-After"] == "86400"
    spotify.stand_in.advance(86_400)
    spotify.sign_in()
    assert await statuses(spotify, 3, "/me/tracks/") == [200, 200, 429]


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/v1/me", "me"),
        ("/v1/me/tracks", "me/tracks"),
        ("/v1/me/library/contains", "me/library"),
        ("/v1/playlists/x/items/", "playlists"),
        ("/v1/search", "search"),
        ("/v1/", ""),
    ],
)
def test_families(path: str, family: str) -> None:
    """A family is the first part of the path, below `me` the first two."""
    assert family_of(path) == family


@pytest.mark.parametrize(
    ("form", "expected"),
    [("seconds", "43200"), ("missing", None), ("date", "Thu, 09 Oct 2025 20:53:20 GMT")],
)
async def test_retry_after_comes_in_three_forms(spotify: Bench, form: str, expected: str | None) -> None:
    """Seconds, a date, or nothing; a date goes with the stand-in's own Date."""
    await spotify.control("PATCH", "switches", {"retry_after_form": form})
    await spotify.control("PATCH", "state", {"block": {"seconds": 43_200}})
    reply = await spotify.get("/me")
    assert parsedate_to_datetime(reply.headers["Date"]).timestamp() == START
    assert (reply.status, reply.headers.get("Retry-After")) == (429, expected)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("json", {"error": {"status": 429, "message": "API rate limit exceeded", "reason": "QUOTA_EXCEEDED"}}),
        ("json_without_reason", {"error": {"status": 429, "message": "API rate limit exceeded"}}),
        ("text", "Too many requests"),
    ],
)
async def test_a_refusal_has_one_of_three_bodies(spotify: Bench, form: str, body: object) -> None:
    """JSON with a reason, without one, or plain text."""
    await spotify.control("PATCH", "switches", {"limit_body": form})
    await spotify.control("PATCH", "state", {"block": {"seconds": 5, "reason": "QUOTA_EXCEEDED"}})
    reply = await spotify.get("/me")
    assert (reply.status, reply.body) == (429, body)


async def test_calling_while_blocked_lengthens_the_block(spotify: Bench) -> None:
    """The first refusal announces the block; each call after it doubles the wait, unless growth is switched off."""
    await spotify.control("PATCH", "state", {"block": {"seconds": 10, "family": "me/tracks"}})
    waits = [(await spotify.get("/me/tracks")).headers["Retry-After"] for _ in range(3)]
    assert waits == ["10", "20", "40"]
    state = await spotify.control("GET", "state")
    assert state["calls_while_blocked"] == 2
    assert state["blocks"] == [{"developer": "*", "family": "me/tracks", "until": START + 40, "reason": None}]
    spotify.stand_in.switch(penalty_growth=1)
    spotify.stand_in.advance(39.5)
    assert (await spotify.get("/me/tracks")).headers["Retry-After"] == "1"
    spotify.stand_in.advance(0.5)
    assert await statuses(spotify, 1, "/me/tracks") == [200]
    await spotify.control("PATCH", "state", {"block": {"seconds": 10}})
    state = await spotify.control("PATCH", "state", {"unblock": True})
    assert state["blocks"] == []
    assert await statuses(spotify, 1) == [200]


async def test_counters_belong_to_the_developer(spotify: Bench) -> None:
    """All tokens of a client share its counters, other clients do not, unless the account is the same."""
    await spotify.control("PATCH", "switches", {"window_limit": 2})
    tokens = [spotify.sign_in(user, client_id=client) for user, client in (("listener", "a"), ("guest", "a"))]
    for token, status in zip([*tokens, tokens[0]], (200, 200, 429), strict=True):
        spotify.token = token
        assert (await spotify.get("/me")).status == status
    spotify.sign_in(client_id="b")
    assert await statuses(spotify, 1) == [200]
    await spotify.control("PATCH", "state", {"developers": {"b": "a"}})
    assert await statuses(spotify, 1) == [429]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_sporadic_failures(spotify: Bench, status: int) -> None:
    """A gateway's page of HTML once, then all is well; spotipy sees the true status."""
    fault = {"path": "/me/playlists", "times": 1, "fault": {"kind": "html", "status": status}}
    await spotify.control("POST", "faults", fault)
    with pytest.raises(SpotifyException) as raised:
        await spotify.spotipy(Spotify.current_user_playlists)
    assert raised.value.http_status == status
    assert (await spotify.spotipy(Spotify.current_user_playlists))["total"] == 7


async def test_cut_and_lost_replies(spotify: Bench) -> None:
    """Half a JSON text, a reply that breaks off, a connection closed, a reply that takes long."""
    cut: dict[str, Any] = {"kind": "truncate", "content_length": "cut"}
    for fault in (cut, {"kind": "truncate"}, {"kind": "reset"}, {"kind": "delay", "seconds": 0.2}):
        spotify.stand_in.add_fault(fault, path="/me/tracks", times=1)
    assert await spotify.spotipy(Spotify.current_user_saved_tracks) is None
    with pytest.raises(aiohttp.ClientPayloadError):
        await spotify.get("/me/tracks")
    with pytest.raises(requests.ConnectionError):
        await spotify.spotipy(Spotify.current_user_saved_tracks)
    headers = {"Authorization": f"Bearer {spotify.token['access_token']}"}
    short = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        async with spotify.http.get(f"{spotify.url}/v1/me/tracks", headers=headers, timeout=short):
            pass
    assert await statuses(spotify, 1, "/me/tracks") == [200]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/tracks?ids={track_id(0)}"),
        ("GET", f"/albums/?ids={album_id(0)}"),
        ("GET", "/artists?ids=x"),
        ("GET", "/artists/x/top-tracks"),
        ("GET", "/artists/x/related-artists"),
        ("GET", "/audio-features/x"),
        ("GET", "/browse/new-releases"),
        ("GET", "/markets"),
        ("GET", "/recommendations"),
        ("GET", "/users/listener"),
        ("GET", "/users/listener/playlists"),
        ("POST", "/users/listener/playlists"),
        ("GET", "/playlists/x/tracks"),
        ("POST", "/playlists/x/tracks"),
        ("DELETE", "/playlists/x/followers"),
        ("GET", "/playlists/x/followers/contains"),
        ("PUT", "/me/tracks"),
        ("DELETE", "/me/albums"),
        ("GET", "/me/tracks/contains"),
        ("PUT", "/me/following"),
        ("GET", "/me/following/contains"),
    ],
)
async def test_removed_endpoints(spotify: Bench, method: str, path: str) -> None:
    """What development mode lost answers 403, or what the switch says."""
    assert (await spotify.send(method, f"{spotify.url}/v1{path}")).status == 403
    spotify.stand_in.switch(removed_status=429)
    reply = await spotify.send(method, f"{spotify.url}/v1{path}")
    assert (reply.status, "Retry-After" in reply.headers) == (429, False)


async def test_what_never_was_answers_404(spotify: Bench) -> None:
    """An unknown path is not a removed one."""
    assert (await spotify.get("/me/songs")).status == 404
    assert (await spotify.send("POST", f"{spotify.url}/v1/search")).status == 404
    async with spotify.http.get(f"{spotify.url}/elsewhere") as reply:
        assert reply.status == 404
