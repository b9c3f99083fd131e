"""How accounts are added, signed in again and set up, in the UI."""

from collections.abc import Mapping
import logging
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .accounts import kind_of
from .application_credentials import async_copy_credentials, credentials_of_core_spotify, has_credentials
from .const import (
    CONF_APP_ID,
    CONF_DAILY_BUDGET,
    CONF_KIND,
    CONF_MINIMUM_DELAY,
    CONF_USER_AUTH_TOKEN,
    DEFAULT_DAILY_BUDGET,
    DEFAULT_MINIMUM_DELAY,
    DOMAIN,
    KIND_NAMES,
    SUBENTRY_SYNC,
    Kind,
)
from .engine.model import Profile
from .pairings import can_be_target
from .pasted_credentials import pasted_value
from .sign_in import SignInFailed, async_profile
from .sync_flow import SyncSubentryFlow

SPOTIFY_SCOPES: Final = (
    "user-library-read",
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-follow-read",
)
QOBUZ_PLACEHOLDERS: Final = {"web_player_url": "https://play.qobuz.com"}
QOBUZ_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_USER_AUTH_TOKEN): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
        vol.Required(CONF_APP_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
    }
)

FIRST_STEPS: Final[Mapping[Kind, str]] = {Kind.SPOTIFY: "pick_implementation", Kind.QOBUZ: "qobuz"}

_OAUTH_ABORTS_IN_OWN_WORDS: Final = frozenset(
    {"oauth_error", "oauth_failed", "oauth_timeout", "oauth_unauthorized", "user_rejected_authorize"}
)


