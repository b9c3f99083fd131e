"""The Qobuz stand-in: apps, tokens, and the ways to sign in (facts 2.6: 1 to 4)."""

from hashlib import md5
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from .qobuz_case import APP, TOKENS, Client, qobuz

TRACED = re.compile(r"User authentication is required\. \(Root=1-[0-9a-f]{8}-[0-9a-f]{24}\)")
CALLS = ["user/get", "user/lastUpdate", "track/get?track_id=101", "favorite/getUserFavoriteIds", "track/search?query=x"]


async def test_every_call_needs_a_known_app_id() -> None:
    """Item 1: 400 without an app id, or with one nobody gave out."""
    async with qobuz() as client:
        for call in CALLS:
            for app in (None, "999999999"):
                status, body = await client.ask("GET", call, app=app)
                assert (status, body["status"], body["code"]) == (400, "error", 400)
                assert body["message"] == "Invalid or missing app_id parameter"


async def test_app_id_and_token_may_be_in_the_query() -> None:
    """Item 1: query authentication works like the headers."""
    async with qobuz() as client:
        query = {"app_id": APP, "user_auth_token": TOKENS["guest"]}
        status, body = await client.ask("GET", "user/get", user=None, app=None, params=query)
        assert (status, body["login"]) == (200, "guest@sandbox.invalid")


async def test_a_token_is_good_with_its_own_app_only() -> None:
    """Item 1: the right token with another known app is 401, with a trace behind the message."""
    async with qobuz() as client:
        for call in CALLS:
            status, body = await client.ask("GET", call, app="100000002")
            assert status == 401
            assert TRACED.fullmatch(body["message"])
        assert (await client.get("user/get"))[0] == 200


async def test_users_are_told_apart_by_their_tokens() -> None:
    """Item 1: two users have two profiles; no token has none."""
    async with qobuz() as client:
        ours, theirs = await client.read("user/get"), await client.read("user/get", user="guest")
        assert (ours["id"], theirs["id"]) == (5_000_001, 5_000_002)
        assert ours["subscription"]["end_date"] > "2026"
        status, body = await client.get("user/get", user=None)
        assert (status, body["code"]) == (401, 401)
        assert (await client.get("track/get", user=None, track_id=101))[0] == 200


async def test_another_users_profile_is_not_told() -> None:
    """`user/get` tells the own profile, by id too, and wrapped where that is switched on."""
    async with qobuz() as client:
        assert (await client.read("user/get", user_id=5_000_001))["id"] == 5_000_001
        assert (await client.get("user/get", user_id=5_000_002))[0] == 404
        await client.switch(user_get_wrapped=True)
        assert (await client.read("user/get"))["user"]["id"] == 5_000_001


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_signing_in_with_a_password_is_over(method: str) -> None:
    """Item 2: the right password is refused with a trace; a partner's app still signs in, plain or by MD5."""
    async with qobuz() as client:
        right = {"email": "guest@sandbox.invalid", "password": "sandbox-password-guest", "app_id": APP}
        hashed = {
            "username": "guest",
            "password": md5(b"sandbox-password-guest", usedforsecurity=False).hexdigest(),
            "app_id": APP,
        }
        wrong = right | {"password": "x"}

        async def login(texts: dict[str, str]) -> tuple[int, dict[str, object]]:
            """Sign in, with the app id among the parameters."""
            where = "params" if method == "GET" else "data"
            return await client.ask(method, "user/login", None, None, **{where: texts})

        status, body = await login(right)
        assert status == 401
        assert TRACED.fullmatch(str(body["message"]))
        await client.switch(trace_suffix=False)
        assert (await login(right))[1]["message"] == "User authentication is required."
        await client.switch(password_login=True)
        for texts in (right, hashed):
            status, body = await login(texts)
            assert status == 200
            token = str(body["user_auth_token"])
            assert (await client.read("user/get", user=token))["login"] == "guest@sandbox.invalid"
        status, body = await login(wrong)
        assert (status, body["message"]) == (401, "Invalid username/email and password combination")
        assert (await login({"email": "guest", "app_id": APP}))[0] == 400


