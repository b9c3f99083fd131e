"""Coordinators of accounts: they poll by the cheapest request that tells whether anything changed."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
import logging
import time
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util.signal_type import SignalType

from .accounts import kind_of
from .const import DOMAIN
from .engine.errors import AccessDenied, MustWait, ServiceError, SignInNeeded
from .engine.library import Library, mirror
from .engine.library.mirror import Mirror
from .engine.model import GateState
from .engine.providers.capabilities import CountsCollections, WritesFavorites
from .engine.providers.gate import RateGate
from .engine.sync.account import Account
from .engine.sync.collections import collection_totals, count_collections
from .engine.sync.source import refresh_newest, refresh_source
from .engine.sync.target import refresh_target
from .refusals import failure
from .runtime import MusicSyncConfigEntry

_LOGGER = logging.getLogger(__name__)

FIRST_POLL: Final = timedelta(seconds=10)

SIGNAL_SOURCE: SignalType[str] = SignalType(f"{DOMAIN}_source")
"""Sent with an account's entry id after every look at it."""


@callback
def async_show_access(hass: HomeAssistant, entry: ConfigEntry[Any], *, denied: bool) -> None:
    """Raise or lift the repair that tells of an account that is signed in but not allowed."""
    issue = f"access_denied_{entry.entry_id}"
    if not denied:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=f"access_denied_{kind_of(entry)}",
        translation_placeholders={"account": entry.title},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What is known of an account: its mirror, how much its other collections hold, and where its rate gate is."""

    favorites: Mirror
    totals: Mapping[str, int]
    gate: GateState


async def async_account_state(account: Account[Any], library: Library, gate: RateGate) -> AccountState:
    """Return what the library file and the gate hold now of an account."""
    provider = account.provider
    collections = provider.collections if isinstance(provider, CountsCollections) else ()
    return AccountState(
        favorites=await library.run(mirror.get, account.id),
        totals=await collection_totals(library, account.id, collections),
        gate=gate.state,
    )


class AccountCoordinator(DataUpdateCoordinator[AccountState]):
    """Keeps an account's mirror current; starts with what the library file holds, without asking the service."""

    config_entry: MusicSyncConfigEntry
    poll_every: timedelta

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MusicSyncConfigEntry,
        *,
        account: Account[Any],
        gate: RateGate,
        library: Library,
        state: AccountState,
    ) -> None:
        """Start with the state in the library file; the first poll follows shortly."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=FIRST_POLL,
            always_update=False,
        )
        self.data = state
        self.account = account
        self.gate = gate
        self._library = library

    @override
    async def _async_update_data(self) -> AccountState:
        """Poll; errors are mapped here, once for all accounts."""
        self.update_interval = self.poll_every
        try:
            await self._look()
            await self._count()
        except MustWait as error:
            self.update_interval = max(timedelta(seconds=error.until - time.time()), FIRST_POLL)
        except SignInNeeded as error:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="sign_in_needed", translation_placeholders=self._names()
            ) from error
        except ServiceError as error:
            async_show_access(self.hass, self.config_entry, denied=isinstance(error, AccessDenied))
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="access_denied" if isinstance(error, AccessDenied) else "service_failed",
                translation_placeholders=self._names(),
            ) from error
        else:
            async_show_access(self.hass, self.config_entry, denied=False)
        state = await self._state()
        self._tell()
        return state

    async def _count(self) -> None:
        """Count, now and then, what else the account has."""

    @abstractmethod
    async def _look(self) -> None:
        """Refresh the mirror by the cheapest request. Raises the errors of the service."""

    async def async_look_now(self, newest: int | None = None) -> tuple[int, bool]:
        """Refresh the mirror and return how many favourites it holds and whether that changed anything.

        With `newest` only that many are read. Raises HomeAssistantError, translated, where the service does not answer.
        """
        before = self.data.favorites.version
        try:
            if newest is None:
                await self._look()
            else:
                await refresh_newest(self.account, self._library, newest)
        except ServiceError as error:
            self._show_failure(error)
            raise failure(error, self.config_entry.title) from error
        async_show_access(self.hass, self.config_entry, denied=False)
        self.async_set_updated_data(await self._state())
        self._tell()
        return await self._library.run(mirror.count, self.account.id), self.data.favorites.version != before

    async def async_is_empty(self) -> bool:
        """Tell whether the account likes nothing, by one request where that is what the mirror says.

        Raises HomeAssistantError, translated, where the service does not answer.
        """
        held = await self._library.run(mirror.count, self.account.id)
        return not held and not (await self.async_look_now(newest=1))[0]

    async def async_follow_run(self, error: Exception | None) -> None:
        """Show what a run found out; where it was turned away, find out whether it was by this account."""
        if isinstance(error, SignInNeeded | AccessDenied):
            await self.async_refresh()
            return
        self._show(await self._state())
        self._tell()

    @callback
    def async_show_gate(self) -> None:
        """Show where the rate gate is, as soon as a block begins."""
        self._show(replace(self.data, gate=self.gate.state))

    async def _state(self) -> AccountState:
        """Return what is known now."""
        return await async_account_state(self.account, self._library, self.gate)

    def _names(self) -> dict[str, str]:
        """Return the placeholders that name the account."""
        return {"account": self.config_entry.title}

    @callback
    def _show(self, state: AccountState) -> None:
        """Show what became known without asking the service: that says nothing about whether it answers."""
        if state != self.data:
            self.data = state
            self.async_update_listeners()

    @callback
    def _show_failure(self, error: ServiceError) -> None:
        """Show that the service did not do what a person asked it now."""
        if isinstance(error, MustWait):
            return
        async_show_access(self.hass, self.config_entry, denied=isinstance(error, AccessDenied))
        if isinstance(error, SignInNeeded):
            self.config_entry.async_start_reauth_if_available(self.hass)
        self.async_set_update_error(error)

    @callback
    def _tell(self) -> None:
        """Tell the syncs that read this account of a look at it."""
        async_dispatcher_send(self.hass, SIGNAL_SOURCE, self.config_entry.entry_id)


class SourceCoordinator(AccountCoordinator):
    """Polls the newest likes of a source."""

    poll_every = timedelta(minutes=10)

    @override
    async def _look(self) -> None:
        """Read what is new: one request where nothing is."""
        await refresh_source(self.account, self._library)

    @override
    async def _count(self) -> None:
        """Count playlists, saved albums and followed artists where that was not done for hours."""
        await count_collections(self.account, self._library)


class TargetCoordinator(AccountCoordinator):
    """Polls a target's change marker."""

    poll_every = timedelta(minutes=30)

    @override
    async def _look(self) -> None:
        """Ask whether the favourites changed: one request where they did not."""
        await refresh_target(self.account, self._library)


def coordinator_for(provider: object) -> type[AccountCoordinator]:
    """Return how to follow an account: what can be written to tells by a marker whether it changed."""
    return TargetCoordinator if isinstance(provider, WritesFavorites) else SourceCoordinator
