"""The demo's client of Home Assistant, where Home Assistant does not do what it should."""

from collections.abc import AsyncIterator
import os
from pathlib import Path
import sys

import aiohttp
from aiohttp import web
import pytest

from sandbox.demo import client as module
from sandbox.demo.accounts import add_spotify
from sandbox.demo.child import running
from sandbox.demo.client import Client
from sandbox.demo.problem import Problem


async def refuse(_: web.Request) -> web.Response:
    """Refuse a request, with a reason."""
    return web.Response(status=400, text="the reason")


async def greet(_: web.Request) -> web.Response:
    """Let a first user in."""
    return web.json_response({"auth_code": "code", "access_token": "token"})


class Socket:
    """A websocket that says what it is told to, whatever it is asked."""

    def __init__(self, *answers: dict[str, object]) -> None:
        """Keep the answers, in their order."""
        self.answers = answers

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Send all answers and wait for the other side to close."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for answer in self.answers:
            await socket.send_json(answer)
        async for _ in socket:
            pass
        return socket


GREETING: dict[str, object] = {"type": "auth_required"}
WELCOME: dict[str, object] = {"type": "auth_ok"}


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def runner() -> AsyncIterator[web.AppRunner]:
    """Give a runner whose application has no routes yet."""
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.1)
    yield runner
    await runner.cleanup()


async def serve(runner: web.AppRunner, socket: Socket) -> str:
    """Serve a Home Assistant that lets users in, refuses actions, and has this websocket; gives its address."""
    runner.app.add_routes(
        [
            web.post("/api/onboarding/users", greet),
            web.post("/auth/token", greet),
            web.get("/api/websocket", socket.handle),
            web.post("/api/services/music_sync/run_sync", refuse),
            web.get("/page", refuse),
        ]
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_a_refused_action_gives_its_reason(session: aiohttp.ClientSession, runner: web.AppRunner) -> None:
    """The path and what Home Assistant said are in the error."""
    client = Client(await serve(runner, Socket()), session)
    with pytest.raises(Problem, match=r"run_sync answered 400: the reason"):
        await client.action("run_sync", 5, device_id="1")
    with pytest.raises(Problem, match=r"/page answered 400: the reason"):
        await client.visit(f"{client.url}/page?code=secret")


async def test_a_refused_command_gives_its_reason(session: aiohttp.ClientSession, runner: web.AppRunner) -> None:
    """Answers to other commands are passed over."""
    other: dict[str, object] = {"id": 99, "type": "event"}
    refused: dict[str, object] = {"id": 1, "success": False, "error": {"message": "the reason"}}
    async with Client(await serve(runner, Socket(GREETING, WELCOME, other, refused)), session) as client:
        await client.create_first_user("A", "a", "a")
        with pytest.raises(Problem, match=r"application_credentials/create: the reason"):
            await add_spotify(client)


async def test_a_user_who_is_not_let_in(session: aiohttp.ClientSession, runner: web.AppRunner) -> None:
    """A refusal on the websocket is told; and before, there is nobody to send commands."""
    async with Client(await serve(runner, Socket(GREETING, {"type": "auth_invalid"})), session) as client:
        with pytest.raises(Problem, match="not signed in"):
            await client.command("get_config")
        with pytest.raises(Problem, match="auth_invalid"):
            await client.create_first_user("A", "a", "a")


async def test_waiting_has_an_end(
    session: aiohttp.ClientSession, runner: web.AppRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Home Assistant that does not come up, or never finishes its start, is given up."""
    starting: dict[str, object] = {"id": 1, "success": True, "result": {"state": "STARTING"}}
    url = await serve(runner, Socket(GREETING, WELCOME, starting))
    monkeypatch.setattr(module, "START_TIMEOUT", -1.0)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    async with Client(url, session) as client, running("it", command, os.environ, tmp_path / "log") as server:
        with pytest.raises(Problem, match="did not answer"):
            await client.wait_until_up(server)
        await client.create_first_user("A", "a", "a")
        with pytest.raises(Problem, match="was not through with its start"):
            await client.wait_until_running(server)
