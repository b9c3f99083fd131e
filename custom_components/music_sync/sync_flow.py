"""How syncs are added to an account and changed, in the UI."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from .accounts import kind_of
from .const import (
    CONF_ARTIST_WHITELIST,
    CONF_CONTENT,
    CONF_FIRST_ARTIST_ONLY,
    CONF_INTERVAL_HOURS,
    CONF_MIN_SCORE,
    CONF_MODE,
    CONF_SOURCE,
    CONF_SOURCE_UNIQUE_ID,
    CONF_TRIGGER,
    DEFAULT_INTERVAL_HOURS,
    DEFAULT_MIN_SCORE,
    DOMAIN,
    SUBENTRY_SYNC,
    Content,
    Mode,
)
from .engine.sync.schedule import Trigger
from .pairings import accepted

CONTENT_NAMES: Final[Mapping[Content, str]] = {Content.FAVORITES: "Favorites"}

DETAILS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_MODE, default=Mode.ADD_ONLY.value): SelectSelector(
            SelectSelectorConfig(options=[mode.value for mode in Mode], translation_key="mode")
        ),
        vol.Required(CONF_TRIGGER, default=Trigger.ON_CHANGE.value): SelectSelector(
            SelectSelectorConfig(options=[trigger.value for trigger in Trigger], translation_key="trigger")
        ),
        vol.Required(CONF_INTERVAL_HOURS, default=DEFAULT_INTERVAL_HOURS): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=720, step=1, unit_of_measurement="h", mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_MIN_SCORE, default=DEFAULT_MIN_SCORE): vol.All(
            NumberSelector(NumberSelectorConfig(min=0, max=100, step=1, mode=NumberSelectorMode.SLIDER)),
            vol.Coerce(int),
        ),
        vol.Required(CONF_FIRST_ARTIST_ONLY, default=False): BooleanSelector(),
        vol.Optional(CONF_ARTIST_WHITELIST, default=list): TextSelector(TextSelectorConfig(multiple=True)),
    }
)


class SyncSubentryFlow(ConfigSubentryFlow):
    """Adds a sync to its target, or changes one."""

    _chosen: Mapping[str, str]
    _title: str

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask where to sync from, and what: fixed afterwards."""
        target = self._get_entry()
        if target.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        sources = _sources(self.hass, target)
        if not sources:
            return self.async_abort(reason="no_sources")
        errors = {}
        if user_input is not None:
            source = sources.get(user_input[CONF_SOURCE])
            if source is not None:
                return await self._async_choose(target, source, Content(user_input[CONF_CONTENT]))
            errors[CONF_SOURCE] = "source_not_loaded"
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_choice_schema(target, sources), user_input),
            errors=errors,
            description_placeholders={"target": target.title},
            last_step=False,
        )

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how to sync, and add the sync."""
        details, errors = _checked(user_input)
        if details is None:
            return self._show_details("details", user_input, errors, self._title)
        return self.async_create_entry(
            title=self._title, data={**self._chosen, **details}, unique_id=_unique_id(self._chosen)
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change how a sync syncs."""
        sync = self._get_reconfigure_subentry()
        details, errors = _checked(user_input)
        if details is None:
            return self._show_details("reconfigure", user_input or sync.data, errors, sync.title)
        return self.async_update_and_abort(self._get_entry(), sync, data_updates=details)

    async def _async_choose(self, target: ConfigEntry, source: ConfigEntry, content: Content) -> SubentryFlowResult:
        """Keep what was chosen, unless the target has such a sync."""
        self._chosen = {
            CONF_SOURCE: source.entry_id,
            CONF_SOURCE_UNIQUE_ID: str(source.unique_id),
            CONF_CONTENT: content.value,
        }
        self._title = f"{CONTENT_NAMES[content]} from {source.title}"
        if any(sync.unique_id == _unique_id(self._chosen) for sync in target.subentries.values()):
            return self.async_abort(reason="already_configured")
        return await self.async_step_details()

    def _show_details(
        self, step_id: str, suggested: Mapping[str, Any] | None, errors: dict[str, str], title: str
    ) -> SubentryFlowResult:
        """Show the form that a new and an existing sync share."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(DETAILS_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"sync": title},
        )


def _sources(hass: HomeAssistant, target: ConfigEntry) -> dict[str, ConfigEntry]:
    """Return the loaded accounts from which the target takes anything, by entry id."""
    loaded = hass.config_entries.async_loaded_entries(DOMAIN)
    return {entry.entry_id: entry for entry in loaded if accepted(kind_of(target), kind_of(entry))}


def _choice_schema(target: ConfigEntry, sources: Mapping[str, ConfigEntry]) -> vol.Schema:
    """Return the fields for source and content; what comes first is chosen already."""
    taken = (content for source in sources.values() for content in accepted(kind_of(target), kind_of(source)))
    contents = list(dict.fromkeys(content.value for content in taken))
    accounts = [SelectOptionDict(value=entry_id, label=entry.title) for entry_id, entry in sources.items()]
    return vol.Schema(
        {
            vol.Required(CONF_SOURCE, default=next(iter(sources))): SelectSelector(
                SelectSelectorConfig(options=accounts, mode=SelectSelectorMode.DROPDOWN)
            ),
            vol.Required(CONF_CONTENT, default=contents[0]): SelectSelector(
                SelectSelectorConfig(options=contents, mode=SelectSelectorMode.DROPDOWN, translation_key=CONF_CONTENT)
            ),
        }
    )


def _checked(user_input: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return a sync's details as they are stored, None while there are none to store; and what is wrong with them."""
    if user_input is None:
        return None, {}
    if user_input[CONF_MODE] == Mode.MIRROR:
        return None, {CONF_MODE: "mirror_unavailable"}
    names = (name.strip() for name in user_input[CONF_ARTIST_WHITELIST])
    return {**user_input, CONF_ARTIST_WHITELIST: list(dict.fromkeys(name for name in names if name))}, {}


def _unique_id(chosen: Mapping[str, str]) -> str:
    """Return what a sync is unique by within its target, whatever the source's entry id."""
    return f"{SUBENTRY_SYNC}_{chosen[CONF_SOURCE_UNIQUE_ID]}_{chosen[CONF_CONTENT]}"
