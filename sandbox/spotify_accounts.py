"""Spotify's accounts service: people, approvals and tokens."""

from base64 import b64decode
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
import re
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from .control import Answer

SIX_MONTHS = 183 * 86_400
"""How long a refresh token lives, in seconds from when the person approved."""
CODE_LIFETIME = 600


@dataclass(slots=True, kw_only=True)
class Profile:
    """A person with an account: `id` may be any text, `account_id` never changes."""

    id: str
    account_id: str
    display_name: str | None
    email: str
    country: str = "DE"
    product: str = "premium"


@dataclass(slots=True, kw_only=True)
class Grant:
    """What a person allowed an application; `authorized_at` is in Unix seconds."""

    user: str
    client_id: str
    scope: tuple[str, ...]
    authorized_at: float
    refresh_token: str = ""
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class Code:
    """An approval that waits to be exchanged for tokens."""

    grant: Grant
    redirect_uri: str
    expires_at: float


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """An access token and the number of requests made with it."""

    grant: Grant
    expires_at: float
    uses: int = 0


def people() -> dict[str, Profile]:
    """Make the people there are, by the name that the control uses."""
    return {
        "listener": Profile(
            id="listener", account_id="acc-7f3a1c", display_name="Lis Tener", email="listener@example.com"
        ),
        "guest": Profile(id="1133.guest_7", account_id="acc-0b92de", display_name=None, email="guest@example.com"),
    }


