"""The Qobuz stand-in's calls about the user: signing in, the profile, and what changed when."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from .control import Answer, StandIn
from .qobuz_accounts import SIGN_IN_MESSAGE, WRONG_PASSWORD, Accounts, Session, User
from .qobuz_protocol import BASE, Json, Parameters, form_texts, refusal

SESSION = web.RequestKey("qobuz_session", Session)


class SignIn:
    """`user/…`, `oauth/callback`, and the web site's page that a browser signs in on."""

    def __init__(self, service: StandIn, accounts: Accounts) -> None:
        """Keep who has the switches, and who has the users."""
        self.service = service
        self.accounts = accounts

    def routes(self) -> Iterable[web.RouteDef]:
        """Give the routes."""
        return [
            web.get(f"{BASE}/user/login", self.login),
            web.post(f"{BASE}/user/login", self.login),
            web.get(f"{BASE}/user/get", self.get),
            web.get(f"{BASE}/user/lastUpdate", self.last_update),
            web.get(f"{BASE}/oauth/callback", self.callback),
            web.get("/signin/oauth", self.sign_in_page),
        ]

    def unauthorized(self, message: str = SIGN_IN_MESSAGE) -> Answer:
        """Word a 401 as the switch has it."""
        return self.accounts.unauthorized(message, self.service.switches["trace_suffix"])

    def user(self, request: web.Request) -> User:
        """Tell whose request this is; 401 where there was no token."""
        if (user := request[SESSION].user) is None:
            raise self.unauthorized()
        return user

    async def login(self, request: web.Request) -> web.Response:
        """Sign in with a password, where that still works, or tell the profile of a token."""
        texts = dict(request.query) | await form_texts(request)
        if request.method == "POST" and request.content_type == "text/plain":
            texts |= dict(parse_qsl(await request.text()))
        parameters, session = Parameters(texts), request[SESSION]
        if request.method == "POST" and parameters.optional("extra") == "partner":
            return web.json_response({"user_auth_token": session.token, "user": self.user(request).profile()})
        name = parameters.optional("email") or parameters.text("username")
        password = parameters.text("password")
        if not self.service.switches["password_login"]:
            raise self.unauthorized()
        if (user := self.accounts.by_password(name, password)) is None:
            raise refusal(401, WRONG_PASSWORD)
        token = self.accounts.new_token(user.key, session.app.id)
        return web.json_response({"user_auth_token": token, "user": user.profile()})

    async def get(self, request: web.Request) -> web.Response:
        """Tell the user's own profile."""
        user = self.user(request)
        if Parameters(request.query).optional("user_id") not in {None, "", str(user.id)}:
            raise refusal(404, "No result matching given argument")
        profile = user.profile()
        return web.json_response({"user": profile} if self.service.switches["user_get_wrapped"] else profile)

    async def last_update(self, request: web.Request) -> web.Response:
        """Tell when what last changed, to the second."""
        return web.json_response({"last_update": self.user(request).updated})

    async def sign_in_page(self, request: web.Request) -> web.Response:
        """Sign the person of the switch `signs_in` in at once, and send the browser back with a code."""
        parameters, switches = Parameters(request.query), self.service.switches
        app_id, back = parameters.text("ext_app_id"), parameters.text("redirect_url")
        allowed = switches["redirects_allowed"]
        if app_id not in self.accounts.apps or (allowed and not back.startswith(tuple(allowed))):
            raise refusal(400, "Invalid argument")
        target = urlsplit(back)
        code = urlencode({"code_autorisation": self.accounts.new_code(switches["signs_in"], app_id)})
        query = f"{target.query}&{code}" if target.query else code
        raise web.HTTPFound(urlunsplit(target._replace(query=query)))

    async def callback(self, request: web.Request) -> web.Response:
        """Turn the code into a token."""
        parameters, switches = Parameters(request.query), self.service.switches
        user, token = self.accounts.redeem(
            parameters.text("code"), parameters.text("private_key"), request[SESSION].app
        )
        reply: Json = {switches["oauth_token_key"]: token}
        reply["user_id"] = user.id if switches["oauth_user_id"] == "int" else str(user.id)
        return web.json_response(reply)
