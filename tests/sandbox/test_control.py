"""The stand-ins' shared core: control over HTTP, faults, the log and the clock."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, ClassVar, override

import aiohttp
from aiohttp import web
import pytest

from sandbox.control import Answer, BadControl, Running, StandIn, serve


class Echo(StandIn):
    """A service with one number, which can be read and written."""

    default_switches: ClassVar[Mapping[str, Any]] = {"loud": False, "factor": 1, "name": "x", "extra": None, "odd": "a"}
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {"odd": ("a", "b")}
    number = 0

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Give the number's routes, and one that refuses."""
        return [web.get("/number", self._get), web.post("/number", self._post), web.get("/refuse", self._refuse)]

    @override
    def reset_state(self) -> None:
        """Put the number back."""
        self.number = 0

    @override
    def state(self) -> dict[str, Any]:
        """Tell the number."""
        return {"number": self.number}

    @override
    def change_state(self, change: dict[str, Any]) -> None:
        """Set the number."""
        if "number" not in change:
            raise BadControl("send a number")
        self.number = change["number"]

    async def _get(self, _request: web.Request) -> web.Response:
        """Tell the number, at some length."""
        return web.json_response({"number": self.number, "padding": "x" * 100})

    async def _post(self, _request: web.Request) -> web.Response:
        """Raise the number by one."""
        self.number += 1
        return web.json_response(self.state())

    async def _refuse(self, request: web.Request) -> web.Response:
        """Refuse in text or JSON."""
        raise Answer(418, "teapot" if "text" in request.query else {"pot": "tea"}, {"X-Pot": "1"})


@pytest.fixture
async def echo() -> AsyncIterator[Running]:
    """Run the echo service."""
    async with await serve(Echo(clock=lambda: 1000.0)) as running:
        yield running


@pytest.fixture
async def http(echo: Running) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session on the echo service."""
    async with aiohttp.ClientSession(echo.url) as session:
        yield session


async def add_fault(http: aiohttp.ClientSession, **spec: Any) -> None:
    """Add a fault over HTTP."""
    async with http.post("/_sandbox/faults", json=spec) as reply:
        assert reply.status == 201, await reply.text()


async def statuses(http: aiohttp.ClientSession, count: int, path: str = "/number") -> list[int]:
    """Read a path some times."""
    found = []
    for _ in range(count):
        async with http.get(path) as reply:
            found.append(reply.status)
    return found


async def test_switches_are_read_and_set(http: aiohttp.ClientSession, echo: Running) -> None:
    """A switch that is set is told back, and the service has it."""
    async with http.patch("/_sandbox/switches", json={"loud": True, "factor": 1.5, "extra": [1], "odd": "b"}) as reply:
        assert reply.status == 200
    async with http.get("/_sandbox/switches") as reply:
        assert await reply.json() == {"loud": True, "factor": 1.5, "name": "x", "extra": [1], "odd": "b"}
    assert echo.stand_in.switches["loud"] is True


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"volume": 1}, "factor, loud, name"),
        ({"loud": 1}, "False"),
        ({"factor": True}, "1"),
        ({"factor": "1"}, "1"),
        ({"name": 3}, "'x'"),
        ({"odd": "c"}, "'a', 'b'"),
        ({"name": "y", "volume": 1}, "unknown switch volume"),
    ],
)
async def test_a_bad_switch_is_refused_whole(http: aiohttp.ClientSession, change: dict[str, Any], hint: str) -> None:
    """Unknown names and wrong types answer 400 with what would do, and nothing is set."""
    async with http.patch("/_sandbox/switches", json=change) as reply:
        assert reply.status == 400
        assert hint in (await reply.json())["error"]
    async with http.get("/_sandbox/switches") as reply:
        assert (await reply.json())["name"] == "x"


async def test_the_log_tells_requests_without_secrets(http: aiohttp.ClientSession) -> None:
    """The log has method, path, query, status and time; control requests are not in it, tokens neither."""
    await statuses(http, 1, "/number?user_auth_token=s3cret&limit=5")
    await statuses(http, 1, "/nowhere")
    await statuses(http, 1, "/refuse")
    async with http.get("/_sandbox/requests") as reply:
        text, log = await reply.text(), await reply.json()
    assert "s3cret" not in text
    assert log[0] == {
        "method": "GET",
        "path": "/number",
        "query": {"user_auth_token": "**", "limit": "5"},
        "status": 200,
        "at": 1000.0,
    }
    assert [entry["status"] for entry in log] == [200, 404, 418]
    async with http.delete("/_sandbox/requests") as reply:
        assert await reply.json() == []
    async with http.get("/_sandbox/requests") as reply:
        assert await reply.json() == []


async def test_an_answer_raised_is_sent(http: aiohttp.ClientSession) -> None:
    """A raised answer is JSON or text, with its headers."""
    async with http.get("/refuse") as reply:
        assert (reply.status, await reply.json(), reply.headers["X-Pot"]) == (418, {"pot": "tea"}, "1")
    async with http.get("/refuse?text=1") as reply:
        assert (reply.status, await reply.text()) == (418, "teapot")


async def test_state_is_read_changed_and_reset(http: aiohttp.ClientSession, echo: Running) -> None:
    """A change of state is carried out, a senseless one refused, a reset puts everything back."""
    async with http.patch("/_sandbox/state", json={"number": 7}) as reply:
        assert await reply.json() == {"number": 7}
    async with http.patch("/_sandbox/state", json={"colour": 7}) as reply:
        assert (reply.status, await reply.json()) == (400, {"error": "send a number"})
    async with http.get("/_sandbox/state") as reply:
        assert await reply.json() == {"number": 7}
    await add_fault(http, fault={"kind": "status", "status": 500})
    echo.stand_in.switch(loud=True)
    echo.stand_in.advance(5)
    await statuses(http, 1)
    async with http.post("/_sandbox/reset") as reply:
        assert await reply.json() == {"number": 0}
    assert (echo.stand_in.switches["loud"], echo.stand_in.requests, echo.stand_in.now()) == (False, [], 1000.0)
    assert await statuses(http, 1) == [200]


async def test_the_clock_moves_on(http: aiohttp.ClientSession, echo: Running) -> None:
    """Advancing the clock shows in the stand-in's time; anything else is refused."""
    async with http.post("/_sandbox/clock", json={"advance": 90}) as reply:
        assert await reply.json() == {"now": 1090.0}
    assert echo.stand_in.now() == 1090.0
    async with http.post("/_sandbox/clock", json={"set": 90}) as reply:
        assert reply.status == 400


