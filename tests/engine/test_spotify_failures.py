"""Tests of what the Spotify provider makes of failures, on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
import logging
import threading
from typing import Any

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

from .fake_time import NOON
from .scripted_server import scripted_server
from .spotify_account import Account, page, row, track


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server:
        account = Account(server)
        yield account
        await account.provider.close()


@pytest.mark.parametrize(("status", "error"), [(400, Rejected), (403, AccessDenied), (404, NotFound), (418, Rejected)])
@pytest.mark.parametrize("body", ["plain", {"error": "text"}, {"error": {"message": "no"}}, [], None])
async def test_refusals(account: Account, status: int, error: type[ServiceError], body: Any) -> None:
    """They are told by their status, whatever the body, after one request; their text names no address."""
    if body == "plain":
        account.server.text(body, status=status)
    else:
        account.server.json(body, status=status)
    with pytest.raises(error) as caught:
        await account.provider.favorites_page(0)
    assert len(account.server.seen) == 1
    assert account.server.url not in str(caught.value)


async def test_a_server_error_is_tried_again(account: Account) -> None:
    """Twice, after a short pause."""
    account.server.text("<html>Bad gateway", status=502)
    account.server.hang_up()
    account.server.json(page(row(track())))
    assert (await account.provider.favorites_page(0)).rows == 1
    assert account.time.slept == [1, 3]
    assert account.gate.state.used == 3


@pytest.mark.parametrize("kind", ["status", "html", "hang_up", "string", "deep"])
async def test_an_unreachable_service(account: Account, kind: str) -> None:
    """After three tries it is told."""
    for _ in range(4):
        match kind:
            case "status":
                account.server.json({"error": {"status": 503, "message": "x"}}, status=503)
            case "html":
                account.server.text("<html>")
            case "hang_up":
                account.server.hang_up()
            case "string":
                account.server.json({"error": "broken"}, status=500)
            case _:
                account.server.text("[" * 200_000)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)
    assert len(account.server.replies) == 1


async def test_a_defect_of_the_client_is_no_answer(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AttributeError that no HTTP error stands behind."""

    def stumble(**_: Any) -> None:
        """Fail as spotipy does."""
        raise AttributeError("message")

    monkeypatch.setattr(account.provider._client, "current_user_saved_tracks", stumble)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


async def test_a_slow_service(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for for ever."""
    monkeypatch.setattr(account.provider._client, "requests_timeout", 0.05)

    async def wait(_: web.Request) -> web.Response:
        """Answer late."""
        await asyncio.sleep(0.3)
        return web.Response()

    account.server.replies += [wait] * 3
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


async def test_nothing_listens() -> None:
    """A refused connection is Unreachable too."""
    async with scripted_server() as server:
        account = Account(server)
    with pytest.raises(Unreachable):
        await account.provider.profile()


async def test_an_expired_token_is_renewed_once(account: Account) -> None:
    """Mid-page, and the page is then read."""
    account.server.json({"error": {"status": 401, "message": "The access token expired"}}, status=401)
    account.server.json(page(row(track())))
    assert (await account.provider.favorites_page(0)).rows == 1
    assert account.tokens.refused == ["secret-1"]
    assert account.authorizations == ["Bearer secret-1", "Bearer secret-2"]
    assert account.gate.state.used == 2


@pytest.mark.parametrize("body", [{"error": "invalid_token"}, {"error": {"message": "no"}}])
async def test_a_new_token_refused_is_no_reason_to_sign_in(account: Account, body: dict[str, Any]) -> None:
    """One renewal, then the service is taken as unreachable; no text tells a token."""
    for _ in range(3):
        account.server.json(body, status=401)
    with pytest.raises(Unreachable) as caught:
        await account.provider.favorites_page(0)
    assert len(account.server.seen) == 2
    assert account.tokens.refused == ["secret-1"]
    assert "secret" not in str(caught.value)


async def test_sign_in_is_needed_where_the_token_source_says_so(account: Account) -> None:
    """Only it knows."""
    account.tokens.error = SignInNeeded("revoked")
    account.server.json({"error": {"status": 401}}, status=401)
    with pytest.raises(SignInNeeded):
        await account.provider.favorites_page(0)


@pytest.mark.parametrize("body", ["Too many requests", {"error": "slow"}, {"error": {"reason": "QUOTA_EXCEEDED"}}])
async def test_a_short_pause(account: Account, body: Any) -> None:
    """It is waited out to the second, whatever the body looks like."""
    if isinstance(body, str):
        account.server.text(body, status=429, headers={"Retry-After": "7"})
    else:
        account.server.json(body, status=429, headers={"Retry-After": "7"})
    account.server.json(page())
    await account.provider.favorites_page(0)
    assert account.time.slept == [7]


async def test_a_long_pause(account: Account) -> None:
    """It is told at once, and nothing more is sent, no token asked for."""
    account.server.json({"error": {"status": 429}}, status=429, headers={"Retry-After": "43200"})
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await account.provider.favorites_page(0)
        assert caught.value.until == NOON + 43_200
    assert len(account.server.seen) == 1


async def test_a_pause_of_unknown_length(account: Account) -> None:
    """Half a minute."""
    account.server.text("", status=429)
    account.server.json({"id": "me"})
    await account.provider.profile()
    assert account.time.slept == [30]


async def test_nothing_of_it_is_logged(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """Neither token nor address, even with spotipy's debug log on; other users of spotipy keep theirs."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="spotipy.client")
    account.server.json({"error": {"message": "no"}}, status=403)
    with pytest.raises(AccessDenied):
        await account.provider.profile()
    account.server.json(page(row(track()), None))
    await account.provider.favorites_page(0)
    assert "secret" not in caplog.text
    assert "spotipy" not in {record.name.partition(".")[0] for record in caplog.records}
    assert "make no sense" in caplog.text
    logging.getLogger("spotipy.client").debug("somebody else's")
    assert "somebody else's" in caplog.text


async def test_requests_never_overlap_even_when_cancelled(account: Account) -> None:
    """A cancelled request goes on in its thread, and the next one waits for its end."""
    arrived, answer = asyncio.Event(), asyncio.Event()
    under_way = [0, 0]

    async def hold(_: web.Request) -> web.Response:
        """Answer when told to."""
        under_way[0] += 1
        under_way[1] = max(under_way)
        arrived.set()
        await answer.wait()
        under_way[0] -= 1
        return web.json_response(page())

    account.server.replies += [hold, hold]
    first = asyncio.create_task(account.provider.favorites_page(0))
    await arrived.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(account.provider.favorites_page(0))
    await asyncio.sleep(0.05)
    assert len(account.server.seen) == 1
    answer.set()
    assert (await second).total == 0
    assert under_way == [0, 1]


async def test_requests_run_off_the_loop(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client never blocks the event loop."""
    threads: list[threading.Thread] = []

    def note() -> dict[str, str]:
        """Tell where it is called."""
        threads.append(threading.current_thread())
        return {"id": "me"}

    monkeypatch.setattr(account.provider._client, "me", note)
    await account.provider.profile()
    assert threads != [threading.current_thread()]
