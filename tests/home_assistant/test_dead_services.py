"""Services that do not answer, or nothing of sense: asked gently, told in plain words, never a traceback."""

import asyncio
from importlib import import_module
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.music_sync.accounts import SpotifyToken

from .home import Home, asked

type Accounts = tuple[ConfigEntry, ConfigEntry]

TRUNCATED = {"kind": "truncate", "content_length": "cut"}


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give a Spotify account that was read once, and a Qobuz account."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    await home.act("refresh", source=spotify.entry_id)
    return spotify, qobuz


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "delay", "seconds": 0.5}, id="hangs"),
        pytest.param(TRUNCATED, id="broken JSON"),
        pytest.param({"kind": "html", "status": 200}, id="no JSON"),
        pytest.param({"kind": "html", "status": 503}, id="out of order"),
        pytest.param({"kind": "reset"}, id="hangs up"),
        pytest.param({"kind": "body", "body": {}}, id="no token"),
        pytest.param({"kind": "body", "body": []}, id="a list"),
        pytest.param({"kind": "body", "body": {"access_token": "a", "expires_in": None}}, id="no end"),
    ],
)
async def test_tokens_that_cannot_be_renewed(
    home: Home,
    accounts: Accounts,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """The token has expired and no new one comes: the mirror serves a run, and who asks is told."""
    monkeypatch.setattr(import_module(SpotifyToken.__module__), "TOKEN_TIMEOUT", 0.05)
    spotify, qobuz = accounts
    expired = {**spotify.data["token"], "expires_at": 0}
    home.hass.config_entries.async_update_entry(spotify, data={**spotify.data, "token": expired})
    home.spotify.add_fault(fault, path="api/token")
    home.spotify.requests.clear()
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert (report["status"], report["counts"]["added"], report["error"]) == ("completed", 3, None)
    assert report["source_age"] is not None
    assert home.has([0, 1, 2])
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("refresh", source=spotify.entry_id)
    assert (caught.value.translation_domain, caught.value.translation_key) == ("music_sync", "service_failed")
    assert set(asked(home.spotify)) == {"token"}
    assert "Traceback" not in caplog.text
    assert not home.hass.config_entries.flow.async_progress()
    home.spotify.faults.clear()
    assert (await home.act("refresh", source=spotify.entry_id))["favorites"]["count"] == 3


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 503}, {"kind": "html", "status": 502}, {"kind": "truncate"}, TRUNCATED],
    ids=["status", "page", "breaks off", "broken JSON"],
)
@pytest.mark.parametrize("service", ["spotify", "qobuz"])
async def test_set_up_asks_once(home: Home, service: str, fault: dict[str, Any]) -> None:
    """Home Assistant repeats the set-up by itself, so each attempt is one request."""
    stand_in = home.spotify if service == "spotify" else home.qobuz
    entry = home.add_spotify() if service == "spotify" else home.add_qobuz()
    stand_in.add_fault(fault)
    await home.set_up(entry)
    question = "me" if service == "spotify" else "get"
    for attempt in range(1, 4):
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert asked(stand_in) == [question] * attempt
        await home.hass.config_entries.async_reload(entry.entry_id)
        await home.settle()
    stand_in.faults.clear()
    await home.hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_set_up_of_a_service_that_hangs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request, and no longer than a person would wait."""
    monkeypatch.setattr("custom_components.music_sync.SIGN_IN_TIMEOUT", 0.05)
    entry = home.add_qobuz()
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.3})
    await home.set_up(entry)
    await asyncio.sleep(0.1)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert asked(home.qobuz) == ["get"]
