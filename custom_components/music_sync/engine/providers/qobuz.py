"""Qobuz: who is signed in, their favourite tracks, and the catalogue's search."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
import json
import logging
import re
import time
from typing import Any, Final, Literal, override
from uuid import uuid4

import aiohttp

from ..errors import AccessDenied, NotFound, Rejected, SignInNeeded, Unreachable
from ..model import Like, Page, Profile, Track, Unsyncable
from .capabilities import Identifies, SearchesTracks, WritesFavorites
from .edge import isrc as normalized_isrc, mapping, positive, text, truth, whole
from .gate import RateGate

_LOGGER = logging.getLogger(__name__)

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
_IDS_PAGE: Final = 5000
_ROUND: Final = 50
_FOUND_PAGE: Final = 50
_GOOD: Final = range(200, 300)
_REFUSALS: Final = range(400, 500)
_FIREWALL_BLOCK: Final = "3600"
"""Seconds to leave a firewall alone that does not say how long it blocks: it has been seen to for half a day."""
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
_ARTIST_ROLES: Final = frozenset({"mainartist", "featuredartist"})
_ROLE: Final = re.compile(
    r"(?:[A-Z][a-z]+){2,}"
    r"|(?i:.*\b(?:arranger|artist|author|bass|choir|composer|conductor|drums|engineer|ensemble|guitar|keyboards|lyricist"
    r"|mixer|orchestra|performer|personnel|piano|producer|programm(?:er|ing)|publisher|remixer|soloist|songwriter"
    r"|vocals?|vocalist|writer))"
)
"""What is a role in a credit rather than the rest of a name: words joined as in "ComposerLyricist", or a known end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One call of the API; a `form` makes it a POST."""

    path: str
    params: Mapping[str, str | int]
    form: Mapping[str, str] | None = None

    @property
    def method(self) -> Literal["GET", "POST"]:
        """How it is sent."""
        return "GET" if self.form is None else "POST"


class QobuzProvider(Identifies, WritesFavorites, SearchesTracks):
    """A Qobuz account: `user_auth_token` works only with the `app_id` that it was made for."""

    favorites_page_size = 500
    favorites_per_write = 50

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        user_auth_token: str,
        app_id: str,
        gate: RateGate,
        api_url: str = "https://www.qobuz.com/api.json/0.2",
    ) -> None:
        """Keep the credentials; nothing is sent. Only searches count against the gate's budget."""
        self._session = session
        self._user_auth_token = user_auth_token.strip()
        self._app_id = app_id.strip()
        self._gate = gate
        self._api_url = api_url.rstrip("/")

    @override
    async def profile(self) -> Profile:
        """Ask who is signed in; Rejected means that the app id is not accepted, SignInNeeded the token."""
        body = await self._ask(_Request(path="user/get", params={}), counted=False, repeatable=False)
        user = mapping(body.get("user")) or body
        identity = _identity(user.get("id"))
        if not identity:
            raise Unreachable("Qobuz's answer names no account")
        return Profile(id=identity, name=text(user.get("display_name")) or text(user.get("login")) or identity)

    @override
    async def favorites_page(self, offset: int) -> Page[Like]:
        """Return favourite tracks from `offset` on: at most 500, or as few as Qobuz chooses to send."""
        rows, total = await self._favorites(offset, self.favorites_page_size)
        likes = await asyncio.to_thread(_likes, rows)
        rejected = len(rows) - len(likes)
        if rejected:
            _LOGGER.debug("%d of %d favourites from row %d make no sense", rejected, len(rows), offset)
        return Page(items=likes, total=total, rows=len(rows), rejected=rejected)

    @override
    async def favorites_marker(self) -> str:
        """Return when the favourite tracks last changed; where Qobuz does not say, a text that is always new."""
        changes = mapping((await self._get("user/lastUpdate")).get("last_update"))
        for name in ("favorite_track", "favorite"):
            if (changed_at := whole(changes.get(name))) is not None:
                return f"{name}:{changed_at}"
        return f"unknown:{uuid4().hex}"

    @override
    async def favorite_ids(self) -> frozenset[str]:
        """Return the ids of all favourite tracks: one request, and one for every 500 where there are more than 5 000.

        The list of ids has an end that it does not tell of. A round number of ids may be that end: then the list of
        favourites says how many there are, and is read where there are more.
        """
        body = await self._get("favorite/getUserFavoriteIds", limit=_IDS_PAGE)
        ids = body.get("tracks")
        if not isinstance(ids, list):
            raise Unreachable("Qobuz's answer is no list of favourites")
        found = {identity for value in ids if (identity := _identity(value))}
        if not ids or len(ids) % _ROUND:
            return frozenset(found)
        _, total = await self._favorites(0, 1)
        offset = 0
        while len(found) < total and offset < total:
            rows, total = await self._favorites(offset, self.favorites_page_size)
            if not rows:
                break
            found.update(identity for row in rows if (identity := _identity(mapping(row).get("id"))))
            offset += len(rows)
        return frozenset(found)

    async def _favorites(self, offset: int, limit: int) -> tuple[list[Any], int]:
        """Return rows of favourite tracks, and how many favourites there are."""
        body = await self._get("favorite/getUserFavorites", type="tracks", limit=limit, offset=offset)
        tracks = mapping(body.get("tracks"))
        rows, total = tracks.get("items"), whole(tracks.get("total"))
        if not isinstance(rows, list) or total is None:
            raise Unreachable("Qobuz's answer is no page of favourites")
        return rows, total

    @override
    async def add_favorites(self, ids: Sequence[str]) -> None:
        """Add tracks, oldest first; never sent twice but after a request for a pause."""
        form = {"track_ids": ",".join(ids), "album_ids": "", "artist_ids": ""}
        await self._ask(_Request(path="favorite/create", params={}, form=form), counted=False)

    @override
    async def search_isrc(self, isrc: str) -> Sequence[Track]:
        """Return the tracks with exactly this ISRC: those that can be played first, then hi-res, then lowest id."""
        wanted = normalized_isrc(isrc)
        if wanted is None:
            return ()
        return await asyncio.to_thread(_with_isrc, await self._search(wanted), wanted)

    @override
    async def search_tracks(self, query: str) -> Sequence[Track]:
        """Return the first 50 tracks that Qobuz finds for free text, in its order; none for a blank query."""
        if not (wanted := text(query)):
            return ()
        return await asyncio.to_thread(_tracks, await self._search(wanted))

    async def _search(self, query: str) -> Sequence[Any]:
        """Return the rows that Qobuz finds: one request of the daily budget."""
        request = _Request(path="track/search", params={"query": query, "limit": _FOUND_PAGE, "offset": 0})
        rows = mapping((await self._ask(request, counted=True)).get("tracks")).get("items")
        if not isinstance(rows, list):
            raise Unreachable("Qobuz's answer is no search result")
        return rows

    async def _get(self, path: str, **params: str | int) -> Mapping[str, Any]:
        """Return the answer to a request that is no search."""
        return await self._ask(_Request(path=path, params=params), counted=False)

    async def _ask(self, request: _Request, *, counted: bool, repeatable: bool = True) -> Mapping[str, Any]:
        """Return the answer to a request; what writes is never repeated when its fate is unknown."""
        if not _SENDABLE.fullmatch(self._user_auth_token):
            raise SignInNeeded("The Qobuz token has characters that no token has")
        if not _SENDABLE.fullmatch(self._app_id):
            raise Rejected("The Qobuz app id has characters that no app id has")
        repeatable = repeatable and request.form is None
        return await self._gate.send(lambda: self._attempt(request), counted=counted, repeatable=repeatable)

    async def _attempt(self, request: _Request) -> Mapping[str, Any]:
        """Send one request and turn whatever comes back into a JSON object or an error of ours."""
        status, retry_after, body = await self._exchange(request)
        if status in _GOOD and isinstance(body, dict):
            if body.get("status") != "error":
                return body
            status = whole(body.get("code")) or 0
        match status:
            case 401:
                raise SignInNeeded("Qobuz answers 401: the token is not accepted")
            case 403 if body is None:
                # Qobuz itself answers in JSON: a page of something else is its firewall, which blocks for hours.
                raise self._gate.rate_limited(retry_after or _FIREWALL_BLOCK)
            case 403:
                raise AccessDenied("Qobuz answers 403: not allowed")
            case 404:
                raise NotFound("Qobuz answers 404: not found")
            case 429:
                raise self._gate.rate_limited(retry_after)
            case _ if status in _REFUSALS:
                raise Rejected(f"Qobuz refuses the request: {status}")
            case _:
                raise Unreachable(f"Qobuz gives no usable answer: {status}")

    async def _exchange(self, request: _Request) -> tuple[int, str | None, Any]:
        """Send one request and return its status, its `Retry-After`, and its body as parsed JSON or None."""
        try:
            async with self._session.request(
                request.method,
                f"{self._api_url}/{request.path}",
                params=request.params,
                data=request.form,
                headers={"X-App-Id": self._app_id, "X-User-Auth-Token": self._user_auth_token},
                # Headers go along with a redirect, and these are nobody else's business.
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                raw = await response.read()
        except aiohttp.ClientError, OSError:
            raise Unreachable("Qobuz does not answer") from None
        return response.status, response.headers.get("Retry-After"), await asyncio.to_thread(_parsed, raw)


def _parsed(raw: bytes) -> Any:
    """Return parsed JSON, None where it is none."""
    try:
        return json.loads(raw)
    except ValueError, RecursionError:
        return None


def _likes(rows: Sequence[Any]) -> Sequence[Like]:
    """Turn rows of favourites into likes, without those that make no sense."""
    now = time.time()
    likes = []
    for row in rows:
        if (track := _track(row, now)) is not None:
            bare = not track.title or not track.artists
            reason = Unsyncable.NO_METADATA if bare else None
            likes.append(Like(track=track, liked_at=whole(row.get("favorited_at")) or 0, unsyncable=reason))
    return tuple(likes)


def _tracks(rows: Sequence[Any]) -> Sequence[Track]:
    """Turn rows of a search into tracks, without those that have no title or artist."""
    now = time.time()
    found = [track for row in rows if (track := _track(row, now)) is not None and track.title and track.artists]
    if len(found) < len(rows):
        _LOGGER.debug("%d of %d tracks found make no sense", len(rows) - len(found), len(rows))
    return tuple(found)


def _with_isrc(rows: Sequence[Any], wanted: str) -> Sequence[Track]:
    """Turn those rows of a search that have an ISRC into tracks, best first."""
    hires = {_identity(mapping(row).get("id")) for row in rows if truth(mapping(row).get("hires")) is True}
    found = [track for track in _tracks(rows) if track.isrc == wanted]
    return sorted(found, key=lambda track: (track.playable is not True, track.id not in hires, len(track.id), track.id))


def _track(row: Any, now: float) -> Track | None:
    """Turn a track object into a track, or None where it has no id."""
    data = mapping(row)
    identity = _identity(data.get("id"))
    if not identity:
        return None
    album = mapping(data.get("album"))
    streamable = truth(data.get("streamable"))
    return Track(
        id=identity,
        title=_title(data),
        artists=_artists(data, album),
        album=_plain(album.get("title")) or None,
        duration=positive(data.get("duration")),
        isrc=normalized_isrc(data.get("isrc")),
        version=_plain(data.get("version")) or None,
        explicit=truth(data.get("parental_warning")),
        playable=False if (positive(data.get("streamable_at")) or 0) > now else streamable,
    )


def _title(data: Mapping[str, Any]) -> str:
    """Return a track's title, with the classical work in front where it only names the movement."""
    title, work = _plain(data.get("title")), _plain(data.get("work"))
    return f"{work}: {title}" if title and work and work.casefold() not in title.casefold() else title


def _artists(data: Mapping[str, Any], album: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a track's performer, then its other main and featured artists, or else its album's artist."""
    names = [_plain(mapping(data.get("performer")).get("name")), *_credited(_plain(data.get("performers")))]
    if not any(names):
        names = [_plain(mapping(album.get("artist")).get("name"))]
    unique: dict[str, str] = {}
    for name in filter(None, names):
        unique.setdefault(name.casefold(), name)
    return tuple(unique.values())


def _credited(performers: str) -> Iterator[str]:
    """Find the main and featured artists in "Name, Role, Role - Name, Role"; a name may hold commas itself."""
    for credit in performers.split(" - "):
        first, *rest = credit.split(", ")
        if any(part.casefold() in _ARTIST_ROLES for part in rest):
            more = next((index for index, part in enumerate(rest) if _ROLE.fullmatch(part)), 0)
            yield ", ".join([first, *rest[:more]]).strip()


def _identity(value: Any) -> str:
    """Return an id, a number or a text, as text; "" where it is none."""
    number = whole(value)
    return str(number) if number else text(value)


def _plain(value: Any) -> str:
    """Return a text without HTML entities."""
    return text(unescape(text(value)))
