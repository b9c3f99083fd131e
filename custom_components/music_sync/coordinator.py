"""Coordinators of accounts: they poll by the cheapest request that tells whether anything changed."""

from abc import abstractmethod
from dataclasses import dataclass
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
from homeassistant.util.signal_type import SignalTypeFormat

from .const import DOMAIN, Kind
from .engine.errors import AccessDenied, MustWait, ServiceError, SignInNeeded
from .engine.library import Library, mirror
from .engine.library.mirror import Mirror
from .engine.model import GateState
from .engine.providers.gate import RateGate
from .engine.sync.account import Account
from .engine.sync.source import refresh_newest, refresh_source
from .engine.sync.target import refresh_target
from .runtime import MusicSyncConfigEntry

_LOGGER = logging.getLogger(__name__)

FIRST_POLL: Final = timedelta(seconds=10)

SIGNAL_SOURCE: SignalTypeFormat[()] = SignalTypeFormat(f"{DOMAIN}_source_{{}}")
"""Sent with an account's entry id after every look at it."""


def access_issue(entry: ConfigEntry[Any]) -> str:
    """Return the id of the repair that tells of an account that is signed in but not allowed."""
    return f"access_denied_{entry.entry_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What is known of an account: its mirror, and where its rate gate is."""

    favorites: Mirror
    gate: GateState


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
        except MustWait as error:
            self.update_interval = max(timedelta(seconds=error.until - time.time()), FIRST_POLL)
        except SignInNeeded as error:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="sign_in_needed", translation_placeholders=self._names()
            ) from error
        except ServiceError as error:
            self._show_access(denied=isinstance(error, AccessDenied))
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="access_denied" if isinstance(error, AccessDenied) else "service_failed",
                translation_placeholders=self._names(),
            ) from error
        else:
            self._show_access(denied=False)
        state = await self._state()
        async_dispatcher_send(self.hass, SIGNAL_SOURCE.format(self.config_entry.entry_id))
        return state

    @abstractmethod
    async def _look(self) -> None:
        """Refresh the mirror by the cheapest request. Raises the errors of the service."""

    async def async_look_now(self, newest: int | None = None) -> tuple[int, bool]:
        """Refresh the mirror and return how many favourites it holds and whether that changed anything.

        With `newest` only that many are read. Raises the errors of the service.
        """
        before = self.data.favorites.version
        if newest is None:
            await self._look()
        else:
            await refresh_newest(self.account, self._library, newest)
        self._show_access(denied=False)
        await self.async_show_library()
        return await self._library.run(mirror.count, self.account.id), self.data.favorites.version != before

    async def async_show_library(self) -> None:
        """Show what the library file holds now."""
        self.async_set_updated_data(await self._state())
        async_dispatcher_send(self.hass, SIGNAL_SOURCE.format(self.config_entry.entry_id))

    async def async_follow_run(self, error: Exception | None) -> None:
        """Show what a run found out; where it was turned away, find out whether it was by this account."""
        if isinstance(error, SignInNeeded | AccessDenied):
            await self.async_refresh()
        else:
            await self.async_show_library()

    @callback
    def async_show_gate(self) -> None:
        """Show where the rate gate is, as soon as a block begins."""
        self.async_set_updated_data(AccountState(favorites=self.data.favorites, gate=self.gate.state))

    async def _state(self) -> AccountState:
        """Return what the library file and the gate hold now."""
        return AccountState(favorites=await self._library.run(mirror.get, self.account.id), gate=self.gate.state)

    def _names(self) -> dict[str, str]:
        """Return the placeholders that name the account."""
        return {"account": self.config_entry.title}

    def _show_access(self, *, denied: bool) -> None:
        """Raise or lift the repair that tells of an account that is signed in but not allowed."""
        issue = access_issue(self.config_entry)
        if not denied:
            ir.async_delete_issue(self.hass, DOMAIN, issue)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=f"access_denied_{self.account.kind}",
            translation_placeholders=self._names(),
        )


class SourceCoordinator(AccountCoordinator):
    """Polls the newest likes of a source."""

    poll_every = timedelta(minutes=10)

    @override
    async def _look(self) -> None:
        """Read what is new: one request where nothing is."""
        await refresh_source(self.account, self._library)


class TargetCoordinator(AccountCoordinator):
    """Polls a target's change marker."""

    poll_every = timedelta(minutes=30)

    @override
    async def _look(self) -> None:
        """Ask whether the favourites changed: one request where they did not."""
        await refresh_target(self.account, self._library)


COORDINATORS: Final[dict[Kind, type[AccountCoordinator]]] = {
    Kind.SPOTIFY: SourceCoordinator,
    Kind.QOBUZ: TargetCoordinator,
}
