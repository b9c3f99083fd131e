"""A web server on a real socket that answers as it is told."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]


type Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class ScriptedServer:
    """Gives the replies that were queued, one a request, and then 599; keeps what it was asked."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def json(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Queue a JSON reply."""

        async def reply(_: web.Request) -> web.Response:
            """Send it."""
            return web.json_response(body, status=status, headers=headers)

        self.replies.append(reply)

    def text(self, body: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Queue a reply that is no JSON."""

        async def reply(_: web.Request) -> web.Response:
            """Send it."""
            return web.Response(text=body, status=status, headers=headers, content_type="text/html")

        self.replies.append(reply)

    def hang_up(self) -> None:
        """Queue a connection closed without a reply."""

        async def reply(request: web.Request) -> web.Response:
            """Close it."""
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

        self.replies.append(reply)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request with the next reply."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.seen.append(
            Seen(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers=dict(request.headers),
                form=form,
            )
        )
        if not self.replies:
            return web.Response(status=599)
        return await self.replies.pop(0)(request)


@asynccontextmanager
async def scripted_server() -> AsyncGenerator[ScriptedServer]:
    """Run a scripted server."""
    script = ScriptedServer(url="")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.handle)
    async with TestServer(app) as server:
        script.url = str(server.make_url("/"))
        yield script