class MusicSyncConfigFlow(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Adds an account of any kind, or signs one in again."""

    DOMAIN = DOMAIN
    VERSION = 1

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flow for syncs where the account can be a target."""
        return {SUBENTRY_SYNC: SyncSubentryFlow} if can_be_target(kind_of(config_entry)) else {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for an account's options."""
        return AccountOptionsFlow()

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger that Home Assistant's OAuth steps write to."""
        return logging.getLogger(__name__)

    @property
    @override
    def extra_authorize_data(self) -> dict[str, Any]:
        """Return what Spotify is asked for; its dialog lets people of one household change accounts."""
        return {"scope": " ".join(SPOTIFY_SCOPES), "show_dialog": "true"}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which service the account is on."""
        return self.async_show_menu(step_id="user", menu_options=list(FIRST_STEPS.values()))

    @override
    async def async_step_pick_implementation(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Sign in to Spotify; without credentials, offer those of Home Assistant's own Spotify integration first."""
        if not has_credentials(self.hass) and credentials_of_core_spotify(self.hass):
            return await self.async_step_spotify_credentials()
        return await super().async_step_pick_implementation(user_input)

    async def async_step_spotify_credentials(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whose credentials to use."""
        return self.async_show_menu(step_id="spotify_credentials", menu_options=["core_credentials", "new_credentials"])

    async def async_step_core_credentials(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Sign in with the credentials of Home Assistant's own Spotify integration."""
        await async_copy_credentials(self.hass, credentials_of_core_spotify(self.hass))
        return await super().async_step_pick_implementation()

    async def async_step_new_credentials(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Leave it to Home Assistant to ask for credentials."""
        return await super().async_step_pick_implementation()

    @override
    async def async_step_creation(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Get the token after the person has agreed."""
        return _in_own_words(await super().async_step_creation(user_input))

    @override
    async def async_step_authorize_rejected(self, data: None = None) -> ConfigFlowResult:
        """End the flow after the person has not agreed."""
        return _in_own_words(await super().async_step_authorize_rejected(data))

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Check what Spotify has granted, and to whom."""
        granted = data[CONF_TOKEN].get("scope")
        if granted is not None and not set(granted.split()).issuperset(SPOTIFY_SCOPES):
            return self.async_abort(reason="missing_scope")
        try:
            profile = await async_profile(self.hass, Kind.SPOTIFY, data)
        except SignInFailed as failure:
            return self.async_abort(reason=failure.key)
        return await self._async_finish(Kind.SPOTIFY, profile, data)

    async def async_step_qobuz(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a Qobuz account's token and app id."""
        return await self._async_qobuz_form("qobuz", user_input)

    async def async_step_reauth(self, _: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin signing in again after an account's credentials were refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Sign in again with what the account's kind needs."""
        data = self._get_reauth_entry().data
        if data[CONF_KIND] == Kind.QOBUZ:
            return await self._async_qobuz_form("reauth_confirm", user_input, data)
        if user_input is None:
            return self.async_show_form(step_id="reauth_confirm")
        return await self.async_step_pick_implementation({"implementation": data["auth_implementation"]})

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Sign in anew; for Spotify with any of the credentials there are now."""
        data = self._get_reconfigure_entry().data
        if data[CONF_KIND] == Kind.QOBUZ:
            return await self._async_qobuz_form("reconfigure", user_input, data)
        return await self.async_step_pick_implementation()

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Lead on to adding a sync, where the new account can be a target and there is something to sync from."""
        entry = result["result"]
        if can_be_target(kind_of(entry)):
            sync = await self.hass.config_entries.subentries.async_init(
                (entry.entry_id, SUBENTRY_SYNC), context=SubentryFlowContext(source=SOURCE_USER)
            )
            if sync["type"] is FlowResultType.FORM:
                result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, sync["flow_id"])
        return result

    async def _async_qobuz_form(
        self, step_id: str, user_input: dict[str, Any] | None, stored: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the form for a token and an app id until they let us in; only the app id is shown again from storage."""
        errors = {}
        if user_input is not None:
            data = {
                CONF_USER_AUTH_TOKEN: pasted_value(user_input[CONF_USER_AUTH_TOKEN], "X-User-Auth-Token"),
                CONF_APP_ID: pasted_value(user_input[CONF_APP_ID], "X-App-Id"),
            }
            try:
                profile = await async_profile(self.hass, Kind.QOBUZ, data)
            except SignInFailed as failure:
                errors["base"] = failure.key
            else:
                return await self._async_finish(Kind.QOBUZ, profile, data)
        suggested = user_input or {key: value for key, value in (stored or {}).items() if key == CONF_APP_ID}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(QOBUZ_SCHEMA, suggested),
            errors=errors,
            description_placeholders=QOBUZ_PLACEHOLDERS,
        )

    async def _async_finish(self, kind: Kind, profile: Profile, data: Mapping[str, Any]) -> ConfigFlowResult:
        """Add the account, or give the one that is signing in again its new credentials."""
        await self.async_set_unique_id(self._identity(kind, profile), raise_on_progress=False)
        if self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
            self._abort_if_unique_id_mismatch(description_placeholders={"account": entry.title, "other": profile.name})
            return self.async_update_reload_and_abort(entry, data_updates=data)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=f"{KIND_NAMES[kind]} \N{EN DASH} {profile.name}",
            data={CONF_KIND: kind.value, **data},
        )

    def _identity(self, kind: Kind, profile: Profile) -> str:
        """Return the unique id of a person's account: the one under which it was added, if it was."""
        former = f"{kind}_{profile.former_id}"
        is_known = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, former)
        return former if profile.former_id and is_known else f"{kind}_{profile.id}"


class AccountOptionsFlow(OptionsFlow):
    """Sets how gently an account's service is asked."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything on one form."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        kind = Kind(self.config_entry.data[CONF_KIND])
        schema = vol.Schema(
            {
                vol.Required(CONF_MINIMUM_DELAY, default=DEFAULT_MINIMUM_DELAY[kind]): _whole_number(0, 60_000, "ms"),
                vol.Required(CONF_DAILY_BUDGET, default=DEFAULT_DAILY_BUDGET[kind]): _whole_number(1, 1_000_000),
            }
        )
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options)
        )


def _whole_number(minimum: int, maximum: int, unit: str | None = None) -> vol.All[Any]:
    """Return a field for a whole number."""
    config = NumberSelectorConfig(min=minimum, max=maximum, step=1, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return vol.All(NumberSelector(config), vol.Coerce(int))


def _in_own_words(result: ConfigFlowResult) -> ConfigFlowResult:
    """Let our own texts, which say what to do at Spotify, stand for Home Assistant's general ones."""
    if result.get("reason") in _OAUTH_ABORTS_IN_OWN_WORDS:
        result["translation_domain"] = DOMAIN
    return result
