"""Spotify's stand-in: pages by offset and by cursor, what shifts between them, and what a market does."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from spotipy import Spotify

from sandbox.spotify_library import timestamp

from .spotify_bench import START, TRACKS, Bench, album_id, artist_id, liked_at, open_bench, track, track_id


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def test_likes_page_by_page_newest_first(spotify: Bench) -> None:
    """A foreign client walks all likes by the absolute links, newest first."""

    def walk(client: Spotify) -> list[dict[str, Any]]:
        """Follow `next` to the end."""
        page = client.current_user_saved_tracks(limit=50)
        rows = list(page["items"])
        while page["next"]:
            page = client.next(page)
            rows += page["items"]
        return rows

    rows = await spotify.spotipy(walk)
    assert [row["track"]["id"] for row in rows] == [track_id(number) for number in reversed(range(TRACKS))]
    assert [row["added_at"] for row in rows] == [liked_at(number) for number in reversed(range(TRACKS))]
    assert len({row["added_at"] for row in rows}) == TRACKS / 5


async def test_a_page_says_where_it_is(spotify: Bench) -> None:
    """Links are absolute, keep other parameters, and are null at the ends."""
    page = (await spotify.get("/me/tracks", limit=50, offset=50, market="from_token")).body
    assert (page["limit"], page["offset"], page["total"], len(page["items"])) == (50, 50, TRACKS, 50)
    assert page["next"] == f"{spotify.url}/v1/me/tracks?market=from_token&offset=100&limit=50"
    assert page["previous"] == f"{spotify.url}/v1/me/tracks?market=from_token&offset=0&limit=50"
    assert page["href"] == f"{spotify.url}/v1/me/tracks?market=from_token&offset=50&limit=50"
    first, last = (await spotify.get("/me/tracks")).body, (await spotify.get(page["next"])).body
    assert (first["previous"], first["limit"], last["next"], len(last["items"])) == (None, 20, None, 30)


@pytest.mark.parametrize(
    ("path", "default", "highest"),
    [
        ("/me/tracks", 20, 50),
        ("/me/albums", 20, 50),
        ("/me/playlists", 20, 50),
        ("/me/following?type=artist", 20, 50),
        (f"/artists/{artist_id(0)}/albums", 5, 10),
        (f"/albums/{album_id(0)}/tracks", 20, 50),
        ("/search?q=song&type=track", 5, 10),
    ],
)
async def test_limits_are_enforced(spotify: Bench, path: str, default: int, highest: int) -> None:
    """Each endpoint has its default and its highest limit; what is outside answers 400."""

    async def limit(value: object) -> tuple[int, Any]:
        """Ask with a limit; tell the status and the limit of the page."""
        reply = await spotify.get(path + ("&" if "?" in path else "?") + ("" if value is None else f"limit={value}"))
        page = reply.body.get("tracks" if path.startswith("/search") else "artists", reply.body)
        return reply.status, page.get("limit")

    assert await limit(None) == (200, default)
    assert await limit(highest) == (200, highest)
    for value in (highest + 1, 0, -1, "x", "9" * 12):
        assert (await limit(value))[0] == 400


async def test_offsets_have_bounds(spotify: Bench) -> None:
    """Negative offsets and those too far answer 400, a search's beyond a thousand."""
    assert (await spotify.get("/me/tracks?offset=-1")).body["error"]["message"] == "Invalid offset"
    assert (await spotify.get("/me/playlists?offset=100001")).status == 400
    assert (await spotify.get("/me/playlists?offset=100000")).status == 200
    assert (await spotify.get("/search?q=song&type=track&offset=1001")).status == 400
    assert (await spotify.get("/search?q=song&type=track&offset=1000")).status == 200


async def test_trailing_slashes_and_unknown_parameters_do_no_harm(spotify: Bench) -> None:
    """Paths with a slash at the end and parameters nobody knows are fine."""
    for path in ("/me/", "/me/tracks/", f"/albums/{album_id(0)}/tracks/", f"/artists/{artist_id(0)}/"):
        assert (await spotify.get(path, colour="blue")).status == 200
    tracks = await spotify.spotipy(lambda client: client.album_tracks(album_id(0)))
    assert tracks["total"] == 5


async def test_followed_artists_by_cursor(spotify: Bench) -> None:
    """Pages by cursor, wrapped in `artists`, the cursor null at the end; an unfollow midway harms nothing."""
    everyone = sorted([artist_id(0), artist_id(1), artist_id(9)])
    await spotify.control("PATCH", "state", {"saved": {"artists": everyone}})
    first = (await spotify.get("/me/following", type="artist", limit=1)).body["artists"]
    assert (first["total"], first["cursors"], [artist["id"] for artist in first["items"]]) == (
        3,
        {"after": everyone[0]},
        everyone[:1],
    )
    await spotify.control("PATCH", "state", {"saved": {"artists": everyone[1:]}})
    second = (await spotify.get(first["next"])).body["artists"]
    last = (await spotify.get(second["next"])).body["artists"]
    assert [artist["id"] for artist in second["items"] + last["items"]] == everyone[1:]
    assert (last["cursors"], last["next"], last["total"]) == ({"after": None}, None, 2)
    found = await spotify.spotipy(lambda client: client.current_user_followed_artists(limit=50, after=everyone[1]))
    assert [artist["id"] for artist in found["artists"]["items"]] == everyone[2:]
    assert (await spotify.get("/me/following")).status == 400


