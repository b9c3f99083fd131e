"""Who may use the Qobuz stand-in: apps, users, tokens, and the three ways to sign in."""

from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from .control import Answer, BadControl
from .qobuz_protocol import Json, refusal

UPDATES = ("favorite", "favorite_album", "favorite_artist", "favorite_track", "favorite_label", "playlist", "purchase")
SIGN_IN_MESSAGE = "User authentication is required."
WRONG_PASSWORD = "Invalid username/email and password combination"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A program that Qobuz knows; `private_key` is for signing in by browser, `secret` for signed calls."""

    id: str
    private_key: str
    secret: str


@dataclass(slots=True, kw_only=True)
class Token:
    """A user's token, good with the app it was made for only."""

    user: str
    app: str
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class User:
    """A person; `updated` is when something last changed, in whole Unix seconds."""

    key: str
    id: int
    login: str
    password: str
    name: str
    country: str
    subscription: bool = True
    updated: dict[str, int] = field(default_factory=lambda: dict.fromkeys(UPDATES, 0))

    def touch(self, now: float, *what: str) -> None:
        """Note that something changed now."""
        self.updated.update(dict.fromkeys(what, int(now)))

    def profile(self) -> Json:
        """Tell who this is, as `user/get` does."""
        return {
            "id": self.id,
            "login": self.login,
            "email": self.login,
            "display_name": self.name,
            "country_code": self.country,
            "language_code": "en",
            "zone": self.country,
            "store": f"{self.country}-en",
            "credential": {
                "id": 100 + self.id % 100,
                "label": "streaming-studio",
                "parameters": {"lossless_streaming": True, "hires_streaming": True, "label": "Studio"},
            },
            "subscription": {
                "offer": "studio",
                "periodicity": "monthly",
                "start_date": "2024-01-01",
                "end_date": "2099-12-31",
                "is_canceled": False,
            },
            "device": {"id": 70_000_000 + self.id},
        }


APPS = (
    App(id="100000001", private_key="sandboxkey01", secret="1" * 32),
    App(id="100000002", private_key="sandboxkey02", secret="2" * 32),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a request's headers amount to; `user` is None where no token was sent."""

    app: App
    user: User | None
    token: str | None


class Accounts:
    """All apps, users and tokens; development values, the same at every start."""

    def __init__(self) -> None:
        """Start with two apps and two users, each with a token for the first app."""
        self.apps = {app.id: app for app in APPS}
        self.traces = 0
        self.reset()

    def reset(self) -> None:
        """Put users, tokens and codes back."""
        self.users = {
            user.key: user
            for user in (
                User(
                    key="listener",
                    id=5_000_001,
                    login="listener@sandbox.invalid",
                    password="sandbox-password-listener",
                    name="Listener",
                    country="FR",
                ),
                User(
                    key="guest",
                    id=5_000_002,
                    login="guest@sandbox.invalid",
                    password="sandbox-password-guest",
                    name="Guest",
                    country="US",
                ),
            )
        }
        self.tokens = {f"sandbox-token-{key}": Token(user=key, app=APPS[0].id) for key in self.users}
        self.codes: dict[str, Token] = {}
        self._issued = 0

    def unauthorized(self, message: str, trace: bool) -> Answer:
        """Word a 401, with the trace Qobuz has put behind the message since April 2026."""
        self.traces += 1
        return refusal(401, f"{message} (Root=1-{self.traces:08x}-{self.traces:024x})" if trace else message)

    def session(self, app_id: str | None, token: str | None, switches: dict[str, Any]) -> Session:
        """Tell who is asking: 400 without a known app, 401 for a token that is not good with it, 403 without rights."""
        if (app := self.apps.get(app_id or "")) is None:
            raise refusal(400, "Invalid or missing app_id parameter")
        if not token:
            return Session(app=app, user=None, token=None)
        known = self.tokens.get(token)
        if known is None or known.revoked or known.app != app.id:
            raise self.unauthorized(switches["rejected_message"], switches["trace_suffix"])
        user = self.users[known.user]
        if not user.subscription:
            raise refusal(403, "User subscription is not active")
        return Session(app=app, user=user, token=token)

    def by_password(self, login: str, password: str) -> User | None:
        """Find the user with a login and a password, which is plain or its MD5 in hexadecimal."""
        for user in self.users.values():
            hashed = md5(user.password.encode(), usedforsecurity=False).hexdigest()
            if login in {user.login, user.key} and password in {user.password, hashed}:
                return user
        return None

    def new_token(self, user: str, app: str) -> str:
        """Make one more token for a user and an app."""
        self._issued += 1
        value = f"sandbox-token-{user}-{self._issued}"
        self.tokens[value] = Token(user=user, app=app)
        return value

    def new_code(self, user: str, app: str) -> str:
        """Make a code that can be turned into a token once."""
        self._issued += 1
        code = f"sandbox-code-{user}-{self._issued}"
        self.codes[code] = Token(user=user, app=app)
        return code

    def redeem(self, code: str, private_key: str, app: App) -> tuple[User, str]:
        """Turn a code into a user and a new token; 400 for a used code or a wrong key, which leaves the code good."""
        token = self.codes.get(code)
        if token is None or token.app != app.id:
            raise refusal(400, "Invalid code")
        if private_key != app.private_key:
            raise refusal(400, "Invalid private_key")
        del self.codes[code]
        return self.users[token.user], self.new_token(token.user, app.id)

    def user(self, key: str) -> User:
        """Find a user by the name the sandbox has for them."""
        if key not in self.users:
            raise BadControl(f"unknown user {key}; there are {', '.join(self.users)}")
        return self.users[key]

    def revoke(self, user: User, revoked: bool) -> None:
        """Revoke all tokens of a user, or make them good again."""
        for token in self.tokens.values():
            if token.user == user.key:
                token.revoked = revoked
