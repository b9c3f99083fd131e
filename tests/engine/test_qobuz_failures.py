"""Tests of what the Qobuz provider makes of failures, on a real socket."""

import asyncio
from collections.abc import AsyncGenerator

import aiohttp
from aiohttp import web
import pytest

from custom_components.music_sync.engine.errors import (
    AccessDenied,
    NotFound,
    RateLimited,
    Rejected,
    ServiceError,
    SignInNeeded,
    Unreachable,
)
from custom_components.music_sync.engine.providers import qobuz

from .fake_time import NOON
from .qobuz_account import TOKEN, Account, favorites
from .scripted_server import scripted_server


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server, aiohttp.ClientSession() as session:
        yield Account(server, session)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Rejected), (401, SignInNeeded), (403, AccessDenied), (404, NotFound), (422, Rejected)],
)
@pytest.mark.parametrize("shape", ["status", "body", "html"])
async def test_refusals(account: Account, status: int, error: type[ServiceError], shape: str) -> None:
    """They are told once, by status or by the code of a body; their text tells neither address nor token."""
    match shape:
        case "status":
            account.server.json({"status": "error", "code": status, "message": "x"}, status=status)
        case "body":
            account.server.json({"status": "error", "code": status})
        case _:
            account.server.text("<html>", status=status)
    if (status, shape) == (403, "html"):
        error = RateLimited
    with pytest.raises(error) as caught:
        await account.provider.search_tracks("x")
    assert len(account.server.seen) == 1
    assert account.server.url not in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_a_firewall_is_left_alone(account: Account) -> None:
    """A page instead of JSON is no word of Qobuz about the subscription: nothing more is sent for an hour."""
    account.server.text("<html>Access denied</html>", status=403)
    with pytest.raises(RateLimited):
        await account.provider.favorite_ids()
    with pytest.raises(RateLimited):
        await account.provider.favorites_marker()
    assert len(account.server.seen) == 1
    assert account.gate.blocked_until >= NOON + 3600


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "error", "code", "deep", "hang_up", "redirect"])
async def test_an_unreachable_service(account: Account, kind: str) -> None:
    """Reading is tried three times."""
    for _ in range(4):
        match kind:
            case "503":
                account.server.text("<html>", status=503)
            case "html":
                account.server.text("<html>")
            case "truncated":
                account.server.text('{"tracks": {"items": [')
            case "error":
                account.server.json({"status": "error", "message": "x"})
            case "code":
                account.server.json({"status": "error", "code": 500})
            case "deep":
                account.server.text("[" * 200_000)
            case "hang_up":
                account.server.hang_up()
            case _:
                account.server.text("", status=302, headers={"Location": "/elsewhere"})
    with pytest.raises(Unreachable):
        await account.provider.search_tracks("x")
    if kind != "hang_up":  # aiohttp itself asks once more where a connection breaks
        assert len(account.server.replies) == 1
    assert account.time.slept == [1, 3]
    assert {seen.path for seen in account.server.seen} == {"/api.json/0.2/track/search"}


async def test_a_broken_reply_is_read_again(account: Account) -> None:
    """One bad answer is no harm; only who is signed in is asked once, since a set-up waits for it."""
    account.server.text("{", status=200)
    account.server.json({"tracks": [5]})
    assert await account.provider.favorite_ids() == {"5"}
    account.server.text("{", status=200)
    with pytest.raises(Unreachable):
        await account.provider.profile()
    assert len(account.server.seen) == 3


async def test_a_slow_service(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for for ever."""
    monkeypatch.setattr(qobuz, "_TIMEOUT", aiohttp.ClientTimeout(total=0.05))

    async def wait(_: web.Request) -> web.Response:
        """Answer late."""
        await asyncio.sleep(0.3)
        return web.Response()

    account.server.replies += [wait] * 3
    with pytest.raises(Unreachable):
        await account.provider.profile()


async def test_nothing_listens() -> None:
    """A refused connection is Unreachable too."""
    async with aiohttp.ClientSession() as session:
        async with scripted_server() as server:
            account = Account(server, session)
        with pytest.raises(Unreachable):
            await account.provider.profile()


async def test_a_long_pause(account: Account) -> None:
    """It is told at once, and nothing more is sent, of whatever kind."""
    account.server.text("", status=429, headers={"Retry-After": "43200"})
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await account.provider.profile()
        assert caught.value.until == NOON + 43_200
    with pytest.raises(RateLimited):
        await account.provider.add_favorites(["1"])
    assert len(account.server.seen) == 1


async def test_a_pause_told_in_a_good_answer(account: Account) -> None:
    """The body's code counts as a status does."""
    account.server.json({"status": "error", "code": 429}, headers={"Retry-After": "3"})
    account.server.json({"id": 5})
    await account.provider.profile()
    assert account.time.slept == [3]


async def test_nothing_secret_is_logged(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in what is understood nor in what is not."""
    caplog.set_level("DEBUG")
    account.server.json(favorites(None))
    await account.provider.favorites_page(0)
    account.server.json(favorites(None))
    await account.provider.search_tracks("x")
    account.server.text("", status=401)
    with pytest.raises(SignInNeeded):
        await account.provider.profile()
    assert caplog.text.count("make no sense") == 2
    assert TOKEN not in caplog.text
