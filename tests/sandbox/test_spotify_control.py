"""Spotify's stand-in: its state over HTTP, resets, and changes that make no sense."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from .spotify_bench import START, TRACKS, Bench, open_bench, track_id


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def test_the_state_tells_what_there_is(spotify: Bench) -> None:
    """People, libraries, playlists, grants and blocks are told."""
    state = await spotify.control("GET", "state")
    assert (state["now"], state["approving"], state["tracks"]) == (START, "listener", TRACKS)
    assert {user: told["likes"] for user, told in state["users"].items()} == {"listener": TRACKS, "guest": 0}
    assert state["users"]["listener"]["account_id"] == "acc-7f3a1c"
    (grant,) = state["grants"]
    assert (grant["user"], grant["revoked"], grant["expires_at"] - grant["authorized_at"]) == (
        "listener",
        False,
        183 * 86_400,
    )
    assert len({playlist["snapshot_id"] for playlist in state["playlists"]}) == 7


async def test_a_reset_forgets_everything(spotify: Bench) -> None:
    """After a reset the library is the world's again, and no token is good."""
    await spotify.control("PATCH", "state", {"unlike": {"track": track_id(0)}, "approving": "guest"})
    await spotify.control("PATCH", "switches", {"mode": "extended"})
    await spotify.control("PATCH", "state", {"block": {"seconds": 9}})
    assert (await spotify.get("/me")).status == 429
    state = await spotify.control("POST", "reset")
    assert (state["approving"], state["users"]["listener"]["likes"], state["grants"]) == ("listener", TRACKS, [])
    assert (await spotify.get("/me")).status == 401
    spotify.sign_in()
    assert (await spotify.get("/search?q=song&type=track&limit=11")).status == 400
    spotify.stand_in.switch(mode="extended")
    assert (await spotify.get("/search?q=song&type=track&limit=11")).status == 200


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"mood": 1}, "unknown change ['mood']"),
        ({"approving": "stranger"}, "listener, guest"),
        ({"like": {"track": "unknown"}}, "add_tracks"),
        ({"like": {"track": None}}, "add_tracks"),
        ({"like": {}}, "like cannot be"),
        ({"like": "x"}, "like cannot be"),
        ({"unlike": {"track": "unknown"}}, "not liked"),
        ({"row": {"track": "unknown"}}, "add_tracks"),
        ({"likes": [{"track": None}]}, "likes cannot be"),
        ({"likes": {"rows": [], "user": "stranger"}}, "listener, guest"),
        ({"saved": {"albums": ["unknown"]}}, "not in the catalogue: unknown"),
        ({"playlist": {"name": "x"}}, "playlist cannot be"),
        ({"playlist": {"id": "x", "mood": 1}}, "a playlist has no mood"),
        ({"playlist": {"id": "x", "owner": "stranger"}}, "listener, guest"),
        ({"playlist": {"id": "x", "rows": [{"item": "unknown"}]}}, "add_tracks"),
        ({"playlist": {"id": "x", "rows": [{"item": None, "when": 1}]}}, "playlist cannot be"),
        ({"profile": {"mood": 1}}, "a profile has no mood"),
        ({"revoke_tokens": "stranger"}, "listener, guest"),
        ({"expire_access_tokens": False}, "listener, guest"),
        ({"clients": 1}, "clients cannot be"),
        ({"developers": 1}, "developers cannot be"),
        ({"block": {}}, "block cannot be"),
        ({"block": {"seconds": 1, "mood": 1}}, "block cannot be"),
        ({"later": {"after": 0, "change": {}}}, "1 or more"),
        ({"later": {"after": 1, "change": {"mood": 1}}}, "unknown change"),
        ({"later": {"after": 1, "path": "(", "change": {}}}, "later cannot be"),
        ({"add_tracks": [{}]}, "add_tracks cannot be"),
    ],
)
async def test_senseless_changes_are_refused(spotify: Bench, change: dict[str, Any], hint: str) -> None:
    """A change that makes no sense answers 400 with a hint and changes nothing."""
    before = await spotify.control("GET", "state")
    async with spotify.http.patch(f"{spotify.url}/_sandbox/state", json=change) as reply:
        assert reply.status == 400
        assert hint in (await reply.json())["error"]
    assert await spotify.control("GET", "state") == before


async def test_a_change_comes_later_once(spotify: Bench) -> None:
    """A change for later waits for its requests; failed ones and other paths do not count."""
    later = {"after": 2, "path": "^/v1/me$", "change": {"expire_access_tokens": True}}
    await spotify.control("PATCH", "state", {"later": later})
    for path, status in (("/me/tracks", 200), ("/me", 200), ("/tracks/0", 404), ("/me", 200), ("/me", 401)):
        assert (await spotify.get(path)).status == status
    spotify.sign_in()
    assert [(await spotify.get("/me")).status for _ in range(3)] == [200] * 3
