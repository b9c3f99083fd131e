"""What every stand-in shares: switches, faults, a request log, a clock, and their control over HTTP."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
import time
from types import TracebackType
from typing import Any, ClassVar, Self

from aiohttp import web

from .faults import BadControl, Fault, Handler

__all__ = ["Answer", "BadControl", "Handler", "Running", "StandIn", "serve"]

CONTROL = "/_sandbox/"
SECRETS = frozenset(
    {"access_token", "refresh_token", "user_auth_token", "token", "code", "client_secret", "password", "state"}
)
REDACTED = "**"


class Answer(Exception):
    """Raised anywhere in a handler to answer at once: `body` is sent as it is if text, else as JSON."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Keep what is to be answered."""
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, headers

    def response(self) -> web.Response:
        """Make the reply."""
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


class StandIn(ABC):
    """A service's stand-in: all its state is in this object, all its replies come from `routes`.

    A subclass gives `default_switches` (name to default; a switch keeps its default's type, where that is
    None any value goes), `choices` (the values a switch may have, where they are few), `routes`,
    `reset_state`, `state` and `change_state`; it may override `answer` to do something before every handler.
    """

    default_switches: ClassVar[Mapping[str, Any]] = {}
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {}

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with default switches, no faults, an empty log, and a clock in Unix seconds."""
        self.clock = clock
        self.advanced = 0.0
        self.switches: dict[str, Any] = deepcopy(dict(self.default_switches))
        self.faults: list[Fault] = []
        self.requests: list[dict[str, Any]] = []

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Give the service's routes."""

    @abstractmethod
    def reset_state(self) -> None:
        """Put the service's own state back to the world it was made from."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Tell the service's own state, as JSON."""

    @abstractmethod
    def change_state(self, change: dict[str, Any]) -> None:
        """Change the service's own state; BadControl where the change makes no sense."""

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one request of the service."""
        return await handler(request)

    def now(self) -> float:
        """Tell the stand-in's time, in Unix seconds."""
        return self.clock() + self.advanced

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock on."""
        self.advanced += seconds

    def reset(self) -> None:
        """Put everything back: state, switches, faults, log and clock."""
        self.switches = deepcopy(dict(self.default_switches))
        self.faults.clear()
        self.requests.clear()
        self.advanced = 0.0
        self.reset_state()

    def switch(self, **values: Any) -> None:
        """Set switches; BadControl for an unknown name or a value that does not fit, and then none is set."""
        for name, value in values.items():
            if name not in self.default_switches:
                raise BadControl(f"unknown switch {name}; there are {', '.join(sorted(self.default_switches))}")
            if name in self.choices and value not in self.choices[name]:
                raise BadControl(f"switch {name} is one of {', '.join(map(repr, self.choices[name]))}")
            if name not in self.choices and not _fits(value, self.default_switches[name]):
                raise BadControl(f"switch {name} has values like {self.default_switches[name]!r}")
        self.switches.update(values)

    def add_fault(
        self,
        fault: dict[str, Any],
        path: str = "",
        method: str | None = None,
        after: int = 0,
        times: int | None = None,
    ) -> None:
        """Add a fault, as `POST /_sandbox/faults` does."""
        spec = {"method": method, "path": path, "after": after, "times": times, "fault": fault}
        self.faults.append(Fault.from_json(spec))

    def application(self) -> web.Application:
        """Build the server's application: the service's routes and the control ones."""
        app = web.Application(middlewares=[self._middleware], client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.get(CONTROL + "switches", self._get_switches),
                web.patch(CONTROL + "switches", self._patch_switches),
                web.get(CONTROL + "faults", self._get_faults),
                web.post(CONTROL + "faults", self._post_fault),
                web.delete(CONTROL + "faults", self._delete_faults),
                web.get(CONTROL + "requests", self._get_requests),
                web.delete(CONTROL + "requests", self._delete_requests),
                web.post(CONTROL + "reset", self._post_reset),
                web.get(CONTROL + "state", self._get_state),
                web.patch(CONTROL + "state", self._patch_state),
                web.post(CONTROL + "clock", self._post_clock),
            ]
        )
        app.add_routes(self.routes())
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer control requests as they are; log the others and let faults have them."""
        if request.path.startswith(CONTROL):
            try:
                return await handler(request)
            except BadControl as error:
                return web.json_response({"error": str(error)}, status=400)
        entry: dict[str, Any] = {
            "method": request.method,
            "path": request.path,
            "query": {key: REDACTED if key in SECRETS else value for key, value in request.query.items()},
            "status": None,
            "at": self.now(),
        }
        self.requests.append(entry)

        async def answer(request: web.Request) -> web.StreamResponse:
            """Answer as the service does."""
            try:
                return await self.answer(request, handler)
            except Answer as error:
                return error.response()

        due = [fault for fault in self.faults if fault.is_due(request.method, request.path)]
        try:
            response = await due[0].apply(request, answer) if due else await answer(request)
        except web.HTTPException as error:
            entry["status"] = error.status
            raise
        if response is None:
            return web.Response()
        entry["status"] = response.status
        return response

    async def _get_switches(self, _request: web.Request) -> web.Response:
        """Tell all switches."""
        return web.json_response(self.switches)

    async def _patch_switches(self, request: web.Request) -> web.Response:
        """Set some switches."""
        self.switch(**await _object(request))
        return web.json_response(self.switches)

    async def _get_faults(self, _request: web.Request) -> web.Response:
        """Tell all faults, with how often each was hit."""
        return web.json_response([fault.to_json() for fault in self.faults])

    async def _post_fault(self, request: web.Request) -> web.Response:
        """Add a fault."""
        fault = Fault.from_json(await _object(request))
        self.faults.append(fault)
        return web.json_response(fault.to_json(), status=201)

    async def _delete_faults(self, _request: web.Request) -> web.Response:
        """Take all faults away."""
        self.faults.clear()
        return web.json_response([])

    async def _get_requests(self, _request: web.Request) -> web.Response:
        """Tell the service's requests so far; `status` is null where no reply was sent."""
        return web.json_response(self.requests)

    async def _delete_requests(self, _request: web.Request) -> web.Response:
        """Empty the log."""
        self.requests.clear()
        return web.json_response([])

    async def _post_reset(self, _request: web.Request) -> web.Response:
        """Put everything back."""
        self.reset()
        return web.json_response(self.state())

    async def _get_state(self, _request: web.Request) -> web.Response:
        """Tell the service's own state."""
        return web.json_response(self.state())

    async def _patch_state(self, request: web.Request) -> web.Response:
        """Change the service's own state."""
        self.change_state(await _object(request))
        return web.json_response(self.state())

    async def _post_clock(self, request: web.Request) -> web.Response:
        """Move the clock on."""
        match await _object(request):
            case {"advance": int() | float() as seconds, **rest} if not rest:
                self.advance(seconds)
                return web.json_response({"now": self.now()})
        raise BadControl('send {"advance": seconds}')


class Running:
    """A stand-in on its socket; `url` has no slash at its end."""

    def __init__(self, stand_in: StandIn, runner: web.AppRunner, url: str) -> None:
        """Keep what is needed to close it."""
        self.stand_in = stand_in
        self.url = url
        self._runner = runner

    async def close(self) -> None:
        """Close the socket and all connections."""
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Use it in `async with await serve(...)`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


async def serve(stand_in: StandIn, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Put a stand-in on a socket; port 0 takes a free one."""
    runner = web.AppRunner(stand_in.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0][1]
    return Running(stand_in, runner, f"http://{host}:{bound}")


async def _object(request: web.Request) -> dict[str, Any]:
    """Read a control request's body, which is a JSON object."""
    try:
        body = await request.json()
    except ValueError as error:
        raise BadControl("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadControl("the body is not a JSON object")
    return body


def _fits(value: Any, default: Any) -> bool:
    """Tell whether a switch may have a value, going by its default's type."""
    if default is None or value is default:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
