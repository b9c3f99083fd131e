"""The Qobuz stand-in: favourites (facts 2.6: 5 to 9)."""

from hashlib import md5
from typing import Any

import pytest

from sandbox.world import Row, World

from .qobuz_case import NOW, OPERA, QUEEN, Client, ids, qobuz, track


def long_world(count: int) -> World:
    """Make a world of many favourites."""
    rows = [track(number, f"Song {number}", QUEEN, OPERA) for number in range(1, count + 1)]
    return World(
        qobuz_tracks={row["id"]: Row(recording=None, data=row) for row in rows},
        qobuz_favorites=[row["id"] for row in rows],
    )


async def block(client: Client, **params: Any) -> dict[str, Any]:
    """Read a page of favourite tracks with what is around it."""
    body = await client.read("favorite/getUserFavorites", type="tracks", **params)
    page: dict[str, Any] = body["tracks"]
    return page


async def test_pages_of_fifty_and_at_most_five_hundred() -> None:
    """Item 5: 50 without a limit, 500 whatever more is asked, the effective limit echoed, an empty page at the end."""
    async with qobuz(long_world(620)) as client:
        first = await block(client)
        assert (first["limit"], first["offset"], first["total"], len(first["items"])) == (50, 0, 620, 50)
        assert first["items"][0]["id"] == 620
        most = await block(client, limit=5000, offset=0)
        assert (most["limit"], len(most["items"])) == (500, 500)
        rest = await block(client, limit=500, offset=500)
        assert ids(rest["items"]) == list(range(120, 0, -1))
        assert (await block(client, limit=500, offset=620))["items"] == []


async def test_a_silent_cap_and_a_drifting_total() -> None:
    """Item 5: a lower cap with either echo, and a total that differs on later pages."""
    async with qobuz(long_world(250)) as client:
        await client.switch(page_cap=100)
        capped = await block(client, limit=500)
        assert (capped["limit"], len(capped["items"]), capped["total"]) == (100, 100, 250)
        await client.switch(echo_asked_limit=True, total_drift=-3)
        capped = await block(client, limit=500, offset=100)
        assert (capped["limit"], len(capped["items"]), capped["total"]) == (500, 100, 247)
        assert (await block(client, limit=500))["total"] == 250


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": "many"}, {"offset": -1}, {"type": "playlists"}])
async def test_bad_arguments_are_refused(params: dict[str, Any]) -> None:
    """Limits and offsets are numbers; favourites of type playlists do not exist."""
    async with qobuz() as client:
        status, body = await client.get("favorite/getUserFavorites", **params)
        assert (status, body["status"]) == (400, "error")


async def test_all_kinds_at_once_and_types_of_ids() -> None:
    """Item 6: without a type all three come; albums have text ids, tracks and artists numbers."""
    async with qobuz() as client:
        await client.write("favorite/create", album_ids="s72ps0jshvpwa,opera00000001", artist_ids="12", track_ids="")
        body = await client.read("favorite/getUserFavorites")
        assert ids(body["albums"]["items"]) == ["opera00000001", "s72ps0jshvpwa"]
        assert ids(body["artists"]["items"]) == [12]
        assert ids(body["tracks"]["items"]) == [101, 106, 104]
        assert body["user"] == {"id": 5_000_001, "login": "listener@sandbox.invalid"}
        assert body["albums"]["items"][0]["favorited_at"] == int(NOW)
        listed = await client.read("favorite/getUserFavoriteIds")
        assert listed == {
            "albums": ["opera00000001", "s72ps0jshvpwa"],
            "tracks": [101, 106, 104],
            "artists": [12],
            "labels": [],
            "awards": [],
            "articles": [],
        }


async def test_the_worlds_favourites_lie_in_the_past_newest_first() -> None:
    """Item 7: the oldest id of the world is last; every later row is strictly older."""
    async with qobuz() as client:
        page = await block(client)
        assert ids(page["items"]) == [101, 106, 104]
        times = [row["favorited_at"] for row in page["items"]]
        assert times == sorted(set(times), reverse=True)
        assert times[0] < NOW
        assert page["items"][0]["album"]["id"] == "opera00000001"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_create_and_delete_twice(method: str) -> None:
    """Item 7: a favourite is there once however often it is created, and keeps its date; either method works."""
    async with qobuz() as client:

        async def write(call: str, texts: dict[str, str]) -> None:
            """Write by form or by query."""
            sent: dict[str, Any] = {"params" if method == "GET" else "data": texts}
            status, body = await client.ask(method, call, **sent)
            assert (status, body) == (200, {"status": "success"})

        await write("favorite/create", {"track_ids": "102,103,102", "album_ids": "", "artist_ids": ""})
        before = await block(client)
        assert (before["total"], ids(before["items"])[:2]) == (5, [103, 102])
        await client.control("POST", "clock", {"advance": 60})
        await write("favorite/create", {"track_ids": "102,104"})
        assert await block(client) == before
        await write("favorite/delete", {"track_ids": "104,102,102"})
        await write("favorite/delete", {"track_ids": "104"})
        assert await client.favorites() == [103, 101, 106]


