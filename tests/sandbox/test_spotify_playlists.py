"""Spotify's stand-in: playlists of every kind, and the odd rows that really occur."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.world import World

from .spotify_bench import TRACKS, Bench, open_bench, track_id


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def listed(spotify: Bench) -> dict[str, dict[str, Any]]:
    """List the playlists by name."""
    page = (await spotify.get("/me/playlists", limit=50)).body
    return {row["name"]: row for row in page["items"]}


async def rows_of(spotify: Bench, name: str, **query: Any) -> list[dict[str, Any]]:
    """Read the first rows of a playlist."""
    playlist = (await listed(spotify))[name]["id"]
    reply = await spotify.get(f"/playlists/{playlist}/items", limit=50, **query)
    assert reply.status == 200
    rows: list[dict[str, Any]] = reply.body["items"]
    return rows


async def test_a_foreign_client_reads_all_rows(spotify: Bench) -> None:
    """A playlist longer than a page is walked to its end."""
    road = (await listed(spotify))["Road Trip"]
    assert road["items"] == {"href": f"{spotify.url}/v1/playlists/{road['id']}/items", "total": 120}

    def walk(client: Any) -> list[str]:
        """Follow `next` to the end."""
        page = client.playlist_items(road["id"], limit=50)
        ids = [row["item"]["id"] for row in page["items"]]
        while page["next"]:
            page = client.next(page)
            ids += [row["item"]["id"] for row in page["items"]]
        return ids

    assert await spotify.spotipy(walk) == [track_id(number) for number in range(120)]


@pytest.mark.parametrize(
    ("keys", "row_keys", "block_keys"),
    [
        ("new", {"item"}, {"items"}),
        ("both", {"item", "track"}, {"items", "tracks"}),
        ("old", {"track"}, {"tracks"}),
    ],
)
async def test_rows_and_playlists_go_by_old_or_new_names(
    spotify: Bench, keys: str, row_keys: set[str], block_keys: set[str]
) -> None:
    """Rows have `item`, `track` or both; playlists `items`, `tracks` or both."""
    await spotify.control("PATCH", "switches", {"playlist_keys": keys})
    road = (await listed(spotify))["Road Trip"]
    assert road.keys() & {"items", "tracks"} == block_keys
    row = (await rows_of(spotify, "Road Trip"))[0]
    assert row.keys() & {"item", "track"} == row_keys
    full = (await spotify.get(f"/playlists/{road['id']}")).body
    assert full.keys() & {"items", "tracks"} == block_keys
    block = full[min(block_keys)]
    assert (len(block["items"]), block["total"]) == (50, 120)
    assert block["next"].startswith(f"{spotify.url}/v1/playlists/{road['id']}/items?")
    assert (await spotify.get(block["next"])).body["offset"] == 50
    song = row[min(row_keys)]
    assert (song["track"], song["episode"]) == (True, False)


async def test_a_filter_for_fields(spotify: Bench) -> None:
    """A filter keeps what it names; one for the name that rows do not have leaves them empty."""
    road = (await listed(spotify))["Road Trip"]["id"]
    fields = "total,items(added_at,item(id,album.name,artists(name)))"
    page = (await spotify.get(f"/playlists/{road}/items", limit=1, fields=fields)).body
    assert page == {
        "total": 120,
        "items": [
            {
                "added_at": "2017-07-14T02:40:00Z",
                "item": {
                    "id": track_id(0),
                    "album": {"name": "Album 0"},
                    "artists": [{"name": "Artist 0"}, {"name": "Guest 9"}],
                },
            }
        ],
    }
    spotify.stand_in.switch(playlist_keys="new")
    page = (await spotify.get(f"/playlists/{road}/items", limit=1, fields="items(track(id))")).body
    assert page == {"items": [{}]}
    assert (await spotify.get(f"/playlists/{road}", fields="name,owner.id")).body == {
        "name": "Road Trip",
        "owner": {"id": "listener"},
    }


async def test_others_playlists_are_listed_but_closed(spotify: Bench) -> None:
    """Followed playlists answer 403 for their rows, Spotify's own 404 for everything; both are listed."""
    playlists = await listed(spotify)
    followed, made, shared = (playlists[name] for name in ("Somebody Else's", "Discover Weekly", "Kitchen Radio"))
    assert not {"items", "tracks"} & (followed.keys() | made.keys())
    assert (await spotify.get(f"/playlists/{followed['id']}/items")).status == 403
    described = await spotify.get(f"/playlists/{followed['id']}")
    assert (described.status, "items" in described.body) == (200, False)
    for path in (f"/playlists/{made['id']}", f"/playlists/{made['id']}/items", "/playlists/0000"):
        assert (await spotify.get(path)).status == 404
    assert made["owner"]["id"] == "spotify"
    assert (shared["collaborative"], (await spotify.get(f"/playlists/{shared['id']}/items")).status) == (True, 200)
    assert (await spotify.get("/playlists/37i9.dQ/items")).status == 400


