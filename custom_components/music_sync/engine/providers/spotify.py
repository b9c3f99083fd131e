"""Spotify, through spotipy: who is signed in, and what they like."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
from typing import Any, Final, Protocol, override
from urllib.parse import unquote_plus

import requests
from spotipy import Spotify, SpotifyException
from urllib3.exceptions import HTTPError

from ..errors import AccessDenied, NotFound, Rejected, ServiceError, Unreachable
from ..model import Like, Page, Profile, Track, Unsyncable
from .capabilities import CountsCollections, Identifies, ReadsFavorites
from .edge import isrc, mapping, positive, sequence, text, truth, whole
from .gate import RateGate

_LOGGER = logging.getLogger(__name__)

_TIMEOUT: Final = 30
_REFUSALS: Final = range(400, 500)
_LOCAL_URI: Final = "spotify:local:"
_TRACK_URI: Final = "spotify:track:"

_OURS: Final = ContextVar("_OURS", default=False)


class AccessToken(Protocol):
    """Where a provider gets its access token from."""

    async def __call__(self, *, rejected: str | None = None) -> str:
        """Return a valid access token; `rejected` is one the service has just refused: get a new one.

        Raises SignInNeeded, Unreachable.
        """
        ...


class _TokenRefused(ServiceError):
    """The service has refused an access token."""

    def __init__(self, token: str) -> None:
        """Keep the token apart from the message."""
        super().__init__("Spotify refuses the access token")
        self.token = token


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back: an HTTP status, None where there was no answer; the body of a good one as parsed JSON."""

    status: int | None
    retry_after: str | None = None
    body: Any = None


_COLLECTIONS: Final[Mapping[str, Callable[[Spotify], Any]]] = {
    "playlists": lambda client: client.current_user_playlists(limit=1),
    "albums": lambda client: client.current_user_saved_albums(limit=1),
    "artists": lambda client: client.current_user_followed_artists(limit=1),
}


def _not_ours(_: logging.LogRecord) -> bool:
    """Tell whether spotipy writes a log record for somebody else: its records hold tokens and addresses."""
    return not _OURS.get()


class SpotifyProvider(Identifies, ReadsFavorites, CountsCollections):
    """A Spotify account, read only."""

    favorites_page_size = 50
    collections = tuple(_COLLECTIONS)

    def __init__(
        self, *, access_token: AccessToken, gate: RateGate, api_url: str = "https://api.spotify.com/v1"
    ) -> None:
        """Prepare the client; nothing is sent. All requests count against the gate's budget."""
        self._access_token = access_token
        self._gate = gate
        # With a session of our own, spotipy neither retries nor sleeps, and keeps the real status and headers.
        self._session = requests.Session()
        self._client = Spotify(requests_session=self._session, requests_timeout=_TIMEOUT)
        self._client.prefix = f"{api_url.rstrip('/')}/"
        self._job: asyncio.Future[_Answer] | None = None
        logging.getLogger("spotipy.client").addFilter(_not_ours)

    async def close(self) -> None:
        """Close the connections; a request still under way ends by itself."""
        self._session.close()

    @override
    async def profile(self) -> Profile:
        """Ask who is signed in; `id` is Spotify's immutable `account_id`, or `id` where there is none."""
        body = await self._read(lambda client: client.me(), repeatable=False)
        user = text(body.get("id"))
        account = text(body.get("account_id")) or user
        if not account:
            raise Unreachable("Spotify's answer names no account")
        former = user if user and user != account else None
        return Profile(id=account, name=text(body.get("display_name")) or user or account, former_id=former)

    @override
    async def favorites_page(self, offset: int) -> Page[Like]:
        """Return at most 50 liked songs from `offset` on; past the end, where Spotify may repeat itself, none."""
        body = await self._read(
            lambda client: client.current_user_saved_tracks(limit=self.favorites_page_size, offset=offset)
        )
        rows, total = body.get("items"), whole(body.get("total"))
        if not isinstance(rows, list) or total is None:
            raise Unreachable("Spotify's answer is no page of liked songs")
        if offset >= total:
            return Page(items=(), total=total, rows=0)
        page = _likes(rows, total)
        if page.rejected:
            _LOGGER.debug("%d of %d liked songs from row %d make no sense", page.rejected, page.rows, offset)
        return page

    @override
    async def collection_total(self, collection: str) -> int:
        """Return how many playlists, albums or artists the person has: `total` of the shortest page."""
        body = await self._read(_COLLECTIONS[collection])
        total = whole(mapping(body.get("artists", body)).get("total"))
        if total is None:
            raise Unreachable(f"Spotify does not tell how many {collection} there are")
        return total

    async def _read(self, call: Callable[[Spotify], Any], *, repeatable: bool = True) -> Mapping[str, Any]:
        """Return the JSON object that a call of the client brings; a refused access token is renewed once."""
        try:
            return await self._gate.send(lambda: self._attempt(call), repeatable=repeatable)
        except _TokenRefused as error:
            refused = error.token
        await self._access_token(rejected=refused)
        try:
            return await self._gate.send(lambda: self._attempt(call), repeatable=repeatable)
        except _TokenRefused:
            raise Unreachable("Spotify refuses a new access token") from None

    async def _attempt(self, call: Callable[[Spotify], Any]) -> Mapping[str, Any]:
        """Send one request and turn whatever comes back into a JSON object or an error of ours."""
        token = await self._access_token()
        answer = await self._in_executor(lambda: self._call(call, token))
        match answer.status:
            case 200 if isinstance(answer.body, dict):
                return answer.body
            case 401:
                raise _TokenRefused(token)
            case 403:
                raise AccessDenied("Spotify answers 403: not allowed")
            case 404:
                raise NotFound("Spotify answers 404: not found")
            case 429:
                raise self._gate.rate_limited(answer.retry_after)
            case status if status in _REFUSALS:
                raise Rejected(f"Spotify refuses the request: HTTP {status}")
            case status:
                raise Unreachable(f"Spotify gives no usable answer: HTTP {status}")

    async def _in_executor(self, job: Callable[[], _Answer]) -> _Answer:
        """Run a job off the loop, after the one before: a cancelled request goes on in its thread."""
        if self._job is not None:
            await asyncio.wait([self._job])
        self._job = asyncio.get_running_loop().run_in_executor(None, job)
        return await asyncio.shield(self._job)

    def _call(self, call: Callable[[Spotify], Any], token: str) -> _Answer:
        """Send one request, in a thread; never raises for what the service or the network does."""
        self._client.set_auth(token)
        with _OURS.set(True):
            try:
                return _Answer(200, body=call(self._client))
            except SpotifyException as error:
                return _Answer(error.http_status, error.headers.get("Retry-After"))
            except AttributeError as error:
                # spotipy stumbles over error bodies that are not {"error": {…}}, while handling the HTTP error.
                cause = error.__context__
                if isinstance(cause, requests.HTTPError):
                    return _Answer(cause.response.status_code, cause.response.headers.get("Retry-After"))
                return _Answer(None)
            except OSError, HTTPError, RecursionError:
                return _Answer(None)


