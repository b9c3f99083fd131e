"""Credentials of a Spotify app: taking those of Home Assistant's own integration, and explaining how to get some."""

from typing import Any

from homeassistant.components import application_credentials
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.music_sync.const import DOMAIN

from .conftest import ReturnFromSpotify
from .test_spotify_account import begin, begin_again


def store_core_credentials(hass_storage: dict[str, Any], *apps: str) -> None:
    """Store credentials as Home Assistant keeps them for its own Spotify integration."""
    items = [
        {"id": app, "domain": "spotify", "client_id": f"{app}-id", "client_secret": f"{app}-secret"} for app in apps
    ]
    hass_storage["application_credentials"] = {"version": 1, "data": {"items": items}}


@pytest.fixture
async def core_credentials(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Give Home Assistant's own Spotify integration credentials, and two accounts that share them."""
    store_core_credentials(hass_storage, "core")
    for _ in range(2):
        MockConfigEntry(domain="spotify", data={"auth_implementation": "core"}).add_to_hass(hass)


@pytest.mark.usefixtures("core_credentials", "spotify_lets_in")
async def test_core_credentials_are_offered_and_taken(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify
) -> None:
    """One click takes over the app that Home Assistant's Spotify integration has, loaded or not."""
    menu = await begin(hass)
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "spotify_credentials"
    assert menu["menu_options"] == ["core_credentials", "new_credentials"]
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "core_credentials"})
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    assert URL(result["url"]).query["client_id"] == "core-id"
    result = await return_from_spotify(result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = hass.data[application_credentials.DATA_COMPONENT].async_client_credentials(DOMAIN)
    assert stored == {result["data"]["auth_implementation"]: ClientCredential("core-id", "core-secret", "Spotify")}

    second = await begin(hass)
    assert second["type"] is FlowResultType.EXTERNAL_STEP


@pytest.mark.usefixtures("core_credentials", "spotify_lets_in")
async def test_copied_credentials_are_protected_while_in_use(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, hass_ws_client: WebSocketGenerator
) -> None:
    """Home Assistant refuses to delete the copy while an account signs in with it."""
    menu = await begin(hass)
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "core_credentials"})
    result = await return_from_spotify(result)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/list"})
    listed = (await client.receive_json())["result"]
    (item,) = [item for item in listed if item["domain"] == DOMAIN]
    await client.send_json_auto_id({"type": "application_credentials/delete", "application_credentials_id": item["id"]})
    assert not (await client.receive_json())["success"]


@pytest.mark.usefixtures("core_credentials", "current_request_with_host")
async def test_other_credentials_can_be_entered_instead(hass: HomeAssistant) -> None:
    """Who wants another app gets Home Assistant's dialog for credentials."""
    menu = await begin(hass)
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "new_credentials"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


@pytest.mark.usefixtures("current_request_with_host")
async def test_several_core_apps_are_all_offered(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Where Home Assistant's accounts use several apps, the person says which; unused ones are left alone."""
    store_core_credentials(hass_storage, "first", "second", "unused")
    for app in ("first", "second"):
        MockConfigEntry(domain="spotify", data={"auth_implementation": app}).add_to_hass(hass)
    menu = await begin(hass)
    form: Any = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "core_credentials"})
    assert form["step_id"] == "pick_implementation"
    offered = hass.data[application_credentials.DATA_COMPONENT].async_client_credentials(DOMAIN)
    assert {credential.client_id for credential in offered.values()} == {"first-id", "second-id"}


@pytest.mark.usefixtures("core_credentials", "spotify_lets_in")
@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_core_credentials_replace_removed_ones(
    hass: HomeAssistant, return_from_spotify: ReturnFromSpotify, spotify_account: MockConfigEntry, source: str
) -> None:
    """An account whose credentials were removed can take over those of Home Assistant's integration."""
    menu = await begin_again(hass, spotify_account, source)
    assert menu["step_id"] == "spotify_credentials"
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "core_credentials"})
    assert (await return_from_spotify(result))["reason"] == f"{source}_successful"
    assert spotify_account.data["auth_implementation"] == "music_sync_core_id"


@pytest.mark.usefixtures("current_request_with_host")
@pytest.mark.parametrize(
    "core_entry",
    [
        {"data": {"auth_implementation": "removed_app"}},
        {"data": {}},
        {"data": {}, "source": SOURCE_IGNORE},
    ],
)
async def test_nothing_to_offer(hass: HomeAssistant, hass_storage: dict[str, Any], core_entry: dict[str, Any]) -> None:
    """A core account without credentials changes nothing."""
    store_core_credentials(hass_storage, "unused")
    MockConfigEntry(domain="spotify", **core_entry).add_to_hass(hass)
    result = await begin(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


@pytest.mark.usefixtures("core_credentials", "current_request_with_host")
async def test_unreadable_credentials_do_not_stand_in_the_way(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should Home Assistant keep credentials elsewhere one day, the ordinary way is open."""
    menu: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    monkeypatch.setattr(type(hass.data[application_credentials.DATA_COMPONENT]), "async_client_credentials", None)
    monkeypatch.delattr(application_credentials, "DATA_COMPONENT")
    monkeypatch.setitem(hass.data, "oauth2_providers", {})
    result = await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": "pick_implementation"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


async def explained(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> dict[str, str]:
    """Return what the browser's dialog for credentials is told to show."""
    await async_setup_component(hass, "application_credentials", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/config"})
    answer = await client.receive_json()
    placeholders: dict[str, str] = answer["result"]["integrations"][DOMAIN]["description_placeholders"]
    return placeholders


@pytest.mark.parametrize(
    ("addresses", "components", "redirect_url"),
    [
        ({}, {"my"}, "https://my.home-assistant.io/redirect/oauth"),
        ({"external_url": "https://home.example"}, set(), "https://home.example/auth/external/callback"),
    ],
)
async def test_dialog_explains_what_to_set_up_at_spotify(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    addresses: dict[str, str],
    components: set[str],
    redirect_url: str,
) -> None:
    """Home Assistant's dialog shows where to register an app, and the address Spotify has to come back to."""
    await async_process_ha_core_config(hass, addresses)
    hass.config.components.update(components)
    assert await explained(hass, hass_ws_client) == {
        "dashboard_url": "https://developer.spotify.com/dashboard",
        "redirect_url": redirect_url,
    }
    texts = await async_get_translations(hass, "en", "application_credentials", {DOMAIN})
    description = texts[f"component.{DOMAIN}.application_credentials.description"]
    assert "{dashboard_url}" in description
    assert "{redirect_url}" in description


async def test_dialog_opens_where_no_address_is_known(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
    """Without any address of its own to tell, Home Assistant's redirection service is the best guess."""
    await async_setup_component(hass, "application_credentials", {})
    await hass_ws_client(hass)
    hass.config.api = None
    assert (await explained(hass, hass_ws_client))["redirect_url"] == "https://my.home-assistant.io/redirect/oauth"
