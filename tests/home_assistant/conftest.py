"""Homes for the tests, and checks that every test is held to."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
import time

from homeassistant.components.application_credentials import ClientCredential, async_import_client_credential
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.music_sync.const import DOMAIN
from custom_components.music_sync.runtime import MUSIC_SYNC
from sandbox.control import serve
from sandbox.qobuz import QobuzStandIn
from sandbox.spotify import SpotifyStandIn
from sandbox.world import World

from .home import APP, CLIENT_ID, CLIENT_SECRET, Home
from .small_world import small_world
from .texts import Texts

type OpensHome = Callable[[World], Awaitable[Home]]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give every test a library file of its own."""
    return hass_tmp_config_dir


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find Music Sync."""


@pytest.fixture(autouse=True)
def texts(hass: HomeAssistant) -> Generator[Texts]:
    """Fail a test in which people were told something that has no text."""
    with Texts(hass) as found:
        yield found
    assert not found.problems


async def _replies_end() -> None:
    """Wait until the stand-ins are done with requests whose connection was closed before the reply."""
    for _ in range(200):
        if not any("RequestHandler" in repr(task) for task in asyncio.all_tasks()):
            return
        await asyncio.sleep(0.01)


def _now() -> float:
    """Return the time, which a test may have frozen by now."""
    return time.time()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what does not answer be asked again at once: where time stands still, a pause has no end."""
    monkeypatch.setattr("custom_components.music_sync.engine.providers.gate._PAUSES_WHEN_UNREACHABLE", (0.0, 0.0))


@pytest.fixture
async def open_home(
    hass: HomeAssistant, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[OpensHome]:
    """Give a function that puts a world on sockets and points Home Assistant there."""
    async with AsyncExitStack() as stack:

        async def open_world(world: World) -> Home:
            """Serve a world."""
            spotify = SpotifyStandIn(world, clock=_now)
            qobuz = QobuzStandIn(world, clock=_now)
            qobuz.switch(search_noise=0.0)
            at_spotify = await stack.enter_async_context(await serve(spotify))
            at_qobuz = await stack.enter_async_context(await serve(qobuz))
            monkeypatch.setenv("MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL", at_spotify.url)
            monkeypatch.setenv("MUSIC_SYNC_SPOTIFY_API_URL", f"{at_spotify.url}/v1")
            monkeypatch.setenv("MUSIC_SYNC_QOBUZ_API_URL", f"{at_qobuz.url}/api.json/0.2")
            await async_setup_component(hass, "application_credentials", {})
            credential = ClientCredential(CLIENT_ID, CLIENT_SECRET, "Our app")
            await async_import_client_credential(hass, DOMAIN, credential, APP)
            return Home(hass, spotify, qobuz)

        yield open_world
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        if music_sync := hass.data.get(MUSIC_SYNC):
            await music_sync.async_close()
    await _replies_end()


@pytest.fixture
async def home(open_home: OpensHome) -> Home:
    """Give a home where the first three songs are liked."""
    return await open_home(small_world(liked=(0, 1, 2)))
