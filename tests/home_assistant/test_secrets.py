"""Secrets stay where they are: neither logs nor states nor errors hold one."""

import json
import logging

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
import pytest

from .home import CLIENT_SECRET, QOBUZ_TOKEN, Home

LOUD = ("aiohttp", "homeassistant.core", "homeassistant.helpers.storage", "pytest_homeassistant_custom_component")


async def test_no_secret_is_told(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Through a whole life with every kind of failure, at the most talkative level of logging."""
    # The stand-ins' own servers, and Home Assistant's plumbing, log what they are given.
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz)
    fields = {"source": spotify.entry_id, "target": qobuz.entry_id}
    for path in ("/v1/me/tracks", "lastUpdate", "track/search", "favorite/create", "api/token"):
        for status in (404, 403, 401, 400):
            for stand_in in (home.spotify, home.qobuz):
                # Home Assistant itself logs what the token endpoint says.
                body = "" if path == "api/token" else f"{QOBUZ_TOKEN} {CLIENT_SECRET}"
                stand_in.add_fault({"kind": "status", "status": status, "body": body}, path=path, times=1)
            said.append(json.dumps(await home.act("sync_favorites", **fields), cls=JSONEncoder))
            home.spotify.faults.clear()
            home.qobuz.faults.clear()
            home.spotify.change_state({"expire_access_tokens": True})
    home.secrets.add(spotify.data["token"]["access_token"])
    home.spotify.change_state({"revoke_tokens": True, "expire_access_tokens": True})
    home.qobuz.change_state({"users": {"listener": {"revoked": True}}})
    for name, data in (("refresh", {"source": spotify.entry_id}), ("refresh", {"source": qobuz.entry_id})):
        with pytest.raises(HomeAssistantError) as caught:
            await home.act(name, **data)
        said += [str(caught.value), repr(caught.value.__cause__)]
    said.append(json.dumps(await home.act("run_sync", device_id=home.device_id(qobuz, sync)), cls=JSONEncoder))
    await home.settle()
    said += [json.dumps(state.as_dict(), cls=JSONEncoder) for state in home.hass.states.async_all()]
    said += [str(issue) for issue in ir.async_get(home.hass).issues.values()]
    said.append(caplog.text)
    home.secrets |= {entry["refresh_token"] for entry in (spotify.data["token"],)}
    assert len(home.secrets) >= 5
    told = [line for text in said for line in text.splitlines() if any(secret in line for secret in home.secrets)]
    assert not told
