"""A stand-in for Qobuz: the API of its web player, over a world of tracks, with switches for all that nobody knows."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
import time
from typing import Any, ClassVar, override

from aiohttp import web

from .control import BadControl, Handler, StandIn
from .qobuz_accounts import SIGN_IN_MESSAGE, Accounts
from .qobuz_catalogue import ODDITIES, Catalogue
from .qobuz_favorites import Favorites
from .qobuz_lookups import Lookups
from .qobuz_playlist_calls import PlaylistCalls
from .qobuz_playlists import Playlists
from .qobuz_protocol import BASE, Json, form_texts, refusal
from .qobuz_sign_in import SESSION, SignIn
from .world import World

A_DAY = 86_400
PAGE_AT_THE_GATE = "<html><head><title>Access denied</title></head><body><h1>Access denied</h1></body></html>"
USER_CHANGES = {"revoked", "subscription", "country", "add_favorites", "remove_favorites", "add_playlist"}


class QobuzStandIn(StandIn):
    """Qobuz under `/api.json/0.2`, its sign-in page under `/signin/oauth`.

    Lists of track ids among the switches may be `["*"]`, all tracks. State over HTTP: `GET /_sandbox/state` tells apps,
    users with tokens and favourites (newest first), and playlists. `PATCH` takes `{"users": {key: {"revoked": bool,
    "subscription": bool, "country": text, "add_favorites": {"tracks": [ids], …}, "remove_favorites": …,
    "add_playlist": {"name", "tracks", …}}}, "block": seconds}`.
    """

    default_switches: ClassVar[Mapping[str, Any]] = {
        "password_login": False,
        "trace_suffix": True,
        "rejected_message": SIGN_IN_MESSAGE,
        "user_get_wrapped": False,
        "signs_in": "listener",
        "redirects_allowed": [],
        "oauth_token_key": "token",
        "oauth_user_id": "text",
        "page_cap": None,
        "echo_asked_limit": False,
        "total_drift": 0,
        "track_list_most": 50,
        "isrc_search": False,
        "search_noise": 0.3,
        "search_matching": "half",
        "unknown_ids": "ignored",
        "favorite_again": "success",
        "refused_batch": "nothing",
        "favorite_order": "given",
        "favorite_ids_lag": 0,
        "not_owner_status": 403,
        "unavailable_in": {},
        "unavailable_lookup": "not_streamable",
        "null_items": [],
        "block_after": None,
        "block_seconds": A_DAY // 2,
        "block_status": 429,
        "block_retry_after": "none",
        **{name: [] for name in ODDITIES},
    }
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "signs_in": ("listener", "guest"),
        "oauth_token_key": ("token", "user_auth_token"),
        "oauth_user_id": ("text", "int"),
        "search_matching": ("half", "all"),
        "unknown_ids": ("ignored", "refused"),
        "favorite_again": ("success", "refused"),
        "refused_batch": ("nothing", "partly"),
        "favorite_order": ("given", "reversed"),
        "not_owner_status": (403, 401),
        "unavailable_lookup": ("not_streamable", "not_found"),
        "block_status": (429, 403),
        "block_retry_after": ("none", "seconds", "date"),
    }

    def __init__(self, world: World, clock: Callable[[], float] = time.time) -> None:
        """Take the world's Qobuz tracks, and its favourites for the user `listener`."""
        super().__init__(clock)
        self.world = world
        self.accounts = Accounts()
        self.catalogue = Catalogue(world, lambda: self.switches, self.now)
        self.playlists = Playlists(self.accounts, self.catalogue, lambda: self.switches, self.now)
        self.sign_in = SignIn(self, self.accounts)
        self.favorites = Favorites(self, self.sign_in, self.catalogue)
        self.reset_state()

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Give the routes of all calls; any other call is refused in JSON."""
        return [
            *self.sign_in.routes(),
            *Lookups(self, self.catalogue, self.playlists).routes(),
            *self.favorites.routes(),
            *PlaylistCalls(self, self.sign_in, self.playlists).routes(),
            web.route("*", f"{BASE}/{{call:.*}}", self._unknown),
        ]

    @override
    def reset_state(self) -> None:
        """Put users, favourites and playlists back, and lift any block."""
        self.accounts.reset()
        self.playlists.reset()
        self.favorites.reset(self.accounts.user("listener"), self.world.qobuz_favorites)
        self.blocked_until = 0.0
        self._recent: deque[float] = deque()

    @override
    def state(self) -> Json:
        """Tell everything that calls may change."""
        users = {
            user.key: {
                "id": user.id,
                "login": user.login,
                "password": user.password,
                "tokens": {
                    value: {"app_id": token.app, "revoked": token.revoked}
                    for value, token in self.accounts.tokens.items()
                    if token.user == user.key
                },
                "subscription": user.subscription,
                "country": user.country,
                "last_update": user.updated,
                "favorites": self.favorites.state(user),
            }
            for user in self.accounts.users.values()
        }
        apps = {app.id: {"private_key": app.private_key, "secret": app.secret} for app in self.accounts.apps.values()}
        blocked = max(0.0, self.blocked_until - self.now())
        return {"apps": apps, "users": users, "playlists": self.playlists.state(), "blocked_seconds": blocked}

    @override
    def change_state(self, change: dict[str, Any]) -> None:
        """Do what a person, or Qobuz itself, does behind the API's back."""
        if unknown := set(change) - {"users", "block"}:
            raise BadControl(f"unknown {sorted(unknown)}; there are users, block")
        users, seconds = change.get("users", {}), change.get("block")
        if not isinstance(users, dict) or not all(isinstance(wanted, dict) for wanted in users.values()):
            raise BadControl("users is an object of objects")
        if not isinstance(seconds, int | float | None):
            raise BadControl("block is a number of seconds, 0 to lift it")
        for key, wanted in users.items():
            self._change_user(key, wanted)
        if seconds is not None:
            self.blocked_until = self.now() + seconds

    @override
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the gate and the check of app and token come before every call."""
        if not request.path.startswith(f"{BASE}/"):
            return await handler(request)
        if self._is_blocked():
            headers = {"none": {}, "seconds": {"Retry-After": str(self._seconds_blocked())}}.get(
                self.switches["block_retry_after"],
                {"Retry-After": formatdate(self.now() + self._seconds_blocked(), usegmt=True)},
            )
            status = self.switches["block_status"]
            return web.Response(status=status, text=PAGE_AT_THE_GATE, content_type="text/html", headers=headers)
        app_id = request.headers.get("X-App-Id") or request.query.get("app_id")
        token = request.headers.get("X-User-Auth-Token") or request.query.get("user_auth_token")
        if app_id is None:
            app_id = (await form_texts(request)).get("app_id")
        request[SESSION] = self.accounts.session(app_id, token, self.switches)
        return await handler(request)

    def _is_blocked(self) -> bool:
        """Count a call, and tell whether this caller is shut out."""
        now, most = self.now(), self.switches["block_after"]
        if now < self.blocked_until:
            return True
        while self._recent and self._recent[0] <= now - A_DAY:
            self._recent.popleft()
        self._recent.append(now)
        if most is None or len(self._recent) <= most:
            return False
        self.blocked_until = now + self.switches["block_seconds"]
        self._recent.clear()
        return True

    def _seconds_blocked(self) -> int:
        """Tell how long the block lasts yet, in whole seconds."""
        return int(self.blocked_until - self.now()) + 1

    def _change_user(self, key: str, wanted: Json) -> None:
        """Change what is about one user."""
        user = self.accounts.user(key)
        if unknown := set(wanted) - USER_CHANGES:
            raise BadControl(f"unknown {sorted(unknown)}; there are {', '.join(sorted(USER_CHANGES))}")
        if not all(isinstance(wanted.get(name, True), bool) for name in ("revoked", "subscription")):
            raise BadControl("revoked and subscription are true or false")
        if not isinstance(wanted.get("country", ""), str):
            raise BadControl("country is a code of two letters")
        if "revoked" in wanted:
            self.accounts.revoke(user, wanted["revoked"])
        user.subscription = wanted.get("subscription", user.subscription)
        user.country = wanted.get("country", user.country)
        self.favorites.by_hand(user, wanted.get("add_favorites", {}), come=True)
        self.favorites.by_hand(user, wanted.get("remove_favorites", {}), come=False)
        if "add_playlist" in wanted:
            self.playlists.by_hand(user, wanted["add_playlist"])

    async def _unknown(self, request: web.Request) -> web.Response:
        """Refuse a call that Qobuz does not have, or not by this method."""
        raise refusal(404, f"No such call: {request.method} {request.match_info['call']}")
