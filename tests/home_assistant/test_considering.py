"""When a sync starts is decided from fresh facts only."""

import asyncio
from typing import Any

import pytest

from custom_components.music_sync.engine.library import Library, runs

from .home import Home
from .small_world import spotify_id


async def test_facts_that_grow_old(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends while it is being considered whether one is due, is not taken for a run that never was."""
    monkeypatch.setattr("custom_components.music_sync.sync_coordinator.FIRST_START", 0.0)
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    await home.add_sync(spotify, qobuz, trigger="on_change")
    assert (await home.act("get_runs", target=qobuz.entry_id))["total"] == 1
    look_up = Library.run

    async def slowly(library: Library, function: Any, *args: Any, **more: Any) -> Any:
        """Take a while to say which run was the last."""
        found = await look_up(library, function, *args, **more)
        if function is runs.latest:
            await asyncio.sleep(0.3)
        return found

    home.qobuz.add_fault({"kind": "delay", "seconds": 0.2}, path="favorite/create")
    home.qobuz.requests.clear()
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.act("refresh", source=spotify.entry_id)
    await home.until(home.qobuz, "create")
    monkeypatch.setattr(Library, "run", slowly)
    home.hass.config_entries.async_update_entry(spotify, title="Spotify")
    await home.settle()
    assert (await home.act("get_runs", target=qobuz.entry_id))["total"] == 2
    assert home.has([0, 1, 2, 3])
