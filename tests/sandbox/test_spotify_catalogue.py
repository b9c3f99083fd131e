"""Spotify's stand-in: tracks, albums, artists and search, in the shapes of both modes."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from sandbox.world import Row, World

from .spotify_bench import TRACKS, Bench, album_id, artist_id, open_bench, track, track_id

LOST = {
    "track": {"popularity", "available_markets", "preview_url"},
    "album": {"popularity", "available_markets", "label"},
    "artist": {"popularity", "genres", "followers"},
    "user": {"country", "product", "explicit_content", "followers"},
}


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def everything(spotify: Bench) -> dict[str, dict[str, Any]]:
    """Read one full object of each kind."""
    return {
        "track": (await spotify.get(f"/tracks/{track_id(0)}")).body,
        "album": (await spotify.get(f"/albums/{album_id(0)}")).body,
        "artist": (await spotify.get(f"/artists/{artist_id(0)}")).body,
        "user": (await spotify.get("/me")).body,
    }


def keys_in(data: Any) -> Iterator[str]:
    """Give all keys at any depth."""
    for entry in data if isinstance(data, list) else data.values() if isinstance(data, dict) else []:
        yield from keys_in(entry)
    if isinstance(data, dict):
        yield from data


async def test_fields_that_development_mode_lost(spotify: Bench) -> None:
    """They are absent, or null, or with extended quota there with the world's value."""
    for kind, data in (await everything(spotify)).items():
        assert not LOST[kind] & data.keys()
    spotify.stand_in.switch(removed_fields="null")
    for kind, data in (await everything(spotify)).items():
        assert {data[field] for field in LOST[kind]} == {None}
    spotify.stand_in.switch(mode="extended")
    whole = await everything(spotify)
    for kind, data in whole.items():
        assert data.keys() >= LOST[kind]
    assert (whole["track"]["popularity"], whole["artist"]["genres"]) == (7, [])


async def test_lost_fields_are_lost_at_any_depth(spotify: Bench) -> None:
    """Rows of likes have neither a popular track nor a popular album."""
    page = (await spotify.get("/me/tracks", limit=1)).body
    assert not LOST["track"] & set(keys_in(page))
    spotify.stand_in.switch(mode="extended")
    page = (await spotify.get("/me/tracks", limit=1)).body
    assert "popularity" in page["items"][0]["track"]["album"]


async def test_email_needs_its_scope(spotify: Bench) -> None:
    """What `/me` tells depends on scopes, and in development mode there is little anyway."""
    spotify.stand_in.switch(mode="extended")
    assert "email" not in (await spotify.get("/me")).body
    spotify.sign_in(scope="user-read-email")
    assert (await spotify.get("/me")).body["email"] == "listener@example.com"
    spotify.stand_in.switch(mode="dev")
    assert "email" not in (await spotify.get("/me")).body


async def test_a_track_is_whole(spotify: Bench) -> None:
    """A track has what the documents promise, even where the world's row was short."""
    data = (await spotify.get(f"/tracks/{track_id(7)}")).body
    assert data.keys() >= {"id", "uri", "name", "duration_ms", "explicit", "disc_number", "track_number", "is_local"}
    assert (data["track_number"], data["external_ids"], data["type"]) == (3, {"isrc": "XXA120000007"}, "track")
    assert data["album"].keys() >= {
        "id",
        "name",
        "album_type",
        "total_tracks",
        "release_date",
        "artists",
        "images",
        "uri",
    }
    assert data["album"]["release_date_precision"] == "year"
    assert [artist["name"] for artist in data["artists"]] == ["Artist 1", "Guest 9"]
    assert "is_playable" not in data


async def test_an_album_carries_tracks_without_isrc(spotify: Bench) -> None:
    """An album has a UPC and a first page of simplified tracks, which have neither ISRC nor album."""
    album = (await spotify.get(f"/albums/{album_id(1)}")).body
    assert len(album["external_ids"]["upc"]) == 13
    assert album["genres"] == []
    songs = album["tracks"]
    assert ([song["id"] for song in songs["items"]], songs["total"]) == (
        [track_id(number) for number in range(5, 10)],
        5,
    )
    assert not {"album", "external_ids"} & set(keys_in(songs))
    assert songs["href"].startswith(f"{spotify.url}/v1/albums/{album_id(1)}/tracks?")
    listed = await spotify.spotipy(lambda client: client.album_tracks(album_id(1)))
    assert listed["items"] == songs["items"]


async def test_saved_albums(spotify: Bench) -> None:
    """Saved albums come newest first, whole, and can be replaced."""
    page = await spotify.spotipy(lambda client: client.current_user_saved_albums(limit=50))
    assert page["total"] == 9
    assert [row["added_at"] for row in page["items"]] == sorted(
        [row["added_at"] for row in page["items"]], reverse=True
    )
    assert page["items"][-1]["album"]["id"] == album_id(0)
    assert page["items"][-1]["album"]["tracks"]["total"] == 5
    await spotify.control("PATCH", "state", {"saved": {"albums": [album_id(0), album_id(1)]}})
    page = (await spotify.get("/me/albums")).body
    assert [row["album"]["id"] for row in page["items"]] == [album_id(1), album_id(0)]