async def test_a_like_between_pages_repeats_a_row(spotify: Bench) -> None:
    """Offsets drift: what is liked after the first page pushes its last row onto the second."""
    await spotify.control("PATCH", "state", {"add_tracks": [track(900)]})
    later = {"after": 2, "path": "/me/tracks", "change": {"like": {"track": track_id(900)}}}
    assert (await spotify.control("PATCH", "state", {"later": later}))["later"] == 1
    first = await spotify.ids("/me/tracks", limit=50)
    assert first == await spotify.ids("/me/tracks", limit=50)
    second = await spotify.ids("/me/tracks", limit=50, offset=50)
    assert first[-1] == second[0]
    page = (await spotify.get("/me/tracks", limit=1)).body
    assert (page["items"][0]["track"]["id"], page["items"][0]["added_at"]) == (track_id(900), timestamp(START))
    assert (page["total"], (await spotify.control("GET", "state"))["later"]) == (TRACKS + 1, 0)


async def test_an_unlike_between_pages_skips_a_row(spotify: Bench) -> None:
    """What is unliked after the first page pulls the second page's first row onto it."""
    whole = await spotify.ids("/me/tracks", limit=50, offset=50)
    await spotify.control("PATCH", "state", {"unlike": {"track": track_id(TRACKS - 1)}})
    shifted = await spotify.ids("/me/tracks", limit=50, offset=50)
    assert shifted[:-1] == whole[1:]


async def test_a_like_may_be_old_and_again(spotify: Bench) -> None:
    """A like with a time of its own finds its place; liking again moves to the top."""
    await spotify.control("PATCH", "state", {"add_tracks": [track(901)]})
    await spotify.control("PATCH", "state", {"like": {"track": track_id(901), "added_at": liked_at(50)}})
    assert (await spotify.ids("/me/tracks", limit=1, offset=TRACKS - 55)) == [track_id(901)]
    await spotify.control("PATCH", "state", {"like": {"track": track_id(0)}})
    assert (await spotify.ids("/me/tracks", limit=1)) == [track_id(0)]
    assert (await spotify.get("/me/tracks")).body["total"] == TRACKS + 1


async def test_beyond_the_end_is_nothing_or_the_beginning_again(spotify: Bench) -> None:
    """An offset beyond the total gives an empty page, or with the switch recycled rows."""
    assert await spotify.ids("/me/tracks", limit=10, offset=TRACKS) == []
    spotify.stand_in.switch(recycle=True)
    assert await spotify.ids("/me/tracks", limit=10, offset=TRACKS) == await spotify.ids("/me/tracks", limit=10)
    beyond = (await spotify.get("/me/tracks", limit=10, offset=TRACKS + 3)).body
    assert (beyond["items"][0]["track"]["id"], beyond["next"], beyond["total"]) == (
        track_id(TRACKS - 4),
        None,
        TRACKS,
    )


@pytest.mark.parametrize(
    ("like_delay", "total_delay", "listed", "counted"),
    [(5, 0, False, True), (0, 5, True, False), (5, 5, False, False)],
)
async def test_likes_and_total_agree_only_in_the_end(
    spotify: Bench, like_delay: int, total_delay: int, listed: bool, counted: bool
) -> None:
    """The total may lead the list or lag behind it, for likes and unlikes, and both are right later."""

    async def seen() -> tuple[bool, bool]:
        """Tell whether the list and the total have changed."""
        page = (await spotify.get("/me/tracks", limit=1)).body
        return page["items"][0]["track"]["id"] != top, page["total"] != total

    top, total = track_id(TRACKS - 1), TRACKS
    await spotify.control("PATCH", "switches", {"like_delay": like_delay, "total_delay": total_delay})
    await spotify.control("PATCH", "state", {"add_tracks": [track(902)], "like": {"track": track_id(902)}})
    assert await seen() == (listed, counted)
    spotify.stand_in.advance(5)
    assert await seen() == (True, True)
    top, total = track_id(902), TRACKS + 1
    await spotify.control("PATCH", "state", {"unlike": {"track": track_id(902)}})
    assert await seen() == (listed, counted)
    spotify.stand_in.advance(5)
    assert await seen() == (True, True)


async def test_a_market_replaces_ids(spotify: Bench) -> None:
    """With a market some ids are those of playable twins, without a pointer back; without one none are."""
    plain = await spotify.ids("/me/tracks", limit=50)
    page = (await spotify.get("/me/tracks", limit=50, market="from_token")).body
    tracks = [row["track"] for row in page["items"]]
    changed = [twin for twin, own in zip(tracks, plain, strict=True) if twin["id"] != own]
    assert 0 < len(changed) < 50
    assert not [twin for twin in tracks if "linked_from" in twin]
    assert all(twin["is_playable"] for twin in tracks)
    assert changed[0]["uri"].endswith(changed[0]["id"])
    by_twin = (await spotify.get(f"/tracks/{changed[0]['id']}")).body
    assert (by_twin["name"], by_twin["id"]) == (changed[0]["name"], changed[0]["id"])
    assert "is_playable" not in by_twin
    spotify.stand_in.switch(relink="none")
    assert await spotify.ids("/me/tracks", limit=50, market="DE") == plain
    spotify.stand_in.switch(relink="all", mode="extended")
    page = (await spotify.get("/me/tracks", limit=50, market="DE")).body
    assert [row["track"]["linked_from"]["id"] for row in page["items"]] == plain
