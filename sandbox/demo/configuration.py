"""The demo's Home Assistant before its first start: configuration, onboarding, address and environment."""

from collections.abc import Mapping, Sequence
import json
import os
from pathlib import Path
from typing import Any

DOMAINS = ("config", "frontend", "history", "logbook")
"""What the configuration asks for beside Home Assistant's default parts."""

CONFIGURATION = """\
homeassistant:
  name: Music Sync demo
  country: FR
  auth_providers:
    - type: trusted_networks
      trusted_networks:
        - 127.0.0.1
        - ::1
      allow_bypass_login: true
    - type: homeassistant
  auth_mfa_modules: []

logger:
  default: warning
  logs:
    custom_components.music_sync: info
    haffmpeg: fatal
    homeassistant.components.camera.img_util: fatal
    homeassistant.loader: error

""" + "".join(f"{domain}:\n" for domain in DOMAINS)

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "music_sync"


def write_configuration(folder: Path, hosts: Sequence[str], port: int, integration: Path = INTEGRATION) -> None:
    """Fill a new configuration folder: Music Sync linked in, listening on `hosts` only, ready for its first user.

    Of onboarding only the user is left to create: the other steps would set up services on the internet.
    """
    (folder / "custom_components").mkdir(parents=True)
    (folder / "custom_components" / "music_sync").symlink_to(integration, target_is_directory=True)
    (folder / "configuration.yaml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / ".storage").mkdir()
    _store(folder, "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})
    _store(folder, "http", 1, {"server_host": list(hosts), "server_port": port})


def _store(folder: Path, key: str, version: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage has it."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(content), encoding="utf-8")


def environment(spotify_url: str, qobuz_url: str, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give Home Assistant's environment: `base`, with Music Sync's services replaced by the stand-ins."""
    kept = {key: value for key, value in base.items() if not key.startswith("MUSIC_SYNC_")}
    return {
        **kept,
        "MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL": spotify_url,
        "MUSIC_SYNC_SPOTIFY_API_URL": f"{spotify_url}/v1",
        "MUSIC_SYNC_QOBUZ_API_URL": f"{qobuz_url}/api.json/0.2",
    }
