"""Spotify's stand-in: the accounts host and the Web API (below `/v1`) on one address."""

from collections.abc import Callable, Iterable, Mapping
import re
import time
from typing import Any, ClassVar, override
from urllib.parse import urlencode

from aiohttp import web

from .control import Answer, Handler, StandIn
from .spotify_accounts import Grant
from .spotify_catalogue import GROUPS, SIMPLIFIED_ALBUM, Object, named, without
from .spotify_limits import family_of
from .spotify_playlists import Playlist, select
from .spotify_search import found
from .spotify_state import SpotifyState
from .world import World

API = "/v1"
GRANT = web.RequestKey("grant", Grant)
BASE62 = re.compile(r"[0-9A-Za-z]+")
READING = "user-library-read playlist-read-private playlist-read-collaborative user-follow-read user-read-private"
EMBEDDED = 50
"""How many rows an album or playlist carries itself."""
FAR = 100_000
MAX_URIS = 40
REMOVED_ENDPOINTS = re.compile(
    r"""
    (GET|HEAD)\ /(tracks|albums|artists|episodes|shows|audiobooks|chapters|markets|recommendations)
    | \w+\ /artists/[^/]+/(top-tracks|related-artists)
    | \w+\ /(audio-features|audio-analysis)(/[^/]+)?
    | \w+\ /(browse|users)/.+
    | \w+\ /playlists/[^/]+/(tracks|followers(/contains)?)
    | (PUT|DELETE)\ /me/(tracks|albums|shows|episodes|audiobooks|following)
    | GET\ /me/(tracks|albums|shows|episodes|audiobooks|following)/contains
    """,
    re.VERBOSE,
)


