"""What Home Assistant's side keeps in memory: one object for the integration, one for each loaded account."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.library import DamagedLibrary, Library, LibraryError, NewerLibrary
from .engine.providers.gate import RateGate
from .engine.sync.account import Account
from .engine.sync.lookup import IsrcSearch

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator
    from .run_queue import RunQueue
    from .sync_coordinator import SyncCoordinator

LIBRARY_FILE = "library.db"


@dataclass(slots=True, kw_only=True)
class LoadedAccount:
    """A config entry's runtime data.

    `account` is the account as the engine knows it; `syncs` are those that write to it, by subentry id; `loaded_at` is
    in Unix seconds.
    """

    account: Account[Any]
    gate: RateGate
    coordinator: AccountCoordinator
    queue: RunQueue
    loaded_at: float
    isrc_search: IsrcSearch = field(default_factory=IsrcSearch)
    syncs: dict[str, SyncCoordinator] = field(default_factory=dict)


type MusicSyncConfigEntry = ConfigEntry[LoadedAccount]


class MusicSync:
    """What all accounts share: the library file, opened with the first account and closed with Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Name the file; it is opened when it is needed."""
        self._path = Path(hass.config.path(STORAGE_DIR, DOMAIN, LIBRARY_FILE))
        self._library: Library | None = None
        self._opening = asyncio.Lock()

    @property
    def library(self) -> Library | None:
        """Return the library file if it is open."""
        return self._library

    async def async_library(self) -> Library:
        """Return the open library file. Raises ConfigEntryError, translated, where it cannot be used."""
        async with self._opening:
            if self._library is None:
                library = Library(self._path)
                try:
                    await library.open()
                except (LibraryError, OSError) as error:
                    raise ConfigEntryError(
                        translation_domain=DOMAIN,
                        translation_key=_library_error_key(error),
                        translation_placeholders={"path": str(self._path)},
                    ) from error
                self._library = library
            return self._library

    def library_size(self) -> int:
        """Return how many bytes the library file takes, with what waits beside it to be written into it. It blocks."""
        beside = self._path.parent.glob(f"{self._path.name}*")
        return sum(file.stat().st_size for file in beside)

    async def async_close(self) -> None:
        """Close the library file; it is opened again when it is needed again."""
        async with self._opening:
            if self._library is not None:
                library, self._library = self._library, None
                await library.close()


def _library_error_key(error: Exception) -> str:
    """Return the key of the text for an error with the library file."""
    if isinstance(error, NewerLibrary):
        return "library_newer"
    if isinstance(error, DamagedLibrary):
        return "library_damaged"
    return "library_unusable"


MUSIC_SYNC: HassKey[MusicSync] = HassKey(DOMAIN)
