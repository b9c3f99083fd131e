"""Options of an account."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import add_spotify_account, suggested


def defaults(form: Any) -> dict[str, Any]:
    """Return what a form shows before anything is typed."""
    return {str(key): key.default() for key in form["data_schema"].schema}


async def test_defaults_are_those_of_the_kind(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """Each service has its own pace."""
    form = await hass.config_entries.options.async_init(qobuz_account.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    assert defaults(form) == {"minimum_delay": 1000, "daily_budget": 5000}
    form = await hass.config_entries.options.async_init(add_spotify_account(hass).entry_id)
    assert defaults(form) == {"minimum_delay": 200, "daily_budget": 2000}


async def test_options_are_kept_as_whole_numbers(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """What is chosen is stored, without loading the account again, and shown the next time."""
    form = await hass.config_entries.options.async_init(qobuz_account.entry_id)
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"minimum_delay": 0.0, "daily_budget": 1_000_000.0}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert qobuz_account.options == {"minimum_delay": 0, "daily_budget": 1_000_000}
    assert all(type(value) is int for value in qobuz_account.options.values())

    form = await hass.config_entries.options.async_init(qobuz_account.entry_id)
    assert suggested(form, "daily_budget") == 1_000_000


@pytest.mark.parametrize("wrong", [{"minimum_delay": -1}, {"minimum_delay": 60_001}, {"daily_budget": 0}])
async def test_out_of_range_is_refused(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, wrong: dict[str, int]
) -> None:
    """The form names the field and takes a second try."""
    form = await hass.config_entries.options.async_init(qobuz_account.entry_id)
    right = {"minimum_delay": 60_000, "daily_budget": 1}
    with pytest.raises(InvalidData) as refused:
        await hass.config_entries.options.async_configure(form["flow_id"], {**right, **wrong})
    assert set(refused.value.schema_errors) == set(wrong)
    result = await hass.config_entries.options.async_configure(form["flow_id"], right)
    assert result["type"] is FlowResultType.CREATE_ENTRY
