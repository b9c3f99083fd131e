"""The Qobuz stand-in's favourites: tracks, albums and artists, newest first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from aiohttp import web

from .control import BadControl, StandIn
from .qobuz_accounts import User
from .qobuz_catalogue import PLURALS, Catalogue
from .qobuz_protocol import BASE, Json, Parameters, done, page, refusal, sent
from .qobuz_sign_in import SESSION, SignIn

type ItemId = int | str

MOST_IDS = 5000
SINGULAR = {"tracks": "track", "albums": "album", "artists": "artist"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Favorite:
    """A favourite; `at` is in whole Unix seconds, `place` orders those of one second."""

    id: ItemId
    at: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A favourite that came or went at a time, which is in Unix seconds."""

    at: float
    favorite: Favorite
    came: bool


class Shelf:
    """One user's favourites of one kind."""

    def __init__(self) -> None:
        """Start empty."""
        self._favorites: dict[ItemId, Favorite] = {}
        self._changes: list[Change] = []
        self._places = 0

    def __contains__(self, item: ItemId) -> bool:
        """Tell whether an item is a favourite."""
        return item in self._favorites

    def add(self, item: ItemId, now: float) -> bool:
        """Make an item a favourite, as the newest; False where it was one already."""
        if item in self._favorites:
            return False
        self._places += 1
        favorite = self._favorites[item] = Favorite(id=item, at=int(now), place=self._places)
        self._changes.append(Change(at=now, favorite=favorite, came=True))
        return True

    def remove(self, item: ItemId, now: float) -> bool:
        """Take a favourite away; False where it was none."""
        if (favorite := self._favorites.pop(item, None)) is None:
            return False
        self._changes.append(Change(at=now, favorite=favorite, came=False))
        return True

    def newest_first(self) -> list[Favorite]:
        """Give the favourites as they are."""
        return _newest_first(self._favorites)

    def as_of(self, moment: float) -> list[Favorite]:
        """Give the favourites as they were at a time."""
        then = dict(self._favorites)
        for change in reversed(self._changes):
            if change.at <= moment:
                break
            if change.came:
                del then[change.favorite.id]
            else:
                then[change.favorite.id] = change.favorite
        return _newest_first(then)


def _newest_first(favorites: Mapping[ItemId, Favorite]) -> list[Favorite]:
    """Put favourites in the order of the service."""
    return sorted(favorites.values(), key=lambda favorite: (favorite.at, favorite.place), reverse=True)


