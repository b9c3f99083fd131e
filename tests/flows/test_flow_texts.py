"""The check that every flow's test makes of the texts."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig
import pytest
import voluptuous as vol

from .flow_texts import missing_texts

FIELDS = vol.Schema(
    {vol.Required("colour"): SelectSelector(SelectSelectorConfig(options=["red"], translation_key="colour"))}
)


@pytest.mark.parametrize(
    ("result", "missing"),
    [
        ({"type": FlowResultType.ABORT, "reason": "bored"}, {"no text: music_sync config.abort.bored"}),
        (
            {"type": FlowResultType.ABORT, "reason": "bored", "translation_domain": "homeassistant"},
            {"no text: homeassistant config.abort.bored"},
        ),
        (
            {"type": FlowResultType.ABORT, "reason": "unique_id_mismatch", "description_placeholders": {"other": "B"}},
            {"no placeholder account: music_sync config.abort.unique_id_mismatch"},
        ),
        (
            {"type": FlowResultType.MENU, "step_id": "user", "menu_options": ["qobuz", "tape"]},
            {
                "no text: music_sync config.step.user.menu_options.tape",
                "no text: music_sync config.step.user.menu_option_descriptions.tape",
            },
        ),
        (
            {
                "type": FlowResultType.FORM,
                "step_id": "pick_implementation",
                "data_schema": FIELDS,
                "errors": {"a": "b"},
            },
            {
                "no text: music_sync config.step.pick_implementation.data.colour",
                "no text: music_sync config.step.pick_implementation.data_description.colour",
                "no text: music_sync config.error.b",
                "no text: music_sync selector.colour.options.red",
            },
        ),
        ({"type": FlowResultType.ABORT, "reason": "already_configured"}, set()),
        ({"type": FlowResultType.CREATE_ENTRY}, set()),
    ],
)
async def test_missing_texts_are_found(hass: HomeAssistant, result: dict[str, Any], missing: set[str]) -> None:
    """Each kind of text that could be missing is noticed."""
    assert set(await missing_texts(hass, hass.config_entries.flow, result)) == missing
