"""System health: whether the services can be reached, and how much is kept of them."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .endpoints import qobuz_api_url, spotify_api_url
from .runtime import MUSIC_SYNC

MEGABYTE = 1_000_000


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register what is told."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is told on the page."""
    size = await hass.async_add_executor_job(hass.data[MUSIC_SYNC].library_size)
    return {
        "accounts": len(hass.config_entries.async_loaded_entries(DOMAIN)),
        "library_size": f"{size / MEGABYTE:.1f} MB",
        "reach_qobuz": system_health.async_check_can_reach_url(hass, qobuz_api_url()),
        "reach_spotify": system_health.async_check_can_reach_url(hass, spotify_api_url()),
    }