@dataclass(slots=True)
class Accounts:
    """The accounts service: `approving` is who approves the next authorisation."""

    switches: Mapping[str, Any]
    now: Callable[[], float]
    profiles: dict[str, Profile] = field(default_factory=people)
    approving: str = "listener"
    clients: dict[str, str] = field(default_factory=dict)
    """Client ids with their secrets; while there are none, any is good."""
    grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, Code] = field(default_factory=dict)
    _tokens: dict[str, AccessToken] = field(default_factory=dict)

    async def authorize(self, request: web.Request) -> web.Response:
        """Send the person straight back with a code, as if they had approved (or declined)."""
        query = request.query
        redirect = query.get("redirect_uri", "")
        if query.get("response_type") != "code":
            raise Answer(400, "response_type must be code")
        if not query.get("client_id") or (self.clients and query["client_id"] not in self.clients):
            raise Answer(400, "INVALID_CLIENT: Invalid client")
        if not redirect or (self.switches["strict_redirects"] and not _is_safe(redirect)):
            raise Answer(400, "INVALID_CLIENT: Insecure redirect URI")
        back = {"state": query["state"]} if "state" in query else {}
        if self.switches["deny_authorization"]:
            back |= {"error": "access_denied"}
        else:
            granted = self.switches["granted_scope"]
            scope = query.get("scope", "") if granted is None else granted
            grant = self._grant(self.approving, query["client_id"], scope)
            code = token_urlsafe(24)
            self._codes[code] = Code(grant=grant, redirect_uri=redirect, expires_at=self.now() + CODE_LIFETIME)
            back |= {"code": code}
        separator = "&" if urlsplit(redirect).query else "?"
        return web.Response(status=302, headers={"Location": f"{redirect}{separator}{urlencode(back)}"})

    async def token(self, request: web.Request) -> web.Response:
        """Exchange a code, or refresh an access token."""
        form = await request.post()
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        client_id = self._client(request, fields)
        match fields.get("grant_type"):
            case "authorization_code":
                code = self._codes.pop(fields.get("code", ""), None)
                if code is None or code.expires_at <= self.now() or code.grant.client_id != client_id:
                    raise _invalid_grant("Invalid authorization code")
                if code.redirect_uri != fields.get("redirect_uri"):
                    raise _invalid_grant("Invalid redirect URI")
                return web.json_response(self._first_reply(code.grant))
            case "refresh_token":
                grant = self._refreshable(fields.get("refresh_token", ""), client_id)
                reply = self._reply(grant)
                if self.switches["rotate_refresh_token"]:
                    grant.refresh_token = reply["refresh_token"] = token_urlsafe(24)
                return web.json_response(reply)
        raise Answer(400, {"error": "unsupported_grant_type", "error_description": "grant_type is not supported"})

    def approved(self, user: str, client_id: str, scope: str) -> dict[str, Any]:
        """Give the token endpoint's reply to a fresh approval, without the way through the browser."""
        return self._first_reply(self._grant(user, client_id, scope))

    def check(self, request: web.Request) -> Grant:
        """Find what the request's access token allows; 401 where it is no good."""
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not value:
            raise _unauthorized("No token provided")
        token = self._tokens.get(value)
        if token is None:
            raise _unauthorized("Invalid access token")
        uses = self.switches["requests_per_token"]
        if token.expires_at <= self.now() or 0 < uses <= token.uses:
            raise _unauthorized("The access token expired")
        token.uses += 1
        return token.grant

    def revoke(self, user: str | None = None) -> None:
        """Revoke the refresh tokens (of one person); access tokens live on until they expire."""
        for grant in self.grants:
            grant.revoked = grant.revoked or user in {None, grant.user}

    def expire(self, user: str | None = None) -> None:
        """Let all access tokens (of one person) expire now."""
        for token in self._tokens.values():
            if user in {None, token.grant.user}:
                token.expires_at = min(token.expires_at, self.now())

    def valid_access_tokens(self) -> int:
        """Count the access tokens that have not expired."""
        return sum(token.expires_at > self.now() for token in self._tokens.values())

    def _client(self, request: web.Request, fields: Mapping[str, str]) -> str:
        """Find which client asks for a token, by form fields or a Basic header, and check its secret."""
        client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                client_id, _, secret = b64decode(value, validate=True).decode().partition(":")
            except binascii.Error, UnicodeDecodeError:
                client_id = ""
        if not client_id or not secret:
            raise Answer(400, {"error": "invalid_client", "error_description": "Invalid client"})
        if self.clients and self.clients.get(client_id) != secret:
            raise Answer(400, {"error": "invalid_client", "error_description": "Invalid client secret"})
        return client_id

    def _refreshable(self, refresh_token: str, client_id: str) -> Grant:
        """Find the grant of a refresh token, if it still stands."""
        for grant in self.grants:
            if refresh_token and grant.refresh_token == refresh_token and grant.client_id == client_id:
                if grant.revoked or grant.authorized_at + SIX_MONTHS <= self.now():
                    break
                return grant
        raise _invalid_grant("Refresh token revoked")

    def _grant(self, user: str, client_id: str, scope: str) -> Grant:
        """Note an approval, given now; scopes may be parted by spaces or commas."""
        scopes = tuple(filter(None, re.split(r"[ ,]+", scope)))
        return Grant(user=user, client_id=client_id, scope=scopes, authorized_at=self.now())

    def _first_reply(self, grant: Grant) -> dict[str, Any]:
        """Make the reply that carries a refresh token."""
        grant.refresh_token = token_urlsafe(24)
        self.grants.append(grant)
        return self._reply(grant) | {"refresh_token": grant.refresh_token}

    def _reply(self, grant: Grant) -> dict[str, Any]:
        """Make an access token, and the token endpoint's reply with it."""
        seconds = self.switches["expires_in"]
        value = token_urlsafe(24)
        self._tokens[value] = AccessToken(grant=grant, expires_at=self.now() + seconds)
        return {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(grant.scope),
        }


def _is_safe(uri: str) -> bool:
    """Tell whether a redirect goes by HTTPS or to a loopback address given as a number."""
    parts = urlsplit(uri)
    try:
        loopback = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback)


def _invalid_grant(description: str) -> Answer:
    """Make the token endpoint's refusal."""
    return Answer(400, {"error": "invalid_grant", "error_description": description})


def _unauthorized(message: str) -> Answer:
    """Make the API's refusal of a token."""
    return Answer(401, {"error": {"status": 401, "message": message}})
