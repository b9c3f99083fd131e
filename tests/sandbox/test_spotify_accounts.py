"""Spotify's stand-in: approving, tokens, scopes, identity, and who may use the application at all."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from spotipy import Spotify, SpotifyException

from sandbox.spotify import READING

from .spotify_bench import Bench, open_bench, track_id

BACK = "https://example.com/auth/external/callback"
ENDPOINTS = [
    "/me",
    "/me/tracks",
    "/me/albums",
    "/me/following?type=artist",
    "/me/playlists",
    "/search?q=song&type=track",
]


@pytest.fixture
async def spotify() -> AsyncIterator[Bench]:
    """Serve a small Spotify."""
    async with open_bench() as bench:
        yield bench


async def approve(spotify: Bench, **query: str) -> tuple[int, str, dict[str, str]]:
    """Go to the approval page; tell the status, where one is sent, and with what."""
    query = {"response_type": "code", "client_id": "client", "redirect_uri": BACK, "state": "s t&te"} | query
    async with spotify.http.get(f"{spotify.url}/authorize", params=query, allow_redirects=False) as reply:
        target = reply.headers.get("Location", "")
    parts = urlsplit(target)
    return reply.status, target.partition("?")[0], {key: values[0] for key, values in parse_qs(parts.query).items()}


async def code_for(spotify: Bench, scope: str = READING) -> str:
    """Approve and give the code."""
    return (await approve(spotify, scope=scope))[2]["code"]


async def test_approving_and_exchanging_the_code(spotify: Bench) -> None:
    """The approval leads back with state and code; the code becomes tokens with the scopes asked for."""
    status, target, query = await approve(spotify, scope="user-library-read,user-follow-read", show_dialog="true")
    assert (status, target, query["state"]) == (302, BACK, "s t&te")
    reply = await spotify.ask_token(grant_type="authorization_code", code=query["code"], redirect_uri=BACK)
    assert reply.status == 200
    assert set(reply.body) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert reply.body["scope"] == "user-library-read user-follow-read"
    assert (reply.body["token_type"], reply.body["expires_in"]) == ("Bearer", 3600)
    spotify.token = reply.body
    assert (await spotify.get("/me")).body["id"] == "listener"
    again = await spotify.ask_token(grant_type="authorization_code", code=query["code"], redirect_uri=BACK)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")


async def test_a_redirect_with_a_query_keeps_it(spotify: Bench) -> None:
    """Code and state are added to the query that is there."""
    _, target, query = await approve(spotify, redirect_uri=BACK + "?flow=1")
    assert (target, query["flow"], query["state"]) == (BACK, "1", "s t&te")


async def test_declining_leads_back_with_an_error(spotify: Bench) -> None:
    """Who declines is sent back without a code."""
    spotify.stand_in.switch(deny_authorization=True)
    assert (await approve(spotify))[2] == {"error": "access_denied", "state": "s t&te"}


@pytest.mark.parametrize(
    "query",
    [
        {"redirect_uri": "http://example.com/callback"},
        {"redirect_uri": "http://localhost:8123/callback"},
        {"redirect_uri": ""},
        {"client_id": ""},
        {"client_id": "stranger"},
        {"response_type": "token"},
    ],
)
async def test_a_bad_approval_request_stays_there(spotify: Bench, query: dict[str, str]) -> None:
    """Insecure redirects (localhost by name among them) and unknown clients are told so on the spot."""
    await spotify.control("PATCH", "state", {"clients": {"client": "secret"}})
    assert (await approve(spotify, **query))[0] == 400


async def test_loopback_addresses_are_good_and_strictness_can_be_switched_off(spotify: Bench) -> None:
    """A loopback address as a number is a fine redirect; localhost becomes one by a switch."""
    assert (await approve(spotify, redirect_uri="http://127.0.0.1:8123/x"))[0] == 302
    assert (await approve(spotify, redirect_uri="http://[::1]:8123/x"))[0] == 302
    spotify.stand_in.switch(strict_redirects=False)
    assert (await approve(spotify, redirect_uri="http://localhost:8123/x"))[0] == 302


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code": "nonsense"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_grant"),
        ({"client_secret": ""}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_code_is_bound_to_its_request(spotify: Bench, form: dict[str, str], error: str) -> None:
    """Another redirect, client or kind of grant gets no tokens."""
    good = {"grant_type": "authorization_code", "code": await code_for(spotify), "redirect_uri": BACK}
    reply = await spotify.ask_token(**good | form)
    assert (reply.status, reply.body["error"]) == (400, error)


async def test_a_code_gets_stale(spotify: Bench) -> None:
    """Ten minutes later a code is worth nothing."""
    code = await code_for(spotify)
    await spotify.control("POST", "clock", {"advance": 600})
    reply = await spotify.ask_token(grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert (reply.status, reply.body["error"]) == (400, "invalid_grant")


async def test_refreshing_gives_no_new_refresh_token(spotify: Bench) -> None:
    """A refresh gives an access token only, unless rotation is switched on, which ends the old one."""
    refresh = spotify.token["refresh_token"]
    reply = await spotify.ask_token(grant_type="refresh_token", refresh_token=refresh)
    assert reply.status == 200
    assert "refresh_token" not in reply.body
    assert reply.body["access_token"] != spotify.token["access_token"]
    spotify.stand_in.switch(rotate_refresh_token=True, expires_in=120)
    rotated = await spotify.ask_token(grant_type="refresh_token", refresh_token=refresh)
    assert rotated.body["refresh_token"] != refresh
    assert rotated.body["expires_in"] == 120
    assert (await spotify.ask_token(grant_type="refresh_token", refresh_token=refresh)).status == 400


async def test_the_client_may_sign_in_by_header(spotify: Bench) -> None:
    """A Basic header does as well as form fields; secrets are checked once clients are set."""
    await spotify.control("PATCH", "state", {"clients": {"client": "secret"}})
    form = {"grant_type": "refresh_token", "refresh_token": spotify.token["refresh_token"]}
    for value, status in (("client:secret", 200), ("client:wrong", 400), ("x", 400)):
        headers = {"Authorization": "Basic " + b64encode(value.encode()).decode()}
        async with spotify.http.post(f"{spotify.url}/api/token", data=form, headers=headers) as reply:
            assert reply.status == status
    async with spotify.http.post(f"{spotify.url}/api/token", data=form, headers={"Authorization": "Basic !"}) as reply:
        assert (reply.status, (await reply.json())["error"]) == (400, "invalid_client")


async def test_a_revoked_refresh_token_is_an_invalid_grant(spotify: Bench) -> None:
    """Revoking one person's tokens leaves the other's, and access tokens until they expire."""
    mine, guests = spotify.token, spotify.sign_in("guest")
    await spotify.control("PATCH", "state", {"revoke_tokens": "listener"})
    reply = await spotify.ask_token(grant_type="refresh_token", refresh_token=mine["refresh_token"])
    assert (reply.status, reply.body) == (
        400,
        {"error": "invalid_grant", "error_description": "Refresh token revoked"},
    )
    assert (await spotify.ask_token(grant_type="refresh_token", refresh_token=guests["refresh_token"])).status == 200
    spotify.token = mine
    assert (await spotify.get("/me")).status == 200
    await spotify.control("PATCH", "state", {"revoke_tokens": True})
    assert (await spotify.ask_token(grant_type="refresh_token", refresh_token=guests["refresh_token"])).status == 400


async def test_refreshing_does_not_prolong_the_six_months(spotify: Bench) -> None:
    """A refresh token dies six months after the approval, however often it was used."""
    form = {"grant_type": "refresh_token", "refresh_token": spotify.token["refresh_token"]}
    for _ in range(2):
        spotify.stand_in.advance(91 * 86_400)
        assert (await spotify.ask_token(**form)).status == 200
    spotify.stand_in.advance(2 * 86_400)
    reply = await spotify.ask_token(**form)
    assert (reply.status, reply.body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("status", [429, 503])
async def test_the_token_endpoint_fails_like_any_other(spotify: Bench, status: int) -> None:
    """Faults reach the accounts host too."""
    await spotify.control(
        "POST", "faults", {"path": "^/api/token$", "times": 1, "fault": {"kind": "html", "status": status}}
    )
    form = {"grant_type": "refresh_token", "refresh_token": spotify.token["refresh_token"]}
    assert [(await spotify.ask_token(**form)).status for _ in range(2)] == [status, 200]


async def test_an_access_token_expires_midway(spotify: Bench) -> None:
    """By the clock, by command, or after some requests: 401 with the known message."""
    expired = {"error": {"status": 401, "message": "The access token expired"}}
    first = await spotify.get("/me/tracks", limit=50)
    await spotify.control("POST", "clock", {"advance": 3600})
    reply = await spotify.get(first.body["next"])
    assert (reply.status, reply.body) == (401, expired)
    spotify.sign_in()
    assert (await spotify.control("GET", "state"))["valid_access_tokens"] == 1
    await spotify.control("PATCH", "state", {"expire_access_tokens": "guest"})
    assert (await spotify.get("/me")).status == 200
    await spotify.control("PATCH", "state", {"expire_access_tokens": True})
    assert (await spotify.get("/me")).body == expired
    spotify.sign_in()
    spotify.stand_in.switch(requests_per_token=2)
    assert [(await spotify.get("/me")).status for _ in range(3)] == [200, 200, 401]


async def test_other_tokens_are_refused(spotify: Bench) -> None:
    """A wrong token and none at all answer 401 too."""
    spotify.token = {"access_token": "nonsense"}
    assert (await spotify.get("/me")).body["error"]["message"] == "Invalid access token"
    async with spotify.http.get(f"{spotify.url}/v1/me") as reply:
        assert reply.status == 401
    with pytest.raises(SpotifyException) as raised:
        await spotify.spotipy(Spotify.me)
    assert raised.value.http_status == 401


async def test_another_person_approves(spotify: Bench) -> None:
    """The control picks who approves; that person has another identity and library."""
    state = await spotify.control("PATCH", "state", {"approving": "guest"})
    assert state["approving"] == "guest"
    reply = await spotify.ask_token(grant_type="authorization_code", code=await code_for(spotify), redirect_uri=BACK)
    spotify.token = reply.body
    me = await spotify.spotipy(Spotify.me)
    assert me["id"] == "1133.guest_7"
    assert me["display_name"] is None
    assert (await spotify.get("/me/tracks")).body["total"] == 0


async def test_identity_comes_in_every_form(spotify: Bench) -> None:
    """The account's immutable id may be absent; id and name may be anything."""
    assert (await spotify.get("/me/")).body["account_id"] == "acc-7f3a1c"
    await spotify.control("PATCH", "switches", {"account_id": False})
    await spotify.control("PATCH", "state", {"profile": {"id": "1142.x", "display_name": None}})
    me = (await spotify.get("/me")).body
    assert (me["id"], me["uri"], me["display_name"]) == ("1142.x", "spotify:user:1142.x", None)
    assert "account_id" not in me


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/me/tracks", "user-library-read"),
        ("/me/albums", "user-library-read"),
        (f"/me/library/contains?uris=spotify:track:{track_id(1)}", "user-library-read"),
        ("/me/following?type=artist", "user-follow-read"),
    ],
)
async def test_scopes_are_enforced(spotify: Bench, path: str, scope: str) -> None:
    """Without its scope an endpoint answers 403, with it 200."""
    spotify.sign_in(scope=READING.replace(scope, ""))
    reply = await spotify.get(path)
    assert (reply.status, reply.body["error"]["message"]) == (403, "Insufficient client scope")
    spotify.sign_in(scope=scope)
    assert (await spotify.get(path)).status == 200