@pytest.mark.parametrize(
    ("data", "hint"), [("nonsense", "not JSON"), ("[1]", "not a JSON object"), (b"\xff", "not JSON")]
)
async def test_a_control_body_must_be_an_object(http: aiohttp.ClientSession, data: str | bytes, hint: str) -> None:
    """A body that is no JSON object answers 400."""
    async with http.patch("/_sandbox/switches", data=data) as reply:
        assert reply.status == 400
        assert hint in (await reply.json())["error"]


async def test_a_fault_lets_some_through_then_hits_some(http: aiohttp.ClientSession) -> None:
    """`after` and `times` bound a fault, and the list tells how often it hit."""
    await add_fault(http, path="^/num", method="get", after=2, times=2, fault={"kind": "status", "status": 503})
    async with http.post("/number") as reply:
        assert reply.status == 200
    assert await statuses(http, 1, "/refuse") == [418]
    assert await statuses(http, 5) == [200, 200, 503, 503, 200]
    async with http.get("/_sandbox/faults") as reply:
        (fault,) = await reply.json()
    assert (fault["seen"], fault["fired"], fault["method"]) == (5, 2, "GET")
    async with http.delete("/_sandbox/faults") as reply:
        assert await reply.json() == []


async def test_a_fault_without_times_stays_until_deleted(http: aiohttp.ClientSession) -> None:
    """Without `times` a fault hits until it is deleted; of several the first hits."""
    await add_fault(http, fault={"kind": "status", "status": 500})
    await add_fault(http, fault={"kind": "status", "status": 502})
    assert await statuses(http, 3) == [500, 500, 500]
    async with http.delete("/_sandbox/faults"):
        pass
    assert await statuses(http, 1) == [200]


async def test_a_status_fault_has_headers_and_a_body(http: aiohttp.ClientSession) -> None:
    """Text goes as text, anything else as JSON."""
    limit = {"kind": "status", "status": 429, "headers": {"Retry-After": "7"}, "body": {"error": 1}}
    await add_fault(http, times=1, fault=limit)
    await add_fault(http, times=1, fault=limit | {"body": "Too many requests"})
    async with http.get("/number") as reply:
        assert (reply.status, reply.headers["Retry-After"], await reply.json()) == (429, "7", {"error": 1})
    async with http.get("/number") as reply:
        assert (reply.content_type, await reply.text()) == ("text/plain", "Too many requests")