async def test_a_token_is_checked_as_a_partner() -> None:
    """Item 2: POST `extra=partner` as a form or as plain text tells the profile."""
    async with qobuz() as client:
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
            status, body = await client.ask("POST", "user/login", data="extra=partner", headers=headers)
            assert status == 200
            assert (body["user_auth_token"], body["user"]["id"]) == (TOKENS["listener"], 5_000_001)
        assert (await client.ask("POST", "user/login", "nonsense", data={"extra": "partner"}))[0] == 401
        assert (await client.post("user/login", user=None, extra="partner"))[0] == 401


async def code(client: Client, back: str = "http://127.0.0.1:1/back", app: str = APP) -> str:
    """Sign in as a browser does, and give the code it comes back with."""
    query = {"ext_app_id": app, "redirect_url": back}
    async with client.http.get("/signin/oauth", params=query, allow_redirects=False) as reply:
        assert reply.status == 302, await reply.text()
        target = urlsplit(reply.headers["Location"])
        assert reply.headers["Location"].startswith(back.split("?", maxsplit=1)[0])
        return parse_qs(target.query)["code_autorisation"][0]


async def test_signing_in_by_browser() -> None:
    """Item 3: a code comes back once, works once, and only with the app's private key."""
    async with qobuz() as client:
        first = await code(client)
        wrong = await client.get("oauth/callback", user=None, code=first, private_key="sandboxkey02")
        assert wrong[0] == 400
        body = await client.read("oauth/callback", user=None, code=first, private_key="sandboxkey01")
        assert body["user_id"] == "5000001"
        assert (await client.read("user/get", user=body["token"]))["id"] == 5_000_001
        again = await client.get("oauth/callback", user=None, code=first, private_key="sandboxkey01")
        assert again[0] == 400
        assert (await client.get("oauth/callback", user=None, code=first))[0] == 400


async def test_spellings_of_the_browsers_reply() -> None:
    """Item 3: the user id as a number, the token under its other name, another person, another app."""
    async with qobuz() as client:
        await client.switch(oauth_user_id="int", oauth_token_key="user_auth_token", signs_in="guest")
        fresh = await code(client, "qobuzapp://discover?x=1", app="100000002")
        query = {"code": fresh, "private_key": "sandboxkey02"}
        assert (await client.ask("GET", "oauth/callback", None, APP, params=query))[0] == 400
        status, body = await client.ask("GET", "oauth/callback", None, "100000002", params=query)
        assert (status, body["user_id"]) == (200, 5_000_002)
        assert (await client.ask("GET", "user/get", body["user_auth_token"], "100000002"))[0] == 200
        assert (await client.ask("GET", "user/get", body["user_auth_token"]))[0] == 401


async def test_where_the_browser_may_be_sent() -> None:
    """Item 3: any address, unless the switch names those allowed."""
    async with qobuz() as client:
        await client.switch(redirects_allowed=["http://localhost"])
        query = {"ext_app_id": APP, "redirect_url": "https://home.sandbox.invalid/auth"}
        async with client.http.get("/signin/oauth", params=query, allow_redirects=False) as reply:
            assert reply.status == 400
        assert await code(client, "http://localhost:8123/auth")


async def test_a_token_revoked_between_two_calls() -> None:
    """Item 4: every call is 401 from then on, until it is good again; wording is switchable."""
    async with qobuz() as client:
        await client.change(revoked=True)
        for call in CALLS:
            assert (await client.get(call))[0] == 401
        assert (await client.post("favorite/create", track_ids="102"))[0] == 401
        assert (await client.get("user/get", user="guest"))[0] == 200
        await client.switch(rejected_message="Invalid username/email and password combination", trace_suffix=False)
        assert (await client.get("user/get"))[1]["message"] == "Invalid username/email and password combination"
        await client.change(revoked=False)
        assert 102 not in await client.favorites()


async def test_a_subscription_that_ended() -> None:
    """Item 4: 403 on every call of that user alone."""
    async with qobuz() as client:
        await client.change(subscription=False)
        for call in CALLS:
            status, body = await client.get(call)
            assert (status, body["code"]) == (403, 403)
        assert (await client.get("user/get", user="guest"))[0] == 200
        await client.change(subscription=True)
        assert (await client.get("user/get"))[0] == 200