async def test_what_is_granted_may_be_less_than_asked(spotify: Bench) -> None:
    """A switch narrows what approvals grant, whatever is asked for."""
    spotify.stand_in.switch(granted_scope="user-follow-read")
    reply = await spotify.ask_token(grant_type="authorization_code", code=await code_for(spotify), redirect_uri=BACK)
    assert reply.body["scope"] == "user-follow-read"


async def test_missing_playlist_scopes_hide_playlists(spotify: Bench) -> None:
    """Shared and private playlists are silently missing without their scopes."""

    async def names(scope: str) -> set[str]:
        """List the playlists that a scope shows."""
        spotify.sign_in(scope=scope)
        return {row["name"] for row in (await spotify.get("/me/playlists", limit=50)).body["items"]}

    everything = await names(READING)
    assert everything - await names("playlist-read-private") == {"Kitchen Radio"}
    assert everything - await names("playlist-read-collaborative") == {"For Me Alone"}


async def test_private_playlists_need_their_scope(spotify: Bench) -> None:
    """Reading a private or shared playlist by id needs the scope as well."""
    shelf = spotify.stand_in.spotify.shelf.playlists.values()
    ids = [playlist.id for name in ("For Me Alone", "Kitchen Radio") for playlist in shelf if playlist.name == name]
    spotify.sign_in(scope="user-library-read")
    assert [(await spotify.get(f"/playlists/{playlist}/items")).status for playlist in ids] == [403, 403]
    spotify.sign_in()
    assert [(await spotify.get(f"/playlists/{playlist}/items")).status for playlist in ids] == [200, 200]
    spotify.sign_in("guest")
    assert [(await spotify.get(f"/playlists/{playlist}/items")).status for playlist in ids] == [404, 200]