async def test_html_and_another_body(http: aiohttp.ClientSession) -> None:
    """A gateway's HTML page, and a 200 with whatever one likes."""
    await add_fault(http, times=1, fault={"kind": "html", "status": 502})
    await add_fault(http, times=1, fault={"kind": "body", "body": {"number": None}})
    async with http.get("/number") as reply:
        assert (reply.status, reply.content_type) == (502, "text/html")
    async with http.get("/number") as reply:
        assert (reply.status, await reply.json()) == (200, {"number": None})


async def test_a_late_reply_is_a_whole_one(http: aiohttp.ClientSession) -> None:
    """A delay outlasts a short time-out, and then answers as always."""
    await add_fault(http, fault={"kind": "delay", "seconds": 0.2})
    with pytest.raises(TimeoutError):
        async with http.get("/number", timeout=aiohttp.ClientTimeout(total=0.05)):
            pass
    assert await statuses(http, 1) == [200]


async def test_a_reset_does_nothing_a_lost_reply_does(http: aiohttp.ClientSession, echo: Running) -> None:
    """Both close the connection without a reply, but only the latter carries the request out."""
    for kind, number in (("reset", 0), ("lost_reply", 1)):
        await add_fault(http, times=1, fault={"kind": kind})
        with pytest.raises(aiohttp.ClientConnectionError):
            async with http.post("/number"):
                pass
        assert echo.stand_in.state() == {"number": number}
    assert [entry["status"] for entry in echo.stand_in.requests] == [None, None]
    assert await statuses(http, 1) == [200]


async def test_a_cut_reply(http: aiohttp.ClientSession) -> None:
    """A reply may break off before its announced end, or be half a JSON text."""
    await add_fault(http, times=1, fault={"kind": "truncate"})
    await add_fault(http, times=1, fault={"kind": "truncate", "content_length": "cut"})
    async with http.get("/number") as reply:
        assert reply.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()
    async with http.get("/number") as reply:
        assert (reply.status, reply.content_type) == (200, "application/json")
        with pytest.raises(ValueError, match="Unterminated"):
            await reply.json()


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ({"fault": {"kind": "fire"}}, "status, delay, reset, truncate, html, lost_reply, body"),
        ({}, "kind"),
        ({"fault": {"kind": "status"}}, "needs status"),
        ({"fault": {"kind": "status", "status": 42}}, "200 to 599"),
        ({"fault": {"kind": "status", "status": 429, "headers": {"Retry-After": 1}}}, "texts"),
        ({"fault": {"kind": "reset", "status": 500}}, "has no status"),
        ({"fault": {"kind": "delay", "seconds": -1}}, "seconds"),
        ({"fault": {"kind": "truncate", "content_length": "half"}}, "full"),
        ({"fault": {"kind": "reset"}, "path": "("}, "regular expression"),
        ({"fault": {"kind": "reset"}, "path": 3}, "regular expression"),
        ({"fault": {"kind": "reset"}, "after": -1}, "after"),
        ({"fault": {"kind": "reset"}, "times": 0}, "times"),
        ({"fault": {"kind": "reset"}, "method": 1}, "method"),
        ({"fault": {"kind": "reset"}, "when": 1}, "unknown keys ['when']"),
    ],
)
async def test_a_bad_fault_is_refused(http: aiohttp.ClientSession, spec: dict[str, Any], hint: str) -> None:
    """A fault that makes no sense answers 400 with what to change, and is not kept."""
    async with http.post("/_sandbox/faults", json=spec) as reply:
        assert reply.status == 400
        assert hint in (await reply.json())["error"]
    async with http.get("/_sandbox/faults") as reply:
        assert await reply.json() == []


async def test_a_fault_can_be_added_in_code(http: aiohttp.ClientSession, echo: Running) -> None:
    """Tests in the same process add faults without HTTP, checked just the same."""
    echo.stand_in.add_fault({"kind": "status", "status": 500}, path="/number", times=1)
    assert await statuses(http, 2) == [500, 200]
    with pytest.raises(BadControl, match="fault is an object"):
        echo.stand_in.add_fault({})


async def test_a_taken_port_is_an_error(echo: Running) -> None:
    """Two stand-ins cannot have one port."""
    with pytest.raises(OSError, match="address"):
        await serve(Echo(), port=int(echo.url.rpartition(":")[2]))
