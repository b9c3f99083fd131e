"""The Qobuz stand-in: odd rows, regions and future releases (facts 2.6: 13, 15 and 17)."""

from typing import Any

import pytest

from .qobuz_case import NOW, qobuz

ODD: list[tuple[str, int, dict[str, Any]]] = [
    ("performer_null", 101, {"performer": None}),
    ("version_null", 102, {"version": None}),
    ("duration_zero", 101, {"duration": 0}),
    ("isrc_missing", 101, {"isrc": None}),
    ("isrc_hyphens", 101, {"isrc": "GB-UM7-10-29604"}),
    ("isrc_lower_case", 101, {"isrc": "gbum71029604"}),
    ("isrc_lower_case", 103, {"isrc": None}),
    ("html_entities", 107, {"title": "Jolene &amp; Co &lt;3", "version": "Se&#241;or&#x27;s Edit"}),
    ("ellipsis_titles", 105, {"title": "The Prophet's Song\u2026"}),
    ("ellipsis_titles", 104, {"title": "Love of My Life\u2026"}),
    ("not_streamable", 101, {"streamable": False}),
    ("released_before_1970", 101, {"release_date_original": "1960-01-01"}),
    ("future_releases", 101, {"streamable": False, "release_date_stream": "2100-01-01"}),
]


@pytest.mark.parametrize(("switch", "number", "expected"), ODD)
async def test_odd_rows(switch: str, number: int, expected: dict[str, Any]) -> None:
    """Item 13: each switch makes its rows odd, everywhere, and leaves the others alone."""
    async with qobuz() as client:
        plain = await client.read("track/get", track_id=number)
        other = await client.read("track/get", track_id=108)
        await client.write("favorite/create", track_ids=str(number))
        await client.switch(**{switch: [number]})
        row = await client.read("track/get", track_id=number)
        assert {name: row[name] for name in expected} == expected
        assert row == plain | row
        assert await client.read("track/get", track_id=108) == other
        listed = (await client.read("favorite/getUserFavorites", type="tracks"))["tracks"]["items"]
        assert row in [{name: value for name, value in one.items() if name != "favorited_at"} for one in listed]


async def test_rows_with_fields_missing() -> None:
    """Item 13: performer and album can be left out, here of all tracks."""
    async with qobuz() as client:
        await client.switch(performer_missing=["*"], album_missing=["*"])
        rows = (await client.read("track/search", query="queen"))["tracks"]["items"]
        assert len(rows) == 6
        assert all("performer" not in row and "album" not in row for row in rows)
        await client.switch(released_before_1970=["*"])
        assert "album" not in await client.read("track/get", track_id=101)


async def test_an_album_before_1970() -> None:
    """Item 13: the album's release is negative in Unix seconds; the world's own row is not touched."""
    async with qobuz() as client:
        await client.switch(released_before_1970=[101])
        assert (await client.read("track/get", track_id=101))["album"]["released_at"] < 0
        assert (await client.read("track/get", track_id=104))["album"]["released_at"] > 0
        await client.control("POST", "reset")
        assert (await client.read("track/get", track_id=101))["album"]["released_at"] > 0


async def test_null_among_the_items() -> None:
    """Item 13: a row of any list can be null and still counts; looked up alone the track is there."""
    async with qobuz() as client:
        await client.switch(null_items=[101])
        page = (await client.read("favorite/getUserFavorites", type="tracks"))["tracks"]
        assert (page["items"][0], page["total"], len(page["items"])) == (None, 3, 3)
        assert None in (await client.read("track/search", query="bohemian rhapsody"))["tracks"]["items"]
        assert (await client.read("album/get", album_id="opera00000001"))["tracks"]["items"][0] is None
        _, body = await client.ask("POST", "track/getList", json={"tracks_id": [101]})
        assert body["tracks"] == {"total": 1, "items": [None]}
        assert (await client.read("track/get", track_id=101))["id"] == 101


async def test_a_track_that_is_not_for_a_country() -> None:
    """Item 15: there it is not streamable, or 404; search leaves it out, favourites keep the row and count it."""
    async with qobuz() as client:
        await client.switch(unavailable_in={"FR": [101]})
        row = await client.read("track/get", track_id=101)
        assert (row["streamable"], row["displayable"], row["purchasable"]) == (False, False, False)
        assert 101 not in await client.found("bohemian rhapsody queen")
        page = (await client.read("favorite/getUserFavorites", type="tracks"))["tracks"]
        assert (page["items"][0]["id"], page["items"][0]["streamable"], page["total"]) == (101, False, 3)
        assert (await client.read("track/get", user="guest", track_id=101))["streamable"]
        await client.switch(unavailable_lookup="not_found")
        assert (await client.get("track/get", track_id=101))[0] == 404
        assert (await client.get("track/get", user=None, track_id=101))[0] == 404
        assert (await client.ask("POST", "track/getList", json={"tracks_id": [101]}))[1]["tracks"]["items"] == []
        assert await client.favorites() == [101, 106, 104]
        await client.change(country="US")
        assert (await client.get("track/get", track_id=101))[0] == 200


async def test_future_releases() -> None:
    """Item 17: a track whose `streamable_at` is to come is not streamable until that time."""
    async with qobuz() as client:
        row = await client.read("track/get", track_id=110)
        assert row["streamable_at"] > NOW
        assert row["streamable"] is False
        assert 110 in await client.found("flugufrelsarinn")
        await client.control("POST", "clock", {"advance": 1001})
        assert (await client.read("track/get", track_id=110))["streamable"] is True
        await client.switch(future_releases=[101])
        assert (await client.read("track/get", track_id=101))["streamable_at"] > NOW + 1001
