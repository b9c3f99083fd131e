"""How the Qobuz stand-in reads requests and words replies: parameters, errors and pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from .control import Answer

type Json = dict[str, Any]

BASE = "/api.json/0.2"
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
MOST_A_PAGE = 500


def refusal(status: int, message: str) -> Answer:
    """Word an error as Qobuz does."""
    return Answer(status, {"status": "error", "code": status, "message": message})


def done() -> web.Response:
    """Answer a write that has nothing to tell."""
    return web.json_response({"status": "success"})


class Parameters:
    """A request's parameters, all of them text; each reader refuses with 400 what makes no sense."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Keep the texts."""
        self.values = values

    def text(self, name: str) -> str:
        """Give a text that must be there."""
        if not (text := self.values.get(name, "").strip()):
            raise refusal(400, f"Invalid or missing {name} parameter")
        return text

    def optional(self, name: str) -> str | None:
        """Give a text, or None where it was not sent."""
        return self.values.get(name)

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """Give one of a few texts, or None where it was not sent."""
        if (text := self.values.get(name)) and text not in choices:
            raise refusal(400, f"Invalid {name} parameter")
        return text or None

    def number(self, name: str, default: int | None, least: int) -> int:
        """Give a whole number of at least `least`; one without a default must be there."""
        text = self.values.get(name, "" if default is None else str(default))
        if not text.isdecimal() or int(text) < least:
            raise refusal(400, f"Invalid or missing {name} parameter")
        return int(text)

    def boolean(self, name: str, default: bool) -> bool:
        """Give a boolean, which is sent as a word or a digit."""
        if (text := self.values.get(name)) is None:
            return default
        if text not in BOOLEANS:
            raise refusal(400, f"Invalid {name} parameter")
        return BOOLEANS[text]

    def items(self, name: str) -> list[str]:
        """Give a comma list's items; an empty one has none."""
        return [item.strip() for item in self.values.get(name, "").split(",") if item.strip()]


async def form_texts(request: web.Request) -> dict[str, str]:
    """Read the texts of a form body; any other body has none."""
    if request.method != "POST":
        return {}
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


async def sent(request: web.Request) -> Parameters:
    """Read the parameters where they belong: a POST's in its form body, a GET's in its address."""
    return Parameters(await form_texts(request) if request.method == "POST" else dict(request.query))


def page[T](
    parameters: Parameters,
    rows: Sequence[T],
    spell: Callable[[T], Json | None],
    switches: Mapping[str, Any],
    default: int = 50,
) -> Json:
    """Cut a page: at most 500 rows, or what the switch `page_cap` says, whatever was asked for."""
    asked, offset = parameters.number("limit", default, 1), parameters.number("offset", 0, 0)
    limit = min(asked, switches["page_cap"] or MOST_A_PAGE, MOST_A_PAGE)
    drift = switches["total_drift"] if offset else 0
    return {
        "offset": offset,
        "limit": asked if switches["echo_asked_limit"] else limit,
        "total": max(0, len(rows) + drift),
        "items": [spell(row) for row in rows[offset : offset + limit]],
    }