async def test_order_within_one_create() -> None:
    """Item 7: ids of one call share a second; the last given is the newest, or the first, as switched."""
    async with qobuz() as client:
        await client.write("favorite/create", track_ids="107,108,109")
        assert await client.favorites(limit=3) == [109, 108, 107]
        assert {row["favorited_at"] for row in (await block(client, limit=3))["items"]} == {int(NOW)}
        await client.write("favorite/delete", track_ids="107,108,109")
        await client.switch(favorite_order="reversed")
        await client.write("favorite/create", track_ids="107,108,109")
        assert await client.favorites(limit=3) == [107, 108, 109]


async def test_creating_again_refused() -> None:
    """Item 7: in the other mode a favourite in the batch refuses it with 400, whole or from there on."""
    async with qobuz() as client:
        await client.switch(favorite_again="refused")
        status, body = await client.post("favorite/create", track_ids="107,101,108")
        assert (status, body["code"]) == (400, 400)
        assert await client.favorites() == [101, 106, 104]
        await client.switch(refused_batch="partly")
        assert (await client.post("favorite/create", track_ids="107,101,108"))[0] == 400
        assert await client.favorites() == [107, 101, 106, 104]


async def test_unknown_ids_in_a_batch() -> None:
    """Item 8: ignored, or the whole call refused, or refused with what came before it taken."""
    async with qobuz() as client:
        for unknown in ("999", "abc"):
            await client.write("favorite/create", track_ids=f"107,{unknown},108")
            assert await client.favorites(limit=2) == [108, 107]
            await client.write("favorite/delete", track_ids="107,108")
        await client.switch(unknown_ids="refused")
        assert (await client.post("favorite/create", track_ids="107,999,108"))[0] == 400
        assert (await client.post("favorite/create", album_ids="nothing"))[0] == 400
        assert await client.favorites() == [101, 106, 104]
        await client.switch(refused_batch="partly")
        assert (await client.post("favorite/create", track_ids="107,999,108"))[0] == 400
        assert await client.favorites() == [107, 101, 106, 104]


async def test_ids_lag_behind() -> None:
    """Item 9: ids show creations and deletions late, full rows at once."""
    async with qobuz() as client:
        await client.switch(favorite_ids_lag=5)
        await client.write("favorite/create", track_ids="107")
        await client.write("favorite/delete", track_ids="104")
        assert await client.favorites() == [107, 101, 106]
        assert (await client.read("favorite/getUserFavoriteIds"))["tracks"] == [101, 106, 104]
        await client.control("POST", "clock", {"advance": 5.5})
        assert (await client.read("favorite/getUserFavoriteIds"))["tracks"] == [107, 101, 106]
        assert (await client.read("favorite/getUserFavoriteIds", limit=1))["tracks"] == [107]


async def test_last_update_is_to_the_second() -> None:
    """Item 9: writes move the time of what they changed, in whole seconds; a write without effect moves nothing."""
    async with qobuz() as client:
        before = (await client.read("user/lastUpdate"))["last_update"]
        await client.write("favorite/create", track_ids="101")
        assert (await client.read("user/lastUpdate"))["last_update"] == before
        await client.write("favorite/create", track_ids="107")
        first = (await client.read("user/lastUpdate"))["last_update"]
        assert (first["favorite"], first["favorite_track"]) == (int(NOW), int(NOW))
        assert first["favorite_album"] == before["favorite_album"] == 0
        await client.control("POST", "clock", {"advance": 0.5})
        await client.write("favorite/create", track_ids="108")
        assert (await client.read("user/lastUpdate"))["last_update"] == first
        await client.control("POST", "clock", {"advance": 1})
        await client.write("favorite/delete", track_ids="108")
        assert (await client.read("user/lastUpdate"))["last_update"]["favorite_track"] == int(NOW) + 1
        assert (await client.read("user/lastUpdate", user="guest"))["last_update"]["favorite"] == 0


async def test_status_of_one_thing() -> None:
    """`favorite/status` tells one thing of one kind, of this user."""
    async with qobuz() as client:
        assert await client.read("favorite/status", type="track", item_id=101) == {"status": True}
        assert await client.read("favorite/status", type="album", item_id=101) == {"status": False}
        assert await client.read("favorite/status", user="guest", type="track", item_id=101) == {"status": False}
        assert (await client.get("favorite/status", item_id=101))[0] == 400


async def test_signed_reading() -> None:
    """A right signature is accepted, a wrong one is 400."""
    async with qobuz() as client:
        text = "favoritegetUserFavorites" + "1790000000" + "1" * 32
        right = md5(text.encode(), usedforsecurity=False).hexdigest()
        assert await client.favorites(request_ts="1790000000", request_sig=right) == [101, 106, 104]
        status, _ = await client.get("favorite/getUserFavorites", request_ts="1790000001", request_sig=right)
        assert status == 400


async def test_users_have_their_own() -> None:
    """Favourites belong to the token's user."""
    async with qobuz() as client:
        await client.write("favorite/create", user="guest", track_ids="107")
        assert (await client.read("favorite/getUserFavoriteIds", user="guest"))["tracks"] == [107]
        assert await client.favorites() == [101, 106, 104]
        assert (await client.get("favorite/getUserFavorites", user=None))[0] == 401
