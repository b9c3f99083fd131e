"""The Qobuz stand-in: playlists (facts 2.6: 10 and 11)."""

from typing import Any

import pytest

from .qobuz_case import NOW, Client, ids, qobuz


async def created(client: Client, name: str = "Mix", tracks: str = "", **form: str) -> int:
    """Create a playlist, perhaps with tracks, and give its id."""
    number: int = (await client.write("playlist/create", name=name, **form))["id"]
    if tracks:
        await client.write("playlist/addTracks", playlist_id=number, track_ids=tracks, no_duplicate="false")
    return number


async def rows(client: Client, number: int, **params: Any) -> list[dict[str, Any]]:
    """Read a playlist's rows."""
    body = await client.read("playlist/get", playlist_id=number, extra="tracks", **params)
    items: list[dict[str, Any]] = body["tracks"]["items"]
    return items


def row_ids(items: list[dict[str, Any]], *places: int) -> str:
    """Give a comma list of the own ids of rows at places from 0."""
    return ",".join(str(items[place]["playlist_track_id"]) for place in places)


async def test_create_tells_no_tracks() -> None:
    """Item 11: the playlist comes without tracks, booleans are words, and a new one is private."""
    async with qobuz() as client:
        form = {"name": "Mix", "description": "Mine", "is_public": "true", "is_collaborative": "false"}
        body = await client.write("playlist/create", **form)
        assert "tracks" not in body
        assert isinstance(body["id"], int)
        assert (body["name"], body["description"], body["is_public"]) == ("Mix", "Mine", True)
        assert (body["tracks_count"], body["created_at"], body["public_at"]) == (0, int(NOW), int(NOW))
        assert body["owner"] == {"id": 5_000_001, "name": "Listener"}
        plain = await client.write("playlist/create", name="Plain")
        assert (plain["is_public"], plain["is_collaborative"], plain["public_at"]) == (False, False, False)
        assert "tracks" not in await client.read("playlist/get", playlist_id=plain["id"])
        assert (await client.post("playlist/create"))[0] == 400
        assert (await client.post("playlist/create", name="x", is_public="True"))[0] == 400


async def test_one_name_twice() -> None:
    """Item 10: a name may be used again; both are listed."""
    async with qobuz() as client:
        first, second = await created(client), await created(client)
        listed = (await client.read("playlist/getUserPlaylists"))["playlists"]
        assert (listed["limit"], listed["total"]) == (500, 2)
        assert ids(listed["items"]) == [first, second]
        assert [one["position"] for one in listed["items"]] == [1, 2]
        assert ids((await client.read("playlist/getUserPlaylists", limit=1, offset=1))["playlists"]["items"]) == [
            second
        ]


async def test_duplicates_and_no_duplicate() -> None:
    """Items 10, 11: a track may stand twice, each row with its own id; `no_duplicate` leaves out what is there."""
    async with qobuz() as client:
        number = await created(client, tracks="101,102,101")
        await client.control("POST", "clock", {"advance": 10})
        form: dict[str, Any] = {"playlist_id": number, "track_ids": "102,103,103", "no_duplicate": "true"}
        body = await client.write("playlist/addTracks", **form)
        assert (body["tracks_count"], body["updated_at"]) == (4, int(NOW) + 10)
        assert "tracks" not in body
        assert body["duration"] == 201 + 202 + 201 + 203
        found = await rows(client, number)
        assert ids(found) == [101, 102, 101, 103]
        assert [row["position"] for row in found] == [1, 2, 3, 4]
        own = {row["playlist_track_id"] for row in found}
        assert len(own) == 4
        assert own.isdisjoint(ids(found))
        assert [row["created_at"] for row in found] == [int(NOW)] * 3 + [int(NOW) + 10]
        updated = (await client.read("user/lastUpdate"))["last_update"]
        assert updated["playlist"] == int(NOW) + 10


async def test_delete_by_row_and_renumbering() -> None:
    """Items 10, 11: rows go by their own ids, not by track ids, and the rest is numbered again."""
    async with qobuz() as client:
        number = await created(client, tracks="101,102,101,103")
        before = await rows(client, number)
        body = await client.write("playlist/deleteTracks", playlist_id=number, playlist_track_ids="101,102")
        assert body["tracks_count"] == 4
        form: dict[str, Any] = {"playlist_id": number, "playlist_track_ids": row_ids(before, 0, 1)}
        body = await client.write("playlist/deleteTracks", **form)
        assert (body["tracks_count"], "tracks" in body) == (2, False)
        after = await rows(client, number)
        assert [(row["id"], row["position"]) for row in after] == [(101, 1), (103, 2)]
        assert row_ids(after, 0, 1) == row_ids(before, 2, 3)


@pytest.mark.parametrize(
    ("moved", "before", "expected"),
    [((3,), 0, [104, 101, 102, 103]), ((0,), 2, [102, 101, 103, 104]), ((2, 0), 99, [102, 104, 103, 101])],
)
async def test_moving_rows(moved: tuple[int, ...], before: int, expected: list[int]) -> None:
    """Rows move, in the order given, before the row that stood at the index; their ids stay."""
    async with qobuz() as client:
        number = await created(client, tracks="101,102,103,104")
        form: dict[str, Any] = {
            "playlist_id": number,
            "playlist_track_ids": row_ids(await rows(client, number), *moved),
        }
        await client.write("playlist/updateTracksPosition", insert_before=before, **form)
        found = await rows(client, number)
        assert ids(found) == expected
        assert [row["position"] for row in found] == [1, 2, 3, 4]
        assert (await client.post("playlist/updateTracksPosition", **form))[0] == 400


