"""Adding a Spotify account, signing in again, changing its credentials."""

from typing import Any

import aiohttp
from homeassistant.components.application_credentials import ClientCredential, async_import_client_credential
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
import requests
import requests_mock as requests_mocker
from yarl import URL

from custom_components.music_sync.const import DOMAIN

from .conftest import ANNA_AT_SPOTIFY, SCOPE, SPOTIFY_ME_URL, SPOTIFY_TOKEN_URL, TOKEN, ReturnFromSpotify

BEN_AT_SPOTIFY = {"id": "ben", "display_name": "Ben"}


async def begin(hass: HomeAssistant) -> Any:
    """Choose Spotify from the menu."""
    menu: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "pick_implementation"})


async def begin_again(hass: HomeAssistant, entry: MockConfigEntry, source: str) -> Any:
    """Sign an account in again, up to Spotify's page."""
    if source == "reconfigure":
        return await entry.start_reconfigure_flow(hass)
    form = await entry.start_reauth_flow(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "reauth_confirm"
    return await hass.config_entries.flow.async_configure(form["flow_id"], {})


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
async def test_account_is_added(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
) -> None:
    """Agreeing on Spotify's page makes an account, for one code and one question."""
    result = await begin(hass)
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    url = URL(result["url"])
    assert str(url.with_query(None)) == "https://accounts.spotify.com/authorize"
    assert url.query["client_id"] == "client"
    assert set(url.query["scope"].split()) == set(SCOPE.split())
    assert url.query["show_dialog"] == "true"

    result = await return_from_spotify(result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Spotify \N{EN DASH} Anna"
    assert set(result["data"]) == {"kind", "auth_implementation", "token"}
    assert result["data"]["kind"] == "spotify"
    assert result["data"]["auth_implementation"] == "our_app"
    assert result["data"]["token"]["refresh_token"] == "spotify-refresh"
    assert result["result"].unique_id == "spotify_anna"
    assert result["result"].state is ConfigEntryState.LOADED
    assert "next_flow" not in result
    assert aioclient_mock.call_count == 1
    assert requests_mock.call_count == 1
    assert requests_mock.request_history[0].headers["Authorization"] == "Bearer spotify-access"


@pytest.mark.usefixtures("credentials")
async def test_addresses_can_be_replaced(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Environment variables send the whole sign-in elsewhere."""
    monkeypatch.setenv("MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL", "http://127.0.0.1:1234/")
    monkeypatch.setenv("MUSIC_SYNC_SPOTIFY_API_URL", "http://127.0.0.1:1234/v1/")
    aioclient_mock.post("http://127.0.0.1:1234/api/token", json=TOKEN)
    requests_mock.get("http://127.0.0.1:1234/v1/me/", json=ANNA_AT_SPOTIFY)
    result = await begin(hass)
    assert result["url"].startswith("http://127.0.0.1:1234/authorize?")
    assert (await return_from_spotify(result))["type"] is FlowResultType.CREATE_ENTRY


async def test_without_credentials_home_assistant_asks(hass: HomeAssistant, current_request_with_host: None) -> None:
    """Without credentials anywhere, the flow ends so that the browser opens Home Assistant's dialog for them."""
    result = await begin(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
async def test_credentials_are_chosen_where_there_are_several(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify
) -> None:
    """With two apps, the person says which."""
    await async_import_client_credential(hass, DOMAIN, ClientCredential("client2", "secret2", "Other"), "other_app")
    form = await begin(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "pick_implementation"
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {"implementation": "other_app"})
    result = await return_from_spotify(result)
    assert result["data"]["auth_implementation"] == "other_app"


@pytest.mark.usefixtures("credentials")
async def test_not_agreeing_ends_the_flow(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, return_from_spotify: ReturnFromSpotify
) -> None:
    """Who does not agree at Spotify is told how to go on, in our words."""
    result = await return_from_spotify(await begin(hass), "error=access_denied")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "user_rejected_authorize"
    assert result["translation_domain"] == DOMAIN
    assert result["description_placeholders"] == {"error": "access_denied"}
    assert aioclient_mock.call_count == 0


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 400, "json": {"error": "invalid_grant"}}, "oauth_unauthorized"),
        ({"status": 401, "json": {"error": "invalid_client"}}, "oauth_unauthorized"),
        ({"status": 429, "text": "Too many requests"}, "oauth_failed"),
        ({"status": 500, "text": "<html>"}, "oauth_failed"),
        ({"exc": aiohttp.ClientConnectionError()}, "oauth_failed"),
        ({"exc": TimeoutError()}, "oauth_timeout"),
        ({"json": {**TOKEN, "expires_in": "soon"}}, "oauth_error"),
        ({"json": {"expires_in": 3600}}, "unknown"),
        ({"json": {**TOKEN, "scope": "user-library-read"}}, "missing_scope"),
    ],
)
async def test_failing_token_requests(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
    answer: dict[str, Any],
    reason: str,
) -> None:
    """When no usable token comes, the flow ends saying what to do, and the next one works."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, **answer)
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    assert result.get("translation_domain", DOMAIN) == DOMAIN
    assert requests_mock.call_count == 0

    aioclient_mock.clear_requests()
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json=TOKEN)
    requests_mock.get(SPOTIFY_ME_URL, json=ANNA_AT_SPOTIFY)
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("credentials")
async def test_token_without_scope_is_taken_as_granted(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
) -> None:
    """A token reply may leave the scope out when it is what was asked for (RFC 6749, 5.1)."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json={key: value for key, value in TOKEN.items() if key != "scope"})
    requests_mock.get(SPOTIFY_ME_URL, json=ANNA_AT_SPOTIFY)
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status_code": 400, "json": {"error": {"status": 400, "message": "Bad"}}}, "unknown"),
        ({"status_code": 401, "json": {"error": {"status": 401, "message": "Invalid"}}}, "invalid_auth"),
        ({"status_code": 403, "text": "User not registered in the Developer Dashboard"}, "access_denied"),
        ({"status_code": 429, "headers": {"Retry-After": "3"}}, "rate_limited"),
        ({"status_code": 502, "text": "<html>"}, "cannot_connect"),
        ({"json": {}}, "cannot_connect"),
        ({"exc": requests.ConnectTimeout}, "cannot_connect"),
        ({"exc": RuntimeError("about spotify-access")}, "unknown"),
    ],
)
async def test_failing_profile_requests(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
    caplog: pytest.LogCaptureFixture,
    answer: dict[str, Any],
    reason: str,
) -> None:
    """When Spotify does not say who this is, the flow ends saying what to do, and the next one works."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json=TOKEN)
    requests_mock.get(SPOTIFY_ME_URL, **answer)
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    assert requests_mock.call_count == 1
    assert "spotify-access" not in caplog.text

    requests_mock.get(SPOTIFY_ME_URL, json=ANNA_AT_SPOTIFY)
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
async def test_same_account_twice_is_refused(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, spotify_account: MockConfigEntry
) -> None:
    """An account that is there stays as it is."""
    result = await return_from_spotify(await begin(hass))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert spotify_account.data["token"]["access_token"] == "old"


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_signing_in_again(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, spotify_account: MockConfigEntry, source: str
) -> None:
    """The account gets a new token and loads again."""
    result = await begin_again(hass, spotify_account, source)
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    result = await return_from_spotify(result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == f"{source}_successful"
    assert spotify_account.data["kind"] == "spotify"
    assert spotify_account.data["auth_implementation"] == "our_app"
    assert spotify_account.data["token"]["access_token"] == "spotify-access"
    await hass.async_block_till_done()
    assert spotify_account.state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_somebody_else_is_refused(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
    spotify_account: MockConfigEntry,
    source: str,
) -> None:
    """Another person's sign-in does not take an account over."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json=TOKEN)
    requests_mock.get(SPOTIFY_ME_URL, json=BEN_AT_SPOTIFY)
    result = await return_from_spotify(await begin_again(hass, spotify_account, source))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert result["description_placeholders"] == {"account": "Spotify \N{EN DASH} Anna", "other": "Ben"}
    assert spotify_account.data["token"]["access_token"] == "old"


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_signing_in_again_when_the_credentials_are_gone(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, source: str
) -> None:
    """An account whose credentials were removed moves to those there are now."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Spotify \N{EN DASH} Anna",
        unique_id="spotify_anna",
        data={"kind": "spotify", "auth_implementation": "removed_app", "token": TOKEN},
    )
    entry.add_to_hass(hass)
    result = await return_from_spotify(await begin_again(hass, entry, source))
    assert result["reason"] == f"{source}_successful"
    assert entry.data["auth_implementation"] == "our_app"


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_signing_in_again_without_any_credentials(
    hass: HomeAssistant, spotify_account: MockConfigEntry, source: str, current_request_with_host: None
) -> None:
    """Without any credentials, Home Assistant asks for them."""
    result = await begin_again(hass, spotify_account, source)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


@pytest.mark.usefixtures("credentials", "spotify_lets_in")
async def test_reconfiguring_can_change_the_credentials(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, spotify_account: MockConfigEntry
) -> None:
    """With two apps, an account can move from one to the other: a new secret means a new app to Home Assistant."""
    await async_import_client_credential(hass, DOMAIN, ClientCredential("client2", "secret2", "Other"), "other_app")
    form = await begin_again(hass, spotify_account, "reconfigure")
    assert form["step_id"] == "pick_implementation"
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {"implementation": "other_app"})
    assert (await return_from_spotify(result))["reason"] == "reconfigure_successful"
    assert spotify_account.data["auth_implementation"] == "other_app"


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_person_whom_spotify_renames(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    requests_mock: requests_mocker.Mocker,
    return_from_spotify: ReturnFromSpotify,
    spotify_account: MockConfigEntry,
    source: str,
) -> None:
    """An account added under the id that Spotify used to give stays that person's when another id comes along."""
    aioclient_mock.post(SPOTIFY_TOKEN_URL, json=TOKEN)
    requests_mock.get(SPOTIFY_ME_URL, json={**ANNA_AT_SPOTIFY, "account_id": "for-ever"})
    result = await return_from_spotify(await begin_again(hass, spotify_account, source))
    assert result["reason"] == f"{source}_successful"
    assert spotify_account.unique_id == "spotify_anna"
    await hass.async_block_till_done()
    result = await return_from_spotify(await begin(hass))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
