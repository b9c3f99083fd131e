"""Accounts: from a config entry to a provider behind its rate gate."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
import time
from typing import Any, Final

from aiohttp import ClientError
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import OAuth2Session, async_get_config_entry_implementation
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import (
    CONF_APP_ID,
    CONF_DAILY_BUDGET,
    CONF_KIND,
    CONF_MINIMUM_DELAY,
    CONF_USER_AUTH_TOKEN,
    DEFAULT_DAILY_BUDGET,
    DEFAULT_MINIMUM_DELAY,
    DOMAIN,
    KIND_NAMES,
    Kind,
)
from .endpoints import qobuz_api_url, spotify_api_url
from .engine.errors import SignInNeeded, Unreachable
from .engine.library import Library, gates
from .engine.model import GateState
from .engine.providers.capabilities import Identifies
from .engine.providers.gate import RateGate
from .engine.providers.qobuz import QobuzProvider
from .engine.providers.spotify import SpotifyProvider

KEEP_EVERY: Final = 25
"""Requests between two savings of their count: what a crash may lose."""

TOKEN_TIMEOUT: Final = 30.0
"""Seconds to wait for a new access token."""

HOMES: Final[Mapping[Kind, str]] = {Kind.SPOTIFY: "https://open.spotify.com", Kind.QOBUZ: "https://play.qobuz.com"}


def kind_of(entry: ConfigEntry[Any]) -> Kind:
    """Return an account's kind."""
    return Kind(entry.data[CONF_KIND])


def make_gate(
    hass: HomeAssistant, entry: ConfigEntry[Any], library: Library, state: GateState, show: Callable[[], None]
) -> RateGate:
    """Return the account's rate gate, whose options are read at each use.

    A block is kept in the library file at once, shown by `show` and told to the accounts that share the limit; the
    count of requests is kept now and then.
    """
    kind = kind_of(entry)
    kept = state

    @callback
    def keep(after: GateState) -> None:
        """Keep what must not be lost, and show a new block."""
        nonlocal kept
        is_blocked_anew = after.blocked_until != kept.blocked_until
        if is_blocked_anew or after.hits != kept.hits or abs(after.used - kept.used) >= KEEP_EVERY:
            kept = after
            hass.async_create_task(library.run(gates.save, entry.entry_id, after), f"{DOMAIN} keeps a rate gate")
        if is_blocked_anew:
            show()
            for other in _sharing_limits(hass, entry):
                other.block(after.blocked_until)

    gate = RateGate(
        minimum_delay=lambda: entry.options.get(CONF_MINIMUM_DELAY, DEFAULT_MINIMUM_DELAY[kind]) / 1000,
        daily_budget=lambda: int(entry.options.get(CONF_DAILY_BUDGET, DEFAULT_DAILY_BUDGET[kind])),
        state=state,
        changed=keep,
        clock=time.time,
    )
    for other in _sharing_limits(hass, entry):
        gate.block(other.blocked_until)
    return gate


def blocked_until(gate: RateGate) -> float:
    """Return when a gate's block lifts (Unix seconds): the same however often it is asked, 0 where there is none."""
    return gate.state.blocked_until if gate.blocked_until else 0.0


def _sharing_limits(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Iterator[RateGate]:
    """Find the gates of the other loaded accounts that sign in through the same app: a service limits the app."""
    app = entry.data.get("auth_implementation")
    for other in hass.config_entries.async_loaded_entries(DOMAIN):
        if app is not None and other is not entry and other.data.get("auth_implementation") == app:
            yield other.runtime_data.gate


async def async_make_provider(hass: HomeAssistant, entry: ConfigEntry[Any], gate: RateGate) -> Identifies:
    """Return the provider of an account's service. Raises what a missing application credential raises."""
    return await _MAKERS[kind_of(entry)](hass, entry, gate)


async def _make_spotify(hass: HomeAssistant, entry: ConfigEntry[Any], gate: RateGate) -> SpotifyProvider:
    """Return a Spotify account's provider."""
    implementation = await async_get_config_entry_implementation(hass, entry)
    session = OAuth2Session(hass, entry, implementation)
    return SpotifyProvider(access_token=SpotifyToken(hass, entry, session, gate), gate=gate, api_url=spotify_api_url())


async def _make_qobuz(hass: HomeAssistant, entry: ConfigEntry[Any], gate: RateGate) -> QobuzProvider:
    """Return a Qobuz account's provider."""
    return QobuzProvider(
        session=async_get_clientsession(hass),
        user_auth_token=entry.data[CONF_USER_AUTH_TOKEN],
        app_id=entry.data[CONF_APP_ID],
        gate=gate,
        api_url=qobuz_api_url(),
    )


_MAKERS: Final = {Kind.SPOTIFY: _make_spotify, Kind.QOBUZ: _make_qobuz}


class SpotifyToken:
    """An account's access token, refreshed by Home Assistant's OAuth session."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], session: OAuth2Session, gate: RateGate) -> None:
        """Keep the one session that refreshes this entry's token, and the gate that a rate limit closes."""
        self._gate = gate
        self._hass = hass
        self._entry = entry
        self._session = session

    async def __call__(self, *, rejected: str | None = None) -> str:
        """Return a valid access token, another one than `rejected`. Raises SignInNeeded, RateLimited, Unreachable."""
        token = self._session.token
        if rejected is not None and rejected == token[CONF_ACCESS_TOKEN]:
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, CONF_TOKEN: {**token, "expires_at": 0}}
            )
        try:
            async with asyncio.timeout(TOKEN_TIMEOUT):
                await self._session.async_ensure_token_valid()
        except OAuth2TokenRequestReauthError, ConfigEntryAuthFailed:
            raise SignInNeeded("Spotify no longer accepts the sign-in") from None
        except OAuth2TokenRequestTransientError as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise self._gate.rate_limited(error.headers.get("Retry-After") if error.headers else None) from None
            raise Unreachable("Spotify's sign-in does not answer") from None
        except OAuth2TokenRequestBaseError, ClientError, TimeoutError, ValueError, LookupError, AttributeError:
            raise Unreachable("Spotify's sign-in does not answer") from None
        return str(self._session.token[CONF_ACCESS_TOKEN])


def account_device(entry: ConfigEntry[Any]) -> DeviceInfo:
    """Return the device that stands for an account."""
    kind = kind_of(entry)
    return DeviceInfo(
        identifiers={(DOMAIN, str(entry.unique_id))},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=KIND_NAMES[kind],
        name=entry.title,
        configuration_url=HOMES[kind],
    )