async def test_what_others_playlists_have_in_place_of_rows(spotify: Bench) -> None:
    """The block of a followed playlist may be missing, null, or a bare count, never the rows."""
    spotify.stand_in.switch(followed_items="null")
    followed = (await listed(spotify))["Somebody Else's"]
    assert (followed["items"], followed["tracks"]) == (None, None)
    spotify.stand_in.switch(followed_items="present")
    described = (await spotify.get(f"/playlists/{followed['id']}")).body
    assert described["items"]["total"] == 40
    assert "items" not in described["items"]


async def test_before_the_cut_all_playlists_were_open(spotify: Bench) -> None:
    """An application with extended quota reads them all."""
    spotify.stand_in.switch(mode="extended")
    for playlist in (await listed(spotify)).values():
        assert (await spotify.get(f"/playlists/{playlist['id']}/items")).status == 200


async def test_odd_playlists_in_the_list(spotify: Bench) -> None:
    """Images, publicness and an owner's name may be null, with a switch even a whole row."""
    playlists = await listed(spotify)
    followed = playlists["Somebody Else's"]
    assert (followed["public"], followed["images"], followed["owner"]["display_name"]) == (None, None, None)
    assert playlists["Empty"]["images"] is None
    spotify.stand_in.switch(null_playlists=True)
    page = (await spotify.get("/me/playlists", limit=50)).body
    assert (page["items"][1], page["total"]) == (None, len(playlists) + 1)


async def test_odd_rows(spotify: Bench) -> None:
    """Withdrawn, local, episode, repeated, undated, nameless, and without or with a strange ISRC."""
    rows = await rows_of(spotify, "Odds & Ends", additional_types="track,episode")
    withdrawn, local, episode = rows[:3]
    assert (withdrawn["item"], withdrawn["added_by"]) == (None, {"id": "", "uri": "spotify:user:"})
    assert (local["is_local"], local["item"]["id"], local["item"]["uri"]) == (
        True,
        None,
        "spotify:local:Some+Band:Demo+Tape:Rough+Mix:273",
    )
    assert (episode["item"]["type"], "show" in episode["item"], "artists" in episode["item"]) == (
        "episode",
        True,
        False,
    )
    assert [row["item"]["id"] for row in rows[3:7]] == [track_id(0)] * 4
    assert (rows[5]["added_at"], rows[5]["added_by"]) == (None, None)
    assert rows[6]["added_at"] == "1970-01-01T00:00:00Z"
    nameless = rows[7]["item"]
    assert (nameless["name"], nameless["artists"], nameless["duration_ms"]) == ("", [], 0)
    assert [row["item"]["external_ids"] for row in rows[8:]] == [
        {},
        {"isrc": "deum71807062"},
        {"isrc": "DE-UM7-18-07062"},
        {"ean": "0602567924395"},
    ]
    assert len({row["item"]["id"] for row in rows[7:]}) == 5


