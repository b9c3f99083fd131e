"""Home Assistant's public API, as its own frontend uses it: REST, websocket and flows."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Self

import aiohttp

from .child import Child
from .problem import Problem

START_TIMEOUT = 300.0
"""Seconds until Home Assistant answers; its very first start compiles thousands of files."""

CALL_TIMEOUT = 60.0
"""Seconds for everything but actions."""

FLOWS = {
    "config": "/api/config/config_entries/flow",
    "options": "/api/config/config_entries/options/flow",
    "subentry": "/api/config/config_entries/subentries/flow",
}

type Json = dict[str, Any]


class Client:
    """A signed-in administrator."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        """Keep the address (no slash at its end) and a session."""
        self.url = url
        self._session = session
        self._headers: dict[str, str] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._last_id = 0

    async def wait_until_up(self, server: Child) -> None:
        """Wait until the server answers."""
        deadline = asyncio.get_running_loop().time() + START_TIMEOUT
        while True:
            server.check()
            if asyncio.get_running_loop().time() > deadline:
                raise Problem(f"Home Assistant did not answer within {START_TIMEOUT:.0f} seconds")
            try:
                async with self._session.get(f"{self.url}/api/onboarding") as response:
                    if response.status == HTTPStatus.OK:
                        return
            except aiohttp.ClientError, TimeoutError:
                pass
            await asyncio.sleep(0.2)

    async def create_first_user(self, name: str, username: str, password: str) -> None:
        """Create the owner, which ends onboarding, and sign in."""
        client_id = f"{self.url}/"
        user = {"name": name, "username": username, "password": password, "client_id": client_id, "language": "en"}
        code = (await self._json("POST", "/api/onboarding/users", json=user))["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, "client_id": client_id}
        token = (await self._json("POST", "/auth/token", data=grant))["access_token"]
        # Without the `my` integration, OAuth's redirect address is made from the second one.
        self._headers = {"Authorization": f"Bearer {token}", "HA-Frontend-Base": self.url}
        self._socket = await self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0)
        await self._socket.receive_json(timeout=CALL_TIMEOUT)
        await self._socket.send_json({"type": "auth", "access_token": token})
        if (answer := await self._socket.receive_json(timeout=CALL_TIMEOUT))["type"] != "auth_ok":
            raise Problem(f"Home Assistant refused its own new user: {answer}")

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command and give its result."""
        if self._socket is None:
            raise Problem("not signed in")
        self._last_id += 1
        await self._socket.send_json({"id": self._last_id, "type": kind, **fields})
        while (answer := await self._socket.receive_json(timeout=CALL_TIMEOUT)).get("id") != self._last_id:
            pass
        if not answer["success"]:
            raise Problem(f"Home Assistant refused {kind}: {answer['error']['message']}")
        return answer["result"]

    async def wait_until_running(self, server: Child) -> None:
        """Wait until everything has started."""
        deadline = asyncio.get_running_loop().time() + START_TIMEOUT
        while (await self.command("get_config"))["state"] != "RUNNING":
            server.check()
            if asyncio.get_running_loop().time() > deadline:
                raise Problem(f"Home Assistant was not through with its start after {START_TIMEOUT:.0f} seconds")
            await asyncio.sleep(0.2)

    async def state(self, entity_id: str) -> Json:
        """Give an entity's state and attributes."""
        return await self._json("GET", f"/api/states/{entity_id}")

    async def action(self, name: str, seconds: float, **fields: Any) -> Json:
        """Run an action of Music Sync and give its response; Problem after `seconds` without."""
        path = f"/api/services/music_sync/{name}?return_response"
        answer = await self._json("POST", path, json=fields, seconds=seconds)
        response: Json = answer["service_response"]
        return response

    async def start_flow(self, kind: str, handler: str | list[str]) -> Json:
        """Start a config, options or subentry flow."""
        return await self._json("POST", FLOWS[kind], json={"handler": handler})

    async def continue_flow(self, kind: str, flow_id: str, answer: Json | None = None) -> Json:
        """Answer a flow's step; without an answer, see where it is."""
        method = "GET" if answer is None else "POST"
        return await self._json(method, f"{FLOWS[kind]}/{flow_id}", json=answer)

    async def visit(self, url: str) -> None:
        """Open a page as a browser would, redirects included."""
        async with self._session.get(url, timeout=aiohttp.ClientTimeout(CALL_TIMEOUT)) as response:
            if response.status != HTTPStatus.OK:
                raise Problem(f"{response.url.with_query(None)} answered {response.status}: {await response.text()}")

    async def close(self) -> None:
        """Close the websocket."""
        if self._socket is not None:
            await self._socket.close()

    async def __aenter__(self) -> Self:
        """Use it in `async with`."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the websocket."""
        await self.close()

    async def _json(
        self,
        method: str,
        path: str,
        *,
        json: Json | None = None,
        data: Mapping[str, str] | None = None,
        seconds: float = CALL_TIMEOUT,
    ) -> Json:
        """Make a request whose answer is a JSON object."""
        limit = aiohttp.ClientTimeout(seconds)
        try:
            async with self._session.request(
                method, self.url + path, json=json, data=data, headers=self._headers, timeout=limit
            ) as response:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise Problem(
                        f"{method} {path.partition('?')[0]} answered {response.status}: {await response.text()}"
                    )
                answer: Json = await response.json()
        except TimeoutError as error:
            raise Problem(f"{method} {path.partition('?')[0]} was not answered within {seconds:.0f} seconds") from error
        return answer
