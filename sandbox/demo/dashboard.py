"""The demo's dashboard, made of whatever entities the registry has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .client import Client, Json
from .problem import Problem

URL_PATH = "music-sync"
TITLE = "Music Sync"

ORDER = (
    *("connected", "status", "progress", "coverage", "added", "review", "missing", "failed"),
    *("last_run", "last_result", "next_run", "run", "sync_now", "preview", "cancel", "enabled"),
)
"""Keys of entities in the order they are shown; others follow."""

OWN_NAME = {"type": "entity"}
"""A card's title: the entity's name without its device's, which the section has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of Music Sync: its name, and its entities' ids by key (`sensor.status`, `button.sync_now`)."""

    id: str
    name: str
    entities: Mapping[str, str]
    is_sync: bool


def devices(registered: Iterable[Json], entities: Iterable[Json]) -> list[Device]:
    """Sort Music Sync's enabled entities by their devices, syncs first."""
    names = {device["id"]: device["name_by_user"] or device["name"] for device in registered}
    found: dict[str, tuple[bool, dict[str, str]]] = {}
    for entity in entities:
        if entity["platform"] == "music_sync" and entity["device_id"] and not entity["disabled_by"]:
            key = f"{entity['entity_id'].partition('.')[0]}.{entity['translation_key']}"
            is_sync = entity["config_subentry_id"] is not None
            found.setdefault(entity["device_id"], (is_sync, {}))[1][key] = entity["entity_id"]
    return sorted(
        (Device(id=id_, name=names[id_], entities=keys, is_sync=is_sync) for id_, (is_sync, keys) in found.items()),
        key=lambda device: (not device.is_sync, device.name),
    )


def layout(found: Iterable[Device]) -> Json:
    """Lay the dashboard out: a section a sync, and one for all accounts."""
    devices = list(found)
    sections = [_cards(device, "mdi:sync") for device in devices if device.is_sync]
    accounts = [_cards(device, "mdi:account-music") for device in devices if not device.is_sync]
    sections.append([card for cards in accounts for card in cards])
    return {
        "title": TITLE,
        "views": [
            {
                "title": TITLE,
                "path": "overview",
                "type": "sections",
                "max_columns": 3,
                "sections": [{"type": "grid", "cards": cards} for cards in sections],
            }
        ],
    }


def _cards(device: Device, icon: str) -> list[Json]:
    """Show a device: its name, then its entities."""
    places = {key: place for place, key in enumerate(ORDER)}
    entities = sorted(device.entities.items(), key=lambda pair: places.get(pair[0].partition(".")[2], len(places)))
    heading = {"type": "heading", "heading": device.name, "icon": icon}
    return [heading, *(_card(key, entity_id) for key, entity_id in entities)]


def _card(key: str, entity_id: str) -> Json:
    """Show an entity in the way that fits it."""
    if key == "sensor.coverage":
        return {"type": "gauge", "entity": entity_id, "name": OWN_NAME, "min": 0, "max": 100}
    return _press(entity_id) if key.startswith("button.") else _tile(entity_id)


def _tile(entity_id: str) -> Json:
    """Show an entity."""
    return {"type": "tile", "entity": entity_id, "name": OWN_NAME}


def _press(entity_id: str) -> Json:
    """Show a button that is pressed by a tap."""
    action: dict[str, Any] = {
        "action": "perform-action",
        "perform_action": "button.press",
        "target": {"entity_id": entity_id},
    }
    return _tile(entity_id) | {
        "hide_state": True,
        "tap_action": action,
        "icon_tap_action": action,
    }


async def find_devices(client: Client) -> list[Device]:
    """Ask the registries for Music Sync's devices; Problem where there is no sync among them."""
    registered = await client.command("config/device_registry/list")
    found = devices(registered, await client.command("config/entity_registry/list"))
    if not any(device.is_sync for device in found):
        raise Problem("the sync has no device with entities")
    return found


async def save(client: Client, found: Iterable[Device]) -> None:
    """Store the dashboard, and make it what Home Assistant opens with."""
    await client.command("lovelace/dashboards/create", url_path=URL_PATH, title=TITLE, icon="mdi:music")
    await client.command("lovelace/config/save", url_path=URL_PATH, config=layout(found))
    await client.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})