async def test_episodes_are_hidden_from_clients_of_tracks(spotify: Bench) -> None:
    """A client that asks for tracks only sees an episode disguised as one, or null."""
    item = (await rows_of(spotify, "Odds & Ends"))[2]["item"]
    assert (item["type"], item["episode"], item["album"]["name"]) == ("track", True, "The Humming Hour")
    assert item["uri"].startswith("spotify:episode:")
    spotify.stand_in.switch(hidden_episodes="null")
    assert (await rows_of(spotify, "Odds & Ends"))[2]["item"] is None


async def test_an_edit_makes_a_new_snapshot(spotify: Bench) -> None:
    """The same snapshot means the same rows; any edit, even of nothing, makes another."""
    before = (await listed(spotify))["Road Trip"]
    rows = await rows_of(spotify, "Road Trip")
    assert (await listed(spotify))["Road Trip"]["snapshot_id"] == before["snapshot_id"]
    assert await rows_of(spotify, "Road Trip") == rows
    edited = [{"item": track_id(3), "added_at": "2025-01-01T00:00:00Z", "added_by": "guest"}, {"item": None}]
    await spotify.control("PATCH", "state", {"playlist": {"id": before["id"], "rows": edited, "name": "Road Trip"}})
    after = (await listed(spotify))["Road Trip"]
    assert after["snapshot_id"] != before["snapshot_id"]
    first, second = await rows_of(spotify, "Road Trip")
    assert (first["item"]["id"], first["added_by"]["id"], second["item"]) == (track_id(3), "1133.guest_7", None)
    await spotify.control("PATCH", "state", {"playlist": {"id": before["id"]}})
    touched = (await listed(spotify))["Road Trip"]
    assert touched["snapshot_id"] not in {before["snapshot_id"], after["snapshot_id"]}
    assert len(await rows_of(spotify, "Road Trip")) == 2


async def test_a_playlist_can_be_made(spotify: Bench) -> None:
    """An edit of an unknown playlist makes it."""
    made = {"id": "brandnew", "name": "New", "rows": [{"item": track_id(1)}], "public": False}
    state = await spotify.control("PATCH", "state", {"playlist": made})
    assert [playlist["rows"] for playlist in state["playlists"] if playlist["name"] == "New"] == [1]
    assert [row["item"]["id"] for row in await rows_of(spotify, "New")] == [track_id(1)]


async def test_likes_have_odd_rows_too(spotify: Bench) -> None:
    """Raw rows stand among the likes as they were given: local, episode, null, undated."""
    local = {"id": None, "type": "track", "is_local": True, "name": "Demo", "uri": "spotify:local:A:B:Demo:60"}
    for item in (local, None, track_id(2)):
        await spotify.control("PATCH", "state", {"row": {"track": item, "added_at": None}})
    page = (await spotify.get("/me/tracks", limit=4)).body
    assert (page["items"][0]["track"]["id"], page["items"][1], page["items"][2]) == (
        track_id(2),
        {"added_at": None, "track": None},
        {"added_at": None, "track": local},
    )
    assert page["total"] == TRACKS + 2
    rows = [{"added_at": "2020-01-01T00:00:00Z", "track": track_id(5)}, {"added_at": None, "track": None}]
    await spotify.control("PATCH", "state", {"likes": rows})
    page = (await spotify.get("/me/tracks")).body
    assert ([row["track"] and row["track"]["id"] for row in page["items"]], page["total"]) == ([None, track_id(5)], 2)
    await spotify.control("PATCH", "state", {"likes": {"user": "guest", "rows": rows}})
    spotify.sign_in("guest")
    assert (await spotify.get("/me/tracks")).body["total"] == 2


async def test_an_empty_world_has_playlists_still() -> None:
    """A world without tracks serves empty lists, no errors."""
    async with open_bench(World()) as spotify:
        assert (await spotify.get("/me/tracks")).body["items"] == []
        assert (await spotify.get("/me/albums")).body["items"] == []
        assert len(await rows_of(spotify, "Odds & Ends")) == 3