class SpotifyStandIn(StandIn):
    """Spotify, made from a world.

    What the switches do, beside their names: `mode`, `removed_fields`: which fields and limits there are;
    `playlist_keys`: rows with `item`, `track` or both, playlists with `items`, `tracks` or both; `followed_items`: what
    others' playlists have there; `hidden_episodes`: what a client that asks for tracks only gets;
    `requests_per_token`: an access token expires after so many (0: never); `granted_scope`: what is granted whatever is
    asked for; `like_delay`, `total_delay`: seconds until a like is listed, counted; `recycle`: what is beyond the end;
    `relink`: which tracks a market replaces; `window_limit`: requests in 30 seconds (0: any number), `quota`: requests
    to a family of endpoints; `penalty_growth`: factor by which a call while blocked lengthens the block.
    """

    default_switches: ClassVar[Mapping[str, Any]] = {
        "account_id": True,
        "allowlist": ["listener", "guest"],
        "deny_authorization": False,
        "expires_in": 3600,
        "followed_items": "missing",
        "granted_scope": None,
        "hidden_episodes": "track",
        "like_delay": 0,
        "limit_body": "json",
        "mode": "dev",
        "null_playlists": False,
        "penalty_growth": 2,
        "playlist_keys": "both",
        "premium_lapsed": False,
        "quota": {},
        "quota_retry_after": 43_200,
        "recycle": False,
        "relink": "some",
        "removed_fields": "absent",
        "removed_status": 403,
        "requests_per_token": 0,
        "retry_after_form": "seconds",
        "rotate_refresh_token": False,
        "strict_redirects": True,
        "total_delay": 0,
        "window_limit": 0,
        "window_retry_after": 1,
    }
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "followed_items": ("missing", "null", "present"),
        "hidden_episodes": ("track", "null"),
        "limit_body": ("json", "json_without_reason", "text"),
        "mode": ("dev", "extended"),
        "playlist_keys": ("new", "both", "old"),
        "relink": ("none", "some", "all"),
        "removed_fields": ("absent", "null"),
        "removed_status": (403, 404, 429),
        "retry_after_form": ("seconds", "date", "missing"),
    }

    def __init__(self, world: World, clock: Callable[[], float] = time.time) -> None:
        """Start with the world's likes as the listener's."""
        super().__init__(clock)
        self._world = world
        self.spotify = SpotifyState(world, self.switches, self.now)

    @override
    def reset_state(self) -> None:
        """Build everything from the world again."""
        self.spotify = SpotifyState(self._world, self.switches, self.now)

    @override
    def state(self) -> dict[str, Any]:
        """Tell people, libraries, playlists, grants and blocks."""
        return self.spotify.tell()

    @override
    def change_state(self, change: dict[str, Any]) -> None:
        """Make the changes that SpotifyState describes."""
        self.spotify.change(change)

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Give the accounts host's routes and the API's, each with or without a slash at its end."""
        handlers = {
            "/me": self._me,
            "/me/tracks": self._liked_tracks,
            "/me/albums": self._saved_albums,
            "/me/following": self._followed_artists,
            "/me/playlists": self._playlists,
            "/me/library/contains": self._contains,
            "/playlists/{id}": self._playlist,
            "/playlists/{id}/items": self._playlist_items,
            "/tracks/{id}": self._track,
            "/artists/{id}": self._artist,
            "/artists/{id}/albums": self._artist_albums,
            "/albums/{id}": self._album,
            "/albums/{id}/tracks": self._album_tracks,
            "/search": self._search,
        }
        return [
            web.get("/authorize", self._authorize),
            web.post("/api/token", self._token),
            *(web.get(f"{API}{path}{{slash:/?}}", handler) for path, handler in handlers.items()),
            web.route("*", f"{API}/{{rest:.*}}", self._nothing_here),
        ]

    @override
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check token, limits and standing before any API call."""
        if not request.path.startswith(API + "/"):
            return await handler(request)
        grant = request[GRANT] = self.spotify.accounts.check(request)
        self.spotify.limits.count(grant.client_id, family_of(request.path))
        if grant.user not in self.switches["allowlist"]:
            raise Answer(403, "User not registered in the Developer Dashboard")
        if self.switches["premium_lapsed"]:
            raise refusal(403, "Active premium subscription required for the owner of the app")
        response = await handler(request)
        self.spotify.answered(request.path)
        return response

    def sign_in(self, user: str = "listener", scope: str = READING, client_id: str = "client") -> dict[str, Any]:
        """Give what the token endpoint would for a fresh approval (any secret goes), for tests in the same process."""
        return self.spotify.accounts.approved(user, client_id, scope)

    async def _authorize(self, request: web.Request) -> web.Response:
        """Ask the person."""
        return await self.spotify.accounts.authorize(request)

    async def _token(self, request: web.Request) -> web.Response:
        """Give tokens."""
        return await self.spotify.accounts.token(request)

    async def _nothing_here(self, request: web.Request) -> web.Response:
        """Refuse what was removed, and what never was."""
        path = request.path.removeprefix(API).rstrip("/")
        if REMOVED_ENDPOINTS.fullmatch(f"{request.method} {path}"):
            status = self.switches["removed_status"]
            raise refusal(status, {403: "Forbidden", 404: "Not found", 429: "Too many requests"}[status])
        raise refusal(404, "Service not found")

    async def _me(self, request: web.Request) -> web.Response:
        """Tell who signed in."""
        grant = request[GRANT]
        profile = self.spotify.accounts.profiles[grant.user]
        data = named("user", profile.id) | {"display_name": profile.display_name, "images": []}
        if "user-read-private" in grant.scope:
            data |= {"country": profile.country, "product": profile.product}
        if "user-read-email" in grant.scope:
            data |= {"email": profile.email}
        if self.switches["account_id"]:
            data |= {"account_id": profile.account_id}
        return web.json_response(self.spotify.catalogue.shown("user", data))

    async def _liked_tracks(self, request: web.Request) -> web.Response:
        """Give a page of the likes, newest first."""
        need(request, "user-library-read")
        rows, total = self.spotify.libraries[request[GRANT].user].liked()
        page = self._page(request, rows, 20, 50, total=total)
        market = "market" in request.query
        page["items"] = [
            {
                "added_at": row.added_at,
                "track": self.spotify.catalogue.track(row.track, market=market)
                if isinstance(row.track, str)
                else row.track,
            }
            for row in page["items"]
        ]
        return web.json_response(page)

    async def _saved_albums(self, request: web.Request) -> web.Response:
        """Give a page of the saved albums, newest first, each with its first tracks."""
        need(request, "user-library-read")
        saved = self.spotify.libraries[request[GRANT].user].albums
        page = self._page(request, list(reversed(saved.items())), 20, 50)
        page["items"] = [
            {"added_at": added_at, "album": self._full_album(request, album)} for album, added_at in page["items"]
        ]
        return web.json_response(page)

    async def _followed_artists(self, request: web.Request) -> web.Response:
        """Give the followed artists after a cursor; sorted by id, so that one unfollowed midway harms nothing."""
        need(request, "user-follow-read")
        if request.query.get("type") != "artist":
            raise refusal(400, "Invalid type")
        limit = number(request, "limit", 20, 1, 50)
        ids = sorted(self.spotify.libraries[request[GRANT].user].artists)
        rest = [artist for artist in ids if artist > request.query.get("after", "")]
        shown = rest[:limit]
        after = shown[-1] if len(rest) > limit else None
        href = here(request)
        page = {
            "href": f"{href}?{urlencode(dict(request.query))}",
            "items": [self.spotify.catalogue.artist(artist) for artist in shown],
            "limit": limit,
            "next": after and f"{href}?{urlencode({'type': 'artist', 'after': after, 'limit': limit})}",
            "cursors": {"after": after},
            "total": len(ids),
        }
        return web.json_response({"artists": page})

    async def _playlists(self, request: web.Request) -> web.Response:
        """Give a page of the playlists owned and followed."""
        grant = request[GRANT]
        rows: list[Playlist | None] = list(self.spotify.shelf.listed_for(grant.user, grant.scope))
        if self.switches["null_playlists"]:
            rows.insert(1, None)
        page = self._page(request, rows, 20, 50)
        base = here(request).removesuffix("/me/playlists")
        page["items"] = [
            row and self.spotify.shelf.shown(row, grant.user, f"{base}/playlists/{row.id}") for row in page["items"]
        ]
        return web.json_response(page)

    async def _playlist(self, request: web.Request) -> web.Response:
        """Describe a playlist, with its first rows where it is one's own or shared."""
        playlist = self._readable(request)
        rows = self._page(request, playlist.rows, EMBEDDED, EMBEDDED, at="/items", first=True)
        self._show_rows(request, rows)
        user = request[GRANT].user
        embedded = rows if self.spotify.shelf.is_open_to(user, playlist) else None
        shown = self.spotify.shelf.shown(playlist, user, here(request), embedded)
        return web.json_response(select(shown, request.query.get("fields", "")))

    async def _playlist_items(self, request: web.Request) -> web.Response:
        """Give a page of a playlist's rows; 403 unless it is one's own or shared."""
        playlist = self._readable(request)
        if not self.spotify.shelf.is_open_to(request[GRANT].user, playlist):
            raise refusal(403, "Forbidden")
        page = self._page(request, playlist.rows, 20, 50)
        self._show_rows(request, page)
        return web.json_response(select(page, request.query.get("fields", "")))

    async def _contains(self, request: web.Request) -> web.Response:
        """Tell of each URI whether it is in the library."""
        need(request, "user-library-read")
        uris = [uri for uri in request.query.get("uris", "").split(",") if uri]
        if not 1 <= len(uris) <= MAX_URIS:
            raise refusal(400, "Invalid number of uris")
        library = self.spotify.libraries[request[GRANT].user]
        return web.json_response([library.holds(uri) for uri in uris])

    async def _track(self, request: web.Request) -> web.Response:
        """Give a track."""
        return web.json_response(there(self.spotify.catalogue.track(base62(request), market="market" in request.query)))

    async def _artist(self, request: web.Request) -> web.Response:
        """Give an artist."""
        return web.json_response(there(self.spotify.catalogue.artist(base62(request))))

    async def _artist_albums(self, request: web.Request) -> web.Response:
        """Give a page of an artist's albums, ten at most in development mode."""
        artist = there(self.spotify.catalogue.artist(base62(request)))["id"]
        groups = request.query.get("include_groups", ",".join(GROUPS)).split(",")
        albums = self.spotify.catalogue.artist_albums(artist, groups)
        return web.json_response(self._page(request, albums, *self._small_pages()))

    async def _album(self, request: web.Request) -> web.Response:
        """Give an album with its first tracks."""
        return web.json_response(self._full_album(request, base62(request)))

    async def _album_tracks(self, request: web.Request) -> web.Response:
        """Give a page of an album's tracks, simplified."""
        album = there(self.spotify.catalogue.album(base62(request)))["id"]
        tracks = self.spotify.catalogue.album_tracks(album, market="market" in request.query)
        return web.json_response(self._page(request, tracks, 20, 50))

    async def _search(self, request: web.Request) -> web.Response:
        """Search tracks, albums and artists, ten a page at most in development mode."""
        query, kinds = request.query.get("q", ""), request.query.get("type", "")
        if not query:
            raise refusal(400, "No search query")
        if not kinds or not set(kinds.split(",")) <= {"track", "album", "artist"}:
            raise refusal(400, "Bad search type field")
        results: Object = {}
        for kind in kinds.split(","):
            ids = found(self.spotify.catalogue, kind, query)
            page = self._page(request, ids, *self._small_pages(), max_offset=1000)
            page["items"] = [self._result(request, kind, identifier) for identifier in page["items"]]
            results[f"{kind}s"] = page
        return web.json_response(results)

    def _result(self, request: web.Request, kind: str, identifier: str) -> Object | None:
        """Show what a search found."""
        catalogue = self.spotify.catalogue
        if kind == "track":
            return catalogue.track(identifier, market="market" in request.query)
        if kind == "artist":
            return catalogue.artist(identifier)
        return without(there(catalogue.album(identifier)), SIMPLIFIED_ALBUM)

    def _full_album(self, request: web.Request, identifier: str) -> Object:
        """Show an album with the first page of its tracks."""
        album = there(self.spotify.catalogue.album(identifier))
        tracks = self.spotify.catalogue.album_tracks(identifier, market="market" in request.query)
        href = f"{request.scheme}://{request.host}{API}/albums/{identifier}/tracks"
        return album | {"tracks": page_of(href, {}, tracks, limit=EMBEDDED, offset=0, total=len(tracks))}

    def _readable(self, request: web.Request) -> Playlist:
        """Find a playlist; Spotify's own are hidden, private ones need their scope."""
        playlist = self.spotify.shelf.playlists.get(base62(request))
        user = request[GRANT].user
        if playlist is None or (playlist.owner == "spotify" and self.switches["mode"] == "dev"):
            raise refusal(404, "Resource not found")
        if playlist.public is False and not playlist.is_readable_by(user):
            raise refusal(404, "Resource not found")
        if playlist.collaborative and playlist.owner != user:
            need(request, "playlist-read-collaborative")
        elif playlist.public is False:
            need(request, "playlist-read-private")
        return playlist

    def _show_rows(self, request: web.Request, page: Object) -> None:
        """Put rows as they are shown in place of those kept."""
        episodes = "episode" in request.query.get("additional_types", "track").split(",")
        market = "market" in request.query
        page["items"] = [self.spotify.shelf.row(row, market=market, episodes=episodes) for row in page["items"]]

    def _small_pages(self) -> tuple[int, int]:
        """Give default and highest limit of searches and artists' albums."""
        return (20, 50) if self.switches["mode"] == "extended" else (5, 10)

    def _page(
        self,
        request: web.Request,
        rows: list[Any],
        default: int,
        highest: int,
        *,
        total: int | None = None,
        max_offset: int = FAR,
        at: str = "",
        first: bool = False,
    ) -> Object:
        """Cut the page that a request asks for (or the first one), with links to its neighbours."""
        limit = default if first else number(request, "limit", default, 1, highest)
        offset = 0 if first else number(request, "offset", 0, 0, max_offset)
        query = without(dict(request.query), ("limit", "offset"))
        total = len(rows) if total is None else total
        page = page_of(here(request) + at, query, rows, limit=limit, offset=offset, total=total)
        if self.switches["recycle"] and rows and offset >= len(rows):
            again = offset % len(rows)
            page["items"] = rows[again : again + limit]
        return page


