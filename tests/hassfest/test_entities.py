"""Entities: each has a name, an icon and words for its states."""

import re
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.music_sync import PLATFORMS

from .integration import INTEGRATION, descriptions, icons, leaves, platforms, texts

ALL = descriptions()
NAMES = [f"{platform}.{description.key}" for platform, description in ALL]

every_entity = pytest.mark.parametrize(("platform", "description"), ALL, ids=NAMES)


def shown(platform: str, description: EntityDescription) -> dict[str, Any]:
    """Return an entity's texts."""
    found: dict[str, Any] = texts()["entity"][platform][str(description.translation_key)]
    return found


def test_keys_are_unique() -> None:
    """No two entities of a kind share a key."""
    assert len(NAMES) == len(set(NAMES)) > 0


@every_entity
def test_name(platform: str, description: EntityDescription) -> None:
    """An entity is named by a text of its key."""
    assert description.translation_key == description.key
    assert shown(platform, description)["name"]


@every_entity
def test_icon(platform: str, description: EntityDescription) -> None:
    """An entity has an icon, its own or its device class's."""
    own = icons()["entity"].get(platform, {}).get(description.key)
    assert (own is not None) or (getattr(description, "device_class", None) is not None)


@every_entity
def test_unit(platform: str, description: EntityDescription) -> None:
    """A number that is counted has its unit in words; one that is measured, in code."""
    if getattr(description, "state_class", None) is not None:
        in_words = "unit_of_measurement" in shown(platform, description)
        assert in_words is (getattr(description, "native_unit_of_measurement", None) is None)


@every_entity
def test_states(platform: str, description: EntityDescription) -> None:
    """Where states or event types are words, each has a text."""
    text = shown(platform, description)
    if getattr(description, "device_class", None) is SensorDeviceClass.ENUM:
        assert set(getattr(description, "options", ())) == text["state"].keys()
    if types := getattr(description, "event_types", None):
        assert set(types) == text["state_attributes"]["event_type"]["state"].keys()


def test_nothing_is_left_over() -> None:
    """There is no text or icon for an entity that does not exist."""
    there = {(platform, description.key) for platform, description in ALL}
    for about in (texts(), icons()):
        assert {(platform, key) for platform, keys in about["entity"].items() for key in keys} <= there


def test_icons() -> None:
    """Icons are Material Design's; a state's differs from the default, and the state exists."""
    assert all(re.fullmatch(r"mdi:[a-z0-9-]+", icon) for _, icon in leaves(icons()))
    options = {description.key: getattr(description, "options", None) for _, description in ALL}
    for keys in icons()["entity"].values():
        for key, icon in keys.items():
            assert icon["default"] not in icon.get("state", {}).values(), key
            assert not icon.get("state", {}).keys() - set(options[key] or ("on", "off")), key


def test_platforms() -> None:
    """Platforms are in order, and each says how many entities may be updated at a time."""
    assert list(PLATFORMS) == sorted(PLATFORMS)
    for platform, module in platforms().items():
        assert (INTEGRATION / f"{platform}.py").is_file()
        assert isinstance(module.PARALLEL_UPDATES, int)
