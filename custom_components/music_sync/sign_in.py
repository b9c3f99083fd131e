"""One attempt to sign in to a service while a person waits: who is it, or what went wrong."""

from collections.abc import Awaitable, Callable, Mapping
import logging
import traceback
from typing import Any, Final

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import CONF_APP_ID, CONF_USER_AUTH_TOKEN, DEFAULT_DAILY_BUDGET, Kind
from .endpoints import qobuz_api_url, spotify_api_url
from .engine.errors import AccessDenied, MustWait, Rejected, ServiceError, SignInNeeded, Unreachable
from .engine.model import Profile
from .engine.providers.gate import RateGate
from .engine.providers.qobuz import QobuzProvider
from .engine.providers.spotify import SpotifyProvider

_LOGGER = logging.getLogger(__name__)

_ERROR_KEYS: Final[Mapping[type[ServiceError], str]] = {
    SignInNeeded: "invalid_auth",
    AccessDenied: "access_denied",
    MustWait: "rate_limited",
    Unreachable: "cannot_connect",
}
_REJECTED_KEYS: Final[Mapping[Kind, str]] = {Kind.QOBUZ: "invalid_app_id"}


class SignInFailed(Exception):
    """Signing in did not work; `key` names the text that says why, as a form's error or a flow's abort."""

    def __init__(self, key: str) -> None:
        """Keep the key."""
        super().__init__(key)
        self.key = key


async def async_profile(hass: HomeAssistant, kind: Kind, data: Mapping[str, Any]) -> Profile:
    """Return who is signed in with `data`, in the shape a config entry of the kind stores.

    Raises SignInFailed with `invalid_auth`, `invalid_app_id`, `access_denied`, `rate_limited`, `cannot_connect` or
    `unknown`.
    """
    try:
        return await _ASK[kind](hass, data)
    except Exception as err:
        key = _error_key(kind, err)
        if key == "unknown":
            _log_unexpected(kind, err)
        raise SignInFailed(key) from err


async def _ask_spotify(_: HomeAssistant, data: Mapping[str, Any]) -> Profile:
    """Ask Spotify whose access token this is."""
    access_token: str = data[CONF_TOKEN][CONF_ACCESS_TOKEN]

    async def newest(*, rejected: str | None = None) -> str:
        """Give the token just received; there is no newer one."""
        if rejected is not None:
            raise SignInNeeded("Spotify refuses the access token it has just given")
        return access_token

    spotify = SpotifyProvider(access_token=newest, gate=_gate(Kind.SPOTIFY), api_url=spotify_api_url())
    try:
        return await spotify.profile()
    finally:
        await spotify.close()


async def _ask_qobuz(hass: HomeAssistant, data: Mapping[str, Any]) -> Profile:
    """Ask Qobuz whose token this is."""
    if not data[CONF_APP_ID].isdecimal():
        raise Rejected("A Qobuz app id consists of digits")
    qobuz = QobuzProvider(
        session=async_get_clientsession(hass),
        user_auth_token=data[CONF_USER_AUTH_TOKEN],
        app_id=data[CONF_APP_ID],
        gate=_gate(Kind.QOBUZ),
        api_url=qobuz_api_url(),
    )
    return await qobuz.profile()


_ASK: Final[Mapping[Kind, Callable[[HomeAssistant, Mapping[str, Any]], Awaitable[Profile]]]] = {
    Kind.SPOTIFY: _ask_spotify,
    Kind.QOBUZ: _ask_qobuz,
}


def _gate(kind: Kind) -> RateGate:
    """Return a gate for one attempt, which neither waits nor tries again: a person does."""
    return RateGate(
        minimum_delay=lambda: 0,
        daily_budget=lambda: DEFAULT_DAILY_BUDGET[kind],
        sleep=_never_wait,
        patience=0,
    )


async def _never_wait(_: float) -> None:
    """End the attempt where the gate would pause before another one."""
    raise Unreachable("The service does not answer")


def _log_unexpected(kind: Kind, error: Exception) -> None:
    """Log where an error came from, without its message: that may quote a header, and with it the token."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _LOGGER.error("Unexpected %s while signing in to %s:\n%s", type(error).__name__, kind, frames)


def _error_key(kind: Kind, error: Exception) -> str:
    """Return the key of the text for an error."""
    if isinstance(error, Rejected):
        return _REJECTED_KEYS.get(kind, "unknown")
    return next((key for expected, key in _ERROR_KEYS.items() if isinstance(error, expected)), "unknown")
