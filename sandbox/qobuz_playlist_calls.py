"""The Qobuz stand-in's calls about playlists."""

from collections.abc import Iterable

from aiohttp import web

from .control import StandIn
from .qobuz_accounts import User
from .qobuz_lookups import country
from .qobuz_playlists import Playlist, Playlists, Row
from .qobuz_protocol import BASE, Json, Parameters, done, page, refusal, sent
from .qobuz_sign_in import SESSION, SignIn


class PlaylistCalls:
    """`playlist/…` but for its search; writes are POSTed forms."""

    def __init__(self, service: StandIn, sign_in: SignIn, playlists: Playlists) -> None:
        """Keep who has the switches, the users and the playlists."""
        self.service = service
        self.sign_in = sign_in
        self.playlists = playlists

    def routes(self) -> Iterable[web.RouteDef]:
        """Give the routes."""
        return [
            web.get(f"{BASE}/playlist/getUserPlaylists", self.mine),
            web.get(f"{BASE}/playlist/get", self.get),
            web.post(f"{BASE}/playlist/create", self.create),
            web.post(f"{BASE}/playlist/update", self.update),
            web.post(f"{BASE}/playlist/addTracks", self.add_tracks),
            web.post(f"{BASE}/playlist/deleteTracks", self.delete_tracks),
            web.post(f"{BASE}/playlist/updateTracksPosition", self.move_tracks),
            web.post(f"{BASE}/playlist/delete", self.delete),
            web.post(f"{BASE}/playlist/subscribe", self.subscribe),
            web.post(f"{BASE}/playlist/unsubscribe", self.unsubscribe),
        ]

    async def mine(self, request: web.Request) -> web.Response:
        """Tell a page of the user's playlists."""
        user, parameters = self.sign_in.user(request), Parameters(request.query)
        owned_only = parameters.choice("filter", ["owner"]) is not None

        def spell(numbered: tuple[int, Playlist]) -> Json:
            """Tell one, with its place and since when it is subscribed to."""
            position, playlist = numbered
            since = playlist.subscribers.get(user.key)
            told = self.playlists.told(playlist) | {"position": position}
            return told if since is None else told | {"subscribed_at": since}

        rows = self.playlists.of(user, owned_only)
        return web.json_response({"playlists": page(parameters, rows, spell, self.service.switches, default=500)})

    async def get(self, request: web.Request) -> web.Response:
        """Tell a playlist, with a page of its tracks where asked for."""
        parameters = Parameters(request.query)
        playlist = self.playlists.readable(parameters.number("playlist_id", None, 0), request[SESSION].user)
        told = self.playlists.told(playlist)
        if "tracks" in parameters.items("extra"):

            def spell(numbered: tuple[int, Row]) -> Json | None:
                """Tell a row."""
                return self.playlists.told_row(numbered, country(request))

            told["tracks"] = page(parameters, list(enumerate(playlist.rows, 1)), spell, self.service.switches)
        return web.json_response(told)

    async def create(self, request: web.Request) -> web.Response:
        """Make a playlist."""
        user, parameters = await self._asked(request)
        playlist = self.playlists.create(
            user,
            parameters.text("name"),
            parameters.optional("description") or "",
            parameters.boolean("is_public", False),
            parameters.boolean("is_collaborative", False),
        )
        return web.json_response(self.playlists.told(playlist))

    async def update(self, request: web.Request) -> web.Response:
        """Change what was sent of a playlist's name, description and openness."""
        user, parameters = await self._asked(request)
        playlist = self._own(user, parameters)
        is_public = parameters.boolean("is_public", playlist.is_public)
        is_collaborative = parameters.boolean("is_collaborative", playlist.is_collaborative)
        playlist.name = parameters.optional("name") or playlist.name
        if (description := parameters.optional("description")) is not None:
            playlist.description = description
        playlist.is_public, playlist.is_collaborative = is_public, is_collaborative
        self.playlists.touch(playlist, user)
        return web.json_response(self.playlists.told(playlist))

    async def add_tracks(self, request: web.Request) -> web.Response:
        """Put tracks at a playlist's end."""
        user, parameters = await self._asked(request)
        playlist = self._own(user, parameters, collaborators=True)
        no_duplicate = parameters.boolean("no_duplicate", False)
        self.playlists.append(playlist, user, _numbers(parameters, "track_ids"), no_duplicate)
        return web.json_response(self.playlists.told(playlist))

    async def delete_tracks(self, request: web.Request) -> web.Response:
        """Remove rows from a playlist."""
        user, parameters = await self._asked(request)
        playlist = self._own(user, parameters, collaborators=True)
        self.playlists.take_out(playlist, user, _numbers(parameters, "playlist_track_ids"))
        return web.json_response(self.playlists.told(playlist))

    async def move_tracks(self, request: web.Request) -> web.Response:
        """Put rows of a playlist elsewhere in it."""
        user, parameters = await self._asked(request)
        playlist = self._own(user, parameters, collaborators=True)
        before = parameters.number("insert_before", None, 0)
        self.playlists.move(playlist, user, _numbers(parameters, "playlist_track_ids"), before)
        return web.json_response(self.playlists.told(playlist))

    async def delete(self, request: web.Request) -> web.Response:
        """Remove a playlist."""
        user, parameters = await self._asked(request)
        self.playlists.delete(self._own(user, parameters))
        return done()

    async def subscribe(self, request: web.Request) -> web.Response:
        """Follow a playlist."""
        user, parameters = await self._asked(request)
        self.playlists.subscribe(self.playlists.readable(_playlist(parameters), user), user)
        return done()

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """Follow a playlist no more."""
        user, parameters = await self._asked(request)
        self.playlists.unsubscribe(self.playlists.readable(_playlist(parameters), user), user)
        return done()

    async def _asked(self, request: web.Request) -> tuple[User, Parameters]:
        """Tell who asks for a write, and with what."""
        return self.sign_in.user(request), await sent(request)

    def _own(self, user: User, parameters: Parameters, collaborators: bool = False) -> Playlist:
        """Find the playlist a write is about."""
        return self.playlists.own(_playlist(parameters), user, collaborators)


def _playlist(parameters: Parameters) -> int:
    """Read which playlist is meant."""
    return parameters.number("playlist_id", None, 0)


def _numbers(parameters: Parameters, name: str) -> list[int | None]:
    """Read a comma list of ids, at least one; None for what is no number."""
    if not (items := parameters.items(name)):
        raise refusal(400, f"Invalid or missing {name} parameter")
    return [int(item) if item.isdecimal() else None for item in items]
