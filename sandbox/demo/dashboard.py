"""The demo's dashboard, made of whatever entities the registry has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .client import Client, Json
from .problem import Problem

URL_PATH = "music-sync"
TITLE = "Music Sync"

COUNTS = ("added", "review", "missing", "failed")
BUTTONS = ("sync_now", "preview", "cancel")
ELSEWHERE = {"status", "progress", "coverage", *COUNTS, *BUTTONS}


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
    """Lay the dashboard out: a section a device."""
    sections = [_sync(device) if device.is_sync else _account(device) for device in found]
    return {
        "title": TITLE,
        "views": [{"title": TITLE, "path": "overview", "type": "sections", "max_columns": 3, "sections": sections}],
    }


def _sync(device: Device) -> Json:
    """Show a sync: what it does, how far it is, what it came to, what can be pressed."""
    keys = device.entities
    cards: list[Json] = [_heading(device.name, "mdi:sync")]
    cards += [_tile(keys[f"sensor.{key}"]) for key in ("status", "progress") if f"sensor.{key}" in keys]
    if coverage := keys.get("sensor.coverage"):
        cards.append({"type": "gauge", "entity": coverage, "min": 0, "max": 100, "needle": False})
    cards += [_tile(keys[f"sensor.{key}"]) for key in COUNTS if f"sensor.{key}" in keys]
    cards += [_press(keys[f"button.{key}"]) for key in BUTTONS if f"button.{key}" in keys]
    cards += [_tile(entity) for key, entity in keys.items() if key.partition(".")[2] not in ELSEWHERE]
    return {"type": "grid", "cards": cards}


def _account(device: Device) -> Json:
    """Show an account."""
    cards = [_press(entity) if key.startswith("button.") else _tile(entity) for key, entity in device.entities.items()]
    return {"type": "grid", "cards": [_heading(device.name, "mdi:account-music"), *cards]}


def _heading(text: str, icon: str) -> Json:
    """Make a section's heading."""
    return {"type": "heading", "heading": text, "icon": icon}


def _tile(entity_id: str) -> Json:
    """Show an entity."""
    return {"type": "tile", "entity": entity_id}


def _press(entity_id: str) -> Json:
    """Show a button that is pressed by a tap."""
    action: dict[str, Any] = {
        "action": "perform-action",
        "perform_action": "button.press",
        "target": {"entity_id": entity_id},
    }
    return {"type": "tile", "entity": entity_id, "hide_state": True, "tap_action": action, "icon_tap_action": action}


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