@pytest.mark.parametrize(
    ("switches", "body"),
    [
        ({"allowlist": ["guest"]}, "User not registered in the Developer Dashboard"),
        (
            {"premium_lapsed": True},
            {"error": {"status": 403, "message": "Active premium subscription required for the owner of the app"}},
        ),
    ],
)
async def test_an_application_out_of_order_answers_403_everywhere(
    spotify: Bench, switches: dict[str, Any], body: object
) -> None:
    """A person not on the list, or an owner without Premium: 403 on all, until it is mended."""
    await spotify.control("PATCH", "switches", switches)
    for path in ENDPOINTS:
        reply = await spotify.get(path)
        assert (reply.status, reply.body) == (403, body)
    await spotify.control("PATCH", "switches", {"allowlist": ["listener"], "premium_lapsed": False})
    assert [(await spotify.get(path)).status for path in ENDPOINTS] == [200] * len(ENDPOINTS)


async def test_tokens_are_not_in_state_or_log(spotify: Bench) -> None:
    """Neither the log nor the state gives a token or code away."""
    code = await code_for(spotify)
    reply = await spotify.ask_token(grant_type="authorization_code", code=code, redirect_uri=BACK)
    await spotify.get("/me")
    text = str(await spotify.control("GET", "requests")) + str(await spotify.control("GET", "state"))
    assert "/v1/me" in text
    assert not [secret for secret in (code, reply.body["access_token"], reply.body["refresh_token"]) if secret in text]
