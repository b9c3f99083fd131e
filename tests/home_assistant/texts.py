"""Finds what people are told without a text for it: errors, repairs, entities and their states."""

from string import Formatter
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.music_sync.const import DOMAIN
from tests.hassfest.integration import texts as english


class Texts:
    """Watches errors, repairs and states while it is used; `problems` says what has no text."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Watch a Home Assistant."""
        self.problems: list[str] = []
        self._hass = hass
        self._patches: list[Any] = []

    def __enter__(self) -> Self:
        """Begin."""
        make_error, make_issue = HomeAssistantError.__init__, ir.async_create_issue

        def made_error(error: HomeAssistantError, *args: object, **more: Any) -> None:
            """Check an error that somebody makes."""
            make_error(error, *args, **more)
            if more.get("translation_domain") == DOMAIN:
                self.check(f"exceptions.{more['translation_key']}.message", more.get("translation_placeholders"))

        def made_issue(hass: HomeAssistant, domain: str, issue_id: str, **more: Any) -> None:
            """Check a repair that somebody creates."""
            make_issue(hass, domain, issue_id, **more)
            if domain == DOMAIN:
                for part in ("title", "description"):
                    self.check(f"issues.{more['translation_key']}.{part}", more.get("translation_placeholders"))

        self._patches = [
            patch.object(HomeAssistantError, "__init__", made_error),
            patch.object(ir, "async_create_issue", made_issue),
        ]
        for one in self._patches:
            one.start()
        self._hass.bus.async_listen(EVENT_STATE_CHANGED, self._state_changed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""
        for one in self._patches:
            one.stop()

    def check(self, key: str, given: Any = None) -> None:
        """Note where a text is not there, or asks for a placeholder that is not given."""
        text: Any = english()
        for part in key.split("."):
            text = text.get(part) if isinstance(text, dict) else None
        if not isinstance(text, str):
            self.problems.append(f"no text: {key}")
            return
        asked = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        self.problems.extend(f"no placeholder {name}: {key}" for name in asked - set(given or {}))

    @callback
    def _state_changed(self, event: Event[Any]) -> None:
        """Check the name of an entity of ours and its state, where that is a word."""
        entity = er.async_get(self._hass).async_get(event.data["entity_id"])
        state = event.data["new_state"]
        if entity is None or entity.platform != DOMAIN or state is None:
            return
        texts = f"entity.{entity.domain}.{entity.translation_key}"
        self.check(f"{texts}.name")
        is_word = state.attributes.get("device_class") == SensorDeviceClass.ENUM
        if is_word and state.state not in {"unknown", "unavailable"}:
            self.check(f"{texts}.state.{state.state}")
        if event_type := state.attributes.get("event_type"):
            self.check(f"{texts}.state_attributes.event_type.state.{event_type}")
