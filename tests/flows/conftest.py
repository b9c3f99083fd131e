"""Accounts, pretended services, and a check of every text that a flow shows."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.components.application_credentials import ClientCredential, async_import_client_credential
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowManager
from homeassistant.helpers import config_entry_oauth2_flow
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_schema_suggested_value
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import requests_mock as requests_mocker

from custom_components.music_sync.const import DOMAIN

from .flow_texts import missing_texts

SPOTIFY_TOKEN_URL = "https://accounts.spotify.com/api/token"
SPOTIFY_ME_URL = "https://api.spotify.com/v1/me/"
QOBUZ_USER_URL = "https://www.qobuz.com/api.json/0.2/user/get"
REDIRECT_URL = "https://example.com/auth/external/callback"

SCOPE = "user-library-read playlist-read-private playlist-read-collaborative user-follow-read"
TOKEN = {
    "access_token": "spotify-access",
    "refresh_token": "spotify-refresh",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": SCOPE,
}
ANNA_AT_SPOTIFY = {"id": "anna", "display_name": "Anna"}
ANNA_AT_QOBUZ = {"id": 4711, "login": "anna@example.com", "display_name": "Anna"}
PASTED = {"user_auth_token": "qobuz-token", "app_id": "798273057"}

type ReturnFromSpotify = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find Music Sync."""


@pytest.fixture(autouse=True)
def _accounts_load() -> Generator[None]:
    """Let accounts load at once: what they do then is not for these tests."""
    done = AsyncMock(return_value=True)
    with patch.multiple(
        "custom_components.music_sync", async_setup=done, async_setup_entry=done, async_unload_entry=done, create=True
    ):
        yield


@pytest.fixture(autouse=True)
async def _every_text_is_there(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Fail a test in which a flow showed a form, an error, a menu or an end without a text."""
    handle_step = FlowManager._async_handle_step
    problems: list[str] = []

    async def checked(manager: FlowManager[Any, Any, Any], flow: Any, *args: Any) -> Any:
        """Handle a step and check what comes out."""
        result = await handle_step(manager, flow, *args)
        problems.extend(await missing_texts(hass, manager, result))
        return result

    with patch.object(FlowManager, "_async_handle_step", checked):
        yield
    assert not problems


@pytest.fixture
async def credentials(hass: HomeAssistant) -> None:
    """Give Music Sync credentials of a Spotify app."""
    await async_setup_component(hass, "application_credentials", {})
    await async_import_client_credential(hass, DOMAIN, ClientCredential("client", "secret", "Our app"), "our_app")


@pytest.fixture
def return_from_spotify(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, current_request_with_host: None
) -> ReturnFromSpotify:
    """Give a function that does what the browser does after Spotify's page, and returns the flow's next result."""

    async def come_back(result: Any, answer: str = "code=abcd") -> Any:
        """Bring Spotify's answer to Home Assistant."""
        state = config_entry_oauth2_flow._encode_jwt(hass, {"flow_id": result["flow_id"], "redirect_uri": REDIRECT_URL})
        client = await hass_client_no_auth()
        response = await client.get(f"/auth/external/callback?{answer}&state={state}")
        assert response.status == 200
        return await hass.config_entries.flow.async_configure(result["flow_id"])

    return come_back


@pytest.fixture
def spotify_lets_in(aioclient_mock: AiohttpClientMocker, requests_mock: requests_mocker.Mocker) -> None:
    """Let Spotify hand out a token of Anna's."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json=TOKEN)
    requests_mock.get(SPOTIFY_ME_URL, json=ANNA_AT_SPOTIFY)


@pytest.fixture
def qobuz_lets_in(aioclient_mock: AiohttpClientMocker) -> None:
    """Let Qobuz know Anna."""
    aioclient_mock.get(QOBUZ_USER_URL, json=ANNA_AT_QOBUZ)


@pytest.fixture
def spotify_account(hass: HomeAssistant) -> MockConfigEntry:
    """Add Anna's Spotify account, loaded."""
    return add_spotify_account(hass)


@pytest.fixture
def qobuz_account(hass: HomeAssistant) -> MockConfigEntry:
    """Add Anna's Qobuz account, loaded."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Qobuz \N{EN DASH} Anna",
        unique_id="qobuz_4711",
        data={"kind": "qobuz", **PASTED},
        state=ConfigEntryState.LOADED,
    )
    entry.add_to_hass(hass)
    return entry


def add_spotify_account(
    hass: HomeAssistant, name: str = "Anna", state: ConfigEntryState = ConfigEntryState.LOADED
) -> MockConfigEntry:
    """Add someone's Spotify account."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"Spotify \N{EN DASH} {name}",
        unique_id=f"spotify_{name.lower()}",
        data={"kind": "spotify", "auth_implementation": "our_app", "token": {**TOKEN, "access_token": "old"}},
        state=state,
    )
    entry.add_to_hass(hass)
    return entry


def suggested(form: Any, field: str) -> Any:
    """Return what a form has filled in for a field."""
    return get_schema_suggested_value(form["data_schema"].schema, field)