class Favorites:
    """`favorite/…`: the stored favourites and their calls."""

    def __init__(self, service: StandIn, sign_in: SignIn, catalogue: Catalogue) -> None:
        """Start with no favourites."""
        self.service = service
        self.sign_in = sign_in
        self.catalogue = catalogue
        self._shelves: dict[tuple[str, str], Shelf] = {}

    def reset(self, user: User, tracks: Iterable[int], hours: int = 6) -> None:
        """Forget all favourites; give one user some, oldest first, some hours apart and the newest yesterday."""
        self._shelves.clear()
        oldest_first = list(tracks)
        begin = self.service.now() - 86_400 - hours * 3600 * (len(oldest_first) - 1)
        for index, number in enumerate(oldest_first):
            self.shelf(user, "tracks").add(number, begin + hours * 3600 * index)
        if oldest_first:
            user.touch(self.service.now() - 86_400, "favorite", "favorite_track")

    def routes(self) -> Iterable[web.RouteDef]:
        """Give the routes; writes take a form, or the same as a GET's query."""
        return [
            web.get(f"{BASE}/favorite/getUserFavorites", self.rows),
            web.get(f"{BASE}/favorite/getUserFavoriteIds", self.ids),
            web.get(f"{BASE}/favorite/status", self.status),
            *(way(f"{BASE}/favorite/create", self.create) for way in (web.get, web.post)),
            *(way(f"{BASE}/favorite/delete", self.delete) for way in (web.get, web.post)),
        ]

    def shelf(self, user: User, kind: str) -> Shelf:
        """Give a user's favourites of a kind, in the plural."""
        return self._shelves.setdefault((user.key, kind), Shelf())

    def state(self, user: User) -> Json:
        """Tell a user's favourites, newest first."""
        return {
            kind: [{"id": one.id, "favorited_at": one.at} for one in self.shelf(user, kind).newest_first()]
            for kind in PLURALS
        }

    def by_hand(self, user: User, wanted: Any, come: bool) -> None:
        """Add or remove what a person adds or removes: `{"tracks": [ids], …}`, one after the other."""
        if not isinstance(wanted, dict) or not all(isinstance(items, list) for items in wanted.values()):
            raise BadControl('favourites are given as {"tracks": [ids], "albums": [ids], "artists": [ids]}')
        for kind, items in wanted.items():
            fitting = kind in PLURALS and all(isinstance(item, int | str) for item in items)
            if not fitting or not all(self.catalogue.has(kind, item) for item in items):
                raise BadControl(f"there are no such {kind}")
        for kind, items in wanted.items():
            self._change(user, kind, items, come)

    async def rows(self, request: web.Request) -> web.Response:
        """Tell a page of favourites of one kind, or of each."""
        user, parameters = self.sign_in.user(request), Parameters(request.query)
        self._check_signature(request, parameters)
        wanted = parameters.choice("type", PLURALS)
        reply: Json = {kind: self._page(user, kind, parameters) for kind in PLURALS if wanted in {None, kind}}
        return web.json_response(reply | {"user": {"id": user.id, "login": user.login}})

    async def ids(self, request: web.Request) -> web.Response:
        """Tell the ids of all favourites, as they were `favorite_ids_lag` seconds ago."""
        user, limit = self.sign_in.user(request), Parameters(request.query).number("limit", MOST_IDS, 1)
        moment = self.service.now() - self.service.switches["favorite_ids_lag"]
        reply: Json = {
            kind: [favorite.id for favorite in self.shelf(user, kind).as_of(moment)[: min(limit, MOST_IDS)]]
            for kind in PLURALS
        }
        return web.json_response(reply | {"labels": [], "awards": [], "articles": []})

    async def status(self, request: web.Request) -> web.Response:
        """Tell whether one thing is a favourite."""
        user, parameters = self.sign_in.user(request), Parameters(request.query)
        parameters.text("type")
        kind = parameters.choice("type", SINGULAR.values())
        item = _id(f"{kind}s", parameters.text("item_id"))
        return web.json_response({"status": item in self.shelf(user, f"{kind}s")})

    async def create(self, request: web.Request) -> web.Response:
        """Make things favourites."""
        user, wanted = self.sign_in.user(request), self._wanted(await sent(request))
        switches = self.service.switches
        for kind, items in wanted.items():
            taken: list[ItemId] = []
            refused: str | None = None
            for item in items:
                if not self.catalogue.has(kind, item):
                    refused = "No result matching given argument" if switches["unknown_ids"] == "refused" else None
                elif item in self.shelf(user, kind):
                    refused = "Already in favorites" if switches["favorite_again"] == "refused" else None
                else:
                    taken.append(item)
                if refused:
                    break
            if refused is None or switches["refused_batch"] == "partly":
                self._change(user, kind, taken if switches["favorite_order"] == "given" else taken[::-1], come=True)
            if refused:
                raise refusal(400, refused)
        return done()

    async def delete(self, request: web.Request) -> web.Response:
        """Take favourites away; what is none is passed over."""
        user = self.sign_in.user(request)
        for kind, items in self._wanted(await sent(request)).items():
            self._change(user, kind, items, come=False)
        return done()

    def _wanted(self, parameters: Parameters) -> dict[str, list[ItemId]]:
        """Read the ids of a write."""
        wanted = {kind: [_id(kind, item) for item in parameters.items(f"{SINGULAR[kind]}_ids")] for kind in PLURALS}
        if not any(wanted.values()):
            raise refusal(400, "Invalid or missing track_ids, album_ids or artist_ids parameter")
        return wanted

    def _change(self, user: User, kind: str, items: Iterable[ItemId], come: bool) -> None:
        """Add or remove, all in this moment, and note when."""
        shelf, now = self.shelf(user, kind), self.service.now()
        changed = [shelf.add(item, now) if come else shelf.remove(item, now) for item in items]
        if any(changed):
            user.touch(now, "favorite", f"favorite_{SINGULAR[kind]}")

    def _page(self, user: User, kind: str, parameters: Parameters) -> Json:
        """Cut a page of one kind."""
        looks: dict[str, Callable[[Any], Json | None]] = {
            "tracks": lambda number: self.catalogue.listed(number, user.country),
            "albums": self.catalogue.album,
            "artists": self.catalogue.artist,
        }

        def spell(favorite: Favorite) -> Json | None:
            """Give a row."""
            row = looks[kind](favorite.id)
            return row and row | {"favorited_at": favorite.at}

        return page(parameters, self.shelf(user, kind).newest_first(), spell, self.service.switches)

    def _check_signature(self, request: web.Request, parameters: Parameters) -> None:
        """Refuse a wrong signature; none at all is fine."""
        if (signature := parameters.optional("request_sig")) is not None:
            text = f"favoritegetUserFavorites{parameters.optional('request_ts')}{request[SESSION].app.secret}"
            if signature != md5(text.encode(), usedforsecurity=False).hexdigest():
                raise refusal(400, "Invalid Request Signature parameter (request_sig)")


def _id(kind: str, text: str) -> ItemId:
    """Give an id as the catalogue has it; what cannot be one stays text, and is unknown."""
    return int(text) if kind != "albums" and text.isdecimal() else text
