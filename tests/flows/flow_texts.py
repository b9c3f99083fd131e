"""Finds what a flow shows without having a text for it."""

import json
from string import Formatter
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowManager, FlowResultType
from homeassistant.helpers.data_entry_flow import FlowManagerIndexView
from homeassistant.helpers.translation import async_get_translations

from custom_components.music_sync.const import DOMAIN


async def missing_texts(hass: HomeAssistant, manager: FlowManager[Any, Any, Any], result: Any) -> list[str]:
    """Return what is wrong with the texts of a result that a flow of ours shows to a person."""
    if manager is hass.config_entries.flow:
        category = base = "config"
    elif manager is hass.config_entries.options:
        category = base = "options"
    else:
        category, base = "config_subentries", f"config_subentries.{result['handler'][1]}"
    if result["type"] is FlowResultType.ABORT:
        domain = result.get("translation_domain", DOMAIN)
        if domain != DOMAIN:
            category = base = "config"
        return await _check(hass, result, domain, category, [f"{base}.abort.{result['reason']}"])
    if result["type"] not in {FlowResultType.FORM, FlowResultType.MENU}:
        return []
    step = f"{base}.step.{result['step_id']}"
    wanted = [f"{step}.title", f"{step}.description"]
    options = []
    if result["type"] is FlowResultType.MENU:
        wanted += [f"{step}.menu_options.{option}" for option in result["menu_options"]]
        wanted += [f"{step}.menu_option_descriptions.{option}" for option in result["menu_options"]]
    else:
        fields = _fields(manager, result)
        wanted += [f"{step}.{texts}.{field['name']}" for field in fields for texts in ("data", "data_description")]
        wanted += [f"{base}.error.{error}" for error in (result["errors"] or {}).values()]
        options = [f"selector.{option}" for field in fields for option in _options(field)]
    return [
        *await _check(hass, result, DOMAIN, category, wanted),
        *await _check(hass, result, DOMAIN, "selector", options),
    ]


def _fields(manager: FlowManager[Any, Any, Any], result: Any) -> list[dict[str, Any]]:
    """Return the form's fields as Home Assistant sends them to the browser."""
    sent = FlowManagerIndexView(manager)._prepare_result_json(result)
    fields: list[dict[str, Any]] = json.loads(json.dumps(sent["data_schema"]))
    return fields


def _options(field: dict[str, Any]) -> list[str]:
    """Return the keys of a field's options, where they have texts."""
    select = field.get("selector", {}).get("select", {})
    key = select.get("translation_key")
    return [f"{key}.options.{option}" for option in select["options"]] if key else []


async def _check(hass: HomeAssistant, result: Any, domain: str, category: str, wanted: list[str]) -> list[str]:
    """Return the wanted texts that are not there, or ask for a placeholder that the result does not give."""
    texts = await async_get_translations(hass, "en", category, {domain})
    given = result.get("description_placeholders") or {}
    problems = []
    for key in wanted:
        text = texts.get(f"component.{domain}.{key}")
        if not text:
            problems.append(f"no text: {domain} {key}")
            continue
        asked = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        problems += [f"no placeholder {name}: {domain} {key}" for name in asked - set(given)]
    return problems
