"""The Qobuz stand-in's calls that read the catalogue: get, getList and search."""

from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from .control import StandIn
from .qobuz_catalogue import PLURALS, Catalogue
from .qobuz_playlists import Playlists
from .qobuz_protocol import BASE, Json, Parameters, page, refusal
from .qobuz_search import words
from .qobuz_sign_in import SESSION

NOTHING = "No result matching given argument"
COUNTRY_WITHOUT_USER = "FR"
RELEASE_TYPES = ("album", "epSingle", "live", "compilation", "all")


def country(request: web.Request) -> str:
    """Tell which country's catalogue a request sees."""
    user = request[SESSION].user
    return user.country if user else COUNTRY_WITHOUT_USER


class Lookups:
    """`track/…`, `album/…`, `artist/…`, `catalog/search` and `playlist/search`."""

    def __init__(self, service: StandIn, catalogue: Catalogue, playlists: Playlists) -> None:
        """Keep who has the switches, the catalogue and the playlists."""
        self.service = service
        self.catalogue = catalogue
        self.playlists = playlists

    def routes(self) -> Iterable[web.RouteDef]:
        """Give the routes."""
        return [
            web.get(f"{BASE}/track/get", self.track),
            web.post(f"{BASE}/track/getList", self.track_list),
            web.get(f"{BASE}/album/get", self.album),
            web.get(f"{BASE}/artist/get", self.artist),
            web.get(f"{BASE}/artist/getReleasesList", self.releases),
            web.get(f"{BASE}/{{kind:track|album|artist|playlist|catalog}}/search", self.search),
        ]

    async def track(self, request: web.Request) -> web.Response:
        """Tell a track."""
        number = Parameters(request.query).number("track_id", None, 0)
        if self.catalogue.is_gone(number, country(request)):
            raise refusal(404, NOTHING)
        return web.json_response(self.catalogue.track(number, country(request)))

    async def track_list(self, request: web.Request) -> web.Response:
        """Tell some tracks, asked for in JSON; the unknown ones are left out."""
        try:
            body = await request.json() if request.content_type == "application/json" else None
        except ValueError:
            body = None
        numbers = body.get("tracks_id") if isinstance(body, dict) else None
        if not isinstance(numbers, list) or not 0 < len(numbers) <= self.service.switches["track_list_most"]:
            raise refusal(400, "Invalid or missing tracks_id parameter")
        known = [int(number) for number in numbers if str(number).isdecimal()]
        here = country(request)
        rows = [self.catalogue.listed(number, here) for number in known if not self.catalogue.is_gone(number, here)]
        return web.json_response({"tracks": {"total": len(rows), "items": rows}})

    async def album(self, request: web.Request) -> web.Response:
        """Tell an album with a page of its tracks, which do not name the album again."""
        parameters = Parameters(request.query)
        key = parameters.text("album_id")
        if key not in self.catalogue.albums:
            raise refusal(404, NOTHING)
        numbers = self.catalogue.album_tracks[key]
        album = self.catalogue.album(key)
        if "track_ids" in parameters.items("extra"):
            album["track_ids"] = numbers

        def row(number: int) -> Json | None:
            """Give a track of the album."""
            return self.catalogue.listed(number, country(request), album=False)

        album["tracks"] = self._page(parameters, numbers, row)
        return web.json_response(album)

    async def artist(self, request: web.Request) -> web.Response:
        """Tell an artist, with the albums they are heard on where asked for: other artists' too."""
        parameters = Parameters(request.query)
        number = self._artist(parameters)
        artist = self.catalogue.artist(number)
        if "albums" in parameters.items("extra"):
            albums = list(self.catalogue.performed.get(number, ()))
            artist["albums"] = self._page(parameters, albums, self.catalogue.album)
        return web.json_response(artist)

    async def releases(self, request: web.Request) -> web.Response:
        """Tell an artist's own releases, newest first, in the shape that only this call has."""
        parameters = Parameters(request.query)
        number, wanted = self._artist(parameters), parameters.choice("release_type", RELEASE_TYPES)
        parameters.choice("sort", ["release_date"])
        own = [
            album
            for key in self.catalogue.performed.get(number, ())
            if int(((album := self.catalogue.albums[key])["artist"] or {"id": -1})["id"]) == number
            and wanted in {None, "all", album.get("release_type", "album")}
        ]
        own.sort(key=lambda album: album.get("release_date_original") or "", reverse=True)
        cut = self._page(parameters, own, _release)
        more = cut["offset"] + len(cut["items"]) < len(own)
        return web.json_response({"has_more": more, "items": cut["items"]})

    async def search(self, request: web.Request) -> web.Response:
        """Search one kind of thing, or the whole catalogue."""
        parameters, kind, here = Parameters(request.query), request.match_info["kind"], country(request)
        query = parameters.text("query")
        blocks: dict[str, Callable[[], tuple[list[Any], Callable[[Any], Json | None]]]] = {
            "tracks": lambda: (self.catalogue.find_tracks(query, here), lambda row: self.catalogue.listed(row, here)),
            "albums": lambda: (self.catalogue.find_albums(query), self.catalogue.album),
            "artists": lambda: (self.catalogue.find_artists(query), self.catalogue.artist),
            "playlists": lambda: (self.playlists.find(words(query)), self.playlists.told),
        }
        reply: Json = {"query": query}
        if kind != "catalog":
            reply[f"{kind}s"] = self._page(parameters, *blocks[f"{kind}s"]())
            return web.json_response(reply)
        wanted = parameters.choice("type", (*PLURALS, "playlists"))
        for name, find in blocks.items():
            reply[name] = self._page(parameters, *find())
            if wanted not in {None, name}:
                reply[name]["items"] = []
        return web.json_response(reply)

    def _artist(self, parameters: Parameters) -> int:
        """Read which artist is meant."""
        number = parameters.number("artist_id", None, 0)
        if number not in self.catalogue.artists:
            raise refusal(404, NOTHING)
        return number

    def _page[T](self, parameters: Parameters, rows: list[T], spell: Callable[[T], Json | None]) -> Json:
        """Cut a page."""
        return page(parameters, rows, spell, self.service.switches)


def _release(album: Json) -> Json:
    """Tell an album in the shape of `artist/getReleasesList`."""
    return {
        "id": album["id"],
        "title": album["title"],
        "version": album.get("version"),
        "release_type": album.get("release_type", "album"),
        "tracks_count": album["tracks_count"],
        "dates": {
            "original": album.get("release_date_original"),
            "stream": album.get("release_date_stream"),
            "download": album.get("release_date_download"),
        },
        "rights": {"streamable": album.get("streamable", True), "purchasable": album.get("purchasable", True)},
        "artist": {"id": int(album["artist"]["id"]), "name": {"display": album["artist"]["name"]}},
    }