def page_of(href: str, query: Mapping[str, str], rows: list[Any], *, limit: int, offset: int, total: int) -> Object:
    """Cut a page out of rows, with absolute links."""

    def link(start: int) -> str:
        """Link to the page that starts somewhere."""
        return f"{href}?{urlencode({**query, 'offset': start, 'limit': limit})}"

    return {
        "href": link(offset),
        "items": rows[offset : offset + limit],
        "limit": limit,
        "next": link(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": link(max(0, offset - limit)) if offset > 0 else None,
        "total": total,
    }


def refusal(status: int, message: str) -> Answer:
    """Make the API's usual refusal."""
    return Answer(status, {"error": {"status": status, "message": message}})


def need(request: web.Request, scope: str) -> None:
    """Refuse a token that lacks a scope."""
    if scope not in request[GRANT].scope:
        raise refusal(403, "Insufficient client scope")


def here(request: web.Request) -> str:
    """Give the address of a request without its query and without a slash at its end."""
    return f"{request.scheme}://{request.host}{request.path.rstrip('/')}"


def number(request: web.Request, name: str, default: int, low: int, high: int) -> int:
    """Read a number from the query; 400 where it is none or out of bounds."""
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"-?\d{1,9}", text) or not low <= int(text) <= high:
        raise refusal(400, f"Invalid {name}")
    return int(text)


def base62(request: web.Request) -> str:
    """Read the id in the path; 400 where it cannot be one."""
    identifier = request.match_info["id"]
    if BASE62.fullmatch(identifier) is None:
        raise refusal(400, "Invalid base62 id")
    return identifier


def there[T](found: T | None) -> T:
    """Refuse with 404 what does not exist."""
    if found is None:
        raise refusal(404, "Resource not found")
    return found
