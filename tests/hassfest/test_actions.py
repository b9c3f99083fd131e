"""Actions: what is registered, described, translated and shown with an icon is the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.core import HomeAssistant, Service
from homeassistant.helpers.selector import validate_selector
import pytest
import voluptuous as vol

from custom_components.music_sync.const import DOMAIN
from custom_components.music_sync.services import async_setup_services

from .integration import icons, read_yaml, texts


@pytest.fixture
def actions(hass: HomeAssistant) -> Mapping[str, Service]:
    """Return the actions as they are registered."""
    async_setup_services(hass)
    return hass.services.async_services()[DOMAIN]


def described() -> dict[str, Any]:
    """Return the actions as they are described."""
    return read_yaml("services.yaml")


def fields(action: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give an action's fields, those in sections too."""
    for name, field in (action.get("fields") or {}).items():
        if "fields" in field:
            yield from fields(field)
        else:
            yield name, field


def sections(action: Mapping[str, Any]) -> set[str]:
    """Return the names of an action's sections."""
    return {name for name, field in (action.get("fields") or {}).items() if "fields" in field}


def test_all_are_everywhere(actions: Mapping[str, Service]) -> None:
    """No action is only registered, or only described."""
    assert actions.keys() == described().keys() == texts()["services"].keys() == icons()["services"].keys()


def test_fields_are_those_of_the_schema(actions: Mapping[str, Service]) -> None:
    """Each field is taken, required, and has the default that is shown."""
    for name, action in described().items():
        schema = actions[name].schema
        assert schema is not None
        taken = {str(marker): marker for marker in getattr(schema, "schema", {})}
        shown = dict(fields(action))
        assert shown.keys() == taken.keys(), name
        for field, about in shown.items():
            marker = taken[field]
            assert about.get("required", False) is isinstance(marker, vol.Required), (name, field)
            default = marker.default() if callable(marker.default) else None
            assert about.get("default") == (default or about.get("default")), (name, field)


def test_selectors() -> None:
    """Each field has a selector that Home Assistant knows, and its options have texts."""
    for name, action in described().items():
        for field, about in fields(action):
            validate_selector(about["selector"])
            select = about["selector"].get("select") or {}
            if options := select.get("options"):
                assert set(options) == texts()["selector"][select["translation_key"]]["options"].keys(), (name, field)


def test_texts() -> None:
    """Each action, field and section has a name, and but for sections a description."""
    for name, action in described().items():
        text = texts()["services"][name]
        assert text["name"]
        assert text["description"]
        assert text["fields"].keys() == dict(fields(action)).keys()
        assert all(field["name"] and field["description"] for field in text["fields"].values())
        assert text.get("sections", {}).keys() == sections(action)


def test_icons() -> None:
    """Each action and section has an icon."""
    for name, action in described().items():
        assert icons()["services"][name]["service"]
        assert icons()["services"][name].get("sections", {}).keys() == sections(action)
