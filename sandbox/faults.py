"""Faults that a stand-in can be told to have, whatever the service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import json
import re
from typing import Any

from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KINDS: Mapping[str, Mapping[str, bool]] = {
    "status": {"status": True, "headers": False, "body": False},
    "delay": {"seconds": True},
    "reset": {},
    "truncate": {"content_length": False},
    "html": {"status": True},
    "lost_reply": {},
    "body": {"body": True},
}
"""What a fault of each kind carries beside `kind`, and whether it must."""


class BadControl(ValueError):
    """A control request that cannot be followed; the message says what to change."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault for the requests whose method and path fit.

    `after` requests are let through first, then `times` are hit (None: all, until deleted).
    """

    method: str | None
    path: re.Pattern[str]
    after: int
    times: int | None
    fault: dict[str, Any]
    seen: int = 0
    fired: int = 0

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> Fault:
        """Build a fault from what was posted; BadControl says what is wrong with it."""
        if unknown := set(spec) - {"method", "path", "after", "times", "fault"}:
            raise BadControl(f"unknown keys {sorted(unknown)}; use method, path, after, times, fault")
        method, after, times = spec.get("method"), spec.get("after", 0), spec.get("times")
        if method is not None and not isinstance(method, str):
            raise BadControl("method is a name such as GET, or null for all")
        if not _is_count(after):
            raise BadControl("after is a whole number of requests, 0 or more")
        if times is not None and (not _is_count(times) or times == 0):
            raise BadControl("times is a whole number of requests, 1 or more, or null for all")
        try:
            path = re.compile(spec.get("path", ""))
        except (re.error, TypeError) as error:
            raise BadControl(f"path is a regular expression searched for in the path: {error}") from error
        fault = _checked(spec.get("fault"))
        return cls(method=method and method.upper(), path=path, after=after, times=times, fault=fault)

    def to_json(self) -> dict[str, Any]:
        """Tell the fault as it was posted, with the matching requests seen and the ones hit."""
        return {
            "method": self.method,
            "path": self.path.pattern,
            "after": self.after,
            "times": self.times,
            "fault": self.fault,
            "seen": self.seen,
            "fired": self.fired,
        }

    def is_due(self, method: str, path: str) -> bool:
        """Count a request where it fits, and tell whether it is to be hit."""
        if (self.method is not None and self.method != method) or self.path.search(path) is None:
            return False
        self.seen += 1
        return self.seen > self.after and (self.times is None or self.fired < self.times)

    async def apply(self, request: web.Request, answer: Handler) -> web.StreamResponse | None:
        """Answer the request as the fault has it; None where the connection was closed without a reply."""
        self.fired += 1
        match self.fault:
            case {"kind": "status", "status": status, **rest}:
                return _reply(status, rest.get("body", ""), rest.get("headers"))
            case {"kind": "html", "status": status}:
                page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
                return web.Response(status=status, text=page, content_type="text/html")
            case {"kind": "body", "body": body}:
                return _reply(200, body)
            case {"kind": "delay", "seconds": seconds}:
                await asyncio.sleep(seconds)
                return await answer(request)
            case {"kind": "truncate", **rest}:
                return await _cut(request, await answer(request), full_length=rest.get("content_length") != "cut")
            case {"kind": "lost_reply"}:
                await answer(request)
        hang_up(request)
        return None


def hang_up(request: web.Request) -> None:
    """Close the connection at once, without a reply."""
    if request.transport is not None:
        request.transport.abort()


def _is_count(value: object) -> bool:
    """Tell whether a value is a whole number, 0 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _checked(fault: Any) -> dict[str, Any]:
    """Check the inner part of a fault, which says what happens."""
    if not isinstance(fault, dict) or fault.get("kind") not in KINDS:
        raise BadControl(f"fault is an object whose kind is one of {', '.join(KINDS)}")
    kind = fault["kind"]
    if missing := [key for key, needed in KINDS[kind].items() if needed and key not in fault]:
        raise BadControl(f"a fault of kind {kind} needs {', '.join(missing)}")
    if unknown := set(fault) - {"kind"} - set(KINDS[kind]):
        raise BadControl(f"a fault of kind {kind} has no {', '.join(sorted(unknown))}")
    status, seconds, headers = fault.get("status", 200), fault.get("seconds", 0), fault.get("headers", {})
    if not _is_count(status) or not 200 <= status <= 599:
        raise BadControl("status is a number from 200 to 599")
    if not isinstance(seconds, int | float) or seconds < 0:
        raise BadControl("seconds is a number, 0 or more")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise BadControl("headers is an object of texts")
    if fault.get("content_length", "full") not in {"full", "cut"}:
        raise BadControl("content_length is full (the reply breaks off) or cut (the JSON does)")
    return fault


def _reply(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """Make a reply of plain text, or of JSON where the body is anything else."""
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    return web.json_response(body, status=status, headers=headers, dumps=json.dumps)


async def _cut(request: web.Request, reply: web.StreamResponse, *, full_length: bool) -> web.StreamResponse:
    """Send half of a reply's body: announcing all of it and breaking off, or as if it were all."""
    whole = reply.body if isinstance(reply, web.Response) and isinstance(reply.body, bytes) else b""
    half = whole[: len(whole) // 2]
    if not full_length:
        return web.Response(status=reply.status, body=half, content_type=reply.content_type)
    broken = web.StreamResponse(status=reply.status, headers={"Content-Type": reply.content_type})
    broken.content_length = len(whole)
    await broken.prepare(request)
    await broken.write(half)
    if request.transport is not None:
        request.transport.close()
    return broken
