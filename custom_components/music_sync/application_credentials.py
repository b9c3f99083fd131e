"""Spotify's application credentials: where to sign in, and what a person has to set up."""

from collections.abc import Mapping
import logging
from typing import Final

from homeassistant.components import application_credentials
from homeassistant.components.application_credentials import (
    AuthorizationServer,
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    MY_AUTH_CALLBACK_PATH,
    async_get_redirect_uri,
)
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.util import slugify

from .const import DOMAIN
from .endpoints import spotify_accounts_url

CORE_SPOTIFY: Final = "spotify"
DASHBOARD_URL: Final = "https://developer.spotify.com/dashboard"

_LOGGER = logging.getLogger(__name__)


async def async_get_authorization_server(_: HomeAssistant) -> AuthorizationServer:
    """Return where Spotify signs people in and hands out tokens."""
    accounts_url = spotify_accounts_url()
    return AuthorizationServer(authorize_url=f"{accounts_url}/authorize", token_url=f"{accounts_url}/api/token")


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the dialog for new credentials tells about the set-up at Spotify."""
    return {"dashboard_url": DASHBOARD_URL, "redirect_url": _redirect_url(hass)}


@callback
def has_credentials(hass: HomeAssistant) -> bool:
    """Tell whether Music Sync has credentials of its own."""
    return bool(_stored_credentials(hass, DOMAIN))


@callback
def credentials_of_core_spotify(hass: HomeAssistant) -> list[ClientCredential]:
    """Return what Home Assistant's own Spotify entries sign in with, loaded or not; none where that cannot be told."""
    used = {
        entry.data.get("auth_implementation")
        for entry in hass.config_entries.async_entries(CORE_SPOTIFY, include_ignore=False)
    }
    stored = _stored_credentials(hass, CORE_SPOTIFY)
    found = [credential for auth_domain, credential in stored.items() if auth_domain in used]
    return list({credential.client_id: credential for credential in found}.values())


async def async_copy_credentials(hass: HomeAssistant, credentials: list[ClientCredential]) -> None:
    """Store the credentials for Music Sync too, as if a person had entered them."""
    for credential in credentials:
        await async_import_client_credential(
            hass,
            DOMAIN,
            ClientCredential(credential.client_id, credential.client_secret, credential.name or "Spotify"),
            slugify(f"{DOMAIN}.{credential.client_id}"),
        )


def _stored_credentials(hass: HomeAssistant, domain: str) -> Mapping[str, ClientCredential]:
    """Return an integration's credentials; none where Home Assistant does not keep them where it did.

    Nothing documented reads them, so this may break with any release, and then must not stand in the way.
    """
    try:
        return hass.data[application_credentials.DATA_COMPONENT].async_client_credentials(domain)
    except AttributeError, KeyError:
        _LOGGER.debug("Stored application credentials cannot be read")
        return {}


def _redirect_url(hass: HomeAssistant) -> str:
    """Return the address Spotify must be told to come back to.

    Outside a flow Home Assistant does not know through which address the person came.
    """
    try:
        return async_get_redirect_uri(hass)
    except RuntimeError:
        try:
            return f"{get_url(hass, prefer_external=True)}{AUTH_CALLBACK_PATH}"
        except NoURLAvailableError:
            return MY_AUTH_CALLBACK_PATH
