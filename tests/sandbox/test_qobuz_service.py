"""The Qobuz stand-in as a service: errors, limits, forms, and its state over HTTP (facts 2.6: 14 and 16)."""

import asyncio
from email.utils import parsedate_to_datetime
import json
from typing import Any

import aiohttp
import pytest

from .qobuz_case import NOW, TOKENS, Client, qobuz


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}])
async def test_too_many_requests(headers: dict[str, str]) -> None:
    """Item 14: 429 with and without Retry-After, then all is well and nothing was written."""
    async with qobuz() as client:
        fault = {"kind": "status", "status": 429, "headers": headers, "body": {"status": "error", "code": 429}}
        await client.fault(fault, "favorite/create", times=1)
        status, body = await client.post("favorite/create", track_ids="107")
        assert (status, body["code"]) == (429, 429)
        assert await client.favorites() == [101, 106, 104]
        await client.write("favorite/create", track_ids="107")


@pytest.mark.parametrize("status", [502, 503])
async def test_gateway_pages(status: int) -> None:
    """Item 14: an HTML page in place of JSON."""
    async with qobuz() as client:
        await client.fault({"kind": "html", "status": status}, "user/get", times=1)
        found, page = await client.get("user/get")
        assert found == status
        assert page.startswith("<html>")


async def test_slow_truncated_and_false_replies() -> None:
    """Item 14: latency, JSON that stops in the middle, an error under 200, a write whose reply is lost."""
    async with qobuz() as client:
        await client.fault({"kind": "delay", "seconds": 10}, "track/search", times=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.found("queen")
        await client.fault({"kind": "truncate", "content_length": "cut"}, "track/get", times=1)
        with pytest.raises(json.JSONDecodeError):
            await client.get("track/get", track_id=101)
        await client.fault({"kind": "body", "body": {"status": "error", "code": 500}}, "track/get", times=1)
        assert await client.get("track/get", track_id=101) == (200, {"status": "error", "code": 500})
        await client.fault({"kind": "lost_reply"}, "favorite/create", times=1)
        with pytest.raises(aiohttp.ClientError):
            await client.post("favorite/create", track_ids="107")
        assert await client.favorites(limit=1) == [107]


async def gate(client: Client, expected: int) -> dict[str, str]:
    """Make a call that must be shut out with a page, and give the reply's headers."""
    headers = {"X-App-Id": "100000001", "X-User-Auth-Token": TOKENS["listener"]}
    async with client.http.get("/api.json/0.2/user/get", headers=headers) as reply:
        assert (reply.status, reply.content_type) == (expected, "text/html")
        return dict(reply.headers)


async def test_shut_out_for_half_a_day() -> None:
    """Item 14: after so many calls in a day everything is a page at the gate, for 12 hours."""
    async with qobuz() as client:
        await client.switch(block_after=3)
        for _ in range(3):
            await client.read("user/get")
        assert "Retry-After" not in await gate(client, 429)
        assert (await client.control("GET", "state"))["blocked_seconds"] == 43_200
        await client.control("POST", "clock", {"advance": 43_200 - 60})
        await client.switch(block_status=403, block_retry_after="seconds")
        assert (await gate(client, 403))["Retry-After"] == "61"
        await client.switch(block_retry_after="date")
        date = (await gate(client, 403))["Retry-After"]
        assert date.endswith(" GMT")
        lifts = parsedate_to_datetime(date)
        assert 0 <= lifts.timestamp() - (NOW + 43_200) <= 1
        await client.control("POST", "clock", {"advance": 61})
        for _ in range(3):
            await client.read("user/get")
        await gate(client, 403)


async def test_old_calls_are_forgotten() -> None:
    """Item 14: only a day's calls count towards the block, and it can be set and lifted by hand."""
    async with qobuz() as client:
        await client.switch(block_after=2)
        for _ in range(6):
            await client.read("user/get")
            await client.control("POST", "clock", {"advance": 43_201})
        await client.control("PATCH", "state", {"block": 30})
        await gate(client, 429)
        await client.control("PATCH", "state", {"block": 0})
        await client.read("user/get")


async def test_writes_are_forms_only() -> None:
    """Item 16: JSON bodies and a POST's query are not read, playlists are written by POST alone."""
    async with qobuz() as client:
        wrong: list[dict[str, Any]] = [{"json": {"track_ids": "107"}}, {"params": {"track_ids": "107"}}, {}]
        for more in wrong:
            status, body = await client.ask("POST", "favorite/create", **more)
            assert (status, body["code"]) == (400, 400)
        assert (await client.ask("POST", "playlist/create", json={"name": "x"}))[0] == 400
        assert (await client.get("playlist/create", name="x"))[0] == 404
        with aiohttp.MultipartWriter("form-data") as parts:
            parts.append("107").set_content_disposition("form-data", name="track_ids")
        assert (await client.ask("POST", "favorite/create", data=parts))[0] == 200
        assert await client.favorites(limit=1) == [107]
        assert (await client.control("GET", "state"))["playlists"] == []


async def test_calls_that_do_not_exist() -> None:
    """An unknown call is refused in JSON, after the app id is checked."""
    async with qobuz() as client:
        status, body = await client.get("favorite/everything")
        assert (status, body["status"]) == (404, "error")
        assert (await client.ask("GET", "favorite/everything", app=None))[0] == 400


async def test_state_tells_and_changes_all() -> None:
    """Users with tokens and favourites in order are told; a person's own changes can be made."""
    async with qobuz() as client:
        state = await client.control("GET", "state")
        assert state["users"]["listener"]["tokens"] == {
            TOKENS["listener"]: {"app_id": "100000001", "revoked": False},
        }
        assert set(state["apps"]) == {"100000001", "100000002"}
        change: dict[str, Any] = {
            "add_favorites": {"tracks": [107, 108], "albums": ["opera00000001"], "artists": [12]},
            "remove_favorites": {"tracks": [106]},
            "add_playlist": {"name": "By hand", "tracks": [101, 101], "is_public": True},
        }
        state = await client.change(**change)
        favorites = state["users"]["listener"]["favorites"]
        assert [row["id"] for row in favorites["tracks"]] == [108, 107, 101, 104]
        assert favorites["tracks"][0]["favorited_at"] == int(NOW)
        assert favorites["albums"][0]["id"] == "opera00000001"
        assert await client.favorites() == [108, 107, 101, 104]
        assert (await client.read("user/lastUpdate"))["last_update"]["favorite_track"] == int(NOW)
        playlist = state["playlists"][0]
        assert [row["track_id"] for row in playlist["tracks"]] == [101, 101]
        assert (await client.read("playlist/get", user="guest", playlist_id=playlist["id"]))["name"] == "By hand"
        state = await client.control("POST", "reset")
        assert [row["id"] for row in state["users"]["listener"]["favorites"]["tracks"]] == [101, 106, 104]
        assert state["playlists"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"user": {}},
        {"users": []},
        {"block": "long"},
        {"users": {"nobody": {}}},
        {"users": {"listener": {"token": "x"}}},
        {"users": {"listener": {"revoked": "yes"}}},
        {"users": {"listener": {"country": 1}}},
        {"users": {"listener": {"add_favorites": [107]}}},
        {"users": {"listener": {"add_favorites": {"tracks": [999]}}}},
        {"users": {"listener": {"add_favorites": {"tracks": [[107]]}}}},
        {"users": {"listener": {"add_favorites": {"playlists": [1]}}}},
        {"users": {"listener": {"add_playlist": {"tracks": [101]}}}},
        {"users": {"listener": {"add_playlist": {"name": "x", "tracks": [999]}}}},
    ],
)
async def test_state_changes_that_make_no_sense(change: dict[str, Any]) -> None:
    """A control request that cannot be followed is told so, and changes nothing."""
    async with qobuz() as client:
        before = await client.control("GET", "state")
        assert (await client.control("PATCH", "state", change, status=400))["error"]
        assert await client.control("GET", "state") == before


async def test_switches_with_few_values() -> None:
    """A switch refuses a value it does not have."""
    async with qobuz() as client:
        assert "ignored" in (await client.control("PATCH", "switches", {"unknown_ids": "x"}, status=400))["error"]