async def test_albums_of_an_artist_group_by_group(spotify: Bench) -> None:
    """Albums, singles, appearances, compilations; newest first within each; ten a page."""

    async def albums(artist: int, **query: Any) -> list[tuple[str, str]]:
        """List an artist's albums: type and date."""
        page = (await spotify.get(f"/artists/{artist_id(artist)}/albums", limit=10, **query)).body
        return [(album["album_type"], album["release_date"]) for album in page["items"]]

    found = await albums(0)
    assert [kind for kind, _ in found[:5]] == ["album"] * 5
    assert [date for _, date in found[:5]] == sorted([date for _, date in found[:5]], reverse=True)
    assert {kind for kind, _ in await albums(0, include_groups="single,compilation")} == {"single", "compilation"}
    assert await albums(9, include_groups="album,single,compilation") == []
    assert len(await albums(9, include_groups="appears_on")) == 10
    page = await spotify.spotipy(lambda client: client.artist_albums(artist_id(1), limit=10, country="DE"))
    assert (page["total"], "album_group" in page["items"][0], "tracks" in page["items"][0]) == (13, False, False)
    spotify.stand_in.switch(mode="extended")
    page = (await spotify.get(f"/artists/{artist_id(9)}/albums", limit=50)).body
    assert {album["album_group"] for album in page["items"]} == {"appears_on"}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("isrc:xxa120000007", [7]),
        ('track:"song 12" artist:guest', [126]),
        ("song 129", [129]),
        ("album:album year:1983", [15, 16, 17, 18, 19]),
        ("upc:0", []),
        ("mood:happy", []),
        ("guest 126", [126]),
    ],
)
async def test_searching_tracks(spotify: Bench, query: str, numbers: list[int]) -> None:
    """Words and field filters both narrow the search."""
    page = await spotify.spotipy(lambda client: client.search(query, limit=10, type="track"))
    found = [item["id"] for item in page["tracks"]["items"]]
    assert found == [track_id(number) for number in numbers]


async def test_searching_several_kinds(spotify: Bench) -> None:
    """Each kind has a page of its own with its own link; a UPC finds the album and its tracks."""
    body = (await spotify.get("/search", q="artist 1", type="album,artist,track", limit=3)).body
    assert set(body) == {"albums", "artists", "tracks"}
    assert [artist["name"] for artist in body["artists"]["items"]] == ["Artist 1"]
    assert "tracks" not in body["albums"]["items"][0]
    assert (await spotify.get(body["tracks"]["next"])).body["tracks"]["offset"] == 3
    upc = (await spotify.get(f"/albums/{album_id(4)}")).body["external_ids"]["upc"]
    body = (await spotify.get("/search", q=f"upc:{upc}", type="album,track")).body
    assert ([album["id"] for album in body["albums"]["items"]], body["tracks"]["total"]) == ([album_id(4)], 5)


@pytest.mark.parametrize("path", ["/search?type=track", "/search?q=x", "/search?q=x&type=mood", "/tracks/no-such"])
async def test_bad_requests(spotify: Bench, path: str) -> None:
    """What lacks a parameter, or has an impossible one, answers 400."""
    assert (await spotify.get(path)).status == 400


@pytest.mark.parametrize("path", ["/tracks/0", "/albums/0", "/albums/0/tracks", "/artists/0", "/artists/0/albums"])
async def test_what_does_not_exist(spotify: Bench, path: str) -> None:
    """Unknown ids answer 404."""
    assert (await spotify.get(path)).status == 404


async def test_what_the_library_contains(spotify: Bench) -> None:
    """A list of booleans in the order asked for, at most forty."""
    await spotify.control("PATCH", "state", {"unlike": {"track": track_id(1)}})
    followed = next(iter(spotify.stand_in.spotify.libraries["listener"].artists))
    uris = [
        f"spotify:track:{track_id(0)}",
        f"spotify:track:{track_id(1)}",
        f"spotify:album:{album_id(0)}",
        f"spotify:album:{album_id(1)}",
        f"spotify:artist:{followed}",
        "spotify:show:x",
    ]
    answers = await spotify.spotipy(lambda client: client.current_user_saved_items(uris))
    assert answers == [True, False, True, False, True, False]
    many = ",".join(f"spotify:track:{track_id(number)}" for number in range(41))
    assert (await spotify.get("/me/library/contains", uris=many)).status == 400
    assert (await spotify.get("/me/library/contains")).status == 400


async def test_ids_that_the_world_leaves_out_are_made() -> None:
    """Artists and albums without ids get some that stay the same; the world itself is left as it is."""
    bare = {"id": "bare", "name": "Bare", "artists": [{"name": "Nobody"}], "album": {"name": "Nothing"}}
    other = {"id": "other", "name": "Other", "artists": [{"name": "Nobody"}], "album": {"name": "Nothing"}}
    lone = {"id": "lone", "name": "Lone"}
    rows: dict[str, dict[str, Any]] = {"bare": bare, "other": other, "lone": lone}
    world = World(spotify_tracks={name: Row(recording=None, data=row) for name, row in rows.items()})
    async with open_bench(world) as spotify:
        tracks = [(await spotify.get(f"/tracks/{name}")).body for name in ("bare", "other", "lone")]
        assert tracks[0]["album"]["id"] == tracks[1]["album"]["id"]
        assert (await spotify.get(f"/albums/{tracks[0]['album']['id']}/tracks")).body["total"] == 2
        artist = tracks[0]["artists"][0]["id"]
        assert (await spotify.get(f"/artists/{artist}/albums")).body["total"] == 1
        assert (tracks[2]["artists"], tracks[2]["album"]["name"]) == ([], "")
    assert set(bare) == {"id", "name", "artists", "album"}
    assert bare["artists"] == [{"name": "Nobody"}]


async def test_a_track_told_twice_is_one(spotify: Bench) -> None:
    """Adding a track again changes it without listing it twice on its album."""
    await spotify.control("PATCH", "state", {"add_tracks": [track(0) | {"name": "Renamed"}]})
    songs = (await spotify.get(f"/albums/{album_id(0)}/tracks")).body
    assert (songs["items"][0]["name"], songs["total"]) == ("Renamed", 5)
    assert (await spotify.control("GET", "state"))["tracks"] == TRACKS