def _likes(rows: list[Any], total: int) -> Page[Like]:
    """Turn the rows of a page into likes."""
    taken: Counter[str] = Counter()
    likes = [like for row in rows if (like := _like(row, taken)) is not None]
    return Page(items=tuple(likes), total=total, rows=len(rows), rejected=len(rows) - len(likes))


def _like(row: Any, taken: Counter[str]) -> Like | None:
    """Turn a row into a like, or None where it makes no sense; `taken` counts the ids made up on this page."""
    liked_at = _moment(mapping(row).get("added_at"))
    found = [mapping(row)[key] for key in ("track", "item") if key in mapping(row)]
    thing = next((value for value in found if isinstance(value, dict)), None)
    if thing is None:
        if not found or any(value is not None for value in found):
            return None
        withdrawn = Track(id=_made_up("withdrawn", liked_at, taken), title="", artists=())
        return Like(track=withdrawn, liked_at=liked_at, unsyncable=Unsyncable.WITHDRAWN)
    uri = text(thing.get("uri"))
    if truth(thing.get("is_local")) or truth(mapping(row).get("is_local")) or uri.startswith(_LOCAL_URI):
        track = _local_file(thing, uri or _made_up("local", liked_at, taken))
        return Like(track=track, liked_at=liked_at, unsyncable=Unsyncable.LOCAL_FILE)
    if thing.get("type") == "episode" or thing.get("episode") is True or isinstance(thing.get("show"), dict):
        track = _episode(thing, text(thing.get("id")) or uri or _made_up("episode", liked_at, taken))
        return Like(track=track, liked_at=liked_at, unsyncable=Unsyncable.EPISODE)
    identity = text(thing.get("id")) or (uri.removeprefix(_TRACK_URI) if uri.startswith(_TRACK_URI) else "")
    if not identity:
        return None
    track = _track(thing, identity)
    bare = not track.title or not track.artists
    return Like(track=track, liked_at=liked_at, unsyncable=Unsyncable.NO_METADATA if bare else None)


def _made_up(what: str, liked_at: int, taken: Counter[str]) -> str:
    """Return an id for a row that has none: the same at every reading, different from others on the page."""
    name = f"{what}:{liked_at}"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}:{taken[name]}"


def _track(thing: Mapping[str, Any], identity: str) -> Track:
    """Turn a track object into a track."""
    milliseconds = positive(thing.get("duration_ms"))
    return Track(
        id=identity,
        title=text(thing.get("name")),
        artists=_names(thing.get("artists")),
        album=text(mapping(thing.get("album")).get("name")) or None,
        duration=milliseconds / 1000 if milliseconds else None,
        isrc=isrc(mapping(thing.get("external_ids")).get("isrc")),
        explicit=truth(thing.get("explicit")),
        playable=truth(thing.get("is_playable")),
    )


def _local_file(thing: Mapping[str, Any], identity: str) -> Track:
    """Turn a local file into a track; what its object leaves out is in its uri."""
    track = _track(thing, identity)
    artist = album = title = seconds = ""
    match [text(unquote_plus(part)) for part in identity.split(":")]:
        case ["spotify", "local", artist, album, title, seconds]:
            pass
    length = float(seconds) if seconds.isascii() and seconds.isdigit() else None
    return Track(
        id=identity,
        title=track.title or title,
        artists=track.artists or ((artist,) if artist else ()),
        album=track.album or album or None,
        duration=track.duration or positive(length),
    )


def _episode(thing: Mapping[str, Any], identity: str) -> Track:
    """Turn a podcast's episode into a track: the show stands for artist and album."""
    track = _track(thing, identity)
    show = text(mapping(thing.get("show")).get("name"))
    return Track(
        id=identity,
        title=track.title,
        artists=track.artists or ((show,) if show else ()),
        album=track.album or show or None,
        duration=track.duration,
        explicit=track.explicit,
    )


def _names(artists: Any) -> tuple[str, ...]:
    """Return the names of artist objects, in order."""
    return tuple(name for artist in sequence(artists) if (name := text(mapping(artist).get("name"))))


def _moment(value: Any) -> int:
    """Turn a date such as "2024-01-31T12:00:00Z" into Unix seconds, 0 where it is none."""
    try:
        moment = datetime.fromisoformat(text(value))
    except ValueError:
        return 0
    return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