async def test_two_thousand_tracks_and_no_more() -> None:
    """Item 10: the row past 2 000 refuses the whole call; pages are 50, at most 500."""
    async with qobuz() as client:
        number = await created(client, tracks=",".join(["101"] * 1999))
        status, body = await client.post("playlist/addTracks", playlist_id=number, track_ids="102,103")
        assert (status, body["status"]) == (400, "error")
        body = await client.write("playlist/addTracks", playlist_id=number, track_ids="102")
        assert body["tracks_count"] == 2000
        assert len(await rows(client, number)) == 50
        assert len(await rows(client, number, limit=1000)) == 500
        assert ids(await rows(client, number, limit=500, offset=1999)) == [102]


async def test_strangers_may_not_write() -> None:
    """Item 10: 403, or 401 as switched, for whoever is not the owner; a private one does not exist for them."""
    async with qobuz() as client:
        number = await created(client, tracks="101", is_public="true")
        writes: list[tuple[str, dict[str, Any]]] = [
            ("playlist/addTracks", {"track_ids": "102"}),
            ("playlist/deleteTracks", {"playlist_track_ids": "9000000001"}),
            ("playlist/updateTracksPosition", {"playlist_track_ids": "9000000001", "insert_before": "0"}),
            ("playlist/update", {"name": "Theirs"}),
            ("playlist/delete", {}),
        ]
        for expected in (403, 401):
            await client.switch(not_owner_status=expected)
            for call, form in writes:
                assert (await client.post(call, user="guest", playlist_id=number, **form))[0] == expected
        _, body = await client.post("playlist/delete", user="guest", playlist_id=number)
        assert "(Root=1-" in body["message"]
        assert ids(await rows(client, number)) == [101]
        assert (await client.get("playlist/get", user=None, playlist_id=number))[0] == 200
        private = await created(client)
        assert (await client.get("playlist/get", user="guest", playlist_id=private))[0] == 404
        assert (await client.post("playlist/delete", user=None, playlist_id=private))[0] == 401


async def test_collaborators_may_change_rows_only() -> None:
    """Item 10: a collaborative playlist takes others' rows, not their renaming or deleting."""
    async with qobuz() as client:
        number = await created(client, is_collaborative="true")
        body = await client.write("playlist/addTracks", user="guest", playlist_id=number, track_ids="101")
        assert (body["tracks_count"], body["is_collaborative"]) == (1, True)
        assert (await client.post("playlist/update", user="guest", playlist_id=number, name="x"))[0] == 403
        assert (await client.post("playlist/delete", user="guest", playlist_id=number))[0] == 403


async def test_update_changes_what_was_sent() -> None:
    """Fields that were not sent stay; a description can be emptied."""
    async with qobuz() as client:
        number = await created(client, description="Old", is_public="1")
        body = await client.write("playlist/update", playlist_id=number, name="New")
        assert (body["name"], body["description"], body["is_public"]) == ("New", "Old", True)
        form = {"description": "", "is_public": "false", "is_collaborative": "true"}
        body = await client.write("playlist/update", playlist_id=number, **form)
        assert (body["name"], body["description"]) == ("New", "")
        assert (body["is_public"], body["is_collaborative"]) == (False, True)


async def test_delete_and_subscribe() -> None:
    """A public playlist can be followed, is then listed but for `filter=owner`, and goes for all when deleted."""
    async with qobuz() as client:
        number = await created(client, is_public="true")
        await client.write("playlist/subscribe", user="guest", playlist_id=number)
        listed = (await client.read("playlist/getUserPlaylists", user="guest"))["playlists"]["items"]
        assert [(one["id"], one["subscribed_at"], one["users_count"]) for one in listed] == [(number, int(NOW), 1)]
        owned = await client.read("playlist/getUserPlaylists", user="guest", filter="owner")
        assert owned["playlists"]["total"] == 0
        await client.write("playlist/unsubscribe", user="guest", playlist_id=number)
        assert (await client.read("playlist/getUserPlaylists", user="guest"))["playlists"]["total"] == 0
        assert await client.write("playlist/delete", playlist_id=number) == {"status": "success"}
        assert (await client.get("playlist/get", playlist_id=number))[0] == 404
        assert (await client.post("playlist/subscribe", user="guest", playlist_id=number))[0] == 404


async def test_unknown_ids_in_playlists() -> None:
    """Unknown ids are passed over, or refuse the whole call, as switched; no id at all is refused."""
    async with qobuz() as client:
        number = await created(client)
        body = await client.write("playlist/addTracks", playlist_id=number, track_ids="101,999,x")
        assert body["tracks_count"] == 1
        await client.switch(unknown_ids="refused")
        assert (await client.post("playlist/addTracks", playlist_id=number, track_ids="102,999"))[0] == 400
        assert (await client.post("playlist/deleteTracks", playlist_id=number, playlist_track_ids="1"))[0] == 400
        assert (await client.post("playlist/addTracks", playlist_id=number, track_ids=""))[0] == 400
        assert ids(await rows(client, number)) == [101]


async def test_odd_rows_of_playlists() -> None:
    """Item 13: a row of a playlist can be null, too."""
    async with qobuz() as client:
        number = await created(client, tracks="101,102")
        await client.switch(null_items=[101])
        found = (await client.read("playlist/get", playlist_id=number, extra="tracks"))["tracks"]
        assert (found["items"][0], found["total"]) == (None, 2)
        assert found["items"][1]["position"] == 2


async def test_public_playlists_are_found() -> None:
    """Playlists are searched by the words of their name, public ones only."""
    async with qobuz() as client:
        number = await created(client, "Été à Paris", is_public="true")
        await created(client, "Ete private")
        found = (await client.read("playlist/search", query="ETE paris"))["playlists"]
        assert (ids(found["items"]), found["total"]) == ([number], 1)
