"""Adding a Qobuz account, signing in again, changing its credentials."""

from typing import Any

import aiohttp
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, FlowType
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.music_sync.const import DOMAIN

from .conftest import ANNA_AT_QOBUZ, PASTED, QOBUZ_USER_URL, suggested

REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"status": 400, "json": {"status": "error", "code": 400, "message": "Invalid app_id"}}, "invalid_app_id"),
    ({"status": 401, "json": {"status": "error", "code": 401, "message": "User authentication"}}, "invalid_auth"),
    ({"status": 403, "json": {}}, "access_denied"),
    ({"status": 429, "headers": {"Retry-After": "5"}}, "rate_limited"),
    ({"status": 502, "text": "<html>"}, "cannot_connect"),
    ({"exc": aiohttp.ClientConnectionError()}, "cannot_connect"),
    ({"exc": TimeoutError()}, "cannot_connect"),
    ({"json": {"nobody": True}}, "cannot_connect"),
    ({"status": 404, "json": {}}, "unknown"),
    ({"exc": RuntimeError("about qobuz-token")}, "unknown"),
]


async def begin(hass: HomeAssistant) -> Any:
    """Open the form for a Qobuz account."""
    menu: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["pick_implementation", "qobuz"]
    form = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "qobuz"})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "qobuz"
    return form


@pytest.mark.usefixtures("qobuz_lets_in")
async def test_account_is_added(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    """A token and an app id that belong together make an account, with one request."""
    form = await begin(hass)
    assert suggested(form, "app_id") is None
    result = await hass.config_entries.flow.async_configure(form["flow_id"], PASTED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Qobuz \N{EN DASH} Anna"
    assert result["data"] == {"kind": "qobuz", **PASTED}
    assert result["result"].unique_id == "qobuz_4711"
    assert result["result"].state is ConfigEntryState.LOADED
    assert "next_flow" not in result
    assert aioclient_mock.call_count == 1


@pytest.mark.usefixtures("qobuz_lets_in")
async def test_account_leads_on_to_a_sync(hass: HomeAssistant, spotify_account: MockConfigEntry) -> None:
    """Where there is something to sync from, the next dialog adds a sync."""
    form = await begin(hass)
    result = await hass.config_entries.flow.async_configure(form["flow_id"], PASTED)
    kind, flow_id = result["next_flow"]
    assert kind is FlowType.CONFIG_SUBENTRIES_FLOW
    sync = await hass.config_entries.subentries.async_configure(
        flow_id, {"source": spotify_account.entry_id, "content": "favorites"}
    )
    assert sync["step_id"] == "details"
    hass.config_entries.subentries.async_abort(flow_id)


@pytest.mark.parametrize(("answer", "error"), REFUSALS)
async def test_errors_are_mended_on_the_form(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    caplog: pytest.LogCaptureFixture,
    answer: dict[str, Any],
    error: str,
) -> None:
    """Whatever Qobuz answers, the form says what is wrong, keeps what was typed, and takes a second try."""
    aioclient_mock.get(QOBUZ_USER_URL, **answer)
    form = await begin(hass)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], PASTED)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": error}
    assert suggested(form, "app_id") == "798273057"
    assert aioclient_mock.call_count == 1
    assert "qobuz-token" not in caplog.text
    assert (error == "unknown") == ("Unexpected" in caplog.text)

    aioclient_mock.clear_requests()
    aioclient_mock.get(QOBUZ_USER_URL, json=ANNA_AT_QOBUZ)
    result = await hass.config_entries.flow.async_configure(form["flow_id"], PASTED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"app_id": "web player"}, "invalid_app_id"),
        ({"app_id": "''"}, "invalid_app_id"),
        ({"app_id": "٣٤"}, "invalid_app_id"),
        ({"user_auth_token": " "}, "invalid_auth"),
        ({"user_auth_token": "two words"}, "invalid_auth"),
        ({"user_auth_token": "tökën"}, "invalid_auth"),
    ],
)
async def test_impossible_credentials_are_not_sent(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, typed: dict[str, str], error: str
) -> None:
    """What can be no token or app id is refused without asking Qobuz, and can be corrected."""
    form = await begin(hass)
    form = await hass.config_entries.flow.async_configure(form["flow_id"], {**PASTED, **typed})
    assert form["errors"] == {"base": error}
    assert aioclient_mock.call_count == 0

    aioclient_mock.get(QOBUZ_USER_URL, json=ANNA_AT_QOBUZ)
    result = await hass.config_entries.flow.async_configure(form["flow_id"], PASTED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("qobuz_lets_in")
async def test_pasted_headers_are_understood(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> None:
    """Whole header lines do as well as the bare values; what is sent and stored is the values."""
    form = await begin(hass)
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"user_auth_token": " X-User-Auth-Token: qobuz-token ", "app_id": '"x-app-id": "798273057",'}
    )
    assert result["data"] == {"kind": "qobuz", **PASTED}
    headers = aioclient_mock.mock_calls[0][3]
    assert headers["X-User-Auth-Token"] == "qobuz-token"
    assert headers["X-App-Id"] == "798273057"


@pytest.mark.usefixtures("qobuz_lets_in")
async def test_same_account_twice_is_refused(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """An account that is there stays as it is."""
    form = await begin(hass)
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"user_auth_token": "another", "app_id": "123456789"}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert qobuz_account.data == {"kind": "qobuz", **PASTED}


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
@pytest.mark.parametrize(("answer", "error"), REFUSALS)
async def test_signing_in_again(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    qobuz_account: MockConfigEntry,
    source: str,
    answer: dict[str, Any],
    error: str,
) -> None:
    """The form knows the app id but not the token, and stays until Qobuz lets the same person in."""
    aioclient_mock.get(QOBUZ_USER_URL, **answer)
    form = await start_again(hass, qobuz_account, source)
    assert suggested(form, "app_id") == "798273057"
    assert suggested(form, "user_auth_token") is None
    fresh = {"user_auth_token": "fresh", "app_id": "123456789"}
    form = await hass.config_entries.flow.async_configure(form["flow_id"], fresh)
    assert form["errors"] == {"base": error}
    assert qobuz_account.data == {"kind": "qobuz", **PASTED}

    aioclient_mock.clear_requests()
    aioclient_mock.get(QOBUZ_USER_URL, json=ANNA_AT_QOBUZ)
    result = await hass.config_entries.flow.async_configure(form["flow_id"], fresh)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == f"{source}_successful"
    assert qobuz_account.data == {"kind": "qobuz", **fresh}
    await hass.async_block_till_done()
    assert qobuz_account.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_somebody_else_is_refused(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, qobuz_account: MockConfigEntry, source: str
) -> None:
    """Another person's token does not take an account over."""
    aioclient_mock.get(QOBUZ_USER_URL, json={"user": {"id": 1, "display_name": "Ben"}})
    form = await start_again(hass, qobuz_account, source)
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"user_auth_token": "bens", "app_id": "798273057"}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert result["description_placeholders"] == {"account": "Qobuz \N{EN DASH} Anna", "other": "Ben"}
    assert qobuz_account.data == {"kind": "qobuz", **PASTED}


async def start_again(hass: HomeAssistant, entry: MockConfigEntry, source: str) -> Any:
    """Open the form that signs an account in again."""
    form = await (entry.start_reauth_flow(hass) if source == "reauth" else entry.start_reconfigure_flow(hass))
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == ("reauth_confirm" if source == "reauth" else "reconfigure")
    return form
